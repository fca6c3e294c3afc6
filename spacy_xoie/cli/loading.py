"""What commands that run a pipeline on many texts make of their options."""

import glob
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

from spacy.language import Language

from ..batch.texts import STDIN, Text
from ..errors import ConfigError, DataError
from ..extraction.adapters import restrict_detector
from .util import named_pipeline


@dataclass
class PipelineLoader:
    """Makes the pipeline of a run, once in each process.

    model (str): A pipeline (folder or package), or a pretrained model.
    languages (Sequence[str]): The languages that there are; none for all.
    threshold (Optional[float]): Least score of a triple.
    """

    model: str
    languages: Sequence[str] = ()
    threshold: Optional[float] = None
    _nlp: Optional[Language] = field(default=None, repr=False, compare=False)

    def __call__(self) -> Language:
        """RETURNS (Language): The pipeline.
        RAISES (ConfigError): If it makes no triples, or cannot tell the languages."""
        if self._nlp is None:
            self._nlp = self._load()
        return self._nlp

    def __getstate__(self) -> Dict[str, Any]:
        # Other processes load the pipeline again, unless they are forks of this one.
        return {**self.__dict__, "_nlp": None}

    def _load(self) -> Language:
        nlp = named_pipeline(self.model, "xx", self.threshold)
        metas = [nlp.get_pipe_meta(name) for name in nlp.pipe_names]
        if not any("doc._.triples" in meta.assigns for meta in metas):
            raise ConfigError(
                f"The pipeline {self.model!r} has no component that makes triples, "
                f"only {', '.join(nlp.pipe_names) or 'none at all'}. Add 'xoie' to it."
            )
        if len(self.languages) > 1:
            restrict_detector(nlp, self.languages)
            detectors = [getattr(pipe, "detector", None) for _, pipe in nlp.pipeline]
            if not any(
                set(getattr(detector, "languages", ())) == set(self.languages)
                for detector in detectors
            ):
                raise ConfigError(
                    f"The pipeline {self.model!r} cannot tell {self.languages} apart: "
                    f"its detector does not know them all. Name one language, or none."
                )
        return nlp


def title(nlp: Language) -> str:
    """RETURNS (str): Name and version of a pipeline, as output names it."""
    meta = nlp.meta
    return (
        f"{nlp.lang}_{meta.get('name', 'pipeline')} {meta.get('version', '')}".strip()
    )


def codes_of(language: Optional[str]) -> List[str]:
    """RETURNS (List[str]): The codes of an option such as "de,es"."""
    return (language or "").replace(",", " ").split()


def in_language(texts: Iterable[Text], codes: Sequence[str]) -> Iterator[Text]:
    """Give texts a language, if there is only one.

    texts (Iterable[Text]): The texts.
    codes (Sequence[str]): The languages that were named.
    YIELDS (Text): The texts. A record that says its language keeps it.
    """
    for text in texts:
        if len(codes) == 1 and not text.language:
            text = Text(**{**text.__dict__, "language": codes[0]})
        yield text


def split_inputs(inputs: Iterable[str]) -> Tuple[List[str], List[str]]:
    """Tell the names of files from texts.

    inputs (Iterable[str]): What was given.
    RETURNS (Tuple[List[str], List[str]]): Paths and patterns, and texts.
    RAISES (DataError): If something looks like the name of a file that is not there.
    """
    paths: List[str] = []
    texts: List[str] = []
    for value in inputs:
        if value == STDIN or os.path.lexists(value):
            paths.append(value)
        elif _looks_like_path(value):
            if not glob.has_magic(value):
                raise DataError(
                    f"There is no file or folder {value!r}. If it is a text, add a "
                    f"space to it (`extract` has --text)."
                )
            paths.append(value)
        else:
            texts.append(value)
    return paths, texts


def check_output(output: Path, inputs: Iterable[str]) -> None:
    """RAISES (DataError): If the output is one of the inputs."""
    for path in inputs:
        there = path != STDIN and os.path.lexists(path) and output.exists()
        if there and output.samefile(path):
            raise DataError(f"{output} is input and output. Choose another output.")


def _looks_like_path(value: str) -> bool:
    """One word with a slash, a star or the ending of a file."""
    if not value or any(char.isspace() for char in value) or len(value) > 1000:
        return False
    return bool({"/", "*", os.sep} & set(value) or Path(value).suffix[1:].isalnum())
