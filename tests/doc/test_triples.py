"""Triples are written to a Doc and read from it, whatever became of it since."""

import json
import pickle
from dataclasses import FrozenInstanceError
from typing import Any, Callable, Iterator, List, Sequence, Tuple

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin, Span, SpanGroup
from spacy.vocab import Vocab

from spacy_xoie import Phrase, TokenTriple, Triple, get_triples, set_triples
from spacy_xoie.doc.factuality import MODALITIES
from spacy_xoie.doc.folding import visible
from spacy_xoie.doc.triples import install_extensions
from spacy_xoie.errors import DataError

VOCAB = Vocab()
FAMILY = "👨‍👩‍👧"
WORDS = [
    *("Anna", "met", "l'", "Zürich", "1,5", ".", "Ünïcödé", "naïve"),
    *("Москва", "строит", "كَتَبَ", "الوَلَدُ", "ال", "؟", "हिन्दी", "한국어"),
    *("湖", "泊", "は", "、", "《", "กิ", "ข้", FAMILY, "👍🏽", "𠮷", "\n"),
]
CODES = ["", "en", "ar", "zh"]

Runs = Tuple[Tuple[int, int], ...]
Case = Tuple[Doc, List[TokenTriple]]


@st.composite
def docs(draw: st.DrawFn) -> Doc:
    words = draw(st.lists(st.sampled_from(WORDS), min_size=2, max_size=12))
    blanks = st.lists(st.booleans(), min_size=len(words), max_size=len(words))
    return Doc(VOCAB, words=words, spaces=draw(blanks))


@st.composite
def triples(draw: st.DrawFn, n_tokens: int) -> TokenTriple:
    """Parts that may be discontinuous and may touch, but never overlap."""
    n_objects = draw(st.integers(0, 3))
    has_subject = n_objects == 0 or draw(st.booleans())
    roles = [1, *([0] if has_subject else []), *range(2, 2 + n_objects)]
    roles = roles[:n_tokens]
    chosen = draw(
        st.lists(st.sampled_from([None, *roles]), min_size=n_tokens, max_size=n_tokens)
    )
    places = draw(st.permutations(range(n_tokens)))
    for role, place in zip(roles, places):
        chosen[place] = role
    cuts = draw(st.lists(st.booleans(), min_size=n_tokens, max_size=n_tokens))
    parts = [_runs(chosen, cuts, role) for role in range(5)]
    return TokenTriple(
        subject=parts[0],
        relation=parts[1],
        objects=tuple(part for part in parts[2:] if part),
        score=draw(st.none() | st.floats(0, 1)),
        language=draw(st.sampled_from(CODES)),
        adapter=draw(st.sampled_from(["", "de", "mixture"])),
        origin=draw(st.text(max_size=5)),
        negated=draw(st.booleans()),
        modality=draw(st.sampled_from(sorted(MODALITIES))),
        construction=draw(st.sampled_from(["", "clause", "apposition"])),
        source=draw(st.sampled_from([(), parts[0], ((n_tokens - 1, n_tokens),)])),
    )


def _runs(roles: Sequence[Any], cuts: Sequence[bool], role: int) -> Runs:
    runs: List[List[int]] = []
    for index, found in enumerate(roles):
        if found == role and runs and runs[-1][1] == index and not cuts[index]:
            runs[-1][1] = index + 1
        elif found == role:
            runs.append([index, index + 1])
    return tuple((start, end) for start, end in runs)


@st.composite
def annotated(draw: st.DrawFn) -> Case:
    doc = draw(docs())
    some = draw(st.lists(triples(len(doc)), max_size=3))
    set_triples(doc, some, language=draw(st.sampled_from(CODES)))
    return doc, some


def make(text: str, *some: TokenTriple, language: str = "") -> Doc:
    doc = Doc(VOCAB, words=text.split())
    set_triples(doc, some, language=language)
    return doc


def unspaced(text: str, *some: TokenTriple) -> Doc:
    doc = Doc(VOCAB, words=list(text), spaces=[False] * len(text))
    set_triples(doc, some)
    return doc


def bare(doc: Doc) -> List[TokenTriple]:
    """Triples without what `Doc.from_docs` loses, in order of their tokens."""
    return sorted(TokenTriple(*t.token_triple[:3]) for t in get_triples(doc))


def through_bytes(doc: Doc) -> Doc:
    return Doc(Vocab()).from_bytes(doc.to_bytes())


def through_docbin(doc: Doc) -> Doc:
    data = DocBin(docs=[doc], store_user_data=False).to_bytes()
    return next(iter(DocBin().from_bytes(data).get_docs(Vocab())))


def through_pickle(doc: Doc) -> Doc:
    again: Doc = pickle.loads(pickle.dumps(doc))
    return again


def through_json(doc: Doc) -> Doc:
    return Doc(Vocab()).from_json(json.loads(json.dumps(doc.to_json())))


def has_json(doc: Doc) -> bool:
    """spaCy does not read JSON of tokens with white space in them."""
    return not any(char.isspace() for token in doc for char in token.text)


WAYS = [lambda doc: doc, through_bytes, through_docbin, through_pickle, Doc.copy]
NAMES = ["stays", "bytes", "docbin", "pickle", "copy"]

MET = TokenTriple(((0, 1),), ((1, 2),), (((2, 3),), ((3, 7),)), 0.5, "en", "en", "xoie")
SENTENCE = "Anna met Ben in New York City today ."


@pytest.mark.parametrize("way", WAYS, ids=NAMES)
@given(case=annotated())
@settings(max_examples=60)
def test_round_trip(case: Case, way: Callable[[Doc], Doc]) -> None:
    doc, written = case
    again = way(doc)
    assert again.text == doc.text
    language = doc.spans["xoie"].attrs["language"]
    assert [triple.token_triple for triple in again._.triples] == [
        triple._replace(language=triple.language or language) for triple in written
    ]
    ids = [triple.id for triple in again._.triples]
    assert len(set(ids)) == len(written)
    assert ids == [triple.id for triple in doc._.triples]
    # Nothing is left where DocBin and multiprocessing would lose it.
    assert not doc.user_data


@given(first=annotated(), second=annotated())
@settings(max_examples=80)
def test_merged_docs(first: Case, second: Case) -> None:
    for one, other in ((first, second), (first, first), (second, second)):
        merged = Doc.from_docs([one[0], other[0]])
        offset = len(one[0])
        expected = [TokenTriple(*triple[:3]) for triple in one[1]]
        expected += [TokenTriple(*triple.shifted(offset)[:3]) for triple in other[1]]
        assert bare(merged) == sorted(expected)
        assert all(triple.score is None for triple in merged._.triples)
        assert bare(through_docbin(merged)) == sorted(expected)


def test_merged_docs_of_one_text_but_other_triples() -> None:
    other = TokenTriple((), ((1, 2),), (((3, 7),),))
    fewer = TokenTriple(((0, 1),), ((1, 2),), ())
    for one, two in ((MET, other), (other, MET), (fewer, other), (other, fewer)):
        merged = Doc.from_docs([make(SENTENCE, one), make(SENTENCE, two)])
        assert bare(merged) == sorted(
            [TokenTriple(*one[:3]), TokenTriple(*two.shifted(9)[:3])]
        )


def test_merged_docs_three_times_and_with_unannotated_ones() -> None:
    doc, plain = make(SENTENCE, MET), Doc(VOCAB, words=["Hello"])
    merged = Doc.from_docs([doc, plain, doc, doc])
    expected = [TokenTriple(*MET.shifted(at)[:3]) for at in (0, 10, 19)]
    assert bare(merged) == expected
    assert [str(t) for t in merged._.triples] == [
        "(Anna; met; Ben; in New York City)"
    ] * 3


@given(case=annotated(), data=st.data())
@settings(max_examples=100)
def test_retokenised_docs(case: Case, data: st.DataObject) -> None:
    """After any merging of tokens a part covers the tokens that now hold its
    characters."""
    doc, written = case
    places = [_places(doc, triple) for triple in written]
    bounds = data.draw(st.sets(st.integers(0, len(doc)), max_size=6))
    edges = sorted(bounds)
    with doc.retokenize() as retokenizer:
        for start, end in zip(edges[::2], edges[1::2]):
            retokenizer.merge(doc[start:end])
    ends = [
        end
        for triple in written
        for part in (*triple.parts, triple.source)
        for _, end in part
    ]
    # spaCy cannot store a group whose spans end behind the doc.
    storable = max(ends, default=0) <= len(doc)
    for again in (doc, through_docbin(doc)) if storable else (doc,):
        found = [[_tokens(p) for p in t.parts] for t in again._.triples]
        assert found == [[_holding(doc, part) for part in parts] for parts in places]
        assert [t.score for t in again._.triples] == [t.score for t in written]


def _places(doc: Doc, triple: TokenTriple) -> List[List[Tuple[int, int]]]:
    return [
        [(doc[s:e].start_char, doc[s:e].end_char) for s, e in part]
        for part in triple.parts
    ]


def _tokens(part: Phrase) -> List[int]:
    return sorted({token.i for span in part.spans for token in span})


def _holding(doc: Doc, part: List[Tuple[int, int]]) -> List[int]:
    return [
        token.i
        for token in doc
        if any(
            token.idx < end and start < token.idx + len(token) for start, end in part
        )
    ]


@pytest.mark.parametrize(
    "merged, expected",
    [
        # Within an argument whose first token stays where it was.
        ((4, 7), "(Anna; met; Ben; in New York City)"),
        ((3, 7), "(Anna; met; Ben; in New York City)"),
        # Behind all arguments, and before the last one.
        ((7, 9), "(Anna; met; Ben; in New York City)"),
        ((2, 4), "(Anna; met; Ben in; Ben in New York City)"),
        ((0, 2), "(Anna met; Anna met; Ben; in New York City)"),
        # So that spans of the group end behind the doc.
        ((1, 9), f"(Anna; {SENTENCE[5:]}; {SENTENCE[5:]}; {SENTENCE[5:]})"),
        ((0, 9), f"({SENTENCE}; {SENTENCE}; {SENTENCE}; {SENTENCE})"),
    ],
)
def test_merged_tokens(merged: Tuple[int, int], expected: str) -> None:
    doc = make(SENTENCE, MET)
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[slice(*merged)])
    assert [str(triple) for triple in doc._.triples] == [expected]
    assert doc._.triples[0].score == 0.5


def test_split_token() -> None:
    doc = make(
        "Anna visited NewYork today",
        TokenTriple(((0, 1),), ((1, 2),), (((2, 3),), ((3, 4),))),
    )
    with doc.retokenize() as retokenizer:
        retokenizer.split(doc[2], ["New", "York"], heads=[(doc[2], 1), doc[1]])
    assert doc._.triples[0].as_tuple() == ("Anna", "visited", "NewYork", "today")
    assert doc._.triples[0].objects[0].pieces == ((2, 4),)


def test_pieces_of_a_part_that_fall_together() -> None:
    discontinuous = TokenTriple(((0, 1),), ((1, 2), (3, 4)), (((2, 3),),))
    doc = make("Er lehnte es ab .", discontinuous)
    assert not doc._.triples[0].relation.is_contiguous
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[1:4])
    triple = doc._.triples[0]
    assert triple.relation.is_contiguous
    assert triple.as_tuple() == ("Er", "lehnte es ab", "lehnte es ab")


def test_merged_docs_that_are_retokenised_say_so() -> None:
    """`Doc.from_docs` loses the offsets by which spans would be found again."""
    doc = Doc.from_docs([make(SENTENCE, MET), make(SENTENCE, MET)])
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[4:7])
    with pytest.raises(DataError, match="retokenised.*before"):
        get_triples(doc)


@given(case=annotated(), data=st.data())
@settings(max_examples=100)
def test_json_of_spacy_keeps_triples_apart(case: Case, data: st.DataObject) -> None:
    """It has neither ids nor attributes: ids are found again, the rest is lost."""
    doc, written = case
    assume(has_json(doc))
    again = through_json(doc)
    assert [t.token_triple[:3] for t in again._.triples] == [t[:3] for t in written]
    assert [t.id for t in again._.triples] == [t.id for t in doc._.triples]
    assert {t.score for t in again._.triples} <= {None}
    # It goes on from there.
    assert bare(through_docbin(again)) == bare(through_json(again)) == bare(doc)
    merged = Doc.from_docs([doc, doc], ensure_whitespace=False)
    assert bare(through_json(merged)) == bare(merged)


def test_json_of_triples_without_objects() -> None:
    """Roles alone do not say where the first ends."""
    some = [
        TokenTriple(((0, 1),), ((1, 2),)),
        TokenTriple((), ((2, 3),), (((3, 4),),)),
        TokenTriple((), ((4, 5),)),
        TokenTriple((), ((5, 6),)),
        TokenTriple(((6, 7),), ((7, 8),), (((0, 1), (8, 9)),)),
    ]
    doc = make(SENTENCE, *some)
    again = through_json(doc)
    assert [t.token_triple[:3] for t in again._.triples] == [t[:3] for t in some]
    assert [t.id for t in again._.triples] == [t.id for t in doc._.triples]


def test_spans_of_others_without_ids_are_one_triple() -> None:
    doc = Doc(VOCAB, words=SENTENCE.split())
    places = (("REL", 1, 2), ("ARG0", 0, 1), ("ARG1", 2, 3))
    doc.spans["xoie"] = [Span(doc, start, end, role) for role, start, end in places]
    (triple,) = doc._.triples
    assert triple.as_tuple() == ("Anna", "met", "Ben")


STORING = [through_bytes, through_docbin, through_json, through_pickle, Doc.copy]


@pytest.mark.parametrize("way", STORING)
@given(case=annotated(), data=st.data())
@settings(max_examples=40)
def test_retokenised_docs_are_stored(
    way: Callable[[Doc], Doc], case: Case, data: st.DataObject
) -> None:
    """Reading the triples puts all groups on the new tokens, which spaCy stores."""
    doc, written = case
    assume(way is not through_json or has_json(doc))
    doc._.language = "de"
    edges = sorted(data.draw(st.sets(st.integers(0, len(doc)), max_size=6)))
    with doc.retokenize() as retokenizer:
        for start, end in zip(edges[::2], edges[1::2]):
            retokenizer.merge(doc[start:end])
    before = [triple.token_triple for triple in doc._.triples]
    again = way(doc)
    assert again._.language == "de"
    # What falls together in one token may be told apart by ids alone.
    if way is not through_json:
        assert [triple.token_triple for triple in again._.triples] == before
        assert [t.score for t in again._.triples] == [t.score for t in written]


def test_merged_and_split_again() -> None:
    doc = make(SENTENCE, MET)
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[1:3])
    assert str(doc._.triples[0]) == "(Anna; met Ben; met Ben; in New York City)"
    with doc.retokenize() as retokenizer:
        retokenizer.split(doc[1], ["met ", "Ben"], heads=[doc[0], doc[0]])
    assert str(doc._.triples[0]) == "(Anna; met; Ben; in New York City)"


def test_triples_written_after_a_merge_put_the_other_groups_in_place() -> None:
    doc = Doc(VOCAB, words=SENTENCE.split())
    doc._.language = "en"
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[4:7])
    with pytest.raises(IndexError):
        doc.to_bytes()
    set_triples(doc, [TokenTriple(((0, 1),), ((1, 2),), (((3, 5),),))])
    again = through_bytes(doc)
    assert str(again._.triples[0]) == "(Anna; met; in New York City)"
    assert again._.language == "en"


def test_sentence_of_a_triple() -> None:
    first = TokenTriple(((0, 1),), ((1, 2),), (((2, 3),),))
    second = TokenTriple((), ((5, 6),), (((6, 7),),))
    doc = Doc(VOCAB, words="Anna met Ben . Cara saw Dan .".split())
    set_triples(doc, [first, second], sentences=[(0, 4), (4, 8)])
    for way in (*WAYS, through_json, lambda doc: Doc.from_docs([doc])):
        sents = [triple.sent.text for triple in way(doc)._.triples]
        if way(doc).spans["xoie"].attrs:
            assert sents == ["Anna met Ben .", "Cara saw Dan ."]
        else:
            assert sents == [doc[:].text] * 2
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:2])
    assert [t.sent.text for t in doc._.triples] == ["Anna met Ben .", "Cara saw Dan ."]
    doc[0].is_sent_start = True
    for number in range(1, len(doc)):
        doc[number].is_sent_start = False
    assert {triple.sent.text for triple in doc._.triples} == {doc[:].text}


def test_triples_of_sentences() -> None:
    inside = TokenTriple(((4, 5),), ((5, 6),), (((6, 7),),))
    without_subject = TokenTriple((), ((1, 2),), (((2, 3),),))
    across = TokenTriple(((0, 1),), ((5, 6),), (((6, 7),),))
    doc = make("Anna met Ben . Cara saw Dan .", without_subject, across, inside)
    doc[0].is_sent_start = doc[4].is_sent_start = True
    for number in (1, 2, 3, 5, 6, 7):
        doc[number].is_sent_start = False
    first, second = doc.sents
    assert [str(t) for t in first._.triples] == ["(; met; Ben)"]
    assert [str(t) for t in second._.triples] == ["(Cara; saw; Dan)"]
    assert [t.id for t in second._.triples] == [doc._.triples[2].id]
    assert [str(t) for t in doc._.triples] == [
        "(; met; Ben)",
        "(Anna; saw; Dan)",
        "(Cara; saw; Dan)",
    ]
    assert doc[1:3]._.triples == first._.triples
    assert doc[4:6]._.triples == ()
    assert doc[0:8]._.triples == doc._.triples


SPACED = "Die Stadt hat am Montag das Haus an ihn verkauft ."
LAKE = "他在北京写了《家》、《春》。"


@pytest.mark.parametrize(
    "doc, as_tuple, binary",
    [
        (
            make(SENTENCE, MET),
            ("Anna", "met", "Ben", "in New York City"),
            [
                ("Anna", "met", "Ben"),
                ("Anna", "met Ben", "in New York City"),
            ],
        ),
        (
            make(
                SPACED,
                TokenTriple(
                    ((0, 2),),
                    ((2, 3), (9, 10)),
                    (((5, 7),), ((7, 9),), ((3, 5),)),
                ),
            ),
            ("Die Stadt", "hat verkauft", "das Haus", "an ihn", "am Montag"),
            [
                ("Die Stadt", "hat verkauft", "das Haus"),
                ("Die Stadt", "hat verkauft das Haus", "an ihn"),
                ("Die Stadt", "hat verkauft das Haus", "am Montag"),
            ],
        ),
        (
            make("Llegó ayer .", TokenTriple((), ((0, 1),), (((1, 2),),))),
            ("", "Llegó", "ayer"),
            [("", "Llegó", "ayer")],
        ),
        (
            make("Anna sleeps .", TokenTriple(((0, 1),), ((1, 2),))),
            ("Anna", "sleeps"),
            [],
        ),
        (
            unspaced(
                LAKE,
                TokenTriple(((0, 1),), ((4, 6),), (((6, 9), (10, 13)), ((1, 4),))),
            ),
            ("他", "写了", "《家》《春》", "在北京"),
            [("他", "写了", "《家》《春》"), ("他", "写了《家》《春》", "在北京")],
        ),
        (
            unspaced(
                "ＡＢ社は（本）を売る。",
                TokenTriple(((0, 3),), ((8, 10),), (((4, 7),), ((3, 4), (4, 5)))),
            ),
            ("ＡＢ社", "売る", "（本）", "は（"),
            [("ＡＢ社", "売る", "（本）"), ("ＡＢ社", "売る（本）", "は（")],
        ),
    ],
    ids=["n-ary", "discontinuous", "no-subject", "no-object", "zh", "ja"],
)
def test_strings(
    doc: Doc, as_tuple: Tuple[str, ...], binary: List[Tuple[str, str, str]]
) -> None:
    (triple,) = doc._.triples
    assert triple.as_tuple() == as_tuple
    assert list(triple.binary()) == binary
    assert str(triple) == "(" + "; ".join(as_tuple) + ")"
    assert [str(part) for part in triple.parts] == list(as_tuple)
    assert bool(triple.subject) == bool(as_tuple[0])


@given(case=annotated())
@settings(max_examples=60)
def test_to_dict_cuts_phrases_out_of_the_text(case: Case) -> None:
    doc, _ = case
    for triple in doc._.triples:
        record = triple.to_dict()
        assert json.loads(json.dumps(record)) == record
        names = ["subject", "relation", *["objects"] * len(triple.objects)]
        parts = [record["subject"], record["relation"], *record["objects"]]
        for name, part, phrase in zip(names, parts, triple.parts, strict=True):
            raw = [doc.text[start:end] for start, end in part["spans"]]
            assert all(raw), name
            pieces = [visible(piece) for piece in raw]
            assert part["text"].replace(" ", "") == "".join(pieces).replace(" ", "")
            assert part["text"] == phrase.text
            if phrase.is_contiguous:
                assert phrase.text == pieces[0]
                whole = doc.text[phrase.start_char : phrase.end_char]
                assert visible(whole) == phrase.text
        assert record["score"] == triple.score
        assert record["id"] == triple.id


@pytest.mark.parametrize(
    "words, spaces, phrase",
    [
        (
            ["و", "كَتَبَ", "الوَلَدُ", "رِسالةً"],
            [False, True, True, False],
            "كَتَبَ الوَلَدُ",
        ),
        (
            ["Cafe\u0301", "naı\u0308f", "x\u0323\u0307", "!"],
            [True] * 4,
            "naı\u0308f x\u0323\u0307",
        ),
        (["a", FAMILY, "👩🏽‍🚀", "🇧🇷"], [False, False, True, False], f"{FAMILY}👩🏽‍🚀"),
        (["他", "在", "北", "京"], [False] * 4, "在北"),
        (["x", "\n", "y", "z"], [True, False, False, False], "y"),
    ],
    ids=["ar", "combining", "zwj", "zh", "newline"],
)
def test_offsets_of_phrases(words: List[str], spaces: List[bool], phrase: str) -> None:
    doc = Doc(VOCAB, words=words, spaces=spaces)
    set_triples(doc, [TokenTriple(((0, 1),), ((1, 3),), (((3, 4),),))])
    relation = doc._.triples[0].relation
    assert relation.text == phrase
    assert visible(doc.text[relation.start_char : relation.end_char]) == phrase


@pytest.mark.parametrize(
    "triple, message",
    [
        (TokenTriple(((0, 1),), (), (((2, 3),),)), "needs a relation"),
        (TokenTriple((), ((0, 1),), (((1, 2),),) * 4), "at most 3 objects.*has 4"),
        (TokenTriple((), ((0, 1),), (((1, 2),), ())), "ARG2 .* is empty"),
        (TokenTriple((), ((8, 10),), (((1, 2),),)), "REL .* 8 to 10.* 9 tokens"),
        (TokenTriple(((-1, 1),), ((1, 2),)), "ARG0 .* -1 to 1"),
        (TokenTriple((), ((1, 2),), (((3, 3),),)), "ARG1 .* 3 to 3"),
        (TokenTriple((), ((1, 2),), (((4, 3),),)), "ARG1 .* 4 to 3"),
    ],
)
def test_triples_that_do_not_fit(triple: TokenTriple, message: str) -> None:
    doc = make(SENTENCE, MET)
    with pytest.raises(DataError, match=message):
        set_triples(doc, [MET, triple])
    # What was there before is still there.
    assert [t.token_triple for t in doc._.triples] == [MET]


def test_group_of_something_else() -> None:
    doc = Doc(VOCAB, words=["Anna", "met", "Ben"])
    doc.spans["xoie"] = [Span(doc, 0, 1, label="PERSON")]
    with pytest.raises(DataError, match=r"'xoie'.*'PERSON'.*another span key"):
        get_triples(doc)


def test_triples_of_a_group_without_attributes() -> None:
    """Another tool may write the spans only."""
    doc = Doc(VOCAB, words=["Anna", "met", "Ben"])
    labels = ["ARG1", "REL", "ARG0"]
    spans = [
        Span(doc, 2 - i, 3 - i, label=label, span_id="7")
        for i, label in enumerate(labels)
    ]
    doc.spans["xoie"] = SpanGroup(doc, spans=spans)
    (triple,) = doc._.triples
    assert triple.as_tuple() == ("Anna", "met", "Ben")
    assert (triple.score, triple.language, triple.id) == (None, "", "7")


def test_writing_replaces_and_keys_stay_apart() -> None:
    doc = make(SENTENCE, MET, language="en")
    mine = TokenTriple((), ((1, 2),), (((0, 1),),))
    set_triples(doc, [mine], key="facts")
    assert [t.token_triple for t in get_triples(doc, key="facts")] == [mine]
    set_triples(doc, [], language="en")
    assert doc._.triples == ()
    assert doc.spans["xoie"].attrs["language"] == "en"
    assert len(get_triples(doc, key="facts")) == 1
    assert get_triples(doc, key="unknown") == ()


def test_scores_of_numpy_become_plain_numbers() -> None:
    doc = make(SENTENCE, MET._replace(score=np.float32(0.25)))
    assert through_bytes(doc)._.triples[0].score == 0.25
    assert json.loads(json.dumps(doc._.triples[0].to_dict()))["score"] == 0.25


def test_views_are_read_only() -> None:
    (triple,) = make(SENTENCE, MET)._.triples
    assert isinstance(triple, Triple)
    with pytest.raises(FrozenInstanceError):
        triple.score = 1.0  # type: ignore[misc]
    with pytest.raises(AttributeError):
        triple.subject.text = "Eve"  # type: ignore[misc]


@pytest.fixture
def no_extensions() -> Iterator[None]:
    for cls in (Doc, Span):
        cls.remove_extension("triples")
    yield
    for cls in (Doc, Span):
        cls.remove_extension("triples")
    install_extensions()


def test_extension_of_another_package_stays(no_extensions: None) -> None:
    Doc.set_extension("triples", default="of another package")
    install_extensions()
    doc = make(SENTENCE, MET)
    assert doc._.triples == "of another package"
    assert [str(t) for t in doc[0:9]._.triples] == [str(get_triples(doc)[0])]
    Doc.remove_extension("triples")
    install_extensions()
    assert doc._.triples == get_triples(doc)
