"""Pipelines by name."""

from dataclasses import dataclass, field
from typing import Any, Dict, Mapping, Optional, Sequence

from spacy import blank, util
from spacy.language import Language
from thinc.api import Config

from .doc.blank import multilingual_pipeline
from .doc.codes import UNDETERMINED, code_setting
from .errors import ConfigError
from .extraction.pretrained import (
    ARC_HEAD,
    DEFAULT_NAME,
    META,
    PRETRAINED_MODEL,
    find_model,
    stored_config,
)
from .files import read_json
from .language.pipelines import extend_detector, restrict_detector

_META_KEYS = (
    "name",
    "version",
    "spacy_version",
    "license",
    "languages",
    "sources",
    "performance",
    "by_language",
)


def load(
    model: str = DEFAULT_NAME,
    language: str = "xx",
    threshold: Optional[float] = None,
    facts: Optional[str] = None,
    noun_facts: Optional[bool] = None,
    **overrides: Any,
) -> Language:
    """Get a pipeline by name, or a blank one with a pretrained model.

    model (str): A pipeline (folder or package), or a pretrained model.
    language (str): Language of the blank pipeline; "xx" for one that detects it.
    threshold (Optional[float]): Least score of a triple.
    facts (Optional[str]): "minimal" or "whole" triples of a pretrained model.
    noun_facts (Optional[bool]): Whether facts in noun phrases are triples of it, too
        ("Ada Bell, the founder of Lumen Press"); they say of themselves which
        construction they are.
    overrides (Any): What `spacy.load` takes: `vocab`, `disable`, `enable`, `exclude`,
        `config`.
    RETURNS (Language): The pipeline, which says of itself what the model does: its
        name, version, licence, languages, sources and scores.
    """
    try:
        folder = find_model(model)
    except ConfigError:
        nlp = util.load_model(model, **overrides)
        if threshold is not None and nlp.has_pipe("xoie"):
            nlp.get_pipe("xoie").threshold = threshold  # type: ignore[attr-defined]
        return nlp
    meta = read_json(folder / META) if (folder / META).is_file() else {}
    languages = meta.get("languages") or ()
    nlp = _blank_with_model(model, language, threshold, facts, noun_facts, languages)
    if overrides:
        changes = util.dict_to_dot(overrides.pop("config", {}), for_overrides=True)
        text = nlp.config.to_str(interpolate=False)
        config = Config().from_str(text, interpolate=False, overrides=changes)
        nlp = util.load_model_from_config(config, **overrides)
    meta.setdefault("name", folder.resolve().name.removeprefix("xx_"))
    nlp.meta.update({key: meta[key] for key in _META_KEYS if key in meta})
    return nlp


def _blank_with_model(
    model: str,
    language: str,
    threshold: Optional[float],
    facts: Optional[str],
    noun_facts: Optional[bool],
    languages: Sequence[str],
) -> Language:
    stored = stored_config(model)["model"]
    reads_trees = stored["head"]["@architectures"] == ARC_HEAD
    settings: Dict[str, Any] = {
        "model": {
            "@architectures": PRETRAINED_MODEL,
            "name": model,
            "facts": facts if reads_trees else None,
            "noun_facts": noun_facts if reads_trees else None,
        }
    }
    if threshold is not None:
        settings["threshold"] = threshold
    language = code_setting("language", language)
    if language == UNDETERMINED:
        nlp = multilingual_pipeline()
        nlp.add_pipe("xoie_lang")
        if languages:
            # Others are refused rather than read as one of these.
            restrict_detector(nlp, languages)
    else:
        nlp = blank(language)
    nlp.add_pipe("xoie", config=settings)
    # Languages that were plugged into the model have to be found as well.
    for code in (stored.get("bank") or {}).get("languages") or ():
        extend_detector(nlp, code)
    return nlp


@dataclass
class PipelineLoader:
    """Makes the pipeline of a run, once in each process.

    model (str): A pipeline (folder or package), or a pretrained model.
    languages (Sequence[str]): The languages that there are; none for all.
    threshold (Optional[float]): Least score of a triple.
    cores (Optional[Mapping[str, Any]]): Settings of the component `xoie_cores`, which
        is added; None for the pipeline as it is.
    """

    model: str
    languages: Sequence[str] = ()
    threshold: Optional[float] = None
    cores: Optional[Mapping[str, Any]] = None
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
        if self.cores is not None:
            nlp.add_pipe("xoie_cores", config=dict(self.cores))
        return nlp


def pipeline_title(nlp: Language) -> str:
    """RETURNS (str): Name and version of a pipeline, as output names it."""
    meta = nlp.meta
    return (
        f"{nlp.lang}_{meta.get('name', 'pipeline')} {meta.get('version', '')}".strip()
    )
