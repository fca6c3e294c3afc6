"""What the tests of adapters share."""

from pathlib import Path
from typing import Any, Dict, List, Sequence

import torch
from conftest import SENTENCES, make_example
from spacy.language import Language
from spacy.tokens import Doc

SURE = [{"en": 1.0}, {"de": 1.0}]
UNSURE = [{"en": 0.6, "de": 0.4}, {"de": 0.5, "nl": 0.5}, {"nl": 0.4}, {}, {"it": 1.0}]


TEXTS = [text for text, _, _ in SENTENCES]


def make_dutch(nlp: Language) -> List[Doc]:
    """Docs in a language that is new to the model, each with a triple."""
    docs = []
    for subject in ("De stad", "De raad", "Het dorp", "De bank", "Een school"):
        for object_ in "het huis|een brug|de weg|het plan|een park|de muur".split("|"):
            text = f"{subject} heeft {object_} gekocht ."
            triples = [(subject, "heeft|gekocht", [object_])]
            docs.append(make_example(nlp, text, "nl", triples).reference)
    return docs


def plain(docs: Any) -> List[Any]:
    """Triples without the name of what made them."""
    return [[(t.parts, t.score) for t in doc] for doc in docs]


def save_bert(folder: Path) -> None:
    """Make a folder with a random BERT of a few thousand weights, and a tokenizer."""
    from transformers import BertConfig, BertModel, BertTokenizerFast

    words = {word.lower() for text in TEXTS for word in text.split()}
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    (folder / "vocab.txt").write_text("\n".join([*special, *sorted(words)]))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words) + 5,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=24,
        max_position_embeddings=40,
    )
    BertModel(config).save_pretrained(folder)


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
