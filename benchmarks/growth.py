"""Time and memory as documents, streams and banks of adapters grow."""

import gc
from itertools import cycle, islice
from pathlib import Path
from typing import Iterator, List, Optional

import psutil
import torch
from spacy.tokens import Doc

from .pipelines import batch_of, extractor, small_pipeline
from .routing import bare, encode
from .texts import WORDS, mixed, sentences
from .timing import compare, seconds

Rows = List[List[str]]


def megabytes() -> float:
    """RETURNS (float): Resident memory of this process."""
    return float(psutil.Process().memory_info().rss) / 1e6


def document_rows(model: Optional[Path], sizes: List[int]) -> Rows:
    nlp = small_pipeline(model)
    pipe = extractor(nlp)
    words = [token.text for text in mixed(600) for token in nlp.make_doc(text)]
    rows: Rows = []
    for size in sizes:
        gc.collect()
        doc = Doc(nlp.vocab, words=list(islice(cycle(words), size)))
        before = megabytes()
        took = seconds(lambda doc=doc: pipe(doc))  # type: ignore[misc]
        grown = megabytes() - before
        rows.append(
            [f"doc of {size:,} tokens", f"{1e6 * took / size:.0f}", f"{grown:+.0f}"]
        )
    return rows


def stream_rows(model: Optional[Path], sizes: List[int]) -> Rows:
    nlp = small_pipeline(model)
    texts = mixed(1000)
    for _ in nlp.pipe(texts):
        pass
    rows: Rows = []
    for size in sizes:
        gc.collect()
        before = megabytes()
        n_tokens = 0

        def stream(size: int = size) -> Iterator[str]:
            return islice(cycle(texts), size)

        def run() -> None:
            nonlocal n_tokens
            for doc in nlp.pipe(stream()):
                n_tokens += len(doc)

        took = seconds(run)
        grown = megabytes() - before
        each = f"{1e6 * took / max(n_tokens, 1):.0f}"
        rows.append([f"stream of {size:,} docs", each, f"{grown:+.0f}"])
    return rows


def language_rows(sizes: List[int], rounds: int) -> Rows:
    """A batch in six languages; only the adapters it uses take part."""
    rows: Rows = []
    for size in sizes:
        more = [f"x{number}" for number in range(size - len(WORDS))]
        nlp = small_pipeline(None, [*WORDS, *more])
        network = extractor(nlp).network
        batch = batch_of(nlp, {code: sentences(code, 16) for code in WORDS})
        ratio = compare(encode(network, batch), encode(bare(network), batch), rounds)
        numbers = sum(
            weight.numel() * weight.element_size()
            for name, weight in network.named_parameters()
            if ".lora_" in name
        )
        with torch.inference_mode():
            rows.append(
                [f"bank of {size} adapters", str(ratio), f"{numbers / size / 1e6:.2f}"]
            )
    return rows
