"""A bank of low-rank adapters, mixed per sentence by gates.

LoRA (Hu et al. 2022, arXiv 2106.09685) adds `scaling * B A x` to a layer `W x`.
A bank holds one pair (A, B) per expert, usually a language, and every row of
a batch has its own gates: `W x + scaling * sum_e gate_e B_e A_e x`. The experts
that some row of the batch uses are laid side by side, so that one product of
width `experts in use * rank` serves the whole batch.

Parameters are named and shaped as in PEFT (`lora_A.<expert>`: (rank, in),
`lora_B.<expert>`: (out, rank); for an embedding A is stored as (rows, rank), the
transpose of PEFT's), one tensor per expert: an expert that no row uses gets no
gradient at all, and so does not move.
"""

from .bank import AdapterBank, adaptable, check_bank
from .gates import GateState
from .routed import RoutedLora

__all__ = ["AdapterBank", "GateState", "RoutedLora", "adaptable", "check_bank"]
