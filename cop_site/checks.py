"""One site, in English: what would need a second site or a second language is refused in words (decision 44)."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DEFAULT_DB_ALIAS, DatabaseError
from wagtail.models import Locale, Site

ONE_SITE = "one_site"
WHY_ONE_SITE = (
    "This is one site: its name, search, e-bulletins, roles and caches know no second. Run a second installation for "
    "another site."
)
WHY_ENGLISH = "The site speaks English only: its search, dates, mails and templates know no second language."


def one_language(**kwargs: Any) -> list[CheckMessage]:
    """What the settings say of languages."""
    found: list[CheckMessage] = []
    if getattr(settings, "WAGTAIL_I18N_ENABLED", False):
        found.append(
            Error(WHY_ENGLISH, hint="Take WAGTAIL_I18N_ENABLED out of the settings.", id="cop_site.E001"),
        )
    for name in ("LANGUAGES", "WAGTAIL_CONTENT_LANGUAGES"):
        codes = [code for code, _ in getattr(settings, name)]
        if codes != [settings.LANGUAGE_CODE] or not settings.LANGUAGE_CODE.startswith("en"):
            hint = f"{name} lists {', '.join(codes) or 'none'}; leave the one language en-gb, as in LANGUAGE_CODE."
            found.append(Error(WHY_ENGLISH, hint=hint, id="cop_site.E002"))
    return found


def one_site(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """What the database holds; nothing is said of one that is not there or not migrated."""
    if DEFAULT_DB_ALIAS not in (databases or ()):
        return []
    try:
        sites = [f"{site.hostname}:{site.port}" for site in Site.objects.order_by("pk")]
        codes = list(Locale.all_objects.order_by("pk").values_list("language_code", flat=True))
    except DatabaseError:
        return []
    found: list[CheckMessage] = []
    if len(sites) > 1:
        hint = (
            f"Wagtail's sites are {', '.join(sites)}. Start the site with `manage.py serve`, without --prepare, and "
            "delete all but one in the admin, under Settings, Sites."
        )
        found.append(Error(WHY_ONE_SITE, hint=hint, id="cop_site.E003"))
    if len(codes) > 1:
        hint = f"Wagtail's locales are {', '.join(codes)}. Delete the pages of all but one, then their locales."
        found.append(Error(WHY_ENGLISH, hint=hint, id="cop_site.E004"))
    return found


def register_checks() -> None:
    register(one_language, ONE_SITE)
    register(one_site, Tags.database, ONE_SITE)
