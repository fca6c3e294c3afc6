"""Pipelines for fewer languages, made from one for many."""

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Dict, Optional, Sequence

from spacy import util
from spacy.language import Language

from ..doc.codes import code_or
from ..errors import ConfigError
from ..extraction.pipelines import extractor_of, update_config
from ..extraction.pretrained import model_config
from ..language.pipelines import restrict_detector
from ..network.model import TripleNetwork

if TYPE_CHECKING:
    from ..extraction import TripleExtractor

_OWN_META = ("lang", "name", "pipeline", "components", "labels", "vectors", "disabled")


def merge_language(
    nlp: Language,
    language: str,
    *,
    component: str = "xoie",
    detector: str = "xoie_lang",
) -> Language:
    """Make a pipeline for one language, with its adapter merged into the encoder: it
    gives the triples of the multilingual pipeline routed to that language, at the
    cost of a model without adapters.

    nlp (Language): The multilingual pipeline.
    language (str): Code of the language.
    component (str): Name of the extractor.
    detector (str): Name of the language detector, which is left out.
    RETURNS (Language): The pipeline of that language. Where spaCy has no such language,
        one of the language "xx", whose detector finds nothing but that language.
    RAISES (ConfigError): If there is no such component or adapter, or the router
        mixes adapters by the text, so that no fixed mixture gives its triples; or if
        neither spaCy nor the detector knows the language.
    """
    language = code_or(language, language)
    pipe = extractor_of(nlp, component)
    check_mergeable(pipe, language)
    network = deepcopy(pipe.network)
    network.merge(
        network.fixed_gates(language) or {}, network.fixed_head_gates(language)
    )
    settings = _model_settings(nlp, component)
    settings["bank"] = settings["router"] = settings["head_router"] = None
    if is_known_to_spacy(language):
        return _rebuild(
            nlp, component, settings, network, lang=language, without=detector
        )
    pipeline = _rebuild(nlp, component, settings, network)
    if not restrict_detector(pipeline, [language]):
        raise ConfigError(
            f"spaCy has no language {language!r}, and the pipeline no detector that "
            f"knows it, so that nothing would say what its texts are written in. Build "
            f"the wheel of several languages, or add `xoie_lang` to the pipeline."
        )
    return pipeline


def keep_languages(
    nlp: Language, languages: Sequence[str], *, component: str = "xoie"
) -> Language:
    """Make a pipeline for a few languages: the adapters of the others are left out, and
    its detector of languages tells only these apart.

    nlp (Language): The multilingual pipeline.
    languages (Sequence[str]): Codes of the languages.
    component (str): Name of the extractor.
    RETURNS (Language): The pipeline of these languages.
    RAISES (ConfigError): If there is no such component or adapter, or the router was
        trained to mix adapters that would be left out.
    """
    languages = [code_or(language, language) for language in languages]
    check_separable(extractor_of(nlp, component), languages)
    pipeline = whole_pipeline(nlp, component=component)
    extractor = extractor_of(pipeline, component)
    bank = extractor.network.bank
    assert bank is not None
    if set(languages) <= set(bank.plugged):
        # A router needs adapters of its own.
        bank.plugged.clear()
    for other in extractor.languages:
        if other not in languages:
            extractor.remove_adapter(other)
    update_config(pipeline, component)
    restrict_detector(pipeline, extractor.languages)
    return pipeline


def whole_pipeline(nlp: Language, *, component: str = "xoie") -> Language:
    """Make a copy of a pipeline whose config has the model written out in full: it can
    be loaded where a pretrained model that the config names is not at hand.

    nlp (Language): The pipeline.
    component (str): Name of the extractor.
    RETURNS (Language): The copy.
    RAISES (ConfigError): If there is no such component.
    """
    pipe = extractor_of(nlp, component)
    settings = _model_settings(nlp, component)
    if settings.get("bank"):
        settings["bank"]["languages"] = list(pipe.languages)
    return _rebuild(nlp, component, settings, deepcopy(pipe.network))


def is_known_to_spacy(language: str) -> bool:
    """RETURNS (bool): Whether spaCy has a class for a language."""
    try:
        util.get_lang_class(language)
    except ImportError:
        return False
    return True


def check_mergeable(pipe: "TripleExtractor", language: str) -> None:
    """RAISES (ConfigError): If `merge_language` cannot work."""
    if not pipe.network.over_experts({language: 1.0}):
        raise ConfigError(_no_adapter(pipe, language))
    router = pipe.network.router
    if router is not None and router.reads_hidden:
        raise ConfigError(
            f"The gates of {pipe.name!r} depend on what a text says "
            f"({type(router).__name__}), so its adapters cannot be merged for "
            f"{language!r}. Train with spacy-xoie.LanguageRouter.v1 for wheels of "
            f"single languages, or build none of them."
        )


def check_separable(pipe: "TripleExtractor", languages: Sequence[str]) -> None:
    """RAISES (ConfigError): If `keep_languages` cannot work."""
    for language in languages:
        if language not in pipe.languages:
            raise ConfigError(_no_adapter(pipe, language))
    router = pipe.network.router
    if router is not None and router.reads_hidden:
        raise ConfigError(
            f"The gates of {pipe.name!r} ({type(router).__name__}) are made for all of "
            f"its adapters, so none can be left out. Train with "
            f"spacy-xoie.LanguageRouter.v1 for wheels of sets of languages, or build "
            f"none of them."
        )


def _model_settings(nlp: Language, component: str) -> Dict[str, Any]:
    model = nlp.config["components"][component]["model"]
    settings: Dict[str, Any] = deepcopy(model_config(model)["model"])
    return settings


def _rebuild(
    nlp: Language,
    component: str,
    model: Dict[str, Any],
    network: TripleNetwork,
    *,
    lang: Optional[str] = None,
    without: Optional[str] = None,
) -> Language:
    """Make a pipeline like another, but with another model.

    model (Dict[str, Any]): The block of the config.
    network (TripleNetwork): What belongs to it.
    lang (Optional[str]): Another language of the pipeline.
    without (Optional[str]): A component that is left out, if it is there.
    """
    config = nlp.config.copy()
    config["nlp"]["lang"] = lang or nlp.lang
    config["nlp"]["pipeline"] = [name for name in nlp.pipe_names if name != without]
    config["components"].pop(without, None)
    config["components"][component]["model"] = model
    # The stage was set for the pipeline as it was trained.
    config["initialize"]["after_init"] = None
    pipeline = util.load_model_from_config(config, auto_fill=True)
    for name in pipeline.pipe_names:
        source: Any = nlp.get_pipe(name)
        if name != component and hasattr(source, "to_bytes"):
            target: Any = pipeline.get_pipe(name)
            target.from_bytes(source.to_bytes())
    tokenizer: Any = nlp.tokenizer
    if lang is None and hasattr(tokenizer, "to_bytes"):
        pipeline.tokenizer.from_bytes(tokenizer.to_bytes())  # type: ignore[union-attr]
    extractor_of(pipeline, component).model.shim.network = network
    pipeline.meta.update({k: v for k, v in nlp.meta.items() if k not in _OWN_META})
    return pipeline


def _no_adapter(pipe: "TripleExtractor", language: str) -> str:
    return (
        f"The pipeline has no adapter for {language!r}; it has "
        f"{', '.join(pipe.languages) or 'none'}."
    )
