from typing import Any

from django.core.management.base import BaseCommand

from taxonomy.vocabulary import load_vocabulary


class Command(BaseCommand):
    help = (
        "Add what the controlled vocabulary's data file has and the database lacks. Never changes a term that is there."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{load_vocabulary()} terms added")
