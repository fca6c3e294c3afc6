"""The trees of the newcomers' sentences, and what the rules read off them."""

from pathlib import Path
from typing import Dict, List

import conllu
import pytest
from spacy.training import Example

from spacy_xoie.corpora import docs_from_records, read_corpus
from spacy_xoie.corpora.records import Record
from spacy_xoie.corpora.treebanks import (
    annotate_tree,
    graft,
    read_treebank,
    treebank_docs,
)
from spacy_xoie.doc.blank import multilingual_pipeline
from spacy_xoie.errors import ConfigError
from spacy_xoie.extraction.scorer import score_triples

FOLDER = Path(__file__).parents[2] / "assets" / "newcomers"
PARTS = [(code, split) for code in ("it", "gl") for split in ("train", "test")]
TAGS = set(
    "ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB "
    "X".split()
)
RELATIONS = set(
    "acl advcl advmod amod appos aux case cc ccomp clf compound conj cop csubj dep det "
    "discourse dislocated expl fixed flat goeswith iobj list mark nmod nsubj nummod "
    "obj obl orphan parataxis punct reparandum root vocative xcomp".split()
)


def tree_path(code: str, split: str) -> Path:
    return FOLDER / f"{code}_xoie-ud-{split}.conllu"


def records(code: str, split: str) -> Dict[str, Record]:
    found, faults = read_corpus(FOLDER / f"{code}.jsonl")
    assert not faults
    return {record.id: record for record in found if record.split == split}


@pytest.mark.parametrize("code, split", PARTS)
def test_trees_are_universal_dependencies(code: str, split: str) -> None:
    text = tree_path(code, split).read_text(encoding="utf8")
    known = records(code, split)
    sentences = conllu.parse(text)
    assert [s.metadata["sent_id"] for s in sentences] == list(known)
    for sentence in sentences:
        name = sentence.metadata["sent_id"]
        assert sentence.metadata["text"] == known[name].text
        words = [token for token in sentence if isinstance(token["id"], int)]
        assert [word["id"] for word in words] == list(range(1, len(words) + 1))
        assert [w["deprel"] for w in words if w["head"] == 0] == ["root"], name
        for word in words:
            assert word["upos"] in TAGS, (name, word)
            assert word["deprel"].partition(":")[0] in RELATIONS, (name, word)
            assert 0 <= word["head"] <= len(words) and word["head"] != word["id"]
            # Function words govern nothing but what is fixed to them.
            if word["deprel"] in ("case", "det", "punct", "aux", "cop", "cc"):
                under = {w["deprel"] for w in words if w["head"] == word["id"]}
                assert under <= {"fixed"}, (name, word)
        assert _surface(sentence) == known[name].text


def _surface(sentence: conllu.TokenList) -> str:
    """The text, as the tokens and their white space have it."""
    text, inside = "", 0
    for token in sentence:
        if isinstance(token["id"], tuple):
            inside = token["id"][2]
        elif token["id"] <= inside:
            continue
        spaced = (token["misc"] or {}).get("SpaceAfter") != "No"
        text += token["form"] + (" " if spaced else "")
    return text.rstrip()


@pytest.mark.parametrize(
    "code, split, n_right",
    [("it", "train", 21), ("it", "test", 15), ("gl", "train", 24), ("gl", "test", 15)],
)
def test_rules_read_the_gold_triples(code: str, split: str, n_right: int) -> None:
    nlp = multilingual_pipeline()
    known = records(code, split)
    golds, refused = docs_from_records(nlp, known.values())
    assert not refused
    faults: List[str] = []
    examples: List[Example] = []
    read = read_treebank(
        tree_path(code, split), lambda fault: faults.append(str(fault))
    )
    for sentence, gold in zip(read, golds, strict=True):
        assert sentence.text == gold.text
        doc = nlp.make_doc(gold.text)
        examples.append(Example(annotate_tree(doc, graft(sentence, doc), code), gold))
    assert not faults
    scores = score_triples(examples)
    n_gold = sum(len(record.triples) for record in known.values())
    assert round(scores["xoie_triple_r"] * n_gold) >= n_right
    # What else they read is not much.
    assert scores["xoie_triple_p"] > 0.65


def test_language_that_spacy_does_not_know(tmp_path: Path) -> None:
    docs = treebank_docs([tree_path("gl", "train")], dev_share=0.0).train
    assert len(docs) == 20
    assert docs[0].text == next(iter(records("gl", "train").values())).text
    wrong = tmp_path / "qqq_a-ud-train.conllu"
    wrong.write_bytes(tree_path("gl", "train").read_bytes())
    with pytest.raises(ConfigError, match="qqq"):
        treebank_docs([wrong])
