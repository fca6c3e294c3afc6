"""The aligner `embedding`: tokens whose vectors are alike."""

from typing import Any, Dict, List, Optional, Sequence, Union

import numpy as np
import spacy
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from ...doc.translations import Alignment
from ...errors import ConfigError, EngineError, NotReadyError
from ...forks import prepare_forks
from ...registries import aligners
from ..ty import Pair

Vectors = NDArray[np.float32]


@aligners("spacy-xoie.EmbeddingAligner.v1")
def make_embedding_aligner(
    states: str = "auto",
    temperature: float = 0.05,
    threshold: float = 0.001,
    pipeline: Optional[str] = None,
) -> "EmbeddingAligner":
    """Make an aligner by token vectors. See `EmbeddingAligner` for the settings."""
    return EmbeddingAligner(states, temperature, threshold, pipeline=pipeline)


class EmbeddingAligner:
    """Aligns tokens whose vectors are alike, as *AWESOME* does (Dou and Neubig 2021,
    "Word Alignment by Fine-tuning Embeddings on Parallel Corpora"): the softmax of the
    similarities, in both directions, has to pass a threshold.

    It needs vectors of one multilingual encoder: those of a `transformer` of
    spacy-transformers, `doc.tensor`, or static word vectors. They are read from the
    docs, or made by a pipeline of its own. Tokens whose vector is zero have no links.

    states (str): "transformer", "tensor", "vectors", or "auto" for the first of these
        that both docs have.
    temperature (float): Of the softmax over cosines; lower is more sure.
    threshold (float): Least probability of a link in both directions.
    pipeline (Optional[str]): A pipeline (package or folder) that makes the vectors of
        both sides, whose tokens are kept. It is loaded when the first pair is aligned.
    RAISES (ConfigError): If a setting cannot work.
    """

    def __init__(
        self,
        states: str = "auto",
        temperature: float = 0.05,
        threshold: float = 0.001,
        *,
        pipeline: Optional[str] = None,
    ) -> None:
        if states not in ("auto", *_STATES):
            raise ConfigError(
                f"states is {states!r}; it must be auto or one of {', '.join(_STATES)}."
            )
        if not temperature > 0 or not 0 < threshold < 1:
            raise ConfigError(
                f"temperature is {temperature} and threshold {threshold}; the first "
                f"must be above 0, the second between 0 and 1."
            )
        self.states = states
        self.temperature = temperature
        self.threshold = threshold
        self.pipeline = pipeline
        self._nlp: Optional[Language] = None
        if pipeline is not None:
            prepare_forks()

    def __call__(self, pairs: Sequence[Pair]) -> List[Alignment]:
        """Align pairs.

        pairs (Sequence[Pair]): The pairs.
        RETURNS (List[Alignment]): One for each pair.
        RAISES (NotReadyError): If docs have no vectors.
        RAISES (EngineError): If the pipeline cannot be loaded.
        """
        if self.pipeline is not None:
            pairs = self._encoded(pairs)
        return [self._align(pair) for pair in pairs]

    def __getstate__(self) -> Dict[str, Any]:
        return {**self.__dict__, "_nlp": None}

    def _encoded(self, pairs: Sequence[Pair]) -> List[Pair]:
        """The pairs with docs that the pipeline has read."""
        if self._nlp is None:
            self._nlp = _load(str(self.pipeline))
        docs = self._nlp.pipe(
            _copy_tokens(side, self._nlp.vocab)
            for pair in pairs
            for side in (pair.source, pair.target)
        )
        return [
            pair._replace(source=source, target=target)
            for pair, source, target in zip(pairs, docs, docs, strict=True)
        ]

    def _align(self, pair: Pair) -> Alignment:
        if not len(pair.source) or not len(pair.target):
            return Alignment((), (), ())
        one, other = self._vectors(pair)
        likeness = (_unit(one) @ _unit(other).T) / self.temperature
        forward, backward = _softmax(likeness, 1), _softmax(likeness, 0)
        chosen = (forward > self.threshold) & (backward > self.threshold)
        chosen &= np.outer(one.any(1), other.any(1))
        best = (forward == forward.max(1, keepdims=True)) & (
            backward == backward.max(0, keepdims=True)
        )
        rows, columns = np.nonzero(chosen)
        scores = np.sqrt(forward * backward)[chosen]
        return Alignment(
            tuple(zip(rows.tolist(), columns.tolist(), strict=True)),
            tuple(scores.tolist()),
            tuple(best[chosen].tolist()),
        )

    def _vectors(self, pair: Pair) -> List[Vectors]:
        kinds = tuple(_STATES) if self.states == "auto" else (self.states,)
        for kind in kinds:
            sides = [_STATES[kind](side) for side in (pair.source, pair.target)]
            there = [side for side in sides if side is not None]
            if len(there) == 2 and there[0].shape[1] == there[1].shape[1]:
                return there
        raise NotReadyError(
            f"The aligner 'embedding' finds no vectors of the same width in both docs "
            f"(looked for: {', '.join(kinds)}). Let one multilingual encoder read "
            f"both, such as a 'transformer', or use the aligner 'lexical'."
        )


def _transformer(span: Union[Doc, Span]) -> Optional[Vectors]:
    doc = span if isinstance(span, Doc) else span.doc
    data: Any = doc._.trf_data if Doc.has_extension("trf_data") else None
    flat = getattr(getattr(data, "model_output", None), "last_hidden_state", None)
    if flat is None or not len(flat):
        return None
    flat = np.asarray(flat).reshape(-1, flat.shape[-1])
    vectors = np.zeros((len(doc), flat.shape[-1]), dtype=np.float32)
    for token, (start, length) in enumerate(_ragged(data.align)):
        if length:
            rows = data.align.dataXd[start : start + length].reshape(-1)
            vectors[token] = flat[rows].mean(0)
    return vectors[_bounds(span)]


def _ragged(align: Any) -> List[tuple[int, int]]:
    starts = np.cumsum(align.lengths) - align.lengths
    return list(zip(starts.tolist(), align.lengths.tolist(), strict=True))


def _tensor(span: Union[Doc, Span]) -> Optional[Vectors]:
    doc = span if isinstance(span, Doc) else span.doc
    tensor = np.asarray(doc.tensor)
    if tensor.ndim != 2 or len(tensor) != len(doc):
        return None
    return tensor[_bounds(span)].astype(np.float32)


def _static(span: Union[Doc, Span]) -> Optional[Vectors]:
    doc = span if isinstance(span, Doc) else span.doc
    if not doc.vocab.vectors_length or not span.has_vector:
        return None
    return np.array([token.vector for token in span], dtype=np.float32)


def _load(name: str) -> Language:
    try:
        return spacy.load(name)
    except (OSError, ImportError, ValueError) as e:
        raise EngineError(
            f"The pipeline {name!r} of the aligner 'embedding' cannot be loaded: {e} "
            f"Install it, or name another in the setting 'pipeline'."
        ) from e


def _copy_tokens(side: Union[Doc, Span], vocab: Vocab) -> Doc:
    words = [token.text for token in side]
    return Doc(vocab, words=words, spaces=[bool(token.whitespace_) for token in side])


_STATES = {"transformer": _transformer, "tensor": _tensor, "vectors": _static}


def _bounds(span: Union[Doc, Span]) -> slice:
    return slice(None) if isinstance(span, Doc) else slice(span.start, span.end)


def _unit(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-8))


def _softmax(values: Vectors, axis: int) -> Vectors:
    raised = np.exp(values - values.max(axis, keepdims=True))
    return np.asarray(raised / raised.sum(axis, keepdims=True))
