"""The aligner `intrinsic`: the links that the translator gave."""

from typing import List, Sequence

from ...doc.translations import Alignment
from ...registries import aligners
from ..ty import Aligner, Pair


@aligners("spacy-xoie.IntrinsicAligner.v1")
def make_intrinsic_aligner(otherwise: Aligner | None = None) -> "IntrinsicAligner":
    """Make an aligner of the links that the translator gave. See `IntrinsicAligner`."""
    return IntrinsicAligner(otherwise)


class IntrinsicAligner:
    """Takes the links that the translator gave.

    otherwise (Optional[Aligner]): Aligns the pairs for which the translator gave none;
        else they have no links.
    """

    def __init__(self, otherwise: Aligner | None = None) -> None:
        self.otherwise = otherwise

    def __call__(self, pairs: Sequence[Pair]) -> List[Alignment]:
        """Align pairs.

        pairs (Sequence[Pair]): The pairs.
        RETURNS (List[Alignment]): One for each pair.
        """
        results = []
        for pair in pairs:
            links = tuple(sorted(set(pair.links or ())))
            results.append(Alignment(links, (1.0,) * len(links), (True,) * len(links)))
        if self.otherwise is not None:
            unlinked = [n for n, pair in enumerate(pairs) if pair.links is None]
            others = self.otherwise([pairs[n] for n in unlinked])
            for number, alignment in zip(unlinked, others, strict=True):
                results[number] = alignment
        return results
