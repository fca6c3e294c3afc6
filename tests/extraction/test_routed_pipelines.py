"""Routers in a pipeline: registered, saved, and told of languages without adapter."""

import warnings
from pathlib import Path
from typing import Any, Dict, List

import pytest
import spacy
import torch
from conftest import SENTENCES, TINY_MODEL, TOKENIZER, make_example
from spacy.language import Language
from spacy.tokens import Doc

from spacy_xoie.errors import ConfigError
from spacy_xoie.extraction.nearest import make_relatives
from spacy_xoie.packaging import merge_language

NAMES = ("Language", "Nearest", "Mixture", "Uniform", "Frozen")


def model_with(name: str, **settings: Any) -> Dict[str, Any]:
    router = {"@architectures": f"spacy-xoie.{name}Router.v1", **settings}
    return {**TINY_MODEL, "router": router}


def make_nlp(model: Dict[str, Any]) -> Language:
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("xoie", config={"model": model, "threshold": 0.0})
    return nlp


def teach(model: Dict[str, Any], steps: int = 5) -> Language:
    """A pipeline whose adapters differ, as they do after some training."""
    torch.manual_seed(0)
    nlp = make_nlp(model)
    data = [make_example(nlp, *sentence) for sentence in SENTENCES]
    optimizer = nlp.initialize(lambda: data)
    optimizer.learn_rate = 0.05
    nlp.get_pipe("xoie").set_stage("all")
    for _ in range(steps):
        nlp.update(data, sgd=optimizer)
    return nlp


def docs_in(nlp: Language, language: str) -> List[Doc]:
    docs = [nlp.make_doc(text) for text, *_ in SENTENCES]
    for doc in docs:
        doc._.language = language
    return docs


def found(nlp: Language, language: str) -> List[Any]:
    docs = docs_in(nlp, language)
    return [
        [(t.parts, round(t.score, 4), t.adapter) for t in triples]
        for triples in nlp.get_pipe("xoie").predict(docs)
    ]


@pytest.mark.filterwarnings("ignore:.*no adapter for the language 'nl'")
@pytest.mark.parametrize("name", NAMES)
def test_routers_learn_and_are_saved(name: str, tmp_path: Path) -> None:
    model = model_with(name)
    nlp = teach(model, steps=40)
    docs = list(nlp.pipe(docs_in(nlp, "en")))
    assert any(doc._.triples for doc in docs)
    nlp.to_disk(tmp_path)
    other = spacy.load(tmp_path)
    assert found(other, "en") == found(nlp, "en")
    assert found(other, "nl") == found(nlp, "nl")
    one, two = (n.get_pipe("xoie").network.state_dict() for n in (nlp, other))
    assert all(torch.equal(value, two[key]) for key, value in one.items())


def test_gates_of_an_unseen_language_come_from_its_relatives() -> None:
    nlp = teach(model_with("Nearest", temperature=0.05))
    extractor: Any = nlp.get_pipe("xoie")
    experts = list(extractor.languages)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gates = extractor.gates(docs_in(nlp, "nl"))[0].gates[0]
    # Dutch is nearer to German than to English.
    assert gates[experts.index("de")] > gates[experts.index("en")] > 0
    assert gates.sum() == pytest.approx(1.0)
    expected = make_relatives("overall", 0.05)("nl", experts)
    assert dict(zip(experts, gates.tolist())) == pytest.approx(dict(expected))
    # Its own adapter serves a language that has one.
    own = extractor.gates(docs_in(nlp, "en"))[0].gates[0]
    assert own[experts.index("en")] == 1.0
    triple, *_ = (t for row in found(nlp, "nl") for t in row)
    assert triple[2] == "mixture"


def test_unknown_language_falls_back_with_a_warning() -> None:
    nlp = teach(model_with("Nearest", fallback="none"))
    extractor: Any = nlp.get_pipe("xoie")
    with pytest.warns(UserWarning, match="no adapter for the language 'tlh'"):
        found(nlp, "tlh")
    gates = extractor.gates(docs_in(nlp, "tlh"))
    assert not any(one.gates.any() for one in gates)


@pytest.mark.parametrize("name", ["Mixture", "Uniform", "Frozen"])
def test_no_warning_where_the_language_does_not_matter(name: str) -> None:
    nlp = teach(model_with(name))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert found(nlp, "fi") == found(nlp, "en")


@pytest.mark.parametrize(
    "name, settings, message",
    [
        ("Nearest", {"profile": "sound"}, "sound"),
        ("Nearest", {"temperature": 0.0}, "temperature is 0.0"),
        ("Nearest", {"top_k": 0}, "top_k is 0"),
        ("Nearest", {"fallback": "all"}, "fallback is 'all'"),
        ("Language", {"certainty": 1.5}, "certainty is 1.5"),
    ],
)
def test_settings_are_checked_with_the_config(
    name: str, settings: Dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        make_nlp(model_with(name, **settings))


@pytest.mark.parametrize(
    "name, language", [("Nearest", "de"), ("Nearest", "nl"), ("Uniform", "de")]
)
def test_a_pipeline_of_one_language_gives_the_same(name: str, language: str) -> None:
    nlp = teach(model_with(name), steps=30)
    merged = merge_language(nlp, language)
    assert not merged.get_pipe("xoie").languages
    whole = [[t[:2] for t in row] for row in found(nlp, language)]
    alone = [[t[:2] for t in row] for row in found(merged, language)]
    assert any(whole)
    for ours, theirs in zip(whole, alone, strict=True):
        assert [t[0] for t in ours] == [t[0] for t in theirs]
        assert [t[1] for t in ours] == pytest.approx([t[1] for t in theirs], abs=2e-3)


def test_batches_change_nothing() -> None:
    for name in NAMES:
        nlp = teach(model_with(name), steps=30)
        docs = [doc for code in ("en", "nl", "tlh") for doc in docs_in(nlp, code)]
        extractor: Any = nlp.get_pipe("xoie")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            together = extractor.predict(docs)
            alone = [extractor.predict([doc])[0] for doc in docs]
        assert any(together)
        for one, two in zip(together, alone, strict=True):
            assert [t.parts for t in one] == [t.parts for t in two]
            assert [t.score for t in one] == pytest.approx(
                [t.score for t in two], abs=1e-4
            )
