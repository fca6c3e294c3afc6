"""Time and memory as documents, streams and the bank of adapters grow."""

from functools import partial
from itertools import cycle, islice
from typing import Iterator, List, Sequence, Tuple

from spacy.language import Language

from spacy_xoie.extraction.pipelines import extractor_of

from .memory import watched
from .pipelines import (
    encoding,
    make_bank,
    make_pipeline,
    network_of,
    record_batches,
    sure_of,
)
from .report import Section
from .texts import WORDS
from .timing import Run, paired, seconds


def measure_documents(
    nlp: Language, texts: Sequence[str], sizes: Sequence[int]
) -> Section:
    """Run the pipeline on single docs, made of the texts over and over.

    nlp (Language): The pipeline.
    texts (Sequence[str]): The texts.
    sizes (Sequence[int]): Tokens of each doc, about.
    RETURNS (Section): The figures.
    """
    section = Section(
        "Growth of a document",
        ["s", "µs a token", "peak MB", "KB a token"],
        "Peak memory is what is needed above that before, the doc itself included.",
    )
    lengths = [len(nlp.make_doc(text)) for text in texts]
    list(nlp.pipe(texts))
    for size in sizes:
        parts: List[str] = []
        n_tokens = 0
        for text, length in cycle(zip(texts, lengths, strict=True)):
            if n_tokens >= size:
                break
            parts.append(text)
            n_tokens += length
        nlp.max_length = 100 * size
        with watched() as memory:
            took = seconds(partial(nlp, " ".join(parts)))
        section.add(
            f"doc of {size:,} tokens",
            took,
            1e6 * took / n_tokens,
            memory.peak,
            1e3 * memory.peak / n_tokens,
        )
    return section


def measure_stream(
    nlp: Language, texts: Sequence[str], sizes: Sequence[int]
) -> Section:
    """Run the pipeline on streams, the texts over and over.

    nlp (Language): The pipeline.
    texts (Sequence[str]): The texts.
    sizes (Sequence[int]): Docs of each stream.
    RETURNS (Section): The figures.
    """
    section = Section(
        "Growth of a stream",
        ["s", "ms a doc", "peak MB", "MB kept"],
        f"Memory is flat if the peak does not follow the stream: spaCy's batches have "
        f"{nlp.batch_size} docs.",
    )
    for size in sizes:

        def run(size: int = size) -> None:
            stream: Iterator[str] = islice(cycle(texts), size)
            for _ in nlp.pipe(stream):
                pass

        with watched() as memory:
            took = seconds(run)
        section.add(
            f"stream of {size:,} docs",
            took,
            1e3 * took / size,
            memory.peak,
            memory.kept,
        )
    return section


def measure_languages(
    texts: Sequence[str], sizes: Sequence[int], rounds: int
) -> Section:
    """Give the bank more and more adapters, of which the batches use six.

    texts (Sequence[str]): Texts in six languages.
    sizes (Sequence[int]): Adapters of each bank, six or more.
    rounds (int): Number of pairs.
    RETURNS (Section): The figures.
    """
    section = Section(
        "Growth of the bank, batches that use six of its adapters",
        ["time / six", "load / six", "load s", "MB an adapter", "stored KB each"],
        "Encoder of the model in the package; load is reading its compressed weights, "
        "once they are in memory.",
    )
    six = make_bank(list(WORDS))
    run, load, stored = _bank(six, texts)
    for size in sizes:
        others = [f"x{number}" for number in range(size - len(WORDS))]
        nlp = make_bank([*WORDS, *others])
        own_run, own_load, own_stored = _bank(nlp, texts)
        loading = paired(own_load, load, rounds=rounds)
        numbers = sum(
            weight.numel() * weight.element_size()
            for name, weight in network_of(nlp).named_parameters()
            if ".lora_" in name
        )
        more = size - len(WORDS)
        section.add(
            f"bank of {size} adapters",
            paired(own_run, run, rounds=rounds),
            loading,
            loading.seconds,
            numbers / size / 1e6,
            (own_stored - stored) / more / 1e3 if more else float("nan"),
        )
    return section


def _bank(nlp: Language, texts: Sequence[str]) -> Tuple[Run, Run, int]:
    """Runs that encode texts and that load the weights, and their size in bytes."""
    network = network_of(nlp)
    batches = [sure_of(batch) for batch in record_batches(nlp, texts)]
    shim = extractor_of(nlp).model.shim
    with shim.compression():
        data = shim.to_bytes()
    # Another model takes the weights, so that this one can go on.
    other = extractor_of(make_pipeline()).model.shim
    return encoding(network, batches), partial(other.from_bytes, data), len(data)
