"""Time and memory as documents, streams and the bank of adapters grow."""

from functools import partial
from itertools import cycle, islice
from typing import Iterator, List, Sequence, Tuple

from spacy.language import Language

from .memory import watched
from .pipelines import encoding, make_pipeline, network_of, record_batches, sure_of
from .report import Section
from .texts import WORDS
from .timing import Ratio, paired, seconds


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
    sizes (Sequence[int]): Adapters of each bank.
    rounds (int): Number of pairs.
    RETURNS (Section): The figures.
    """
    section = Section(
        "Growth of the bank, batches that use six of its adapters",
        ["time / bare", "adapters MB", "MB each", "peak MB"],
        "A pipeline of the default size, made and then run: its peak memory is above "
        "that before.",
    )
    for size in sizes:
        section.add(f"bank of {size} adapters", *_bank(texts, size, rounds))
    return section


def _bank(
    texts: Sequence[str], size: int, rounds: int
) -> Tuple[Ratio, float, float, float]:
    """The figures of one bank, which is gone afterwards."""
    others = [f"x{number}" for number in range(size - len(WORDS))]
    with watched() as memory:
        nlp = make_pipeline(languages=[*WORDS, *others])
        network = network_of(nlp)
        batches = [sure_of(batch) for batch in record_batches(nlp, texts)]
        bare = encoding(network, batches, routed=False)
        ratio = paired(encoding(network, batches), bare, rounds=rounds)
    megabytes = sum(
        weight.numel() * weight.element_size() / 1e6
        for name, weight in network.named_parameters()
        if ".lora_" in name
    )
    return ratio, megabytes, megabytes / size, memory.peak
