from typing import Any

from django.core.management.base import BaseCommand

from core.image_cleaning import clean_images


class Command(BaseCommand):
    help = (
        "Remove what cameras write into pictures (place, time, maker) from all that are stored. `prepare` does it too; "
        "when all are clean it does nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        clean_images(self.stdout.write, self.stderr.write)
