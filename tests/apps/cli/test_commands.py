"""The commands: what they write is there wholly or not at all, and what goes wrong
is said in one line."""

import json
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

import pytest
import srsly
from spacy.language import Language
from spacy.tokens import DocBin
from typer.testing import CliRunner, Result

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.apps.cli import app
from spacy_xoie.corpora import write_docbin

PARTS = Path(__file__).parents[3] / "configs" / "parts"
TEXT = "Anna met Ben."
TRIPLE = {
    "subject": {"text": "Anna", "spans": [[0, 4]]},
    "relation": {"text": "met", "spans": [[5, 8]]},
    "objects": [{"text": "Ben", "spans": [[9, 12]]}],
}
GOOD = {"id": "a", "language": "en", "text": TEXT, "triples": [TRIPLE]}


def run(*args: Any) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args])


def assert_one_line(result: Result, *words: str) -> None:
    """Of an error: exit code 1, one line, and no traceback."""
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    for word in words:
        assert word in line


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "a corpus in a folder whose path is longer than one line"
    folder.mkdir()
    srsly.write_jsonl(
        folder / "en.jsonl",
        [
            GOOD,
            {**GOOD, "id": "b", "split": "dev"},
            {**GOOD, "id": "c", "split": "test", "triples": []},
            {**GOOD, "id": "d"},
        ],
    )
    return folder


def add(corpus: Path, **changes: Any) -> Path:
    path = corpus / "en.jsonl"
    with path.open("a") as file:
        file.write(json.dumps({**GOOD, **changes}) + "\n")
    return path


def triples_in(path: Path, nlp: Language) -> List[int]:
    docs = DocBin().from_disk(path).get_docs(nlp.vocab)
    return [len(doc._.triples) for doc in docs]


def test_validate_good_corpus(corpus: Path) -> None:
    result = run("validate", corpus)
    assert result.exit_code == 0
    assert "4 records in en" in result.output


def test_validate_names_file_line_and_field(corpus: Path) -> None:
    wrong = {**TRIPLE, "relation": {"text": "meets", "spans": [[5, 8]]}}
    path = add(corpus, id="e", split="training", text=None)
    add(corpus, id="f", triples=[TRIPLE, wrong])
    result = run("validate", corpus)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    lines = result.output.splitlines()
    places = [line for line in lines if line.startswith(str(path))]
    assert [line.split(": ")[0] for line in places] == [f"{path}:5"] * 2 + [f"{path}:6"]
    fields = [line.split(": ")[1] for line in places]
    assert sorted(fields) == ["split", "text", "triples.1.relation.text"]
    # Nothing but the places and the sum.
    assert [line for line in lines if line and line not in places] == [lines[-2]]
    assert "3 faults; 4 records" in lines[-2]


def test_convert(corpus: Path, blank: Language, tmp_path: Path) -> None:
    output = tmp_path / "new" / "spacy"
    result = run("convert", corpus, output)
    assert result.exit_code == 0
    names = sorted(path.name for path in output.iterdir())
    assert names == ["dev.spacy", "test.spacy", "train.spacy"]
    assert triples_in(output / "train.spacy", blank) == [1, 1]
    assert triples_in(output / "dev.spacy", blank) == [1]
    assert triples_in(output / "test.spacy", blank) == [0]
    assert "train: 2 docs, 2 triples" in result.output


def test_convert_leaves_out_what_is_wrong(
    corpus: Path, blank: Language, tmp_path: Path
) -> None:
    path = add(corpus, id="e", split="training")
    within = {**TRIPLE, "subject": {"text": "nna", "spans": [[1, 4]]}}
    add(corpus, id="f-7", triples=[within])
    result = run("convert", corpus, tmp_path / "out")
    assert result.exit_code == 0
    assert triples_in(tmp_path / "out" / "train.spacy", blank) == [1, 1]
    left_out = [line for line in result.output.splitlines() if "Left out" in line]
    assert len(left_out) == 2
    assert f"{path}:5: split" in left_out[0]
    assert "f-7 (en): triples.0.subject.spans: 'nna'" in left_out[1]


def test_convert_without_one_good_record_keeps_old_files(
    corpus: Path, blank: Language, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    run("convert", corpus, output)
    before = {path.name: path.read_bytes() for path in output.iterdir()}
    srsly.write_jsonl(corpus / "en.jsonl", [{"id": "a"}])
    result = run("convert", corpus, output)
    assert result.exit_code == 1
    assert "Nothing could be converted" in result.output
    assert {path.name: path.read_bytes() for path in output.iterdir()} == before
    assert run("convert", corpus, tmp_path / "other").exit_code == 1
    assert not (tmp_path / "other").exists()


def test_convert_with_the_tokenizer_of_a_config(
    corpus: Path, blank: Language, tmp_path: Path
) -> None:
    blank.to_disk(tmp_path / "pipeline")
    for config in (tmp_path / "pipeline", tmp_path / "pipeline" / "config.cfg"):
        result = run("convert", corpus, tmp_path / "out", "--config", config)
        assert result.exit_code == 0
        assert triples_in(tmp_path / "out" / "train.spacy", blank) == [1, 1]
    broken, unknown = tmp_path / "broken.cfg", tmp_path / "unknown.cfg"
    broken.write_text('[nlp]\nlang = "xx"\npipeline = ["ner"]\n')
    unknown.write_text('[nlp]\nlang = "qq"\npipeline = []\n')
    for bad in (broken, unknown, corpus):
        result = run("convert", corpus, tmp_path / "none", "--config", bad)
        assert_one_line(result, str(bad))
        assert not (tmp_path / "none").exists()


def test_compose(tmp_path: Path) -> None:
    output, mine = tmp_path / "configs" / "my.cfg", tmp_path / "mine.cfg"
    mine.write_text("[training]\nmax_steps = 1234\n")
    result = run("compose", output, PARTS / "base.cfg", mine)
    assert result.exit_code == 0
    assert output.read_text().startswith("# Made from base.cfg, mine.cfg")
    assert "max_steps = 1234" in output.read_text()
    assert list(output.parent.iterdir()) == [output]


def half(self: Path, text: str, **kwargs: Any) -> int:
    """Writing on a disk that is full."""
    with self.open("w") as file:
        file.write(text[: len(text) // 2])
    raise OSError(28, "No space left on device")


def test_compose_wholly_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "my.cfg"
    output.write_text("old")
    missing = run("compose", output, PARTS / "base.cfg", PARTS / "no.cfg")
    assert_one_line(missing, "no.cfg")
    (tmp_path / "garbage.cfg").write_text("hello")
    garbage = run("compose", output, PARTS / "base.cfg", tmp_path / "garbage.cfg")
    assert_one_line(garbage, "garbage.cfg is not a config")
    monkeypatch.setattr(Path, "write_text", half)
    assert_one_line(run("compose", output, PARTS / "base.cfg"), "No space left")
    assert output.read_text() == "old"


@pytest.fixture
def model(make_pipeline: Callable[..., Language], tmp_path: Path) -> Path:
    make_pipeline().to_disk(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def data(blank: Language, tmp_path: Path) -> Path:
    doc = blank.make_doc("Die Stadt hat das Haus gebaut .")
    triple = TokenTriple(((0, 2),), ((2, 3), (5, 6)), (((3, 5),),))
    set_triples(doc, [triple], language="de")
    write_docbin(tmp_path / "gold.spacy", [doc])
    return tmp_path / "gold.spacy"


def test_evaluate(model: Path, data: Path, tmp_path: Path) -> None:
    output = tmp_path / "metrics" / "dev.json"
    result = run("evaluate", model, data, "--output", output)
    assert result.exit_code == 0, result.output
    scores = srsly.read_json(output)
    assert scores["n_docs"] == 1
    assert list(scores["xoie_per_language"]) == ["de"]
    table = [line.split() for line in result.output.splitlines() if line]
    assert [row[0] for row in table if len(row) == 10][-2:] == ["de", "all"]
    assert list(output.parent.iterdir()) == [output]
    assert run("evaluate", model, data, data, "--output", output).exit_code == 0
    assert srsly.read_json(output)["n_docs"] == 2


def test_evaluate_wholly_or_not_at_all(
    model: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "dev.json"
    output.write_text("old")
    write_docbin(tmp_path / "empty.spacy", [])
    (tmp_path / "cut.spacy").write_bytes(data.read_bytes()[:-9])
    args = ("--output", output)
    for name in ("empty.spacy", "cut.spacy"):
        assert_one_line(run("evaluate", model, tmp_path / name, *args), name)
    assert_one_line(run("evaluate", tmp_path / "no", data, *args), "E050")
    assert_one_line(run("evaluate", "xx_no_package", data, *args), "xx_no_package")
    monkeypatch.setattr(Path, "write_text", half)
    assert_one_line(run("evaluate", model, data, *args), "No space left")
    assert output.read_text() == "old"


def test_damaged_model(model: Path, data: Path) -> None:
    file = model / "xoie" / "model"
    file.write_bytes(file.read_bytes()[:1000])
    assert_one_line(run("evaluate", model, data), "damaged")


@pytest.mark.parametrize(
    "asked, languages, each",
    [([], (), False), (["de", "es", "--each"], ["de", "es"], True)],
)
def test_package_hands_its_options_on(
    asked: List[str],
    languages: Any,
    each: bool,
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is built is tested with `build_wheels`."""
    given: Dict[str, Any] = {}

    def build_wheels(nlp: Language, output: Path, **settings: Any) -> Iterator[Path]:
        given.update(settings, lang=nlp.lang, output=output)
        (output / "made.whl").write_bytes(b"x" * 2_000_000)
        yield output / "made.whl"

    monkeypatch.setattr("spacy_xoie.apps.cli.package.build_wheels", build_wheels)
    metrics, sources = tmp_path / "metrics.json", tmp_path / "sources.json"
    metrics.write_text('{"n_docs": 3}')
    sources.write_text('[{"name": "Corpus"}]')
    options = ["--metrics", metrics, "--sources", sources, "--version", "1.2.3"]
    options += ["--name", "tiny", "--license", "MIT"]
    result = run("package", *asked, "--model", model, "--out", tmp_path, *options)
    assert result.exit_code == 0, result.output
    assert "made.whl (2.0 MB)" in " ".join(result.output.split())
    assert list(given.pop("texts")) == []
    assert given == {
        "lang": "xx",
        "output": tmp_path,
        "languages": languages,
        "each": each,
        "name": "tiny",
        "version": "1.2.3",
        "license": "MIT",
        "metrics": {"n_docs": 3},
        "sources": [{"name": "Corpus"}],
        "component": "xoie",
    }


def test_package_refuses_before_it_builds(model: Path, tmp_path: Path) -> None:
    output = tmp_path / "packages"
    wrong = tmp_path / "metrics.json"
    wrong.write_text("{")
    start = ("package", "--out", output, "--model")
    assert_one_line(run(*start, model, "fi"), "'fi'")
    assert_one_line(run(*start, model, "de", "fi"), "'fi'")
    assert_one_line(run(*start, model, "--name", "my-model"), "'my-model'")
    assert_one_line(
        run(*start, model, "--metrics", wrong), "metrics.json is not a JSON"
    )
    assert_one_line(run(*start, tmp_path), "meta.json")
    assert not output.exists()


def test_try_wheels_without_wheels(tmp_path: Path) -> None:
    sample = tmp_path / "sample.json"
    sample.write_text("hello")
    assert_one_line(run("try-wheels", tmp_path, sample), "sample.json is not a JSON")
    sample.write_text('{"en": "Anna met Ben."}')
    result = run("try-wheels", tmp_path, sample)
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert f"no wheels in {tmp_path}" in " ".join(result.output.split())
    (tmp_path / "xx_fake-0.1.0-py3-none-any.whl").write_text("hello")
    assert_one_line(run("try-wheels", tmp_path, sample), "xx_fake", "not a wheel")


def test_a_command_that_is_not_there() -> None:
    result = CliRunner().invoke(app, ["visualise"])
    assert result.exit_code == 2
    assert "Did you mean 'visualize'?" in result.stderr
