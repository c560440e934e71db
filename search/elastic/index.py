"""The index on the server: which one is current, writes that can come in any order, a new one beside the old.

An alias names the index in use. A rebuild fills another index and moves the alias in one step; the one before stays for
a rollback. What an index has taken in, and whether it is still being filled, stands in its mapping's `_meta`.
"""

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

from elastic_transport import TransportError
from elasticsearch import BadRequestError, NotFoundError

from search.documents import Document
from search.elastic import documents
from search.elastic.connection import READ, Missing, Place, asking, checked, raise_refusal
from search.elastic.documents import Batch
from search.protocols import Busy, Unavailable

Versions = Mapping[int, int]
# How long the server knows that a page left, so that an older write that is still on its way cannot bring it back.
REMEMBERED = "1h"
ALIVE = 120  # seconds without a sign after which an index that is being filled counts as left behind
MERGING = 1800  # seconds that merging may take, without a sign
TOGETHER = 2  # batches on their way to the server at once
AT_ONCE = 10_000  # entries in one answer
_STAMP = r"-\d{8}-\d{12}"


def current(place: Place) -> str:
    """The name of the index in use. Raises Missing where there is none."""
    with asking():
        try:
            names = sorted(place.client.indices.get_alias(name=place.alias))
        except NotFoundError:
            raise Missing("there is no search index on Elasticsearch") from None
    return names[-1]


def mapping(place: Place, name: str) -> dict[str, Any]:
    with asking():
        return dict(place.client.indices.get_mapping(index=name)[name]["mappings"])


def meta(place: Place, name: str) -> dict[str, Any]:
    return dict(mapping(place, name).get("_meta", {}))


def sequence(place: Place, name: str = "") -> int:
    return int(meta(place, name or current(place)).get("sequence", 0))


def remember(place: Place, name: str, **values: Any) -> None:
    """Replace what an index says of itself. `sequence` may go back where two processes write at once; then something is
    written twice, which does no harm."""
    with asking():
        place.patient.indices.put_mapping(index=name, meta=values)


@dataclass(frozen=True, slots=True)
class Written:
    pages: set[int] = field(default_factory=set)  # that are another than before
    refused: set[int] = field(default_factory=set)  # pages that are there in a newer version
    names: set[str] = field(default_factory=set)  # of the indexes that an alias led to


def write(
    place: Place, target: str, versions: Versions, entries: Iterable[Document], *, again: bool = False
) -> Written:
    """Replace these pages' entries in an index or behind an alias, as `documents.batch` says. Raises Unavailable where the
    server did not take them all: then all may be sent again."""
    return send(place, target, documents.batch(versions, entries, again=again))


def send(place: Place, target: str, batch: Batch) -> Written:
    written = Written()
    if not batch.lines:
        return written
    with asking():
        alias = target == place.alias
        answer = place.patient.bulk(
            index=target,
            operations=cast(Any, batch.lines),  # the client takes what is written out already
            require_alias=alias,
            refresh=alias,
            # Of what went well nothing else is read.
            filter_path=["errors", *(f"items.*.{name}" for name in ("_id", "_index", "status", "error"))],
        )
    for item in answer["items"]:
        (done,) = item.values()
        error = done.get("error")
        if error and done["status"] != 409:
            raise_refusal(done["status"], done)
            raise ValueError(f"Elasticsearch did not take page {done['_id']}: {error}")
        written.names.add(error["index"] if error else done["_index"])
        if error:
            written.refused.add(int(done["_id"]))
        elif done["status"] < 300:  # a page that leaves may never have been there
            written.pages.add(int(done["_id"]))
    if alias and target in written.names:
        # The alias was gone, and for a delete the server makes up an index in its place, whatever we require.
        remove(place, target)
        raise Missing("there is no search index on Elasticsearch")
    return written


def versions(place: Place, target: str, page_ids: Iterable[int]) -> dict[int, int]:
    """The version of each page that is there; -1 of others."""
    held = dict.fromkeys(page_ids, -1)
    if held:
        with asking():
            answer = place.patient.mget(index=target, ids=[str(page) for page in held], source=False)
        held |= {int(row["_id"]): row["_version"] for row in map(checked, answer["docs"]) if row["found"]}
    return held


def stored(place: Place) -> dict[int, str]:
    """The fingerprint of every entry."""
    name = current(place)
    found: dict[int, str] = {}
    with asking():
        client = place.patient
        client.indices.refresh(index=name)
        pit = client.open_point_in_time(index=name, keep_alive="1m")["id"]
        try:
            after: list[Any] | None = None
            while True:
                answer = client.search(
                    pit={"id": pit, "keep_alive": "1m"},
                    size=AT_ONCE,
                    source=False,
                    docvalue_fields=[{"field": "fingerprint"}],
                    sort={"_shard_doc": "asc"},
                    search_after=after,
                    track_total_hits=False,
                    allow_partial_search_results=False,
                )
                rows = answer["hits"]["hits"]
                found |= {int(row["_id"]): row["fields"]["fingerprint"][0] for row in rows}
                if len(rows) < AT_ONCE:
                    return found
                after = rows[-1]["sort"]
        finally:
            with suppress(Exception):  # it goes by itself in a minute
                client.close_point_in_time(id=pit)


class Rebuild:
    """An index that is being filled. Batches are on their way while the next one is read from the database."""

    def __init__(self, place: Place, name: str, taken_in: int) -> None:
        self.place, self.name, self.sequence = place, name, taken_in
        self._pages: set[int] = set()
        self._sending = ThreadPoolExecutor(TOGETHER)
        self._sent: list[Future[Written]] = []

    def add(self, versions: Versions, entries: Iterable[Document]) -> None:
        # Nobody else writes here: what comes later is newer, whatever the log says.
        self.take(documents.batch(versions, entries, again=True))

    def take(self, batch: Batch) -> None:
        """What was taken before must be there before the same page comes again: see `wait`."""
        self._pages -= batch.versions.keys()
        self._pages |= batch.there
        self._sent.append(self._sending.submit(send, self.place, self.name, batch))
        while len(self._sent) > TOGETHER:
            self._sent.pop(0).result()
            self.sign(ALIVE)

    def wait(self) -> None:
        """Until everything that was added is there."""
        while self._sent:
            self._sent.pop(0).result()

    def sign(self, seconds: int) -> None:
        """Say that somebody is at it, and will be for so long."""
        remember(self.place, self.name, sequence=self.sequence, building=time.time() + seconds)

    def finish(self) -> None:
        """Bring it into the form in which it is asked, and look whether all is there."""
        self.wait()
        place, client = self.place, self.place.patient
        if "dynamic" not in mapping(place, self.name):  # ours is strict
            raise Unavailable("somebody removed the new index, and the server made up another")
        self.sign(MERGING)
        with asking():
            client.indices.refresh(index=self.name)
            held = int(client.count(index=self.name)["count"])
        if held != len(self._pages):
            raise Unavailable(f"the new index holds {held} of {len(self._pages)} pages")
        with asking():
            # Few segments are asked faster; and they are merged before there are copies of them.
            client.options(request_timeout=MERGING).indices.forcemerge(index=self.name, max_num_segments=1)
            client.indices.put_settings(
                index=self.name, settings={"refresh_interval": None, "auto_expand_replicas": f"0-{place.replicas}"}
            )
            # The copies are made meanwhile; should a node be missing, the index answers without them.
            client.cluster.health(index=self.name, wait_for_status="yellow", timeout="20s")
        remember(place, self.name, sequence=self.sequence)

    def stop(self) -> None:
        self._sending.shutdown(cancel_futures=True)


@contextmanager
def rebuilding(place: Place, taken_in: int) -> Iterator[Rebuild]:
    """A new index to fill, which takes over when the block ends without an error. Raises Busy where another process is at
    it, on any machine."""
    place = place.unhurried
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S%f")
    name = f"{place.alias}-{stamp}"
    _create(place, name, taken_in)
    new = Rebuild(place, name, taken_in)
    try:
        _alone(place, name)
        yield new
        new.finish()
    except BaseException:
        new.stop()
        with suppress(Exception):  # the next rebuild removes it
            place.patient.indices.delete(index=name)
        raise
    new.stop()
    try:
        before = _swap(place, name)
    except Unavailable:
        with suppress(Unavailable):  # nobody knows whether it is in use; if not, the next rebuild removes it
            if current(place) != name:
                remove(place, name)
        raise
    with suppress(Unavailable):  # so does this
        _remove_others(place, {name, before})


def rollback(place: Place) -> None:
    """Make the index before the last rebuild the one in use. Raises Unavailable where there is none."""
    try:
        here = current(place)
    except Missing:
        here = ""
    for name in sorted(_ours(place), reverse=True):
        if name != here and "building" not in meta(place, name):
            _swap(place, name)
            return
    raise Missing("there is no search index before this one")


def remove_all(place: Place) -> None:
    """For tests and benches."""
    for name in _ours(place, any_release=True):
        remove(place, name)


def _create(place: Place, name: str, taken_in: int) -> None:
    """An empty index, which nobody finds yet. Where an answer is lost the client asks again, and meets the index that its
    first request has made."""
    by = uuid4().hex
    settings = {
        "number_of_shards": place.shards,
        "number_of_replicas": 0,
        "refresh_interval": "-1",
        "gc_deletes": REMEMBERED,
    }
    said = {"sequence": taken_in, "building": time.time() + ALIVE, "by": by}
    with asking():
        try:
            place.patient.indices.create(
                index=name, settings=documents.SETTINGS | settings, mappings=documents.MAPPING | {"_meta": said}
            )
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
            if meta(place, name).get("by") != by:
                raise Busy("another process is rebuilding the search index") from error
        except TransportError:  # it may come into being all the same; if later than this, the minute jobs remove it
            with suppress(Exception):
                place.client.options(request_timeout=READ).indices.delete(index=name)
            raise


def _alone(place: Place, name: str) -> None:
    """The first who began goes on."""
    for other in _ours(place):
        if other < name and meta(place, other).get("building", 0) > time.time():
            raise Busy("another process is rebuilding the search index")


def _swap(place: Place, name: str) -> str:
    """Point the alias to this index. Returns the name of the one before, if any."""
    try:
        before = current(place)
    except Missing:
        before = ""
    actions: list[dict[str, Any]] = [{"add": {"index": name, "alias": place.alias}}]
    if before and before != name:
        actions.append({"remove": {"index": before, "alias": place.alias}})
    try:
        with asking():
            place.patient.indices.update_aliases(actions=actions)
    except Unavailable:
        # Asked a second time for want of an answer, the server finds that the alias has left the index before.
        if current(place) != name:
            raise
    return before


def _ours(place: Place, *, any_release: bool = False) -> list[str]:
    """The names of our indexes: of this release, or of any. Another site's prefix may begin with ours."""
    alias = f"{re.escape(place.prefix)}-[0-9a-f]{{6}}" if any_release else re.escape(place.alias)
    with asking():
        found = place.client.indices.get(index=f"{place.prefix}-*", features="aliases")
    return sorted(name for name in found if re.fullmatch(alias + _STAMP, name))


def remove_left_behind(place: Place) -> None:
    """The half-built indexes of rebuilds that were killed."""
    for name in _ours(place, any_release=True):
        if 0 < meta(place, name).get("building", 0) < time.time():
            remove(place, name)


def remove(place: Place, name: str) -> None:
    with asking(), suppress(NotFoundError):
        place.patient.indices.delete(index=name)


def _remove_others(place: Place, keep: set[str]) -> None:
    """Older indexes, and what is left of killed rebuilds. That of the release before goes with the second rebuild of this
    one: until then its processes may be at work."""
    first = "" in keep
    for name in _ours(place, any_release=not first):
        if name not in keep and meta(place, name).get("building", 0) < time.time():
            remove(place, name)
