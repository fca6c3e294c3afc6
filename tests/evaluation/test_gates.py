"""Gates by language, and what they tell about it."""

from pathlib import Path
from typing import Any, Callable, Dict, List

import numpy as np
import pytest
from conftest import SENTENCES, TINY_MODEL
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language

from spacy_xoie.errors import ConfigError, DataError
from spacy_xoie.evaluation.gate_plot import save_gates
from spacy_xoie.evaluation.gates import (
    SHARED,
    GateTable,
    entropy,
    measure_gates,
    tabulate_gates,
)

TEXTS: Dict[str, List[str]] = {"en": [], "de": []}
for _text, _code, _ in SENTENCES:
    TEXTS[_code].append(_text)


def table_of(gates: Dict[str, List[List[float]]], experts: str = "ab") -> GateTable:
    """A table of one layer."""
    arrays = {code: [np.array([row]) for row in rows] for code, rows in gates.items()}
    return tabulate_gates(arrays, list(experts))


@pytest.mark.parametrize(
    "gates, within, usage, information",
    [
        # A language, an adapter.
        ({"x": [[1, 0]], "y": [[0, 1], [0, 1]]}, 0, 1, 1),
        # One adapter for all.
        ({"x": [[1, 0]], "y": [[1, 0]]}, 0, 0, 0),
        # Mixed, and alike for all.
        ({"x": [[0.5, 0.5]], "y": [[0.5, 0.5]]}, 1, 1, 0),
        # Sharp in each sentence, but whatever the language.
        ({"x": [[1, 0], [0, 1]], "y": [[1, 0], [0, 1]]}, 0, 1, 0),
        # Languages count alike: usage is (3/4, 1/4), and x takes half of it.
        ({"x": [[0.5, 0.5]], "y": [[1, 0]] * 9}, 0.5, 0.811278, 0.311278),
    ],
)
def test_measures(
    gates: Dict[str, List[List[float]]],
    within: float,
    usage: float,
    information: float,
) -> None:
    table = table_of(gates)
    assert table.entropy.tolist() == pytest.approx([within])
    assert table.usage.tolist() == pytest.approx([usage], abs=1e-5)
    assert table.information.tolist() == pytest.approx([information], abs=1e-5)
    assert table.n_sentences == tuple(map(len, gates.values()))


@given(
    st.lists(
        st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(any),
        min_size=1,
        max_size=6,
    )
)
def test_information_is_that_of_the_joint_distribution(rows: List[List[int]]) -> None:
    shares = np.array(rows) / np.array(rows).sum(axis=1, keepdims=True)
    table = table_of({str(n): [row] for n, row in enumerate(shares.tolist())}, "abc")
    joint = shares / len(shares)
    apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0)
    inside = joint > 0
    expected = (joint[inside] * np.log2(joint[inside] / apart[inside])).sum()
    assert float(table.information[0]) == pytest.approx(float(expected), abs=1e-4)
    assert -1e-9 <= table.information[0] <= table.max_information + 1e-4


def test_entropy_knows_certainty() -> None:
    found = entropy(np.array([[1.0, 0.0], [0.25, 0.75], [0.5, 0.5]]))
    assert found.tolist() == pytest.approx([0.0, 0.811278, 1.0], abs=1e-6)


def test_sentences_without_adapter_are_the_shared_encoders() -> None:
    table = table_of({"x": [[1, 0], [0, 0]], "y": [[0, 1]]})
    assert table.experts == ("a", "b", SHARED)
    assert table.mean[0].tolist() == [[0.5, 0.0, 0.5], [0.0, 1.0, 0.0]]
    # With an expert for each there is no such column.
    assert table_of({"x": [[1, 0]]}).experts == ("a", "b")


def test_nothing_to_tell_of() -> None:
    with pytest.raises(DataError, match="no sentence in 'y'"):
        table_of({"x": [[1, 0]], "y": []})
    with pytest.raises(DataError, match="no sentences"):
        table_of({})


def test_pipeline_routed_by_language(trained: Language) -> None:
    table = measure_gates(trained, TEXTS)
    assert table.languages == ("de", "en")
    assert table.n_sentences == (3, 3)
    experts = list(table.experts)
    for row, code in enumerate(table.languages):
        # The detector is not sure of every one of these short sentences.
        assert table.mean[0, row].argmax() == experts.index(code)
    assert 0 < table.information[0] <= 1.0
    assert trained.pipe_names == ["xoie_lang", "xoie"]


MIXTURE = "spacy-xoie.MixtureRouter.v1"
ROUTERS: Dict[str, Dict[str, Any]] = {
    "language": {"@architectures": "spacy-xoie.LanguageRouter.v1"},
    "uniform": {"@architectures": "spacy-xoie.UniformRouter.v1"},
    "frozen": {"@architectures": "spacy-xoie.FrozenRouter.v1", "per_layer": True},
    "mixture": {"@architectures": MIXTURE, "top_k": 1},
    "mixture, per layer": {"@architectures": MIXTURE, "per_layer": True},
}


@pytest.mark.parametrize("router", ROUTERS.values(), ids=ROUTERS)
def test_all_routers(
    make_pipeline: Callable[..., Language], router: Dict[str, Any]
) -> None:
    nlp = make_pipeline({**TINY_MODEL, "router": router})
    nlp.get_pipe("xoie").set_stage("adapters")
    table = measure_gates(nlp, TEXTS)
    n_layers = 2 if router.get("per_layer") else 1
    assert table.mean.shape == (n_layers, 2, 2)
    np.testing.assert_allclose(table.mean.sum(axis=2), 1.0, atol=1e-4)
    # The same in any batching.
    alone = [measure_gates(nlp, {"en": [text]}).mean[:, 0] for text in TEXTS["en"]]
    np.testing.assert_allclose(
        np.mean(alone, axis=0), table.mean[:, table.languages.index("en")], atol=1e-4
    )
    if "Uniform" in router["@architectures"]:
        assert table.information.tolist() == pytest.approx([0.0], abs=1e-6)
        assert table.entropy.tolist() == pytest.approx([1.0], abs=1e-6)
    if router.get("top_k") == 1:
        assert table.entropy.tolist() == [0.0]


def test_gates_come_in_the_order_of_the_docs(trained: Language) -> None:
    texts = ["Good morning ! " + text for text, *_ in SENTENCES] * 2
    docs = list(trained.pipe(texts))
    trained.get_pipe("xoie").batch_tokens = 20
    found = trained.get_pipe("xoie").gates(docs)
    spans = [(docs.index(one.span.doc), one.span.start) for one in found]
    assert spans == sorted(spans)
    assert len(spans) > len(docs)
    assert {doc for doc, _ in spans} == set(range(len(docs)))


def test_pipelines_without_gates(
    make_pipeline: Callable[..., Language], blank: Language
) -> None:
    with pytest.raises(ConfigError, match="No adapters are at work in 'xoie'"):
        measure_gates(make_pipeline(), TEXTS)
    bare = make_pipeline({**TINY_MODEL, "bank": None, "router": None})
    assert bare.get_pipe("xoie").gates([bare("Good morning !")]) == []
    with pytest.raises(ConfigError, match="no extractor"):
        measure_gates(blank, TEXTS)


def test_languages_are_chosen(trained: Language) -> None:
    assert measure_gates(trained, TEXTS, languages=["en"]).languages == ("en",)
    with pytest.raises(DataError, match="no sentence in 'pt'"):
        measure_gates(trained, TEXTS, languages=["en", "pt"])


@pytest.mark.parametrize("n_layers", [1, 6])
@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_picture(tmp_path: Path, n_layers: int, suffix: str) -> None:
    gates = {code: [np.eye(3)[[n] * n_layers]] for n, code in enumerate(("ca", "fi"))}
    path = tmp_path / "new" / f"gates{suffix}"
    save_gates(path, tabulate_gates(gates, ["ca", "fi", "ja"]))
    head = path.read_bytes()[:300]
    assert head.startswith(b"\x89PNG") if suffix == ".png" else b"<svg" in head
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_picture_of_unknown_kind(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'gates.gif'"):
        save_gates(tmp_path / "gates.gif", table_of({"x": [[1, 0]]}))
