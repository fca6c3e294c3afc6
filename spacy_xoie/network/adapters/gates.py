"""The gates of the running batch."""

import threading
from contextlib import contextmanager
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple, Type

import torch
from torch import Tensor


class Run(NamedTuple):
    """Neighbouring rows of a batch that can be computed together.

    start, end (int): The rows.
    experts (List[int]): Experts that at least one of them uses.
    alone (bool): Whether one expert serves all of them wholly.
    """

    start: int
    end: int
    experts: List[int]
    alone: bool


class GateState(threading.local):
    """The gates in force while a batch runs through the adapted layers.

    It is local to a thread, so that pipelines can be shared between threads.

    gates (Optional[Tensor]): (rows, experts), None switches all adapters off.
    active (List[int]): Experts that at least one row uses, in order.
    choice (Optional[Tensor]): (rows,), where no row uses more than one expert: its
        place among the active ones. None where rows mix experts.
    common (Tuple[float, ...]): Where all rows have the same gates and it pays to merge
        adapters for them, the gates of the active experts; else empty. It pays for one
        expert that serves wholly, and for a mixture that will come again.
    runs (List[Run]): Where rows with the same expert lie together and nothing learns,
        the parts of the batch; else empty.
    """

    def __init__(self) -> None:
        self.gates: Optional[Tensor] = None
        self.active: List[int] = []
        self.choice: Optional[Tensor] = None
        self.common: Tuple[float, ...] = ()
        self.runs: List[Run] = []

    def set(self, gates: Optional[Tensor], *, recurring: bool = False) -> None:
        self.gates = gates
        self.active = []
        self.choice = None
        self.common = ()
        self.runs = []
        if gates is not None:
            used = gates.detach() != 0
            self.active = used.any(dim=0).nonzero().flatten().tolist()
            if self.active and bool((used.sum(dim=1) <= 1).all()):
                self.choice = used[:, self.active].long().argmax(dim=1)
            if self.active and (recurring or len(self.active) == 1):
                first = gates.detach()[0, self.active].tolist()
                same = bool((gates.detach() == gates.detach()[:1]).all())
                if same and (recurring or first == [1.0]):
                    self.common = tuple(first)
            if self.active:
                self.runs = find_runs(gates, max_runs=len(self.active) + 1)

    @contextmanager
    def use(
        self, gates: Optional[Tensor], *, recurring: bool = False
    ) -> Iterator[None]:
        """Put gates in force within a `with` block."""
        before = (self.gates, self.active, self.choice, self.common, self.runs)
        self.set(gates, recurring=recurring)
        try:
            yield
        finally:
            self.gates, self.active, self.choice, self.common, self.runs = before

    @contextmanager
    def select(self, rows: Tensor, *, single: bool = False) -> Iterator[None]:
        """Put the gates of some rows in force within a `with` block, for layers whose
        rows are not those of the batch.

        rows (Tensor): (any,), numbers of rows, each as often as need be.
        single (bool): Whether what these layers read is one place a row: (any, width)
            where it is else (rows, places, width). No factors are gathered for those.
        """
        if self.gates is None:
            yield
        else:
            with self.use(self.gates[rows], recurring=bool(self.common)):
                if single:
                    self.choice = None
                yield

    def __deepcopy__(self, memo: Dict[int, Any]) -> "GateState":
        # Copies of one network share one state, copies of two do not.
        state: GateState = memo.setdefault(id(self), GateState())
        return state

    def __reduce__(self) -> Tuple[Type["GateState"], Tuple[()]]:
        return GateState, ()


def find_runs(gates: Tensor, max_runs: int) -> List[Run]:
    """Divide a batch into runs of rows that one expert serves wholly, and of others.

    gates (Tensor): (rows, experts)
    max_runs (int): More are of no use: each costs a call of every layer.
    RETURNS (List[Run]): The runs, in order, which cover all rows; empty if there are
        too many, if none has an expert of its own, or if gradients are needed.
    """
    if torch.is_grad_enabled():
        return []
    share, expert = gates.max(dim=1)
    alone = (share == 1.0) & ((gates != 0).sum(dim=1) == 1)
    served = torch.where(alone, expert, -1)
    experts, sizes = torch.unique_consecutive(served, return_counts=True)
    if len(experts) > max_runs or not bool(alone.any()):
        return []
    runs: List[Run] = []
    start = 0
    for number, size in zip(experts.tolist(), sizes.tolist(), strict=True):
        end = start + size
        used = [number]
        if number < 0:
            used = gates[start:end].any(dim=0).nonzero().flatten().tolist()
        runs.append(Run(start, end, used, number >= 0))
        start = end
    return runs
