"""What is known of each language of a model: how much it learned from, and how well it
does."""

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Iterable, List, Mapping, Optional, Union

from spacy.language import Language
from spacy.tokens import Doc, DocBin

from ..doc.languages import language_of
from ..errors import ConfigError, DataError
from ..evaluation.consistency import Consistency
from ..evaluation.expected import find_expected, read_expected
from ..extraction.pipelines import extractor_of
from ..files import OnFault, read_json
from ..network.heads import ArcHead
from .dev_scores import attachment_tally

if TYPE_CHECKING:
    from spacy.vocab import Vocab

PathLike = Union[str, Path]
Figures = Dict[str, Dict[str, Any]]
"""By the code of a language, what of this is known:

trees, tokens (int): Sentences with trees that the model learned from, and their tokens.
las (float): Share of the tokens of held-back sentences that get the right head and
    relation, from 0 to 1.
las_trees (int): The number of these sentences.
soft_f (float): F1 of triples, of those that a reader expects, see `find_expected`.
soft_texts (int): The number of texts.
consistency, consistency_low, consistency_high (float): F1 of what is found in the
    language with what is found in English, and its interval, see `Consistency`.
"""


def measure_languages(
    nlp: Language,
    *,
    train: Iterable[PathLike] = (),
    dev: Iterable[PathLike] = (),
    expected: Optional[PathLike] = None,
    consistency: Optional[PathLike] = None,
    component: str = "xoie",
    on_fault: Optional[OnFault] = None,
) -> Figures:
    """Count what a model learned from, and measure how well it does, language by
    language.

    nlp (Language): The pipeline.
    train (Iterable[Union[str, Path]]): The `.spacy` files that it learned from.
    dev (Iterable[Union[str, Path]]): Those of the trees that were held back.
    expected (Optional[Union[str, Path]]): Texts with the triples that are expected of
        them, see `read_expected`.
    consistency (Optional[Union[str, Path]]): What `consistency` with English wrote.
    component (str): Name of the extractor.
    on_fault (Optional[Callable[[Fault], None]]): Told of texts that cannot be read.
    RETURNS (Dict[str, Dict[str, Any]]): See `Figures`; without what is not given.
    RAISES (ConfigError): If the extractor predicts no trees, and there are some.
    RAISES (DataError): If a file cannot be read.
    """
    figures: Figures = defaultdict(dict)
    for path in train:
        for doc in _docs(path, nlp.vocab):
            known = figures[language_of(doc)]
            known["trees"] = known.get("trees", 0) + 1
            known["tokens"] = known.get("tokens", 0) + len(doc)
    pipe = extractor_of(nlp, component)
    by_language: Dict[str, List[Doc]] = defaultdict(list)
    for path in dev:
        if not isinstance(pipe.network.head, ArcHead):
            raise ConfigError(
                f"The extractor {component!r} predicts no trees, so there is no LAS to "
                f"measure on {path}. Leave held-back trees out."
            )
        for doc in _docs(path, nlp.vocab):
            by_language[language_of(doc)].append(doc)
    for language, docs in by_language.items():
        las = attachment_tally(pipe, docs, language).share
        figures[language].update(las=las, las_trees=len(docs))
    if expected is not None:
        found = find_expected(nlp, read_expected(expected, on_fault))
        for language, one in found.items():
            figures[language].update(soft_f=one.f1, soft_texts=one.n_texts)
    if consistency is not None:
        for pair in _pairs(consistency):
            if pair.reference == "en":
                figures[pair.judged].update(
                    consistency=pair.f1,
                    consistency_low=pair.low,
                    consistency_high=pair.high,
                )
    return dict(sorted(figures.items()))


def add_figures(known: Mapping[str, Any], new: Figures) -> Figures:
    """RETURNS (Dict[str, Dict[str, Any]]): Figures with new ones in the place of old
    ones of the same kind."""
    codes = sorted({*known, *new})
    return {code: {**known.get(code, {}), **new.get(code, {})} for code in codes}


def _docs(path: PathLike, vocab: "Vocab") -> Iterable[Doc]:
    try:
        return DocBin().from_disk(path).get_docs(vocab)
    except (OSError, ValueError, KeyError) as e:
        raise DataError(f"{path} cannot be read: {e}. Make it with `convert`.") from e


def _pairs(path: PathLike) -> List[Consistency]:
    record = read_json(path)
    try:
        return [Consistency(**pair) for pair in record["pairs"]]
    except (KeyError, TypeError) as e:
        raise DataError(
            f"{path} is no table of `consistency` ({type(e).__name__}: {e})."
        ) from e
