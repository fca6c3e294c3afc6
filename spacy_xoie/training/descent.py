"""Short trainings of their own, beside those that spaCy runs."""

from typing import Callable, Iterable, List, Optional

import torch
from torch import Tensor, nn

from ..network.precision import has_fast_bfloat16

MAX_NORM = 5.0
"""Of the gradient."""

OnStep = Callable[[int, float], None]
"""Takes the number of steps that are done, and the loss of the last."""


def rate_factor(step: int, steps: int, *, warm_up: float = 0.1) -> float:
    """step (int): Number of steps that are done.
    steps (int): Of all.
    warm_up (float): Share of the steps in which the rate rises.
    RETURNS (float): Factor on the highest rate, which then falls to a fiftieth.
    """
    return min(1.0, (step + 1) / (warm_up * steps)) * max(0.02, 1 - step / steps)


def descend(
    parameters: Iterable[nn.Parameter],
    loss: Callable[[], Tensor],
    steps: int,
    *,
    rate: float = 0.003,
    mixed_precision: bool = False,
    on_step: Optional[OnStep] = None,
) -> float:
    """Minimise a loss with AdamW. The rate rises over the first tenth of the steps and
    then falls to a fiftieth.

    A parameter that a loss does not depend on has no gradient, and is not moved by one
    bit.

    parameters (Iterable[nn.Parameter]): What learns.
    loss (Callable[[], Tensor]): Gives the loss of the next batch, a scalar.
    steps (int): Number of updates.
    rate (float): The highest rate.
    mixed_precision (bool): Whether the loss is found in bfloat16 where the device is
        faster with it: half the precision of the products, two thirds of the time.
    on_step (Optional[OnStep]): Called after each step.
    RETURNS (float): Mean loss of the last tenth of the steps.
    """
    trainable = list(parameters)
    optimizer = torch.optim.AdamW(trainable, lr=rate, weight_decay=0.01, fused=True)
    device = trainable[0].device.type
    mixed_precision = mixed_precision and has_fast_bfloat16(device)
    losses: List[float] = []
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * rate_factor(step, steps)
        with torch.autocast(device, dtype=torch.bfloat16, enabled=mixed_precision):
            total = loss()
        optimizer.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(trainable, MAX_NORM)
        optimizer.step()
        losses.append(float(total.detach()))
        if on_step is not None:
            on_step(step + 1, losses[-1])
    optimizer.zero_grad(set_to_none=True)
    last = losses[-max(1, steps // 10) :]
    return sum(last) / max(len(last), 1)
