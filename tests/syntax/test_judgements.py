"""How far a sentence stands behind its clauses: one hand-made tree for each way to say
so, and sentences that the default model reads."""

from pathlib import Path

import pytest
import srsly
from syntax_builders import make_tree

import spacy_xoie
from spacy_xoie.errors import ConfigError, DataError
from spacy_xoie.syntax import rules_for
from spacy_xoie.syntax.component import SyntaxExtractor
from spacy_xoie.syntax.factuality_words import FactualityWords, factuality_words

SENTENCES = list(srsly.read_jsonl(Path(__file__).parent / "factuality.jsonl"))

CASES = {
    "what is said": (
        "en",
        "Ann/PROPN/2/nsubj said/VERB/0/root that/SCONJ/5/mark Bo/PROPN/5/nsubj "
        "sold/VERB/2/ccomp milk/NOUN/5/obj",
        {("said", "asserted", False, ""), ("sold", "reported", False, "Ann")},
    ),
    "what is denied": (
        "en",
        "Ann/PROPN/2/nsubj denied/VERB/0/root that/SCONJ/5/mark Bo/PROPN/5/nsubj "
        "sold/VERB/2/ccomp milk/NOUN/5/obj",
        {("denied", "asserted", False, ""), ("sold", "denied", False, "Ann")},
    ),
    "what is known, though not by all": (
        "en",
        "Ann/PROPN/4/nsubj does/AUX/4/aux not/PART/4/advmod know/VERB/0/root "
        "that/SCONJ/7/mark Bo/PROPN/7/nsubj sold/VERB/4/ccomp milk/NOUN/7/obj",
        {("does not know", "asserted", True, ""), ("sold", "asserted", False, "")},
    ),
    "who says so": (
        "fr",
        "Selon/ADP/2/case Ann/PROPN/5/obl ,/PUNCT/2/punct Bo/PROPN/5/nsubj "
        "vend/VERB/0/root du/DET/7/det lait/NOUN/5/obj",
        {("vend", "reported", False, "Ann")},
    ),
    "what came about for nobody": (
        "de",
        "Niemand/PRON/2/nsubj kauft/VERB/0/root Milch/NOUN/2/obj",
        {("kauft", "asserted", True, "")},
    ),
    "a condition and what depends on it": (
        "es",
        "Si/SCONJ/3/mark Ana/PROPN/3/nsubj vende/VERB/6/advcl leche/NOUN/3/obj "
        "Bo/PROPN/6/nsubj compra/VERB/0/root pan/NOUN/6/obj",
        {("vende", "conditional", False, ""), ("compra", "conditional", False, "")},
    ),
    "what may be": (
        "zh",
        "公司_/NOUN/3/nsubj 可能_/AUX/3/aux 关闭_/VERB/0/root 工厂/NOUN/3/obj",
        {("可能 关闭", "possible", False, "")},
    ),
    "what did not come about": (
        "pt",
        "Ana/PROPN/2/nsubj recusou/VERB/0/root comprar/VERB/2/xcomp leite/NOUN/3/obj",
        {("recusou comprar", "asserted", True, "")},
    ),
    "a language without words": (
        "eu",
        "Anak/PROPN/3/nsubj esnea/NOUN/3/obj saldu/VERB/0/root",
        {("saldu", "unknown", False, "")},
    ),
    "a command gives no facts": (
        "en",
        "Please/INTJ/2/discourse sell/VERB/0/root the/DET/4/det milk/NOUN/2/obj",
        set(),
    ),
    "a wish neither": (
        "es",
        "Ojalá/ADV/3/advmod Ana/PROPN/3/nsubj venda/VERB/0/root leche/NOUN/3/obj",
        set(),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_judgements(name: str) -> None:
    language, text, expected = CASES[name]
    tree = make_tree(text)

    def said(part):
        return " ".join(tree.words[index] for index in part)

    found = {
        (said(t.relation), t.modality, t.negated, said(t.source))
        for t in rules_for(language).extract(tree)
    }
    assert found == expected


def test_whoever_wants_commands_gets_them() -> None:
    tree = make_tree(CASES["a command gives no facts"][1])
    (triple,) = rules_for("en", omit=()).extract(tree)
    assert (triple.modality, triple.subject) == ("commanded", ())
    with pytest.raises(ConfigError, match="'orderd', which is no modality"):
        SyntaxExtractor(omit=["orderd"])


def test_words() -> None:
    words = FactualityWords({"reporting": "teil*+mit sag*", "conditions": "as_long_as"})
    assert words.kinds("teilte", "mit") == words.kinds("mitgeteilt") == {"reporting"}
    assert words.kinds("teilte") == frozenset()
    assert words.kinds("as long as") == {"conditions"}
    with pytest.raises(DataError, match="no words of the kind 'saying'"):
        FactualityWords({"saying": "sag*"})
    assert factuality_words("") is None


def test_what_is_given_as_asserted_is() -> None:
    nlp = spacy_xoie.load("xx_xoie_md")
    right = total = agreed = n_facts = 0
    for sentence in SENTENCES:
        doc = nlp.make_doc(sentence["text"])
        doc._.language = sentence["language"]
        gold = {fact["relation"]: fact for fact in sentence["facts"]}
        for triple in nlp(doc)._.triples:
            fact = gold.get(triple.relation.text)
            same = fact is not None and (
                (fact["modality"], fact["negated"]) == (triple.modality, triple.negated)
            )
            n_facts += 1
            agreed += same
            if triple.modality == "asserted":
                total += 1
                right += same
    assert right / total >= 0.95
    assert agreed / n_facts >= 0.9
