"""Ray: the same triples, also if a worker is killed in the middle."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
import spacy
from conftest import TINY_MODEL, TOKENIZER
from spacy.language import Language

from spacy_xoie.apps.batch.engines import LocalEngine
from spacy_xoie.apps.batch.texts import Text
from spacy_xoie.errors import EngineError

pytest.importorskip("ray.data")
pytestmark = pytest.mark.slow

TEXTS = ["Die Stadt hat das Haus gebaut .", "The museum bought three paintings ."]


class Loader:
    """Loads a pipeline. The first worker that meets a certain text is killed."""

    def __init__(self, model: Path, mark: Path, main: int) -> None:
        self.model = model
        self.mark = mark
        self.main = main

    def __call__(self) -> Language:
        nlp = spacy.load(self.model)
        make_doc = nlp.make_doc

        def deadly(text: str) -> Any:
            if text == TEXTS[1] and os.getpid() != self.main:
                try:
                    self.mark.touch(exist_ok=False)
                except FileExistsError:
                    return make_doc(text)
                os.kill(os.getpid(), signal.SIGKILL)
            return make_doc(text)

        nlp.make_doc = deadly  # type: ignore[method-assign]
        return nlp


def test_two_workers_one_of_which_is_killed(
    tmp_path: Path, trained_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ray.cloudpickle

    from spacy_xoie.apps.batch import ray_engine
    from spacy_xoie.apps.batch.ray_engine import RayEngine

    monkeypatch.setattr(ray_engine, "_WAVE", 800)  # Two of them.

    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("xoie_lang")
    nlp.add_pipe("xoie", config={"model": TINY_MODEL})
    nlp.from_bytes(trained_bytes).to_disk(tmp_path / "model")
    # Workers cannot import this file.
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    load = Loader(tmp_path / "model", tmp_path / "killed", os.getpid())
    texts = [Text(str(number), TEXTS[number % 2]) for number in range(40)]

    def found(engine: Any) -> Any:
        return sorted(
            (text.name, error, [str(triple) for triple in doc._.triples])
            for text, doc, error in engine(iter(texts))
            if doc is not None
        )

    wanted = found(LocalEngine(load, 4))
    assert len(wanted) == 40
    try:
        assert found(RayEngine(load, 4, 2)) == wanted
    except EngineError as e:
        # Ray gives its processes 30 seconds, on a busy machine, too.
        assert "timed out during startup" in str(e)
        pytest.skip(str(e))
    assert (tmp_path / "killed").exists()


def test_a_cluster_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    from spacy_xoie.apps.batch.ray_engine import RayEngine

    monkeypatch.setenv("RAY_ADDRESS", "nowhere")
    engine = RayEngine(lambda: spacy.blank("xx"), 4, 2)
    with pytest.raises(EngineError, match="could not join the cluster at 'nowhere'"):
        list(engine([Text("a", TEXTS[0])]))
