"""A multilingual pipeline, the pipelines of its languages, and the wheels of both."""

import email
import os
import shutil
import sys
import zipfile
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Set, Tuple

import pytest
import spacy
import srsly
import torch
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import Config
from typer.testing import CliRunner

from spacy_xoie import TokenTriple, __version__, set_triples
from spacy_xoie.apps.cli import app
from spacy_xoie.errors import ConfigError, ModelDataError
from spacy_xoie.extraction.pretrained import DEFAULT_NAME, find_model, save_model
from spacy_xoie.language.examples import example_sentence
from spacy_xoie.language.pipelines import extend_detector
from spacy_xoie.loading import load
from spacy_xoie.network.adapters import RoutedLora
from spacy_xoie.packaging import (
    build_wheels,
    keep_languages,
    load_wheel,
    merge_language,
    wheels,
    whole_pipeline,
)
from spacy_xoie.packaging.readme import readme_text

TEXTS = {
    "de": "Die Stadt hat das Haus gebaut. Der Rat lehnte den Plan am 3. Mai ab!",
    "zh": "市议会批准了新线路。工程将由一家公司承建，共12公里。",
}
MODEL = {
    "@architectures": "spacy-xoie.TripleModel.v1",
    "encoder": {
        "@architectures": "spacy-xoie.HashedEncoder.v1",
        "width": 16,
        "depth": 1,
        "attributes": ["NORM", "SUFFIX", "SHAPE"],
        "rows": [200, 100, 100],
    },
    "head": {"@architectures": "spacy-xoie.LightHead.v1", "width": 16, "depth": 1},
    "bank": {"@architectures": "spacy-xoie.AdapterBank.v1", "rank": 2},
    "router": {"@architectures": "spacy-xoie.LanguageRouter.v1"},
}
METRICS: Dict[str, Any] = {
    "xoie_triple_f": 0.5,
    "xoie_per_language": {"de": {"triple": {"f": 0.75}}, "zh": {"triple": {"f": 0.25}}},
    "n_docs": 2,
}
SOURCES = [{"name": "Corpus", "url": "u", "author": "a", "license": "MIT"}]

Facts = List[Tuple[Tuple[str, ...], float]]


def make_nlp(**changes: Any) -> Language:
    """A pipeline whose adapters matter, with weights that nobody has trained."""
    spacy.util.fix_random_seed(0)
    tokenizer = {"@tokenizers": "spacy-xoie.MultilingualTokenizer.v1"}
    pipeline = spacy.blank("xx", config={"nlp": {"tokenizer": tokenizer}})
    sentencizer = pipeline.add_pipe("sentencizer")
    sentencizer.punct_chars = {".", "。"}  # type: ignore[attr-defined]
    pipeline.add_pipe("xoie_lang")
    config = {"model": {**MODEL, **changes}, "threshold": 0.0}
    pipe = pipeline.add_pipe("xoie", config=config)
    examples = []
    for language, text in TEXTS.items():
        gold = pipeline.make_doc(text)
        triple = TokenTriple(((0, 2),), ((2, 3),), (((3, 4),),))
        set_triples(gold, [triple], language=language)
        examples.append(Example(pipeline.make_doc(text), gold))
    pipeline.initialize(lambda: examples)
    network = pipe.network  # type: ignore[attr-defined]
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if ".lora_B." in name:
                parameter.normal_()
    network.routed = True
    return pipeline


@pytest.fixture(scope="module")
def nlp() -> Language:
    return make_nlp()


def facts(doc: Doc) -> Facts:
    found = sorted((t.as_tuple(), t.score) for t in doc._.triples)
    assert len(found) > 5
    return found


def routed(nlp: Language, language: str, text: str) -> Facts:
    """What the multilingual pipeline says of a doc in a known language."""
    doc = nlp.make_doc(text)
    doc._.language = language
    for name in ("sentencizer", "xoie"):
        doc = nlp.get_pipe(name)(doc)
    assert {triple.adapter for triple in doc._.triples} == {language}
    return facts(doc)


def assert_same(one: Facts, other: Facts) -> None:
    assert [words for words, _ in one] == [words for words, _ in other]
    scores = [score for _, score in other]
    assert [score for _, score in one] == pytest.approx(scores, abs=1e-3)


@pytest.mark.parametrize("language", TEXTS)
def test_merged_pipeline_says_the_same(
    language: str, nlp: Language, tmp_path: Path
) -> None:
    text = TEXTS[language]
    expected = routed(nlp, language, text)
    # The adapter matters, so that this can fail.
    (other,) = set(TEXTS) - {language}
    assert routed(nlp, other, text) != expected
    before = nlp.to_bytes()
    merged = merge_language(nlp, language)
    assert_same(facts(merged(text)), expected)
    assert nlp.to_bytes() == before
    assert routed(nlp, language, text) == expected
    # It is a pipeline like any other, of its language.
    merged.to_disk(tmp_path)
    again = spacy.load(tmp_path)
    assert facts(again(text)) == facts(merged(text))
    doc = again(text)
    assert (again.lang, again.pipe_names) == (language, ["sentencizer", "xoie"])
    assert {(t.language, t.adapter) for t in doc._.triples} == {(language, "")}
    # What the other components hold came along: "!" ends no sentence.
    assert (
        len(list(doc.sents))
        == len(list(nlp(text).sents))
        == {"de": 3, "zh": 2}[language]
    )


def test_merged_pipeline_has_no_adapters(nlp: Language) -> None:
    merged = merge_language(nlp, "de")
    network = merged.get_pipe("xoie").network  # type: ignore[attr-defined]
    original = nlp.get_pipe("xoie").network  # type: ignore[attr-defined]
    assert not any(isinstance(module, RoutedLora) for module in network.modules())
    assert any(isinstance(module, RoutedLora) for module in original.modules())
    assert merged.get_pipe("xoie").languages == ()  # type: ignore[attr-defined]
    assert nlp.get_pipe("xoie").languages == ("de", "zh")  # type: ignore[attr-defined]
    settings = merged.config["components"]["xoie"]
    assert settings["model"]["bank"] is None and settings["threshold"] == 0.0
    # Nothing is shared: training one leaves the other alone.
    theirs = {parameter.data_ptr() for parameter in original.parameters()}
    assert not theirs & {parameter.data_ptr() for parameter in network.parameters()}


def test_pipeline_of_some_languages(nlp: Language, tmp_path: Path) -> None:
    before = nlp.to_bytes()
    some = keep_languages(nlp, ["zh"])
    assert nlp.to_bytes() == before
    some.to_disk(tmp_path)
    for pipeline in (some, spacy.load(tmp_path)):
        assert pipeline.get_pipe("xoie").languages == ("zh",)  # type: ignore[attr-defined]
        text = TEXTS["zh"]
        assert routed(pipeline, "zh", text) == routed(nlp, "zh", text)
        # It tells no other languages apart.
        assert pipeline("Die Stadt hat das Haus gebaut.")._.language != "de"
    with pytest.raises(ConfigError, match="no adapter for 'fi'"):
        keep_languages(nlp, ["zh", "fi"])
    gate = make_nlp(router={"@architectures": "spacy-xoie.MixtureRouter.v1"})
    with pytest.raises(ConfigError, match="MixtureRouter.*none can be left out"):
        keep_languages(gate, ["zh"])


def test_language_without_adapter(nlp: Language, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no adapter for 'fi'.*de, zh"):
        merge_language(nlp, "fi")
    with pytest.raises(ConfigError, match="no adapter for 'de'.*none"):
        merge_language(merge_language(nlp, "de"), "de")
    for languages in (["fi"], ["de", "fi"]):
        with pytest.raises(ConfigError, match="no adapter for 'fi'"):
            next(build_wheels(nlp, tmp_path / "out", languages=languages))
    assert not (tmp_path / "out").exists()


def test_learned_gate_cannot_be_merged(tmp_path: Path) -> None:
    nlp = make_nlp(router={"@architectures": "spacy-xoie.MixtureRouter.v1"})
    with pytest.raises(
        ConfigError, match="depend on what a text says.*'de'.*LanguageRouter"
    ):
        merge_language(nlp, "de")
    with pytest.raises(ConfigError, match="depend on what a text says"):
        next(build_wheels(nlp, tmp_path / "out", each=True))
    assert not (tmp_path / "out").exists()


def test_pipeline_without_extractor(nlp: Language) -> None:
    with pytest.raises(ConfigError, match="no extractor called 'triples'.*xoie_lang"):
        merge_language(nlp, "de", component="triples")
    with pytest.raises(ConfigError, match="no extractor called 'sentencizer'"):
        merge_language(nlp, "de", component="sentencizer")


def test_languages_that_spacy_does_not_know(nlp: Language, tmp_path: Path) -> None:
    many = keep_languages(nlp, ["de", "zh"])
    pipe: Any = many.get_pipe("xoie")
    pipe.add_adapter("gl", start={"de": 1.0})
    text = "A cidade construíu a casa."
    with pytest.raises(ConfigError, match="spaCy has no language 'gl'.*detector"):
        merge_language(many, "gl")
    assert extend_detector(many, "gl")
    expected = routed(many, "gl", text)
    merged = merge_language(many, "gl")
    merged.to_disk(tmp_path)
    doc = spacy.load(tmp_path)(text)
    assert_same(facts(doc), expected)
    assert {(t.language, t.adapter) for t in doc._.triples} == {("gl", "")}
    # A text in another language of the same script is not taken to be in that one.
    assert merged("Der Rat lehnte den Plan ab.")._.language == "und"


def test_pipeline_of_added_languages_alone(nlp: Language, tmp_path: Path) -> None:
    many = keep_languages(nlp, ["de", "zh"])
    for code in ("gl", "it"):
        many.get_pipe("xoie").add_adapter(code, start={"de": 1.0})  # type: ignore[attr-defined]
        assert extend_detector(many, code)
    expected = routed(many, "it", TEXTS["de"])
    keep_languages(many, ["it", "gl"]).to_disk(tmp_path)
    kept = spacy.load(tmp_path)
    assert kept.get_pipe("xoie").languages == ("gl", "it")  # type: ignore[attr-defined]
    assert_same(routed(kept, "it", TEXTS["de"]), expected)


def test_pretrained_model_is_written_out(nlp: Language, tmp_path: Path) -> None:
    """A folder that a config names is not there where a wheel is installed."""
    folder = tmp_path / "pretrained"
    pipe: Any = nlp.get_pipe("xoie")
    settings = Config({"model": nlp.get_pipe_config("xoie")["model"]})
    save_model(pipe.model, settings, folder)
    pretrained = spacy.blank("de")
    model = {"@architectures": "spacy-xoie.PretrainedModel.v1", "name": str(folder)}
    pretrained.add_pipe("xoie", config={"model": model, "threshold": 0.0})
    expected = facts(pretrained(TEXTS["de"]))
    whole_pipeline(pretrained).to_disk(tmp_path / "pipeline")
    shutil.rmtree(folder)
    assert facts(spacy.load(tmp_path / "pipeline")(TEXTS["de"])) == expected


def test_default_model_says_its_licence_and_sources() -> None:
    made = load(DEFAULT_NAME, "xx")
    told = srsly.read_json(find_model(DEFAULT_NAME) / "meta.json")
    assert made.meta["license"] == told["license"] == "CC BY-SA 4.0"
    assert made.meta["sources"] == told["sources"]


def test_read_me(nlp: Language) -> None:
    merged = merge_language(nlp, "de")
    merged.meta.update(
        name="xoie_tiny",
        languages=["de"],
        license="CC0 | MIT",
        sources=[{**SOURCES[0], "name": "A | B", "url": "https://example.org/a"}],
    )
    text = readme_text(merged)
    sentence = example_sentence("de")
    assert f'nlp("{sentence}")' in text
    (block,) = (part for part in text.split("```") if f"de: {sentence}\n" in part)
    triples = merged(str(sentence))._.triples
    assert triples and block.count("\n  (") == len(triples)
    assert all(f"  {triple} {triple.score:.2f}\n" in block for triple in triples)
    assert "| Licence | CC0 \\| MIT |" in text
    assert "| [A \\| B](https://example.org/a) | a | MIT |" in text
    assert "Not measured for: de." in text
    notes = {
        "docs": 20,
        "folds": 5,
        "before": {"triple_f": 0.125},
        "after": {"triple_f": 0.25},
    }
    merged.meta["adapters"] = {"de": notes}
    assert "from 20 docs" in readme_text(merged)
    assert "F1 of triples from 12.5 to 25.0" in readme_text(merged)
    merged.meta["performance"] = {
        "xoie_per_language": {"de": {"triple": {"p": 0.5, "r": None, "f": 1.0}}}
    }
    row = "| de | – / – / – | – / – / – | 50.0 / – / 100.0 |"
    assert row in readme_text(merged)
    assert "Not measured" not in readme_text(merged)


def test_read_me_of_languages_with_and_without_figures(nlp: Language) -> None:
    merged = merge_language(nlp, "de")
    figures = {"trees": 2832, "tokens": 38111, "las": 0.7812, "las_trees": 84}
    source = {**SOURCES[0], "name": "UD_German-X", "language": "de"}
    merged.meta.update(
        name="xoie_tiny",
        languages=["de"],
        by_language={"de": figures},
        sources=[*SOURCES, source],
        measured_scripts=["Latn"],
    )
    text = readme_text(merged)
    assert "| Language | Trees | Tokens | LAS | Treebanks |" in text
    assert "| German (`de`) | 2,832 | 38,111 | 78.1 (84) | UD_German-X (MIT) |" in text
    assert "Not measured" not in text
    # No score of another language stands for one that was not measured.
    merged.meta.update(languages=["fi", "hi"], by_language={})
    text = readme_text(merged)
    assert "Not measured for: fi, hi." in text and "78.1" not in text
    assert "No language with the script of Hindi (Deva) has any figures." in text
    assert "script of Finnish" not in text


class Built(NamedTuple):
    output: Path
    wheels: List[Path]


class Surroundings(NamedTuple):
    """What building wheels must not change."""

    packages: Set[Tuple[str, str]]
    variables: Dict[str, str]
    path: List[str]
    model: bytes


def surroundings(nlp: Language) -> Surroundings:
    return Surroundings(
        packages={(d.metadata["Name"], d.version) for d in distributions()},
        variables={k: v for k, v in os.environ.items() if "PYTEST" not in k},
        path=list(sys.path),
        model=nlp.to_bytes(),
    )


@pytest.fixture(scope="module")
def built(nlp: Language, tmp_path_factory: pytest.TempPathFactory) -> Built:
    output = tmp_path_factory.mktemp("packaging") / "new" / "packages"
    here = tmp_path_factory.mktemp("here")
    about: Dict[str, Any] = {
        "name": "xoie_tiny",
        "version": "1.2.3",
        "license": "MIT",
        "metrics": METRICS,
        "sources": SOURCES,
    }
    before = surroundings(nlp)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(here)
        made = list(build_wheels(nlp, output, **about))
        made += build_wheels(nlp, output, languages=["de"], each=True, **about)
        made += build_wheels(nlp, output, languages=["zh", "de"], **about)
    assert surroundings(nlp) == before
    assert list(here.iterdir()) == []
    return Built(output, made)


@pytest.mark.parametrize(
    "languages, each, expected",
    [
        ((), False, [()]),
        ((), True, [(), ("de",), ("zh",)]),
        (("de",), True, [("de",)]),
        (("zh", "de"), False, [("zh", "de")]),
        (("zh", "de"), True, [("zh", "de"), ("zh",), ("de",)]),
    ],
)
def test_which_wheels_there_are(
    languages: Tuple[str, ...], each: bool, expected: List[Tuple[str, ...]]
) -> None:
    assert wheels.groups_of(languages, each, ("de", "zh")) == expected


@pytest.mark.slow
def test_wheels_are_named_after_their_languages(built: Built) -> None:
    assert [wheel.name for wheel in built.wheels] == [
        "xx_xoie_tiny-1.2.3-py3-none-any.whl",
        "de_xoie_tiny-1.2.3-py3-none-any.whl",
        "xx_xoie_de_zh_tiny-1.2.3-py3-none-any.whl",
    ]
    # Nothing but the wheels is there.
    assert sorted(built.output.iterdir()) == sorted(built.wheels)


@pytest.mark.slow
@pytest.mark.parametrize(
    "number, languages, performance",
    [
        (0, ["de", "zh"], METRICS),
        (1, ["de"], {"xoie_per_language": {"de": {"triple": {"f": 0.75}}}}),
        (2, ["de", "zh"], {"xoie_per_language": METRICS["xoie_per_language"]}),
    ],
)
def test_what_wheels_say_of_themselves(
    built: Built, number: int, languages: List[str], performance: Dict[str, Any]
) -> None:
    wheel = built.wheels[number]
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = (name for name in names if name.endswith("/METADATA"))
        (points,) = (name for name in names if name.endswith("/entry_points.txt"))
        header = email.message_from_bytes(archive.read(metadata))
        entry_points = archive.read(points).decode()
        package = wheel.name.split("-")[0]
        meta = srsly.json_loads(archive.read(f"{package}/meta.json"))
        inner = srsly.json_loads(archive.read(f"{package}/{package}-1.2.3/meta.json"))
    assert (header["Name"], header["Version"]) == (package, "1.2.3")
    needed = {
        line.split("<")[0].split(">")[0]: line
        for line in header.get_all("Requires-Dist")
    }
    assert set(needed) == {"spacy-xoie", "spacy"}
    assert f">={__version__}" in needed["spacy-xoie"]
    assert f">={spacy.__version__}" in needed["spacy"]
    assert f"{package} = {package}" in entry_points
    for told in (meta, inner):
        assert told["languages"] == languages
        assert told["performance"] == performance
        assert told["sources"] == SOURCES
        assert told["license"] == "MIT"
        assert told["lang"] == package.split("_")[0]
    assert f"# {package}\n" in header.get_payload()


@pytest.mark.slow
def test_wheels_say_the_same_triples(built: Built, nlp: Language) -> None:
    many, one, some = built.wheels
    with load_wheel(many) as loaded:
        for language, text in TEXTS.items():
            assert_same(routed(loaded, language, text), routed(nlp, language, text))
            assert_same(facts(loaded(text)), facts(nlp(text)))
        assert loaded.meta["version"] == "1.2.3"
    with load_wheel(one) as loaded:
        text = TEXTS["de"]
        assert_same(facts(loaded(text)), routed(nlp, "de", text))
        assert loaded.lang == "de"
    with load_wheel(some) as loaded:
        assert_same(routed(loaded, "zh", TEXTS["zh"]), routed(nlp, "zh", TEXTS["zh"]))
        assert loaded.get_pipe("xoie").languages == ("de", "zh")  # type: ignore[attr-defined]
    # Nothing was installed, and the pipeline outlives its files.
    assert "de_xoie_tiny" not in sys.modules
    assert facts(loaded(text))


@pytest.mark.slow
def test_try_wheels(built: Built, tmp_path: Path) -> None:
    sample = tmp_path / "sample.json"
    srsly.write_json(sample, TEXTS)
    result = CliRunner().invoke(app, ["try-wheels", str(built.output), str(sample)])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    # By the multilingual pipeline, and by that of the language or of the set.
    assert [lines.count(TEXTS[language]) for language in ("de", "zh")] == [3, 2]
    with load_wheel(built.wheels[1]) as loaded:
        for triple in loaded(TEXTS["de"])._.triples:
            assert f"  de {triple.score:.2f}  {triple}" in lines


def test_build_that_fails(
    nlp: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        sys.exit(1)

    monkeypatch.setattr(wheels, "package", fail)
    building = build_wheels(nlp, tmp_path / "out", name="xoie_tiny")
    with pytest.raises(ConfigError, match="xx_xoie_tiny could not be built"):
        next(building)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("name", ["xoie-sm", "xoie sm", "1st", ""])
def test_name_that_cannot_be_imported(name: str, nlp: Language, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"'{name}' cannot name a package"):
        next(build_wheels(nlp, tmp_path / "out", name=name))


def test_files_that_are_no_wheels_of_pipelines(tmp_path: Path) -> None:
    path = tmp_path / "a-1-py3-none-any.whl"
    path.write_bytes(b"hello")
    with pytest.raises(ModelDataError, match="not a wheel"), load_wheel(path):
        pass
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/__init__.py", "")
    with (
        pytest.raises(ModelDataError, match="not the wheel of a pipeline"),
        load_wheel(path),
    ):
        pass
