"""The starter content: what a new site shows before anybody has written anything."""

from django.db import transaction

import bulletins.starter
import casestudies.starter
import home.starter
from cop_site.site import align_site
from home.models import HomePage
from taxonomy.vocabulary import load_vocabulary


@transaction.atomic
def load_starter() -> bool:
    """Load the vocabulary and every app's part where there is no home page yet: all of it or nothing.
    Returns whether anything was loaded."""
    if HomePage.objects.exists():
        return False
    load_vocabulary()
    front = home.starter.load()
    casestudies.starter.load(front)
    bulletins.starter.load(front)  # picks from the pages before it
    home.starter.load_pages(front)
    align_site()
    return True
