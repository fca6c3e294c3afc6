"""What the adapters of a model do: the gates of each sentence."""

from typing import List, NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Span
from thinc.api import ArgsKwargs

from .model import Segments
from .shim import NetworkShim


class SentenceGates(NamedTuple):
    """The gates of a segment.

    span (Span): The segment.
    gates (NDArray): (layers, experts), one layer if one decision holds for all. Each
        sums to 1, or to 0 where the shared encoder works alone.
    """

    span: Span
    gates: NDArray[np.float32]


def sentence_gates(shim: NetworkShim, segments: Segments) -> List[SentenceGates]:
    """Find out which experts serve which segments.

    shim (NetworkShim): Holds the network.
    segments (Segments): The segments.
    RETURNS (List[SentenceGates]): The gates of each segment, in order; none at all if
        the model has no adapters or has not begun to use them.
    """
    results: List[SentenceGates] = []
    for rows, batch in segments.batches():
        gates = shim.predict(ArgsKwargs(args=("gates_by_layer", batch), kwargs={}))
        if gates is None:
            return []
        of_rows = gates.transpose(0, 1).float().cpu().numpy()
        results += [
            SentenceGates(segments.tokens[row], values)
            for row, values in zip(rows, of_rows, strict=True)
        ]
    places = {id(one.doc): number for number, one in enumerate(segments.readings)}
    return sorted(results, key=lambda one: (places[id(one.span.doc)], one.span.start))
