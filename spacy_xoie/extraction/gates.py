"""What the adapters of a model do: the gates of each sentence."""

from typing import List, NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Span
from thinc.api import ArgsKwargs

from .features import token_batches
from .model import ExtractionModel, Request, make_batch, shim_of, tok2vec_of


class SentenceGates(NamedTuple):
    """The gates of a segment.

    span (Span): The segment.
    gates (NDArray): (layers, experts), one layer if one decision holds for all. Each
        sums to 1, or to 0 where the shared encoder works alone.
    """

    span: Span
    gates: NDArray[np.float32]


def sentence_gates(model: ExtractionModel, request: Request) -> List[SentenceGates]:
    """Find out which experts serve which segments.

    model (ExtractionModel): The model.
    request (Request): The segments; only what concerns their text is used.
    RETURNS (List[SentenceGates]): The gates of each segment, in order; none at all if
        the model has no adapters or has not begun to use them.
    """
    shim = shim_of(model)
    features = shim.parts.encoder.featurize(
        request.docs, request.spans, tok2vec_of(model), False
    )
    languages = [request.languages(span) for span in features.spans]
    found: List[SentenceGates] = []
    for rows in token_batches(features.lengths, request.batch_tokens):
        batch = make_batch(features, rows, languages, shim.network, shim.device)
        gates = shim.predict(ArgsKwargs(args=("gates", batch), kwargs={}))
        if gates is None:
            return []
        of_rows = gates.transpose(0, 1).float().cpu().numpy()
        found += [
            SentenceGates(features.spans[row], values)
            for row, values in zip(rows, of_rows, strict=True)
        ]
    places = {id(doc): number for number, doc in enumerate(request.docs)}
    return sorted(found, key=lambda one: (places[id(one.span.doc)], one.span.start))
