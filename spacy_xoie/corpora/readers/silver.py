"""Training data from the output of several systems: what two or more of them say of
the same sentence, so far as it can be found in the sentence."""

import re
from itertools import pairwise, product
from pathlib import Path
from typing import (
    Counter,
    Dict,
    FrozenSet,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Tuple,
)

from ...errors import ConfigError, DataError
from ...files import OnFault, lines, tell
from ..records import CharSpan, Record, TripleRecord
from .benchie import split_triple
from .grounded import join_words, make_record, triple_at

Words = Tuple[str, ...]
Key = Tuple[Words, Words, Words]
Range = Tuple[int, int]

ARTICLES = frozenset(("a", "an", "the"))
BE = frozenset(("be", "is", "are", "was", "were", "been", "being", "am"))
PREPOSITIONS = frozenset(
    "about across after against among around as at before between by during for from "
    "in into near of on onto over through throughout to toward towards under until "
    "upon with within without".split()
)
INSERTIONS = re.compile(r"\[[^\]]*\]|<[^>]*>")


class _Parts(NamedTuple):
    """A tuple as words in lower case, without what a system inserted."""

    subject: Words
    relation: Words
    object: Words


def read_silver(
    systems: Mapping[str, Path],
    sentences: Path,
    at_least: int = 2,
    *,
    language: str = "en",
    on_fault: Optional[OnFault] = None,
    counts: Optional[Counter[str]] = None,
) -> Iterator[Record]:
    """Keep the tuples on which systems agree, apart from case, articles, insertions
    ("[is]"), an auxiliary "be", and prepositions that stand at the end of the relation
    or at the beginning of the object; and that can be found in the sentence. Where a
    part occurs several times, the places nearest to each other count.

    systems (Mapping[str, Path]): Output of each system by its name: lines
        `number TAB arg1 TAB rel TAB arg2`, perhaps compressed (.gz).
    sentences (Path): The sentences, one in each line, tokenized by spaces; the number
        of a tuple is a line of this file, counted from 1.
    at_least (int): How many systems must agree.
    language (str): Language of the sentences.
    on_fault (Optional[Callable[[Fault], None]]): Told of each line that cannot be read.
    counts (Optional[Counter[str]]): Counts "sentences", "tuples", "agreed", "triples",
        and by reason what was dropped.
    YIELDS (Record): The sentences with such tuples. `construction` names the systems
        that back its triples: "silver:minie+openie6".
    RAISES (ConfigError): If `at_least` is less than one or more than there are systems.
    """
    if not 1 <= at_least <= len(systems):
        raise ConfigError(
            f"at_least is {at_least}, but must be 1 to {len(systems)}, the number of "
            f"systems."
        )
    sentences = Path(sentences)
    counts = Counter() if counts is None else counts
    texts: Dict[int, Words] = {
        number: tuple(line.split()) for number, line in lines(sentences, on_fault)
    }
    first_line: Dict[Words, int] = {}
    for number, words in texts.items():
        first_line.setdefault(words, number)
    votes: Dict[int, Dict[Key, Dict[_Parts, List[str]]]] = {}
    for name, path in systems.items():
        for number, parts in _tuples(Path(path), texts, sentences, counts, on_fault):
            place = first_line[texts[number]]
            variants = votes.setdefault(place, {}).setdefault(_key(parts), {})
            backers = variants.setdefault(parts, [])
            if name not in backers:
                backers.append(name)
    for number in sorted(votes):
        words = texts[number]
        triples: List[TripleRecord] = []
        backing: List[str] = []
        for variants in votes[number].values():
            names = sorted({name for names in variants.values() for name in names})
            if len(names) < at_least:
                counts["dropped: too few systems"] += 1
                continue
            counts["agreed"] += 1
            triple, reason = _ground(variants, words)
            if triple is not None and triple in triples:
                triple, reason = None, "the same place as another"
            if triple is None:
                counts[f"dropped: {reason}"] += 1
                continue
            counts["triples"] += 1
            triples.append(triple)
            backing.extend(names)
        if not triples:
            counts["dropped: sentences without a triple"] += 1
            continue
        counts["sentences"] += 1
        yield make_record(
            f"{sentences.name.partition('.')[0]}-{number}",
            " ".join(words),
            triples,
            language,
            construction=f"silver:{'+'.join(sorted(set(backing)))}",
        )


def _tuples(
    path: Path,
    texts: Mapping[int, Words],
    sentences: Path,
    counts: Counter[str],
    on_fault: Optional[OnFault],
) -> Iterator[Tuple[int, _Parts]]:
    for line_number, line in lines(path, on_fault):
        try:
            key, extraction = split_triple(line)
            number = int(key) if re.fullmatch("[0-9]{1,9}", key) else 0
            if number not in texts:
                raise DataError(f"there is no sentence {key!r} in {sentences.name}")
        except DataError as e:
            counts["malformed"] += 1
            tell(on_fault, f"{path.name}:{line_number}", e)
            continue
        counts["tuples"] += 1
        subject, rest = extraction.arguments
        parts = _Parts(_words(subject), _words(extraction.relation), _words(rest))
        if all(parts):
            yield number, parts
        else:
            counts["dropped: a part is empty"] += 1


def _words(text: str) -> Words:
    return tuple(INSERTIONS.sub(" ", text).casefold().split())


def _key(parts: _Parts) -> Key:
    """What two tuples have in common that say the same."""
    subject, relation, rest = (_content(part) for part in parts)
    n_moved = 0
    while n_moved < len(rest) - 1 and rest[n_moved] in PREPOSITIONS:
        n_moved += 1
    relation, rest = relation + rest[:n_moved], rest[n_moved:]
    if all(word in BE for word in relation):
        return subject, ("be",), rest
    while relation[0] in BE:
        relation = relation[1:]
    return subject, relation, rest


def _content(words: Words) -> Words:
    content = tuple(word for word in words if word not in ARTICLES) or words
    while len(content) > 1 and not any(char.isalnum() for char in content[-1]):
        content = content[:-1]
    return content


def _ground(
    variants: Mapping[_Parts, List[str]], words: Words
) -> Tuple[Optional[TripleRecord], str]:
    """Find a tuple in the sentence, in the wording of most systems if possible."""
    lower = tuple(word.casefold() for word in words)
    text, places = join_words(words)
    reason = ""

    def rank(parts: _Parts) -> Tuple[int, int, _Parts]:
        return -len(variants[parts]), -sum(map(len, parts)), parts

    for parts in sorted(variants, key=rank):
        ranges, why = _locate(parts, lower)
        if ranges is None:
            reason = reason or why
            continue

        def characters(place: Range) -> List[CharSpan]:
            return [(places[place[0]][0], places[place[1] - 1][1])]

        subject, relation, rest = map(characters, ranges)
        return triple_at(text, subject, relation, [rest]), ""
    return None, reason


def _locate(
    parts: _Parts, words: Words
) -> Tuple[Optional[Tuple[Range, Range, Range]], str]:
    subject, relation, rest = parts
    relations = _occurrences(relation, words)
    while not relations and len(relation) > 1 and relation[0] in BE:
        # "be invented" where the sentence has "invented" or "was invented".
        relation = relation[1:]
        relations = [
            _with_word_before(place, (), words, BE)
            for place in _occurrences(relation, words)
        ]
    subjects, rests = _occurrences(subject, words), _occurrences(rest, words)
    for name, places in (
        ("subject", subjects),
        ("relation", relations),
        ("object", rests),
    ):
        if not places:
            return None, f"the {name} is not in the sentence"
    ranked = sorted(
        (_distance(ranges), ranges)
        for ranges in product(subjects, relations, rests)
        if not _overlap(ranges)
    )
    if not ranked:
        return None, "parts overlap"
    if len(ranked) > 1 and ranked[0][0] == ranked[1][0]:
        return None, "ambiguous"
    best = ranked[0][1]
    first, (start, end), last = best
    # Some systems leave articles out; here they are part of their phrase.
    first = _with_word_before(first, best, words, ARTICLES)
    last = _with_word_before(last, best, words, ARTICLES)
    # A preposition goes with the argument that it leads.
    if last[0] == end and words[last[0]] not in PREPOSITIONS:
        while end - start > 1 and words[end - 1] in PREPOSITIONS:
            end -= 1
        last = (end, last[1])
    return (first, (start, end), last), ""


def _with_word_before(
    part: Range, others: Tuple[Range, ...], words: Words, allowed: FrozenSet[str]
) -> Range:
    before = part[0] - 1
    if before < 0 or words[before] not in allowed:
        return part
    overlaps = any(start <= before < end for start, end in others)
    return part if overlaps else (before, part[1])


def _occurrences(part: Words, words: Words) -> List[Range]:
    size = len(part)
    return [
        (start, start + size)
        for start in range(len(words) - size + 1)
        if words[start : start + size] == part
    ]


def _distance(ranges: Tuple[Range, Range, Range]) -> Range:
    """Parts that are not in the order of the tuple, then words between the relation
    and its arguments."""
    subject, relation, rest = ranges
    inverted = (subject > relation) + (relation > rest)
    return inverted, _gap(subject, relation) + _gap(relation, rest)


def _gap(one: Range, other: Range) -> int:
    return max(other[0] - one[1], one[0] - other[1], 0)


def _overlap(ranges: Tuple[Range, ...]) -> bool:
    return any(a[1] > b[0] for a, b in pairwise(sorted(ranges)))
