"""The cells of sentence pairs, against loops over all of them."""

from typing import Dict, List, Set, Tuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xoie.projection.aligners.cells import WINDOW, make_cells
from spacy_xoie.projection.aligners.words import normal_form, similarity, stem

SIDES = st.lists(st.sampled_from(["a", "b", "Ça", "ca", "."]), max_size=7)
PAIRS = st.lists(st.tuples(SIDES, SIDES), max_size=5)


def in_loops(pairs: List[Tuple[List[str], List[str]]]) -> List[Tuple[int, int, int]]:
    return [
        (n, i, j)
        for n, (source, target) in enumerate(pairs)
        for i in range(len(source))
        for j in range(len(target))
    ]


@given(PAIRS)
def test_every_token_of_a_pair_beside_every_other(
    pairs: List[Tuple[List[str], List[str]]],
) -> None:
    cells = make_cells(pairs)
    expected = in_loops(pairs)
    found = zip(cells.pair.tolist(), cells.row.tolist(), cells.column.tolist())
    assert list(found) == expected
    assert len(cells) == len(expected)
    for (n, i, j), distance in zip(expected, cells.distance.tolist()):
        source, target = pairs[n]
        off = (i + 0.5) / len(source) - (j + 0.5) / len(target)
        assert distance == pytest.approx(abs(off))


@given(PAIRS)
def test_pairs_of_words(pairs: List[Tuple[List[str], List[str]]]) -> None:
    cells = make_cells(pairs)
    left, right, number = cells.word_pairs
    names = [
        (cells.words[0][i], cells.words[1][j])
        for i, j in zip(left.tolist(), right.tolist())
    ]
    assert len(set(names)) == len(names)
    assert [names[k] for k in number.tolist()] == [
        (normal_form(pairs[n][0][i]), normal_form(pairs[n][1][j]))
        for n, i, j in in_loops(pairs)
    ]


@given(PAIRS)
def test_neighbours(pairs: List[Tuple[List[str], List[str]]]) -> None:
    cells = make_cells(pairs)
    places = in_loops(pairs)
    numbers = {place: k for k, place in enumerate(places)}
    expected: Dict[Tuple[int, int], Set[Tuple[int, int]]] = {
        (way, jump): set() for way in (0, 1) for jump in range(-WINDOW, WINDOW + 1)
    }
    for (n, i, j), here in numbers.items():
        for jump in range(-WINDOW, WINDOW + 1):
            steps = {0: (n, i + jump, j + 1), 1: (n, i + 1, j + jump)}
            for way, step in steps.items():
                if step in numbers:
                    expected[way, jump].add((here, numbers[step]))
    found = {
        key: set(zip(here.tolist(), there.tolist()))
        for key, (here, there) in cells.neighbours.items()
    }
    assert found == expected


def test_a_pair_without_tokens_leaves_the_next_in_place() -> None:
    cells = make_cells([([], ["x"]), (["a"], []), (["b"], ["y", "z"]), ([], [])])
    assert cells.pair.tolist() == [2, 2]
    assert [cells.words[0][t] for t in cells.tokens[0][cells.token[0]]] == ["b", "b"]
    assert [cells.words[1][t] for t in cells.tokens[1][cells.token[1]]] == ["y", "z"]


class TestWords:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("。", "."),
            ("，", ","),
            ("؟", "?"),
            ("「", '"'),
            ("«", "“"),
            ("１９０４", "1904"),
            ("١٩٠٤", "1904"),
            ("Évora", "evora"),
            ("STRASSE", "strasse"),
            ("…", "..."),
            ("0¸", "0"),
            ("ŉ", "'n"),
            ("″", '"'),
        ],
    )
    def test_same_in_all_scripts(self, one: str, other: str) -> None:
        assert normal_form(one) == normal_form(other)

    def test_a_mark_alone_is_not_lost(self) -> None:
        assert normal_form("\u0301") == "\u0301"

    @given(st.text(max_size=12))
    def test_normal_form_is_final(self, text: str) -> None:
        assert normal_form(normal_form(text)) == normal_form(text)
        assert bool(normal_form(text)) == bool(text)

    def test_inflected_forms_share_their_stem(self) -> None:
        assert stem("construyeron") == stem("construyó")

    @given(
        st.lists(st.text("abcde", max_size=7), min_size=1, max_size=6),
        st.lists(st.text("abcde", max_size=7), min_size=1, max_size=6),
    )
    def test_similarity_is_the_square_of_dice(
        self, sources: List[str], targets: List[str]
    ) -> None:
        left, right = (
            grid.ravel()
            for grid in np.meshgrid(
                np.arange(len(sources)), np.arange(len(targets)), indexing="ij"
            )
        )
        found = similarity(sources, targets, left, right)
        for i, j, value in zip(left, right, found):
            one, other = sources[i], targets[j]
            assert value == pytest.approx(dice(one, other)), (one, other)

    def test_similarity_in_small_chunks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        words = ["nacional", "national", "nation", "estación", "station"]
        left, right = np.arange(5).repeat(5), np.tile(np.arange(5), 5)
        whole = similarity(words, words, left, right)
        name = "spacy_xoie.projection.aligners.words.CHUNK_BYTES"
        monkeypatch.setattr(name, 1)
        assert (similarity(words, words, left, right) == whole).all()


def dice(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if min(len(one), len(other)) < 4:
        return 0.0
    sets = [{word[i : i + 2] for i in range(len(word) - 1)} for word in (one, other)]
    share = 2 * len(sets[0] & sets[1]) / (len(sets[0]) + len(sets[1]))
    return share**2 if share > 0.5 else 0.0
