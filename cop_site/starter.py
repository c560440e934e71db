"""The starter content: what a new site shows before anybody has written anything."""

from django.db import transaction

import bulletins.starter
import casestudies.starter
import home.starter
import practice.starter
from cop_site.site import align_site
from home.models import HomePage
from taxonomy.vocabulary import load_glossary, load_vocabulary


def is_empty() -> bool:
    """Whether the site has no home page yet."""
    return not HomePage.objects.exists()


@transaction.atomic
def load_starter() -> bool:
    """Load the vocabulary and every app's part where there is no home page yet: all of it or nothing.
    Returns whether anything was loaded."""
    if not is_empty():
        return False
    load_vocabulary()
    load_glossary()
    front = home.starter.load()
    casestudies.starter.load(front)
    practice.starter.load(front)
    bulletins.starter.load(front)  # picks from the pages before it
    home.starter.load_pages(front)
    align_site()
    return True
