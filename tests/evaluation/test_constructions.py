"""The account of the syntax rules per construction."""

import json
import sys
from pathlib import Path
from typing import Dict, List, Tuple

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from spacy_xoie.corpora.extractions import Extraction
from spacy_xoie.evaluation.benchmarks import find_benchmarks
from spacy_xoie.evaluation.carb import score_carb
from spacy_xoie.syntax import Tree, rules_for

# The scripts are no part of the package.
sys.path.append(str(Path(__file__).parents[2]))

from benchmarks.constructions import (
    account,
    cause_of,
    chosen_words,
    compare,
    construction_of,
    find_facts,
    judge_carb,
    main,
    make_pipeline,
    words_of,
)

PARSED = {
    "Ida grows leeks and sells maps .": (
        "PROPN/2/nsubj VERB/2/root NOUN/2/obj CCONJ/5/cc VERB/2/conj NOUN/5/obj "
        "PUNCT/2/punct"
    ),
    "Leeks were sold by Ida .": (
        "NOUN/3/nsubj:pass AUX/3/aux:pass VERB/3/root ADP/5/case PROPN/3/obl "
        "PUNCT/3/punct"
    ),
}
BENCHIE = """sent_id:1\tIda grows leeks and sells maps .
1--> Cluster 1:
Ida --> grows --> leeks
1--> Cluster 2:
Ida --> sells --> [old] maps of Rome
1--> Cluster 3:
the sun --> rises over --> the quiet village

sent_id:2\tLeeks were sold by Ida .
2--> Cluster 1:
Leeks --> were sold by --> Ida
"""
CARB = (
    "Ida grows leeks and sells maps .\tgrows\tIda\tleeks\n"
    "Leeks were sold by Ida .\twere sold by\tLeeks\tIda\n"
)


def rows_of(text: str) -> Tuple[List[str], List[int], List[str]]:
    rows = [row.split("/") for row in PARSED[text].split()]
    return (
        [tag for tag, *_ in rows],
        [int(head) - 1 for _, head, _ in rows],
        [label for *_, label in rows],
    )


@pytest.fixture
def parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands in for a pipeline with a parser, which knows two sentences."""

    @Language.component("stub_parser")
    def stub(doc: Doc) -> Doc:
        tags, heads, labels = rows_of(doc.text)
        for token, tag, head, label in zip(doc, tags, heads, labels, strict=True):
            token.pos_, token.head, token.dep_ = tag, doc[head], label
        return doc

    def load(name: str) -> Language:
        if name != "parsing":
            raise OSError(f"no {name}")
        nlp = spacy.blank("en")
        nlp.add_pipe("stub_parser")
        return nlp

    monkeypatch.setattr(spacy, "load", load)


def write(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf8")
    return str(folder / name)


def named_constructions(text: str) -> Dict[str, str]:
    """The construction of each triple, by its relation."""
    tags, heads, labels = rows_of(text)
    words = text.split()
    tree = Tree(words, heads, labels, tags, [True] * len(words))
    return {
        " ".join(words[i] for i in triple.relation): construction_of(tree, triple)
        for triple in rules_for("en").extract(tree)
    }


def test_construction_of_a_triple() -> None:
    first, second = PARSED
    assert named_constructions(first) == {
        "grows": "verbal clause",
        "sells": "coordinated verb",
    }
    assert named_constructions(second) == {"were sold": "passive"}


def test_benchie(parsing: None, tmp_path: Path) -> None:
    (benchmark,) = find_benchmarks(write(tmp_path, "gold_en.txt", BENCHIE))
    nlp = make_pipeline("parsing", benchmark)
    result = account(benchmark, find_facts(nlp, benchmark))
    figures = {
        name: (row.facts, row.right, row.found, row.missed)
        for name, row in result.rows.items()
    }
    assert figures == {
        "verbal clause": (1, 1, 1, 0),
        "coordinated verb": (1, 0, 0, 1),
        "passive": (1, 0, 0, 1),
        "no fact near": (0, 0, 0, 1),
    }
    cut, edge = "same words, cut otherwise", "argument differs at its edge"
    assert {name: loss.facts for name, loss in result.wrong.items()} == {
        cut: 1,
        f"predicate right, one {edge}": 1,
    }
    assert {name: loss.lost for name, loss in result.missed.items()} == {
        cut: 1,
        f"predicate right, one {edge}": 1,
        "no fact near": 1,
    }


def test_command(
    parsing: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [
        write(tmp_path, "gold_en.txt", BENCHIE),
        write(tmp_path, "dev.tsv", CARB),
        write(tmp_path, "other.json", "{}"),
    ]
    out = tmp_path / "new" / "account.json"
    assert main([*paths, "--model", "parsing", "--out", str(out)]) == 0
    printed = capsys.readouterr()
    assert "## benchie en" in printed.out and "## carb en" in printed.out
    assert "| verbal clause | 1 | 1 | 1.000 | 1 | 0 | 1.000 |" in printed.out
    assert "reoie2016 is left out. Give a file" in printed.err
    first, second = json.loads(out.read_text())
    assert (first["benchmark"], second["benchmark"]) == ("benchie", "carb")
    assert first["gold"] == 4
    assert first["constructions"]["passive"]["missed"] == 1


@pytest.mark.parametrize(
    "path, model, reason",
    [
        ("nowhere", "parsing", "no file or folder"),
        ("gold_en.txt", "nothing", "no pipeline of that name"),
    ],
)
def test_what_is_not_there(
    parsing: None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    path: str,
    model: str,
    reason: str,
) -> None:
    write(tmp_path, "gold_en.txt", BENCHIE)
    assert main([str(tmp_path / path), "--model", model]) == 1
    assert reason in capsys.readouterr().err


def test_pipeline_without_trees(tmp_path: Path) -> None:
    (benchmark,) = find_benchmarks(write(tmp_path, "gold_en.txt", BENCHIE))
    with pytest.raises(ValueError, match="reads no triples off trees"):
        find_facts(spacy.blank("en"), benchmark)


def test_carb_is_judged_as_the_scorer_does() -> None:
    gold = [
        Extraction("grows", ("Ida", "leeks in Rome")),
        Extraction("sells", ("Ida", "maps")),
        Extraction("was born", ("Bo", "in May")),
    ]
    found = [
        Extraction("sells", ("Ida", "old maps")),
        Extraction("grows", ("Ida", "leeks")),
        Extraction("grows", ("she", "leeks in Rome")),
    ]
    verdict = judge_carb(gold, found)
    score = score_carb({"a": gold}, {"a": found})
    assert sum(verdict.right) / 3 == pytest.approx(score.precision)
    assert sum(verdict.found) / 3 == pytest.approx(score.recall)
    assert verdict.finders == [2, 0, None]


@pytest.mark.parametrize(
    "gold, cause",
    [
        ("a b|c d|e f g", "same words in all slots"),
        ("b a|c d|e f g", "order of words inside a slot"),
        ("a b|c d e|f g", "same words, cut otherwise"),
        ("a b|c d|e f g h", "predicate right, one argument differs at its edge"),
        ("b|c d|e f g", "predicate right, one argument differs at its edge"),
        ("a b|c d|e g", "predicate right, one argument differs otherwise"),
        ("a b|c|e f g", "predicate differs, arguments right"),
        ("a b|c|e f", "two slots differ"),
        ("a|c|e f", "all slots differ"),
    ],
)
def test_cause(gold: str, cause: str) -> None:
    subject, relation, rest = map(words_of, gold.split("|"))
    found = (("a", "b"), ("c", "d"), ("e", "f", "g"))
    assert cause_of(found, (subject, relation, rest)) == cause


def test_nothing_near() -> None:
    assert compare(("a", "b", "c"), ("a", "x", "y")).cause == "no fact near"
    assert compare(("a", "b", "c"), ("a", "b", "y")).cause != "no fact near"


def test_words() -> None:
    assert words_of("成为 法官 A1") == ("成", "为", "法", "官", "A1")
    assert chosen_words("[the old] cat [sat]", ("old", "cat")) == ("the", "old", "cat")
