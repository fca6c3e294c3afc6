"""The model with a pretrained encoder: words a second in each precision, beside the
small model and beside spacy-transformers, and what it needs at the start."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Optional, Sequence

import spacy
import srsly
from spacy.language import Language

from spacy_xoie.errors import ConfigError
from spacy_xoie.network.encoders import JointEncoder, TransformerEncoder

from .pipelines import make_pipeline, network_of, piping
from .report import Section
from .timing import Ratio, paired

START = """
import sys, time
from pathlib import Path
import torch
torch.set_num_threads(1)
import spacy
nlp = spacy.load(sys.argv[1])
texts = sys.stdin.read().splitlines()
triples = nlp(texts[0])._.triples
first = time.process_time()
for doc in nlp.pipe(texts):
    pass
# What getrusage tells begins with the memory of the process that started this one.
status = Path("/proc/self/status")
lines = status.read_text().splitlines() if status.exists() else ["VmHWM: nan"]
peak = next(line.split()[1] for line in lines if line.startswith("VmHWM"))
print(first, float(peak) / 1024)
"""

START_FIGURES = ("seconds of processor time to the first triple", "peak memory, MB")


def measure_words_per_second(
    texts: Sequence[str],
    rounds: int,
    model: str = "xx_xoie_md",
    encoder: Optional[Path] = None,
) -> Section:
    """Count the words a second of a pipeline with a pretrained encoder.

    texts (Sequence[str]): The texts.
    rounds (int): Number of pairs.
    model (str): The pipeline, as `spacy.load` takes it.
    encoder (Optional[Path]): Folder of its encoder, as Hugging Face writes it, to run
        under spacy-transformers' own component.
    RETURNS (Section): The figures.
    """
    section = Section(
        "A pretrained encoder, through nlp.pipe on one core",
        ["words/s", "time / float32", "value"],
        "spacy-transformers' row is of its component alone, in strided spans, with as "
        "many layers and no head; the first triple comes after loading.",
    )
    unknown = float("nan")
    try:
        nlp = spacy.load(model)
        nlp("Weights are read when they are first needed.")
    except ConfigError as e:
        section.note = f"Not measured: {e}"
        return section
    n_words = sum(len(nlp.make_doc(text)) for text in texts)
    single = spacy.load(model)
    _pieces_of(single).precision = "float32"
    against = piping(single, texts)

    def add(name: str, run: Any) -> None:
        ratio: Ratio = paired(run, against, rounds=rounds)
        section.add(name, n_words / ratio.seconds, ratio, unknown)

    add("the small model", piping(make_pipeline(), texts))
    for precision in ("float32", "bfloat16", "int8", "auto"):
        _pieces_of(nlp).precision = precision  # type: ignore[assignment]
        add(precision, piping(nlp, texts))
    if network_of(nlp).bank is not None:
        network_of(nlp).routed = False
        add("auto, without its adapters", piping(nlp, texts))
    if encoder is not None:
        n_layers = _pieces_of(nlp).n_layers
        add("spacy-transformers", piping(_their_pipeline(encoder, n_layers), texts))
    output = subprocess.run(
        [sys.executable, "-c", START, model],
        input="\n".join(" ".join(text.split()) for text in texts),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    for name, value in zip(START_FIGURES, output, strict=True):
        section.add(name, unknown, unknown, float(value))
    return section


def _pieces_of(nlp: Language) -> TransformerEncoder:
    encoder = network_of(nlp).encoder
    pieces = encoder.pieces if isinstance(encoder, JointEncoder) else encoder
    if not isinstance(pieces, TransformerEncoder):
        raise ValueError("The pipeline has no pretrained encoder.")
    return pieces


def _their_pipeline(folder: Path, n_layers: int) -> Language:
    nlp = spacy.blank("xx")
    with TemporaryDirectory() as copy:
        for path in folder.iterdir():
            (Path(copy) / path.name).symlink_to(path.absolute())
        # Of a tokenizer of XLM-R's class it wants the file of its pieces as well.
        place = Path(copy) / "tokenizer_config.json"
        settings = srsly.read_json(place)
        place.unlink()
        settings["tokenizer_class"] = "PreTrainedTokenizerFast"
        srsly.write_json(place, settings)
        model = {
            "@architectures": "spacy-transformers.TransformerModel.v3",
            "name": copy,
            "tokenizer_config": {"use_fast": True},
            "get_spans": {
                "@span_getters": "spacy-transformers.strided_spans.v1",
                "window": 128,
                "stride": 96,
            },
        }
        nlp.add_pipe("transformer", config={"model": model})
        nlp.initialize()
    pipe: Any = nlp.get_pipe("transformer")
    del pipe.model.transformer.encoder.layer[n_layers:]
    return nlp
