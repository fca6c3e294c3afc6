"""What the tests of adapters share."""

from typing import Any, Dict, List, Sequence

import torch
from conftest import SENTENCES
from spacy.language import Language

SURE = [{"en": 1.0}, {"de": 1.0}]
UNSURE = [{"en": 0.6, "de": 0.4}, {"de": 0.5, "nl": 0.5}, {"nl": 0.4}, {}, {"it": 1.0}]


TEXTS = [text for text, _, _ in SENTENCES]


def shake(pipe: Any, *names: str) -> None:
    """Give adapters weights as if they had been trained."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for _, layer in pipe.network.bank.layers:
            for name in names:
                weight = layer.lora_B[name]
                weight.copy_(0.2 * torch.randn(weight.shape, generator=generator))


def answers(
    nlp: Language, texts: Sequence[str], languages: Sequence[Dict[str, float]]
) -> List[Any]:
    """Everything that an extractor says of texts of these language distributions, each
    in a batch of its own."""
    pipe: Any = nlp.get_pipe("xoie")
    given: List[Any] = []
    pipe_scores = pipe._scores
    threshold, pipe.threshold = pipe.threshold, 0.0
    for distribution in languages:
        pipe._scores = lambda span, d=distribution: d
        docs = [nlp.make_doc(text) for text in texts]
        given.append(pipe.predict(docs))
    pipe._scores, pipe.threshold = pipe_scores, threshold
    assert any(triples for docs in given for triples in docs)
    return given
