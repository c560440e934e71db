"""How well a search finds what was asked for: nDCG@10, MAP and MRR over a collection of documents, questions and grades.

    python -m bench.relevance FOLDER [--json] [--synonyms]      (or python bench/relevance.py FOLDER)

FOLDER holds docs.jsonl (a JSON object a line: id, title, text), topics.tsv (id, a tab, text) and qrels.txt (topic, 0, document,
grade, separated by white space), all UTF-8. The documents are indexed in a temporary folder by the site's own engine, and
each topic is asked as an address would ask it; with --synonyms also with those of the starter vocabulary and glossary. Where
ELASTICSEARCH_URL names a server, an index of its own there is measured beside it, and removed. The first 100 hits count: nDCG looks at 10 of them, MAP and MRR at all.
No database is read and nothing of the site's is touched. Lines that cannot be used are named on stderr and left out.
Ends with 2 where a file cannot be read or nothing is left to measure.
"""

import argparse
import json
import os
import re
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import log2
from pathlib import Path
from statistics import fmean, median
from time import perf_counter
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
if not __package__:  # run as a file: Python then looks for modules beside it, not where the site's apps are
    sys.path[0] = str(ROOT)

if TYPE_CHECKING:
    from search.documents import Document
    from search.elastic.engine import ElasticEngine
    from search.embedded.engine import EmbeddedEngine
    from search.protocols import Engine
    from search.synonyms import Synonyms, Thesaurus

DEPTH = 100  # hits that are looked at
BATCH = 500
NAMED = 5  # bad lines of a file that are told one by one
_JUDGEMENT = re.compile(r"\s*(\S+)\s+\S+\s+(\S|\S.*\S)\s+([+-]?[0-9]{1,9})\s*", re.ASCII)

Grades = Mapping[str, int]


class Unusable(Exception):
    """There is nothing to measure. The text says why."""


# The measures: `ranking` are the ids found, best first; `grades` those of the judged documents of one topic.


def ndcg(ranking: Sequence[str], grades: Grades, cut: int = 10) -> float:
    """Discounted gain of the first hits beside that of the best order of all judged documents.

    sum(grade(i) / log2(i + 1) for i = 1…cut), divided by the same sum over the grades in falling order. Grades below zero and
    documents without a grade count nothing; 0 where nothing is relevant. This is trec_eval's ndcg_cut.10
    (Järvelin and Kekäläinen 2002, with the grade as the gain)."""
    best = _discounted(sorted(grades.values(), reverse=True)[:cut])
    return _discounted([grades.get(found, 0) for found in ranking[:cut]]) / best if best else 0.0


def _discounted(gains: Sequence[int]) -> float:
    return sum(max(0, gain) / log2(place + 1) for place, gain in enumerate(gains, start=1))


def average_precision(ranking: Sequence[str], grades: Grades) -> float:
    """Precision at each relevant hit (grade 1 or more), in the mean over all relevant documents, found or not.

    sum(relevant among the first i / i for each relevant hit i) / relevant documents; 0 where nothing is relevant. Its mean
    over topics is MAP, trec_eval's map, here of the hits that are looked at (the first 100)."""
    relevant = sum(grade >= 1 for grade in grades.values())
    total, seen = 0.0, 0
    for place, found in enumerate(ranking, start=1):
        if grades.get(found, 0) >= 1:
            seen += 1
            total += seen / place
    return total / relevant if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], grades: Grades) -> float:
    """1 / the place of the first relevant hit (grade 1 or more), 0 where there is none among those that are looked at.

    Its mean over topics is MRR, trec_eval's recip_rank (Voorhees 1999), here of the first 100 hits."""
    return next((1 / place for place, found in enumerate(ranking, start=1) if grades.get(found, 0) >= 1), 0.0)


# Reading


@dataclass(frozen=True)
class CollectionDocument:
    title: str
    text: str


@dataclass
class Collection:
    documents: dict[str, CollectionDocument] = field(default_factory=dict)
    topics: dict[str, str] = field(default_factory=dict)
    judgements: dict[str, dict[str, int]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


class _BadLine(Exception):
    pass


def read(folder: Path) -> Collection:
    """The collection in a folder. Raises Unusable where a file is missing or holds nothing that can be used."""
    if not folder.is_dir():
        raise Unusable(f"{folder} is no folder")
    held = Collection()
    for name, take in (("docs.jsonl", _document), ("topics.tsv", _topic), ("qrels.txt", _judgement)):
        _read(folder / name, take, held)
    for what, found in (("document", held.documents), ("topic", held.topics), ("judgement", held.judgements)):
        if not found:
            raise Unusable("\n".join([*held.warnings, f"there is no {what} that can be used in {folder}"]))
    _compare(held)
    return held


def _read(path: Path, take: Any, held: Collection) -> None:
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror or error}") from error
    bad = 0
    for number, line in enumerate(lines, start=1):
        try:
            text = line.decode().rstrip("\r")
            if text.strip():
                take(text, held)
        except (_BadLine, UnicodeDecodeError) as error:
            bad += 1
            if bad <= NAMED:
                why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
                held.warnings.append(f"{path.name}, line {number}: {why}; left out")
    if bad > NAMED:
        held.warnings.append(f"{path.name}: {bad} lines left out altogether")


def _document(line: str, held: Collection) -> None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise _BadLine("it is not JSON") from None
    if not isinstance(row, dict):
        raise _BadLine("it is not a JSON object")
    key = row.get("id")
    name = str(key).strip() if isinstance(key, str | int) and not isinstance(key, bool) else ""
    if not name:
        raise _BadLine("it has no id")
    texts = [row.get(part) or "" for part in ("title", "text")]
    if not all(isinstance(text, str) for text in texts):
        raise _BadLine("its title or its text is not text")
    if name in held.documents:
        raise _BadLine(f"the document {_shown(name)} was there before")
    held.documents[name] = CollectionDocument(*texts)


def _topic(line: str, held: Collection) -> None:
    key, tab, text = line.partition("\t")
    name = key.strip()
    if not (name and tab):
        raise _BadLine("it is not an id, a tab and a text")
    if name in held.topics:
        raise _BadLine(f"the topic {_shown(name)} was there before")
    held.topics[name] = text.strip()


def _judgement(line: str, held: Collection) -> None:
    found = _JUDGEMENT.fullmatch(line)
    if not found:
        raise _BadLine("it is not a topic, 0, a document and a grade (a whole number)")
    topic, document, grade = found[1].strip(), found[2].strip(), int(found[3])
    grades = held.judgements.setdefault(topic, {})
    if document in grades:
        raise _BadLine(f"the document {_shown(document)} was judged for the topic {_shown(topic)} before")
    grades[document] = grade


def _compare(held: Collection) -> None:
    """Say what of the three files does not go together."""
    unknown = sum(document not in held.documents for grades in held.judgements.values() for document in grades)
    unasked = [topic for topic in held.judgements if topic not in held.topics]
    unjudged = [topic for topic in held.topics if topic not in held.judgements]
    if unknown:
        held.warnings.append(
            f"qrels.txt: {unknown} judgements of documents that docs.jsonl lacks; they count as not found, as in trec_eval"
        )
    if unasked:
        held.warnings.append(f"qrels.txt: {len(unasked)} topics that topics.tsv lacks, left out: {_some(unasked)}")
    if unjudged:
        held.warnings.append(f"topics.tsv: {len(unjudged)} topics without judgements, left out: {_some(unjudged)}")
    if len(unjudged) == len(held.topics):
        raise Unusable("\n".join([*held.warnings, "no topic has judgements"]))


def _some(names: Sequence[str]) -> str:
    return ", ".join(map(_shown, names[:NAMED])) + (" …" if len(names) > NAMED else "")


def _shown(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:59]}…"


# Asking


@dataclass(frozen=True)
class Row:
    engine: str
    documents: int
    topics: int  # asked: those with judgements
    ndcg: float
    map: float
    mrr: float
    median_ms: float


@dataclass(frozen=True)
class Report:
    rows: list[Row]
    warnings: list[str]


def evaluate(folder: Path, *, synonyms: bool = False, url: str = "") -> Report:
    """Measure every engine on the collection in a folder, with the starter content's synonyms or without any; `url` is that of
    an Elasticsearch to be measured too. Django must be set up. Raises Unusable."""
    from search.synonyms import NONE, gathered

    held = read(folder)
    thesaurus = gathered(starter_synonyms()) if synonyms else NONE
    rows = []
    with tempfile.TemporaryDirectory(prefix="cop-relevance-") as place:
        with embedded(held.documents, Path(place)) as engine:
            rows.append(measured(engine, held, thesaurus))
        if url:
            with elastic(held.documents, url) as other:
                rows.append(measured(other, held, thesaurus))
    return Report(rows, held.warnings)


def starter_synonyms() -> list["Synonyms"]:
    """Those of a new site, from its data files: no database is needed to ask."""
    from taxonomy.vocabulary import FILE, GLOSSARY, of_term, of_word

    found = []
    for row in tomllib.loads(FILE.read_text(encoding="utf-8"))["term"]:
        found += of_term(row["facet"], row["label"], row.get("synonyms", []))
    for row in tomllib.loads(GLOSSARY.read_text(encoding="utf-8"))["entry"]:
        found += of_word(row["word"], row.get("synonyms", []), row.get("related", []))
    return found


@contextmanager
def embedded(documents: Mapping[str, CollectionDocument], folder: Path) -> Iterator["EmbeddedEngine"]:
    """The embedded engine over these documents, whose page ids are their places, from 1."""
    from search.embedded.engine import EmbeddedEngine
    from search.embedded.store import Store

    class Alone(EmbeddedEngine):
        """There is no database, so no change log to catch up with."""

        def newest(self) -> int:
            return 0

        def close(self) -> None:
            self.store.close()

    with Store(folder).rebuilding(1) as new:
        for versions, batch in batches(documents):
            new.add(versions, batch)
    engine = Alone(folder)
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def elastic(documents: Mapping[str, CollectionDocument], url: str) -> Iterator["ElasticEngine"]:
    """Elasticsearch over the same, in an index that goes afterwards."""
    from search.elastic import index
    from search.elastic.connection import Place, client_of
    from search.elastic.engine import ElasticEngine

    place = Place(client_of(url.split(",")), f"bench-relevance-{os.getpid()}").unhurried
    try:
        with index.rebuilding(place, 1) as new:
            for versions, batch in batches(documents):
                new.add(versions, batch)
        yield ElasticEngine(place)
    finally:
        index.remove_all(place)


def batches(documents: Mapping[str, CollectionDocument]) -> Iterator[tuple[dict[int, int], list["Document"]]]:
    from search.documents import Document, plain

    entries = [
        Document(number, "page", plain(document.title), f"/{number}/", body=plain(document.text))
        for number, document in enumerate(documents.values(), start=1)
    ]
    for start in range(0, len(entries), BATCH):
        batch = entries[start : start + BATCH]
        yield dict.fromkeys((entry.page_id for entry in batch), 1), batch


def measured(engine: "Engine", held: Collection, thesaurus: "Thesaurus") -> Row:
    from search.answers import QueryParams
    from search.facets import DIMENSIONS, Vocabulary
    from search.query import Query

    nothing: Vocabulary = {name: {} for name in DIMENSIONS}
    names = list(held.documents)
    scores: list[tuple[float, float, float]] = []
    times: list[float] = []
    for topic, text in held.topics.items():
        grades = held.judgements.get(topic)
        if grades is None:
            continue
        started = perf_counter()
        results = engine.search(Query.from_params(QueryParams({"q": [text]}), nothing), nothing, DEPTH, thesaurus)
        times.append((perf_counter() - started) * 1000)
        found = [names[hit.page_id - 1] for hit in results.hits]
        scores.append((ndcg(found, grades), average_precision(found, grades), reciprocal_rank(found, grades)))
    gain, precision, rank = (fmean(column) for column in zip(*scores, strict=True))
    return Row(engine.name, len(names), len(scores), gain, precision, rank, median(times))


# Printing


def table(rows: Sequence[Row]) -> str:
    lines = [f"{'engine':<15}{'documents':>10}{'topics':>8}{'nDCG@10':>9}{'MAP':>8}{'MRR':>8}{'median ms':>11}"]
    for row in rows:
        figures = f"{row.ndcg:>9.4f}{row.map:>8.4f}{row.mrr:>8.4f}{row.median_ms:>11.2f}"
        lines.append(f"{row.engine:<15}{row.documents:>10}{row.topics:>8}{figures}")
    return "\n".join(lines)


def as_json(rows: Sequence[Row]) -> str:
    names = {"ndcg": "nDCG@10", "map": "MAP", "mrr": "MRR"}
    return json.dumps([{names.get(name, name): value for name, value in vars(row).items()} for row in rows], indent=1)


@contextmanager
def site() -> Iterator[None]:
    """The site's code with settings of its own, whatever the shell has: data in a folder that goes, no outside parts."""
    import django

    with tempfile.TemporaryDirectory(prefix="cop-relevance-") as name:
        data = {"DATA_DIR": name, "DATABASE_URL": f"sqlite:///{name}/db.sqlite3", "DEBUG": "false"}
        parts = {"SITE_URL": "http://127.0.0.1:8000", "SECRET_KEY": "b" * 60, "REDIS_URL": "", "ELASTICSEARCH_URL": ""}
        os.environ.update(data | parts | {"DJANGO_SETTINGS_MODULE": "cop_site.settings"})
        django.setup()
        yield


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--synonyms", action="store_true", help="those of the starter content")
    chosen = parser.parse_args()
    url = os.environ.get("ELASTICSEARCH_URL", "")
    try:
        with site():
            report = evaluate(chosen.folder, synonyms=chosen.synonyms, url=url)
    except Unusable as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    for warning in report.warnings:
        sys.stderr.write(f"{warning}\n")
    sys.stdout.write(as_json(report.rows) if chosen.json else table(report.rows))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
