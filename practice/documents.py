"""What search holds of a note beside what every page has."""

from core.findable import joined
from practice.models import PracticeNotePage
from search.documents import plain_from_html
from search.rich_text import texts_of_block


def note_body(page: PracticeNotePage) -> str:
    """Everything that a reader of the page can read, as plain text."""
    blocks = [*page.how_to, *page.pitfalls]
    told = [text for one in blocks for text in texts_of_block(one.block, one.value)]
    points = [row.text for row in page.points.all()]
    answers = [text for row in page.responses.all() for text in (row.text, row.respondent)]
    sources = dict.fromkeys(row.source for row in page.responses.all())
    pilots = [text for row in page.pilots.all() for text in (row.place, row.service)]
    law = plain_from_html(page.law)
    return joined([plain_from_html(page.about), *told, law, *points, *answers, *sources, *pilots, page.source])
