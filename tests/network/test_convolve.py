"""Convolutions as products of matrices: the same numbers, and no oneDNN."""

from unittest.mock import patch

import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from spacy_xoie.doc.blank import multilingual_pipeline
from spacy_xoie.network.layers import DilatedConv1d, convolve


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    rows=st.integers(0, 3),
    length=st.integers(1, 9),
    kernel=st.integers(1, 3),
    padding=st.integers(0, 4),
    groups=st.sampled_from([1, 1, 1, 2]),
    stride=st.sampled_from([1, 1, 1, 2]),
    bias=st.booleans(),
)
def test_products_are_convolutions(
    rows: int,
    length: int,
    kernel: int,
    padding: int,
    groups: int,
    stride: int,
    bias: bool,
) -> None:
    torch.manual_seed(0)
    layer = DilatedConv1d(
        4, 6, kernel, stride, padding=padding, groups=groups, bias=bias
    )
    (dilation,) = layer.dilation
    x = torch.randn(rows, 4, length)
    weight, given = layer.weight, layer.bias
    try:
        learnt = F.conv1d(x, weight, given, stride, padding, dilation, groups)
    except RuntimeError:
        return  # the kernel is longer than the input
    with torch.inference_mode():
        found = layer(x)
    assert found.shape == learnt.shape
    assert torch.allclose(found, learnt, atol=1e-5)


def test_any_convolution_may_be_adapted() -> None:
    layer = nn.Conv1d(4, 6, 3, padding="same")
    x = torch.randn(2, 4, 5)
    with torch.inference_mode():
        assert torch.allclose(convolve(layer, x, layer.weight, layer.bias), layer(x))


def test_what_learns_is_convolved() -> None:
    layer = DilatedConv1d(4, 6, 3, padding=2)
    x = torch.randn(2, 4, 5)
    layer(x).sum().backward()
    expected = nn.Conv1d(4, 6, 3, padding=2, dilation=2)
    expected.load_state_dict(layer.state_dict())
    assert torch.equal(layer(x), expected(x))
    assert layer.weight.grad is not None


def test_no_shape_of_a_text_is_kept() -> None:
    """oneDNN keeps code for each shape of a convolution that it has seen."""
    nlp = multilingual_pipeline()
    nlp.add_pipe("xoie_lang")
    nlp.add_pipe("xoie")
    texts = ["Anna met Ben in Rome.", "Die Stadt hat 1901 das Haus gebaut.", "Ok ok."]
    convolved = AssertionError("there was a convolution")
    with (
        patch.object(F, "conv1d", side_effect=convolved),
        patch.object(nn.Conv1d, "forward", side_effect=convolved),
    ):
        docs = list(nlp.pipe([*texts, " ".join(texts * 3)]))
    assert len(docs[0]._.triples) == 1
