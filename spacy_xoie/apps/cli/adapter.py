"""Commands that plug languages into a trained model and out of it."""

from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Dict,
    Iterable,
    List,
    NamedTuple,
    Optional,
)

import typer
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from thinc.api import Config
from tqdm import tqdm  # type: ignore[import-untyped]
from wasabi import msg

from ...corpora import docs_from_records, read_corpus
from ...errors import ConfigError, DataError
from ...extraction.adapters import SHARED
from ...extraction.pipelines import extractor_of, meta_languages, update_config
from ...extraction.pretrained import (
    DEFAULT_NAME,
    META,
    find_model,
    save_model,
    stored_config,
)
from ...files import atomic, check_vacant, file_suffix, read_json, write_json
from ...language.pipelines import extend_detector
from ...loading import load
from ...training.adapter import (
    MANY_DOCS,
    SCHEDULE,
    SCHEDULE_OF_FEW,
    SCHEDULE_OF_HUNDREDS,
    AdapterTraining,
    Epoch,
    docs_in_language,
    train_adapter,
)
from .app import app
from .options import Component, Model, output_option
from .util import one_line_errors

if TYPE_CHECKING:
    from ...extraction import TripleExtractor

group = typer.Typer(
    name="adapter",
    help="Languages as plug-ins: add, remove, rename, list, export, import adapters.",
    no_args_is_help=True,
)
app.add_typer(group)

DEFAULT = AdapterTraining()


def _default(name: str) -> str:
    """RETURNS (str): What a setting is by default, with many docs, some and few."""
    values = [
        getattr(schedule, name)
        for schedule in (SCHEDULE, SCHEDULE_OF_HUNDREDS, SCHEDULE_OF_FEW)
    ]
    many, some, few = (
        ", ".join(map(str, value)) if isinstance(value, tuple) else value
        for value in values
    )
    return f"default: {many}; below {MANY_DOCS:,} docs {some}; with few {few}"


Code = Annotated[str, typer.Argument(metavar="LANG", help="Language code")]
Output = Annotated[
    Path, output_option("Folder for the new model, of the kind of the old one")
]


class Target(NamedTuple):
    """A model that is worked on.

    nlp (Language): A pipeline with it.
    pipe (TripleExtractor): Its extractor.
    pretrained (Optional[Path]): Its folder, if it is a pretrained model.
    """

    nlp: Language
    pipe: "TripleExtractor"
    pretrained: Optional[Path]


@group.command("add")
def add_cli(
    language: Code,
    corpus: Annotated[
        Path,
        typer.Option(
            help="Docs to learn from: .spacy, or records (.jsonl)", exists=True
        ),
    ],
    output: Output,
    model: Model = DEFAULT_NAME,
    dev: Annotated[
        Optional[Path],
        typer.Option(
            help="Docs that tell the best round; else some of the corpus or, if it is "
            "small, cross-validation on it",
            exists=True,
        ),
    ] = None,
    from_code: Annotated[
        Optional[str], typer.Option(help="What the corpus calls the language")
    ] = None,
    start: Annotated[
        Optional[str],
        typer.Option(
            help='Adapters to start from: "nearest" (relatives), "none", "pt", or '
            '"pt=0.6,es=0.4" (default: "nearest"; "none" if the model was trained '
            "without adapters)"
        ),
    ] = None,
    epochs: Annotated[
        Optional[int], typer.Option(help=f"Most rounds ({_default('epochs')})")
    ] = None,
    patience: Annotated[
        int, typer.Option(help="Rounds without a gain that end it")
    ] = DEFAULT.patience,
    learn_rate: Annotated[
        Optional[float], typer.Option(help=f"Rate ({_default('learn_rates')})")
    ] = None,
    max_tokens: Annotated[
        Optional[int],
        typer.Option(help=f"Most tokens of a batch ({_default('max_tokens')})"),
    ] = None,
    few: Annotated[
        int, typer.Option(help="A corpus of fewer docs counts as small")
    ] = DEFAULT.few,
    seed: Annotated[int, typer.Option(help="Seed")] = DEFAULT.seed,
    component: Component = "xoie",
) -> None:
    """Train an adapter for a language; everything else stays as it is."""
    settings = AdapterTraining(
        epochs=epochs,
        patience=patience,
        learn_rate=learn_rate,
        max_tokens=max_tokens,
        few=few,
        seed=seed,
    )
    with one_line_errors():
        check_vacant(output)
        target = _open(model, component)
        nlp, pipe = target.nlp, target.pipe
        weights = _weights(start, pipe, language)
        docs = _docs(nlp, pipe, corpus, language, from_code)
        aside = [] if dev is None else _docs(nlp, pipe, dev, language, from_code)
        with tqdm(unit=" rounds", desc=language) as bar:

            def show(epoch: Epoch) -> None:
                bar.update(epoch.number > 0)
                bar.set_postfix(loss=f"{epoch.loss:.3f}", score=f"{epoch.score:.4f}")

            notes = train_adapter(
                pipe,
                language,
                docs,
                dev=aside,
                start=weights,
                settings=settings,
                on_epoch=show,
            )
        _save(target, output, model, component, language)
    gains = (
        f"{name} {100 * notes['before'][name]:.1f} → {100 * value:.1f}"
        for name, value in notes["after"].items()
    )
    if "folds" in notes:
        where = f"in {notes['folds']}-fold cross-validation on them"
    else:
        where = f"on {notes['dev_docs']} development docs"
    msg.good(
        f"Wrote {output}: {language} from {notes['docs']} docs in {notes['seconds']} "
        f"s, {notes['epochs']} rounds at {notes['learn_rate']}; {where} "
        f"{', '.join(gains)}"
    )
    if not notes["epochs"]:
        msg.warn(
            "No round was better than the start: the adapter is what it started as"
        )


@group.command("remove")
def remove_cli(
    language: Code,
    output: Output,
    model: Model = DEFAULT_NAME,
    component: Component = "xoie",
) -> None:
    """Take an adapter out."""
    with one_line_errors():
        check_vacant(output)
        target = _open(model, component)
        target.pipe.remove_adapter(language)
        _save(target, output, model, component)
    msg.good(f"Wrote {output}, without {language}")


@group.command("rename")
def rename_cli(
    language: Code,
    new: Annotated[str, typer.Argument(help="The code that it shall serve")],
    output: Output,
    model: Model = DEFAULT_NAME,
    component: Component = "xoie",
) -> None:
    """Let an adapter serve another language code."""
    with one_line_errors():
        check_vacant(output)
        target = _open(model, component)
        target.pipe.rename_adapter(language, new)
        _save(target, output, model, component, new)
    msg.good(f"Wrote {output}, where {language} is called {new}")


@group.command("list")
def list_cli(model: Model = DEFAULT_NAME, component: Component = "xoie") -> None:
    """Show the adapters of a model, with their sizes and scores."""
    with one_line_errors():
        target = _open(model, component)
        all_scores = _known_scores(target.nlp)
        rows = []
        shared = target.pipe.shared_adapter
        if shared is not None:
            size = f"{shared.size / 1e6:.2f} MB"
            rows.append([shared.name, "of all languages", shared.rank, size, "-"])
        for info in target.pipe.adapters:
            before, after = (info.notes.get(k, {}) for k in ("before", "after"))
            scores = [
                f"{name} {100 * before.get(name, 0.0):.1f} → {100 * value:.1f}"
                for name, value in after.items()
            ]
            if not scores and info.name in all_scores:
                scores = [f"triple_f {100 * all_scores[info.name]:.1f}"]
            kind = "added" if info.plugged else "trained with the base"
            size = f"{info.size / 1e6:.2f} MB"
            rows.append([info.name, kind, info.rank, size, ", ".join(scores) or "-"])
    header = ["Adapter", "", "Rank", "Size", "Scores"]
    msg.table(rows, header=header, divider=True, aligns=["l", "l", "r", "r", "l"])


@group.command("export")
def export_cli(
    language: Annotated[
        str,
        typer.Argument(
            metavar="LANG",
            help='Language code; "shared" for the adapter that all languages share',
        ),
    ],
    output: Annotated[Path, output_option("Folder for the adapter")],
    model: Model = DEFAULT_NAME,
    whole: Annotated[
        bool,
        typer.Option(
            "--whole", help="With what all languages share, for the published encoder"
        ),
    ] = False,
    component: Component = "xoie",
) -> None:
    """Store an adapter as PEFT does (adapter_config.json, safetensors)."""
    with one_line_errors():
        check_vacant(output)
        target = _open(model, component)
        with atomic(output) as partial:
            size = target.pipe.save_adapter(language, partial, whole=whole)
    msg.good(f"Wrote {output} ({size / 1e6:.2f} MB)")


@group.command("import")
def import_cli(
    adapter: Annotated[
        Path, typer.Argument(help="Folder of PEFT", exists=True, file_okay=False)
    ],
    output: Output,
    model: Model = DEFAULT_NAME,
    name: Annotated[
        Optional[str],
        typer.Option(help='Language code or "shared", if not the exported one'),
    ] = None,
    any_base: Annotated[
        bool, typer.Option("--any-base", help="Also if it was made for another base")
    ] = False,
    component: Component = "xoie",
) -> None:
    """Add an adapter that was exported, or made with PEFT."""
    with one_line_errors():
        check_vacant(output)
        target = _open(model, component)
        code = target.pipe.load_adapter(adapter, name, any_base=any_base)
        language = None if code == SHARED else code
        _save(target, output, model, component, language)
    msg.good(f"Wrote {output}, with {code}")


def _open(model: str, component: str) -> Target:
    try:
        pretrained: Optional[Path] = find_model(model)
    except ConfigError:
        pretrained = None
    nlp = load(model, "xx")
    pipe = extractor_of(nlp, component if pretrained is None else "xoie")
    return Target(nlp, pipe, pretrained)


def _save(
    target: Target,
    output: Path,
    model: str,
    component: str,
    language: Optional[str] = None,
) -> None:
    """Store the changed model in the form that it had.

    language (Optional[str]): A language that is new to it.
    """
    nlp, pipe = target.nlp, target.pipe
    with atomic(output) as partial:
        if target.pretrained is None:
            update_config(nlp, component)
            if language is not None and not extend_detector(nlp, language):
                msg.warn(
                    f"The pipeline does not detect {language!r}: say it of each doc, "
                    f"by doc._.language = {language!r}"
                )
            nlp.to_disk(partial)
            return
        config = stored_config(model)
        if pipe.network.bank is not None:
            config["model"]["bank"]["languages"] = list(pipe.languages)
        save_model(pipe.model, Config(config), partial)
        if (target.pretrained / META).is_file():
            meta = read_json(target.pretrained / META)
            meta["name"] = output.name.removeprefix("xx_")
            meta["languages"] = meta_languages(nlp, meta.get("languages", ()), "xoie")
            write_json(partial / META, meta)


def _docs(
    nlp: Language,
    pipe: "TripleExtractor",
    path: Path,
    language: str,
    source: Optional[str],
) -> List[Doc]:
    if file_suffix(path) == ".spacy":
        try:
            docs = list(DocBin().from_disk(path).get_docs(nlp.vocab))
        except (ValueError, KeyError, TypeError, AttributeError, EOFError) as e:
            raise DataError(f"{path} is not a .spacy file: {e}") from e
    elif path.is_dir() or file_suffix(path) == ".jsonl":
        records, faults = read_corpus(path)
        learnt = [record for record in records if record.split != "test"]
        if len(learnt) < len(records):
            msg.info(f"{len(records) - len(learnt)} test records are held back")
        docs, misfits = docs_from_records(nlp, learnt, key=pipe.span_key)
        _warn_of((*faults, *misfits))
    else:
        raise DataError(f"{path} is neither a .spacy nor a .jsonl file.")
    return docs_in_language(docs, language, pipe.span_key, source)


def _warn_of(faults: Iterable[Any]) -> None:
    for fault in faults:
        msg.warn(f"Left out: {fault}")


def _weights(
    start: Optional[str], pipe: "TripleExtractor", language: str
) -> Dict[str, float]:
    """Read "nearest", "none", "pt=0.6,es=0.4", or a name alone."""
    if start is None:
        start = "none" if pipe.serves_any_language else "nearest"
    if start == "nearest":
        return pipe.nearest_adapters(language)
    weights = {}
    for part in filter(None, start.replace(" ", "").split(",")):
        name, _, number = part.partition("=")
        try:
            weights[name] = float(number or 1.0)
        except ValueError as e:
            raise ConfigError(
                f"--start is {start!r}; it must be 'nearest', 'none', or like 'pt' or "
                f"'pt=0.6,es=0.4'."
            ) from e
    return {} if start == "none" else weights


def _known_scores(nlp: Language) -> Dict[str, float]:
    """F1 of triples by language, as the model's own meta data tell it."""
    performance = (nlp.meta.get("performance") or {}).get("xoie_per_language") or {}
    return {
        code: levels["triple"]["f"]
        for code, levels in performance.items()
        if levels.get("triple", {}).get("f") is not None
    }
