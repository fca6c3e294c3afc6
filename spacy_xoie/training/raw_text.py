"""Texts of which nothing is known but their words and their language."""

import warnings
from collections import Counter
from typing import Callable, Dict, Iterable, List, Mapping, Sequence

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from ..doc.codes import UNDETERMINED, code_or
from ..doc.languages import language_of, set_language
from ..doc.triples import SPAN_KEY
from ..errors import DataError
from ..extraction.gold import gold_language
from ..language.pipelines import detectors_of

Reader = Callable[[Language], Iterable[Example]]
"""A reader of corpora, as spaCy's configs name it."""

Texts = Mapping[str, Sequence[Doc]]
"""Docs by the code of their language."""


def read_texts(
    nlp: Language,
    corpus: Reader,
    languages: Iterable[str],
    *,
    span_key: str = SPAN_KEY,
) -> Dict[str, List[Doc]]:
    """Read a corpus and sort it by language. The language of a doc is what
    `language_of` says, else what the pipeline's `xoie_lang` detects.

    nlp (Language): The pipeline.
    corpus (Callable[[Language], Iterable[Example]]): The reader, such as
        spacy.JsonlCorpus.v1 for lines of {"text": …} or spacy.Corpus.v1.
    languages (Iterable[str]): Languages that are of use. Docs in others are left out,
        and a warning says how many.
    span_key (str): Key of the span group of gold triples.
    RETURNS (Dict[str, List[Doc]]): The docs of each language; each knows its language.
    RAISES (DataError): If there are none.
    """
    detectors = [detector for _, detector in detectors_of(nlp)]
    codes = [code_or(language, language) for language in languages]
    texts: Dict[str, List[Doc]] = {}
    others: Counter[str] = Counter()
    for example in corpus(nlp):
        doc = example.reference
        code = gold_language(example, span_key)
        if code == UNDETERMINED and detectors:
            code = language_of(detectors[0](doc), key=span_key)
        if code in codes and len(doc):
            set_language(doc, code)
            texts.setdefault(code, []).append(doc)
        else:
            others[code] += 1
    rest = ", ".join(f"{n} in {code}" for code, n in sorted(others.items()))
    if not texts:
        raise DataError(
            f"There is no text in {', '.join(codes) or 'any language'} to learn from, "
            f"but {rest or 'no doc at all'}. Check the path of the corpus, and give "
            f"the pipeline an `xoie_lang` if the docs do not say what they are in."
        )
    if others:
        warnings.warn(f"Docs of the raw text are left out: {rest}.", stacklevel=2)
    return texts
