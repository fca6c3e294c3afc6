"""What the form of a verb shows of its subject."""

from typing import Iterable, Mapping

WHOLE = "="
"""Stands before a form that counts as a whole, in a table of endings."""

NOTHING = "-"
"""Shown by an infinitive, a participle, a gerund."""


def read_ending(table: Mapping[str, str], word: str) -> str:
    """What the longest known ending of a word shows.

    table (Mapping[str, str]): By ending, or whole form behind "=", a person and a
        number ("3s", "1p"), a number alone ("s"), `NOTHING`, or "" where it is not
        clear.
    word (str): A word, in lower case.
    RETURNS (str): That; "" if no ending is known.
    """
    if not table:
        return ""
    whole = table.get(WHOLE + word)
    if whole is not None:
        return whole
    for start in range(len(word)):
        found = table.get(word[start:])
        if found is not None:
            return found
    return ""


def person_and_number(table: Mapping[str, str], words: Iterable[str]) -> str:
    """What a verb and its auxiliaries show.

    table (Mapping[str, str]): See `read_ending`.
    words (Iterable[str]): The words, in lower case; the first that shows something
        counts.
    RETURNS (str): As "3s", or a number alone; "" if nothing is known.
    """
    for word in words:
        found = read_ending(table, word)
        if found not in ("", NOTHING):
            return found
    return ""


def disagree(first: str, second: str) -> bool:
    """RETURNS (bool): Whether two verbs, by what they show, have not the same subject.

    first, second (str): See `person_and_number`.
    """
    if not first or not second:
        return False
    persons = {value[:-1] for value in (first, second) if len(value) > 1}
    return len(persons) > 1 or first[-1] != second[-1]
