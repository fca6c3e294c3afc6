"""Regular expressions of others, which must not take forever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xoie.errors import ConfigError
from spacy_xoie.network.patterns import MAX_LENGTH, compile_pattern

NAMES = ["layers.0.convolution", "mix", "encoder.layer.11.attention.self.query"]


@pytest.mark.parametrize(
    "pattern, found",
    [
        ("mix", [False, True, False]),
        ("of_child$|convolution$", [True, False, False]),
        (r"layers?\.\d+\.", [True, False, True]),
        (r".*attention.*(query|value)$", [False, False, True]),
        (r"(?:self|output)\.(?=query)", [False, False, True]),
        (r"(mix)?", [True, True, True]),
        (r"[.]\d{1,2}[.]", [True, False, True]),
    ],
)
def test_what_people_write(pattern: str, found: list[bool]) -> None:
    assert [bool(compile_pattern(pattern).search(name)) for name in NAMES] == found


@pytest.mark.parametrize(
    "pattern",
    [
        "(.*)*x",
        "(a+)+$",
        "(a|a)*b",
        "((a|b){1,9}){1,9}x",
        "(?:.*.*)+x",
        "(a?)+b",
        ".*.*.*.*.*.*.*x",
        "a?" * 30 + "a" * 30,
        "x" * (MAX_LENGTH + 1),
    ],
)
def test_what_could_take_forever(pattern: str) -> None:
    with pytest.raises(ConfigError, match="one by one"):
        compile_pattern(pattern)


@pytest.mark.parametrize("pattern", ["(", "[", "a{99999999999999999999}", "*", "\\"])
def test_what_is_no_pattern(pattern: str) -> None:
    with pytest.raises(ConfigError, match="no regular expression"):
        compile_pattern(pattern)


@given(st.text("ab.*+?{}()|[]\\1,^$", max_size=20))
def test_whatever_is_taken_is_tried_in_little_time(pattern: str) -> None:
    """A test that hangs is one that fails."""
    try:
        compiled = compile_pattern(pattern)
    except ConfigError:
        return
    compiled.search("a" * 40)
    compiled.fullmatch("ab" * 20)
