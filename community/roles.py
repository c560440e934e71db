"""What each role may do: the one table, printed in docs/editors.md. `community/grants.py` applies it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

EDITORS, BULLETIN_EDITORS, FACILITATORS, MODERATORS, ADMINISTRATORS = ROLES = (
    "Editors",
    "Bulletin editors",
    "Facilitators",
    "Moderators",
    "Administrators",
)
WRITERS = (EDITORS, BULLETIN_EDITORS, FACILITATORS)
PUBLISHERS = (MODERATORS, ADMINISTRATORS)
VOCABULARY_KEEPERS = (FACILITATORS, ADMINISTRATORS)
BULLETIN_SENDERS = (BULLETIN_EDITORS, ADMINISTRATORS)

WRITE = ("add", "change")
ALL = (*WRITE, "delete")
PUBLISH = (*WRITE, "publish", "lock", "unlock", "bulk_delete")
FILES = (*WRITE, "choose")


class Scope(StrEnum):
    """What a permission is given for."""

    SITE = "site"
    PAGES = "pages"  # the root page and all below it
    COLLECTIONS = "collections"  # the root collection and all below it
    WORKFLOW = "workflow"  # the task of the workflow that every page has


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: what is permitted, on rows of which model, and each role's actions."""

    label: str
    model: str
    actions: Mapping[str, tuple[str, ...]]
    scope: Scope = Scope.SITE
    noun: str = ""  # how the permission names the model, where that is not the model's name


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission of one role."""

    role: str
    scope: Scope
    model: str
    codename: str

    @property
    def app_label(self) -> str:
        return self.model.split(".")[0]

    @property
    def permission(self) -> str:
        return f"{self.app_label}.{self.codename}"

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from all others, and what is remembered of it."""
        return self.role, str(self.scope), self.permission

    def __str__(self) -> str:
        return f"{self.role}: {self.permission} ({self.scope})"


def _each(roles: tuple[str, ...], *actions: str) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(roles, actions)


TABLE = (
    Row("The admin", "wagtailadmin.admin", _each(ROLES, "access")),
    Row("Pages of every kind", "wagtailcore.page", _each(WRITERS, *WRITE) | _each(PUBLISHERS, *PUBLISH), Scope.PAGES),
    Row("Submitted pages", "wagtailcore.groupapprovaltask", _each(PUBLISHERS, "approve"), Scope.WORKFLOW),
    Row("Pictures", "wagtailimages.image", _each(ROLES, *FILES), Scope.COLLECTIONS),
    Row("Documents", "wagtaildocs.document", _each(ROLES, *FILES), Scope.COLLECTIONS),
    Row("Collections", "wagtailcore.collection", _each((ADMINISTRATORS,), *ALL), Scope.COLLECTIONS),
    Row("Organisations", "organisations.organisation", _each(WRITERS, *WRITE) | _each(PUBLISHERS, *ALL)),
    Row("Terms", "taxonomy.term", _each(VOCABULARY_KEEPERS, "view", *ALL, "merge", "retire")),
    Row("Tags", "taxonomy.curatedtag", _each(VOCABULARY_KEEPERS, "view", *ALL)),
    Row("Glossary", "taxonomy.glossaryentry", _each(ROLES, "view", *WRITE) | _each(VOCABULARY_KEEPERS, "view", *ALL)),
    Row("Comments from readers", "editorial.feedback", _each(WRITERS, "view") | _each(PUBLISHERS, "view", "delete")),
    Row("E-bulletins", "bulletins.bulletinpage", _each(BULLETIN_SENDERS, "send"), noun="bulletin"),
    Row("Readers of the e-bulletin", "bulletins.reader", _each(BULLETIN_SENDERS, "view", *ALL)),
    Row("Outgoing emails", "mail.outgoingmail", _each((ADMINISTRATORS,), "view", "change")),
    Row("Site settings", "core.sitesettings", _each((ADMINISTRATORS,), "change")),
    Row("Users", "community.user", _each((ADMINISTRATORS,), *ALL)),
    Row("Groups", "auth.group", _each((ADMINISTRATORS,), *ALL)),
    Row("Sites", "wagtailcore.site", _each((ADMINISTRATORS,), *ALL)),
    Row("Workflows", "wagtailcore.workflow", _each((ADMINISTRATORS,), *ALL)),
    Row("Workflow tasks", "wagtailcore.task", _each((ADMINISTRATORS,), *ALL)),
    Row("Redirects", "wagtailredirects.redirect", _each((ADMINISTRATORS,), *ALL)),
)


def grants() -> Iterator[Grant]:
    """Every permission that the table gives."""
    for row in TABLE:
        noun = row.noun or row.model.split(".")[1]
        for role, actions in row.actions.items():
            yield from (Grant(role, row.scope, row.model, f"{action}_{noun}") for action in actions)
