"""The worker's tasks, done here."""

from django.core.management import call_command


def run_tasks() -> None:
    """All that wait, until none does."""
    call_command("db_worker", "--backend", "background", "--batch", "--no-startup-delay", "--no-reload", verbosity=0)
