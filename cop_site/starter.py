"""The starter content: what a new site shows before anybody has written anything."""

from collections.abc import Callable, Iterator
from importlib import import_module

from django.apps import apps
from django.db import transaction
from django.utils.module_loading import module_has_submodule

import home.starter
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
    for load in _parts():
        load(front)
    home.starter.load_pages(front)
    align_site()
    return True


def _parts() -> Iterator[Callable[[HomePage], object]]:
    """`load` of each app's starter module, in the order of INSTALLED_APPS: e-bulletins pick from the pages before them."""
    for app in apps.get_app_configs():
        if app.name != "home" and module_has_submodule(app.module, "starter"):
            load = getattr(import_module(f"{app.name}.starter"), "load", None)
            if load:
                yield load
