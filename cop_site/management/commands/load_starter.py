from typing import Any

from django.core.management.base import BaseCommand

from cop_site.starter import load_starter


class Command(BaseCommand):
    help = "Load the starter content where no home page exists; does nothing on a site that has one."

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_starter()
        self.stdout.write("starter content loaded" if loaded else "the site has content already; nothing was changed")
