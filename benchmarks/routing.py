"""What routed adapters cost on the small encoder, and what is left when merged."""

import copy
from typing import Callable, List, Mapping, Sequence

import torch
from spacy.language import Language
from torch import Tensor

from spacy_xoie.network import Batch, TripleNetwork

from .pipelines import (
    by_language,
    encoding,
    network_of,
    record_batches,
    sure_of,
    unsure_of,
)
from .report import Section
from .timing import paired


def measure_routing(nlp: Language, texts: Sequence[str], rounds: int) -> Section:
    """Compare the small encoder with and without its adapters.

    nlp (Language): The multilingual pipeline.
    texts (Sequence[str]): Texts in several languages.
    rounds (int): Number of pairs.
    RETURNS (Section): The figures.
    """
    section = Section(
        "Encoder of the pipeline",
        ["time / bare"],
        "On the batches that nlp.pipe makes; bare is the encoder with routed=False.",
    )
    network = network_of(nlp)
    groups = by_language(nlp, texts)
    code = next(iter(groups))
    detected = record_batches(nlp, texts)
    sure = [sure_of(batch) for batch in detected]
    unsure = [unsure_of(batch) for batch in detected]
    single = [sure_of(batch) for batch in record_batches(nlp, groups[code])]
    used = [int(batch.languages.any(dim=0).sum()) for batch in sure]

    def add(
        name: str, run: Callable[[], Tensor], against: Callable[[], Tensor]
    ) -> None:
        section.add(name, paired(run, against, rounds=rounds))

    def routed(name: str, batches: List[Batch]) -> None:
        bare = encoding(network, batches, routed=False)
        add(f"routed, {name}", encoding(network, batches), bare)

    routed(f"{min(used)}–{max(used)} languages in a batch, each row sure", sure)
    routed("the same, as sure as xoie_lang is", detected)
    routed("the same, languages unknown: all adapters mixed", unsure)
    routed("one language", single)
    merged, without = merged_copy(network, {code: 1.0}), merged_copy(network, {})
    check_same(encoding(network, single), encoding(merged, single), "merged adapter")
    bare = encoding(network, single, routed=False)
    add("merged, one language", encoding(merged, single), bare)
    add("no adapters in the module at all", encoding(without, single), bare)
    return section


def merged_copy(network: TripleNetwork, weights: Mapping[str, float]) -> TripleNetwork:
    """RETURNS (TripleNetwork): A copy with a mixture of its adapters merged."""
    merged = copy.deepcopy(network)
    merged.merge(dict(weights))
    return merged


def check_same(
    run: Callable[[], Tensor], against: Callable[[], Tensor], what: str
) -> None:
    """RAISES (ValueError): If two runs that are to be compared do not do the same."""
    if not torch.allclose(run(), against(), atol=1e-3, rtol=1e-3):
        raise ValueError(f"The outputs with and without {what} differ.")
