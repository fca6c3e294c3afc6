"""Benchmarks: found, mapped onto text and back, run and scored."""

import json
import re
from pathlib import Path
from typing import Any, Dict, List

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc
from typer.testing import CliRunner

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.apps.cli import app
from spacy_xoie.errors import ConfigError, DataError
from spacy_xoie.evaluation.benchmarks import find_benchmarks, run_benchmark
from spacy_xoie.evaluation.curves import precision_recall_curve, save_curves
from spacy_xoie.evaluation.mapping import ESCAPES, map_sentence

BENCHIE = """sent_id:1\tAnna met Ben in Rome .
1--> Cluster 1:
Anna --> met --> Ben
1--> Cluster 2:
Anna --> met Ben --> in Rome
Anna --> met Ben in --> Rome

sent_id:2\tThe old cat sleeps .
2--> Cluster 1:
[The] [old] cat --> sleeps --> soundly
"""
CARB = "Anna met Ben in Rome .\tmet\tAnna\tBen\tin Rome\n"
REOIE = {"Anna met Ben in Rome .": [{"pred": "met", "arg0": "Anna", "arg1": "Ben"}]}


@pytest.fixture
def nlp() -> Language:
    """Finds two triples in sentences that begin with Anna, none elsewhere."""

    @Language.component("stub_triples")
    def stub(doc: Doc) -> Doc:
        triples: List[TokenTriple] = []
        if doc[0].text == "Anna":
            right = TokenTriple(((0, 1),), ((1, 2),), (((2, 3),), ((3, 5),)), 0.9)
            wrong = TokenTriple(((2, 3),), ((1, 2),), (((0, 1),),), 0.4)
            triples = [right, wrong]
        set_triples(doc, triples)
        return doc

    blank = spacy.blank("en")
    blank.add_pipe("stub_triples")
    return blank


def write(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf8")
    return folder / name


def test_benchie(nlp: Language, tmp_path: Path) -> None:
    path = write(tmp_path, "gold_en.txt", BENCHIE)
    (benchmark,) = find_benchmarks(str(path))
    assert (benchmark.name, benchmark.language, benchmark.size) == ("benchie", "en", 3)
    result = run_benchmark(nlp, benchmark)
    (metric,) = result.metrics
    # Two of three facts found, one wrong extraction.
    assert metric.precision == pytest.approx(2 / 3)
    assert metric.recall == pytest.approx(2 / 3)
    assert sorted(result.flags) == [(0.4, False), (0.9, True), (0.9, True)]
    assert result.curve is not None
    assert result.curve.precision == 1.0
    assert result.extractions[0]["triples"][0] == ["Anna", "met", "Ben", "in Rome"]


def test_carb(nlp: Language, tmp_path: Path) -> None:
    (benchmark,) = find_benchmarks(str(write(tmp_path, "dev.tsv", CARB)))
    (metric,) = run_benchmark(nlp, benchmark).metrics
    # At the better threshold the wrong triple is left out.
    assert (metric.precision, metric.recall, metric.threshold) == (1.0, 1.0, 0.9)


@pytest.mark.parametrize(
    "name, argument, language",
    [
        ("x_de.dev.txt", "{}", "de"),
        ("Benchmark-Spanish.txt", "{}", "es"),
        ("plain.txt", "benchie:{}", "en"),
        ("plain.txt", "{}:zh", "zh"),
    ],
)
def test_language(tmp_path: Path, name: str, argument: str, language: str) -> None:
    path = write(tmp_path, name, BENCHIE)
    (benchmark,) = find_benchmarks(argument.format(path))
    assert benchmark.language == language


def test_folder_of_several(tmp_path: Path) -> None:
    write(tmp_path, "a_en.txt", BENCHIE)
    write(tmp_path, "b.tsv", CARB)
    write(tmp_path, "README.md", "words")
    write(tmp_path, "notes.txt", "words")
    names = [benchmark.name for benchmark in find_benchmarks(str(tmp_path))]
    assert names == ["benchie", "carb"]
    assert [b.name for b in find_benchmarks(f"carb:{tmp_path}")] == ["carb"]


@pytest.mark.parametrize("text", ["nowhere", "benchie:nowhere"])
def test_path_that_does_not_exist(text: str) -> None:
    with pytest.raises(DataError, match="no file or folder 'nowhere'"):
        list(find_benchmarks(text))


def test_folder_without_benchmarks(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no file of BenchIE"):
        list(find_benchmarks(str(tmp_path)))


WORDS = st.text("abcäéß是的中。,'-LRB", min_size=1, max_size=6)


@given(st.lists(WORDS, min_size=1, max_size=12))
def test_every_character_leads_back(words: List[str]) -> None:
    sentence = " ".join(words)
    mapped = map_sentence(sentence)
    assert len(mapped.places) == len(mapped.text)
    assert mapped.places[0][0] == 0 and mapped.places[-1][1] == len(sentence)
    for character, (start, end) in zip(mapped.text, mapped.places, strict=True):
        original = sentence[start:end]
        assert character == ESCAPES.get(original, original)


def test_spaced_out_chinese_is_written_as_it_should_be() -> None:
    mapped = map_sentence("他 在 北 京 。")
    assert mapped.text == "他在北京。"
    doc = spacy.blank("zh")(mapped.text)
    set_triples(doc, [TokenTriple(((0, 1),), ((1, 2),), (((2, 4),),))])
    assert mapped.parts(doc._.triples[0]) == ("他", "在", "北 京")


def test_curve_by_hand(tmp_path: Path) -> None:
    curve = precision_recall_curve([True, False, True], [0.9, 0.8, 0.3], 4)
    assert [(p.precision, p.recall) for p in curve.points] == [
        (pytest.approx(2 / 3), 0.5),
        (0.5, 0.25),
        (1.0, 0.25),
    ]
    pytest.importorskip("matplotlib")
    save_curves(tmp_path / "curve.png", {"A": {"en": curve}})
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(ConfigError, match="no curve to draw"):
        save_curves(tmp_path / "none.png", {})


def test_panels(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    curve = precision_recall_curve([True, False], [0.9, 0.8], 2)
    path = tmp_path / "curves.svg"
    save_curves(path, {"First": {"en": curve, "de": curve}, "Second": {"zh": curve}})
    # Each text of an SVG is there as a comment before its glyphs.
    texts = re.findall("<!-- (.*?) -->", path.read_text(encoding="utf8"))
    shown = [text for text in texts if not re.fullmatch(r"[\d.]+", text)]
    assert [text.partition(" (")[0] for text in shown] == [
        *("Recall", "Precision", "First", "en", "de"),
        *("Recall", "Second", "zh"),
    ]


def test_curve_of_each_benchmark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nlp: Language
) -> None:
    monkeypatch.setattr("spacy.util.load_model", lambda name: nlp)
    drawn: Dict[str, Any] = {}
    monkeypatch.setattr(
        "spacy_xoie.apps.cli.evaluate.save_curves",
        lambda path, panels: drawn.update(panels),
    )
    paths = [
        write(tmp_path, "gold_en.txt", BENCHIE),
        write(tmp_path, "gold_de.txt", BENCHIE),
        write(tmp_path, "dev.tsv", CARB),
        write(tmp_path, "gold_es.json", json.dumps(REOIE)),
    ]
    arguments = ["evaluate", "some", *map(str, paths), "--curve", "curves.png"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert {title: list(curves) for title, curves in drawn.items()} == {
        "BenchIE": ["en", "de"],
        "CaRB": ["en"],
        "Re-OIE2016": ["es"],
    }
    carb = drawn["CaRB"]["en"]
    assert [(p.threshold, p.precision) for p in carb.points] == [(0.4, 0.5), (0.9, 1.0)]
    assert (carb.threshold, carb.f1) == (0.9, 1.0)


def test_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nlp: Any) -> None:
    monkeypatch.setattr("spacy.util.load_model", lambda name: nlp)
    path = write(tmp_path, "gold_en.txt", BENCHIE)
    out, raw = tmp_path / "scores.json", tmp_path / "raw"
    arguments = ["evaluate", "some", str(path), "--output", str(out)]
    result = CliRunner().invoke(app, [*arguments, "--extractions", str(raw)])
    assert result.exit_code == 0, result.output
    (scores,) = json.loads(out.read_text())["benchmarks"]
    assert scores["gold"] == 3
    assert scores["scores"][0]["name"] == "facts"
    lines = (raw / "benchie_en.jsonl").read_text(encoding="utf8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["1", "2"]
    bad = CliRunner().invoke(app, ["evaluate", "some", "nowhere"])
    assert bad.exit_code == 1
    assert "no file or folder" in bad.output
