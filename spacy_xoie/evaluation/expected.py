"""Triples that a reader expects, written down as text, and how many of them a pipeline
finds: one that is alike in subject, relation and the rest counts as found."""

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple, Union

from spacy.language import Language

from ..doc.codes import language_code
from ..errors import DataError
from ..files import OnFault, json_object, lines, tell
from .matching import assign, soft_f1

LEAST = 0.5
"""F1 of the words of a part and of its counterpart, in a triple that counts."""
UNSPACED = frozenset(("ja", "th", "zh"))
"""Languages in which characters are compared, not words."""

Words = Tuple["Counter[str]", ...]


class ExpectedTriples(NamedTuple):
    """What a reader finds in a text.

    language (str): Code of its language.
    triples (List[List[str]]): Subject, relation and further arguments of each triple.
    """

    language: str
    text: str
    triples: List[List[str]]


class Found(NamedTuple):
    """What a pipeline found of what is expected.

    hits (int): Triples that are expected and found.
    n_found, n_expected (int): Triples of either kind.
    n_texts (int): Texts.
    """

    hits: int = 0
    n_found: int = 0
    n_expected: int = 0
    n_texts: int = 0

    @property
    def f1(self) -> Optional[float]:
        """From 0 to 1; None if there is no triple."""
        return soft_f1(self.hits, self.n_found, self.n_expected)


def read_expected(
    path: Union[str, Path], on_fault: Optional[OnFault] = None
) -> List[ExpectedTriples]:
    """Read texts with the triples that are expected of them.

    path (Union[str, Path]): A JSONL file: objects with "text", "lang" (or "language")
        and "expected", a list of [subject, relation, further arguments …].
    on_fault (Optional[Callable[[Fault], None]]): Told of lines that cannot be read.
    RETURNS (List[ExpectedTriples]): The texts.
    RAISES (DataError): If there is none.
    """
    found = []
    for number, line in lines(path, on_fault):
        try:
            record = json_object(line)
            language = language_code(
                record.get("lang", record.get("language")), field="lang"
            )
            text, triples = record.get("text"), record.get("expected")
            if not isinstance(text, str) or not text.strip():
                raise DataError("there is no text", "text")
            if not isinstance(triples, list) or not all(map(is_triple, triples)):
                why = "this is no list of [subject, relation, argument …], all texts"
                raise DataError(why, "expected")
        except DataError as e:
            tell(on_fault, f"{Path(path).name}:{number}", e)
        else:
            found.append(ExpectedTriples(language, text, triples))
    if not found:
        raise DataError(f"There is no text with expected triples in {path}.")
    return found


def is_triple(value: object) -> bool:
    """RETURNS (bool): Whether this is a list of texts, at least two."""
    is_list = isinstance(value, list) and len(value) >= 2
    return is_list and all(isinstance(part, str) for part in value)  # type: ignore[attr-defined]


def find_expected(nlp: Language, texts: Iterable[ExpectedTriples]) -> Dict[str, Found]:
    """Run a pipeline over texts, of which nothing is said to it.

    nlp (Language): A pipeline that sets triples.
    texts (Iterable[ExpectedTriples]): The texts.
    RETURNS (Dict[str, Found]): What it found, by language.
    """
    texts = list(texts)
    found: Dict[str, Found] = defaultdict(Found)
    docs = nlp.pipe(text.text for text in texts)
    for text, doc in zip(texts, docs, strict=True):
        triples = [triple.as_tuple() for triple in doc._.triples]
        hits = n_alike(triples, text.triples, text.language)
        new = (hits, len(triples), len(text.triples), 1)
        old = found[text.language]
        found[text.language] = Found(*map(sum, zip(old, new, strict=True)))
    return dict(sorted(found.items()))


def n_alike(
    found: Sequence[Sequence[str]], expected: Sequence[Sequence[str]], language: str
) -> int:
    """RETURNS (int): How many triples are alike, each with one other. Parts are
    compared by their words, whatever their order and case.

    found, expected (Sequence[Sequence[str]]): Subject, relation and further arguments.
    language (str): Code of their language.
    """
    scores = likenesses(found, expected, language)
    return len(assign(scores, min_score=LEAST))


def likenesses(
    found: Sequence[Sequence[str]], expected: Sequence[Sequence[str]], language: str
) -> List[List[float]]:
    """RETURNS (List[List[float]]): (found, expected), 0 to 1: F1 of the words of the
    parts of two triples that are the least alike. See `n_alike`."""
    rows, columns = (
        [_words(one, language) for one in many] for many in (found, expected)
    )
    return [[_likeness(one, other) for other in columns] for one in rows]


def _words(triple: Sequence[str], language: str) -> Words:
    parts = (triple[0], triple[1], " ".join(triple[2:]))
    words = (re.sub(r"[^\w]+", " ", part.casefold()).split() for part in parts)
    if language in UNSPACED:
        return tuple(Counter("".join(part)) for part in words)
    return tuple(map(Counter, words))


def _likeness(first: Words, second: Words) -> float:
    """That of the parts that are the least alike."""
    return min(
        (
            2 * (one & other).total() / total
            if (total := one.total() + other.total())
            else 1.0
        )
        for one, other in zip(first, second, strict=True)
    )
