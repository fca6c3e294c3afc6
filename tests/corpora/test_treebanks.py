"""Treebanks, and their trees on the tokens of a pipeline."""

import gzip
from itertools import pairwise
from pathlib import Path
from typing import Any, List, Optional, Sequence, Tuple

import pytest
import spacy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc
from spacy.vocab import Vocab

from spacy_xoie.corpora.treebanks import (
    PIECE,
    TokenTree,
    TreeSentence,
    Word,
    graft,
    read_treebank,
    treebank_docs,
)

Row = Tuple[str, ...]

# id, form, part of speech, head, relation, features of the last column
ROPE: List[Row] = [
    ("1", "Ana", "PROPN", "2", "nsubj"),
    ("2", "gosta", "VERB", "0", "root"),
    ("3-4", "da", "_", "_", "_"),
    ("3", "de", "ADP", "5", "case"),
    ("4", "a", "DET", "5", "det"),
    ("5", "ponte", "NOUN", "2", "obl", "SpaceAfter=No"),
    ("6", ".", "PUNCT", "2", "punct"),
]
CHINESE: List[Row] = [
    ("1", "工人", "NOUN", "2", "nsubj", "SpaceAfter=No"),
    ("2", "修建", "VERB", "0", "root", "SpaceAfter=No"),
    ("3", "大桥", "NOUN", "2", "obj", "SpaceAfter=No"),
    ("4", "。", "PUNCT", "2", "punct", "SpaceAfter=No"),
]
SHORT: List[Row] = [
    ("1", "Bo", "PROPN", "2", "nsubj"),
    ("2", "rests", "VERB", "0", "root"),
]


def block(rows: Sequence[Row], text: Optional[str] = None, name: str = "") -> str:
    lines = [f"# sent_id = {name}"] if name else []
    if text is not None:
        lines.append(f"# text = {text}")
    for number, form, tag, head, label, *misc in rows:
        last = misc[0] if misc else "_"
        lines.append(f"{number}\t{form}\t_\t{tag}\t_\t_\t{head}\t{label}\t_\t{last}")
    return "\n".join(lines) + "\n\n"


def bridge(name: str, number: str) -> str:
    first = ("1", name, *ROPE[0][2:])
    return block([first, *ROPE[1:]], f"{name} gosta da ponte.", number)


def read(path: Path, *blocks: str) -> Tuple[List[TreeSentence], List[str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding="utf8") as file:
        file.write("".join(blocks))
    faults: List[str] = []
    return list(read_treebank(path, lambda fault: faults.append(str(fault)))), faults


def arcs(doc: Doc, tree: TokenTree) -> List[Tuple[str, str, str]]:
    return [
        (doc[t].text, tree.labels[t], doc[tree.heads[t]].text) for t in range(len(doc))
    ]


def assert_is_tree(tree: TokenTree, length: int) -> None:
    assert len(tree.heads) == len(tree.labels) == len(tree.tags) == length
    roots = [t for t, head in enumerate(tree.heads) if head == t]
    assert len(roots) == 1
    for token in range(length):
        seen = set()
        while tree.heads[token] != token:
            assert token not in seen, "a circle"
            seen.add(token)
            token = tree.heads[token]


@pytest.mark.parametrize("name", ["pt_a-ud-dev.conllu", "pt_a-ud-dev.conllu.gz"])
def test_multiword_token_is_one_token(tmp_path: Path, name: str) -> None:
    text = "Ana gosta da ponte."
    (sentence,), faults = read(tmp_path / name, block(ROPE, text, "s-1"))
    assert faults == []
    assert (sentence.id, sentence.text) == ("s-1", text)
    assert sentence.place == f"{name}:1"
    assert [(w.text, w.start, w.end) for w in sentence.words] == [
        ("Ana", 0, 3),
        ("gosta", 4, 9),
        ("de", 10, 12),
        ("a", 10, 12),
        ("ponte", 13, 18),
        (".", 18, 19),
    ]
    assert [word.head for word in sentence.words] == [1, 1, 4, 4, 1, 1]
    doc = spacy.blank("pt")(text)
    assert arcs(doc, graft(sentence, doc)) == [
        ("Ana", "nsubj", "gosta"),
        ("gosta", "root", "gosta"),
        ("da", "case", "ponte"),
        ("ponte", "obl", "gosta"),
        (".", "punct", "gosta"),
    ]


@pytest.mark.parametrize("spaced", [True, False])
@pytest.mark.parametrize("given_text", [True, False])
def test_chinese_characters_are_pieces(
    tmp_path: Path, blank: Language, spaced: bool, given_text: bool
) -> None:
    """Also where neither text nor SpaceAfter tell that there are no spaces."""
    rows = CHINESE if spaced else [row[:5] for row in CHINESE]
    text = "工人修建大桥。" if given_text else None
    (sentence,), faults = read(tmp_path / "zh_a.conllu", block(rows, text))
    assert faults == []
    assert sentence.text == "工人修建大桥。"
    doc = blank(sentence.text)
    tree = graft(sentence, doc)
    assert tree.labels == [PIECE, "nsubj", PIECE, "root", PIECE, "obj", "punct"]
    assert tree.heads == [1, 3, 3, 3, 5, 3, 3]
    assert tree.tags == ["NOUN"] * 2 + ["VERB"] * 2 + ["NOUN"] * 2 + ["PUNCT"]


def test_labels_of_version_one(tmp_path: Path) -> None:
    rows = [
        ("1", "Bridges", "NOUN", "3", "nsubjpass"),
        ("2", "were", "AUX", "3", "auxpass"),
        ("3", "built", "VERB", "0", "root"),
        ("4", "in", "ADP", "5", "case"),
        ("5", "Rome", "PROPN", "3", "nmod"),
        ("6", "and", "CONJ", "7", "cc"),
        ("7", "Ostia", "PROPN", "5", "conj"),
        ("8", "of", "ADP", "9", "case"),
        ("9", "stone", "NOUN", "7", "nmod"),
    ]
    (sentence,), faults = read(tmp_path / "en_a.conllu", block(rows))
    assert faults == []
    found = [(word.label, word.tag) for word in sentence.words]
    assert found[:3] == [("nsubj:pass", "NOUN"), ("aux:pass", "AUX"), ("root", "VERB")]
    assert found[4] == ("obl", "PROPN")  # of a verb
    assert found[8] == ("nmod", "NOUN")  # of a noun
    assert found[5][1] == "CCONJ"


def test_version_two_stays_as_it_is(tmp_path: Path) -> None:
    rows = [*SHORT, ("3", "nights", "NOUN", "2", "nmod")]
    (sentence,), _ = read(tmp_path / "en_a.conllu", block(rows))
    assert sentence.words[2].label == "nmod"


BROKEN = {
    "a head that is no word": block([*SHORT, ("3", "x", "X", "9", "dep")]),
    "a word that is not in the text": block(SHORT, "Bo sleeps"),
    "text that is no word": block(
        [(*SHORT[0], "SpaceAfter=No"), SHORT[1]], "Bo never rests"
    ),
    "a line with too few columns": "1\tBo\n\n",
    "a head that is no number": block([("1", "Bo", "X", "up", "root")]),
    "only a comment": "# sent_id = x\n\n",
}


@pytest.mark.parametrize("bad", BROKEN.values(), ids=BROKEN)
def test_malformed_block_is_reported_and_the_rest_read(
    tmp_path: Path, bad: str
) -> None:
    path = tmp_path / "en_a.conllu"
    good = block(SHORT, "Bo rests", "good")
    sentences, faults = read(path, good, bad, "\n", good)
    assert [sentence.text for sentence in sentences] == ["Bo rests", "Bo rests"]
    (fault,) = faults
    line = 1 + good.count("\n")
    assert fault.startswith(f"en_a.conllu:{line}: ")
    assert len(list(read_treebank(path))) == 2


def test_empty_nodes_are_passed_over(tmp_path: Path) -> None:
    rows = [SHORT[0], ("1.1", "gone", "VERB", "_", "_"), SHORT[1]]
    (sentence,), faults = read(tmp_path / "en_a.conllu", block(rows, "Bo rests"))
    assert faults == []
    assert [word.text for word in sentence.words] == ["Bo", "rests"]


def sentence_of(text: str, *words: Tuple[str, int, str, str]) -> TreeSentence:
    found, at = [], 0
    for form, head, label, tag in words:
        start = text.index(form, at)
        at = start + len(form)
        found.append(Word(form, start, at, head, label, tag))
    return TreeSentence("x", text, found)


MIXED = sentence_of(
    "Bo can't re-read it",
    ("Bo", 3, "nsubj", "PROPN"),
    ("ca", 3, "aux", "AUX"),
    ("n't", 3, "advmod", "PART"),
    ("re-read", 3, "root", "VERB"),
    ("it", 3, "obj", "PRON"),
)


@pytest.mark.parametrize(
    "tokens, expected",
    [
        # split: the last piece that is no punctuation bears the arc
        (
            ["Bo", "ca", "n't", "re", "-", "read", "it"],
            ["nsubj", "aux", "advmod", PIECE, PIECE, "root", "obj"],
        ),
        # merged: the token stands for the highest word
        (["Bo", "can't", "re-read", "it"], ["nsubj", "aux", "root", "obj"]),
        (["Bo", "can't re-read", "it"], ["nsubj", "root", "obj"]),
        # neither borders on the other
        (
            ["Bo", "can", "'t", "re-", "read", "it"],
            ["nsubj", PIECE, "aux", PIECE, "root", "obj"],
        ),
        (["Bo can't re-read it"], ["root"]),
    ],
)
def test_tokenizer_that_splits_and_merges(
    tokens: List[str], expected: List[str]
) -> None:
    doc = doc_of(MIXED.text, tokens)
    tree = graft(MIXED, doc)
    assert tree.labels == expected
    assert_is_tree(tree, len(doc))


def doc_of(text: str, tokens: Sequence[str]) -> Doc:
    spaces, at = [], 0
    for token in tokens:
        assert text.startswith(token, at)
        at += len(token)
        spaces.append(text[at : at + 1] == " ")
        at += spaces[-1]
    return Doc(Vocab(), words=list(tokens), spaces=spaces)


def test_white_space_token_hangs_on_the_one_before() -> None:
    sentence = sentence_of(
        "Bo  rests", ("Bo", 1, "nsubj", "PROPN"), ("rests", 1, "root", "VERB")
    )
    doc = spacy.blank("en")(sentence.text)
    assert [token.text for token in doc] == ["Bo", " ", "rests"]
    tree = graft(sentence, doc)
    assert (tree.heads, tree.labels) == ([2, 0, 2], ["nsubj", "dep", "root"])


def test_doc_of_another_text() -> None:
    with pytest.raises(ValueError, match="do not cover the words"):
        graft(MIXED, spacy.blank("en")("Bo"))


@st.composite
def grafts(draw: Any) -> Tuple[TreeSentence, Doc]:
    """A projective tree on words, and any other way to cut the same text into
    tokens."""
    forms = draw(st.lists(st.text("abc-'", min_size=1, max_size=4), min_size=1))
    glued = draw(st.lists(st.booleans(), min_size=len(forms), max_size=len(forms)))
    text, places = "", []
    for form, is_glued in zip(forms, glued):
        places.append((len(text), len(text) + len(form)))
        text += form + ("" if is_glued else " ")
    text = text.rstrip()
    heads = [0] * len(forms)

    def hang(first: int, last: int, head: Optional[int]) -> None:
        if first >= last:
            return
        top = draw(st.integers(first, last - 1))
        heads[top] = top if head is None else head
        hang(first, top, top)
        hang(top + 1, last, top)

    hang(0, len(forms), None)
    words = [
        Word(form, start, end, head, "root" if head == i else "dep", "X")
        for i, (form, (start, end), head) in enumerate(zip(forms, places, heads))
    ]
    tokens: List[str] = []
    for chunk in text.split(" "):
        cuts = draw(st.sets(st.integers(0, len(chunk)))) | {0, len(chunk)}
        edges = sorted(cuts)
        tokens += [chunk[a:b] for a, b in pairwise(edges)]
    return TreeSentence("x", text, words), doc_of(text, tokens)


@settings(
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(made=grafts())
def test_every_token_has_a_head_and_the_result_is_a_tree(
    made: Tuple[TreeSentence, Doc],
) -> None:
    sentence, doc = made
    assert_is_tree(graft(sentence, doc), len(doc))


def test_words_of_a_token_that_do_not_hang_together() -> None:
    """ "b" hangs on "d", "d" on a word in the token of "b"."""
    sentence = sentence_of(
        "a bc d",
        ("a", 0, "root", "VERB"),
        ("b", 3, "dep", "X"),
        ("c", 0, "dep", "X"),
        ("d", 2, "dep", "X"),
    )
    doc = doc_of(sentence.text, ["a", "bc", "d"])
    assert_is_tree(graft(sentence, doc), len(doc))


def test_docs_with_trees_and_triples(tmp_path: Path) -> None:
    path = tmp_path / "pt_a-ud-train.conllu"
    names = ("Ana", "Eva", "Rui", "Joel", "Luísa", "Tiago")
    blocks = [bridge(name, f"s-{i}") for i, name in enumerate(names)]
    path.write_text("".join([*blocks, "1\tBo\n\n"]), encoding="utf8")
    faults: List[str] = []
    told: List[Tuple[str, int]] = []
    slices = treebank_docs(
        [path],
        dev_share=0.5,
        on_fault=lambda fault: faults.append(str(fault)),
        on_file=lambda file, n: told.append((file.name, n)),
    )
    assert told == [(path.name, 6)]
    assert len(faults) == 1
    docs = slices.train + slices.dev
    assert len(docs) == 6
    assert {doc[0].text for doc in docs} == set(names)
    for doc in docs:
        assert doc.text.endswith(" gosta da ponte.")
        assert doc.spans["xoie"].attrs["language"] == "pt"
        (triple,) = doc._.triples
        assert triple.origin == "syntax"
        assert triple.as_tuple() == (doc[0].text, "gosta", "da ponte")
    again = treebank_docs([path], dev_share=0.5)
    assert [len(again.train), len(again.dev)] == [len(slices.train), len(slices.dev)]
    assert treebank_docs([path], max_length=3) == ([], [])
    assert len(treebank_docs([path], dev_share=0.0).train) == 6


def test_nothing_that_is_held_back_is_learned_from(tmp_path: Path) -> None:
    """An older version of a treebank has sentences that are in today's test file."""
    names = [chr(letter) * 3 for letter in range(ord("A"), ord("Z"))]
    for part in ("test", "train.old"):
        blocks = [bridge(name, f"{part}-{name}") for name in names]
        path = tmp_path / f"pt_a-ud-{part}.conllu"
        path.write_text("".join(blocks), encoding="utf8")
    slices = treebank_docs(sorted(tmp_path.iterdir()), dev_share=0.3)
    train, dev = ({doc.text for doc in part} for part in slices)
    assert train and dev and not train & dev
    assert len(train | dev) == len(names)


SERBIAN: List[Row] = [
    ("1", "Njegova", "DET", "2", "det"),
    ("2", "ljubav", "NOUN", "3", "nsubj"),
    ("3", "džemper", "NOUN", "0", "root", "SpaceAfter=No"),
    ("4", "!", "PUNCT", "3", "punct"),
]


def test_serbian_comes_in_both_alphabets(tmp_path: Path) -> None:
    path = tmp_path / "sr_small.conllu"
    text = "Njegova ljubav džemper!"
    path.write_text("".join(block(SERBIAN, text, str(n)) for n in range(40)), "utf8")
    docs = treebank_docs([path], dev_share=0.0).train
    both = {doc.text for doc in docs}
    assert both == {text, "Његова љубав џемпер!"}
    # The same trees: digraphs are one letter.
    assert {tuple(t.head.i for t in doc) for doc in docs} == {(1, 2, 2, 2)}
    assert {tuple(t.dep_ for t in doc) for doc in docs} == {
        ("det", "nsubj", "root", "punct")
    }
