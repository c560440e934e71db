import gc
import os
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.template.loader import get_template
from django.urls import get_resolver
from django.utils.http import parse_header_parameters

OBJECTS = 20_000  # made and not yet gone when the collector of garbage looks at them; at 200 bytes each that is 4 MB

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cop_site.settings")


def _loaded() -> Callable[..., Iterable[bytes]]:
    """Django with its addresses and our templates. `serve` loads this once and divides into workers then: what is here
    by now they share, and no visitor waits for it."""
    django = get_wsgi_application()
    _ = get_resolver().url_patterns
    folder = settings.BASE_DIR / "templates"
    for path in folder.rglob("*.html"):
        get_template(str(path.relative_to(folder)))
    # The collector of garbage would write to everything there is, and what is written to is no longer shared.
    gc.collect()
    gc.freeze()
    # A page makes some ten thousand objects and leaves none behind: to look for those at every 700th took a twentieth of its time.
    gc.set_threshold(OBJECTS, 20, 20)
    return django


_django = _loaded()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The site. A request that claims a charset such as "hex", which is none for text, is read as if it claimed none:
    Django would fail before any page of ours could answer."""
    kind, parameters = parse_header_parameters(environ.get("CONTENT_TYPE", ""))
    try:
        "".encode(parameters.get("charset", "utf-8"))
    except (LookupError, ValueError):
        environ["CONTENT_TYPE"] = kind
    answer = _django(environ, start_response)
    # Django leaves the body to the server, which warns of each one that it drops.
    if environ["REQUEST_METHOD"] == "HEAD":
        answer.close()  # type: ignore[attr-defined]
        return []
    return answer
