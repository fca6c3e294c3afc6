"""Words as cues are compared with them: written the same, of the same lemma where the
pipeline has lemmas, or of the same stem. Stems are those of Snowball's algorithms,
which need no model; for what they leave standing (endings of German verbs, clitics of
Arabic) there are a few further rules. Characters of scripts without spaces are units of
their own."""

import re
from functools import cache, lru_cache
from typing import Any, FrozenSet, List, NamedTuple, Optional, Sequence, Tuple

from spacy.tokens import Token

from ..doc.codes import language_code
from ..doc.folding import fold as fold_text
from ..doc.text import is_unspaced
from .languages import grammar

_WORD = re.compile(
    r"n't\b|\w+?(?=n't\b)|'\w+|\w+'?|[^\w\s]"  # "did" "n't", "l'" "usine"
)
_ARABIC = str.maketrans(
    "\u0623\u0625\u0622\u0671\u0649\u0629\u0624\u0626",  # hamzas, end forms
    "\u0627\u0627\u0627\u0627\u064a\u0647\u0621\u0621",
)

_ALGORITHMS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german",
    "el": "greek", "en": "english", "es": "spanish", "et": "estonian", "eu": "basque",
    "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi",
    "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian",
    "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch",
    "nn": "norwegian", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


class Unit(NamedTuple):
    """A word, or a character of a script without spaces.

    text (str): In the form in which units are compared, see `fold`.
    token (int): Index of its token in the doc; -1 in a cue.
    lemma (str): Lemma of its token, folded; "" if it is not known.
    as_is (bool): Whether, in a cue, no other form of the word will do.
    begins (bool): Whether, in a cue, it stands for all words that begin with it.
    ends (bool): Whether, in a cue, it stands for all words that end with it.
    """

    text: str
    token: int = -1
    lemma: str = ""
    as_is: bool = False
    begins: bool = False
    ends: bool = False

    @property
    def is_char(self) -> bool:
        return is_unspaced(self.text)


Chunk = Tuple[Unit, ...]
"""A word, or characters that stand side by side."""


def token_units(tokens: Sequence[Token]) -> List[Unit]:
    """RETURNS (List[Unit]): The units of tokens, in order."""
    units = []
    for token in tokens:
        texts = split_units(token.text)
        lemma = fold(token.lemma_) if len(texts) == 1 and token.lemma_ else ""
        units += [Unit(text, token.i, lemma) for text in texts]
    return units


def cue_chunks(cue: str) -> List[Chunk]:
    """RETURNS (List[Chunk]): The words of a cue, and its runs of characters; a space
    ends a run. Signs at a word say which forms it stands for: "=word" for this one
    only, "word*" for all that begin with it, "-word" for all that end with it."""
    chunks: List[Chunk] = []
    for part in cue.split():
        as_is, ends = (len(part) > 1 and part[0] == sign for sign in "=-")
        begins = len(part) > 1 and part[-1] == "*"
        run: List[Unit] = []
        for text in split_units(part[as_is or ends : len(part) - begins]):
            unit = Unit(text, as_is=as_is, begins=begins, ends=ends)
            if unit.is_char:
                run.append(unit)
                continue
            if run:
                chunks.append(tuple(run))
                run = []
            chunks.append((unit,))
        if run:
            chunks.append(tuple(run))
    return chunks


@lru_cache(maxsize=100_000)
def split_units(text: str) -> Tuple[str, ...]:
    """RETURNS (Tuple[str, …]): The units of a text, folded."""
    units: List[str] = []
    for word in _WORD.findall(fold(text)):
        start = 0
        for place, char in enumerate(word):
            if is_unspaced(char):
                units += [word[start:place]] if start < place else []
                units.append(char)
                start = place + 1
        units += [word[start:]] if start < len(word) else []
    return tuple(units)


@lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """RETURNS (str): A folded text in lower case; of Arabic letters that are often
    written in several forms it has one."""
    return fold_text(text).lower().translate(_ARABIC)


def word_fit(part: Unit, word: Unit, language: str) -> Optional[str]:
    """Compare a word of a cue with a word of a text.

    part (Unit): The word of the cue.
    word (Unit): The word of the text.
    language (str): Code of the language.
    RETURNS (Optional[str]): "exact", "lemma" or "inflected"; None if it is another.
    """
    cue = part.text
    if part.ends:
        is_ending = word.text.endswith(cue) and len(word.text) > len(cue)
        return "exact" if is_ending else None
    if cue == word.text or (part.begins and word.text.startswith(cue)):
        return "exact"
    if part.as_is or part.begins:
        return None
    facts = grammar(language)
    # Of irregular verbs the forms are known; no stem is to be looked for.
    forms = facts.forms.get(cue)
    if forms is not None:
        return "lemma" if word.text in forms else None
    if cue == word.lemma:
        return "lemma"
    if facts.contracted.get(word.text) == cue:
        return "inflected"
    if not (len(cue) > 2 and len(word.text) > 2):
        return None
    stems = cue_stems(cue, language)
    if stems is None:
        return "inflected" if _same_beginning(cue, word.text) else None
    return "inflected" if stems & (word_stems(word.text, language) or set()) else None


@lru_cache(maxsize=20_000)
def cue_stems(word: str, language: str) -> Optional[FrozenSet[str]]:
    """RETURNS (Optional[FrozenSet[str]]): The stems of a word of a cue; None if there
    is no stemmer for the language."""
    stem = _stem(word, language)
    return None if stem is None else frozenset([stem])


@lru_cache(maxsize=100_000)
def word_stems(word: str, language: str) -> Optional[FrozenSet[str]]:
    """RETURNS (Optional[FrozenSet[str]]): The stems that a word of a text may have;
    None if there is no stemmer for the language."""
    code = language_code(language)
    variants = [word]
    if code == "de":
        variants += _without_ge(word)
        for particle in grammar(code).particles:
            if word.startswith(particle):
                rest = word[len(particle) :]
                variants += [particle + form for form in _without_ge(rest)]
                if rest.startswith("zu"):
                    variants.append(particle + rest[2:])
    elif code == "ar":
        # "and", "then", the future; then the article.
        for clitics in ("و", "ف", "س", "ال", "وال", "وس"):
            if word.startswith(clitics) and len(word) - len(clitics) >= 3:
                variants.append(word[len(clitics) :])
        variants += ["ي" + form[1:] for form in variants if form[0] in "تن"]
    stems = [_stem(variant, language) for variant in variants]
    if stems[0] is None:
        return None
    return frozenset(stem for stem in stems if stem)


def split_particle(word: str, language: str) -> Optional[Tuple[str, str]]:
    """RETURNS (Optional[Tuple[str, str]]): The particle and the rest of a verb that
    stands in two places in a sentence ("aufkaufen": "kauft … auf")."""
    for particle in grammar(language).particles:
        if word.startswith(particle) and len(word) - len(particle) >= 4:
            return particle, word[len(particle) :]
    return None


def _without_ge(word: str) -> List[str]:
    """A German weak participle, as the stem of its verb would have it."""
    if word.startswith("ge") and word.endswith("t") and len(word) > 5:
        return [word[2:]]
    return []


@lru_cache(maxsize=100_000)
def _stem(word: str, language: str) -> Optional[str]:
    code = language_code(language)
    if code not in _ALGORITHMS:
        return None
    stem: str = _stemmer(_ALGORITHMS[code]).stemWord(word)
    if code == "de" and stem.endswith("t") and len(stem) > 3:
        return stem[:-1]
    return stem


@cache
def _stemmer(algorithm: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(algorithm)


def _same_beginning(cue: str, word: str) -> bool:
    """Whether two words of a language without a stemmer begin the same, and differ in
    no more than an ending."""
    shared = 0
    for ours, theirs in zip(cue, word, strict=False):
        if ours != theirs:
            break
        shared += 1
    return shared >= max(4, len(cue) - 3, len(word) - 4)
