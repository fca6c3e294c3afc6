"""`fit-aligner`."""

import gzip
import json
from pathlib import Path
from typing import Any, List

import pytest
import spacy
from typer.testing import CliRunner, Result

from spacy_xoie.apps.cli import app
from spacy_xoie.projection.aligners.lexical import LexicalAligner
from spacy_xoie.projection.ty import Pair

NAMES = ["Anna", "Ben", "Clara", "Dora"]
# Words that do not look alike, in another order.
ENGLISH = {"dog": "Hund", "tree": "Baum", "horse": "Pferd", "house": "Gebäude"}
PAIRS = [
    (f"{name} often sees a {noun}", f"einen {other} sieht {name} oft")
    for name in NAMES
    for noun, other in ENGLISH.items()
]


def run(*arguments: Any) -> Result:
    given = ["fit-aligner", *map(str, arguments), "--no-freedict"]
    return CliRunner().invoke(app, given)


def translations(path: Path) -> List[str]:
    """What the aligner of a file takes the nouns for, in a sentence where their places
    say something else."""
    aligner = LexicalAligner(tables=str(path))
    found = []
    for noun in ENGLISH:
        source = spacy.blank("en").make_doc(f"tree horse dog house {noun}")
        target = spacy.blank("de").make_doc(" ".join(["x", *ENGLISH.values()]))
        (alignment,) = aligner([Pair(source[4:], target, "en", "de")])
        found.append(" ".join(target[j].text for _, j in alignment.links))
    return found


def tsv(path: Path) -> None:
    path.write_text("".join(f"{a}\t{b}\n" for a, b in PAIRS), encoding="utf8")


def jsonl(path: Path) -> None:
    lines = [{"source": a, "target": b} for a, b in PAIRS[::2]]
    # The other way round.
    lines += [
        {"source": b, "target": a, "source_language": "de", "target_language": "en"}
        for a, b in PAIRS[1::2]
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def records(path: Path) -> None:
    lines = [
        {"id": str(n), "language": code, "text": text, "triples": []}
        for side, code in enumerate(("en", "de"))
        for n, text in enumerate(pair[side] for pair in PAIRS)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.mark.parametrize("write", [tsv, jsonl, records])
def test_nouns_are_learnt(write: Any, tmp_path: Path) -> None:
    corpus = tmp_path / f"corpus.{'tsv' if write is tsv else 'jsonl'}"
    write(corpus)
    output = tmp_path / "sub" / "tables.msgpack"
    result = run(corpus, "--source", "en", "--target", "de", "--output", output)
    assert result.exit_code == 0, result.output
    assert "16 pairs" in result.output
    assert translations(output) == list(ENGLISH.values())
    assert [file.name for file in output.parent.iterdir()] == ["tables.msgpack"]


def test_treebanks_share_ids(tmp_path: Path) -> None:
    for side, code in enumerate(("en", "de")):
        with gzip.open(tmp_path / f"{code}_x-ud-test.conllu.gz", "wt") as file:
            for n, pair in enumerate(PAIRS):
                words = pair[side].split()
                file.write(f"# sent_id = {n}\n# text = {pair[side]}\n")
                for i, word in enumerate(words, start=1):
                    head, label = (0, "root") if i == 1 else (1, "dep")
                    file.write(f"{i}\t{word}\t_\tX\t_\t_\t{head}\t{label}\t_\t_\n")
                file.write("\n")
    output = tmp_path / "tables.msgpack"
    result = run(tmp_path, "--source", "en", "--target", "de", "--output", output)
    assert result.exit_code == 0, result.output
    assert translations(output) == list(ENGLISH.values())


def test_bad_lines_are_told_and_cost_themselves(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.tsv"
    tsv(corpus)
    with corpus.open("a") as file:
        file.write("no translation\n")
    (tmp_path / "other.jsonl").write_text(
        '{"source": "a b", "target": "c d", "target_language": "fr"}\n'
    )
    output = tmp_path / "tables.msgpack"
    languages = ("--source", "en", "--target", "de")
    result = run(corpus, tmp_path / "other.jsonl", *languages, "--output", output)
    assert result.exit_code == 0, result.output
    assert "corpus.tsv:17" in result.output
    assert "other.jsonl:1: this is en and fr" in result.output
    assert "16 pairs" in result.output


def test_nothing_to_learn_from(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.tsv"
    corpus.write_text("no translation\n")
    output = tmp_path / "tables.msgpack"
    result = run(corpus, "--source", "en", "--target", "de", "--output", output)
    assert result.exit_code == 1
    assert "no sentence in 'en'" in result.output
    result = run(corpus, "--source", "en", "--target", "en", "--output", output)
    assert result.exit_code == 1
    assert "two different" in result.output
    assert not output.exists()
