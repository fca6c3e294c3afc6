"""The aligner `pivot`: through a machine translation whose words are linked already."""

from collections import defaultdict
from typing import Dict, Iterable, List, Optional, Sequence, Tuple, Union

from spacy.tokens import Doc

from ...doc.blank import blank_pipeline
from ...doc.translations import Alignment
from ...registries import aligners
from ..ty import Aligner, CharLink, Pair, Translation, Translator, fit_aligner
from .lexical import LexicalAligner

Scores = Dict[Tuple[int, int], float]

CONFIRMED = 0.9
"""Lower bound of the score of a link that the engine and the other aligner have."""


@aligners("spacy-xoie.PivotAligner.v1")
def make_pivot_aligner(
    translator: Translator,
    otherwise: Optional[Aligner] = None,
    same: Optional[Aligner] = None,
) -> "PivotAligner":
    """Make an aligner that goes through a translation. See `PivotAligner`."""
    return PivotAligner(translator, otherwise=otherwise, same=same)


class PivotAligner:
    """Translates the source with an engine that says which words became which (such as
    Apertium), links that translation with the given one, which is in the same language,
    and joins both links. They confirm those of another aligner, and stand in where that
    has none.

    translator (Translator): The engine. Pairs that it cannot translate, or gives no
        links for, have those of the other aligner alone.
    otherwise (Optional[Aligner]): The other aligner, by default `LexicalAligner()`.
    same (Optional[Aligner]): Links texts of one language, by default
        `LexicalAligner()`: by equal and similar words, and by their places.
    """

    def __init__(
        self,
        translator: Translator,
        *,
        otherwise: Optional[Aligner] = None,
        same: Optional[Aligner] = None,
    ) -> None:
        self.translator = translator
        self.otherwise = otherwise or LexicalAligner()
        self.same = same or LexicalAligner()

    def __call__(self, pairs: Sequence[Pair]) -> List[Alignment]:
        """Align pairs.

        pairs (Sequence[Pair]): The pairs.
        RETURNS (List[Alignment]): One for each pair.
        RAISES (EngineError): If the engine or a pair of languages is not there.
        """
        direct = self.otherwise(pairs)
        drafts = self._translate(pairs)
        drafted = [n for n, draft in enumerate(drafts) if draft is not None]
        docs = {n: self._make_doc(pairs[n], drafts[n]) for n in drafted}
        bridges = self.same(
            [
                Pair(
                    docs[n],
                    pairs[n].target,
                    pairs[n].target_language,
                    pairs[n].target_language,
                )
                for n in drafted
            ]
        )
        results = list(direct)
        for n, bridge in zip(drafted, bridges, strict=True):
            draft = drafts[n]
            assert draft is not None and draft.links is not None
            first = _token_links(pairs[n], docs[n], draft.links)
            results[n] = _unite(direct[n], _compose(first, bridge))
        return results

    def fit(self, pairs: Iterable[Pair]) -> None:
        """Let the other aligner learn, if it can.

        pairs (Iterable[Pair]): Translated texts.
        """
        fit_aligner(self.otherwise, pairs)

    def _translate(self, pairs: Sequence[Pair]) -> List[Optional[Translation]]:
        drafts: List[Optional[Translation]] = [None] * len(pairs)
        groups: Dict[Tuple[str, str], List[int]] = {}
        for number, pair in enumerate(pairs):
            if pair.source.text.strip():
                languages = pair.source_language, pair.target_language
                groups.setdefault(languages, []).append(number)
        for (source, target), numbers in groups.items():
            texts = [pairs[n].source.text for n in numbers]
            for n, draft in zip(
                numbers, self.translator(texts, source, target), strict=True
            ):
                if isinstance(draft, Translation) and draft.links is not None:
                    drafts[n] = draft
        return drafts

    def _make_doc(self, pair: Pair, draft: Union[Translation, None]) -> Doc:
        assert draft is not None
        return blank_pipeline(pair.target_language).make_doc(draft.text)


def _token_links(
    pair: Pair, draft: Doc, links: Sequence[CharLink]
) -> List[Tuple[int, int]]:
    """Links of the engine, in tokens."""
    base = pair.source[0].idx
    sources, targets = (
        {
            char: number
            for number, token in enumerate(side)
            for char in range(token.idx - shift, token.idx - shift + len(token))
        }
        for side, shift in ((pair.source, base), (draft, 0))
    )
    return sorted(
        {
            (sources[i], targets[j])
            for start, end, target_start, target_end in links
            for i in range(start, end)
            for j in range(target_start, target_end)
            if i in sources and j in targets
        }
    )


def _compose(first: Sequence[Tuple[int, int]], bridge: Alignment) -> Scores:
    """Links through the tokens in the middle, with the scores of the bridge."""
    ahead: Dict[int, List[Tuple[int, float]]] = defaultdict(list)
    for (k, j), score in zip(bridge.links, bridge.scores, strict=True):
        ahead[k].append((j, score))
    scores: Scores = {}
    for i, k in first:
        for j, score in ahead.get(k, ()):
            scores[i, j] = max(score, scores.get((i, j), 0.0))
    return scores


def _unite(direct: Alignment, pivoted: Scores) -> Alignment:
    """The links of the other aligner, of which those that the engine has too are the
    more certain, and those of the engine between tokens that have none."""
    rows = {i for i, _ in direct.links}
    columns = {j for _, j in direct.links}
    united = {
        (i, j): (score, True)
        for (i, j), score in pivoted.items()
        if i not in rows and j not in columns
    }
    for link, score, agreed in zip(*direct, strict=True):
        if link in pivoted:
            score, agreed = max(CONFIRMED, score), True
        united[link] = (score, agreed)
    links = tuple(sorted(united))
    return Alignment(
        links,
        tuple(united[link][0] for link in links),
        tuple(united[link][1] for link in links),
    )
