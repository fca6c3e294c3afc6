"""Prodigy's relations, in and out."""

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any, Dict, List, Tuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.corpora.readers import docs_to_prodigy, read_prodigy
from spacy_xoie.ty import Pieces

VOCAB = Vocab()
WORDS = st.text(st.characters(exclude_categories=("Cs", "Z", "C")), min_size=1)


@st.composite
def pieces_lists(draw: Any, length: int) -> Tuple[List[Pieces], bool]:
    """Parts of a triple that do not overlap: relation, subject, objects."""
    cuts = sorted(draw(st.sets(st.integers(0, length), min_size=4, max_size=8)))
    stretches = list(pairwise(cuts))
    stretches = draw(st.permutations(stretches))
    n_parts = draw(st.integers(2, min(5, len(stretches))))
    parts: List[Any] = [[stretch] for stretch in stretches[:n_parts]]
    for stretch in stretches[n_parts:]:
        parts[draw(st.integers(0, n_parts - 1))].append(stretch)
    implied = n_parts == 2 or (n_parts < 5 and draw(st.booleans()))
    return [tuple(part) for part in parts], implied


@st.composite
def docs(draw: Any) -> Doc:
    words = draw(st.lists(WORDS, min_size=4, max_size=12))
    spaces = draw(st.lists(st.booleans(), min_size=len(words), max_size=len(words)))
    doc = Doc(VOCAB, words=words, spaces=spaces)
    triples = []
    for _ in range(draw(st.integers(0, 4))):
        (relation, *others), implied = draw(pieces_lists(len(words)))
        subject = () if implied else others.pop(0)
        triples.append(TokenTriple(subject, relation, tuple(others)))
    set_triples(doc, triples, language=draw(st.sampled_from(["en", "de", "zh"])))
    return doc


def characters(doc: Doc) -> List[Any]:
    return [
        [[(s.start_char, s.end_char) for s in part.spans] for part in triple.parts]
        for triple in doc._.triples
    ]


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(made=st.lists(docs(), max_size=3))
def test_round_trip(tmp_path: Path, made: List[Doc]) -> None:
    path = tmp_path / "tasks.jsonl"
    tasks = list(docs_to_prodigy(made))
    path.write_text("".join(json.dumps(task) + "\n" for task in tasks), "utf8")
    records = list(read_prodigy(path, pytest.fail))
    assert [record.text for record in records] == [doc.text for doc in made]
    for record, doc in zip(records, made, strict=True):
        found = [
            [part.spans for part in (t.subject, t.relation, *t.objects)]
            for t in record.triples
        ]
        assert found == characters(doc)
        assert record.language == doc.spans["xoie"].attrs["language"]


@pytest.fixture
def task(blank: Language) -> Dict[str, Any]:
    doc = blank("Ann has met Bo.")
    triple = TokenTriple(((0, 1),), ((1, 2), (2, 3)), (((3, 4),),))
    set_triples(doc, [triple], language="en")
    (made,) = docs_to_prodigy([doc])
    return made


def write(path: Path, *tasks: Any) -> Path:
    lines = [t if isinstance(t, str) else json.dumps(t) for t in tasks]
    path.write_text("\n".join(lines) + "\n", encoding="utf8")
    return path


def test_task(task: Dict[str, Any]) -> None:
    assert task["tokens"][3] == {"text": "Bo", "start": 12, "end": 14, "id": 3, "ws": 0}
    arcs = [(a["head"], a["child"], a["label"]) for a in task["relations"]]
    assert arcs == [(1, 2, "PART"), (1, 0, "ARG0"), (1, 3, "ARG1")]
    assert task["relations"][1]["child_span"] == {
        "start": 0,
        "end": 3,
        "token_start": 0,
        "token_end": 0,
        "label": "ARG0",
    }
    labels = [(span["token_start"], span["label"]) for span in task["spans"]]
    assert labels == [(0, "ARG0"), (1, "REL"), (2, "REL"), (3, "ARG1")]


def test_doc_without_triples(blank: Language) -> None:
    (task,) = docs_to_prodigy([blank("Good day")])
    assert (task["spans"], task["relations"]) == ([], [])
    assert task["meta"] == {"language": "und"}


def test_made_by_hand(tmp_path: Path, task: Dict[str, Any]) -> None:
    """Without our keys: spans may be left to the tokens, the id to the head."""
    arcs = [
        {"head": arc["head"], "child": arc["child"], "label": arc["label"]}
        for arc in task["relations"]
    ]
    meta = {"id": "one", "split": "dev"}
    task = {**task, "relations": arcs, "meta": meta, "answer": "accept"}
    path = write(tmp_path / "x.jsonl", task)
    (record,) = read_prodigy(path, pytest.fail, language="fr")
    assert (record.id, record.split, record.language) == ("one", "dev", "fr")
    (triple,) = record.triples
    assert triple.relation.spans == [(4, 7), (8, 11)]
    assert (triple.subject.text, triple.objects[0].text) == ("Ann", "Bo")


def test_what_is_not_accepted_is_left_out(tmp_path: Path, task: Dict[str, Any]) -> None:
    tasks = [{**task, "answer": answer} for answer in ("reject", "ignore")]
    counts: Counter[str] = Counter()
    path = write(tmp_path / "x.jsonl", *tasks, task)
    (record,) = read_prodigy(path, pytest.fail, counts=counts)
    assert record.id == "x-3"
    assert counts == {"left out: not accepted": 2, "sentences": 1, "triples": 1}


def changed(task: Dict[str, Any], index: int, **changes: Any) -> Dict[str, Any]:
    arcs = [dict(arc) for arc in task["relations"]]
    arcs[index].update(changes)
    return {**task, "relations": arcs}


@pytest.mark.parametrize(
    "index, changes, reason",
    [
        (1, {"label": "SUBJ"}, "relations.1: label: 'SUBJ'"),
        (1, {"child_span": {"start": "0"}}, "relations.1: child_span"),
        (1, {"child_span": None, "child": 77}, "child: there is no token 77"),
        (1, {"child_span": {"start": 0, "end": 99}}, "[0, 99] is not a stretch"),
        (1, {"child_span": {"start": 4, "end": 7}}, "parts overlap at 'has'"),
        (2, {"label": "ARG0"}, "1 to 3 objects, not 0"),
        (2, {"head_span": {"start": 8, "end": 11}}, "different heads"),
        (0, {"head_span": None, "head": True}, "relations.0: head"),
    ],
)
def test_malformed_arc(
    tmp_path: Path, task: Dict[str, Any], index: int, changes: Any, reason: str
) -> None:
    faults: List[str] = []
    bad = changed(task, index, **changes)
    path = write(tmp_path / "x.jsonl", task, bad, task)
    records = list(read_prodigy(path, lambda fault: faults.append(str(fault))))
    assert [len(record.triples) for record in records][::2] == [1, 1]
    assert faults[0].startswith("x.jsonl:2: ")
    assert reason in faults[0]


@pytest.mark.parametrize(
    "bad, reason",
    [
        ("{", "not a JSON object"),
        ("3", "not a JSON object"),
        ('{"text": 3}', "text: this must be a text"),
        ('{"text": ""}', "text: "),
        ('{"text": "a", "relations": 3}', "relations: this must be a list"),
        ('{"text": "a", "meta": {"language": "German"}}', "language: "),
        ('{"text": "a", "meta": {"split": "training"}}', "split: "),
    ],
)
def test_malformed_task(
    tmp_path: Path, task: Dict[str, Any], bad: str, reason: str
) -> None:
    faults: List[str] = []
    path = write(tmp_path / "x.jsonl", task, bad, task)
    assert len(list(read_prodigy(path, lambda fault: faults.append(str(fault))))) == 2
    (fault,) = faults
    assert fault.startswith("x.jsonl:2: ") and reason in fault


def turned(task: Dict[str, Any], *indexes: int) -> Dict[str, Any]:
    """The task with some of its arcs drawn from the argument to the relation."""
    arcs = [dict(arc) for arc in task["relations"]]
    for arc in (arcs[index] for index in indexes):
        for one, other in (("head", "child"), ("head_span", "child_span")):
            arc[one], arc[other] = arc.get(other), arc.get(one)
    return {**task, "relations": arcs}


def without_labels(task: Dict[str, Any]) -> Dict[str, Any]:
    keys = ("head", "child", "label")
    arcs = [{key: arc[key] for key in keys} for arc in task["relations"]]
    return {"text": task["text"], "tokens": task["tokens"], "relations": arcs}


@pytest.mark.parametrize("indexes", [(1,), (2,), (1, 2)])
@pytest.mark.parametrize("keys", [(), ("triple",), ("head_span", "child_span")])
def test_arcs_from_the_arguments_are_turned_round(
    tmp_path: Path, task: Dict[str, Any], indexes: Any, keys: Any
) -> None:
    for arc in task["relations"]:
        for key in keys:
            arc.pop(key, None)
    counts: Counter[str] = Counter()
    path = write(tmp_path / "x.jsonl", task, turned(task, *indexes))
    right, other = read_prodigy(path, pytest.fail, counts=counts)
    assert other.triples == right.triples and len(right.triples) == 1
    assert counts["arcs turned round"] == len(indexes)


def test_arcs_whose_direction_nobody_knows_make_no_gold(
    tmp_path: Path, task: Dict[str, Any]
) -> None:
    faults: List[str] = []
    bare = without_labels(task)
    bare["relations"] = bare["relations"][1:]  # "has" alone is the relation
    path = write(tmp_path / "x.jsonl", bare, turned(bare, 0, 1))
    (record,) = read_prodigy(path, lambda fault: faults.append(str(fault)))
    (triple,) = record.triples
    assert (triple.subject.text, triple.objects[0].text) == ("Ann", "Bo")
    assert faults == [
        "x.jsonl:2: relations: ARG0 and ARG1 point to 'has'; let the relation be the "
        "head of its arcs, or label its span REL"
    ]


def test_a_malformed_arc_drawn_the_other_way_costs_its_triple(
    tmp_path: Path, task: Dict[str, Any]
) -> None:
    faults: List[str] = []
    bare = turned(without_labels(task), 1)
    bare["relations"][1]["label"] = "SUBJECT"
    path = write(tmp_path / "x.jsonl", bare)
    (record,) = read_prodigy(path, lambda fault: faults.append(str(fault)))
    assert not record.triples
    assert len(faults) == 1 and "relations.1: label: 'SUBJECT'" in faults[0]


def test_an_argument_of_two_relations_is_no_relation(
    tmp_path: Path, blank: Language
) -> None:
    doc = blank("Ann met Bo , who left Rome .")
    pieces = [((n, n + 1),) for n in range(len(doc))]
    triples = [
        TokenTriple(pieces[0], pieces[1], (pieces[2],)),
        TokenTriple(pieces[2], pieces[5], (pieces[6],)),
    ]
    set_triples(doc, triples, language="en")
    (task,) = docs_to_prodigy([doc])
    path = write(tmp_path / "x.jsonl", without_labels(task))
    (record,) = read_prodigy(path, pytest.fail)
    assert [triple.relation.text for triple in record.triples] == ["met", "left"]
