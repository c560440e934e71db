"""The blocks of a case study's body. Facts have fields of their own; blocks hold what is told."""

from typing import Any

from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageBlock
from wagtail.rich_text import RichText

from core.blocks import TableBlock

# The block chooser has two groups: nine in a row are too many to survey.
TOLD, BESIDE = "The story", "Also on the page"
TEXT_FEATURES = ["h3", "bold", "italic", "ol", "ul", "link", "document-link"]


class SectionBlock(blocks.RichTextBlock):
    """A part of the story under a heading of its own."""

    def get_context(self, value: RichText, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Only what its template shows: a page has several of them, and copying the page's context takes longest."""
        return {"name": self.name.replace("_", "-"), "heading": self.label, "value": value}

    class Meta:
        template = "casestudies/blocks/told.html"


def _told(label: str, description: str, preview: str, icon: str) -> SectionBlock:
    return SectionBlock(
        label=label,
        description=description,
        preview_value=f"<p>{preview}</p>",
        icon=icon,
        group=TOLD,
        features=TEXT_FEATURES,
    )


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(max_length=600, help_text="What was said, word for word, without quotation marks.")
    speaker = blocks.CharBlock(max_length=120, help_text="Who said it. Ask before you publish a name.")
    role = blocks.CharBlock(max_length=120, required=False, help_text="For example “commissioner, county council”.")
    consent = blocks.BooleanBlock(
        label="They agreed to be quoted here",
        required=False,
        help_text="Tick it when they said so, or when they said it in public. Readers do not see this.",
    )

    class Meta:
        icon = "openquote"
        group = BESIDE
        description = "What someone who was there said, with their name."
        template = "casestudies/blocks/quote.html"
        preview_value = {"text": "What someone who was there said.", "speaker": "Their name", "role": "Their role"}


class VideoBlock(blocks.StructBlock):
    """A link, never a player: what another site sends along would reach every reader."""

    title = blocks.CharBlock(
        max_length=200, help_text="What it shows, for example “Three mentors talk about their work”."
    )
    url = blocks.URLBlock(label="Web address", help_text="Where it is watched, for example https://www.example.org/.")
    length = blocks.CharBlock(max_length=40, required=False, help_text="For example “4 minutes”.")
    transcript = blocks.RichTextBlock(
        features=["bold", "italic", "ol", "ul"],
        help_text="What is said and shown, in words, for those who cannot watch or hear it.",
    )

    class Meta:
        icon = "media"
        group = BESIDE
        description = "A link to a video, with its transcript."
        template = "casestudies/blocks/video.html"
        preview_value = {
            "title": "What the video shows",
            "url": "https://www.example.org/",
            "length": "4 minutes",
            "transcript": "<p>What is said and shown.</p>",
        }


class PictureBlock(blocks.StructBlock):
    image = ImageBlock()
    caption = blocks.CharBlock(max_length=250, required=False)

    class Meta:
        icon = "image"
        group = BESIDE
        description = "A photograph or chart, with a caption."
        template = "casestudies/blocks/picture.html"
        preview_value = {"caption": "A photograph or chart, with a caption."}


class BodyBlock(blocks.StreamBlock):
    context = _told("The need", "Who needed what, and why then.", "Who needed what, and why then.", "help")
    what_was_done = _told(
        "What was done", "What was commissioned and how it works.", "What was done, step by step.", "list-ul"
    )
    what_changed = _told(
        "What changed", "What came of it, in words. Figures go into the outcomes.", "What changed.", "pick"
    )
    did_not_work = _told(
        "What did not work",
        "What was tried and dropped, and what it cost. The part that helps readers most.",
        "What was tried and dropped.",
        "warning",
    )
    lessons = _told("Lessons", "What you would tell someone who starts tomorrow.", "What we would do again.", "edit")
    quote = QuoteBlock()
    picture = PictureBlock()
    video = VideoBlock()
    table = TableBlock(group=BESIDE)
    document = DocumentChooserBlock(
        icon="doc-full",
        group=BESIDE,
        description="A report, specification or contract to download.",
        template="casestudies/blocks/document.html",
        preview_template="casestudies/blocks/document_preview.html",
    )
