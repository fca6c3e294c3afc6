"""The aligner `lexical`: what it learns, what it knows, and that it keeps both."""

import gzip
import pickle
import random
import tracemalloc
from itertools import combinations
from pathlib import Path
from typing import Any, Callable, Dict, List, Set, Tuple

import numpy as np
import pytest
import srsly
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from projection_builders import pair
from spacy.util import registry

from spacy_xoie.doc.blank import blank_pipeline
from spacy_xoie.doc.translations import Alignment
from spacy_xoie.errors import ConfigError, DataError, EngineError, ModelDataError
from spacy_xoie.projection.aligners import lexical
from spacy_xoie.projection.aligners.cells import WINDOW, make_cells
from spacy_xoie.projection.aligners.estimate import _jumps
from spacy_xoie.projection.aligners.lexical import (
    LexicalAligner,
    make_lexical_aligner,
    own_tables,
)
from spacy_xoie.projection.aligners.table import Table
from spacy_xoie.projection.lexicon import installed_lexicons
from spacy_xoie.projection.ty import Aligner, Pair

Gold = List[Tuple[Pair, set[Tuple[int, int]]]]

# The words of two languages that have no letter in common.
DICTIONARY = {
    "".join(random.Random(n).choices("abcdefgh", k=5)): "".join(
        random.Random(-n - 1).choices("пртуфхцш", k=5)
    )
    for n in range(40)
}


def bitext(
    n: int, order: Callable[[random.Random, List[int]], None], *, seed: int = 0
) -> Gold:
    """Sentences of random words, their translations in another order, and the links."""
    rng = random.Random(seed)
    made = []
    for _ in range(n):
        words = rng.sample(list(DICTIONARY), rng.randint(4, 8))
        places = list(range(len(words)))
        order(rng, places)
        target = " ".join(DICTIONARY[words[i]] for i in places)
        links = {(i, j) for j, i in enumerate(places)}
        made.append((pair(" ".join(words), target, ("en", "ru")), links))
    return made


def shuffled(rng: random.Random, places: List[int]) -> None:
    rng.shuffle(places)


def reversed_(rng: random.Random, places: List[int]) -> None:
    places.reverse()


def in_order(rng: random.Random, places: List[int]) -> None:
    pass


def f1(aligner: Aligner, gold: Gold) -> float:
    found = aligner([pair for pair, _ in gold])
    right = sum(len(set(a.links) & links) for a, (_, links) in zip(found, gold))
    total = sum(len(a.links) + len(links) for a, (_, links) in zip(found, gold))
    return 2 * right / total


def turned(pair: Pair) -> Pair:
    return Pair(pair.target, pair.source, pair.target_language, pair.source_language)


@pytest.fixture(scope="module")
def fitted() -> LexicalAligner:
    aligner = LexicalAligner()
    aligner.fit(pair for pair, _ in bitext(150, shuffled))
    return aligner


NEW = bitext(40, shuffled, seed=1)


class TestFit:
    def test_finds_the_dictionary(self, fitted: LexicalAligner) -> None:
        assert f1(LexicalAligner(), NEW) < 0.6
        assert f1(fitted, NEW) > 0.97

    def test_serves_the_other_direction(self, fitted: LexicalAligner) -> None:
        there = fitted([pair for pair, _ in NEW])
        back = fitted([turned(pair) for pair, _ in NEW])
        for one, other in zip(there, back):
            assert set(one.links) == {(i, j) for j, i in other.links}

    def test_jumps_change_sides_with_the_languages(self) -> None:
        one, other = np.arange(9.0), np.ones(9)
        turned_table = Table(jumps=(one, other)).inverted()
        assert (turned_table.jumps[0] == other).all()
        assert (turned_table.jumps[1] == one).all()

    def test_other_languages_know_nothing_of_it(self, fitted: LexicalAligner) -> None:
        strange = [(pair._replace(target_language="uk"), links) for pair, links in NEW]
        assert f1(fitted, strange) < 0.6

    def test_variants_of_a_language_share_what_is_known(
        self, fitted: LexicalAligner
    ) -> None:
        variants = [
            (pair._replace(source_language="en-GB", target_language="rus"), links)
            for pair, links in NEW
        ]
        assert f1(fitted, variants) > 0.97

    def test_fit_adds_to_what_was_learnt(self) -> None:
        parts = [[pair for pair, _ in bitext(12, shuffled, seed=n)] for n in (2, 3)]
        aligner = LexicalAligner()
        aligner.fit(parts[0])
        first = f1(aligner, NEW)
        aligner.fit([turned(item) for item in parts[1]])
        both = f1(aligner, NEW)
        second = LexicalAligner()
        second.fit(parts[1])
        assert both > 0.05 + max(first, f1(second, NEW))

    def test_in_portions(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lexical, "FIT_CELLS", 2000)
        aligner = LexicalAligner()
        aligner.fit(pair for pair, _ in bitext(150, shuffled))
        assert f1(aligner, NEW) > 0.97

    def test_a_language_with_itself(self) -> None:
        aligner = LexicalAligner()
        data = [
            (pair._replace(source_language="de", target_language="de"), links)
            for pair, links in bitext(150, shuffled)
        ]
        aligner.fit(pair for pair, _ in data)
        assert f1(aligner, data) > 0.97

    @pytest.mark.parametrize("reverse", [False, True])
    def test_learns_the_order_of_words(self, reverse: bool) -> None:
        order = reversed_ if reverse else in_order
        aligner = LexicalAligner()
        aligner.fit(pair for pair, _ in bitext(100, order, seed=3))
        for jumps in aligner._learnt["en", "ru"].jumps:
            assert jumps.argmax() - WINDOW == (-1 if reverse else 1)
        # New words: nothing but their places can tell.
        strange = pair("alpha uvwxy zzzzz", "пппп ррррр тттт", ("en", "ru"))
        found = set(aligner([strange])[0].links)
        assert ((0, 2) in found and (2, 0) in found) == reverse

    def test_the_next_sentence_is_no_jump(self) -> None:
        cells = make_cells([(["a", "b", "c"], ["x", "y", "z"])] * 4)
        agreed = (cells.row == cells.column).astype(float)
        for jumps in _jumps(cells, agreed):
            # All of eight steps go to the next token; one is reckoned to go far, to
            # one of two places.
            assert jumps[WINDOW + 1] == pytest.approx(np.log(1) - np.log(1 / 8 / 2))
            assert jumps[WINDOW] == pytest.approx(np.log(1e-4) - np.log(1 / 8 / 2))

    def test_one_sentence_does_not_overturn_the_order(self) -> None:
        aligner = LexicalAligner()
        aligner.fit(pair for pair, _ in bitext(100, in_order, seed=3))
        aligner.fit(pair for pair, _ in bitext(1, reversed_, seed=4))
        for jumps in aligner._learnt["en", "ru"].jumps:
            assert jumps.argmax() - WINDOW == 1

    @pytest.mark.parametrize(
        "texts",
        [
            [],
            [("", "")],
            [("a", "b")],
            [("a", "b"), ("", "c")],
            [("", "c"), ("a", "b")],
            [("a", ""), ("a", "b"), ("b", "")],
            [("a b c", "x y z"), ("a b", "")],
        ],
    )
    def test_sides_without_tokens(self, texts: List[Tuple[str, str]]) -> None:
        aligner = LexicalAligner()
        pairs = [pair(*text) for text in texts]
        aligner.fit(pairs)
        found = aligner(pairs)
        assert len(found) == len(texts)
        for (source, target), alignment in zip(texts, found):
            assert not alignment.links or (source and target)


SENTENCES = [
    "the old house stands in Berlin .",
    "la casa vieja está en Berlín .",
    "1904 1905 , 1906",
    "Marie Curie",
    "",
    "x",
    "旧 房 子 在 柏 林 。",
]
MIXED = st.lists(
    st.tuples(
        st.sampled_from(
            [*SENTENCES, *(" ".join(t.text for t in p.source) for p, _ in NEW[:6])]
        ),
        st.sampled_from(
            [*SENTENCES, *(" ".join(t.text for t in p.target) for p, _ in NEW[:6])]
        ),
        st.sampled_from([("en", "ru"), ("ru", "en"), ("en", "es")]),
    ),
    min_size=1,
    max_size=8,
)


class TestAlone:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(MIXED, st.randoms(use_true_random=False))
    def test_the_others_of_a_call_do_not_matter(
        self, fitted: LexicalAligner, texts: List[Any], rng: random.Random
    ) -> None:
        pairs = [pair(*text) for text in texts]
        alone = [fitted([item])[0] for item in pairs]
        order = list(range(len(pairs)))
        rng.shuffle(order)
        together = fitted([pairs[n] for n in order])
        for number, alignment in zip(order, together):
            assert alignment.links == alone[number].links
            assert alignment.agreed == alone[number].agreed
            assert alignment.scores == pytest.approx(alone[number].scores, abs=1e-9)

    def test_nor_does_the_size_of_batches(
        self, fitted: LexicalAligner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pairs = [pair for pair, _ in NEW]
        whole = fitted(pairs)
        monkeypatch.setattr(lexical, "BATCH_CELLS", 50)
        assert fitted(pairs) == whole

    @given(MIXED)
    def test_what_comes_out_is_an_alignment(self, texts: List[Any]) -> None:
        pairs = [pair(*text) for text in texts]
        found = LexicalAligner()(pairs)
        assert len(found) == len(pairs)
        for item, alignment in zip(pairs, found):
            check(alignment, item)


def check(alignment: Alignment, pair: Pair) -> None:
    links = alignment.links
    assert list(links) == sorted(set(links))
    assert len(links) == len(alignment.scores) == len(alignment.agreed)
    assert all(
        0 <= i < len(pair.source) and 0 <= j < len(pair.target) for i, j in links
    )
    assert all(0 < score <= 1 for score in alignment.scores)


class TestLikeness:
    def links(self, source: str, target: str) -> set[Tuple[str, str]]:
        item = pair(source, target)
        (found,) = LexicalAligner()([item])
        return {(item.source[i].text, item.target[j].text) for i, j in found.links}

    def test_names_and_numbers_over_long_distances(self) -> None:
        found = self.links(
            "Kowalska left Warsaw in 1923 with her two sons",
            "mit ihren beiden Söhnen verliess 1923 die Stadt Warsaw Frau Kowalska",
        )
        assert {("Kowalska", "Kowalska"), ("1923", "1923"), ("Warsaw", "Warsaw")} <= (
            found
        )

    def test_cognates(self) -> None:
        found = self.links(
            "its international organisation", "su organización internacional"
        )
        assert ("international", "internacional") in found
        assert ("organisation", "organización") in found

    def test_marks_and_digits_of_other_scripts(self) -> None:
        found = self.links("yes , 1904 .", "٬ ١٩٠٤ ， 是 。")
        assert {(",", "，"), ("1904", "١٩٠٤"), (".", "。")} <= found


class TestDictionaries:
    TEXTS = "the bridge crosses a river", "река мост пересекает"
    WORDS = "bridge\tмост\t2\nriver\tрека\ncross\tпересекать\n"

    def found(
        self, aligner: LexicalAligner, *, turn: bool = False
    ) -> set[Tuple[str, str]]:
        item = pair(*self.TEXTS, ("en", "ru"))
        (found,) = aligner([turned(item) if turn else item])
        links = {(j, i) for i, j in found.links} if turn else set(found.links)
        return {(item.source[i].text, item.target[j].text) for i, j in links}

    @pytest.mark.parametrize("turn", [False, True])
    def test_tsv(self, tmp_path: Path, turn: bool) -> None:
        path = tmp_path / "words.tsv"
        path.write_text(self.WORDS, encoding="utf8")
        wanted = {("bridge", "мост"), ("river", "река"), ("crosses", "пересекает")}
        assert not wanted <= self.found(LexicalAligner())
        aligner = LexicalAligner({"en-ru": str(path)})
        assert wanted <= self.found(aligner, turn=turn)

    def test_freedict(self) -> None:
        if ("en", "fr") not in installed_lexicons():
            pytest.skip("FreeDict has no en-fr here: apt install dict-freedict-eng-fra")
        item = pair(
            "the dog sees two apples", "deux pommes voit le chien", ("en", "fr")
        )
        wanted = {(1, 4), (4, 1)}
        assert not wanted <= set(LexicalAligner()([item])[0].links)
        for lexicons in ("freedict", {"en-fr": "freedict"}, {"fr-en": "freedict"}):
            aligner = LexicalAligner(lexicons)  # type: ignore[arg-type]
            assert wanted <= set(aligner([item])[0].links)
            assert {(4, 1), (1, 4)} <= set(aligner([turned(item)])[0].links)

    def test_languages_without_freedict(self) -> None:
        item = pair("a b", "a b", ("tlh", "qya"))
        aligner = LexicalAligner("freedict")
        assert aligner([item])[0].links == ((0, 0), (1, 1))
        with pytest.raises(EngineError, match="tlh"):
            LexicalAligner({"tlh-qya": "freedict"})

    def test_bad_settings(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="words.tsv"):
            LexicalAligner("words.tsv")
        for key in ("enes", "en-", "pt-br-en", ""):
            with pytest.raises(ConfigError, match="lexicons has the key"):
                LexicalAligner({key: "words.tsv"})
        with pytest.raises(DataError, match="absent.tsv"):
            LexicalAligner({"en-es": str(tmp_path / "absent.tsv")})


class TestDisk:
    def test_round_trip(self, fitted: LexicalAligner, tmp_path: Path) -> None:
        fitted.to_disk(tmp_path / "tables")
        make = registry.misc.get("spacy-xoie.LexicalAligner.v1")
        again = make(tables=str(tmp_path / "tables"))
        pairs = [pair for pair, _ in NEW]
        assert again(pairs) == fitted(pairs)
        again.fit(pair for pair, _ in bitext(5, shuffled, seed=9))
        assert f1(again, NEW) > 0.97

    def test_without_what_was_seen_seldom(self, tmp_path: Path) -> None:
        aligner = LexicalAligner()
        aligner.fit(pair for pair, _ in bitext(25, shuffled))
        aligner.to_disk(tmp_path / "whole")
        aligner.to_disk(tmp_path / "tables", min_count=0.5)
        sizes = [(tmp_path / name).stat().st_size for name in ("tables", "whole")]
        assert sizes[0] < 0.9 * sizes[1]
        less = f1(LexicalAligner().from_disk(tmp_path / "tables"), NEW)
        assert less == pytest.approx(f1(aligner, NEW), abs=0.05)

    def test_pickle(self, fitted: LexicalAligner) -> None:
        again = pickle.loads(pickle.dumps(fitted))
        pairs = [pair for pair, _ in NEW]
        assert again(pairs) == fitted(pairs)

    def test_nothing_learnt(self, tmp_path: Path) -> None:
        LexicalAligner().to_disk(tmp_path / "tables")
        pairs = [pair for pair, _ in NEW]
        again = LexicalAligner().from_disk(tmp_path / "tables")
        assert again(pairs) == LexicalAligner()(pairs)

    def test_no_such_file(self, tmp_path: Path) -> None:
        with pytest.raises(ModelDataError, match="absent"):
            LexicalAligner(tables=str(tmp_path / "absent"))

    def test_cut_short(self, fitted: LexicalAligner, tmp_path: Path) -> None:
        path = tmp_path / "tables"
        fitted.to_disk(path)
        data = path.read_bytes()
        for end in range(0, len(data), len(data) // 20):
            path.write_bytes(data[:end])
            with pytest.raises(ModelDataError, match="tables"):
                LexicalAligner().from_disk(path)

    def test_tables_that_unpack_without_end(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "spacy_xoie.projection.aligners.lexical.MAX_TABLE_BYTES", 10**6
        )
        path = tmp_path / "tables"
        path.write_bytes(gzip.compress(b"\x90" * 10**7))
        with pytest.raises(ModelDataError, match="more than 1,000,000 bytes"):
            LexicalAligner().from_disk(path)

    @pytest.mark.parametrize(
        "change",
        [
            {"words": [["a"], [7]]},
            {"words": [["a"]]},
            {"seen": [[1.0], ["much"]]},
            {"seen": [[1.0], []]},
            {"pairs": [[0], [0], [-1.0]]},
            {"pairs": [[0], [0], [float("nan")]]},
            {"pairs": [[0], [9], [1.0]]},
            {"pairs": [[0], [-1], [1.0]]},
            {"pairs": [[0], [0.5], [1.0]]},
            {"jumps": [[0.0] * 9]},
            {"jumps": [[0.0] * 9, [0.0] * 8]},
            {"jumps": [[0.0] * 9, [float("inf")] * 9]},
            {"words": None},
        ],
    )
    def test_damaged_tables(self, change: Dict[str, Any], tmp_path: Path) -> None:
        good: Dict[str, Any] = {
            "words": [["a"], ["b"]],
            "seen": [[1.0], [1.0]],
            "pairs": [[0], [0], [1.0]],
            "jumps": [[0.0] * (2 * WINDOW + 1)] * 2,
        }
        path = tmp_path / "tables"
        srsly.write_msgpack(path, {"en-es": good})
        aligner = LexicalAligner().from_disk(path)
        srsly.write_msgpack(path, {"en-de": good, "en-es": {**good, **change}})
        with pytest.raises(ModelDataError):
            aligner.from_disk(path)
        assert list(aligner._learnt) == [("en", "es")]

    @pytest.mark.parametrize("data", [["en-es"], "en-es", 7, {"en-es": [1]}, None])
    def test_files_of_another_kind(self, data: Any, tmp_path: Path) -> None:
        path = tmp_path / "tables"
        srsly.write_msgpack(path, data)
        with pytest.raises(ModelDataError):
            LexicalAligner().from_disk(path)


class TestLong:
    def test_pieces_are_put_in_their_places(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lexical, "MAX_CELLS", 400)
        words = " ".join(f"name{n * 7919}" for n in range(150))
        item = pair(words, words)
        (found,) = LexicalAligner()([item])
        check(found, item)
        assert {(i, i) for i in range(150)} <= set(found.links)
        (found,) = LexicalAligner()([pair("a", words)])
        check(found, pair("a", words))

    def test_memory_stays_small(self) -> None:
        rng = random.Random(0)
        words = list(DICTIONARY)
        source = " ".join(rng.choices(words, k=1500))
        target = " ".join(rng.choices(list(DICTIONARY.values()), k=1500))
        aligner = LexicalAligner()
        aligner([pair("a b", "c d")])
        tracemalloc.start()
        aligner([pair(source, target, ("en", "ru"))])
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 300e6


class TestOwnTables:
    """What comes with the package."""

    def align(
        self, aligner: LexicalAligner, one: str, other: str
    ) -> Set[Tuple[str, str]]:
        source = blank_pipeline("en").make_doc(one)
        target = blank_pipeline("de").make_doc(other)
        (found,) = aligner([Pair(source, target, "en", "de")])
        return {(source[i].text, target[j].text) for i, j in found.links}

    def test_common_words_are_known(self) -> None:
        # Words in another order, that do not look alike.
        texts = "She has bought the city", "Die Stadt hat sie gekauft"
        known = self.align(make_lexical_aligner(), *texts)
        assert ("city", "Stadt") in known and ("has", "hat") in known
        assert ("city", "Stadt") not in self.align(LexicalAligner(), *texts)

    def test_both_directions_and_all_pairs(self) -> None:
        tables = own_tables()
        codes = ["ar", "de", "en", "es", "pt", "zh"]
        pairs = {frozenset(languages) for languages in tables}
        assert pairs == {frozenset(pair) for pair in combinations(codes, 2)}
        source = blank_pipeline("de").make_doc("Die Stadt hat sie gekauft")
        target = blank_pipeline("en").make_doc("She has bought the city")
        (found,) = make_lexical_aligner()([Pair(source, target, "de", "en")])
        assert (1, 4) in found.links

    def test_learning_does_not_change_what_is_shipped(self) -> None:
        before = dict(own_tables()["de", "en"].pairs)
        aligner = make_lexical_aligner()
        source = blank_pipeline("en").make_doc("The city slept")
        target = blank_pipeline("de").make_doc("Die Stadt schlief")
        aligner.fit([Pair(source, target, "en", "de")] * 3)
        assert own_tables()["de", "en"].pairs == before
        texts = "She has bought the city", "Die Stadt hat sie gekauft"
        assert ("city", "Stadt") in self.align(aligner, *texts)
