"""Words a second, and what spaCy's side of the work costs."""

from pathlib import Path
from typing import List, Optional

import torch
from spacy.language import Language

from spacy_xoie.extraction.features import token_batches
from spacy_xoie.packaging import merge_language

from .pipelines import batch_of, extractor, small_pipeline
from .texts import mixed, sentences
from .timing import compare, seconds

Rows = List[List[str]]


def words_a_second(nlp: Language, texts: List[str]) -> float:
    n_words = sum(map(len, map(nlp.make_doc, texts)))

    def run() -> None:
        for _ in nlp.pipe(texts):
            pass

    run()
    return n_words / min(seconds(run) for _ in range(3))


def throughput_rows(model: Optional[Path], n: int, rounds: int) -> Rows:
    """On one core."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    nlp = small_pipeline(model)
    texts = mixed(n)
    rows: Rows = []

    def add(name: str, value: str) -> None:
        rows.append([name, value])

    with_detector = words_a_second(nlp, texts)
    with nlp.select_pipes(disable=["xoie_lang"]):
        without = words_a_second(nlp, texts)
    english = sentences("en", n)
    merged = merge_language(nlp, "en")
    add("words/s, six languages, with xoie_lang", f"{with_detector:,.0f}")
    add("words/s, six languages, without xoie_lang", f"{without:,.0f}")
    add("words/s, English, multilingual", f"{words_a_second(nlp, english):,.0f}")
    add("words/s, English, merged wheel", f"{words_a_second(merged, english):,.0f}")

    pipe = extractor(merged)
    docs = [merged.make_doc(text) for text in english]
    batches = [
        batch_of(merged, {"en": [english[number] for number in numbers]})
        for numbers in token_batches([len(doc) for doc in docs], pipe.batch_tokens)
    ]

    def forward() -> None:
        with torch.inference_mode():
            for batch in batches:
                pipe.network.extract(
                    batch, threshold=pipe.threshold, max_triples=pipe.max_triples
                )

    def whole() -> None:
        for _ in merged.pipe(english):
            pass

    add("nlp.pipe over the forward pass alone", str(compare(whole, forward, rounds)))
    torch.set_num_threads(threads)
    return rows
