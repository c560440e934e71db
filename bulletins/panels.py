"""The editing form of an issue, in the order in which it is written."""

from typing import Any

from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
    MultiFieldPanel,
    ObjectList,
    Panel,
    TabbedInterface,
)
from wagtail.models import Page

from bulletins.permissions import NO_PERMISSION, SEND


class Tools(HelpPanel):
    """What can be done with the issue, and whether whoever edits it may send it."""

    class BoundPanel(HelpPanel.BoundPanel):
        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            may_send = self.request is None or self.request.user.has_perm(SEND)
            return super().get_context_data(parent_context) | {"no_permission": "" if may_send else NO_PERMISSION}


ISSUE: list[Panel] = [
    Tools(template="bulletins/admin/tools.html"),
    FieldPanel("title", classname="title"),  # not Wagtail's own, which looks for a slug to write
    MultiFieldPanel(
        [FieldRowPanel([FieldPanel("season"), FieldPanel("year"), FieldPanel("issue_number")])], heading="Issue"
    ),
    FieldPanel("editorial"),
    FieldPanel("sections"),
]
MAIL: list[Panel] = [FieldPanel("subject"), FieldPanel("preheader")]
KEEPING: list[Panel] = [FieldPanel("as_at"), FieldPanel("source")]
# No slug: the address follows year and season.
PROMOTE: list[Panel] = [
    MultiFieldPanel([FieldPanel("seo_title"), FieldPanel("search_description")], heading="For search engines"),
    *Page.settings_panels,  # the day to publish and to expire, and comments: Wagtail shows them beside the form
]


def bulletin_handler() -> TabbedInterface:
    tabs = {"Issue": ISSUE, "Mail": MAIL, "Date and source": KEEPING, "Search engines": PROMOTE}
    return TabbedInterface([ObjectList(panels, heading=heading) for heading, panels in tabs.items()])
