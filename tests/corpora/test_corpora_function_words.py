"""Function words, counted in a treebank."""

from typing import List

from spacy_xoie.corpora.function_words import count_function_words
from spacy_xoie.corpora.treebanks import TreeSentence, Word

ROWS = """
the the DET det 1 PronType=Art
house house NOUN nsubj 5 _
of of ADP case 4 _
my my PRON nmod:poss 4 _
aunt aunt NOUN nmod 1 _
fell fall VERB root 5 _
not not PART advmod 5 Polarity=Neg
"""


def make_sentence(rows: str) -> TreeSentence:
    lines = [line.split() for line in rows.strip().splitlines()]
    words: List[Word] = []
    start = 0
    for form, _, tag, label, head, features in lines:
        words.append(
            Word(
                form,
                start,
                start + len(form),
                int(head),
                label,
                tag,
                {} if features == "_" else dict([features.split("=")]),
            )
        )
        start += len(form) + 1
    return TreeSentence("1", " ".join(word.text for word in words), words)


def test_words_are_counted_by_what_they_do() -> None:
    words = count_function_words([make_sentence(ROWS)] * 5)
    assert words.determiners == {"the", "my"}
    assert words.adpositions == {"of"} and not words.postpositions
    assert words.negations == {"not"} and words.auxiliaries == {"not"}
    assert not count_function_words([make_sentence(ROWS)] * 4).light


def test_an_adposition_behind_its_word_is_a_postposition() -> None:
    rows = (
        "talon talo NOUN obl 2 _\nkanssa kanssa ADP case 0 _\nmeni mennä VERB root 2 _"
    )
    words = count_function_words([make_sentence(rows)] * 5)
    assert words.postpositions == {"kanssa"} and not words.adpositions


def test_a_token_of_several_words_is_one_adposition() -> None:
    text = "nella casa"
    words = [
        Word("in", 0, 5, 2, "case", "ADP"),
        Word("la", 0, 5, 2, "det", "DET"),
        Word("casa", 6, 10, 2, "root", "NOUN"),
    ]
    found = count_function_words([TreeSentence("1", text, words)] * 5)
    assert found.adpositions == {"nella"} and not found.determiners


def test_a_word_that_is_mostly_a_noun_is_none() -> None:
    closed = make_sentence("can can AUX aux 1 _\ngo go VERB root 1 _")
    noun = make_sentence("can can NOUN root 0 _")
    assert count_function_words([closed] * 6).auxiliaries == {"can"}
    assert not count_function_words([closed] * 6 + [noun] * 6).auxiliaries
