"""Wordpieces and words read side by side, in a pipeline."""

from pathlib import Path

import pytest
import spacy
import torch
from conftest import SENTENCES, TOKENIZER, make_example
from piece_builders import joint_config, make_encoder

from spacy_xoie.extraction.pipelines import extractor_of
from spacy_xoie.network.encoders import JointEncoder

pytest.importorskip("spacy_transformers")


def test_characters_of_one_chinese_piece_come_out_different(tmp_path: Path) -> None:
    """议会 is one piece of two tokens."""
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("xoie", config={"model": joint_config(make_encoder(tmp_path))})
    nlp.initialize(lambda: [make_example(nlp, *SENTENCES[0])])
    doc = nlp.make_doc("市议会批准建设")
    assert [token.text for token in doc][1:3] == ["议", "会"]
    pipe = extractor_of(nlp)
    encoder = pipe.network.eval().encoder
    assert isinstance(encoder, JointEncoder)
    ((_, batch),) = pipe.read([doc]).batches()
    with torch.inference_mode():
        pieces, states = encoder.pieces(batch.inputs)[0], encoder(batch.inputs)[0]
    assert torch.equal(pieces[1], pieces[2])
    assert float((states[1] - states[2]).abs().max()) > 0.01


@pytest.mark.parametrize("per_layer", [False, True])
def test_a_mixture_reads_the_states_of_the_pretrained_encoder(
    tmp_path: Path, per_layer: bool
) -> None:
    """They are wider than those that the joint encoder makes."""
    router = {"@architectures": "spacy-xoie.MixtureRouter.v1", "per_layer": per_layer}
    bank = {"@architectures": "spacy-xoie.AdapterBank.v1", "rank": 2}
    model = joint_config(make_encoder(tmp_path), bank=bank, router=router)
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("xoie", config={"model": model})
    examples = [make_example(nlp, *sentence) for sentence in SENTENCES]
    nlp.initialize(lambda: examples)
    pipe = extractor_of(nlp)
    pipe.set_stage("adapters")
    assert nlp.update(examples)["xoie"] > 0
    (gates,) = pipe.gates([nlp.make_doc("Anna met Ben")])
    assert float(gates.gates[0].sum()) == pytest.approx(1.0)
