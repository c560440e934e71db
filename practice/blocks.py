"""The blocks of a note: how a thing is done, and where it goes wrong. Facts have fields of their own."""

from wagtail import blocks

from core.blocks import TableBlock

TEXT_FEATURES = ["bold", "italic", "ol", "ul", "link", "document-link"]


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=120, help_text="What to do, for example “Ask providers before you specify”.")
    text = blocks.RichTextBlock(features=TEXT_FEATURES, help_text="How it is done, and by whom.")

    class Meta:
        icon = "list-ol"
        description = "One step of the work. Steps are numbered in their order."
        template = "practice/blocks/step.html"
        preview_value = {"title": "Ask providers before you specify", "text": "<p>How it is done, and by whom.</p>"}


class HowToBlock(blocks.StreamBlock):
    step = StepBlock()
    advice = blocks.RichTextBlock(
        features=TEXT_FEATURES,
        icon="pilcrow",
        description="Advice that is no step of its own.",
        template="practice/blocks/advice.html",
        preview_value="<p>Advice that is no step of its own.</p>",
    )
    table = TableBlock()


class PitfallBlock(blocks.StructBlock):
    what = blocks.CharBlock(max_length=200, help_text="What goes wrong, for example “The clause cannot be measured”.")
    instead = blocks.RichTextBlock(
        features=TEXT_FEATURES, required=False, help_text="What to do instead, where somebody knows."
    )

    class Meta:
        icon = "warning"
        description = "Something that goes wrong, and what to do instead."
        template = "practice/blocks/pitfall.html"
        preview_value = {"what": "The clause cannot be measured", "instead": "<p>What to do instead.</p>"}


class PitfallsBlock(blocks.StreamBlock):
    pitfall = PitfallBlock()
