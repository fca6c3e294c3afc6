"""What the endings of verbs show, counted in trees."""

from typing import List, Tuple

from spacy_xoie.corpora.treebanks import TreeSentence, Word
from spacy_xoie.corpora.verb_endings import VerbEndings
from spacy_xoie.syntax.agreement import read_ending

STEMS = [
    before + stem
    for before in ("", "ri", "tra", "con")
    for stem in ("lab", "cant", "mir", "salt", "parl", "trov", "pens", "rest", "port")
]


def counted(forms: List[Tuple[str, str]], times: int = 3) -> VerbEndings:
    endings = VerbEndings()
    for form, value in forms * times:
        feats = {"VerbForm": "Inf"}
        if value != "-":
            number = {"s": "Sing", "p": "Plur"}[value[1]]
            feats = {"Person": value[0], "Number": number}
        word = Word(form, 0, len(form), 0, "root", "VERB", feats)
        endings.add(TreeSentence("", form, [word]))
    return endings


def paradigm(**values: str) -> List[Tuple[str, str]]:
    return [(stem + end, value) for end, value in values.items() for stem in STEMS]


def test_endings_and_forms() -> None:
    regular = paradigm(o="1s", a="3s", amos="1p", are="-")
    table = counted([*regular, ("ando", "-"), ("sto", "3s"), ("sto", "3s")], 5).table()
    shown = {w: read_ending(table, w) for w in ("giro", "gira", "giramos", "girare")}
    assert shown == {"giro": "1s", "gira": "3s", "giramos": "1p", "girare": "-"}
    # Single forms that end otherwise than they should.
    assert read_ending(table, "sto") == "3s"


def test_a_form_of_two_persons_shows_its_number() -> None:
    table = counted(paradigm(ava="1s") + paradigm(ava="3s") + paradigm(o="1p")).table()
    assert read_ending(table, "girava") == "s"


def test_nothing_is_said_of_a_language_without_persons() -> None:
    assert counted(paradigm(a="-", o="-")).table() == {}
    assert VerbEndings().table() == {}


def test_the_order_of_words_does_not_matter() -> None:
    forms = paradigm(o="1s", a="3s", amos="1p", are="-")
    assert counted(forms).table() == counted(forms[::-1]).table()
