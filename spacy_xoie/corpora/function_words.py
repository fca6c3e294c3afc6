"""The function words of a language, counted in a treebank of it."""

from collections import Counter, defaultdict
from itertools import groupby
from typing import Any, DefaultDict, Dict, FrozenSet, Iterable, List, Sequence, Tuple

from ..doc.folding import fold_word
from ..language.function_words import FunctionWords
from .treebanks import TreeSentence, Word

CLOSED = frozenset("ADP AUX CCONJ DET PART PRON SCONJ".split())
"""Universal parts of speech of function words."""
_NEGATING = frozenset("ADV AUX CCONJ DET PART PRON".split())
_KIND_SHARE = 0.15
"""Of its occurrences, how many make a word one of a kind."""
_OPEN_SHARE = 0.4
"""How many may be nouns, verbs, adjectives, …"""
_LONGEST = 80


def count_function_words(
    sentences: Iterable[TreeSentence], *, min_count: int = 5
) -> FunctionWords:
    """Count the function words of a language: words of the closed classes, by what
    they do in the trees. A token of several words ("du", "nella") counts as one
    adposition if its first word is one and no other is of an open class.

    sentences (Iterable[TreeSentence]): Sentences of a treebank, with morphological
        features if there are to be negations.
    min_count (int): How often a word has to be there at least.
    RETURNS (FunctionWords): Of each kind at most 80, the most frequent ones. Whether
        subjects are dropped is not counted.
    """
    kinds: DefaultDict[str, Counter[str]] = defaultdict(Counter)
    seen: Counter[str] = Counter()
    opened: Counter[str] = Counter()
    for sentence in sentences:
        words = sentence.words
        for form, numbers in _tokens(sentence):
            seen[form] += 1
            tags = [words[number].tag for number in numbers]
            opened[form] += not CLOSED.issuperset(tags)
            for kind in _kinds(words, numbers):
                kinds[kind][form] += 1
    found: Dict[str, Any] = {}
    for kind, counts in kinds.items():
        # What negates may be an adverb.
        other = Counter() if kind == "negations" else opened
        found[kind] = _select(counts, seen, other, min_count)
    return FunctionWords(**found)


def _select(
    counts: Counter[str],
    seen: Counter[str],
    opened: Counter[str],
    min_count: int,
) -> FrozenSet[str]:
    return frozenset(
        [
            form
            for form, count in counts.most_common()
            if count >= min_count
            and count >= _KIND_SHARE * seen[form]
            and opened[form] <= _OPEN_SHARE * seen[form]
            and any(map(str.isalpha, form))
            and len(form.split()) == 1
        ][:_LONGEST]
    )


def _tokens(sentence: TreeSentence) -> List[Tuple[str, List[int]]]:
    """The tokens, folded and in lower case, with the numbers of their words."""
    places = enumerate(sentence.words)
    groups = groupby(places, key=lambda place: (place[1].start, place[1].end))
    return [
        (fold_word(sentence.text[start:end]).lower(), [number for number, _ in group])
        for (start, end), group in groups
    ]


def _kinds(words: Sequence[Word], numbers: Sequence[int]) -> List[str]:
    """What a token does where it stands."""
    tags = [words[number].tag for number in numbers]
    if len(numbers) > 1:
        is_one = tags[0] == "ADP" and set(tags[1:]) <= {"DET", "ADP"}
        return ["adpositions"] if is_one else []
    number, word = numbers[0], words[numbers[0]]
    before = word.head > number
    kinds = []
    base = word.label.partition(":")[0]
    if word.tag in _NEGATING and "Neg" in (
        word.feats.get("Polarity"),
        word.feats.get("PronType"),
    ):
        kinds.append("negations")
    if (
        word.tag in ("DET", "PRON")
        and before
        and word.label in ("det", "det:poss", "nmod:poss", "det:numgov", "det:nummod")
    ):
        kinds.append("determiners")
    elif word.tag == "ADP" and base in ("case", "mark", "fixed"):
        kinds.append("adpositions" if before else "postpositions")
    elif word.tag in ("AUX", "PART") or (word.tag == "PRON" and base == "expl"):
        kinds.append("auxiliaries")
    elif word.tag in ("CCONJ", "SCONJ"):
        kinds.append("edges")
    elif (
        word.tag == "PRON"
        and base == "nsubj"
        and (word.feats.get("PronType") == "Prs" or not word.feats)
    ):
        kinds.append("pronouns")
    return kinds
