"""The parts of an issue: sections with a heading, each with pages of this site and short news."""

from typing import Any

from django.core.exceptions import ValidationError
from wagtail import blocks

from core.blocks import TableBlock
from core.findable import Findable

COLUMNS = 4  # what a mail has room for
TEXT_FEATURES = ["bold", "italic", "ol", "ul", "link"]


class SearchablePageBlock(blocks.PageChooserBlock):
    """A page that has a title and a summary of its own kind: one that readers can search for."""

    def clean(self, value: Any) -> Any:
        page = super().clean(value)
        if page and not self.is_deferred_validation and not issubclass(page.specific_class, Findable):
            raise ValidationError("Choose a page that readers can search for, for example a case study.")
        return page


class PickedPageBlock(blocks.StructBlock):
    page = SearchablePageBlock(
        help_text="For example a case study. Its title, summary and picture are shown, and change when they change there."
    )
    title = blocks.CharBlock(
        max_length=200, required=False, label="Own title", help_text="In place of the page’s title. Mostly left empty."
    )
    summary = blocks.TextBlock(
        max_length=600,
        required=False,
        rows=3,
        label="Own summary",
        help_text="In place of the page’s summary, for example why it matters this quarter. Mostly left empty.",
    )

    class Meta:
        icon = "doc-full"
        label = "Page"
        label_format = "{page} {title}"
        description = "A case study, note or other page of this site, with its own title, summary and picture."
        preview_value = {"title": "The title of the page", "summary": "Its summary, in one or two sentences."}
        preview_template = "bulletins/blocks/item_preview.html"


class NewsBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=200, help_text="What is new, for example “Pilot courses have begun”.")
    text = blocks.RichTextBlock(
        features=TEXT_FEATURES, help_text="Two or three sentences: what happened, for whom, from when on."
    )
    link = blocks.URLBlock(
        required=False, help_text="Where the title leads, for example https://www.example.org/. It must work today."
    )
    link_page = blocks.PageChooserBlock(required=False, label="Or a page of this site")

    class Meta:
        icon = "rss"
        label = "News"
        label_format = "{title}"
        description = "Something short that has no page here, with a link where there is one."
        preview_value = {"title": "What is new", "text": "<p>What happened, for whom, from when on.</p>"}
        preview_template = "bulletins/blocks/item_preview.html"

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if cleaned.get("link") and cleaned.get("link_page") and not self.is_deferred_validation:
            problem = ValidationError("Choose either an address or a page of this site.")
            raise blocks.StructBlockValidationError(block_errors={"link_page": problem})
        return cleaned


class ItemsBlock(blocks.StreamBlock):
    page = PickedPageBlock()
    news = NewsBlock()
    table = TableBlock(columns=COLUMNS)


class SectionBlock(blocks.StructBlock):
    heading = blocks.CharBlock(max_length=120, help_text="For example “Children and families” or “Funding”.")
    items = ItemsBlock(help_text="In the order in which they are read.")

    class Meta:
        icon = "list-ul"
        label_format = "{heading}"
        description = "A heading with pages and news below it."
        preview_value = {"heading": "The heading of a section"}
        preview_template = "bulletins/blocks/section_preview.html"


class SectionsBlock(blocks.StreamBlock):
    section = SectionBlock()
