"""Words that a language adds or leaves out when something is translated: what belongs
to a noun on its left, what a part cannot begin or end with, and whether subjects are
left implied.

They are data, in `data/function_words.json`: for each language those that were counted
in treebanks of it (`benchmarks/function_words.py` counts them anew), and by hand those
that were added ("added") or are wrong ("wrong"). Of ar de en es fr pt zh all are by
hand.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Dict, FrozenSet, Iterator, Mapping

import srsly

from ..doc.codes import language_code
from .facts import DATA, load_languages

PATH = DATA / "function_words.json"


@dataclass(frozen=True)
class FunctionWords:
    """The function words of a language, in lower case.

    determiners (FrozenSet[str]): Articles and their like, which belong to the noun that
        follows.
    adpositions (FrozenSet[str]): Prepositions, which belong to the phrase that follows.
    postpositions (FrozenSet[str]): Adpositions that belong to the phrase before them.
    auxiliaries (FrozenSet[str]): Auxiliary verbs and particles of verbs.
    edges (FrozenSet[str]): What no part begins or ends with: conjunctions, particles.
    pronouns (FrozenSet[str]): Subject pronouns.
    articles (FrozenSet[str]): Those of the determiners that are nothing but articles.
    rarer_adpositions (FrozenSet[str]): Prepositions that are rare, or that are several
        words, which are not looked for word by word.
    negations (FrozenSet[str]): Words that turn what a verb says into its opposite.
    drops_subjects (bool): Whether a pronoun as subject is usually left out.
    negates_verbs (bool): Whether a negation may be a part of the verb ("almadı").
    """

    determiners: FrozenSet[str] = frozenset()
    adpositions: FrozenSet[str] = frozenset()
    postpositions: FrozenSet[str] = frozenset()
    auxiliaries: FrozenSet[str] = frozenset()
    edges: FrozenSet[str] = frozenset()
    pronouns: FrozenSet[str] = frozenset()
    articles: FrozenSet[str] = frozenset()
    rarer_adpositions: FrozenSet[str] = frozenset()
    negations: FrozenSet[str] = frozenset()
    drops_subjects: bool = False
    negates_verbs: bool = False

    @property
    def light(self) -> FrozenSet[str]:
        """Words whose links say little about where a part is."""
        return (
            self.determiners
            | self.adpositions
            | self.postpositions
            | self.auxiliaries
            | self.edges
        )


@lru_cache(maxsize=64)
def function_words(language: str) -> FunctionWords:
    """The function words of a language.

    language (str): Its code.
    RETURNS (FunctionWords): They are all empty for a language without an entry.
    """
    code = language_code(language)
    entry = _load().get(code, {})
    counted, added, wrong = (
        entry.get(part, {}) for part in ("counted", "added", "wrong")
    )
    words = {
        kind: frozenset(_words(counted, kind)) - frozenset(_words(wrong, kind))
        | frozenset(_words(added, kind))
        for kind in {**counted, **added}
    }
    facts = load_languages().get(code)
    features: Mapping[str, FrozenSet[str]] = {} if facts is None else facts.features
    return FunctionWords(
        **words,
        drops_subjects="dropped" in features.get("pronoun", ()),
        negates_verbs="affix" in features.get("negation", ()),
    )


def _words(entry: Mapping[str, str], kind: str) -> Iterator[str]:
    """The words of a kind; where one is several, a low line stands between them."""
    return (word.replace("_", " ") for word in entry.get(kind, "").split())


@lru_cache(maxsize=1)
def _load() -> Dict[str, Dict[str, Dict[str, str]]]:
    data: Any = srsly.read_json(PATH)
    entries: Dict[str, Dict[str, Dict[str, str]]] = data
    return entries
