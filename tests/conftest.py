"""What more than one test file builds upon: tiny pipelines, made here."""

import os
import signal
from pathlib import Path
from typing import Callable, Dict, List, Optional, Sequence

import pytest
import spacy
import torch
from hypothesis import settings
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from spacy_xoie import TokenTriple, set_triples

# How long an example takes says more of the machine than of the code.
# What continuous integration finds, it finds again: more examples would find nothing
# new there. On other machines each run has others.
IN_CI = "CI" in os.environ
settings.register_profile(
    "xoie", deadline=None, derandomize=IN_CI, max_examples=40 if IN_CI else 100
)
settings.load_profile("xoie")

# Threads that wait for each other cost more than such small networks gain.
torch.set_num_threads(1)

TOKENIZER = {"@tokenizers": "spacy-xoie.MultilingualTokenizer.v1"}

TINY_MODEL = {
    "@architectures": "spacy-xoie.TripleModel.v1",
    "encoder": {
        "@architectures": "spacy-xoie.HashedEncoder.v1",
        "width": 32,
        "depth": 2,
        "attributes": ["NORM", "PREFIX", "SUFFIX", "SHAPE"],
        "rows": [500, 200, 200, 200],
        "dropout": 0.0,
        "word_dropout": 0.0,
    },
    "head": {
        "@architectures": "spacy-xoie.LightHead.v1",
        "width": 32,
        "depth": 1,
        "dropout": 0.0,
    },
    "bank": {
        "@architectures": "spacy-xoie.AdapterBank.v1",
        "languages": None,
        "rank": 2,
    },
    "router": {"@architectures": "spacy-xoie.LanguageRouter.v1"},
}

# text, language, triples as (subject, relation, objects) in pieces of text
SENTENCES = [
    (
        "Anna has recently met Ben in Rome .",
        "en",
        [("Anna", "has|met", ["Ben", "in Rome"])],
    ),
    (
        "The museum bought three paintings .",
        "en",
        [("The museum", "bought", ["three paintings"])],
    ),
    (
        "Die Stadt hat das Haus gebaut .",
        "de",
        [("Die Stadt", "hat|gebaut", ["das Haus"])],
    ),
    ("Der Rat lehnte den Plan ab .", "de", [("Der Rat", "lehnte|ab", ["den Plan"])]),
    ("Good morning !", "en", []),
    ("Guten Morgen !", "de", []),
]


def pieces_of(doc: Doc, part: str) -> tuple[tuple[int, int], ...]:
    """Token offsets of pieces of text, separated by "|"; "" is no piece."""
    spans = []
    for piece in filter(None, part.split("|")):
        start = doc.text.index(piece)
        span = doc.char_span(start, start + len(piece))
        assert span is not None, (doc.text, piece)
        spans.append((span.start, span.end))
    return tuple(spans)


def make_example(
    nlp: Language,
    text: str,
    language: str,
    triples: Optional[Sequence[tuple[str, str, List[str]]]],
) -> Example:
    """An example with gold triples; None makes one that is not annotated."""
    gold = nlp.make_doc(text)
    if triples is not None:
        found = [
            TokenTriple(
                pieces_of(gold, subject),
                pieces_of(gold, relation),
                tuple(pieces_of(gold, part) for part in objects),
            )
            for subject, relation, objects in triples
        ]
        set_triples(gold, found, language=language)
    return Example(nlp.make_doc(text), gold)


def heed_ctrl_c() -> None:
    """What a child process does first that is to be interrupted: tests that run in the
    background of a shell ignore Ctrl-C, and so would their children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def blank() -> Language:
    return spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})


@pytest.fixture
def examples(blank: Language) -> List[Example]:
    return [make_example(blank, *sentence) for sentence in SENTENCES]


@pytest.fixture
def make_pipeline() -> Callable[..., Language]:
    """Makes an initialised pipeline `xoie_lang`, `xoie` on SENTENCES."""

    def make(model: Optional[Dict[str, object]] = None, **config: object) -> Language:
        nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
        nlp.add_pipe("xoie_lang")
        nlp.add_pipe("xoie", config={"model": model or TINY_MODEL, **config})
        data = [make_example(nlp, *sentence) for sentence in SENTENCES]
        nlp.initialize(lambda: data)
        return nlp

    return make


@pytest.fixture(scope="session")
def trained_bytes() -> bytes:
    """A pipeline that has learnt SENTENCES, all stages one after the other."""
    from spacy.util import fix_random_seed

    fix_random_seed(0)
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("xoie_lang")
    pipe = nlp.add_pipe("xoie", config={"model": TINY_MODEL})
    data = [make_example(nlp, *sentence) for sentence in SENTENCES]
    optimizer = nlp.initialize(lambda: data)
    optimizer.learn_rate = 0.01
    for stage in ("embeddings", "encoder", "adapters"):
        pipe.set_stage(stage)
        for _ in range(40):
            nlp.update(data, sgd=optimizer)
    return nlp.to_bytes()


@pytest.fixture
def trained(trained_bytes: bytes) -> Language:
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("xoie_lang")
    nlp.add_pipe("xoie", config={"model": TINY_MODEL})
    return nlp.from_bytes(trained_bytes)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the development data, named by XOIE_DATA; skips without it."""
    import os

    folder = Path(os.environ.get("XOIE_DATA", ""))
    if not os.environ.get("XOIE_DATA") or not folder.is_dir():
        pytest.skip("set XOIE_DATA to the folder of the development data")
    return folder
