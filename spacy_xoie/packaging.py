"""Trained pipelines as installable wheels, one for all languages and one for each."""

import shutil
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Union

from spacy import util
from spacy.cli.package import package
from spacy.language import Language

from .about import __version__
from .errors import ConfigError, ModelDataError
from .extraction.adapters import remove_adapter, restrict_detector, update_config
from .extraction.component import TripleExtractor
from .extraction.model import shim_of
from .extraction.pretrained import model_config

PathLike = Union[str, Path]


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
    RETURNS (Language): The pipeline of that language.
    RAISES (ConfigError): If there is no such component or adapter, or the router
        mixes adapters by the text, so that no fixed mixture gives its triples.
    """
    pipe = _extractor(nlp, component)
    _check_mergeable(pipe, [language])
    config = nlp.config.copy()
    config["nlp"]["lang"] = language
    config["nlp"]["pipeline"] = [n for n in nlp.pipe_names if n != detector]
    config["components"].pop(detector, None)
    settings = config["components"][component]
    model = settings["model"] = model_config(settings["model"])["model"]
    model["bank"] = model["router"] = model["head_router"] = None
    # The stage was set for the pipeline with adapters, which this is no more.
    config["initialize"]["after_init"] = None
    merged = util.load_model_from_config(config, auto_fill=True)
    for name in config["nlp"]["pipeline"]:
        pipe_data: Any = nlp.get_pipe(name)
        if name != component and hasattr(pipe_data, "to_bytes"):
            target: Any = merged.get_pipe(name)
            target.from_bytes(pipe_data.to_bytes())
    network = shim_of(pipe.model.copy()).network
    network.merge(
        network.fixed_gates(language) or {}, network.fixed_head_gates(language)
    )
    shim_of(_extractor(merged, component).model).network = network
    merged.meta.update(
        {key: value for key, value in nlp.meta.items() if key not in _OWN_META}
    )
    return merged


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
    pipe = _extractor(nlp, component)
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
    config = nlp.config.copy()
    config["initialize"]["after_init"] = None
    kept = util.load_model_from_config(config, auto_fill=True)
    kept.from_bytes(nlp.to_bytes())
    extractor = _extractor(kept, component)
    for other in extractor.languages:
        if other not in languages:
            remove_adapter(extractor, other)
    update_config(kept, component)
    restrict_detector(kept, extractor.languages)
    kept.meta.update(
        {key: value for key, value in nlp.meta.items() if key not in _OWN_META}
    )
    return kept


def build_wheels(
    model: PathLike,
    output: PathLike,
    *,
    languages: Optional[Sequence[str]] = None,
    sets: Sequence[Sequence[str]] = (),
    name: str = "xoie_sm",
    version: str = __version__,
    metrics: Optional[Mapping[str, Any]] = None,
    sources: Sequence[Mapping[str, str]] = (),
    component: str = "xoie",
) -> Iterator[Path]:
    """Build the wheel of a multilingual pipeline, and those of its languages and of
    sets of them.

    model (PathLike): Folder of the trained pipeline.
    output (PathLike): Folder for the wheels. A wheel is there wholly or not at all.
    languages (Optional[Sequence[str]]): Languages with a wheel of their own; None
        for all that have an adapter.
    sets (Sequence[Sequence[str]]): Languages that share a wheel, for each such wheel.
    name (str): Name after the language: "xoie_sm" makes `xx_xoie_sm`,
        and `xx_xoie_de_es_sm` for a set of languages.
    version (str): Version of the packages.
    metrics (Optional[Mapping[str, Any]]): Scores of `evaluate_pipeline`, for the meta
        data: all of them, in a language's wheel those of the language.
    sources (Sequence[Mapping[str, str]]): What the pipeline was trained on: "name",
        "url", "author" and "license" of each source.
    component (str): Name of the extractor.
    YIELDS (Path): Each wheel, when it is there.
    RAISES (ConfigError): If there is no such component or adapter, the router allows
        no wheels of single languages, the name is none for a package, or a wheel
        cannot be built.
    """
    if not name.isidentifier():
        raise ConfigError(
            f"{name!r} cannot name a package: use letters, digits and '_', for example "
            f"'xoie_sm'."
        )
    nlp = util.load_model(model)
    pipe = _extractor(nlp, component)
    codes = list(pipe.languages)
    chosen = codes if languages is None else list(languages)
    for group in (chosen, *sets):
        _check_mergeable(pipe, group)
    if not all(sets):
        raise ConfigError("A wheel for a set of languages was asked for with no names.")
    output = Path(output)
    output.mkdir(parents=True, exist_ok=True)
    scores = dict(metrics or {})
    nlp.meta["description"] = f"Triples from text in {len(codes)} languages."
    _describe(nlp, name, version, codes, scores, sources)
    yield _wheel(nlp, output)
    for code in chosen:
        merged = merge_language(nlp, code, component=component)
        merged.meta["description"] = f"Triples from text in one language, {code}."
        _describe(merged, name, version, [code], _scores_of(scores, [code]), sources)
        yield _wheel(merged, output)
    for group in sets:
        kept = keep_languages(nlp, group, component=component)
        own = _extractor(kept, component).languages
        kept.meta["description"] = f"Triples from text in {', '.join(own)}."
        together = _name_of_set(name, own)
        _describe(kept, together, version, own, _scores_of(scores, own), sources)
        yield _wheel(kept, output)


_OWN_META = ("lang", "name", "pipeline", "components", "labels", "vectors", "disabled")


def _scores_of(scores: Mapping[str, Any], languages: Sequence[str]) -> Dict[str, Any]:
    """The part of scores that is about some of the languages."""
    known = scores.get("xoie_per_language", {})
    found = {code: known[code] for code in languages if code in known}
    return {"xoie_per_language": found} if found else {}


def _name_of_set(name: str, languages: Sequence[str]) -> str:
    """Put the languages where spaCy's scheme of type, genre, size has the genre."""
    codes = "_".join(code.replace("-", "_").lower() for code in languages)
    start, _, size = name.rpartition("_")
    return f"{start}_{codes}_{size}" if start else f"{size}_{codes}"


def _describe(
    nlp: Language,
    name: str,
    version: str,
    languages: Sequence[str],
    scores: Mapping[str, Any],
    sources: Sequence[Mapping[str, str]],
) -> None:
    major, minor = __version__.split(".")[:2]
    nlp.meta.update(
        {
            "name": name,
            "version": version,
            "languages": list(languages),
            "performance": dict(scores),
            "sources": [dict(source) for source in sources],
            "license": "MIT",
            # `package` adds spaCy; what our package needs comes with it.
            "requirements": [f"spacy-xoie>={__version__},<{major}.{int(minor) + 1}.0"],
        }
    )


def _wheel(nlp: Language, output: Path) -> Path:
    with tempfile.TemporaryDirectory() as scratch:
        folder, build = Path(scratch) / "model", Path(scratch) / "build"
        build.mkdir()
        _compressed_to_disk(nlp, folder)
        try:
            package(
                folder,
                build,
                create_sdist=False,
                create_wheel=True,
                require_parent=True,
                silent=True,
            )
        except SystemExit as e:
            raise ConfigError(
                f"The wheel of {nlp.meta['lang']}_{nlp.meta['name']} could not be "
                f"built; the messages above say why. (`python -m build` needs to "
                f"install setuptools from the package index.)"
            ) from e
        wheels: List[Path] = sorted(build.glob("*/dist/*.whl"))
        partial = output / (wheels[0].name + ".part")
        shutil.copyfile(wheels[0], partial)
        return partial.replace(output / wheels[0].name)


def _compressed_to_disk(nlp: Language, folder: Path) -> None:
    """Save a pipeline with the weights of its extractors rounded to 8 bits."""
    nlp.to_disk(folder)
    for name, pipe in nlp.pipeline:
        if isinstance(pipe, TripleExtractor):
            shim = shim_of(pipe.model)
            shim.compressed = True
            pipe.to_disk(folder / name)
            shim.compressed = False


@contextmanager
def loaded_wheel(path: PathLike) -> Iterator[Language]:
    """Load the pipeline of a wheel without installing it.

    path (PathLike): A wheel that `build_wheels` made.
    YIELDS (Language): The pipeline, as `spacy.load` gives it after an installation.
    """
    path = Path(path)
    with tempfile.TemporaryDirectory() as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                archive.extractall(folder)
        except zipfile.BadZipFile as e:
            raise ModelDataError(f"{path} is not a wheel: {e}.") from e
        config = next(Path(folder).glob("*/*/config.cfg"), None)
        if config is None:
            raise ModelDataError(f"{path} is not the wheel of a pipeline.")
        yield util.load_model(config.parent)


def _check_mergeable(pipe: TripleExtractor, languages: Sequence[str]) -> None:
    network = pipe.network
    router = network.router
    for language in languages:
        if not network.over_experts({language: 1.0}):
            raise ConfigError(_no_adapter(pipe, language))
        if router is not None and router.reads_hidden:
            raise ConfigError(
                f"The gates of {pipe.name!r} depend on what a text says "
                f"({type(router).__name__}), so its adapters cannot be merged for "
                f"{language!r}. Train with spacy-xoie.LanguageRouter.v1 for wheels of "
                f"single languages, or build none of them."
            )


def _no_adapter(pipe: TripleExtractor, language: str) -> str:
    return (
        f"The pipeline has no adapter for {language!r}; it has "
        f"{', '.join(pipe.languages) or 'none'}."
    )


def _extractor(nlp: Language, component: str) -> TripleExtractor:
    pipe = nlp.get_pipe(component) if component in nlp.pipe_names else None
    if not isinstance(pipe, TripleExtractor):
        raise ConfigError(
            f"The pipeline has no extractor called {component!r}; it has "
            f"{', '.join(nlp.pipe_names) or 'no components'}."
        )
    return pipe
