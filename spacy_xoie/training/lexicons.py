"""Pairs of words that translate each other, for the words of a text."""

import math
from typing import Dict, Iterator, List, Mapping, NamedTuple, Sequence, Tuple

from ..errors import ConfigError, EngineError
from ..projection.aligners.lexical import own_tables
from ..projection.aligners.words import normal_form
from ..projection.lexicon import Lexicon, installed_lexicons, read_freedict, read_tsv

PIVOT = "en"
"""All lexicons go through one language, so that all others come near to it, and so to
each other."""
OWN, FREEDICT = "own", "freedict"
MIN_SHARE = 0.2
"""Of a translation among all those of a word: the geometric mean of both directions."""

Pair = Tuple[str, str]
Weights = Mapping[Pair, float]
Counts = Mapping[str, Mapping[str, int]]


class WordPairs(NamedTuple):
    """Translations between two languages, words as the texts write them.

    source, target (str): Codes of the languages.
    pairs (List[Tuple[str, str]]): Source word and target word, the most frequent first.
    """

    source: str
    target: str
    pairs: List[Tuple[str, str]]


def find_word_pairs(
    counts: Counts,
    *,
    lexicons: Sequence[str] = (OWN,),
    files: Mapping[str, str] = {},
    max_pairs: int = 5000,
) -> List[WordPairs]:
    """Look up which words of some texts translate each other.

    counts (Mapping[str, Mapping[str, int]]): How often each word, in lower case, occurs
        in the texts of each language.
    lexicons (Sequence[str]): "own" for the tables that come with the package (Arabic,
        German, Spanish, Portuguese and Chinese with English, some 1900 pairs each),
        "freedict" for the dictionaries of FreeDict with English that are installed.
    files (Mapping[str, str]): For pairs of languages ("en-gl"), TSV files of a word,
        its translation and perhaps a weight a line.
    max_pairs (int): Highest number of pairs of two languages; rarer ones are left out.
    RETURNS (List[WordPairs]): One for each two languages of which a lexicon has words.
    RAISES (ConfigError): If a lexicon has no such name, or no word is found.
    RAISES (EngineError): If FreeDict is asked for, but has nothing for the languages.
    RAISES (DataError): If a file cannot be read.
    """
    unknown = [name for name in lexicons if name not in (OWN, FREEDICT)]
    if unknown:
        raise ConfigError(
            f"There is no lexicon {unknown[0]!r}: name {OWN!r} or {FREEDICT!r}, and "
            f"put files under `files`, such as {{'en-gl': 'words.tsv'}}."
        )
    surface = {code: _surface(words) for code, words in counts.items()}
    tables: Dict[Pair, Dict[Pair, float]] = {}
    for (source, target), weights in _read(counts, lexicons, files):
        shares = tables.setdefault((source, target), {})
        for pair, share in _shares(weights, surface[source], surface[target]).items():
            shares[pair] = max(share, shares.get(pair, 0.0))
    pairs = []
    for (source, target), shares in sorted(tables.items()):
        # The rarer of two words says how frequent both are.
        frequencies = {
            (a, b): min(counts[source][a], counts[target][b])
            for (a, b), share in shares.items()
            if share >= MIN_SHARE and a != b
        }
        order = sorted(frequencies, key=lambda pair: (-frequencies[pair], pair))
        if order:
            pairs.append(WordPairs(source, target, order[:max_pairs]))
    if not pairs:
        raise ConfigError(
            f"The lexicons {', '.join([*lexicons, *files])} have no word of the texts, "
            f"which are in {', '.join(sorted(counts)) or 'no language'}. Name others "
            f"(`lexicons`, `files`), or other texts."
        )
    return pairs


def _read(
    counts: Counts, lexicons: Sequence[str], files: Mapping[str, str]
) -> Iterator[Tuple[Pair, Weights]]:
    """Languages, and how much words of them belong together."""
    if OWN in lexicons:
        for languages, table in own_tables().items():
            if PIVOT in languages and set(languages) <= set(counts):
                yield languages, table.pairs
    if FREEDICT in lexicons:
        others = [
            code
            for source, code in installed_lexicons()
            if source == PIVOT and {source, code} <= set(counts)
        ]
        if not others:
            raise EngineError(
                f"FreeDict has no dictionary on this machine of {PIVOT!r} with another "
                f"language of the texts ({', '.join(sorted(counts))}). Install one "
                f"(apt install dict-freedict-…), or leave {FREEDICT!r} out."
            )
        for code in others:
            # As in the tables: one order for each two languages.
            source, target = sorted((code, PIVOT))
            yield (source, target), _weights(read_freedict(source, target))
    for name, path in files.items():
        source, _, target = name.partition("-")
        if source == target or not {source, target} <= set(counts):
            raise ConfigError(
                f"`files` has the key {name!r}, which must be two languages of the "
                f"texts, such as 'en-de'. The texts are in {', '.join(sorted(counts))}."
            )
        yield (source, target), _weights(read_tsv(path, source=source, target=target))


def _weights(lexicon: Lexicon) -> Weights:
    return {
        (word, other): weight
        for word, translations in lexicon.table.items()
        for other, weight in translations.items()
    }


def _surface(counts: Mapping[str, int]) -> Dict[str, str]:
    """The most frequent spelling of each word in normal form. What has no letters says
    nothing of a language."""
    spellings: Dict[str, str] = {}
    for word in sorted(counts, key=lambda word: (-counts[word], word)):
        if word.isalpha():
            spellings.setdefault(normal_form(word), word)
    return spellings


def _shares(
    weights: Weights, left: Mapping[str, str], right: Mapping[str, str]
) -> Dict[Pair, float]:
    """Of words of the texts as they are spelt there: the share of each translation."""
    sums: Dict[Pair, float] = {}
    totals: Tuple[Dict[str, float], Dict[str, float]] = ({}, {})
    for (word, other), weight in weights.items():
        a, b = left.get(normal_form(word)), right.get(normal_form(other))
        if a is not None and b is not None:
            sums[a, b] = sums.get((a, b), 0.0) + weight
            totals[0][a] = totals[0].get(a, 0.0) + weight
            totals[1][b] = totals[1].get(b, 0.0) + weight
    return {
        (a, b): weight / math.sqrt(totals[0][a] * totals[1][b])
        for (a, b), weight in sums.items()
    }
