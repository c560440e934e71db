"""Files of readers, checked and imported, as tests need them."""

from bulletins.readers.importing import go_on, start, work_through
from bulletins.readers.models import Reader, ReaderImport

Step = ReaderImport.Step
SAID = "On paper, Leeds, March 2007"


def checked(content: bytes | str, statement: str = SAID, kind: str = ReaderImport.Kind.READERS) -> ReaderImport:
    run = start(content.encode() if isinstance(content, str) else content, "list.csv", statement, kind=kind)
    work_through(run.pk)
    run.refresh_from_db()
    return run


def imported(content: bytes | str, kind: str = ReaderImport.Kind.READERS) -> ReaderImport:
    run = checked(content, kind=kind)
    assert run.step == Step.CHECKED, run.note
    go_on(run)
    work_through(run.pk)
    run.refresh_from_db()
    assert run.step == Step.DONE
    return run


def refusals(run: ReaderImport) -> dict[int, str]:
    return dict(run.refusals.values_list("line", "reason"))


def addresses() -> set[str]:
    return set(Reader.objects.values_list("address", flat=True))
