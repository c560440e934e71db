from django_tasks import task

from search.engine import engine


@task(backend="background")
def catch_up() -> None:
    """Take in what the change log holds; safe to run twice, and the minute jobs do the same."""
    engine().sync()
