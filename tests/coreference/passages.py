"""Passages with who is meant in them, and how many of their antecedents are found."""

from collections import Counter
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Tuple

import srsly
from spacy.language import Language

HERE = Path(__file__).parent
DROPPED = "∅"
"""Stands before the verb of a subject that is left out."""


def read_passages(name: str) -> List[Dict[str, Any]]:
    """Passages: "lang", "text", and "links": each what is meant by something, as that,
    the number of its occurrence, and the antecedent."""
    return list(srsly.read_jsonl(HERE / name))


def count(
    nlp: Language, passages: Iterable[Mapping[str, Any]], say: Any = None
) -> Dict[str, Counter[str]]:
    """By language: antecedents "right", "wrong", and "asked" for. One that is longer or
    shorter than what is expected is right if they share most words."""
    counts: Dict[str, Counter[str]] = {}
    for passage in passages:
        text = passage["text"]
        doc = nlp.make_doc(text)
        doc._.language = passage["lang"]
        doc = nlp(doc)
        expected = {}
        for mention, number, antecedent in passage["links"]:
            place = -1
            for _ in range(number):
                place = text.index(mention.lstrip(DROPPED), place + 1)
            expected[place] = antecedent
        said: Dict[int, str] = {}
        for triple in doc._.triples:
            for phrase in (triple.subject, *triple.objects):
                if phrase.antecedent is not None:
                    start = (phrase or triple.relation).start_char
                    said[start] = phrase.antecedent.text
        found = counts.setdefault(passage["lang"], Counter())
        found["asked"] += len(expected)
        for start, antecedent in said.items():
            is_right = start in expected and _alike(antecedent, expected[start])
            found["right" if is_right else "wrong"] += 1
            if say is not None and not is_right:
                say(
                    "wrong", passage["lang"], text, text[start : start + 12], antecedent
                )
        for start in expected.keys() - said.keys():
            if say is not None:
                triples = [t.as_tuple() for t in doc._.triples]
                say("missed", passage["lang"], text, text[start : start + 12], triples)
    return counts


def totals(counts: Mapping[str, Counter[str]]) -> Tuple[float, float]:
    """Precision and recall over all languages."""
    right, wrong, asked = (
        sum(found[name] for found in counts.values())
        for name in ("right", "wrong", "asked")
    )
    return right / max(right + wrong, 1), right / max(asked, 1)


def _alike(found: str, expected: str) -> bool:
    if " " not in expected and not expected.isascii():
        return expected in found or found in expected
    one, other = set(found.lower().split()), set(expected.lower().split())
    return 2 * len(one & other) >= len(one | other)
