"""States of sentences that are kept while nothing of their encoder learns."""

from typing import List

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from spacy_xoie.network.encoders import kept
from spacy_xoie.network.encoders.kept import KeptStates

Sentences = st.lists(
    st.lists(st.integers(1, 9), min_size=1, max_size=6), min_size=1, max_size=5
)


def read(ids: Tensor, mask: Tensor) -> Tensor:
    return ids[:, :, None] * torch.tensor([1.0, 2.0]) * mask[:, :, None]


def padded(sentences: List[List[int]]) -> List[Tensor]:
    length = max(map(len, sentences))
    # What stands behind the end of a sentence does not matter.
    ids = torch.tensor([s + [7] * (length - len(s)) for s in sentences])
    sizes = torch.tensor([len(s) for s in sentences])
    return [ids, (torch.arange(length) < sizes[:, None]).long()]


@pytest.mark.parametrize("room", [0, 7, 1000])
@given(batches=st.lists(Sentences, min_size=1, max_size=4))
def test_what_is_kept_is_what_was_read(
    room: int, batches: List[List[List[int]]]
) -> None:
    times = 0

    def count(ids: Tensor, mask: Tensor) -> Tensor:
        nonlocal times
        times += len(ids)
        return read(ids, mask)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "MAX_PIECES", room)
        states = KeptStates(count, torch.float32)
        for sentences in batches:
            with torch.inference_mode():
                assert torch.equal(states(*padded(sentences)), read(*padded(sentences)))
        if room == 1000:
            assert times == len({tuple(s) for batch in batches for s in batch})


def test_what_learns_goes_on_from_it() -> None:
    states = KeptStates(read, torch.bfloat16)
    with torch.inference_mode():
        states(*padded([[1, 2], [3]]))
    weight = torch.ones(2, requires_grad=True)
    (states(*padded([[3], [4, 5, 6]])) @ weight).sum().backward()
    assert weight.grad is not None and weight.grad.tolist() == [18.0, 36.0]
