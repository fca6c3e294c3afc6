"""Punctuation is no part of a phrase's edge, and what is asked is not asserted."""

from typing import Optional, Tuple

import pytest
import spacy

from spacy_xoie import TokenTriple
from spacy_xoie.extraction.tidy import is_asked, tidy

TEXT = "“ Anna , met ( Ben ) 5 % ; — today ."
Parts = Tuple[Tuple[Tuple[int, int], ...], ...]


@pytest.mark.parametrize(
    "parts, expected",
    [
        (
            (((0, 3),), ((2, 4),), ((4, 7),)),
            (((1, 2),), ((3, 4),), ((5, 6),)),
        ),
        # A percent sign stays; an object of marks alone goes.
        (
            (((1, 2),), ((3, 4),), ((7, 10),), ((10, 11),)),
            (((1, 2),), ((3, 4),), ((7, 9),)),
        ),
        # Marks within a phrase stay, pieces of marks alone go.
        (
            (((1, 4), (9, 10)), ((4, 5), (11, 12)), ((5, 6),)),
            (((1, 4),), ((11, 12),), ((5, 6),)),
        ),
        ((((1, 2),), ((9, 11),), ((5, 6),)), None),
        ((((1, 2),), ((3, 4),), ((12, 13),)), None),
    ],
)
def test_edges(parts: Parts, expected: Optional[Parts]) -> None:
    doc = spacy.tokens.Doc(spacy.blank("xx").vocab, words=TEXT.split())
    subject, relation, *objects = parts
    neat = tidy(doc, TokenTriple(subject, relation, tuple(objects)))
    assert (neat and neat.parts) == expected


@pytest.mark.parametrize(
    "phrase, expected",
    [
        ('Die " Kormoran "', 'Die " Kormoran "'),
        ("« A » and « B »", "« A » and « B »"),
        ("《 A 》 B", "《 A 》 B"),
        # A pair around all is none of the phrase, and a single mark is not.
        ('" Kormoran "', "Kormoran"),
        ("( Ben ) ,", "Ben"),
        ("“ Anna ,", "Anna"),
        ("Anna ” ,", "Anna"),
    ],
)
def test_pairs_of_marks(phrase: str, expected: str) -> None:
    words = phrase.split()
    doc = spacy.tokens.Doc(spacy.blank("xx").vocab, words=[*words, "met", "Bo"])
    n = len(words)
    neat = tidy(doc, TokenTriple(((0, n),), ((n, n + 1),), (((n + 1, n + 2),),)))
    assert neat is not None
    ((start, end),) = neat.subject
    assert doc[start:end].text == expected


@pytest.mark.parametrize(
    "relation, asked",
    [
        (((3, 4),), True),
        (((2, 3), (4, 5)), True),
        (((1, 2),), False),
        (((1, 2), (4, 5)), False),
        (((6, 7),), False),
    ],
)
def test_a_relation_in_a_question_is_asked(relation, asked: bool) -> None:
    assert is_asked(TokenTriple((), relation, ()), [(2, 5), (8, 9)]) is asked


@pytest.mark.parametrize(
    "language, text, count",
    [
        ("en", "Did the firm buy the old bank?!", 0),
        ("en", "“Who opened the gate?” asked the mayor.", 1),
        ("en", "Q: Why did the firm buy the old bank?", 0),
        ("pt", "Quem comprou a casa pode vender o jardim?", 0),
        ("es", "P. ¿Es verdad que la firma compró el banco?", 0),
        ("fr", "Qu’est-ce qui nous a séduits ?", 0),
        ("de", "Hat die Firma die alte Bank gekauft??", 0),
        ("zh", "问：公司买了银行吗？", 0),
        ("ar", "هل اشترت الشركة البنك؟", 0),
    ],
)
def test_questions_give_no_triples(language: str, text: str, count: int) -> None:
    nlp = spacy.blank(language)
    nlp.add_pipe("xoie")
    assert len(nlp(text)._.triples) == count


@pytest.mark.parametrize(
    "words, expected", [("Inc . has", "Inc ."), ("Inc . Has", "Inc"), ("5 . has", "5")]
)
def test_the_dot_of_an_abbreviation_stays(words: str, expected: str) -> None:
    doc = spacy.tokens.Doc(
        spacy.blank("xx").vocab,
        words=[*words.split(), "it"],
        spaces=[False] + [True] * 3,
    )
    neat = tidy(doc, TokenTriple(((0, 2),), ((2, 3),), (((3, 4),),)))
    assert neat is not None
    ((start, end),) = neat.subject
    assert [token.text for token in doc[start:end]] == expected.split()
