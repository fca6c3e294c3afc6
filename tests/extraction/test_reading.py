"""The same words give the same triples: however a text is wrapped, typed, encoded, cut
into tokens, and however its language is called."""

import json
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any, Callable, Dict, List, Sequence, Tuple

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from spacy_xoie.doc.blank import multilingual_pipeline
from spacy_xoie.doc.folding import fold, fold_text
from spacy_xoie.extraction.reading import Reader, Reading
from spacy_xoie.labels import UNANNOTATED
from spacy_xoie.language.layout import read_layout
from spacy_xoie.network.heads import TreeGold
from spacy_xoie.ty import TokenTriple

CORPUS = Path(__file__).parents[2] / "assets" / "corpus"
LANGUAGES = ("ar", "de", "en", "es", "pt", "zh")
SPACED = tuple(code for code in LANGUAGES if code != "zh")

Facts = List[Tuple[Tuple[str, ...], float]]


def texts_of(language: str, count: int = 40) -> List[str]:
    lines = (CORPUS / f"{language}.jsonl").read_text(encoding="utf8").splitlines()
    step = max(1, len(lines) // count)
    return [json.loads(line)["text"] for line in lines[::step]]


def extractor(language: str) -> Language:
    nlp = spacy.blank(language)
    nlp.add_pipe("xoie")
    return nlp


PIPELINES: Dict[str, Language] = {}


def pipeline(language: str) -> Language:
    if language not in PIPELINES:
        PIPELINES[language] = extractor(language)
    return PIPELINES[language]


def facts(docs: Sequence[Any], nlp: Language) -> List[Facts]:
    """Triples in one form, with their scores."""
    found = []
    for doc in nlp.pipe(docs):
        triples = []
        for triple in doc._.triples:
            parts = tuple(fold(part).replace(" ", "") for part in triple.as_tuple())
            # Some tokenizers leave a full stop at its word, and a part has tokens.
            parts = tuple(part.rstrip(".") for part in parts)
            triples.append((parts, round(triple.score, 3)))
        found.append(triples)
    return found


def wrapped(text: str) -> str:
    """Lines of 45 characters at most."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + len(word) > 44:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return "\n".join(lines)


def typographic(text: str) -> str:
    return text.replace("'", "’")


CHANGES: Dict[str, Callable[[str], str]] = {
    "wrapped": wrapped,
    "wrapped, Windows": lambda text: wrapped(text).replace("\n", "\r\n"),
    "no-break": lambda text: text.replace(" ", "\u00a0"),
    "thin": lambda text: text.replace(" ", "\u2009"),
    "two spaces": lambda text: text.replace(" ", "  "),
    "tabs": lambda text: text.replace(" ", "\t"),
    "newline in front": lambda text: "\n" + text,
    "tab in front": lambda text: "\t" + text,
    "spaces behind": lambda text: text + "  \n",
    "NFD": lambda text: unicodedata.normalize("NFD", text),
    "NFC": lambda text: unicodedata.normalize("NFC", text),
    "byte-order mark": lambda text: "\ufeff" + text,
    "soft hyphens": lambda text: text.replace("en", "e\u00adn"),
    "bullet": lambda text: "• " + text,
    "dash in front": lambda text: "- " + text,
    "direction": lambda text: "\u202b" + text + "\u202c",
    "zero width": lambda text: text.replace(" ", " \u200b"),
    "apostrophes": typographic,
    "curly quotes": lambda text: text.replace('"', "”"),
    "straight quotes": lambda text: text.translate(dict.fromkeys(map(ord, "“”„"), '"')),
}


@cache
def facts_of(language: str) -> Any:
    """Those of the texts as they stand."""
    return facts(texts_of(language), pipeline(language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("change", CHANGES)
def test_form_of_the_text_changes_nothing(change: str, language: str) -> None:
    if language == "zh" and change in ("wrapped", "wrapped, Windows"):
        pytest.skip("these sentences have no space at which to wrap")
    nlp, texts = pipeline(language), texts_of(language)
    changed = [CHANGES[change](text) for text in texts]
    assert facts(changed, nlp) == facts_of(language)


@pytest.mark.parametrize("width", [7, 20])
def test_lines_break_anywhere_in_chinese(width: int) -> None:
    nlp, texts = pipeline("zh"), texts_of("zh")
    texts = [text for text in texts if not any(c.isascii() for c in text)]
    assert len(texts) > 10
    changed = [
        "\n".join(text[i : i + width] for i in range(0, len(text), width))
        for text in texts
    ]
    assert facts(changed, nlp) == facts(texts, nlp)


def test_vowel_signs_change_nothing() -> None:
    nlp, texts = pipeline("ar"), texts_of("ar")
    letters = "بتثجحخدذرزسشصضطظعغفقكلمنهوي"
    signs = {ord(letter): letter + "\u064e" for letter in letters}
    assert facts([text.translate(signs) for text in texts], nlp) == facts(texts, nlp)


@settings(max_examples=25)
@given(st.data())
def test_any_white_space_between_words(data: st.DataObject) -> None:
    language = data.draw(st.sampled_from(SPACED))
    text = data.draw(st.sampled_from(texts_of(language, 20)))
    # A line that ends anywhere may be a heading; lines of one width are above.
    gap = st.sampled_from([" ", "  ", "\t", "\u00a0", "\u3000", " \u200b"])
    first, *words = text.split(" ")
    changed = first + "".join(data.draw(gap) + word for word in words)
    nlp = pipeline(language)
    assert facts([changed], nlp) == facts([text], nlp)


@pytest.mark.parametrize("language", LANGUAGES)
def test_tokens_of_others_change_nothing(language: str) -> None:
    """White space alone, each character, or our tokenizer in place of spaCy's."""
    nlp, texts = pipeline(language), texts_of(language, 25)
    expected = [[parts for parts, _ in one] for one in facts(texts, nlp)]
    shared = multilingual_pipeline()

    def others(text: str) -> List[Doc]:
        characters = Doc(nlp.vocab, words=[*text], spaces=[False] * len(text))
        doc = shared.make_doc(text)
        words = [token.text for token in doc]
        ours = Doc(nlp.vocab, words, [bool(t.whitespace_) for t in doc])
        return [characters, ours]

    for number, text in enumerate(texts):
        for doc in others(text):
            found = [parts for parts, _ in facts([doc], nlp)[0]]
            assert found == expected[number], [token.text for token in doc][:9]


@pytest.mark.parametrize(
    ("apart", "text"),
    [
        ("The firm did n't buy the bank .", "The firm didn't buy the bank."),
        ("They ca n't sell the house .", "They can't sell the house."),
        ("We 'll sell the house .", "We'll sell the house."),
        ("They 're the owners .", "They're the owners."),
        ("He said : `` We bought it . ''", 'He said: "We bought it."'),
        ("The firm -LRB- of Rome -RRB- sold it .", "The firm (of Rome) sold it."),
    ],
)
@pytest.mark.parametrize("language", ["en", "xx"])
def test_words_that_a_treebank_takes_apart(
    apart: str, text: str, language: str
) -> None:
    if language == "xx":
        nlp = multilingual_pipeline()
        nlp.add_pipe("xoie")
    else:
        nlp = pipeline("en")
    words = apart.split()
    by_words = Doc(nlp.vocab, words=words)

    def plain(one: Facts) -> List[List[str]]:
        marks = str.maketrans("", "", " '\"()")
        return [[part.translate(marks) for part in parts] for parts, _ in one]

    for doc in (apart, by_words):
        (found,), (expected,) = facts([doc], nlp), facts([text], nlp)
        cleaned = json.dumps(plain(found)).replace("-LRB-", "").replace("-RRB-", "")
        assert cleaned.replace("``", "") == json.dumps(plain(expected))
    assert facts([text], nlp)[0]


@pytest.mark.parametrize("language", ["en", "xx"])
@pytest.mark.parametrize("mark", ["'", "’", "ʼ", "＇", "´", "`"])
def test_a_denial_stays_one(mark: str, language: str) -> None:
    if language == "xx":
        nlp = multilingual_pipeline()
        nlp.add_pipe("xoie_lang")
        nlp.add_pipe("xoie")
    else:
        nlp = pipeline("en")
    for verb in ("didn", "wouldn", "couldn", "won", "can", "doesn"):
        (triple,) = nlp(f"The firm {verb}{mark}t buy the old bank.")._.triples
        assert fold(triple.relation.text) == f"{verb}'t buy"


@pytest.mark.parametrize(
    "text",
    [
        *("They're the owners.", "I'm the owner.", "We've sold it."),
        *("It's a bank.", "It’s the oldest bank.", "She's a doctor."),
        *("That's the oldest bank.", "IT'S A BANK."),
    ],
)
def test_contractions_under_the_tokenizer_for_all(text: str) -> None:
    nlp = multilingual_pipeline()
    nlp.add_pipe("xoie_lang")
    nlp.add_pipe("xoie")
    assert len(nlp(text)._.triples) == 1


PAGES = """\
Notes of the club

{}
The firm sold the house that the old man had
- 1 -
\x0cNotes of the club

built in Rome.
- 2 -
"""


def test_what_pages_have_in_common_is_not_read() -> None:
    nlp = pipeline("en")
    (paged,) = facts([PAGES.format("")], nlp)
    assert (
        paged
        == facts(["The firm sold the house that the old man had built in Rome."], nlp)[
            0
        ]
    )
    doc = nlp(PAGES.format(""))
    assert not any("club" in part for t in doc._.triples for part in t.as_tuple())


@pytest.mark.parametrize(
    "marks",
    [("1. ", "2. "), ("1) ", "2) "), ("(a) ", "(b) "), ("a) ", "b) "), ("• ", "• ")],
)
def test_marks_of_items_are_not_read(marks: Tuple[str, str]) -> None:
    nlp = pipeline("es")
    items = ("Los grupos deben reservar la sala", "El museo vende las entradas")
    text = "\n".join(mark + item for mark, item in zip(marks, items, strict=True))
    (listed,) = facts([text], nlp)
    assert listed == [fact for one in facts(items, nlp) for fact in one]


# How words and tokens lie on each other


def reading_of(words: List[str], spaces: List[bool]) -> Reading:
    doc = Doc(spacy.blank("xx").vocab, words=words, spaces=spaces)
    return Reader()(doc)


def test_the_doc_itself_is_read_where_that_changes_nothing() -> None:
    doc = multilingual_pipeline()("Anna met Ben in Rome.")
    reading = Reader()(doc)
    assert reading.starts is None and reading.token_bounds(1, 3) == (1, 3)


def test_words_know_their_tokens() -> None:
    reading = reading_of(
        ["An", "na", " ", "met", "the boss"], [False] * 3 + [True, False]
    )
    assert [word.text for word in reading.words] == ["Anna", "met", "the", "boss"]
    assert [reading.token_bounds(i, i + 1) for i in range(4)] == [
        (0, 2), (3, 4), (4, 5), (4, 5),
    ]  # fmt: skip
    assert reading.word_bounds(0, 3) == (0, 1)
    assert reading.word_bounds(3, 5) == (1, 4)


def test_a_token_of_two_parts_goes_to_the_one_with_most_of_it() -> None:
    reading = reading_of(["They're", "the", "owners"], [True, True, False])
    assert [word.text for word in reading.words] == ["They", "'re", "the", "owners"]
    triple = TokenTriple(((0, 1),), ((1, 2),), (((2, 4),),))
    # The relation has no other token.
    assert reading.triple_on_tokens(triple) is None
    more = TokenTriple(((0, 1),), ((1, 3),), (((3, 4),),))
    on_tokens = reading.triple_on_tokens(more)
    assert on_tokens is not None
    assert on_tokens.parts == (((0, 1),), ((1, 2),), ((2, 3),))


def test_gold_annotation_lies_on_the_words() -> None:
    reading = reading_of(
        ["Ann", " ", "met", "Ben's", "boss"], [False, False, True, True, False]
    )
    assert [word.text for word in reading.words] == ["Ann", "met", "Ben", "'s", "boss"]
    gold = TokenTriple(((0, 1),), ((1, 3),), (((3, 5),),))
    assert reading.triple_on_words(gold) == TokenTriple(
        ((0, 1),), ((1, 2),), (((2, 5),),)
    )
    assert reading.triple_on_words(TokenTriple((), ((1, 2),), (((2, 3),),))) is None
    tree = TreeGold(
        np.array([2, 0, 2, 4, 2]), np.array([1, 2, 3, 4, 5]), np.array([1, 2, 3, 4, 5])
    )
    on_words = reading.tree_on_words(tree)
    assert on_words is not None
    assert on_words.heads.tolist() == [1, 1, UNANNOTATED, UNANNOTATED, 1]
    assert on_words.labels.tolist() == [1, 3, UNANNOTATED, UNANNOTATED, 5]


BLANK = spacy.blank("xx"), spacy.blank("en")


@given(st.text(max_size=60))
def test_all_that_is_seen_is_read_once(text: str) -> None:
    for nlp in BLANK:
        doc = nlp(text)
        for reader in (Reader(), Reader(by_tokens=True)):
            reading = reader(doc)
            count = len(reading.words)
            assert not any(word.is_space for word in reading.words)
            bounds = [reading.token_bounds(i, i + 1) for i in range(count)]
            assert all(0 <= start < end <= len(doc) for start, end in bounds)
            assert bounds == sorted(bounds)
            assert reading.word_bounds(0, len(doc)) == (0, count)
            if not reader.by_tokens:
                words = "".join(word.text for word in reading.words)
                unread = read_layout(text).unread
                assert words == fold_text(text, unread).text.replace(" ", "")


@pytest.mark.parametrize(
    ("language", "text", "part"),
    [
        ("de", "Der Konzern zahlte 5 Mio. Euro für die Firma.", "5 Mio. Euro"),
        ("de", "Die Stadt verkaufte 3 Mrd. Aktien an die Bank.", "3 Mrd. Aktien"),
        ("en", "Yahoo! bought the startup.", "Yahoo!"),
    ],
)
def test_marks_within_a_sentence_belong_to_their_word(
    language: str, text: str, part: str
) -> None:
    (triple,) = pipeline(language)(text)._.triples
    assert part in triple.as_tuple()
