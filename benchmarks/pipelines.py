"""The pipelines that are measured, and the batches that their networks get to see."""

from collections import defaultdict
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Sequence

import spacy
import torch
from spacy.language import Language
from torch import Tensor, nn

from spacy_xoie.extraction.pipelines import extractor_of
from spacy_xoie.network import Batch, TripleNetwork

TOKENIZER = {"@tokenizers": "spacy-xoie.MultilingualTokenizer.v1"}
DETECTOR, EXTRACTOR = "xoie_lang", "xoie"


def make_pipeline(model: Optional[Path] = None) -> Language:
    """Load a trained pipeline, or make one of the model that the package brings along.

    model (Optional[Path]): Folder of a trained pipeline.
    RETURNS (Language): The pipeline.
    """
    if model is not None:
        return spacy.load(model)
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe(DETECTOR)
    nlp.add_pipe(EXTRACTOR)
    return nlp


def make_bank(languages: Sequence[str]) -> Language:
    """Make a pipeline like that of `make_pipeline`, with an adapter for each of these
    languages and no others; those that are new are random.

    languages (Sequence[str]): Names of the adapters.
    RETURNS (Language): The pipeline.
    """
    nlp = make_pipeline()
    bank = network_of(nlp).bank
    assert bank is not None
    for code in [code for code in bank.experts if code not in languages]:
        bank.remove(code)
    known = list(bank.experts)
    for code in languages:
        if code not in known:
            bank.add(code)
    with torch.no_grad():
        for _, layer in bank.layers:
            for code in languages:
                if code not in known:
                    layer.lora_B[code].normal_(std=0.02)
    return nlp


def network_of(nlp: Language) -> TripleNetwork:
    """RETURNS (TripleNetwork): The network of a pipeline, ready to predict."""
    return extractor_of(nlp).network.eval()


def randomize_adapters(module: nn.Module) -> None:
    """Give the adapters of a module an effect: they start with none."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if ".lora_B." in name:
                parameter.normal_(std=0.02)


def record_batches(nlp: Language, texts: Sequence[str]) -> List[Batch]:
    """Run a pipeline and keep what its network is given.

    nlp (Language): The pipeline.
    texts (Sequence[str]): The texts.
    RETURNS (List[Batch]): The batches, in order.
    """
    batches: List[Batch] = []

    def keep(module: nn.Module, arguments: Any) -> None:
        batches.append(arguments[1])

    handle = network_of(nlp).register_forward_pre_hook(keep)
    for _ in nlp.pipe(texts):
        pass
    handle.remove()
    return batches


def sure_of(batch: Batch) -> Batch:
    """RETURNS (Batch): The same batch, each row wholly in its most likely language."""
    best = batch.languages.argmax(dim=1, keepdim=True)
    languages = torch.zeros_like(batch.languages).scatter(1, best, 1.0)
    return Batch(batch.inputs, batch.mask, languages)


def unsure_of(batch: Batch) -> Batch:
    """RETURNS (Batch): The same batch, nothing being known of its languages."""
    return Batch(batch.inputs, batch.mask, torch.zeros_like(batch.languages))


def encoding(
    network: TripleNetwork, batches: Sequence[Batch], *, routed: bool = True
) -> Callable[[], Tensor]:
    """Make a run of the encoder over batches.

    network (TripleNetwork): The network.
    batches (Sequence[Batch]): The batches, one or more.
    routed (bool): Whether the adapters take part.
    RETURNS (Callable[[], Tensor]): The run, which returns the last hidden states.
    """

    def run() -> Tensor:
        before, network.routed = network.routed, routed and network.routed
        with torch.inference_mode():
            for batch in batches:
                hidden: Tensor = network.encode(batch)
        network.routed = before
        return hidden

    return run


def extracting(nlp: Language, batches: Sequence[Batch]) -> Callable[[], object]:
    """RETURNS (Callable[[], object]): A run of the whole network over batches, with
    the settings of the pipeline."""
    pipe, network = extractor_of(nlp), network_of(nlp)

    def run() -> None:
        with torch.inference_mode():
            for batch in batches:
                network.extract(
                    batch, threshold=pipe.threshold, max_triples=pipe.max_triples
                )

    return run


def piping(nlp: Language, texts: Sequence[str]) -> Callable[[], object]:
    """RETURNS (Callable[[], object]): A run of `nlp.pipe` over texts."""

    def run() -> None:
        for _ in nlp.pipe(texts):
            pass

    return run


def by_language(nlp: Language, texts: Sequence[str]) -> Dict[str, List[str]]:
    """RETURNS (Dict[str, List[str]]): The texts of each language that the detector
    finds and the extractor has an adapter for, the one with most texts first."""
    groups: Dict[str, List[str]] = defaultdict(list)
    with nlp.select_pipes(enable=[DETECTOR]):
        for text, doc in zip(texts, nlp.pipe(texts), strict=True):
            if doc._.language in extractor_of(nlp).languages:
                groups[doc._.language].append(text)
    most = sorted(groups, key=lambda code: (-len(groups[code]), code != "en"))
    return {code: groups[code] for code in most}
