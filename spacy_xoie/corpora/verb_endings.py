"""What the endings of verbs show of their subjects, counted in a treebank."""

from collections import Counter, defaultdict
from typing import Dict, Tuple

from ..doc.folding import fold_word
from ..syntax.agreement import NOTHING, WHOLE, read_ending
from ..syntax.verbs import VERBS
from .treebanks import TreeSentence

PRECISION = 0.97
LEAST = 8
LONGEST = 5
MOST_OF_A_WORD = 5
"""A frequent form counts so often, at most, for what its ending shows."""

LEAST_INFLECTED = 0.1
"""Least share of the verbs of a treebank that have a person, if it marks persons."""

UNCLEAR = ""


class VerbEndings:
    """Counts the forms of verbs by the person and number that they are marked for."""

    def __init__(self) -> None:
        self.forms: Counter[Tuple[str, str]] = Counter()

    def add(self, sentence: TreeSentence) -> None:
        """Count the verbs of a sentence.

        sentence (TreeSentence): The sentence.
        """
        for word in sentence.words:
            if word.tag in VERBS:
                person = word.feats.get("Person", "")
                number = word.feats.get("Number", "")
                is_finite = person in ("1", "2", "3") and number in ("Sing", "Plur")
                value = person + number[0].lower() if is_finite else NOTHING
                self.forms[fold_word(word.text).lower(), value] += 1

    def table(self) -> Dict[str, str]:
        """RETURNS (Dict[str, str]): By ending, or whole form behind "=", what it shows:
        "3s", "s" where only the number is clear, "-" for nothing, "" where it is not
        clear although a shorter ending is. Empty where persons are not annotated."""
        finite = sum(n for (_, value), n in self.forms.items() if value != NOTHING)
        if finite < LEAST_INFLECTED * self.forms.total():
            return {}
        endings: Dict[str, Counter[str]] = defaultdict(Counter)
        words: Dict[str, Counter[str]] = defaultdict(Counter)
        for (word, value), count in self.forms.items():
            words[word][value] += count
            for length in range(1, min(LONGEST, len(word) - 1) + 1):
                endings[word[-length:]][value] += min(count, MOST_OF_A_WORD)
        found: Dict[str, str] = {}
        # Shorter endings first: a longer one is listed where it shows something else.
        for ending in sorted(endings, key=lambda ending: (len(ending), ending)):
            values = endings[ending]
            shorter = read_ending(found, ending[1:])
            value = _clear(values) if values.total() >= 2 * LEAST else UNCLEAR
            if value != shorter and (value or _contradicts(values, shorter)):
                found[ending] = value
        for word, values in sorted(words.items()):
            shown = read_ending(found, word)
            value = _clear(values) if values.total() >= LEAST else UNCLEAR
            if value != shown and (value or _contradicts(values, shown)):
                found[WHOLE + word] = value
        return found


def _clear(values: Counter[str]) -> str:
    """The value of nearly all of some words, or their number."""
    for reduced in (values, _numbers(values)):
        value, count = reduced.most_common(1)[0]
        if count >= PRECISION * reduced.total():
            return value
    return UNCLEAR


def _contradicts(values: Counter[str], shown: str) -> bool:
    """Whether too many of some words are not what their ending shows."""
    if not shown or values.total() < LEAST:
        return False
    counts = values if shown in values else _numbers(values)
    return counts[shown] < PRECISION * values.total()


def _numbers(values: Counter[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for value, count in values.items():
        counts[value[-1]] += count
    return counts
