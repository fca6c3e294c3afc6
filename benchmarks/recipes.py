"""Recipes of training compared: the order of the paper (adapters last), that of X-MOD
(languages first, from raw text, then the task on frozen adapters), embeddings that
learn from bilingual lexicons first. All with the same number of updates, on the same
sentences, of all languages or with trees in English alone.

    python -m benchmarks.recipes results.jsonl --train TRAIN.spacy --dev DEV.spacy

The raw text is that of the training sentences; the lexicons are those of the package
and, where they are installed, those of FreeDict. `--table` prints means and standard
deviations over the seeds.
"""

from collections import Counter
from pathlib import Path
from typing import Dict, List

import spacy
import torch
from spacy.tokens import Doc

from spacy_xoie.extraction.features import hash_attributes
from spacy_xoie.network.model import TripleNetwork
from spacy_xoie.network.stages import set_stage
from spacy_xoie.projection.lexicon import installed_lexicons
from spacy_xoie.training.contrast import WordBatches, contrastive_loss, word_vectors
from spacy_xoie.training.guessing import Guesser, guessing_loss
from spacy_xoie.training.lexicons import WordPairs, find_word_pairs

from .runs import lines_by_variant, mean_cell
from .variants import (
    ATTRIBUTES,
    ROWS,
    SUFFIX,
    Data,
    Variant,
    batches,
    descend,
    main,
    make_batch,
)

WORDS = 256
ONE = {"all": 1.0}


def learn_languages(
    variant: Variant, network: TripleNetwork, data: Data, steps: int, seed: int
) -> None:
    """Guess hidden words of all languages, each through its adapter."""
    stream = batches(data, variant._replace(treed=()), variant.tokens, seed)
    guesser = Guesser(variant.width, {SUFFIX: ROWS[SUFFIX]})
    set_stage(network, "language" if network.bank is not None else "shared")
    learning = [p for p in network.parameters() if p.requires_grad]
    descend(
        [*learning, *guesser.parameters()],
        lambda: guessing_loss(
            network, guesser, make_batch(data, next(stream), variant)
        ),
        steps,
    )


def learn_words(
    variant: Variant, network: TripleNetwork, data: Data, steps: int, seed: int
) -> None:
    """Bring words that translate each other near to each other."""
    batches_of_words = WordBatches(word_pairs(data), size=WORDS, seed=seed)
    stream = iter(batches_of_words)
    vocab = spacy.blank("xx").vocab
    # Words of Chinese are characters here, as in the trees.
    docs = [Doc(vocab, words=[word]) for word in batches_of_words.words]
    features = hash_attributes([doc[:] for doc in docs], ATTRIBUTES, ROWS, 2)

    def loss() -> torch.Tensor:
        batch = next(stream)
        left, right = (
            word_vectors(network.encoder, features.inputs(rows)[0])
            for rows in (batch.left, batch.right)
        )
        return contrastive_loss(left, right, other=batch.other)

    set_stage(network, "shared")
    descend([p for p in network.parameters() if p.requires_grad], loss, steps)


def word_pairs(data: Data) -> List[WordPairs]:
    """RETURNS (List[WordPairs]): Those that the training sentences have."""
    if id(data) not in _PAIRS:
        counts: Dict[str, Counter[str]] = {}
        for doc, code in zip(data.docs, data.codes, strict=True):
            counts.setdefault(code, Counter()).update(token.lower_ for token in doc)
        named = ["own", "freedict"] if installed_lexicons() else ["own"]
        _PAIRS[id(data)] = find_word_pairs(counts, lexicons=named)
    return _PAIRS[id(data)]


_PAIRS: Dict[int, List[WordPairs]] = {}
"""Large dictionaries take many seconds to read."""

WORDS_FIRST = ((learn_words, 0.2),)
TEXT_FIRST = ((learn_languages, 0.33),)
BOTH_FIRST = ((learn_words, 0.1), (learn_languages, 0.3))
PAPER = {"embeddings": 0.33, "encoder": 0.34, "adapters": 0.33}
TASK = {"task": 1.0}
XMOD = {"encoder": 1.0}
ENGLISH = ("en",)

RECIPES: Dict[str, Variant] = {
    "one stage": Variant(ONE),
    "en: one stage": Variant(ONE, treed=ENGLISH),
    "en: raw text; task": Variant(TASK, before=TEXT_FIRST, treed=ENGLISH),
    "raw text; task": Variant(TASK, before=TEXT_FIRST),
    "en: lexicons; one stage": Variant(ONE, before=WORDS_FIRST, treed=ENGLISH),
    "lexicons; one stage": Variant(ONE, before=WORDS_FIRST),
    "en: raw text; nothing frozen": Variant(ONE, before=TEXT_FIRST, treed=ENGLISH),
    "raw text; nothing frozen": Variant(ONE, before=TEXT_FIRST),
    "embeddings; encoder; adapters": Variant(PAPER),
    "en: one stage, no adapters": Variant({"shared": 1.0}, None, treed=ENGLISH),
    "en: raw text; task, embeddings frozen": Variant(
        XMOD, before=TEXT_FIRST, treed=ENGLISH
    ),
    "en: lexicons; raw text; task": Variant(TASK, before=BOTH_FIRST, treed=ENGLISH),
    "raw text; task, embeddings frozen": Variant(XMOD, before=TEXT_FIRST),
}
VARIANTS = {name: recipe._replace(tokens=1000) for name, recipe in RECIPES.items()}


def table(path: Path) -> str:
    """RETURNS (str): Markdown: LAS, then F1 of triples, by language."""
    by_variant = lines_by_variant(path)
    places = [
        "all",
        *sorted(k for k in next(iter(by_variant.values()))[0] if len(k) == 2),
    ]
    rows: List[str] = []
    for measure in ("LAS", "triple F1"):
        rows += [
            f"| {measure} | seeds | task updates | {' | '.join(places)} |",
            "|---" * (3 + len(places)) + "|",
        ]
        for name, runs in by_variant.items():
            cells = [name, str(len(runs)), str(runs[0]["task updates"])]
            cells += [
                mean_cell([run[place][measure] for run in runs]) for place in places
            ]
            rows.append(f"| {' | '.join(cells)} |")
        rows.append("")
    return "\n".join(rows[:-1])


if __name__ == "__main__":
    main(VARIANTS, __doc__, table)
