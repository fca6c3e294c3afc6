"""Sentences of like length and language are read together, and no one notices."""

import random
from typing import Any, List, Tuple

import pytest
import torch
from conftest import SENTENCES
from spacy.language import Language
from spacy.tokens import Doc
from torch import nn

from spacy_xoie.network import Batch


def long_texts(n: int) -> List[str]:
    """Texts of one to twelve sentences, in two languages, in no order."""
    chance = random.Random(0)
    sentences = [text for text, *_ in SENTENCES]
    return [
        " ".join(chance.choices(sentences, k=chance.choice([1, 1, 1, 2, 12])))
        for _ in range(n)
    ]


def found(docs: List[Doc]) -> List[Any]:
    return [(doc.text, [t.as_tuple() for t in doc._.triples]) for doc in docs]


def scores(docs: List[Doc]) -> List[float]:
    return [triple.score for doc in docs for triple in doc._.triples]


def piped(nlp: Language, texts: List[str]) -> Tuple[List[Doc], List[Batch]]:
    """The docs, and what the network was given for them."""
    batches: List[Batch] = []

    def keep(module: nn.Module, arguments: Any) -> None:
        batches.append(arguments[1])

    network = nlp.get_pipe("xoie").network
    handle = network.register_forward_pre_hook(keep)
    docs = list(nlp.pipe(texts, batch_size=100))
    handle.remove()
    return docs, batches


def test_pipe_keeps_order_and_results(trained: Language) -> None:
    texts = long_texts(60)
    docs, batches = piped(trained, texts)
    alone = [trained(text) for text in texts]
    assert [doc.text for doc in docs] == texts
    assert found(docs) == found(alone)
    assert sum(len(doc._.triples) for doc in docs) > len(docs)
    assert scores(docs) == pytest.approx(scores(alone), abs=1e-4)
    # Batches reach across docs, and hold no more padding than they are worth.
    assert len(batches) < len(texts) / 4
    for batch in batches:
        assert int((~batch.mask).sum()) <= 256


def test_rows_of_one_adapter_lie_together(trained: Language) -> None:
    _, batches = piped(trained, long_texts(60))
    several = 0
    for batch in batches:
        experts = batch.languages.argmax(dim=1)[batch.languages.amax(dim=1) > 0.9]
        runs = torch.unique_consecutive(experts)
        assert len(runs) == len(set(experts.tolist()))
        several += len(runs) > 1
    assert several
