"""The whole network: encoder with routed adapters, and head."""

from contextlib import contextmanager
from typing import (
    Any,
    Dict,
    Iterator,
    List,
    Literal,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    get_args,
)

import numpy as np
import torch
from torch import Tensor, nn

from ..errors import ConfigError
from ..ty import TokenTriple
from .adapters import AdapterBank, GateState
from .adapters.plugged import plugged_gates, plugged_label
from .batch import Batch
from .encoders import Encoder
from .heads import Head
from .routing import Router, Routing

Task = Literal["loss", "gates_by_layer", "extract"]


class TripleNetwork(nn.Module):
    """From features of sentences to triples, or to a loss.

    encoder (Encoder): Makes the hidden states.
    head (Head): Reads triples off them.
    bank (Optional[AdapterBank]): Adapters, injected into the encoder.
    router (Optional[Router]): Chooses among them; needed if there is a bank.
    head_router (Optional[Router]): Chooses among those on the head, if the bank has
        adapters there; None for the gates of the encoder.
    calibration (Sequence[Tuple[float, float]]): Points of the curve that leads from
        the head's scores to probabilities, both rising; linear in between. Empty to
        leave the scores as they are.

    routed (bool): Whether the adapters take part. They do from the first stage
        on that trains them; before, they would add zero at some cost.
    """

    def __init__(
        self,
        encoder: Encoder,
        head: Head,
        *,
        bank: Optional[AdapterBank] = None,
        router: Optional[Router] = None,
        head_router: Optional[Router] = None,
        calibration: Sequence[Tuple[float, float]] = (),
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head
        self.router = router if bank is not None else None
        self.head_router = head_router if bank is not None else None
        if head_router is not None and head_router.reads_hidden:
            raise ConfigError(
                f"The adapters of the head cannot be routed by a "
                f"{type(head_router).__name__}: only a router that goes by the "
                f"language can. Leave `head_router` out for the gates of the encoder."
            )
        self.bank = bank
        self.routed = False
        self.calibration = sorted((float(a), float(b)) for a, b in calibration)
        self._state = GateState() if bank is None else bank.state

    @property
    def experts(self) -> List[str]:
        return [] if self.bank is None else list(self.bank.experts)

    @property
    def base_experts(self) -> List[str]:
        """RETURNS (List[str]): The experts that the router knows, which were not
        plugged in afterwards. If there are none, the encoder alone serves all languages
        that have no adapter."""
        if self.bank is None:
            return []
        return [self.experts[column] for column in self.bank.base_columns]

    @property
    def _routes(self) -> bool:
        """Whether there is anything to route."""
        return self.routed and self.router is not None and bool(self.experts)

    def adapter_label(self, languages: Mapping[str, float]) -> str:
        """languages (Mapping[str, float]): Language distribution of a sentence.
        RETURNS (str): The adapter that serves it, "mixture" for several, "" if none.
        """
        if not self._routes or self.router is None or self.bank is None:
            return ""
        alone, base = plugged_label(languages, self.bank.plugged), self.base_experts
        return alone or (self.router.label(languages, base) if base else "")

    def over_experts(self, languages: Mapping[str, float]) -> Dict[str, float]:
        """languages (Mapping[str, float]): Language distribution of a sentence.
        RETURNS (Dict[str, float]): The same over the experts. See `Router`.
        """
        return self._over_experts(self.router, languages)

    def over_head_experts(
        self, languages: Mapping[str, float]
    ) -> Optional[Dict[str, float]]:
        """RETURNS (Optional[Dict[str, float]]): As `over_experts`, for the adapters of
        the head; None if these have no router of their own."""
        if self.head_router is None:
            return None
        return self._over_experts(self.head_router, languages)

    def fixed_gates(self, language: str) -> Optional[Dict[str, float]]:
        """language (str): A language, with or without an adapter of its own.
        RETURNS (Optional[Dict[str, float]]): The gates of every sentence that is surely
            in it, to be merged; None if they depend on the text.
        """
        return self._fixed_gates(self.router, language)

    def fixed_head_gates(self, language: str) -> Optional[Dict[str, float]]:
        """The same for the adapters of the head. See `fixed_gates`."""
        return self._fixed_gates(self.head_router or self.router, language)

    def merge(
        self,
        weights: Mapping[str, float],
        head_weights: Optional[Mapping[str, float]] = None,
    ) -> None:
        """Fold a fixed mixture of adapters into the encoder, and one into the head, and
        drop the bank and the routers. See `AdapterBank.merge`.

        weights (Mapping[str, float]): The gates, by expert.
        head_weights (Optional[Mapping[str, float]]): Those of the head; None for the
            same.
        """
        if self.bank is not None:
            for_head = weights if head_weights is None else head_weights
            self.bank.merge_head(self.head, for_head)
            self.bank.merge(self.encoder, weights)
            self.bank = self.router = self.head_router = None
            self.routed = False

    def encode(self, batch: Batch, losses: Optional[List[Tensor]] = None) -> Tensor:
        """batch (Batch): Sentences.
        losses (Optional[List[Tensor]]): Where the losses of the router are put.
        RETURNS (Tensor): (rows, tokens, width), hidden states of a batch.
        """
        return self._encode(batch, [] if losses is None else losses)[0]

    @contextmanager
    def encoded(
        self, batch: Batch, losses: Optional[List[Tensor]] = None
    ) -> Iterator[Tensor]:
        """Encode a batch, and route the adapters of the head while it is read.

        losses (Optional[List[Tensor]]): Gets the losses of the router.
        YIELDS (Tensor): (rows, tokens, width), hidden states.
        """
        hidden, last = self._encode(batch, [] if losses is None else losses)
        if last is None or self.bank is None or not self.bank.head_layers:
            yield hidden
            return
        routing = last
        if self.head_router is not None:
            languages = batch.head_languages
            routing = self._widen(
                self.head_router,
                batch.languages if languages is None else languages,
                None,
            )
        with self.head.gates.use(routing.gates, recurring=routing.recurring):
            yield hidden

    def loss(self, batch: Batch) -> Dict[str, Tensor]:
        """RETURNS (Dict[str, Tensor]): The terms of the loss on `batch.gold`."""
        routing: List[Tensor] = []
        with self.encoded(batch, routing) as hidden:
            losses = self.head.loss(hidden, batch)
        if routing:
            losses["router"] = torch.stack(routing).mean()
        return losses

    def extract(
        self, batch: Batch, *, threshold: float, max_triples: int
    ) -> List[List[TokenTriple]]:
        """RETURNS (List[List[TokenTriple]]): The triples of each row, in token
        offsets of the row, with calibrated scores. See `Head.extract`."""
        with self.encoded(batch) as hidden:
            rows = self.head.extract(
                hidden,
                batch,
                threshold=0.0 if self.calibration else threshold,
                max_triples=max_triples,
            )
        if not self.calibration:
            return rows
        raw, chance = zip(*self.calibration, strict=True)
        return [
            [
                triple._replace(score=score)
                for triple in triples
                if (score := float(np.interp(triple.score or 0.0, raw, chance)))
                >= threshold
            ]
            for triples in rows
        ]

    def gates(self, batch: Batch) -> Optional[Tensor]:
        """RETURNS (Optional[Tensor]): (rows, experts), the gates at the first layer;
        None without adapters."""
        if not self._routes:
            return None
        return self._first_gates(batch, []).gates.detach()

    def gates_by_layer(self, batch: Batch) -> Optional[Tensor]:
        """RETURNS (Optional[Tensor]): (layers, rows, experts), the gates of each layer,
        or (1, rows, experts) if one decision holds for all; None without adapters."""
        if not self._routes or self.router is None:
            return None
        if not self.router.per_layer or not self.encoder.n_layers:
            return self._first_gates(batch, []).gates.detach()[None]
        gates: List[Tensor] = []
        self._encode(batch, [], gates)
        return torch.stack(gates).detach()

    def forward(self, task: Task, batch: Batch, **settings: Any) -> Any:
        """Run a task on a batch. See the method of its name."""
        if task not in get_args(Task):
            raise ValueError(f"There is no task {task!r}, only {get_args(Task)}.")
        return getattr(self, task)(batch, **settings)

    def _over_experts(
        self, router: Optional[Router], languages: Mapping[str, float]
    ) -> Dict[str, float]:
        if router is None or self.bank is None:
            return {}
        plugged = self.bank.plugged
        own = {code: p for code, p in languages.items() if code in plugged}
        base = self.base_experts
        return {**(router.over_experts(languages, base) if base else {}), **own}

    def _fixed_gates(
        self, router: Optional[Router], language: str
    ) -> Optional[Dict[str, float]]:
        if not self._routes or router is None or self.bank is None:
            return {}
        if language in self.bank.plugged:
            return {language: 1.0}
        base = self.base_experts
        return router.fixed_gates(language, base) if base else {}

    def _encode(
        self,
        batch: Batch,
        losses: List[Tensor],
        gates: Optional[List[Tensor]] = None,
    ) -> Tuple[Tensor, Optional[Routing]]:
        """RETURNS (Tuple[Tensor, Optional[Routing]]): Hidden states, and what the
        router decided last; None without adapters."""
        if not self._routes or self.router is None:
            with self._state.use(None):
                plain: Tensor = self.encoder(batch.inputs)
            return plain, None
        last = self._first_gates(batch, losses)

        def reroute(layer: int, hidden: Tensor) -> None:
            nonlocal last
            last = self._route(batch, layer, hidden, losses)
            self._state.set(last.gates, recurring=last.recurring)
            if gates is not None:
                gates.append(last.gates)

        with self._state.use(last.gates, recurring=last.recurring):
            each_layer = reroute if self.router.per_layer else None
            hidden: Tensor = self.encoder(batch.inputs, each_layer)
        return hidden, last

    def _first_gates(self, batch: Batch, losses: List[Tensor]) -> Routing:
        """Gates for the embeddings and, unless decided per layer, all layers."""
        hidden = None
        if self.router is not None and self.router.reads_hidden:
            with self._state.use(None):
                hidden = self.encoder.embed(batch.inputs)
        return self._route(batch, 0, hidden, losses)

    def _route(
        self, batch: Batch, layer: int, hidden: Optional[Tensor], losses: List[Tensor]
    ) -> Routing:
        assert self.router is not None
        summary = None
        if hidden is not None:
            weights = self.encoder.positions(batch.inputs)[:, :, None].to(hidden.dtype)
            summary = (hidden * weights).sum(1) / weights.sum(1).clamp(min=1)
        routing = self._widen(self.router, batch.languages, summary, layer)
        if routing.loss is not None:
            losses.append(routing.loss)
        return routing

    def _widen(
        self,
        router: Router,
        languages: Tensor,
        summary: Optional[Tensor],
        layer: int = 0,
    ) -> Routing:
        """Ask a router, to which all is as if nothing had been plugged in, and widen
        its gates to what was."""
        assert self.bank is not None
        columns = self.bank.base_columns
        if not columns:
            none = languages[:, :0]
            return Routing(plugged_gates(none, languages, columns), recurring=True)
        shares = languages[:, columns] if self.bank.plugged else languages
        share, index = shares.max(dim=1)
        gold = torch.where(share > 0.5, index, -1) if self.training else None
        routing: Routing = router(shares, summary, layer, gold)
        if not self.bank.plugged:
            return routing
        gates = plugged_gates(routing.gates, languages, columns)
        # The gates of a language that was plugged in are those of all its sentences.
        alone = not bool(gates[:1, columns].any())
        return Routing(gates, routing.loss, routing.recurring or alone)
