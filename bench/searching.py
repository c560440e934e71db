"""The steps of bench.search, each in a process of its own, so that none has the memory or the caches of another.

    python -m bench.searching fill|build|stock|ask|elastic|update [--size N] [--queries N] [--stock N] [--rounds N]
        [--limit SECONDS] [--warm N] [--server URL]

works on the site of DATA_DIR and prints one JSON object.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

UPDATES = 100
SEED = 1


def fill(chosen: argparse.Namespace) -> dict[str, Any]:
    from bench.content import fill as make

    return {"fill_s": seconds(lambda: make(chosen.size, SEED, index=False))}


def build(chosen: argparse.Namespace) -> dict[str, Any]:
    from django.conf import settings

    from search.engine import engine

    taken = seconds(engine().rebuild)
    # With the process that reads the pages meanwhile.
    peak = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    name = (settings.SEARCH_DIR / "search.current").read_text().strip()
    size = sum(path.stat().st_size for path in settings.SEARCH_DIR.glob(f"{name}*")) / 1e6
    return {"build_s": taken, "build_peak_mb": peak, "index_mb": size}


def stock(chosen: argparse.Namespace) -> dict[str, Any]:
    from bench import stock as wagtail

    wagtail.prepare()
    return {"stock_build_s": seconds(wagtail.build)}


def ask(chosen: argparse.Namespace) -> dict[str, Any]:
    """Every question to ours, and the first `stock` to stock Wagtail right after. Each round has questions of its own, so
    that nothing is answered from what was kept of the round before."""
    from bench import stock as wagtail
    from bench.questions import Question
    from bench.questions import questions as made
    from caching.version import begin_request, end_request
    from search.answers import QueryParams, answer

    def ours(question: Question) -> None:
        begin_request()
        try:
            answer(QueryParams(question.params()))
        finally:
            end_request()

    wagtail.prepare()
    values = slugs()
    for question in made(13, SEED - 1, values):  # what a process does once
        ours(question)
    wagtail.timed(made(1, SEED - 1, values)[0], chosen.limit)
    rows: list[tuple[str, float, tuple[float, float, bool] | None]] = []
    left = chosen.stock
    for number in range(chosen.rounds):
        asked = made(chosen.queries, SEED + number, values)
        for question in asked:
            mine = seconds(lambda asking=question: ours(asking))  # type: ignore[misc]
            theirs = wagtail.timed(question, chosen.limit) if left > 0 else None
            rows.append((question.kind, mine, theirs))
            left -= 1
    return {"asked": rows, "values": values}


def elastic(chosen: argparse.Namespace) -> dict[str, Any]:
    """The same pages on Elasticsearch, in an index that goes afterwards: how fast it is built, and the questions of both
    engines in turn, after `warm` others."""
    from bench.questions import Question
    from bench.questions import questions as made
    from search.answers import QueryParams
    from search.elastic import index
    from search.elastic.connection import Place, client_of
    from search.elastic.engine import ElasticEngine
    from search.embedded.engine import EmbeddedEngine
    from search.facets import vocabulary
    from search.protocols import Engine
    from search.query import Query
    from search.synonyms import thesaurus

    place = Place(client_of(chosen.server.split(",")), f"bench-{time.time_ns()}").unhurried
    there, here = ElasticEngine(place), EmbeddedEngine()
    known, synonyms, values = vocabulary(), thesaurus(), slugs()

    def asked(engine: Engine, question: Question) -> float:
        query = Query.from_params(QueryParams(question.params()), known)
        return seconds(lambda: engine.search(query, known, thesaurus=synonyms))

    try:
        taken = seconds(there.rebuild)
        held = len(there.stored())
        for question in made(chosen.warm, SEED - 1, values):
            asked(there, question)
            asked(here, question)
        rows = [
            (asked(here, question), asked(there, question))
            for number in range(chosen.rounds)
            for question in made(chosen.queries, SEED + number, values)
        ]
    finally:
        index.remove_all(place)
    return {"build_s": taken, "entries": held, "asked": rows}


def update(chosen: argparse.Namespace) -> dict[str, Any]:
    """One page saved, from the save to the index that holds it; and what of that the engine's own write takes."""
    from django.conf import settings

    from casestudies.models import CaseStudyPage
    from search.embedded.store import Store
    from search.engine import engine
    from search.indexing import fingerprint
    from search.sources import documents_for

    ids = list(CaseStudyPage.objects.filter(slug__startswith="made-").order_by("pk").values_list("pk", flat=True))
    whole, alone = [], []
    for number in range(UPDATES + 1):
        page = CaseStudyPage.objects.get(pk=ids[number * 7 % len(ids)])
        page.summary = f"Changed for the {number}th time: housing and support."
        whole.append(seconds(page.save))
    saved = [ids[number * 7 % len(ids)] for number in range(UPDATES + 1)]
    held = engine().stored()
    if any(held.get(entry.page_id) != fingerprint(entry) for entry in documents_for(saved)):
        raise RuntimeError("the index does not hold a page as it was saved")
    store = Store(settings.SEARCH_DIR)
    for number in range(UPDATES + 1):
        pk = ids[(number * 7 + 3) % len(ids)]
        versions, entries = store.versions([pk]), list(documents_for([pk]))
        alone.append(seconds(lambda v=versions, e=entries: store.write(v, e)))  # type: ignore[misc]
    return {"whole": whole[1:], "alone": alone[1:]}


def slugs() -> dict[str, list[str]]:
    """The values that made pages may have, by dimension."""
    from bench.questions import FILTERED
    from search.facets import vocabulary

    known = vocabulary()
    return {name: [slug for slug in known[name] if name != "area" or known[name][slug].parent] for name in FILTERED}


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


STEPS = {"fill": fill, "build": build, "stock": stock, "ask": ask, "elastic": elastic, "update": update}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=STEPS)
    for name in ("size", "queries", "stock", "rounds", "limit", "warm"):
        parser.add_argument(f"--{name}", type=int, default=1)
    parser.add_argument("--server", default="")
    chosen = parser.parse_args()
    import django

    django.setup()
    json.dump(STEPS[chosen.step](chosen), sys.stdout)


if __name__ == "__main__":
    main()
