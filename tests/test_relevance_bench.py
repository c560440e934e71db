"""The bench of relevance: its measures against figures made by hand, the faults of its files, both ways to start it."""

import json
import os
import subprocess
import sys
from math import log2
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.relevance import Unusable, average_precision, evaluate, ndcg, read, reciprocal_rank
from tests.served import ROOT

DOCS = (
    '{"id": "a", "title": "Walnut", "text": "About walnuts"}',
    '{"id": 7, "title": "Oak", "text": "Oak beside a walnut tree"}',
    '{"id": "c d", "title": "", "text": null}',
)
TOPICS = ("1\twalnut", "2\toak")
QRELS = ("1 0 a 2", "1 0 7 1", "2 0 7 1")


def made(folder: Path, docs: object = DOCS, topics: object = TOPICS, qrels: object = QRELS) -> Path:
    for name, lines in (("docs.jsonl", docs), ("topics.tsv", topics), ("qrels.txt", qrels)):
        held = lines if isinstance(lines, bytes) else "\n".join(lines).encode()  # type: ignore[arg-type]
        (folder / name).write_bytes(held)
    return folder


def started(*words: str, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    clean = {"PATH": os.environ["PATH"]} | env
    return subprocess.run([sys.executable, *words], cwd=cwd, env=clean, capture_output=True, text=True, check=False)


# The measures


def test_ndcg_by_hand() -> None:
    grades = {"a": 3, "b": 2, "c": 0, "d": 1}
    best = 3 + 2 / log2(3) + 1 / log2(4)
    assert ndcg(["b", "x", "a"], grades) == pytest.approx((2 + 3 / log2(4)) / best)
    assert ndcg([*"0123456789", "a"], grades) == 0  # the eleventh
    assert ndcg([*"012345678", "a"], grades) == pytest.approx(3 / log2(11) / best)


def test_ndcg_measures_beside_ten_of_all_that_were_judged() -> None:
    grades = {f"d{number}": 1 for number in range(12)}
    assert ndcg([f"d{number}" for number in range(10)], grades) == pytest.approx(1)
    assert ndcg(["d0"], grades) == pytest.approx(1 / sum(1 / log2(place + 1) for place in range(1, 11)))


def test_average_precision_by_hand() -> None:
    grades = {"a": 1, "b": 3, "c": 0, "d": -1, "lost": 1}
    assert average_precision(["a", "c", "b", "d"], grades) == pytest.approx((1 / 1 + 2 / 3) / 3)


def test_reciprocal_rank_by_hand() -> None:
    assert reciprocal_rank(["x", "c", "d", "b"], {"b": 1, "c": 0, "d": -1}) == 0.25
    assert reciprocal_rank(["x"], {"b": 1}) == 0


MEASURES = pytest.mark.parametrize("measure", [ndcg, average_precision, reciprocal_rank])
ids = st.sampled_from("abcdefghijklmnopqrst")
rankings = st.lists(ids, unique=True)
judged = st.dictionaries(ids, st.integers(-2, 4))


@MEASURES
@given(ranking=rankings, grades=judged)
def test_a_measure_is_from_0_to_1_and_irrelevant_hits_at_the_end_change_nothing(measure, ranking, grades) -> None:  # type: ignore[no-untyped-def]
    value = measure(ranking, grades)
    assert 0 <= value <= 1 + 1e-9
    assert measure([*ranking, "irrelevant", "another"], grades) == value
    if not any(grade > 0 for grade in grades.values()):
        assert value == 0


@MEASURES
@given(grades=judged.filter(lambda grades: any(grade > 0 for grade in grades.values())))
def test_the_best_order_measures_1(measure, grades) -> None:  # type: ignore[no-untyped-def]
    assert measure(sorted(grades, key=lambda name: -grades[name]), grades) == pytest.approx(1)


# Reading


def test_a_mark_of_order_other_line_ends_blank_lines_and_ids_of_any_kind(tmp_path: Path) -> None:
    docs = b"\xef\xbb\xbf" + "\r\n\r\n".join([*DOCS, '{"id": "\u00e9\u2028", "text": "x"}']).encode() + b"\r\n"
    topics = "\ufeff1\twalnut\r\n \r\n2\toak\tand more\r\n".encode()
    found = read(made(tmp_path, docs, topics, [" 1\t0  a   2 ", "", "2 Q0 c d -1\r"]))
    assert list(found.documents) == ["a", "7", "c d", "\u00e9"]
    assert found.topics == {"1": "walnut", "2": "oak\tand more"}
    assert found.judgements == {"1": {"a": 2}, "2": {"c d": -1}}
    assert found.warnings == []


@pytest.mark.parametrize(
    ("file", "line", "why"),
    [
        ("docs.jsonl", "{", "not JSON"),
        ("docs.jsonl", "[" * 100_000, "not JSON"),
        ("docs.jsonl", '{"id": ' + "9" * 5000 + "}", "not JSON"),
        ("docs.jsonl", "[1]", "not a JSON object"),
        ("docs.jsonl", '{"title": "x"}', "no id"),
        ("docs.jsonl", '{"id": null}', "no id"),
        ("docs.jsonl", '{"id": true}', "no id"),
        ("docs.jsonl", '{"id": "x", "text": [1]}', "not text"),
        ("docs.jsonl", '{"id": "a"}', "was there before"),
        ("topics.tsv", "3 no tab", "a tab"),
        ("topics.tsv", "\tno id", "a tab"),
        ("topics.tsv", "1\tagain", "was there before"),
        ("qrels.txt", "1 0 a", "a grade"),
        ("qrels.txt", "1 0 a high", "a grade"),
        ("qrels.txt", "1 0 a 0.5", "a grade"),
        ("qrels.txt", "1 0 a 0", "judged for the topic 1 before"),
    ],
)
def test_a_bad_line_is_named_and_left_out(tmp_path: Path, file: str, line: str, why: str) -> None:
    made(tmp_path)
    whole = read(tmp_path)
    with (tmp_path / file).open("a") as held:
        held.write(f"\n{line}\n")
    found = read(tmp_path)
    (warning,) = found.warnings
    number = {"docs.jsonl": 4, "topics.tsv": 3, "qrels.txt": 4}[file]
    assert warning.startswith(f"{file}, line {number}: ")
    assert why in warning
    assert (found.documents, found.topics, found.judgements) == (whole.documents, whole.topics, whole.judgements)


def test_many_bad_lines_are_counted_and_bytes_that_are_no_text_are_bad(tmp_path: Path) -> None:
    found = read(made(tmp_path, docs="\n".join(DOCS).encode() + b"\n\xff" * 9))
    assert len(found.warnings) == 6
    assert found.warnings[0] == "docs.jsonl, line 4: it is not UTF-8; left out"
    assert found.warnings[-1] == "docs.jsonl: 9 lines left out altogether"


def test_what_does_not_go_together_is_said(tmp_path: Path) -> None:
    made(tmp_path, topics=[*TOPICS, "3\tunjudged"], qrels=[*QRELS, "1 0 gone 1", "9 0 a 1"])
    documents, unasked, unjudged = read(tmp_path).warnings
    assert "1 judgements of documents" in documents
    assert unasked.endswith("left out: 9")
    assert unjudged.endswith("left out: 3")


@pytest.mark.parametrize("missing", ["docs.jsonl", "topics.tsv", "qrels.txt"])
@pytest.mark.parametrize("fault", ["gone", "empty", "folder"])
def test_a_file_that_is_missing_or_holds_nothing_is_named(tmp_path: Path, missing: str, fault: str) -> None:
    path = made(tmp_path) / missing
    path.unlink()
    if fault == "empty":
        path.write_bytes(b"\n")
    elif fault == "folder":
        path.mkdir()
    with pytest.raises(Unusable, match="no (document|topic|judgement) that" if fault == "empty" else missing):
        read(tmp_path)


# Asking


def test_the_measures_of_a_small_collection(tmp_path: Path) -> None:
    made(tmp_path, qrels=["1 0 7 1", "1 0 gone 1", "2 0 7 1"])
    (row,) = evaluate(tmp_path).rows
    assert (row.engine, row.documents, row.topics) == ("embedded", 3, 2)
    # Walnut finds a before 7, and never the lost one; oak finds 7.
    assert row.map == pytest.approx((1 / 4 + 1) / 2)
    assert row.mrr == pytest.approx((1 / 2 + 1) / 2)
    assert row.ndcg == pytest.approx(((1 / log2(3)) / (1 + 1 / log2(3)) + 1) / 2)
    assert row.median_ms > 0


def test_a_hundred_hits_are_looked_at(tmp_path: Path) -> None:
    docs = [json.dumps({"id": number, "text": "oak"}) for number in range(1, 120)]
    made(tmp_path, docs, ["1\toak"], ["1 0 100 1"])
    assert evaluate(tmp_path).rows[0].mrr == pytest.approx(1 / 100)
    made(tmp_path, docs, ["1\toak"], ["1 0 101 1"])
    assert evaluate(tmp_path).rows[0].mrr == 0


def test_texts_of_any_kind_are_indexed_and_asked(tmp_path: Path) -> None:
    odd = ["", "\x00\x1b \ud800", '"', "-", "*" * 400, "\U0001f600", "<mark>", "a" * 300_000]
    odd.append(" ".join(f"word{number}" for number in range(50_000)))
    docs = [json.dumps({"id": f"odd{number}", "title": text, "text": text}) for number, text in enumerate(odd)]
    topics = [f"{number}\t{text.encode(errors='replace').decode()}" for number, text in enumerate(odd)]
    made(tmp_path, docs, topics, [f"{number} 0 odd{number} 1" for number in range(len(odd))])
    report = evaluate(tmp_path)
    assert (report.rows[0].documents, report.rows[0].topics, report.warnings) == (len(odd), len(odd), [])


def test_it_starts_as_a_module_and_as_a_file_in_a_fresh_shell(tmp_path: Path) -> None:
    folder = str(made(tmp_path, qrels=[*QRELS, "bad"]))
    module = started("-m", "bench.relevance", folder, "--json")
    (row,) = json.loads(module.stdout)
    assert row.pop("median_ms") > 0
    assert row == {"engine": "embedded", "documents": 3, "topics": 2, "nDCG@10": 1.0, "MAP": 1.0, "MRR": 1.0}
    assert module.stderr.splitlines()[0].startswith("qrels.txt, line 4: ")
    # What the shell has set is not for this: not a database, nor an address that no site can have.
    broken = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "SITE_URL": "no address", "SECRET_KEY": ""}
    script = started(str(ROOT / "bench/relevance.py"), folder, cwd=tmp_path, **broken)
    assert script.returncode == 0, script.stderr
    header, figures = script.stdout.splitlines()
    assert header.split() == ["engine", "documents", "topics", "nDCG@10", "MAP", "MRR", "median", "ms"]
    assert figures.split()[:6] == ["embedded", "3", "2", "1.0000", "1.0000", "1.0000"]
    gone = started("-m", "bench.relevance", str(tmp_path / "gone"))
    assert (gone.returncode, gone.stdout) == (2, "")
    assert gone.stderr.endswith("gone is no folder\n")
