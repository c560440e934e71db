"""What is too slow for a request. Each task names a row and no address; `manage.py jobs` does what a killed worker left."""

from django_tasks import task

from bulletins.readers import importing, signing_up


@task(backend="background")
def answer_sign_up(sign_up_id: int) -> None:
    signing_up.answer(sign_up_id)


@task(backend="background")
def work_through_import(import_id: int) -> None:
    importing.work_through(import_id)
