"""Pipelines by name."""

from dataclasses import dataclass, field
from typing import Any, Dict, Optional, Sequence

from spacy import blank, util
from spacy.language import Language

from .doc.blank import multilingual_pipeline
from .doc.codes import UNDETERMINED, code_setting
from .errors import ConfigError
from .extraction.pretrained import (
    ARC_HEAD,
    DEFAULT_NAME,
    META,
    find_model,
    stored_config,
)
from .files import read_json
from .language.pipelines import extend_detector, restrict_detector

_META_KEYS = ("license", "sources", "performance")


def load(
    model: str = DEFAULT_NAME,
    language: str = "xx",
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
    language = code_setting("language", language)
    if language == UNDETERMINED:
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
        meta = read_json(folder / META)
        nlp.meta.update({key: meta[key] for key in _META_KEYS if key in meta})
    return nlp


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
        nlp = load(self.model, "xx", self.threshold)
        metas = [nlp.get_pipe_meta(name) for name in nlp.pipe_names]
        if not any("doc._.triples" in meta.assigns for meta in metas):
            raise ConfigError(
                f"The pipeline {self.model!r} has no component that makes triples, "
                f"only {', '.join(nlp.pipe_names) or 'none at all'}. Add 'xoie' to it."
            )
        languages = [code_setting("languages", code) for code in self.languages]
        if len(languages) > 1:
            restrict_detector(nlp, languages)
            detectors = [getattr(pipe, "detector", None) for _, pipe in nlp.pipeline]
            if not any(
                set(getattr(detector, "languages", ())) == set(languages)
                for detector in detectors
            ):
                raise ConfigError(
                    f"The pipeline {self.model!r} cannot tell {languages} apart: "
                    f"its detector does not know them all. Name one language, or none."
                )
        return nlp


def pipeline_title(nlp: Language) -> str:
    """RETURNS (str): Name and version of a pipeline, as output names it."""
    meta = nlp.meta
    return (
        f"{nlp.lang}_{meta.get('name', 'pipeline')} {meta.get('version', '')}".strip()
    )
