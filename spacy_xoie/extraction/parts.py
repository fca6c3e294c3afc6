"""The parts of a network, as the config gives them."""

from dataclasses import dataclass
from functools import partial
from typing import Callable, List, Optional, Sequence, Tuple

from ..network.adapters import AdapterBank
from ..network.encoders import Encoder
from ..network.heads import Head
from ..network.model import TripleNetwork
from ..network.routing import Router
from .encoders import EncoderSpec

HeadBuilder = Callable[..., Head]
RouterBuilder = Callable[..., Router]


@dataclass
class BankSpec:
    """The bank of the config.

    languages (Optional[List[str]]): Experts; None for those of the data.
    make (Callable[..., AdapterBank]): From an encoder and experts to a bank.
    head_targets (Sequence[str]): Names of layers of the head that are adapted too.
    """

    languages: Optional[List[str]]
    make: Callable[..., AdapterBank]
    head_targets: Sequence[str] = ()


@dataclass
class Parts:
    """The parts of a network, as the config gives them."""

    encoder: EncoderSpec
    head: HeadBuilder
    bank: Optional[BankSpec]
    router: Optional[RouterBuilder]
    calibration: Sequence[Tuple[float, float]] = ()
    head_router: Optional[RouterBuilder] = None

    def assemble(self, encoder: Encoder, experts: Sequence[str]) -> TripleNetwork:
        if self.bank is None or self.router is None:
            head = self.head(in_width=encoder.width)
            return TripleNetwork(encoder, head, calibration=self.calibration)
        make = partial(
            _make_router,
            width=encoder.inner_width,
            n_experts=len(experts),
            n_layers=encoder.n_layers,
        )
        router, head_router = make(self.router), make(self.head_router)
        bank = self.bank.make(encoder, experts)
        head = self.head(in_width=encoder.width)
        if self.bank.head_targets:
            bank.adapt_head(head, self.bank.head_targets, head.gates)
        return TripleNetwork(
            encoder,
            head,
            bank=bank,
            router=router,
            head_router=head_router,
            calibration=self.calibration,
        )


def _make_router(make: Optional[RouterBuilder], **sizes: int) -> Optional[Router]:
    return None if make is None else make(**sizes)
