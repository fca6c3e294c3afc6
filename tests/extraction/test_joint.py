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
