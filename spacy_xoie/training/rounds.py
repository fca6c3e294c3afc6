"""Rounds of training in which one adapter learns and nothing else does."""

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Dict, Iterator, List, Sequence

import numpy as np
import torch
from spacy.tokens import Doc
from spacy.training import Example
from torch import Tensor, nn

from ..network.encoders import HashedEncoder, TransformerEncoder
from ..network.model import TripleNetwork
from .batchers import make_language_batcher
from .dev_scores import strip_annotation

if TYPE_CHECKING:
    from ..extraction import TripleExtractor


@dataclass(frozen=True)
class AdapterTrainer:
    """Trains an adapter, round by round, within `learning_alone`.

    pipe (TripleExtractor): The extractor.
    language (str): Name of the adapter, and language of the docs.
    n_rounds (int): Rounds after which the rate has fallen to nothing.
    max_tokens (int): Highest number of tokens of a batch, padding included.
    seed (int): Seed of the order of the docs.
    """

    pipe: "TripleExtractor"
    language: str
    n_rounds: int
    max_tokens: int
    seed: int

    @property
    def weights(self) -> List[nn.Parameter]:
        return adapter_weights(self.pipe.network, self.language)

    def copy_weights(self) -> List[Tensor]:
        return [weight.detach().clone() for weight in self.weights]

    def restore_weights(self, copies: Sequence[Tensor]) -> None:
        """The inverse of `copy_weights`."""
        with torch.no_grad():
            for weight, value in zip(self.weights, copies, strict=True):
                weight.copy_(value)

    def train(self, docs: Sequence[Doc], learn_rate: float) -> Iterator[float]:
        """Whoever takes fewer than `n_rounds` of the rounds leaves off on the same way,
        before the rate has fallen.

        docs (Sequence[Doc]): Docs with gold annotation.
        learn_rate (float): The highest rate.
        YIELDS (float): The mean loss of each round.
        """
        pipe, weights = self.pipe, self.weights
        examples = [Example(strip_annotation(doc, self.language), doc) for doc in docs]
        batcher = make_language_batcher(
            max_tokens=self.max_tokens,
            seed=self.seed,
            span_key=pipe.span_key,
            buffer=1000,
        )
        n_steps = self.n_rounds * sum(1 for _ in batcher(examples))
        optimizer = torch.optim.AdamW(weights, lr=learn_rate, weight_decay=0.0)
        rates = torch.optim.lr_scheduler.OneCycleLR(
            optimizer,
            learn_rate,
            total_steps=n_steps + 1,
            pct_start=0.1,
            anneal_strategy="linear",
            cycle_momentum=False,
        )
        random = np.random.default_rng(self.seed)
        for _ in range(self.n_rounds):
            losses: Dict[str, float] = {pipe.name: 0.0}
            n_batches = 0
            shuffled = [examples[i] for i in random.permutation(len(examples))]
            for batch in batcher(shuffled):
                pipe.update(batch, losses=losses)
                nn.utils.clip_grad_norm_(weights, 1.0)
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
                if rates.last_epoch < n_steps:
                    rates.step()
                n_batches += 1
            pipe.network.eval()
            yield losses[pipe.name] / n_batches


@contextmanager
def learning_alone(
    network: TripleNetwork, expert: str, *, few: bool = False
) -> Iterator[None]:
    """Let nothing but an adapter learn; afterwards, what could learn before.

    few (bool): Whether only few sentences are predicted between changes.
    """
    ours = {id(weight) for weight in adapter_weights(network, expert)}
    flags = {name: p.requires_grad for name, p in network.named_parameters()}
    for parameter in network.parameters():
        parameter.grad = None
        parameter.requires_grad_(id(parameter) in ours)
    encoder = network.encoder
    if few and isinstance(encoder, HashedEncoder):
        encoder.folds = False
    try:
        with ExitStack() as blocks:
            for module in encoder.modules():
                if isinstance(module, TransformerEncoder) and not _learns(module):
                    blocks.enter_context(module.keep_states())
            yield
    finally:
        if isinstance(encoder, HashedEncoder):
            encoder.folds = True
        for name, parameter in network.named_parameters():
            parameter.grad = None
            parameter.requires_grad_(id(parameter) in ours or flags.get(name, True))


def _learns(module: nn.Module) -> bool:
    return any(parameter.requires_grad for parameter in module.parameters())


def adapter_weights(network: TripleNetwork, expert: str) -> List[nn.Parameter]:
    """RETURNS (List[nn.Parameter]): The weights of an adapter."""
    ends = (f".lora_A.{expert}", f".lora_B.{expert}")
    return [p for name, p in network.named_parameters() if name.endswith(ends)]
