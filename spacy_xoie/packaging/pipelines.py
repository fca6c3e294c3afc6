"""Pipelines for fewer languages, made from one for many."""

from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Optional, Sequence

from spacy import util
from spacy.language import Language
from torch import nn

from ..doc.codes import code_or
from ..errors import ConfigError
from ..extraction.pipelines import extractor_of, update_config
from ..extraction.pretrained import model_config
from ..language.facts import find_language
from ..language.letters import Letters, letters_of
from ..language.pipelines import detectors_of, extend_detector, restrict_detector
from ..network.adapters.tuned import level_ranks, tuned_layers
from ..network.block_embedding import pack_words
from ..network.encoders import JointEncoder, TransformerEncoder
from ..network.model import TripleNetwork

if TYPE_CHECKING:
    from ..extraction import TripleExtractor

PACKABLE = "spacy-xoie.TransformerEncoder.v2"

_OWN_META = ("lang", "name", "pipeline", "components", "labels", "vectors", "disabled")


def merge_language(
    nlp: Language,
    language: str,
    *,
    letters: Letters = Letters(),
    component: str = "xoie",
    detector: str = "xoie_lang",
) -> Language:
    """Make a pipeline for one language, with its adapter merged into the encoder: it
    gives the triples of the multilingual pipeline routed to that language, at the
    cost of a model without adapters. Wordpieces with letters that the language is not
    written with are left out.

    nlp (Language): The multilingual pipeline.
    language (str): Code of the language.
    letters (Letters): Letters whose wordpieces are kept, besides those of the language.
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
    _pack(settings, network)
    pieces, tuned = _pieces_of(settings), tuned_layers(network.encoder)
    if level_ranks(network.encoder) != pieces.get("rank", 0) and tuned:
        # The adapter went into the one that all languages share.
        layer = tuned[0][1]
        pieces.update(rank=layer.rank, alpha=layer.scaling * layer.rank)
    if is_known_to_spacy(language):
        pipeline = _rebuild(
            nlp, component, settings, network, lang=language, without=detector
        )
        pipeline.meta["languages"] = [language]
        _keep_letters(pipeline, component, [language], letters)
        return pipeline
    pipeline = _rebuild(nlp, component, settings, network)
    pipeline.meta["languages"] = [language]
    _keep_letters(pipeline, component, [language], letters)
    if not _tell_apart(pipeline, component, [language]):
        raise ConfigError(
            f"spaCy has no language {language!r}, and the pipeline no detector that "
            f"knows it, so that nothing would say what its texts are written in. Build "
            f"the wheel of several languages, or add `xoie_lang` to the pipeline."
        )
    return pipeline


def keep_languages(
    nlp: Language,
    languages: Sequence[str],
    *,
    letters: Letters = Letters(),
    component: str = "xoie",
) -> Language:
    """Make a pipeline for a few languages: the adapters of the others are left out, and
    so are wordpieces with letters that none of these is written with. Its detector of
    languages tells only these apart.

    nlp (Language): The multilingual pipeline.
    languages (Sequence[str]): Codes of the languages.
    letters (Letters): Letters whose wordpieces are kept, besides those of the
        languages.
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
    if bank is not None:
        serves_any = extractor.serves_any_language
        if set(languages) <= set(bank.plugged) and not serves_any:
            # A router needs adapters of its own.
            bank.plugged.clear()
        for other in extractor.languages:
            if other not in languages:
                extractor.remove_adapter(other)
        update_config(pipeline, component)
        languages = languages if serves_any else extractor.languages
    _keep_letters(pipeline, component, languages, letters)
    _tell_apart(pipeline, component, languages)
    pipeline.meta["languages"] = list(languages)
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
    network = deepcopy(pipe.network)
    _pack(settings, network)
    return _rebuild(nlp, component, settings, network)


def languages_of(nlp: Language, component: str = "xoie") -> Sequence[str]:
    """RETURNS (Sequence[str]): The languages of a pipeline: those that its extractor
    has adapters for; if it serves any language, those that its meta data name, else
    those that the detector tells apart, and adapters besides."""
    pipe = extractor_of(nlp, component)
    if not pipe.serves_any_language:
        return pipe.languages
    known = nlp.meta.get("languages") or next(
        (getattr(one.detector, "languages", ()) for _, one in detectors_of(nlp)), ()
    )
    return tuple(dict.fromkeys([*known, *pipe.languages]))


def encoder_facts(nlp: Language, component: str = "xoie") -> Dict[str, Any]:
    """RETURNS (Dict[str, Any]): "name", number of "layers" and of "pieces" of the
    pretrained encoder of a pipeline, to be told; empty if it has none."""
    pipe = extractor_of(nlp, component)
    if not pipe.model.parts.encoder.reads_pieces:
        return {}
    pieces = _pretrained(pipe.network)
    return {
        "name": _pieces_of(_model_settings(nlp, component))["name"],
        "layers": pieces.n_layers,
        "pieces": pieces.model.config.vocab_size,
    }


def is_known_to_spacy(language: str) -> bool:
    """RETURNS (bool): Whether spaCy has a class for a language."""
    try:
        util.get_lang_class(language)
    except ImportError:
        return False
    return True


def check_mergeable(pipe: "TripleExtractor", language: str) -> None:
    """RAISES (ConfigError): If `merge_language` cannot work."""
    if pipe.serves_any_language:
        find_language(language)
        return
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
        if pipe.serves_any_language:
            find_language(language)
        elif language not in pipe.languages:
            raise ConfigError(_no_adapter(pipe, language))
    router = pipe.network.router
    if router is not None and router.reads_hidden:
        raise ConfigError(
            f"The gates of {pipe.name!r} ({type(router).__name__}) are made for all of "
            f"its adapters, so none can be left out. Train with "
            f"spacy-xoie.LanguageRouter.v1 for wheels of sets of languages, or build "
            f"none of them."
        )


def _keep_letters(
    nlp: Language, component: str, languages: Sequence[str], letters: Letters
) -> None:
    """Leave wordpieces with other letters out of a pipeline, in place."""
    pipe = extractor_of(nlp, component)
    encoder = pipe.model.parts.encoder
    if encoder.reads_pieces:
        used = letters_of(languages) | letters
        encoder.keep_pieces(pipe.network.encoder, used.write)


def _tell_apart(nlp: Language, component: str, languages: Sequence[str]) -> bool:
    """Let the detector of a pipeline tell these languages apart, and no others. Returns
    whether there is one that can."""
    if extractor_of(nlp, component).serves_any_language:
        for language in languages:
            extend_detector(nlp, language)
    return restrict_detector(nlp, languages)


def _model_settings(nlp: Language, component: str) -> Dict[str, Any]:
    """The block of the config, for a model that is stored as a whole."""
    # Without variables, which may stand for a folder of this machine.
    model = nlp.config.interpolate()["components"][component]["model"]
    settings: Dict[str, Any] = deepcopy(model_config(model)["model"])
    pieces = _pieces_of(settings)
    if "stored" in pieces:
        pieces["stored"] = True
    folder = Path(pieces.get("name", ""))
    if folder.name and (folder.is_absolute() or folder.is_dir()):
        # A folder of this machine is of no use elsewhere, and nobody's business.
        pieces["name"] = folder.name
    return settings


def _pack(settings: Dict[str, Any], network: TripleNetwork) -> None:
    """Leave the embeddings of wordpieces in 4 bits, in a seventh of the memory, if they
    have no more and no adapters; in place."""
    pieces = _pieces_of(settings)
    if pieces["@architectures"] == PACKABLE:
        model = _pretrained(network).model
        words = getattr(getattr(model, "embeddings", None), "word_embeddings", None)
        if type(words) is nn.Embedding and pack_words(model, fill=True):
            pieces["packed"] = True


def _pretrained(network: TripleNetwork) -> TransformerEncoder:
    encoder = network.encoder
    pieces = encoder.pieces if isinstance(encoder, JointEncoder) else encoder
    assert isinstance(pieces, TransformerEncoder)
    return pieces


def _pieces_of(settings: Dict[str, Any]) -> Dict[str, Any]:
    """The block of the encoder that is pretrained, if there is one."""
    encoder: Dict[str, Any] = settings["encoder"]
    pieces: Dict[str, Any] = encoder.get("pieces", encoder)
    return pieces


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
    extractor = extractor_of(pipeline, component)
    extractor.model.parts.encoder.adopt(
        extractor_of(nlp, component).model.parts.encoder
    )
    extractor.model.shim.network = network
    pipeline.meta.update({k: v for k, v in nlp.meta.items() if k not in _OWN_META})
    return pipeline


def _no_adapter(pipe: "TripleExtractor", language: str) -> str:
    return (
        f"The pipeline has no adapter for {language!r}; it has "
        f"{', '.join(pipe.languages) or 'none'}."
    )
