"""Pipelines whose adapters on the head are routed by weights of their own."""

from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

import pytest
import spacy
import torch
from conftest import TINY_MODEL
from spacy.language import Language
from torch import nn

from spacy_xoie.errors import ConfigError
from spacy_xoie.packaging import merge_language

TWO_SIDED: Dict[str, Any] = {
    **TINY_MODEL,
    "bank": {
        "@architectures": "spacy-xoie.AdapterBank.v1",
        "rank": 2,
        "head_targets": ["of_anchor$", "of_token$", "^layers", "role$"],
    },
    "router": {
        "@architectures": "spacy-xoie.NearestRouter.v1",
        "profile": "predicate",
        "top_k": 1,
    },
    "head_router": {
        "@architectures": "spacy-xoie.NearestRouter.v1",
        "profile": {"geography": 1.0},
        "top_k": 1,
    },
}


def make(make_pipeline: Callable[..., Language]) -> Language:
    nlp = make_pipeline(TWO_SIDED, threshold=0.0)
    pipe: Any = nlp.get_pipe("xoie")
    pipe.set_stage("all")
    torch.manual_seed(0)
    for name, weight in pipe.network.named_parameters():
        if ".lora_B." in name:
            nn.init.normal_(weight, std=0.3)
    return nlp


def scores(nlp: Language, language: str) -> List[Tuple[Any, ...]]:
    doc = nlp.make_doc("Anna has recently met Ben in Rome and bought the house .")
    doc._.language = language
    for name, pipe in nlp.pipeline:
        if name == "xoie":
            doc = pipe(doc)
    return [(t.as_tuple(), pytest.approx(t.score, abs=1e-4)) for t in doc._.triples]


def test_each_side_by_its_own_distances_on_disk_and_merged(
    make_pipeline: Callable[..., Language], tmp_path: Path
) -> None:
    nlp = make(make_pipeline)
    pipe: Any = nlp.get_pipe("xoie")
    network = pipe.network
    sides = {
        code: (network.fixed_gates(code), network.fixed_head_gates(code))
        for code in ("nl", "ja", "uk", "hi")
    }
    assert any(one != other for one, other in sides.values()), sides
    nlp.to_disk(tmp_path)
    loaded = spacy.load(tmp_path)
    for code in sides:
        found = scores(nlp, code)
        assert found
        assert scores(loaded, code) == found
        assert scores(merge_language(nlp, code), code) == found


def test_a_router_for_a_head_without_adapters_is_refused(
    make_pipeline: Callable[..., Language],
) -> None:
    bank = {**TWO_SIDED["bank"], "head_targets": []}
    with pytest.raises(ConfigError, match="head_targets"):
        make_pipeline({**TWO_SIDED, "bank": bank})
