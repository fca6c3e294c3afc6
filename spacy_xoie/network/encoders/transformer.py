"""The large encoder: any Hugging Face encoder, XLM-R for example."""

import re
import threading
from contextlib import contextmanager
from typing import Any, Dict, Iterator, List, Optional, Sequence, Tuple

import torch
from torch import Tensor, nn

from ...errors import ConfigError
from ..adapters.lora import LoraEmbedding
from ..adapters.tuned import tune, tuned_layers
from ..cache import ModuleCache
from ..layers import keep_rows
from ..precision import (
    Precision,
    check_precision,
    choose_precision,
    lower_precision,
    quantize,
)
from .base import BeforeLayer, Encoder
from .kept import KeptStates
from .packed import PackedEncoder, can_pack


class TransformerEncoder(Encoder):
    """A pretrained transformer, read out as the mean of each token's wordpieces.

    inputs: "input_ids" and "attention_mask" (rows, pieces); "piece" (n,) and
    "token" (n,): that piece, counted over the whole batch, is part of that
    token, counted over the whole padded batch; "mask" (rows, tokens).

    model (PreTrainedModel): The Hugging Face encoder.
    precision (Precision): Of predictions; what learns does so in single precision.
    layers (Optional[int]): How many of its layers are used, from below; None for all.
    rank (int): Rank of the update by which its linear layers learn, the same for all
        languages; 0 for none.
    alpha (float): Scale of that update, see `tune`.
    piece_dropout (float): Probability that a wordpiece is hidden while training, so
        that the model learns to use the context of rare words.

    mask_id (Optional[int]): The wordpiece that stands for hidden ones. Whoever knows
        the tokenizer sets it.
    """

    mask_id: Optional[int] = None

    def __init__(
        self,
        model: Any,
        precision: Precision = "float32",
        *,
        layers: Optional[int] = None,
        rank: int = 0,
        alpha: float = 16.0,
        piece_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        check_precision(precision)
        if not 0 <= piece_dropout < 1:
            raise ConfigError(
                f"piece_dropout is {piece_dropout}; it can be 0 to less than 1."
            )
        if layers is not None:
            _cut(model, layers)
        if rank:
            tune(_stack(model), [], rank=rank, alpha=alpha)
        self.model = model
        self.precision = precision
        self.piece_dropout = piece_dropout
        self._copy_cache = ModuleCache()
        self._kept: Optional[KeptStates] = None
        self.width = int(model.config.hidden_size)
        self.n_layers = len(_stack(model))

    @property
    def published(self) -> str:
        return "model"

    def targets(self) -> List[str]:
        """The linear layers of the stack: an adapter on the embeddings of a few hundred
        thousand pieces would have some millions of weights for each language."""
        stack = _stack(self.model)
        (path,) = (n for n, module in self.named_modules() if module is stack)
        return [
            rf"^{re.escape(f'{path}.{name}')}$"
            for name, layer in stack.named_modules()
            if isinstance(layer, nn.Linear)
        ]

    def keep_pieces(self, rows: Sequence[int]) -> None:
        """Leave wordpieces out of the table of embeddings, in place.

        rows (Sequence[int]): Numbers of those that are kept, in their new order.
        """
        embeddings = self.model.get_input_embeddings()
        if isinstance(embeddings, LoraEmbedding):
            embeddings.keep_rows(rows)
        else:
            keep_rows(embeddings, rows)
        self._copy_cache.clear()

    def positions(self, inputs: Dict[str, Tensor]) -> Tensor:
        return inputs["attention_mask"].bool()

    def embed(self, inputs: Dict[str, Tensor]) -> Tensor:
        hidden: Tensor = self.model.embeddings(input_ids=inputs["input_ids"])
        return hidden

    def train(self, mode: bool = True) -> "TransformerEncoder":
        self._copy_cache.clear()
        super().train(mode)
        return self

    @contextmanager
    def keep_states(self) -> Iterator[None]:
        """Within the block, a sentence is read once, as for a prediction, and what it
        came out as is kept for the next time: for rounds of training in which nothing
        of this encoder learns."""
        predictor = self._predictor()
        if predictor is self.model:
            # A copy that stays in evaluation mode, with the same weights.
            predictor = lower_precision(self.model, "float32")
        self._kept = KeptStates(
            lambda ids, used: _states(predictor, ids, used),
            getattr(predictor, "dtype", torch.float32),
        )
        try:
            yield
        finally:
            self._kept = None

    def forward(
        self, inputs: Dict[str, Tensor], before_layer: BeforeLayer = None
    ) -> Tensor:
        ids, used = inputs["input_ids"], inputs["attention_mask"]
        if self._kept is not None and before_layer is None:
            pieces = self._kept(ids, used)
        else:
            if self.training and self.piece_dropout:
                ids = self._hide(ids, inputs["piece"])
            model = self.model if self._learns() else self._predictor()
            pieces = _states(model, ids, used, before_layer)
        rows, tokens = inputs["mask"].shape
        flat = pieces.flatten(0, 1)[inputs["piece"]]
        total = flat.new_zeros(rows * tokens, self.width)
        total = total.index_add(0, inputs["token"], flat)
        count = torch.bincount(inputs["token"], minlength=rows * tokens)
        mean = total / count.clamp(min=1).unsqueeze(1)
        return mean.view(rows, tokens, self.width)

    def _hide(self, ids: Tensor, pieces: Tensor) -> Tensor:
        """Hide some of the pieces that are part of a token."""
        if self.mask_id is None:
            raise ConfigError(
                "piece_dropout hides wordpieces, but the tokenizer has no mask to put "
                "in their place. Set it to 0."
            )
        chance = torch.zeros(ids.numel()).index_fill(
            0, pieces.cpu(), self.piece_dropout
        )
        hidden = torch.bernoulli(chance).bool().to(ids.device)
        return torch.where(hidden.view_as(ids), self.mask_id, ids)

    def _learns(self) -> bool:
        return self.training or torch.is_grad_enabled()

    def _predictor(self) -> nn.Module:
        """A copy of the model that predicts, as fast as it can."""
        weights = list(self.model.parameters())
        precision = choose_precision(self.precision, weights[0].device)

        def make() -> nn.Module:
            if can_pack(self.model):
                return _pack(self.model, precision)
            if precision == "float32" and not tuned_layers(self.model):
                return self.model  # type: ignore[no-any-return]
            return lower_precision(self.model, precision)

        return self._copy_cache.get(precision, weights, make)


def _states(
    model: Any, ids: Tensor, used: Tensor, before_layer: BeforeLayer = None
) -> Tensor:
    """RETURNS (Tensor): (rows, pieces, width), in single precision."""
    if isinstance(model, PackedEncoder):
        packed: Tensor = model(ids, used, before_layer)
        return packed
    with _hooks(_stack(model), before_layer):
        states: Tensor = model(input_ids=ids, attention_mask=used).last_hidden_state
    return states.float()


def _pack(model: Any, precision: Precision) -> PackedEncoder:
    dtype = torch.bfloat16 if precision == "bfloat16" else torch.float32
    packed = PackedEncoder(model, dtype)
    if precision == "int8":
        quantize(packed.layers)
    return packed


def _stack(model: nn.Module) -> nn.ModuleList:
    """The encoder stack: the longest list of layers within the model."""
    stacks = [module for module in model.modules() if isinstance(module, nn.ModuleList)]
    return max(stacks, key=len)


def _cut(model: Any, layers: int) -> None:
    """Leave the first layers of a model alone, in place.

    RAISES (ConfigError): If it has no such number of layers.
    """
    stack = _stack(model)
    if not 1 <= layers <= len(stack):
        raise ConfigError(
            f"{layers} layers of the encoder are asked for, but it has {len(stack)}."
        )
    del stack[layers:]
    model.config.num_hidden_layers = layers


@contextmanager
def _hooks(layers: nn.ModuleList, before_layer: BeforeLayer) -> Iterator[None]:
    """Call `before_layer` while the layers run, in this thread."""
    handles = []
    thread = threading.get_ident()

    def hook(number: int, args: Tuple[Any, ...], kwargs: Dict[str, Any]) -> None:
        if before_layer is not None and threading.get_ident() == thread:
            hidden = args[0] if args else kwargs["hidden_states"]
            before_layer(number, hidden.float())

    if before_layer is not None:
        for number, layer in enumerate(layers):
            handles.append(
                layer.register_forward_pre_hook(
                    lambda _, args, kwargs, number=number: hook(number, args, kwargs),
                    with_kwargs=True,
                )
            )
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
