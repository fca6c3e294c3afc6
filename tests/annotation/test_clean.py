"""Cleaning in front of the teachers."""

import sys
from typing import Any, Dict, List, Sequence, Union

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_xoie.annotation.clean import (
    NearDuplicates,
    clean,
    derive_thresholds,
    normalize,
)
from spacy_xoie.annotation.settings import CleaningSettings
from spacy_xoie.annotation.sources import Removal
from spacy_xoie.annotation.ty import Instance
from spacy_xoie.errors import EngineError
from spacy_xoie.language import LangidDetector

SENTENCES = {
    "en": "The harbour master closed the northern gate before the storm arrived.",
    "zh": "港务局长在暴风雨到来之前关闭了北边的大门，并通知了所有的船长。",
    "ar": "أغلق مدير الميناء البوابة الشمالية قبل وصول العاصفة الكبيرة إلى المدينة.",
}


class Scores:
    """A detector that is told what to say: "en 0.7 …" is English with 0.7."""

    languages = ("en", "de")

    def __call__(self, texts: Sequence[str]) -> List[Dict[str, float]]:
        found = []
        for text in texts:
            language, score, *_ = text.split()
            rest = "de" if language == "en" else "en"
            found.append({language: float(score), rest: 1 - float(score)})
        return found


def run(
    texts: Sequence[str], language: str = "en", **config: Any
) -> List[Union[Instance, Removal]]:
    items = [Instance(f"i{n}", text, language) for n, text in enumerate(texts)]
    chosen = CleaningSettings(**config)
    return list(clean(items, chosen, derive_thresholds(items, chosen)))


def reasons(found: Sequence[Union[Instance, Removal]]) -> List[str]:
    return [item.reason if isinstance(item, Removal) else "" for item in found]


def test_what_is_no_sentence_is_removed() -> None:
    texts = ["Anna slept.", "12 345 678 !", "Oh", "x" * 30, "今天下雨了。"]
    found = run(texts, max_length=20)
    assert reasons(found) == ["", "no letters", "too short", "too long", ""]
    removed = found[3]
    assert isinstance(removed, Removal)
    assert (removed.id, removed.text) == ("i3", "x" * 30)


def test_thresholds_follow_the_data() -> None:
    sure = [f"en 0.8{n % 10} text number {n}" for n in range(40)]
    unsure = [f"de 0.6{n % 10} text number {n}" for n in range(40)]
    items = [Instance(str(n), text, "") for n, text in enumerate([*sure, *unsure])]
    chosen = CleaningSettings(detector=Scores(), near=None, deviations=2.0)
    thresholds = derive_thresholds(items, chosen)
    assert thresholds["en"].median == pytest.approx(0.845)
    assert thresholds["en"].deviation == pytest.approx(0.025)
    assert thresholds["en"].value == pytest.approx(0.795)
    assert thresholds["de"].value == pytest.approx(0.595)
    # What is too unsure for English is sure enough for German.
    odd = [Instance("x", "en 0.70 odd one", ""), Instance("y", "de 0.70 other one", "")]
    found = list(clean(odd, chosen, thresholds))
    assert reasons(found) == ["unsure language", ""]
    assert found[1].language == "de"


@pytest.mark.parametrize("score, bound", [("0.2", 0.3), ("1.0", 0.9)])
def test_thresholds_are_bounded(score: str, bound: float) -> None:
    items = [Instance(str(n), f"en {score} text {n}", "") for n in range(40)]
    chosen = CleaningSettings(detector=Scores())
    assert derive_thresholds(items, chosen)["en"].value == bound
    few = derive_thresholds(items[:5], chosen)["en"]
    assert (few.value, few.size) == (0.3, 5)


def test_sample_is_bounded_and_fixed() -> None:
    items = [Instance(str(n), f"en 0.{n:03d} text", "") for n in range(1, 900)]
    chosen = CleaningSettings(detector=Scores(), sample=100)
    found = derive_thresholds(iter(items), chosen)
    assert found["en"].size == 100
    assert found == derive_thresholds(iter(items), chosen)
    # From all of the input, not from where it begins.
    assert 0.3 < found["en"].median < 0.7


def test_languages_are_found_and_checked() -> None:
    detector = LangidDetector(["en", "de", "zh", "ar"])
    config = {"detector": detector, "near": None}
    found = run(list(SENTENCES.values()), language="", **config)
    assert [item.language for item in found] == ["en", "zh", "ar"]
    found = run(list(SENTENCES.values()), language="en", **config)
    assert reasons(found) == ["", "other language", "other language"]
    # Of a language that the detector does not know it has nothing to say.
    assert reasons(run(["Paka alilala nyumbani jana."], "sw", **config)) == [""]
    assert reasons(run(["Что это такое было?"], "", **config)) == ["no language"]


def test_without_a_detector_the_language_must_be_given() -> None:
    assert reasons(run(["Anna slept."], language="")) == ["no language"]


def test_both_sides_of_a_pair_are_looked_at() -> None:
    def pair(source: str, target: str) -> Instance:
        identity = f"{source}|{target}"
        return Instance(identity, target, "de", Instance(identity, source, "en"))

    items = [
        pair("en 0.9 one", "de 0.9 eins"),
        pair("de 0.9 one", "de 0.9 zwei"),
        pair("12 345", "de 0.9 drei"),
    ]
    chosen = CleaningSettings(detector=Scores(), near=None)
    found = list(clean(items, chosen, {}))
    assert reasons(found) == ["", "other language", "no letters"]
    same = Instance(
        "s", "Guten Tag, Anna", "de", Instance("s", "Guten Tag, Anna", "en")
    )
    (fault,) = clean([same], CleaningSettings(near=None), {})
    assert isinstance(fault, Removal) and fault.reason == "not translated"


def test_an_id_that_occurs_twice_is_told() -> None:
    items = [Instance("a", "Anna slept.", "en"), Instance("a", "Ben woke up.", "en")]
    found = list(clean(items, CleaningSettings(), {}))
    assert reasons(found) == ["", "id occurs twice"]


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_near_duplicates_in_any_script(language: str) -> None:
    text = SENTENCES[language]
    other = "".join(reversed(text))
    found = run([text, f"{text[:-1]}!", other, text], language=language)
    assert reasons(found) == ["", "near duplicate", "", "duplicate"]
    assert [getattr(item, "repeats", "") for item in found] == ["", "i0", "", "i0"]
    assert reasons(run([text, f"{text[:-1]}!"], language, near=None)) == ["", ""]


def test_what_is_less_alike_than_asked_for_stays() -> None:
    """Candidates of the index are compared in full: permutations do not decide."""
    words = SENTENCES["en"].split()
    texts = [" ".join([*words[:n], *reversed(words[n:])]) for n in range(len(words))]
    for near in (0.5, 0.8, 0.95):
        chosen = CleaningSettings(near=near)
        finder = NearDuplicates(chosen)
        found = run(texts, near=near)
        kept = {item.id: item.text for item in found if isinstance(item, Instance)}
        for item in found:
            if isinstance(item, Removal) and item.reason == finder.reason:
                one = finder._shingles(normalize(item.text))
                two = finder._shingles(normalize(kept[item.repeats]))
                assert len(one & two) / len(one | two) >= near


PIECES = [text[i : i + 9] for text in SENTENCES.values() for i in range(0, 60, 6)]


@settings(max_examples=60)
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=6).map(" ".join)))
def test_nothing_is_lost(texts: List[str]) -> None:
    found = run(texts, language="zh")
    # Everything is there once, in order.
    assert [item.id for item in found] == [f"i{n}" for n in range(len(texts))]
    assert [item.text for item in found] == texts
    kept = [item for item in found if isinstance(item, Instance)]
    shown = [normalize(item.text) for item in kept]
    assert len(set(shown)) == len(shown)
    ids = {item.id: int(item.id[1:]) for item in kept}
    for item in found:
        if isinstance(item, Removal) and item.repeats:
            # What it repeats was kept, and came before.
            assert ids[item.repeats] < int(item.id[1:])
    # The first of equal texts is never the one that is removed as their duplicate.
    seen = set()
    for item in found:
        if normalize(item.text) not in seen:
            assert not isinstance(item, Removal) or item.reason != "duplicate"
        seen.add(normalize(item.text))
    assert found == run(texts, language="zh")


@settings(max_examples=60)
@given(st.sampled_from(sorted(SENTENCES)), st.integers(2, 5), st.booleans())
def test_exact_duplicates_are_always_removed(
    language: str, times: int, exact: bool
) -> None:
    """Also by the finder of near duplicates alone."""
    text = SENTENCES[language]
    found = run([text, f"  {text.upper()} "] * times, language, exact=exact)
    assert reasons(found)[0] == ""
    assert all(reasons(found)[1:])


def test_near_duplicates_need_a_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasketch", None)
    with pytest.raises(EngineError, match=r"spacy-xoie\[annotate\]"):
        run(["Anna slept."])
    assert reasons(run(["Anna slept."], near=None)) == [""]
