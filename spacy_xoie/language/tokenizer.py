"""One tokenizer for texts in any language.

spaCy's rules for `xx`, with additions that change nothing elsewhere: scripts that are
written without spaces are cut into characters (Chinese, Japanese) or clusters (Thai),
elided articles and pronouns of the Romance languages and Irish are tokens of their own
("l'homme": l' homme), and so are the contracted words of English ("they're": they 're,
"can't": ca n't, as in the Penn Treebank and in spaCy's own English) and Welsh ("i'r").
"""

import re
from typing import Any, Callable, Dict, List, Set, Tuple

from spacy.attrs import NORM, ORTH  # type: ignore[import-not-found]
from spacy.lang.norm_exceptions import BASE_NORMS
from spacy.lang.xx import MultiLanguage
from spacy.language import Language
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]
from spacy.tokens import Doc
from spacy.util import (
    compile_infix_regex,
    compile_prefix_regex,
    compile_suffix_regex,
    registry,
)
from spacy.vocab import Vocab

# Characters that are tokens, as ranges of a regular expression. Not among them:
# digits and letters in full width, which make words as Latin ones do, and U+3000,
# which is white space.
_UNSPACED = (
    "\u0e01-\u0e30\u0e32\u0e40-\u0e46\u0e4f\u0e5a\u0e5b"  # Thai
    "\u2e80-\u2fff"  # radicals, ideographic description
    "\u3001-\u3029\u3030-\u3098\u309b-\u30ff"  # CJK punctuation, kana
    "\u3190-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han, enclosed and compatibility
    "\ufe30-\ufe4f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff9d"  # forms
    "\U0001aff0-\U0001b16f\U0001f200-\U0001f2ff"  # old kana, enclosed Han
    "\U00020000-\U0003fffd"  # Han of the further planes
)
# Marks that belong to the character before them.
_MARKS = (
    "\u0300-\u036f\u0e31\u0e33-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u200c\u200d\u20d0-\u20ff\u302a-\u302f\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f"
    "\uff9e\uff9f\U000e0100-\U000e01ef"
)
_CLUSTER = re.compile(f"[{_UNSPACED}][{_MARKS}]*")
_RUN = re.compile(f"[{_UNSPACED}][{_UNSPACED}{_MARKS}]*")

# French, Italian, Catalan and Irish words that lose their vowel before another vowel.
# English contractions have a consonant after the apostrophe, or other words before it:
# they come off at the end of a word.
_ELIDED = (
    "b|c|d|j|l|m|n|s|t|v|gl|qu|un|jusqu|lorsqu|puisqu|quoiqu"
    "|all|coll|dall|dell|nell|sull|anch|bell|com|cos|dov|quell|quest|sant|senz|tutt"
)
_ELISION = (
    rf"(?i:(?<![\w'’])(?:{_ELIDED})['’]"
    r"(?=[«“]|\"?[0-9aeiouyhàáâãäåæèéêëìíîïòóôõöøœùúûüýÿ]|fh))"
)
_VOWELS = "aeiouwyâêîôûŵŷAEIOUWYÂÊÎÔÛŴŶ"
_CLITICS = rf"(?<=[{_VOWELS}])['’](?:ch|CH|th|TH|[mnrwMNRW])"
"""Articles, pronouns and particles of Welsh, which follow a vowel."""

_STOPS = "[\u0589\u055d\u1362\u1363\u104a\u104b\u17d4]"
"""Full stops and commas of Armenian, Ethiopic, Burmese and Khmer."""

_CONTRACTIONS = (r"(?<=[A-Za-z])(?:[Nn]['’][Tt]|['’](?:ll|LL|re|RE|ve|VE|[mMdD]))",)
_CONTRACTED = {"n't": "not", "'ll": "will", "'re": "are", "'ve": "have", "'m": "am"}
"""What English contractions stand for, by their text in lower case."""


def _irregular() -> Dict[str, List[Dict[int, str]]]:
    """Words of which more is contracted than the end."""
    rules: Dict[str, List[Dict[int, str]]] = {}
    for whole, verb in (("can't", "can"), ("won't", "will"), ("shan't", "shall")):
        for word in (whole, whole.capitalize(), whole.upper()):
            for form in (word, word.replace("'", "’")):
                first, second = form[:-3], form[-3:]
                rules[form] = [
                    {ORTH: first, NORM: verb},
                    {ORTH: second, NORM: "not"},
                ]
    for word in ("cannot", "Cannot", "CANNOT"):
        rules[word] = [{ORTH: word[:3]}, {ORTH: word[3:]}]
    return rules


def _with_apostrophes() -> Dict[str, List[Dict[int, str]]]:
    """Words that have one (Afrikaans "'n", Dutch "'t", "zo'n", Italian "po'"), and
    Welsh possessives whose vowel stands elsewhere for itself ("a'i", but "Hawai'i")."""
    rules: Dict[str, List[Dict[int, str]]] = {}
    for mark in "'’":
        for whole in ("*n", "*s", "*t", "zo*n", "Zo*n", "po*"):
            word = whole.replace("*", mark)
            rules[word] = [{ORTH: word}]
        for word in ("a", "o", "â", "na", "gyda", "efo"):
            for first in (word, word.capitalize()):
                for letter in "iu":
                    second = mark + letter
                    rules[first + second] = [{ORTH: first}, {ORTH: second}]
    return rules


_IRREGULAR = {("ca", "can"), ("wo", "will"), ("sha", "shall")}
"""Words in lower case with the norms that they have before "n't"."""

_MAX_CACHED_NORMS = 20_000

# spaCy takes affixes off one by one and matches what is left each time: 5,000 brackets
# in a row last ten seconds, a megabyte of them days.
_LONGEST_WORD = 500
_PIECE = 100
_LONG_WORD = re.compile(rf"\S{{{_LONGEST_WORD + 1},}}")


def needs_care(text: str) -> bool:
    """RETURNS (bool): Whether spaCy's rules alone would do badly with a text: there is
    an unspaced script in it, or a word so long that they would not end."""
    return _RUN.search(text) is not None or _LONG_WORD.search(text) is not None


class MultilingualTokenizer(Tokenizer):
    """spaCy's rules for `xx`; Han, Kana and Thai cut into characters or clusters;
    elisions and English contractions split off.

    The attributes that models read (NORM, PREFIX, SUFFIX, SHAPE) are functions of
    the text alone: a vocabulary's own norms, such as those of British spelling,
    are set aside, so that a model sees the same whatever `nlp.lang` is. What has no
    space in more than 500 characters is cut into pieces of 100 before the rules.
    `explain` knows of the rules only, not of the unspaced scripts.
    """

    @classmethod
    def from_vocab(cls, vocab: Vocab) -> "MultilingualTokenizer":
        """Create a tokenizer with the default rules.

        vocab (Vocab): The vocabulary of the docs.
        RETURNS (MultilingualTokenizer): The tokenizer.
        """
        defaults = MultiLanguage.Defaults
        prefixes = [_ELISION, *(defaults.prefixes or ())]
        infixes = [*(defaults.infixes or ()), _ELISION]
        suffixes = [*(defaults.suffixes or ()), *_CONTRACTIONS, _CLITICS, _STOPS]
        rules: Dict[str, Any] = {
            **(defaults.tokenizer_exceptions or {}),
            **_irregular(),
            **_with_apostrophes(),
        }
        return cls(
            vocab,
            rules=rules,
            prefix_search=compile_prefix_regex(prefixes).search,
            suffix_search=compile_suffix_regex(suffixes).search,
            infix_finditer=compile_infix_regex(infixes).finditer,
            token_match=defaults.token_match,
            url_match=defaults.url_match,
        )

    def __call__(self, text: str) -> Doc:
        """Tokenize a text.

        text (str): The text.
        RETURNS (Doc): A doc of exactly this text.
        """
        if not needs_care(text):
            doc: Doc = super().__call__(text)
        else:
            doc = self._tokenize_unspaced(text)
        self._set_norms(doc)
        return doc

    def _tokenize_unspaced(self, text: str) -> Doc:
        """Cut runs of unspaced script out before the rules see them: otherwise
        whole sentences would enter the vocabulary as words."""
        words: List[str] = []
        spaces: List[bool] = []
        position = 0
        for run in _RUN.finditer(text):
            self._tokenize_spaced(text[position : run.start()], words, spaces)
            for cluster in _CLUSTER.findall(run.group()):
                words.append(cluster)
                spaces.append(False)
            position = run.end()
        self._tokenize_spaced(text[position:], words, spaces)
        return Doc(self.vocab, words=words, spaces=spaces)

    def _tokenize_spaced(self, text: str, words: List[str], spaces: List[bool]) -> None:
        position = 0
        for word in _LONG_WORD.finditer(text):
            self._apply_rules(text[position : word.start()], words, spaces)
            for start in range(word.start(), word.end(), _PIECE):
                piece = text[start : min(start + _PIECE, word.end())]
                self._apply_rules(piece, words, spaces)
            position = word.end()
        self._apply_rules(text[position:], words, spaces)

    def _apply_rules(self, text: str, words: List[str], spaces: List[bool]) -> None:
        if words and text.startswith(" "):
            spaces[-1] = True
            text = text[1:]
        if text:
            doc = super().__call__(text)
            words.extend(token.text for token in doc)
            spaces.extend(bool(token.whitespace_) for token in doc)

    def _set_norms(self, doc: Doc) -> None:
        orths, norms = doc.to_array("ORTH"), doc.to_array("NORM")
        pairs = list(zip(orths.tolist(), norms.tolist(), strict=True))
        right = self._right_norms
        if right.issuperset(pairs):
            return
        if len(right) > _MAX_CACHED_NORMS:
            right.clear()
        for token, pair in zip(doc, pairs, strict=True):
            if pair not in right:
                lower = token.text.lower()
                plain = _CONTRACTED.get(lower.replace("’", "'"), lower)
                norm = BASE_NORMS.get(token.text, plain)
                if token.norm_ == norm or (lower, token.norm_) in _IRREGULAR:
                    right.add(pair)
                else:
                    token.norm_ = norm

    @property
    def _right_norms(self) -> Set[Tuple[int, int]]:
        """Ids of words with the ids of the norms that they should have, so far as
        words were seen. Made on demand, to leave spaCy's constructor as it is."""
        pairs: Set[Tuple[int, int]] = self.__dict__.setdefault("right_norms", set())
        return pairs


@registry.tokenizers("spacy-xoie.MultilingualTokenizer.v1")
def make_multilingual_tokenizer() -> Callable[[Language], MultilingualTokenizer]:
    """Make a factory of tokenizers for texts in any language.

    RETURNS (Callable[[Language], MultilingualTokenizer]): Makes the tokenizer of
        a pipeline.
    """

    def make_tokenizer(nlp: Language) -> MultilingualTokenizer:
        return MultilingualTokenizer.from_vocab(nlp.vocab)

    return make_tokenizer
