"""What is known of each language of a model."""

import json
from pathlib import Path
from typing import Any, List

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin

from spacy_xoie.corpora.treebanks import TokenTree, annotate_tree
from spacy_xoie.errors import ConfigError, DataError
from spacy_xoie.loading import load
from spacy_xoie.training.language_figures import add_figures, measure_languages


def tree(text: str, heads: List[int], labels: str, tags: str, language: str) -> Doc:
    doc = Doc(spacy.blank("xx").vocab, words=text.split())
    return annotate_tree(doc, TokenTree(heads, labels.split(), tags.split()), language)


ENGLISH = ("The museum bought three old paintings .", [1, 2, 2, 5, 5, 2, 2])
LABELS = "det nsubj root nummod amod obj punct"
TAGS = "DET NOUN VERB NUM ADJ NOUN PUNCT"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    docs = [
        tree(*ENGLISH, LABELS, TAGS, "en"),
        # All heads are wrong but that of the root.
        tree(ENGLISH[0], [2, 5, 2, 1, 1, 1, 1], LABELS, TAGS, "en"),
        tree(
            "Das Museum schlief .",
            [1, 2, 2, 2],
            "det nsubj root punct",
            "X X X X",
            "de",
        ),
    ]
    DocBin(store_user_data=True, docs=docs).to_disk(tmp_path / "corpus.spacy")
    return tmp_path / "corpus.spacy"


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load("xx_xoie_sm")


def test_figures(nlp: Language, corpus: Path, tmp_path: Path) -> None:
    expected = tmp_path / "expected.jsonl"
    triples = [["The museum", "bought", "three paintings"]]
    record = {"lang": "en", "text": "The museum bought three paintings."}
    expected.write_text(json.dumps({**record, "expected": triples}))
    table = tmp_path / "table.json"
    pair = {"n_sentences": 9, "n_reference": 9, "n_judged": 9, "mapped": 1.0}
    pair.update(precision=0.5, recall=0.5, f1=0.5, low=0.25, high=0.75, predicates=1.0)
    pairs = [
        {"reference": "en", "judged": "fi", **pair},
        {"reference": "fi", "judged": "en", **pair},
    ]
    table.write_text(json.dumps({"languages": ["en", "fi"], "pairs": pairs}))
    figures = measure_languages(
        nlp, train=[corpus, corpus], dev=[corpus], expected=expected, consistency=table
    )
    assert list(figures) == ["de", "en", "fi"]
    assert (figures["de"]["trees"], figures["de"]["tokens"]) == (2, 8)
    english = figures["en"]
    assert (english["trees"], english["tokens"], english["las_trees"]) == (4, 28, 2)
    # The model knows such a sentence.
    assert english["las"] == pytest.approx(8 / 14)
    assert (english["soft_f"], english["soft_texts"]) == (1.0, 1)
    assert figures["fi"] == {
        "consistency": 0.5,
        "consistency_low": 0.25,
        "consistency_high": 0.75,
    }
    assert measure_languages(nlp) == {}


def test_new_figures_leave_others_alone() -> None:
    known = {"en": {"trees": 3, "las": 0.5}, "fi": {"trees": 2}}
    new = {"en": {"las": 0.75}, "de": {"las": 0.25}}
    assert add_figures(known, new) == {
        "de": {"las": 0.25},
        "en": {"trees": 3, "las": 0.75},
        "fi": {"trees": 2},
    }
    assert known["en"]["las"] == 0.5


def test_faults(nlp: Language, trained: Language, corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="predicts no trees"):
        measure_languages(trained, dev=[corpus])
    damaged: Any = tmp_path / "damaged.json"
    damaged.write_text('{"languages": []}')
    with pytest.raises(DataError, match="no table of `consistency`"):
        measure_languages(nlp, consistency=damaged)
    with pytest.raises(DataError, match="cannot be read"):
        measure_languages(nlp, train=[damaged])
