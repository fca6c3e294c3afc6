"""Drafts of features, counted in small treebanks of languages that nobody speaks."""

from typing import Any, Dict, List, Sequence

import pytest

from spacy_xoie.corpora.drafts import draft_entry, endings, treebanks_by_language
from spacy_xoie.corpora.treebanks import TreeSentence, Word
from spacy_xoie.errors import ConfigError
from spacy_xoie.syntax.languages import features_from


def sentence(text: str) -> TreeSentence:
    """A sentence of "word/TAG/head/label/Feature=Value|..." with spaces between."""
    words, start, plain = [], 0, []
    for number, row in enumerate(text.split()):
        form, tag, head, label, *rest = row.split("/")
        pairs = [pair.split("=") for pair in (rest[0].split("|") if rest else ())]
        above = int(head) - 1 if head != "0" else number
        feats = dict(pairs)
        words.append(Word(form, start, start + len(form), above, label, tag, feats))
        plain.append(form)
        start += len(form) + 1
    return TreeSentence("", " ".join(plain), words)


def features(rows: Sequence[str], times: int = 30) -> Dict[str, Any]:
    trees = [sentence(row) for row in rows for _ in range(times)]
    values: Dict[str, Any] = draft_entry("qq", [], trees)["features"]
    features_from(values)  # They are features, each of its kind.
    return values


FINAL = [
    "ana/NOUN/5/nsubj ga/ADP/1/case pan/NOUN/5/obj o/ADP/3/case tabe/VERB/0/root",
    "pan/NOUN/4/obj o/ADP/1/case nai/PART/4/advmod/Polarity=Neg tabe/VERB/0/root",
    "pan/NOUN/2/obj yaku/VERB/3/acl hito/NOUN/4/nsubj neru/VERB/0/root",
    "pan/NOUN/2/obj neru/VERB/0/root",
    "ana/NOUN/2/nsubj isha/NOUN/0/root",
    "ana/NOUN/3/nsubj te/NOUN/3/compound:lvc kasu/VERB/0/root",
    "ana/NOUN/2/nsubj isha/NOUN/0/root da/AUX/2/cop",
    "ana/NOUN/2/nsubj tasuke/NOUN/0/root suru/VERB/2/compound:lvc",
]
INITIAL = [
    "nu/PART/2/advmod/Polarity=Neg lie/VERB/0/root bo/PROPN/2/nsubj lib/NOUN/2/obj",
    "lie/VERB/0/root si/PRON/1/expl:pv/Reflex=Yes bo/PROPN/1/nsubj",
    "vid/VERB/0/root bo/PROPN/1/nsubj fem/NOUN/1/obj ke/PRON/5/nsubj/PronType=Rel "
    "lie/VERB/3/acl:relcl lib/NOUN/5/obj",
    "vid/VERB/0/root bo/PROPN/1/nsubj fem/NOUN/1/obj "
    "keyo/DET/5/det/PronType=Rel|Poss=Yes "
    "kan/NOUN/6/nsubj lie/VERB/3/acl:relcl lib/NOUN/6/obj",
    "est/AUX/3/cop bo/PROPN/3/nsubj med/NOUN/0/root",
    "lie/VERB/0/root bo/PROPN/1/nsubj sin/ADP/4/mark vid/VERB/1/advcl/VerbForm=Inf",
]


def test_a_language_whose_verbs_come_last() -> None:
    draft = features(FINAL)
    assert draft["negations"] == ["nai"]
    assert draft["copulas"] == ["da"]
    assert "compound" in draft["verb_particles"]
    on = "postpositions drops_subjects clauses_before_nouns drops_copulas"
    assert all(draft[name] for name in (*on.split(), "light_verbs_follow"))
    assert "objects_precede" not in draft  # as is the default


def test_a_language_whose_verbs_come_first() -> None:
    draft = features(INITIAL)
    assert draft["negations"] == ["nu"]
    assert draft["reflexives"] == ["si"]
    assert draft["relativisers"] == ["ke", "keyo"]
    assert draft["possessives"] == ["keyo"]
    assert draft["copulas"] == ["est"]
    assert draft["privatives"] == draft["infinitive_marks"] == ["sin"]
    assert draft["objects_precede"] is False
    assert not {"postpositions", "drops_subjects", "drops_copulas"} & {*draft}


def test_what_was_annotated_once_is_in_no_list() -> None:
    noise = sentence("pan/PART/2/advmod/Polarity=Neg lie/VERB/0/root lib/NOUN/2/obj")
    trees = [sentence(row) for row in INITIAL for _ in range(30)]
    clean = draft_entry("qq", [], trees)["features"]
    assert draft_entry("qq", [], [*trees, noise])["features"] == clean


@pytest.mark.parametrize("rows", [FINAL, INITIAL])
def test_the_order_of_sentences_does_not_matter(rows: List[str]) -> None:
    assert features(rows) == features(rows[::-1])


def test_words_in_one_piece_with_their_subject() -> None:
    tree = sentence(
        "dit/VERB/0/root bo/PROPN/1/nsubj k/SCONJ/5/mark il/PRON/5/nsubj "
        "lie/VERB/1/ccomp"
    )
    mark, pronoun = tree.words[2], tree.words[3]
    mark.start, mark.end = pronoun.start, pronoun.end = 7, 10
    tree.words[4].start, tree.words[4].end = 11, 14
    tree = TreeSentence("", "dit bo kil lie", tree.words)
    assert draft_entry("qq", [], [tree] * 5)["features"]["fused_subjects"] == ["kil"]


def test_serbian_is_counted_in_both_alphabets() -> None:
    trees = [sentence("ona/PRON/3/nsubj je/AUX/3/cop ljekar/NOUN/0/root")] * 9
    entry = draft_entry("sr", [], trees)
    assert entry["features"]["copulas"] == ["je", "је"]
    assert entry["sentences"] == 9


def test_endings() -> None:
    words = {f"{stem}ttiin" for stem in "abcdefghijklmn"}
    others = {f"{stem}oin" for stem in "abcdefghijklmn"}
    assert endings(words, others, 0.9) == ["iin"]
    assert endings(words, {f"{word}n" for word in words}, 0.9) == ["in"]
    assert endings({"xtiin"}, others, 0.9) == []  # one word shows nothing


def test_treebanks_by_language(tmp_path: Any) -> None:
    paths = [tmp_path / name for name in ("no_a-ud-dev.conllu", "nb_b.conllu", "fi-x")]
    assert treebanks_by_language(paths) == {"nb": paths[:2], "fi": paths[2:]}
    assert treebanks_by_language(paths, "se") == {"se": paths}
    with pytest.raises(ConfigError, match="--language"):
        treebanks_by_language([tmp_path / "corpus.conllu"])
