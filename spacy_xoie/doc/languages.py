"""The languages of a doc: how they are stored, set and read.

Canonical store is the span group ``doc.spans["xoie_lang"]``: one span for each
sentence, labelled with its language code, and ``group.attrs``:

* ``language``, ``scores``: those of the doc,
* ``languages``, ``sentences``, ``offsets``: for each span its language, its
  scores and its character offsets, which hold when the doc is retokenised,
* ``explicit``: whether the language was set on purpose, not detected,
* ``tag``: the tag that it was set by, such as "pt-BR".

Codes are those of `language_code`: whatever they are set as, "pt-BR" or "por", they are
read as "pt".

That survives ``Doc.to_bytes``, ``DocBin`` (also without user data) and
multiprocessing.
"""

import math
import warnings
from bisect import bisect_right
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from spacy.tokens import Doc, Span, SpanGroup

from ..errors import DataError, NotReadyError
from .codes import (
    UNDETERMINED,
    code_or,
    is_language_code,
    language_code,
    language_tag,
)
from .text import are_offsets

SPAN_KEY = "xoie_lang"
TRIPLES_KEY = "xoie"

# What language detectors of other packages say when they do not know.
_NO_ANSWER = {"", "un", "und", "unk", "unknown"}


class DocLanguages(NamedTuple):
    """The languages of a doc, as they are stored.

    language (str): Language of the doc.
    scores (Dict[str, float]): Probabilities of the doc's languages.
    offsets (List[List[int]]): Start and end character of each sentence.
    languages (List[str]): Language of each sentence.
    sentences (List[Dict[str, float]]): Probabilities of each sentence's languages.
    explicit (bool): Whether the language was set on purpose.
    tag (str): The tag of the language, with its script and region, as it was set; ""
        if it was not.
    """

    language: str
    scores: Dict[str, float]
    offsets: List[List[int]]
    languages: List[str]
    sentences: List[Dict[str, float]]
    explicit: bool = False
    tag: str = ""

    def sentence_at(self, char: int) -> int:
        """RETURNS (int): The number of the sentence at a character offset."""
        try:
            return max(0, bisect_right(self.offsets, [char, math.inf]) - 1)
        except TypeError as e:
            raise _damage_error(self.offsets) from e

    def scores_within(self, first: int, last: int) -> List[Dict[str, float]]:
        """RETURNS (List[Dict[str, float]]): Probabilities of some sentences.
        RAISES (DataError): If they are none.
        """
        scores = list(self.sentences[first : last + 1])
        if not all(map(_are_scores, scores)):
            raise _damage_error(scores)
        return list(map(scores_by_code, scores))


def document_language(doc: Doc) -> Optional[str]:
    """Read the language of a doc.

    doc (Doc): The doc.
    RETURNS (Optional[str]): The language that was set on purpose, through our
        `doc._.language` or that of another package; else the one that
        `xoie_lang` found ("und" if it could not tell); else None.
    """
    languages = _resolve(doc)
    return None if languages is None else languages.language


def language_of(doc: Doc, *, key: Optional[str] = TRIPLES_KEY) -> str:
    """The one language of a doc, by whatever tells it.

    doc (Doc): The doc.
    key (Optional[str]): Name of the span group of its triples; None to leave these
        aside, as they are to be made anew.
    RETURNS (str): The language that was set on purpose, else that which its triples
        were stored with, else that which was detected, else that of its pipeline;
        "und" if none of them tells.
    """
    languages = _resolve(doc)
    codes = [] if languages is None else [languages.language]
    group = None if key is None else doc.spans.get(key)
    if group is not None and (languages is None or not languages.explicit):
        codes.insert(0, code_or(group.attrs.get("language"), UNDETERMINED))
    codes.append(code_or(doc.lang_, UNDETERMINED))
    return next((code for code in codes if code != UNDETERMINED), UNDETERMINED)


def tag_of(doc: Doc, language: Optional[str] = None, *, key: str = TRIPLES_KEY) -> str:
    """The tag of a language as BCP 47 has it.

    doc (Doc): The doc.
    language (Optional[str]): A language of it; None for that of the doc.
    key (str): Name of the span group of its triples.
    RETURNS (str): With the region or script with which the language was set for the
        doc, or with its triples, such as "pt-BR"; else just its code.
    """
    code = language_of(doc, key=key) if language is None else language
    languages = _resolve(doc)
    if languages is not None and languages.tag and languages.language == code:
        return languages.tag
    tags = doc.spans[key].attrs.get("tags") if key in doc.spans else None
    tag = tags.get(code) if isinstance(tags, dict) else None
    return language_tag(tag) if tag and is_language_code(tag) else code


def document_scores(doc: Doc) -> Dict[str, float]:
    """Read the probabilities of a doc's languages.

    doc (Doc): The doc.
    RETURNS (Dict[str, float]): Probabilities by falling probability. Empty if
        nothing is known.
    """
    languages = _resolve(doc)
    return {} if languages is None else dict(languages.scores)


def sentence_scores(doc: Doc, start: int, end: int) -> Dict[str, float]:
    """Read the probabilities of the languages of a part of a doc.

    doc (Doc): The doc.
    start (int): First token.
    end (int): The token after the last one.
    RETURNS (Dict[str, float]): Those of the sentence that holds the part; the
        mean by length if there are several. Empty if nothing is known.
    """
    languages = _resolve(doc)
    if languages is None:
        return {}
    if not languages.offsets or not 0 <= start < end <= len(doc):
        return dict(languages.scores)
    start_char, end_char = doc[start].idx, doc[end - 1].idx + len(doc[end - 1])
    first = languages.sentence_at(start_char)
    last = languages.sentence_at(end_char - 1)
    scores = languages.scores_within(first, last)
    if first == last:
        return dict(scores[0])
    offsets = languages.offsets[first : last + 1]
    if not are_offsets(offsets):
        raise _damage_error(offsets)
    weights = [
        max(0, min(end_char, right) - max(start_char, left)) for left, right in offsets
    ]
    return mean_scores(scores, weights)


def set_language(
    doc: Doc, language: Optional[str], scores: Optional[Mapping[str, float]] = None
) -> None:
    """Set the language of a doc and of all its sentences on purpose: `xoie_lang`
    keeps it, unless its `overwrite` is set.

    doc (Doc): The doc.
    language (Optional[str]): The code of the language, in any form that `language_code`
        reads. None removes what is stored, so that the language is detected again.
    scores (Optional[Mapping[str, float]]): Weights of the languages, if it is not
        certain.
    RAISES (DataError): If the language is no code, or a weight is negative.
    """
    if language is None:
        doc.spans.pop(SPAN_KEY, None)
    else:
        code, weights = _check_scores(language, scores)
        languages = _whole(doc, code, weights)
        tag = language_tag(language)
        write_languages(doc, languages._replace(explicit=True, tag=tag))


def write_languages(doc: Doc, languages: DocLanguages) -> None:
    """Store the languages of a doc, in place of those that it has.

    doc (Doc): The doc.
    languages (DocLanguages): Its languages.
    RAISES (DataError): If a sentence lies outside of the doc.
    """
    spans: List[Span] = []
    if not are_offsets(languages.offsets):
        raise _damage_error(languages.offsets)
    for (start, end), language in zip(
        languages.offsets, languages.languages, strict=True
    ):
        span = doc.char_span(start, end, language, alignment_mode="expand")
        if span is None:
            raise DataError(
                f"There is nothing from character {start} to {end} of the doc, which "
                f"is to be in the language {language!r}. Correct the offsets."
            )
        spans.append(span)
    doc.spans[SPAN_KEY] = SpanGroup(
        doc, name=SPAN_KEY, spans=spans, attrs=languages._asdict()
    )


def read_languages(doc: Doc) -> Optional[DocLanguages]:
    """Read what is stored in a doc.

    doc (Doc): The doc.
    RETURNS (Optional[DocLanguages]): The languages, or None if there are none.
    RAISES (DataError): If the doc was merged from others and then retokenised,
        so that its sentences cannot be found; or if what is stored is damaged.
    """
    if SPAN_KEY not in doc.spans:
        return None
    group = doc.spans[SPAN_KEY]
    attrs = {key: group.attrs.get(key) for key in DocLanguages._fields}
    columns = (attrs["offsets"], attrs["languages"], attrs["sentences"])
    if any(column is None for column in columns):
        return _read_labels(group)
    # The sentences are looked at when they are asked for, as there may be many.
    lists = all(isinstance(column, (list, tuple)) for column in columns)
    if (
        not lists
        or len({len(column) for column in columns}) > 1
        or not isinstance(attrs["language"], str)
        or not all(map(is_language_code, (attrs["language"], attrs["tag"])))
        or not _are_scores(attrs["scores"])
    ):
        raise _damage_error(attrs)
    if len(attrs["offsets"]) != len(group):
        return _read_labels(group)
    attrs["language"] = language_code(attrs["language"])
    attrs["scores"] = scores_by_code(attrs["scores"])
    return DocLanguages(**{**attrs, "tag": attrs["tag"] or ""})


def foreign_language(doc: Doc) -> Optional[str]:
    """Read `doc._.language` if it is another package's extension.

    doc (Doc): The doc.
    RETURNS (Optional[str]): The tag of the language, or None if it is unknown or the
        extension is ours.
    """
    if not Doc.has_extension("language"):
        return None
    if Doc.get_extension("language")[2] is _get_language:
        return None
    value = doc._.language
    if isinstance(value, dict):
        value = value.get("language")
    if not isinstance(value, str) or value.lower() in _NO_ANSWER:
        return None
    if is_language_code(value):
        return None if language_code(value) == UNDETERMINED else language_tag(value)
    warnings.warn(
        f"doc._.language, which another package has installed, is {value!r:.60}; it is "
        f"left aside, as it is no code of a language such as 'de' or 'pt-BR'.",
        stacklevel=2,
    )
    return None


def best_language(scores: Mapping[str, float], threshold: float = 0.0) -> str:
    """Find the most probable language.

    scores (Mapping[str, float]): Probabilities of languages; that of "und" is of all
        languages that are not named.
    threshold (float): Least probability that it must have.
    RETURNS (str): Its code, or "und" if there is none, it does not reach the
        threshold, another one is just as probable, or it is as likely as not in none
        of those named.
    """
    named = known_scores(scores)
    best, second = (*sorted(named.values(), reverse=True), 0.0, 0.0)[:2]
    if best < threshold or best == second:
        return UNDETERMINED
    return max(named, key=named.__getitem__)


def known_scores(scores: Mapping[str, float]) -> Dict[str, float]:
    """RETURNS (Dict[str, float]): Probabilities of languages without that of "und";
    empty if that is one half or more of all."""
    if scores.get(UNDETERMINED, 0.0) * 2 >= sum(scores.values()):
        return {}
    return {code: share for code, share in scores.items() if code != UNDETERMINED}


def normalize_scores(scores: Mapping[str, float]) -> Dict[str, float]:
    """Scale scores to a sum of 1 and sort them.

    scores (Mapping[str, float]): A weight of at least 0 for each language.
    RETURNS (Dict[str, float]): Probabilities by falling probability, languages
        of the same by their code. Empty if all weights are 0.
    """
    total = sum(scores.values())
    if not total > 0:
        return {}
    ranking = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return {language: float(score / total) for language, score in ranking}


def scores_by_code(scores: Mapping[str, float]) -> Dict[str, float]:
    """RETURNS (Dict[str, float]): Scores by the codes of languages, see
    `language_code`; those of one language are added up.
    RAISES (DataError): If one is no language."""
    by_code: Dict[str, float] = {}
    for language, score in scores.items():
        code = language_code(language)
        by_code[code] = by_code.get(code, 0.0) + score
    return by_code


def mean_scores(
    scores: Sequence[Mapping[str, float]], weights: Sequence[float]
) -> Dict[str, float]:
    """Average scores.

    scores (Sequence[Mapping[str, float]]): Several times the scores of languages.
    weights (Sequence[float]): How much each of them counts.
    RETURNS (Dict[str, float]): Probabilities by falling probability.
    """
    mean: Dict[str, float] = {}
    for item, weight in zip(scores, weights, strict=True):
        for language, score in item.items():
            mean[language] = mean.get(language, 0.0) + weight * score
    return normalize_scores(mean)


def install_extensions() -> None:
    """Make `_.language` and `_.language_scores` available on docs and spans,
    except those that another package has installed before."""
    accessors: List[Any] = [
        (Doc, "language", _get_language, set_language),
        (Doc, "language_scores", document_scores, _set_scores),
        (Span, "language", _get_span_language, _set_span_language),
        (Span, "language_scores", _get_span_scores, _set_span_scores),
    ]
    for cls, name, getter, setter in accessors:
        if not cls.has_extension(name):
            cls.set_extension(name, getter=getter, setter=setter)


def _get_language(doc: Doc) -> str:
    return document_language(doc) or UNDETERMINED


def _set_scores(doc: Doc, scores: Mapping[str, float]) -> None:
    set_language(doc, _best_of(scores_by_code(scores)), scores)


def _get_span_language(span: Span) -> str:
    languages = _resolve(span.doc)
    if languages is None or not languages.offsets:
        return UNDETERMINED
    language = languages.languages[languages.sentence_at(span.start_char)]
    if not isinstance(language, str) or not is_language_code(language):
        raise _damage_error(language)
    return language_code(language)


def _get_span_scores(span: Span) -> Dict[str, float]:
    return sentence_scores(span.doc, span.start, span.start + 1)


def _set_span_language(
    span: Span, language: str, scores: Optional[Mapping[str, float]] = None
) -> None:
    code, weights = _check_scores(language, scores)
    languages = _resolve(span.doc)
    if languages is None or not languages.offsets:
        raise NotReadyError(
            f"The language of the sentence {span.text!r} cannot be set to "
            f"{language!r}, because its doc has no languages yet. Run 'xoie_lang' "
            f"or set doc._.language before."
        )
    place = languages.sentence_at(span.start_char)
    codes, sentences = list(languages.languages), list(languages.sentences)
    codes[place], sentences[place] = code, weights
    write_languages(span.doc, languages._replace(languages=codes, sentences=sentences))


def _set_span_scores(span: Span, scores: Mapping[str, float]) -> None:
    _set_span_language(span, _best_of(scores_by_code(scores)), scores)


def _resolve(doc: Doc) -> Optional[DocLanguages]:
    """What holds for a doc: the language that another package gives it takes the
    place of what was detected, but not of what was set on purpose."""
    languages = read_languages(doc)
    if languages is None or not languages.explicit:
        tag = foreign_language(doc)
        code = language_code(tag)
        if tag is not None and (languages is None or languages.language != code):
            return _whole(doc, code, {code: 1.0})._replace(tag=tag)
    return languages


def _whole(doc: Doc, language: str, scores: Dict[str, float]) -> DocLanguages:
    """The languages of a doc all of which is in one language."""
    if not len(doc):
        return DocLanguages(language, scores, [], [], [])
    offsets = [[0, doc[-1].idx + len(doc[-1])]]
    return DocLanguages(language, scores, offsets, [language], [scores])


def _damage_error(value: Any) -> DataError:
    return DataError(
        f"The attributes of doc.spans[{SPAN_KEY!r}] are damaged: {value!r:.200}. Set "
        f"doc._.language to None and then to the language, or read the doc from where "
        f"it was stored."
    )


def _are_scores(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(score, float) and 0 <= score <= 1.001 and is_language_code(code)
        for code, score in value.items()
    )


def _best_of(scores: Mapping[str, float]) -> str:
    return next(iter(normalize_scores(scores)), UNDETERMINED)


def _check_scores(
    language: str, scores: Optional[Mapping[str, float]]
) -> Tuple[str, Dict[str, float]]:
    """The code of a language, and its scores by code."""
    if not isinstance(language, str) or not language:
        raise DataError(
            f"A language must be a code such as 'de', but this is {language!r}. Use "
            f"{UNDETERMINED!r} for one that is not known."
        )
    code = language_code(language)
    if scores is None:
        return code, {} if code == UNDETERMINED else {code: 1.0}
    if any(not 0 <= score < math.inf for score in scores.values()):
        raise DataError(
            f"The scores of languages must be numbers of at least 0, but these are "
            f"{dict(scores)}."
        )
    return code, normalize_scores(scores_by_code(scores))


def _read_labels(group: SpanGroup) -> DocLanguages:
    """The languages of a group without attributes: `Doc.from_docs` keeps labels,
    but drops those."""
    try:
        spans = sorted(group)
        languages = [code_or(span.label_, UNDETERMINED) for span in spans]
    except KeyError as error:
        raise _damage_error(str(error)) from error
    except IndexError as error:
        raise DataError(
            f"The doc was retokenised after doc.spans[{SPAN_KEY!r}] was merged from "
            f"several docs, and the group no longer fits its tokens. Merge or split "
            f"tokens before 'xoie_lang' runs, or set doc._.language to None and then "
            f"to the language."
        ) from error
    shares: Dict[str, float] = {}
    for span, language in zip(spans, languages, strict=True):
        if language != UNDETERMINED:
            shares[language] = shares.get(language, 0.0) + len(span.text)
    return DocLanguages(
        _best_of(shares),
        normalize_scores(shares),
        [[span.start_char, span.end_char] for span in spans],
        languages,
        [_check_scores(language, None)[1] for language in languages],
    )
