"""What spaCy's side costs: `nlp.pipe` against the network alone, and words a second."""

from typing import Any, List, Sequence
from unittest.mock import patch

from spacy.language import Language
from spacy.tokens import Doc

from spacy_xoie.extraction import model
from spacy_xoie.network import Batch
from spacy_xoie.packaging import merge_language

from .pipelines import (
    DETECTOR,
    EXTRACTOR,
    by_language,
    extracting,
    piping,
    record_batches,
)
from .report import Section
from .texts import mixed
from .timing import Run, paired


def measure_overhead(nlp: Language, texts: Sequence[str], rounds: int) -> Section:
    """Compare `nlp.pipe`, and the parts of it, with the forward pass of the network on
    the same batches.

    nlp (Language): The multilingual pipeline.
    texts (Sequence[str]): The texts.
    rounds (int): Number of pairs.
    RETURNS (Section): The figures.
    """
    section = Section(
        "nlp.pipe over the forward pass of its network",
        ["time / forward pass"],
        "The forward pass, encoder and head, gets nlp.pipe's batches ready made.",
    )
    network = extracting(nlp, record_batches(nlp, texts))
    docs = list(nlp.pipe(texts))

    def tokenize() -> None:
        for text in texts:
            nlp.make_doc(text)

    runs = {
        "nlp.pipe": piping(nlp, texts),
        "  of it the tokenizer": tokenize,
        "  of it xoie_lang": _component(nlp, DETECTOR, docs),
        "  of it xoie, the forward pass included": _component(nlp, EXTRACTOR, docs),
    }
    for name, run in runs.items():
        section.add(name, paired(run, network, rounds=rounds))
    return section


def measure_words(nlp: Language, texts: Sequence[str], rounds: int) -> Section:
    """Count words a second, on one core.

    nlp (Language): The multilingual pipeline.
    texts (Sequence[str]): The texts.
    rounds (int): Number of pairs.
    RETURNS (Section): The figures.
    """
    section = Section(
        "Words a second through nlp.pipe, on one core",
        ["words/s", "multilingual words/s", "time / multilingual"],
        "Each beside the multilingual pipeline with xoie_lang on the same texts. "
        "Without xoie_lang the language is unknown, and the router mixes.",
    )
    code, own = next(iter(by_language(nlp, texts).items()))
    # As many as there are of all languages, so that batches are of one size.
    own = own * max(1, len(texts) // len(own))
    merged = merge_language(nlp, code)

    def without_detector() -> None:
        with nlp.select_pipes(disable=[DETECTOR]):
            piping(nlp, texts)()

    def add(name: str, run: Run, part: Sequence[str]) -> None:
        ratio = paired(run, piping(nlp, part), rounds=rounds)
        n_words = sum(len(nlp.make_doc(text)) for text in part)
        section.add(name, n_words / ratio.seconds, n_words / ratio.against, ratio)

    add("all languages, without xoie_lang", without_detector, texts)
    add(f"{code} alone, merged", piping(merged, own), own)
    return section


def measure_sorting(nlp: Language, n: int, rounds: int) -> Section:
    """Compare the network on sentences that are sorted by length, as nlp.pipe sorts
    them, with the same sentences as they come.

    nlp (Language): The multilingual pipeline.
    n (int): Texts of each set.
    rounds (int): Number of pairs.
    RETURNS (Section): The figures.
    """
    section = Section(
        "Sentences sorted by length within nlp.pipe",
        ["time / as they come", "padding", "padding as they come"],
        "Encoder and head; padding is the share of positions that hold no token.",
    )
    for least, most in ((8, 30), (3, 80)):
        texts = mixed(n, least=least, most=most)
        batches = record_batches(nlp, texts)
        with patch.object(model, "token_batches", in_order):
            others = record_batches(nlp, texts)
        ratio = paired(extracting(nlp, batches), extracting(nlp, others), rounds=rounds)
        name = f"texts of {least} to {most} words"
        section.add(name, ratio, _padding(batches), _padding(others))
    return section


def in_order(
    lengths: Sequence[int], batch_tokens: int, batch_cost: int = 0
) -> List[List[int]]:
    """RETURNS (List[List[int]]): What `token_batches` returns, without sorting."""
    batches: List[List[int]] = [[]]
    longest = 0
    for index, length in enumerate(lengths):
        longest = max(longest, int(length))
        if batches[-1] and (len(batches[-1]) + 1) * longest > batch_tokens:
            batches.append([])
            longest = int(length)
        batches[-1].append(index)
    return [batch for batch in batches if batch]


def _padding(batches: Sequence[Batch]) -> float:
    n_used = sum(int(batch.mask.sum()) for batch in batches)
    return 1 - n_used / sum(batch.mask.numel() for batch in batches)


def _component(nlp: Language, name: str, docs: Sequence[Doc]) -> Run:
    """A run of one component over docs. What it finds replaces what is there."""
    pipe: Any = nlp.get_pipe(name)

    def run() -> None:
        for start in range(0, len(docs), nlp.batch_size):
            part = docs[start : start + nlp.batch_size]
            if name == DETECTOR:
                for doc in part:
                    doc._.language = None
            pipe.set_annotations(part, pipe.predict(part))

    return run
