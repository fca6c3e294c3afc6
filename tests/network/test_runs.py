"""Rows that one adapter serves are computed together, which changes no output."""

from typing import List
from unittest.mock import patch

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from network_builders import LANGUAGES, make_bank, make_tuned
from torch import Tensor, nn

from spacy_xoie.network.adapters import routed
from spacy_xoie.network.adapters.gates import find_runs
from spacy_xoie.network.layers import BagEmbedding, DilatedConv1d

ROWS = [
    [1.0, 0.0, 0.0],
    [0.0, 1.0, 0.0],
    [0.0, 0.0, 1.0],
    [0.3, 0.7, 0.0],
    [0.0, 0.0, 0.5],
    [0.0, 0.0, 0.0],
]
"""Gates of a row: one expert, a mixture, one expert in part, none."""

gates_of_rows = st.lists(st.sampled_from(range(len(ROWS))), min_size=1, max_size=9)


def make_layer(kind: str, n: int) -> tuple[nn.ModuleDict, Tensor]:
    torch.manual_seed(0)
    layer, x = {
        "linear": lambda: (nn.Linear(5, 4), torch.randn(n, 6, 5)),
        "flat": lambda: (nn.Linear(5, 4), torch.randn(n, 5)),
        "tuned": lambda: (make_tuned(5, 4), torch.randn(n, 6, 5)),
        "convolution": lambda: (
            DilatedConv1d(5, 4, 3, padding=2),
            torch.randn(n, 5, 7),
        ),
        "transposed": lambda: (
            DilatedConv1d(5, 4, 3, padding=1),
            torch.randn(n, 7, 5).transpose(1, 2),
        ),
        "embedding": lambda: (nn.Embedding(9, 4), torch.randint(9, (n, 6))),
        "bag": lambda: (BagEmbedding(9, 4), torch.randint(9, (n, 6, 3))),
        "positions": lambda: (nn.Embedding(9, 4), torch.arange(6)[None]),
    }[kind]()
    return nn.ModuleDict({"layer": layer}), x


KINDS = ["linear", "flat", "tuned", "convolution", "transposed", "embedding", "bag"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("most", [0, 10**6], ids=["updates", "merged copies"])
@settings(max_examples=25)
@given(order=gates_of_rows, sort=st.booleans())
def test_grouping_changes_nothing(
    kind: str, most: int, order: List[int], sort: bool
) -> None:
    rows = sorted(order) if sort else order
    gates = torch.tensor([ROWS[number] for number in rows])
    module, x = make_layer(kind, len(rows))
    bank = make_bank(module)
    module.eval()
    with patch.object(routed, "MAX_MERGED_SIZE", most):
        # With gradients, nothing is grouped.
        with bank.state.use(gates):
            assert not bank.state.runs
            plain = module["layer"](x).detach()
        with torch.inference_mode(), bank.state.use(gates):
            grouped = module["layer"](x).clone()
            again = module["layer"](x).clone()
    torch.testing.assert_close(grouped, plain, rtol=1e-4, atol=1e-5)
    assert torch.equal(again, grouped)


@given(order=gates_of_rows)
def test_runs_cover_all_rows(order: List[int]) -> None:
    gates = torch.tensor([ROWS[number] for number in order])
    with torch.inference_mode():
        runs = find_runs(gates, max_runs=len(order))
    has_own = any(number < 3 for number in order)
    assert bool(runs) == has_own
    if not runs:
        return
    assert [row for run in runs for row in range(run.start, run.end)] == [
        *range(len(order))
    ]
    for run in runs:
        part = gates[run.start : run.end]
        used = [e for e in range(len(LANGUAGES)) if bool(part[:, e].any())]
        assert run.experts == used
        assert run.alone == all(number < 3 for number in order[run.start : run.end])
        assert not run.alone or len(run.experts) == 1


def test_too_many_runs_are_none() -> None:
    gates = torch.tensor([ROWS[number] for number in (0, 1, 0, 1, 2)])
    with torch.inference_mode():
        assert find_runs(gates, max_runs=4) == []
        assert len(find_runs(gates, max_runs=5)) == 5


def test_a_single_row_for_all_sentences() -> None:
    """Transformers look up positions once for the whole batch."""
    gates = torch.tensor([ROWS[0], ROWS[0], ROWS[0]])
    module, x = make_layer("positions", 1)
    bank = make_bank(module)
    module.eval()
    with bank.state.use(gates):
        plain = module["layer"](x).detach()
    with torch.inference_mode(), bank.state.use(gates):
        torch.testing.assert_close(module["layer"](x).clone(), plain)
