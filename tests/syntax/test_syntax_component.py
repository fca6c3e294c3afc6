"""The component that reads triples off parsed docs."""

import pytest
import spacy
from spacy.tokens import Doc

from spacy_xoie.errors import ConfigError, NotReadyError
from spacy_xoie.syntax import component  # noqa: F401  (registers the factory)
from spacy_xoie.syntax.component import SyntaxExtractor


def make_doc(nlp, text):
    """A parsed doc from "word/POS/head/label", heads counted from 1."""
    rows = [row.rsplit("/", 3) for row in text.split()]
    return Doc(
        nlp.vocab,
        words=[word for word, *_ in rows],
        pos=[pos for _, pos, *_ in rows],
        heads=[int(head) - 1 for *_, head, _ in rows],
        deps=[label for *_, label in rows],
    )


def triples_of(doc):
    return {triple.as_tuple() for triple in doc._.triples}


UNIVERSAL = (
    "Ida/PROPN/2/nsubj grows/VERB/2/ROOT leeks/NOUN/2/obj in/ADP/5/case "
    "Rome/PROPN/2/obl"
)
CLEARNLP = {
    "prepositions": (
        "Ida/PROPN/2/nsubj grows/VERB/2/ROOT leeks/NOUN/2/dobj in/ADP/2/prep "
        "Rome/PROPN/4/pobj",
        {("Ida", "grows", "leeks", "in Rome")},
    ),
    "passive": (
        "It/PRON/3/nsubjpass was/AUX/3/auxpass sung/VERB/3/ROOT by/ADP/3/agent "
        "Ida/PROPN/4/pobj",
        {("It", "was sung", "by Ida")},
    ),
    "copula": (
        "Ida/PROPN/2/nsubj is/AUX/2/ROOT a/DET/4/det cook/NOUN/2/attr",
        {("Ida", "is", "a cook")},
    ),
    "copula with a place": (
        "Ida/PROPN/2/nsubj is/AUX/2/ROOT in/ADP/2/prep Rome/PROPN/3/pobj",
        {("Ida", "is", "in Rome")},
    ),
    "relative clause": (
        "Ida/PROPN/2/nsubj met/VERB/2/ROOT a/DET/4/det man/NOUN/2/dobj "
        "who/PRON/6/nsubj sold/VERB/4/relcl maps/NOUN/6/dobj",
        {("Ida", "met", "a man"), ("a man", "sold", "maps")},
    ),
    "chained conjuncts": (
        "Ida/PROPN/2/nsubj grows/VERB/2/ROOT leeks/NOUN/2/dobj ,/PUNCT/3/punct "
        "kale/NOUN/3/conj and/CCONJ/5/cc peas/NOUN/5/conj",
        {("Ida", "grows", "leeks"), ("Ida", "grows", "kale"), ("Ida", "grows", "peas")},
    ),
    "existential": (
        "There/PRON/2/expl are/VERB/2/ROOT two/NUM/4/nummod wells/NOUN/2/attr",
        {("There", "are", "two wells")},
    ),
}


@pytest.fixture
def nlp():
    nlp = spacy.blank("en")
    nlp.add_pipe("xoie_syntax", config={"facts": "minimal"})
    return nlp


def test_universal_dependencies(nlp):
    doc = nlp(make_doc(nlp, UNIVERSAL))
    (triple,) = doc._.triples
    assert triple.as_tuple() == ("Ida", "grows", "leeks", "in Rome")
    assert (triple.origin, triple.language) == ("xoie_syntax", "en")


@pytest.mark.parametrize("name", CLEARNLP)
def test_labels_of_english_parsers(nlp, name):
    text, expected = CLEARNLP[name]
    assert triples_of(nlp(make_doc(nlp, text))) == expected


def test_sentences_and_white_space(nlp):
    words = ["Ida", "sings", "arias", "\n\n", "Per", "paints", "boats"]
    doc = Doc(
        nlp.vocab,
        words=words,
        pos=["PROPN", "VERB", "NOUN", "SPACE", "PROPN", "VERB", "NOUN"],
        heads=[1, 1, 1, 2, 5, 5, 5],
        deps=["nsubj", "ROOT", "obj", "dep", "nsubj", "ROOT", "obj"],
    )
    assert triples_of(nlp(doc)) == {
        ("Ida", "sings", "arias"),
        ("Per", "paints", "boats"),
    }


def test_unparsed_doc(nlp):
    with pytest.raises(NotReadyError, match="parser"):
        nlp("Ida grows leeks.")
    assert not nlp("").spans["xoie"]


def test_unparsed_docs_in_a_stream(nlp):
    failed = []
    nlp.set_error_handler(lambda name, proc, docs, error: failed.append(name))
    docs = list(nlp.pipe(["Ida grows leeks.", ""]))
    assert failed == ["xoie_syntax"]
    assert [doc.text for doc in docs] == [""]


def test_unknown_labels(nlp):
    doc = make_doc(nlp, "Ida/PROPN/2/sb baut/VERB/2/ROOT Lauch/NOUN/2/oa")
    with pytest.warns(UserWarning, match="TIGER"):
        nlp(doc)


def test_overwrite_and_key():
    nlp = spacy.blank("en")
    pipe = nlp.add_pipe("xoie_syntax", config={"overwrite": False, "span_key": "facts"})
    doc = make_doc(nlp, UNIVERSAL)
    doc.spans["facts"] = []
    assert not pipe(doc).spans["facts"]
    with pytest.raises(ConfigError, match="span_key"):
        SyntaxExtractor(span_key="")


def test_language_setting():
    nlp = spacy.blank("xx")
    nlp.add_pipe("xoie_syntax", config={"language": "en"})
    doc = nlp(make_doc(nlp, UNIVERSAL))
    assert doc._.triples[0].language == "en"


def test_round_trip(nlp, tmp_path):
    nlp.to_disk(tmp_path)
    again = spacy.load(tmp_path)
    assert triples_of(again(make_doc(again, UNIVERSAL)))
    blank = spacy.blank("en")
    blank.add_pipe("xoie_syntax")
    blank.from_bytes(nlp.to_bytes())
    assert triples_of(blank(make_doc(blank, UNIVERSAL)))


def test_analysis(nlp):
    problems = nlp.analyze_pipes()["problems"]["xoie_syntax"]
    assert "token.dep" in problems
