"""What fewer bits cost and win on a transformer."""

from itertools import islice
from pathlib import Path
from typing import Callable, Optional

import spacy
from spacy import util
from spacy.language import Language
from spacy.training import Corpus

from spacy_xoie.network.precision import PRECISIONS, Precision

from .pipelines import EXTRACTOR, encoding, extracting, record_batches
from .report import Section, Value
from .texts import WORDS, mixed
from .timing import paired
from .transformer import make_batch, make_network

PLACE = f"components.{EXTRACTOR}.model.encoder.precision"


def measure_precisions(
    n: int, rounds: int, model: Optional[Path] = None, dev: Optional[Path] = None
) -> Section:
    """Compare the precisions that a transformer can predict in.

    n (int): Sentences of the batch, in six languages.
    rounds (int): Number of pairs.
    model (Optional[Path]): A trained pipeline with a transformer encoder, to score.
    dev (Optional[Path]): Annotated docs for that, in spaCy's binary format.
    RETURNS (Section): The figures.
    """
    section = Section(
        "Precision of a transformer",
        ["time / float32", "F1", "precision", "recall"],
        "Random: the encoder of the transformer above, six languages in a batch. "
        "Trained: the whole network on the first docs, and its triples on all of "
        "them.",
    )
    languages = list(WORDS)
    batch = make_batch(mixed(n), languages)
    unknown = float("nan")
    base = encoding(make_network(languages), [batch])
    for precision in PRECISIONS:
        run = encoding(make_network(languages, precision), [batch])
        ratio = paired(run, base, rounds=rounds)
        section.add(f"random, {precision}", ratio, unknown, unknown, unknown)
    if model is None or dev is None:
        return section
    against = _running(_load(model, "float32"), dev, n)
    for precision in PRECISIONS:
        nlp = _load(model, precision)
        ratio = paired(_running(nlp, dev, n), against, rounds=rounds)
        section.add(f"trained, {precision}", ratio, *_scores(nlp, dev))
    return section


def _load(model: Path, precision: Precision) -> Language:
    config = util.load_config(model / "config.cfg")
    path = config["components"][EXTRACTOR]["model"]["encoder"]["@architectures"]
    if path != "spacy-xoie.TransformerEncoder.v1":
        raise ValueError(f"{model} has {path}, which is no transformer.")
    return spacy.load(model, config={PLACE: precision})


def _running(nlp: Language, dev: Path, n: int) -> Callable[[], object]:
    texts = [example.text for example in islice(Corpus(dev)(nlp), n)]
    return extracting(nlp, record_batches(nlp, texts))


def _scores(nlp: Language, dev: Path) -> list[Value]:
    scores = nlp.evaluate(list(Corpus(dev)(nlp)))
    return [float(scores[f"xoie_triple_{part}"]) for part in "fpr"]
