"""The table of function words."""

import srsly

from spacy_xoie.language.function_words import PATH, FunctionWords, function_words

TREEBANKS = (
    "af ar cs cy da de el en es fa fi fr ga gl he hr hy id it ja ko lt lv nb nl nn pt "
    "ro ru sk sl sr sv th tr uk vi zh"
).split()


def test_every_language_with_trees_has_words_of_each_sort() -> None:
    for code in TREEBANKS:
        words = function_words(code)
        assert words.adpositions or words.postpositions, code
        assert words.edges and words.pronouns and words.negations, code


def test_what_was_added_counts_and_what_is_wrong_does_not() -> None:
    assert "ze" in function_words("nl").pronouns
    assert "nooit" in function_words("nl").negations  # by hand
    assert "いつ" not in function_words("ja").pronouns  # "when"
    assert "によって" not in function_words("ja").light
    assert {"が", "を"} <= function_words("ja").postpositions
    assert "kanssa" in function_words("fi").postpositions


def test_whether_subjects_are_left_out() -> None:
    assert function_words("it").drops_subjects and function_words("ja").drops_subjects
    assert not function_words("nl").drops_subjects
    assert function_words("tlh") == FunctionWords()


def test_nothing_is_wrong_that_was_not_counted() -> None:
    for code, entry in srsly.read_json(PATH).items():
        for kind, words in entry.get("wrong", {}).items():
            counted = set(entry.get("counted", {}).get(kind, "").split())
            assert set(words.split()) <= counted, (code, kind)
            assert not set(words.split()) & set(
                entry.get("added", {}).get(kind, "").split()
            )
