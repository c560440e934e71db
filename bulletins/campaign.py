"""The mark by which a visit is known to come from an issue's mail. It names the issue, the same for all its readers."""

import re
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings

FROM = "from"
_mark = re.compile(rf"{FROM}=bulletin-([0-9]{{1,18}})")
_FILES = ("/admin/", settings.MEDIA_URL, settings.STATIC_URL)


def marked(address: str, page_id: int | None) -> str:
    """An address as it stands in the mail of this issue: with the mark, where it leads to a page of ours."""
    if page_id is None or not f"{address}/".startswith(f"{settings.SITE_URL}/"):
        return address
    parts = urlsplit(address)
    if parts.path.startswith(_FILES) or parts.query.startswith(f"{FROM}=") or f"&{FROM}=" in parts.query:
        return address
    mark = f"{FROM}=bulletin-{page_id}"
    return urlunsplit(parts._replace(path=parts.path or "/", query=f"{parts.query}&{mark}" if parts.query else mark))


def without_mark(query: str) -> tuple[str, int | None]:
    """A query string without the mark, and the issue that the mark named."""
    if f"{FROM}=bulletin-" not in query:
        return query, None
    issue, kept = None, []
    for part in query.split("&"):
        if found := _mark.fullmatch(part):
            issue = int(found[1])
        else:
            kept.append(part)
    return "&".join(kept), issue
