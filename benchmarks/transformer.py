"""What routed adapters cost on a transformer, beside PEFT's."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, List, Sequence

import torch
from torch import nn

from spacy_xoie.network import AdapterBank, Batch, LanguageRouter, TripleNetwork
from spacy_xoie.network.adapters.exchange import write_adapter
from spacy_xoie.network.encoders import TransformerEncoder
from spacy_xoie.network.heads import LightHead
from spacy_xoie.network.precision import Precision

from .pipelines import encoding, randomize_adapters
from .report import Section
from .routing import check_same, merged_copy
from .texts import WORDS, mixed
from .timing import paired

RANK, ALPHA = 8, 16
TARGETS = ["query", "key", "value", "dense"]
VOCABULARY = 1000
PIECES = (1, 2, 1, 1, 2)
"""Wordpieces of the tokens, over and over: 1.4 on average."""


class NamedAdapters(nn.Module):
    """A model of PEFT that is told the adapter of each row of the batch."""

    def __init__(self, model: Any, names: Sequence[str]) -> None:
        super().__init__()
        self.config = model.config
        self.model = model
        self.names = list(names)

    def forward(self, **inputs: Any) -> Any:
        return self.model(**inputs, adapter_names=self.names)


def measure_transformer(n: int, rounds: int) -> Section:
    """Compare a random BERT of the size of MiniLM-L6 with and without adapters.

    n (int): Sentences of the batch, in six languages.
    rounds (int): Number of pairs.
    RETURNS (Section): The figures.
    """
    section = Section(
        "Transformer (6 layers of 384), rank 8 on query, key, value and dense",
        ["time / bare"],
        "One batch in six languages, sorted by them as nlp.pipe sorts. Bare is the "
        "encoder without adapters.",
    )
    languages = list(WORDS)
    batch = make_batch(mixed(n), languages)
    names = [languages[row] for row in batch.languages.argmax(dim=1).tolist()]
    plain = make_network([])
    network = make_network(languages)
    theirs = with_peft(network, names)
    merged = merged_copy(network, {languages[0]: 1.0})
    bare = encoding(plain, [batch])
    routed = encoding(network, [batch])
    check_same(routed, encoding(theirs, [batch]), "PEFT's routing")
    section.add("routed", paired(routed, bare, rounds=rounds))
    turns = encoding(network, [make_batch(mixed(n), languages, sort=False)])
    section.add("the same, languages by turns", paired(turns, bare, rounds=rounds))
    own = encoding(network, [batch], routed=False)
    section.add("the same with routed=False", paired(own, bare, rounds=rounds))
    named = encoding(theirs, [batch])
    section.add("PEFT, adapter_names", paired(named, bare, rounds=rounds))
    section.add("routed / PEFT, adapter_names", paired(routed, named, rounds=rounds))
    one = encoding(merged, [batch])
    section.add("merged, one language", paired(one, bare, rounds=rounds))
    return section


def make_network(
    languages: Sequence[str], precision: Precision = "float32"
) -> TripleNetwork:
    """RETURNS (TripleNetwork): A network on a random BERT, always the same, with an
    adapter for each of the languages, that predicts in this precision."""
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=VOCABULARY,
        hidden_size=384,
        num_hidden_layers=6,
        num_attention_heads=12,
        intermediate_size=1536,
    )
    torch.manual_seed(0)
    encoder = TransformerEncoder(BertModel(config, add_pooling_layer=False), precision)
    head = LightHead(in_width=encoder.width)
    if not languages:
        return TripleNetwork(encoder, head).eval()
    targets = [rf"\.{name}$" for name in TARGETS]
    bank = AdapterBank(encoder, languages, rank=RANK, alpha=ALPHA, targets=targets)
    randomize_adapters(encoder)
    network = TripleNetwork(encoder, head, bank=bank, router=LanguageRouter())
    network.routed = True
    return network.eval()


def with_peft(network: TripleNetwork, names: Sequence[str]) -> TripleNetwork:
    """RETURNS (TripleNetwork): A network like the one given, the same weights in its
    adapters, but these are PEFT's.

    names (Sequence[str]): The adapter of each row.
    """
    from peft import PeftModel

    assert network.bank is not None
    plain = make_network([])
    encoder = plain.encoder
    assert isinstance(encoder, TransformerEncoder)
    first, *others = network.bank.experts
    with TemporaryDirectory() as name:
        folders = {expert: Path(name) / expert for expert in network.bank.experts}
        for expert, folder in folders.items():
            write_adapter(network.bank, expert, folder, prefix="model.")
        model = PeftModel.from_pretrained(encoder.model, str(folders[first]), first)
        for expert in others:
            model.load_adapter(str(folders[expert]), expert)
    encoder.model = NamedAdapters(model, names)
    return plain.eval()


def make_batch(
    texts: Sequence[str], languages: Sequence[str], *, sort: bool = True
) -> Batch:
    """RETURNS (Batch): Random wordpieces for texts in these languages: one after the
    other, or by turns."""
    chance = torch.Generator().manual_seed(0)
    lengths = [len(text.split()) for text in texts]
    # Chinese has no spaces to split at: its sentences are as long as the others.
    lengths = [n if n > 1 else lengths[0] for n in lengths]
    counts = [[PIECES[i % len(PIECES)] for i in range(n)] for n in lengths]
    rows, n_tokens = len(texts), max(lengths)
    n_pieces = max(sum(row) for row in counts) + 2
    ids = torch.randint(0, VOCABULARY, (rows, n_pieces), generator=chance)
    used = torch.zeros(rows, n_pieces, dtype=torch.long)
    mask = torch.zeros(rows, n_tokens, dtype=torch.bool)
    piece: List[int] = []
    token: List[int] = []
    for row, numbers in enumerate(counts):
        used[row, : sum(numbers) + 2] = 1
        mask[row, : len(numbers)] = True
        piece.extend(row * n_pieces + 1 + place for place in range(sum(numbers)))
        for place, number in enumerate(numbers):
            token.extend([row * n_tokens + place] * number)
    inputs = {
        "input_ids": ids,
        "attention_mask": used,
        "piece": torch.tensor(piece),
        "token": torch.tensor(token),
        "mask": mask,
    }
    places = torch.arange(rows) % len(languages)
    if sort:
        places = places.sort().values
    return Batch(inputs, mask, torch.eye(len(languages))[places])
