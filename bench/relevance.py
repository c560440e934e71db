"""How well the search ranks, by a collection of documents, questions and judgements that anybody may bring.

    python bench/relevance.py FOLDER [--json]

FOLDER holds docs.jsonl (one object a line: id, title, text), topics.tsv (id, tab, question) and qrels.txt (topic, 0, document,
grade; separated by white space). The documents go through the product's own index, the questions through its own Query, with the
synonyms of the starter vocabulary and glossary. Prints nDCG@10, MAP and MRR for each engine. A document without a
judgement counts as irrelevant; a question without any relevant document is left out. Exit code 2 where a file is missing or a line
cannot be read.
"""

import argparse
import json
import os
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path
from statistics import fmean, median
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from search.synonyms import Synonyms

DEPTH = 100  # results of a question that are looked at
CUT = 10
BATCH = 500
Grades = Mapping[str, int]


class BadCollection(Exception):
    """A file is missing or a line cannot be read; the message says which."""


@dataclass(frozen=True, slots=True)
class Collection:
    documents: list[tuple[str, str, str]]  # id, title, text
    topics: dict[str, str]
    judgements: dict[str, dict[str, int]]  # topic -> document -> grade
    unknown: int  # judgements of documents or topics that are not there


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over the questions that have a relevant document, each from 0 to 1."""

    engine: str
    documents: int
    topics: int
    ndcg: float
    map: float
    mrr: float
    p50_ms: float


def ndcg(ranking: Sequence[str], grades: Grades, cut: int = CUT) -> float:
    """trec_eval's ndcg_cut: the sum of grade / log2(rank + 1) over the first `cut` results, beside that of the best order of
    all judged documents. 0 where nothing is relevant."""
    best = _gained(sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:cut])
    return _gained([max(0, grades.get(found, 0)) for found in ranking[:cut]]) / best if best else 0.0


def _gained(grades: Sequence[int]) -> float:
    return sum(grade / log2(rank + 1) for rank, grade in enumerate(grades, 1))


def average_precision(ranking: Sequence[str], grades: Grades) -> float:
    """The mean, over all relevant documents (grade 1 or more), of the precision at the rank of each; 0 for one that was not
    found."""
    relevant = {document for document, grade in grades.items() if grade > 0}
    hits, total = 0, 0.0
    for rank, document in enumerate(ranking, 1):
        if document in relevant:
            hits += 1
            total += hits / rank
    return total / len(relevant) if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], grades: Grades) -> float:
    """1 / rank of the first relevant document among those looked at, else 0."""
    ranks = (rank for rank, document in enumerate(ranking, 1) if grades.get(document, 0) > 0)
    return 1 / next(ranks, float("inf"))


def read(folder: Path) -> Collection:
    """Raises BadCollection."""
    documents: dict[str, tuple[str, str, str]] = {}
    for place, line in _lines(folder / "docs.jsonl"):
        try:
            row = json.loads(line)
            name = str(row["id"])
            documents[name] = name, str(row.get("title") or ""), str(row.get("text") or "")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadCollection(f"{place}: not a JSON object with an id ({error})") from None
    topics: dict[str, str] = {}
    for place, line in _lines(folder / "topics.tsv"):
        topic, tab, text = line.partition("\t")
        if not tab:
            raise BadCollection(f"{place}: no tab between id and question")
        topics[topic.strip()] = text.strip()
    judgements: dict[str, dict[str, int]] = {}
    unknown = 0
    for place, line in _lines(folder / "qrels.txt"):
        try:
            topic, _, document, grade = line.split()
            judged = int(grade)
        except ValueError:
            raise BadCollection(f"{place}: not “topic 0 document grade”") from None
        if topic in topics and document in documents:
            judgements.setdefault(topic, {})[document] = judged
        else:
            unknown += 1
    return Collection(list(documents.values()), topics, judgements, unknown)


def _lines(file: Path) -> list[tuple[str, str]]:
    """Where each line stands, and the line, without those that are empty."""
    try:
        text = file.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise BadCollection(f"{file} cannot be read: {error.strerror}") from None
    return [(f"{file.name}, line {number}", line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def starter_synonyms() -> list["Synonyms"]:
    """Those that a new site has, from the data files: no database is needed to ask."""
    from search.synonyms import Synonyms
    from taxonomy.models import Facet
    from taxonomy.vocabulary import FILE, GLOSSARY, RELATED

    found = []
    for row in tomllib.loads(FILE.read_text(encoding="utf-8"))["term"]:
        others = row.get("synonyms", [])
        if row["facet"] == Facet.ORGANISATION:
            found += [Synonyms((row["label"], other)) for other in others]
        elif others:
            found.append(Synonyms((row["label"], *others)))
    for row in tomllib.loads(GLOSSARY.read_text(encoding="utf-8"))["entry"]:
        found.append(Synonyms((row["word"], *row.get("synonyms", []))))
        found += [Synonyms((row["word"], near), RELATED) for near in row.get("related", [])]
    return found


def embedded(collection: Collection, folder: Path) -> Scores:
    """The scores of the embedded engine over an index of its own in this folder."""
    from search.answers import Values
    from search.embedded.engine import EmbeddedEngine
    from search.embedded.store import Store
    from search.entries import Entry
    from search.facets import DIMENSIONS, Vocabulary
    from search.query import Query
    from search.synonyms import gathered

    class Apart(EmbeddedEngine):
        """An index that no database stands behind."""

        def _catch_up_before_reading(self) -> None:
            return

    names = [name for name, _, _ in collection.documents]
    entries = [
        Entry(page_id=number, kind="page", title=title, url=f"/{number}/", body=text)
        for number, (_, title, text) in enumerate(collection.documents, 1)
    ]
    with Store(folder).rebuilding(0) as new:
        for start in range(0, len(entries), BATCH):
            batch = entries[start : start + BATCH]
            new.add({entry.page_id: 0 for entry in batch}, batch)
    engine = Apart(folder)
    nothing: Vocabulary = {name: {} for name in DIMENSIONS}
    thesaurus = gathered(starter_synonyms())
    rankings: dict[str, list[str]] = {}
    times = []
    for topic, text in collection.topics.items():
        query = Query.from_params(Values({"q": [text]}), nothing)
        found = engine.search(query, nothing, DEPTH, thesaurus)
        rankings[topic] = [names[hit.page_id - 1] for hit in found.hits]
        times.append(found.took_ms)
    judged = [topic for topic in rankings if any(grade > 0 for grade in collection.judgements.get(topic, {}).values())]
    pairs = [(rankings[topic], collection.judgements[topic]) for topic in judged]
    if not pairs:
        raise BadCollection("no question has a relevant document")
    gained, precision, first = (
        fmean(metric(*pair) for pair in pairs) for metric in (ndcg, average_precision, reciprocal_rank)
    )
    return Scores(engine.name, len(entries), len(pairs), gained, precision, first, median(times))


def evaluate(folder: Path) -> list[Scores]:
    """A row for each engine. Django must be set up. Raises BadCollection."""
    collection = read(folder)
    if collection.unknown:
        sys.stderr.write(f"{collection.unknown} judgements name a document or a question that is not there\n")
    with tempfile.TemporaryDirectory(prefix="cop-relevance-") as name:
        return [embedded(collection, Path(name))]


def table(rows: Sequence[Scores]) -> str:
    lines = [f"{'engine':<10}{'documents':>10}{'questions':>10}{'nDCG@10':>9}{'MAP':>7}{'MRR':>7}{'p50 ms':>8}"]
    lines += [
        f"{row.engine:<10}{row.documents:>10}{row.topics:>10}{row.ndcg:>9.3f}{row.map:>7.3f}{row.mrr:>7.3f}{row.p50_ms:>8.1f}"
        for row in rows
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    import django

    with tempfile.TemporaryDirectory(prefix="cop-relevance-") as name:
        settings = {"DATA_DIR": name, "DATABASE_URL": f"sqlite:///{name}/db.sqlite3", "SECRET_KEY": "r" * 60}
        os.environ.update(settings | {"DJANGO_SETTINGS_MODULE": "cop_site.settings", "DEBUG": "false"})
        django.setup()
        try:
            rows = evaluate(chosen.folder)
        except BadCollection as error:
            sys.stderr.write(f"{error}\n")
            sys.exit(2)
    shown = json.dumps([{field: getattr(row, field) for field in Scores.__slots__} for row in rows], indent=1)
    sys.stdout.write(f"{shown if chosen.json else table(rows)}\n")


if __name__ == "__main__":
    main()
