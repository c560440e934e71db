from typing import Any

from django.core.management.base import BaseCommand

from taxonomy.vocabulary import load_glossary, load_vocabulary


class Command(BaseCommand):
    help = (
        "Add what the data files of the vocabulary and the glossary have and the database lacks. "
        "Never changes a term or a word that is there."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{load_vocabulary()} terms and {load_glossary()} words of the glossary added")
