"""Small networks, batches and triples for the tests of the network room.

This is no conftest, because other folders import the one of `tests` by name.
"""

from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

import torch
from torch import Tensor, nn

from spacy_xoie.network import AdapterBank, Batch, Router, TripleNetwork
from spacy_xoie.network.adapters.tuned import TunedLinear
from spacy_xoie.network.encoders import HashedEncoder
from spacy_xoie.network.heads import Gold, Head, LightHead, Multi2OIEHead
from spacy_xoie.ty import Pieces, TokenTriple

# On tensors as small as these, threads do nothing but wait for each other: beside
# other work on the machine the tests would take ten times as long.
torch.set_num_threads(1)

WIDTH = 12
ROWS = (30, 20)
LANGUAGES = ("en", "de", "zh")

HEADS = ("light", "multi2oie")


def make_encoder(
    *,
    word_dropout: float = 0.0,
    dropout: float = 0.0,
    dilations: Sequence[int] = (1, 2),
    seed: int = 0,
) -> HashedEncoder:
    torch.manual_seed(seed)
    return HashedEncoder(
        width=WIDTH,
        rows=ROWS,
        dilations=dilations,
        dropout=dropout,
        word_dropout=word_dropout,
    )


def make_head(kind: str, *, in_width: int = WIDTH, seed: int = 1) -> Head:
    """A head without dropout."""
    torch.manual_seed(seed)
    if kind == "light":
        return LightHead(in_width=in_width, width=24, depth=2, dropout=0.0)
    return Multi2OIEHead(
        in_width=in_width,
        position_width=8,
        depth=1,
        n_heads=2,
        inner_width=32,
        argument_dropout=0.0,
        attention_dropout=0.0,
    )


def randomize(bank: AdapterBank, *, std: float = 0.5) -> AdapterBank:
    """Give the adapters of a bank weights as if they had been trained."""
    generator = torch.Generator().manual_seed(2)
    for _, layer in bank.layers:
        for weight in layer.lora_B.values():
            nn.init.normal_(weight, std=std, generator=generator)
    return bank


def make_tuned(in_width: int, out_width: int, *, rank: int = 3) -> TunedLinear:
    """A pretrained layer whose shared adapter has an effect."""
    layer = TunedLinear(nn.Linear(in_width, out_width), rank=rank, scaling=0.5)
    nn.init.normal_(layer.shared_B)
    return layer


def make_bank(
    module: nn.Module, experts: Sequence[str] = LANGUAGES, *, rank: int = 2
) -> AdapterBank:
    """A bank whose adapters have an effect."""
    torch.manual_seed(3)
    return randomize(AdapterBank(module, experts, rank=rank))


def make_network(
    router: Router,
    *,
    experts: Sequence[str] = LANGUAGES,
    head: str = "light",
    encoder: Optional[HashedEncoder] = None,
) -> TripleNetwork:
    """A network whose adapters take part and have an effect."""
    encoder = make_encoder() if encoder is None else encoder
    bank = make_bank(encoder, experts)
    network = TripleNetwork(encoder, make_head(head), bank=bank, router=router)
    network.routed = True
    return network


def make_mask(lengths: Sequence[int], longest: int = 0) -> Tensor:
    """(rows, tokens), padded to the longest of `lengths`, or further."""
    longest = max(longest, *lengths)
    return torch.arange(longest) < torch.tensor(lengths)[:, None]


def make_inputs(
    lengths: Sequence[int], *, longest: int = 0, seed: int = 4
) -> Dict[str, Tensor]:
    """Inputs of a `HashedEncoder`. Padding holds random attributes as well, and
    each row is the same whatever it is padded to."""
    mask = make_mask(lengths, longest)
    attributes = torch.zeros(*mask.shape, len(ROWS), 3, dtype=torch.long)
    for row in range(len(lengths)):
        generator = torch.Generator().manual_seed(100 * seed + row)
        for token in range(mask.shape[1]):
            for number, size in enumerate(ROWS):
                ids = torch.randint(size, (3,), generator=generator)
                attributes[row, token, number] = ids
    return {"attributes": attributes, "mask": mask}


def one_hot(*rows: int, n_experts: int = len(LANGUAGES)) -> Tensor:
    """(rows, experts), float; a row of zeros for -1."""
    languages = torch.zeros(len(rows), n_experts)
    for row, expert in enumerate(rows):
        if expert >= 0:
            languages[row, expert] = 1.0
    return languages


def make_batch(
    lengths: Sequence[int],
    languages: Tensor,
    gold: Sequence[Gold] = (),
    *,
    seed: int = 4,
) -> Batch:
    inputs = make_inputs(lengths, seed=seed)
    return Batch(inputs=inputs, mask=inputs["mask"], languages=languages, gold=gold)


def batch_of(mask: Tensor, **parts: Any) -> Batch:
    """A batch for a head, which looks at neither features nor languages."""
    return Batch({}, mask, torch.zeros(len(mask), 0), **parts)


def triple(text: str) -> TokenTriple:
    """Read a triple off a string with one letter a token: s(ubject), r(elation),
    1, 2, 3 for the objects; anything else is outside."""
    objects = tuple(pieces_of(text, role) for role in "123" if role in text)
    return TokenTriple(pieces_of(text, "s"), pieces_of(text, "r"), objects)


def pieces_of(text: str, role: str) -> Pieces:
    return tuple(_runs(text, role))


def spans_of(triples: Sequence[TokenTriple]) -> List[Tuple[Pieces, ...]]:
    """The parts of triples, without their scores."""
    return [found.parts for found in triples]


def _runs(text: str, role: str) -> Iterator[Tuple[int, int]]:
    start = None
    for place, letter in enumerate(f"{text} "):
        if letter == role and start is None:
            start = place
        elif letter != role and start is not None:
            yield start, place
            start = None
