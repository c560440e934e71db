"""Our own questions (tests/relevance/) are answered as well as before."""

import pytest

from bench.relevance import evaluate
from tests.served import ROOT


def test_our_own_questions_are_answered_as_well_as_before() -> None:
    """Floors a little below what was measured: nDCG@10 .68, MAP .56, MRR .86."""
    (row,) = evaluate(ROOT / "tests/relevance", synonyms=True).rows
    assert (row.documents, row.topics) == (130, 116)
    assert row.ndcg >= 0.66
    assert row.map >= 0.54
    assert row.mrr >= 0.83


def test_synonyms_help() -> None:
    (without,), (with_them,) = (evaluate(ROOT / "tests/relevance", synonyms=given).rows for given in (False, True))
    assert with_them.ndcg > without.ndcg


@pytest.mark.elasticsearch
@pytest.mark.parametrize("synonyms", [False, True])
def test_elasticsearch_answers_them_as_well(elasticsearch_url: str, synonyms: bool) -> None:
    here, there = evaluate(ROOT / "tests/relevance", synonyms=synonyms, url=elasticsearch_url).rows
    assert there.engine == "elasticsearch"
    assert abs(there.ndcg - here.ndcg) <= 0.01
    assert abs(there.map - here.map) <= 0.015
    assert abs(there.mrr - here.mrr) <= 0.02
