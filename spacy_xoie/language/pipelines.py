"""The language detectors of pipelines."""

from typing import Any, List, Sequence, Tuple

from spacy.language import Language

from ..doc.codes import code_or
from ..errors import ConfigError
from .detectors import LangidDetector
from .extended import ExtendedDetector

FACTORY = "xoie_lang"


def detectors_of(nlp: Language) -> List[Tuple[str, Any]]:
    """RETURNS (List[Tuple[str, Any]]): The components `xoie_lang` of a pipeline with
    their names, in order, also those that are disabled."""
    return [
        (name, pipe)
        for name, pipe in nlp.components
        if nlp.get_pipe_meta(name).factory == FACTORY
    ]


def extend_detector(nlp: Language, language: str) -> bool:
    """Let the language detector of a pipeline find a further language. What it says of
    texts in the others stays the same.

    nlp (Language): The pipeline.
    language (str): The language code.
    RETURNS (bool): Whether texts in that language are detected, or need not be since
        the pipeline has no detector of ours. False if the detector cannot know it.
    """
    language = code_or(language, language)
    for name, pipe in detectors_of(nlp):
        config = nlp.get_pipe_config(name)
        if language in getattr(pipe.detector, "languages", ()):
            continue
        if isinstance(pipe.detector, ExtendedDetector):
            added = [*pipe.detector.added, language]
            languages = pipe.detector.languages[: -len(pipe.detector.added)]
        elif isinstance(pipe.detector, LangidDetector):
            added, languages = [language], pipe.detector.languages
        else:
            return False
        try:
            refusal = pipe.detector.refusal
            pipe.detector = ExtendedDetector(added, languages, refusal)
        except ConfigError:
            return False
        config["detector"] = {
            "@xoie_detectors": "spacy-xoie.ExtendedDetector.v1",
            "added": added,
            "languages": list(languages),
            "refusal": refusal,
        }
    return True


def added_languages(nlp: Language) -> List[str]:
    """RETURNS (List[str]): The languages that `extend_detector` has added."""
    detectors = [pipe.detector for _, pipe in detectors_of(nlp)]
    extended = [one for one in detectors if isinstance(one, ExtendedDetector)]
    return [language for detector in extended for language in detector.added]


def restrict_detector(nlp: Language, languages: Sequence[str]) -> bool:
    """Let the language detector of a pipeline tell only some languages apart. A
    detector that is not ours, or does not know all of them, stays as it is.

    nlp (Language): The pipeline.
    languages (Sequence[str]): The language codes.
    RETURNS (bool): Whether there is a detector that does so.
    """
    restricted = False
    languages = [code_or(language, language) for language in languages]
    for name, pipe in detectors_of(nlp):
        ours = isinstance(pipe.detector, (LangidDetector, ExtendedDetector))
        if ours and set(languages) <= set(pipe.detector.languages):
            refusal = pipe.detector.refusal
            pipe.detector = LangidDetector(languages, refusal)
            nlp.get_pipe_config(name)["detector"] = {
                "@xoie_detectors": "spacy-xoie.LangidDetector.v1",
                "languages": list(languages),
                "refusal": refusal,
            }
            restricted = True
    return restricted
