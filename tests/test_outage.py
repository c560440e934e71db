"""An outage is told of once by all processes of a machine."""

from pathlib import Path

from caching.outage import Outage


def test_the_first_process_that_meets_it_tells_of_it(tmp_path: Path) -> None:
    one, other = Outage(tmp_path / "new" / "away"), Outage(tmp_path / "new" / "away")
    assert not one.ends()
    assert one.begins()
    assert not one.begins()
    assert not other.begins()
    assert other.ends()
    assert not one.ends()
    assert one.begins()


def test_where_nothing_can_be_written_each_process_tells_of_it_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    one, other = Outage(tmp_path / "file" / "away"), Outage(tmp_path / "file" / "away")
    assert one.begins()
    assert not one.begins()
    assert other.begins()
    assert one.ends()
    assert not one.ends()
