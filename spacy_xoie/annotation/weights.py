"""How much each teacher is to be believed, in each language."""

import math
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Dict, Iterable, List, Mapping, Tuple, Union

from pydantic import BaseModel, ConfigDict, FiniteFloat, NonNegativeInt, ValidationError
from spacy.tokens import Doc

from ..doc.languages import language_of
from ..doc.triples import SPAN_KEY
from ..errors import ConfigError, DataError
from ..evaluation.matching import match_triples, placed_triples
from ..files import read_json, write_json
from .labelling import ask
from .ty import Annotator, Instance

Weights = Mapping[str, Mapping[str, float]]
"""By the name of the teacher, then by language. Languages that are not named have the
weight under `ANY`."""

ANY = "*"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    weights: Dict[str, Dict[str, FiniteFloat]]
    precision: Dict[str, Dict[str, FiniteFloat]] = {}
    n_triples: Dict[str, Dict[str, NonNegativeInt]] = {}


@dataclass(frozen=True)
class LearnedWeights:
    """What a set of gold sentences says of teachers. Each by the name of the teacher,
    then by language, with all languages together under "*".

    weights (Dict[str, Dict[str, float]]): How much to believe the teacher. The mean of
        the teachers is 1 in each language.
    precision (Dict[str, Dict[str, float]]): Share of its triples that are right,
        smoothed.
    n_triples (Dict[str, Dict[str, int]]): Number of the triples that this comes from.
    """

    weights: Dict[str, Dict[str, float]]
    precision: Dict[str, Dict[str, float]]
    n_triples: Dict[str, Dict[str, int]]

    def to_disk(self, path: Union[str, Path]) -> None:
        """Write a JSON file, as `read_weights` and the agreement teacher take it. It is
        there wholly or not at all.

        path (Union[str, Path]): The file.
        """
        write_json(path, asdict(self))


def read_weights(path: Union[str, Path]) -> Dict[str, Dict[str, float]]:
    """Read a file of weights.

    path (Union[str, Path]): A JSON file, {"weights": {teacher: {language: weight}}}.
    RETURNS (Dict[str, Dict[str, float]]): The weights.
    RAISES (DataError): If it is no such file.
    """
    try:
        return _File.model_validate(read_json(path)).weights
    except (ValueError, OSError) as e:
        if isinstance(e, ValidationError):
            first = e.errors()[0]
            place = ".".join(map(str, first["loc"])) or "as a whole"
            reason = f"{place}: {first['msg']}"
        else:
            reason = str(e)
        raise DataError(
            f"{path} is not a file of weights of teachers ({reason}). Make it with "
            f"`learn_weights`."
        ) from e


def learn_weights(
    gold: Iterable[Instance],
    teachers: Mapping[str, Annotator],
    *,
    match: float = 0.7,
    strength: float = 4.0,
    key: str = SPAN_KEY,
) -> LearnedWeights:
    """Learn from a few gold sentences how much to believe teachers.

    A triple of a teacher is right if it matches a gold triple. The precision of a
    teacher in a language is drawn towards its precision in all languages, and that
    towards one half, so that few triples cannot make a teacher infallible. The weight
    is the logarithm of 1 + the odds, p / (1 - p). That is never negative, so a
    teacher that is mostly wrong still counts a little; and the weights of teachers that
    err independently of each other add up to how unlikely it is that all of them are
    wrong. So a lone good teacher can outvote two bad ones.

    gold (Iterable[Instance]): Sentences with gold triples in their docs. Teachers see
        the docs without the triples. See `gold_items`.
    teachers (Mapping[str, Annotator]): The teachers by name.
    match (float): Least similarity of triples that say the same.
    strength (float): How many triples the prior is worth.
    key (str): Key of the span group of gold triples.
    RETURNS (LearnedWeights): The weights, and what they come from.
    RAISES (DataError): If no sentence has gold triples.
    RAISES (ConfigError): If the prior has no strength, or there is no teacher.
    """
    if not strength > 0:
        raise ConfigError(
            f"The prior is worth {strength} triples. Let it be worth more than 0, for "
            f"without it a teacher may count for infinitely much."
        )
    if not teachers:
        raise ConfigError("There is no teacher to learn a weight for. Name them.")
    items = [item for item in gold if item.doc is not None and key in item.doc.spans]
    if not items:
        raise DataError(
            f"There is not one sentence with gold triples in doc.spans[{key!r}] to "
            f"learn the weights of teachers from. Annotate some."
        )
    languages = sorted({item.language for item in items})
    precision: Dict[str, Dict[str, float]] = {}
    counts: Dict[str, Dict[str, int]] = {}
    for name, teacher in teachers.items():
        right, total = _count(items, name, teacher, match, key)
        n_triples = sum(total.values())
        overall = (sum(right.values()) + strength / 2) / (n_triples + strength)
        precision[name] = {ANY: overall}
        counts[name] = {ANY: n_triples}
        for language in languages:
            precision[name][language] = (right[language] + strength * overall) / (
                total[language] + strength
            )
            counts[name][language] = total[language]
    return LearnedWeights(_weights(precision), precision, counts)


def gold_items(docs: Iterable[Doc], *, key: str = SPAN_KEY) -> List[Instance]:
    """Make items of gold docs.

    docs (Iterable[Doc]): Docs with triples; `set_triples` has noted their languages.
    key (str): Key of the span group.
    RETURNS (List[Instance]): The items.
    """
    items = []
    for number, doc in enumerate(docs):
        language = language_of(doc, key=key)
        items.append(Instance(f"gold-{number}", doc.text, language, doc=doc))
    return items


def _count(
    items: List[Instance], name: str, teacher: Annotator, match: float, key: str
) -> Tuple[Dict[str, int], Dict[str, int]]:
    """How many triples of a teacher are right, and how many there are, by language.
    What it says of another text than the gold one is no evidence."""
    right: Dict[str, int] = defaultdict(int)
    total: Dict[str, int] = defaultdict(int)
    answers = ask(name, teacher, [_blind(item, key) for item in items])
    for item, answer in zip(items, answers, strict=True):
        if answer.doc is None or item.doc is None:
            continue
        if "".join(answer.doc.text.split()) != "".join(item.doc.text.split()):
            continue
        guesses = placed_triples(answer.doc)
        gold = placed_triples(item.doc, key=key)
        right[item.language] += len(match_triples(guesses, gold, min_score=match))
        total[item.language] += len(guesses)
    return right, total


def _blind(item: Instance, key: str) -> Instance:
    assert item.doc is not None
    doc = item.doc.copy()
    del doc.spans[key]
    return Instance(item.id, item.text, item.language, source=item.source, doc=doc)


def _weights(precision: Dict[str, Dict[str, float]]) -> Dict[str, Dict[str, float]]:
    weights: Dict[str, Dict[str, float]] = {name: {} for name in precision}
    for language in next(iter(precision.values())):
        raw = {name: -math.log(1 - p[language]) for name, p in precision.items()}
        mean = sum(raw.values()) / len(raw)
        for name, weight in raw.items():
            weights[name][language] = weight / mean
    return weights
