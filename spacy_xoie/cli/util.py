"""What the commands share."""

from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, Optional

import srsly
import typer
from spacy import blank, util
from spacy.language import Language

from ..errors import ConfigError, DataError, XoieError
from ..extraction.adapters import extend_detector
from ..extraction.pretrained import ARC_HEAD, META, find_model, stored_config
from ..language.blank import multilingual_pipeline
from .group import FAILED, debugging, tell

TOLD = ("license", "sources", "performance")


def read_json(path: Path) -> Any:
    try:
        return srsly.read_json(path)
    except ValueError as e:
        raise DataError(f"{path} is not a JSON file: {e}") from e


def write_text(path: Path, text: str) -> None:
    """Write a file, which is there wholly or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_text(text, encoding="utf8")
    partial.replace(path)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Our own errors say what to do, and so do those of missing files and pipelines;
    a traceback would only hide it. What is no error of ours the group tells."""
    try:
        yield
    except BrokenPipeError:
        raise
    except (XoieError, OSError) as e:
        if debugging():
            raise
        tell(e)
        raise typer.Exit(FAILED) from e


def named_pipeline(
    model: str,
    language: str,
    threshold: Optional[float] = None,
    facts: Optional[str] = None,
) -> Language:
    """Get a pipeline by name, or a blank one with a pretrained model.

    model (str): A pipeline (folder or package), or a pretrained model.
    language (str): Language of the blank pipeline; "xx" for one that detects it.
    threshold (Optional[float]): Least score of a triple.
    facts (Optional[str]): "minimal" or "whole" triples of a pretrained model.
    RETURNS (Language): The pipeline, which says of itself what the model does: its
        licence, sources and scores.
    """
    try:
        folder = find_model(model)
    except ConfigError:
        nlp = util.load_model(model)
        if threshold is not None and nlp.has_pipe("xoie"):
            nlp.get_pipe("xoie").threshold = threshold  # type: ignore[attr-defined]
        return nlp
    reads_trees = stored_config(model)["model"]["head"]["@architectures"] == ARC_HEAD
    settings: Dict[str, Any] = {
        "model": {
            "@architectures": "spacy-xoie.PretrainedModel.v1",
            "name": model,
            "facts": facts if reads_trees else None,
        }
    }
    if threshold is not None:
        settings["threshold"] = threshold
    if language == "xx":
        nlp = multilingual_pipeline()
        nlp.add_pipe("xoie_lang")
    else:
        nlp = blank(language)
    nlp.add_pipe("xoie", config=settings)
    # Languages that were plugged into the model have to be found as well.
    for code in (stored_config(model)["model"].get("bank") or {}).get(
        "languages"
    ) or ():
        extend_detector(nlp, code)
    if (folder / META).is_file():
        told = read_json(folder / META)
        nlp.meta.update({key: told[key] for key in TOLD if key in told})
    return nlp
