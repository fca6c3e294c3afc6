"""The whole network: encoder with routed adapters, and head."""

from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np
import torch
from torch import Tensor, nn

from ..ty import TokenTriple
from .adapters import AdapterBank, GateState
from .adapters.plugged import plugged_gates, plugged_label
from .encoders import Encoder
from .heads import Gold, Head, Sentence, TreeGold
from .routing import Router, Routing


@dataclass
class Batch:
    """Sentences, padded to the longest of them.

    inputs (Dict[str, Tensor]): Features for the encoder.
    mask (Tensor): (rows, tokens), True where there is a token.
    languages (Tensor): (rows, experts), the language distribution of each row, as
        `TripleNetwork.over_experts` puts it on the experts.
    gold (Optional[Sequence[Gold]]): Gold triples of each row, for training.
    trees (Sequence[Optional[TreeGold]]): Gold trees of each row, likewise.
    sentences (Sequence[Sentence]): The text of each row.
    """

    inputs: Dict[str, Tensor]
    mask: Tensor
    languages: Tensor
    gold: Optional[Sequence[Gold]] = None
    trees: Sequence[Optional[TreeGold]] = ()
    sentences: Sequence[Sentence] = ()


class TripleNetwork(nn.Module):
    """From features of sentences to triples, or to a loss.

    encoder (Encoder): Makes the hidden states.
    head (Head): Reads triples off them.
    bank (Optional[AdapterBank]): Adapters, injected into the encoder.
    router (Optional[Router]): Chooses among them; needed if there is a bank.
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
        calibration: Sequence[Tuple[float, float]] = (),
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = head
        self.router = router if bank is not None else None
        self.bank = bank
        self.routed = False
        self.calibration = sorted((float(a), float(b)) for a, b in calibration)
        self._state = GateState() if bank is None else bank.state

    @property
    def experts(self) -> List[str]:
        return [] if self.bank is None else list(self.bank.experts)

    @property
    def _base_experts(self) -> List[str]:
        """The experts that the router knows."""
        if self.bank is None:
            return []
        return [self.experts[column] for column in self.bank.base_columns]

    def adapter_label(self, languages: Mapping[str, float]) -> str:
        """languages (Mapping[str, float]): Language distribution of a sentence.
        RETURNS (str): The adapter that serves it, "mixture" for several, "" if none.
        """
        if not self.routed or self.router is None or self.bank is None:
            return ""
        alone = plugged_label(languages, self.bank.plugged)
        return alone or self.router.label(languages, self._base_experts)

    def over_experts(self, languages: Mapping[str, float]) -> Dict[str, float]:
        """languages (Mapping[str, float]): Language distribution of a sentence.
        RETURNS (Dict[str, float]): The same over the experts. See `Router`.
        """
        if self.router is None or self.bank is None:
            return {}
        plugged = self.bank.plugged
        own = {code: p for code, p in languages.items() if code in plugged}
        return {**self.router.over_experts(languages, self._base_experts), **own}

    def fixed_gates(self, language: str) -> Optional[Dict[str, float]]:
        """language (str): A language, with or without an adapter of its own.
        RETURNS (Optional[Dict[str, float]]): The gates of every sentence that is surely
            in it, to be merged; None if they depend on the text.
        """
        if not self.routed or self.router is None or self.bank is None:
            return {}
        if language in self.bank.plugged:
            return {language: 1.0}
        return self.router.fixed_gates(language, self._base_experts)

    def merge(self, weights: Dict[str, float]) -> None:
        """Fold a fixed mixture of adapters into the encoder and drop the bank and
        the router. See `AdapterBank.merge`."""
        if self.bank is not None:
            self.bank.merge(self.encoder, weights)
            self.bank = self.router = None
            self.routed = False

    def encode(self, batch: Batch) -> Tensor:
        """RETURNS (Tensor): (rows, tokens, width), hidden states of a batch."""
        return self._encode(batch, [])

    def loss(self, batch: Batch) -> Dict[str, Tensor]:
        """RETURNS (Dict[str, Tensor]): The terms of the loss on `batch.gold`."""
        routing: List[Tensor] = []
        hidden = self._encode(batch, routing)
        gold = [None] * len(hidden) if batch.gold is None else batch.gold
        losses = self.head.loss(hidden, batch.mask, gold, batch.trees)
        if routing:
            losses["router"] = torch.stack(routing).mean()
        return losses

    def extract(
        self, batch: Batch, *, threshold: float, max_triples: int
    ) -> List[List[TokenTriple]]:
        """RETURNS (List[List[TokenTriple]]): The triples of each row, in token
        offsets of the row, with calibrated scores. See `Head.extract`."""
        found = self.head.extract(
            self.encode(batch),
            batch.mask,
            threshold=0.0 if self.calibration else threshold,
            max_triples=max_triples,
            sentences=batch.sentences,
        )
        if not self.calibration:
            return found
        raw, chance = zip(*self.calibration, strict=True)
        return [
            [
                triple._replace(score=score)
                for triple in triples
                if (score := float(np.interp(triple.score or 0.0, raw, chance)))
                >= threshold
            ]
            for triples in found
        ]

    def gates(self, batch: Batch) -> Optional[Tensor]:
        """RETURNS (Optional[Tensor]): (rows, experts), the gates at the first layer;
        None without adapters."""
        if not self.routed or self.router is None:
            return None
        return self._first_gates(batch, []).gates.detach()

    def gates_by_layer(self, batch: Batch) -> Optional[Tensor]:
        """RETURNS (Optional[Tensor]): (layers, rows, experts), the gates of each layer,
        or (1, rows, experts) if one decision holds for all; None without adapters."""
        if not self.routed or self.router is None:
            return None
        if not self.router.per_layer or not self.encoder.n_layers:
            return self._first_gates(batch, []).gates.detach()[None]
        seen: List[Tensor] = []
        self._encode(batch, [], seen)
        return torch.stack(seen).detach()

    def forward(self, task: str, batch: Batch, **settings: Any) -> Any:
        """Run one task, "loss", "gates" or "extract", on a batch."""
        if task == "loss":
            return self.loss(batch)
        if task == "gates":
            return self.gates_by_layer(batch)
        return self.extract(batch, **settings)

    def _encode(
        self,
        batch: Batch,
        losses: List[Tensor],
        seen: Optional[List[Tensor]] = None,
    ) -> Tensor:
        if not self.routed or self.router is None:
            with self._state.use(None):
                plain: Tensor = self.encoder(batch.inputs)
            return plain

        def reroute(layer: int, hidden: Tensor) -> None:
            routing = self._route(batch, layer, hidden, losses)
            self._state.set(routing.gates, recurring=routing.recurring)
            if seen is not None:
                seen.append(routing.gates)

        first = self._first_gates(batch, losses)
        with self._state.use(first.gates, recurring=first.recurring):
            each_layer = reroute if self.router.per_layer else None
            hidden: Tensor = self.encoder(batch.inputs, each_layer)
        return hidden

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
        assert self.router is not None and self.bank is not None
        summary = None
        if hidden is not None:
            weights = self.encoder.positions(batch.inputs)[:, :, None].to(hidden.dtype)
            summary = (hidden * weights).sum(1) / weights.sum(1).clamp(min=1)
        columns = self.bank.base_columns
        if not columns:
            none = batch.languages[:, :0]
            gates = plugged_gates(none, batch.languages, columns)
            return Routing(gates, recurring=True)
        # To the router all is as if nothing had been plugged in.
        known = batch.languages
        if self.bank.plugged:
            known = known[:, columns]
        sure, index = known.max(dim=1)
        gold = torch.where(sure > 0.5, index, -1) if self.training else None
        routing: Routing = self.router(known, summary, layer, gold)
        if routing.loss is not None:
            losses.append(routing.loss)
        if not self.bank.plugged:
            return routing
        gates = plugged_gates(routing.gates, batch.languages, columns)
        # The gates of a language that was plugged in are those of all its sentences.
        alone = not bool(gates[:1, columns].any())
        return Routing(gates, routing.loss, routing.recurring or alone)
