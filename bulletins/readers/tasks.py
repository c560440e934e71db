"""What is too slow for a request. Each task names a row and no address; `manage.py jobs` does what a killed worker left."""

from django_tasks import task

from bulletins.readers import importing


@task(backend="background")
def work_through_import(import_id: int) -> None:
    importing.work_through(import_id)
