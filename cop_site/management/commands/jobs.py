"""`manage.py jobs`: what is due, done once. Cron calls it each minute where `serve` does not."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from search.engine import engine


class Command(BaseCommand):
    help = "Do once what is due: scheduled publishing and expiry, and what the search index has not caught up with."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("publish_scheduled", verbosity=0)
        engine().sync()
