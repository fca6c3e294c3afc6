"""The tokenizers with which texts are read, whatever tokens their docs have."""

from typing import Dict, List, Tuple

from spacy.attrs import NORM, ORTH  # type: ignore[import-not-found]
from spacy.lang.xx import MultiLanguage
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]
from spacy.util import (
    compile_infix_regex,
    compile_prefix_regex,
    compile_suffix_regex,
    get_lang_class,
)
from spacy.vocab import create_vocab

from ..doc.codes import language_code
from .tokenizer import MultilingualTokenizer, needs_care

_WHOLE = r"(\w+-\w+(-\w+)*)"
"""spaCy's rule that leaves Portuguese words with hyphens whole. Pronouns have to come
off verbs, though."""

_PRONOUN = r"(?:se|me|te|lhes?|l?[oa]s?|n[oa]s?|vos)\b(?!-?\w)"

_OWN: Dict[str, Tuple[str, ...]] = {
    **dict.fromkeys(("da", "fi", "id", "lt", "nb", "nl", "ro", "sr"), ()),
    "en": (),
    "es": (),
    "pt": (
        rf"(?<=[^\W\d_])-(?={_PRONOUN})",
        rf"\b(?!\w+-{_PRONOUN})\w+-\w+(?:-\w+)*",
    ),
}
"""Languages whose own tokenizer reads better than the one for all, and infixes that are
tried before its own. The one for all reads German, French, Chinese and Arabic as well
or better (development parts of BenchIE and Re-OIE2016), and of the others it finds as
many words of their treebanks, but for half a percent or less."""


_SUBJECTS = ("it", "he", "she", "that", "this", "who", "what", "where", "how")
"""English words whose "'s" is a verb, and no sign of a possessor."""


def reading_code(text: str, language: str) -> str:
    """Which tokenizer a model reads a text with.

    text (str): The text.
    language (str): Code of its language; "und" and the like if it is not known.
    RETURNS (str): The language, if its own tokenizer reads it best; else "xx".
    """
    code = language_code(language)
    # Only the one for all knows scripts without spaces, and ends with long words.
    return code if code in _OWN and not needs_care(text) else "xx"


def reading_tokenizer(code: str) -> Tokenizer:
    """RETURNS (Tokenizer): A new tokenizer, with a vocabulary of its own, for what
    `reading_code` names. Its words are functions of the text alone."""
    if code not in _OWN:
        defaults = MultiLanguage.Defaults
        return MultilingualTokenizer.from_vocab(create_vocab("xx", defaults))
    defaults = get_lang_class(code).Defaults
    rules = {**defaults.tokenizer_exceptions, **(_verbs() if code == "en" else {})}
    infixes = [rule for rule in defaults.infixes or () if rule != _WHOLE]
    # What `spacy.blank` makes, without the pipeline around it, which takes long.
    return Tokenizer(
        create_vocab(code, defaults),
        rules=rules,
        prefix_search=compile_prefix_regex(defaults.prefixes or ()).search,
        suffix_search=compile_suffix_regex(defaults.suffixes or ()).search,
        infix_finditer=compile_infix_regex([*_OWN[code], *infixes]).finditer,
        token_match=defaults.token_match,
        url_match=defaults.url_match,
    )


def _verbs() -> Dict[str, List[Dict[int, str]]]:
    """RETURNS (Dict[str, List[Dict[int, str]]]): Exceptions of the English tokenizer
    that read "it's" as "it is"."""
    return {
        subject + verb: [{ORTH: subject}, {ORTH: verb, NORM: "is"}]
        for word in _SUBJECTS
        for subject, verb in (
            (word, "'s"),
            (word.capitalize(), "'s"),
            (word.upper(), "'S"),
        )
    }
