"""Commands that turn annotation from one form into another."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Counter, Dict, List, Optional

import srsly
import typer
from spacy import blank, util
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from wasabi import msg

from ...corpora import docs_from_records, read_corpus, write_docbin
from ...corpora.readers import READERS, docs_to_prodigy, read_silver
from ...corpora.readers.grounded import set_aside
from ...corpora.records import SPLITS, Record
from ...corpora.treebanks import treebank_docs
from ...doc.blank import multilingual_pipeline
from ...errors import ConfigError, DataError
from ...files import Fault, check_writable, file_suffix, files_in, write_text
from .app import app
from .options import OutputArgument, format_option, one_output, output_option
from .util import one_line_errors


class Format(StrEnum):
    """Formats that `convert` reads."""

    jsonl = "jsonl"
    oie2016 = "oie2016"
    openie4 = "openie4"
    prodigy = "prodigy"
    systems = "systems"
    conllu = "conllu"


# What files of a format are called, also with .gz after it.
SUFFIXES = {
    Format.jsonl: (".jsonl",),
    Format.oie2016: (".conll",),
    Format.openie4: (".jsonl", ".json"),
    Format.prodigy: (".jsonl",),
    Format.systems: (".txt", ".tsv"),
    Format.conllu: (".conllu",),
}
DEV_SHARE_OF_TREEBANKS = 0.03


@app.command("convert")
def convert_cli(
    corpus: Annotated[
        Path,
        typer.Argument(
            help="Folder of files, or a single one; of treebanks also a folder of "
            "folders",
            exists=True,
        ),
    ],
    argument: OutputArgument = None,
    output: Annotated[
        Optional[Path], output_option("Folder for the .spacy files")
    ] = None,
    config: Annotated[
        Optional[Path],
        typer.Option(help="Config or pipeline whose tokenizer is used", exists=True),
    ] = None,
    format: Annotated[
        Optional[Format],
        format_option(
            "Format of the corpus; by default its files say: .conllu, .conll "
            "(oie2016), else jsonl"
        ),
    ] = None,
    language: Annotated[
        Optional[str],
        typer.Option(
            "--language",
            "-l",
            help="Language of oie2016, openie4, prodigy files (by default en), and of "
            "treebanks whose names do not begin with it",
        ),
    ] = None,
    sentences: Annotated[
        Optional[Path],
        typer.Option(
            help="systems: the sentences, one a line; every other file of the corpus "
            "is the output of a system (number, arg1, rel, arg2), and what two of them "
            "agree on is kept",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    dev_share: Annotated[
        Optional[float],
        typer.Option(
            help="Share of the sentences that is set aside as dev.spacy; "
            f"by default {DEV_SHARE_OF_TREEBANKS} for conllu, 0 otherwise",
            min=0.0,
            max=1.0,
        ),
    ] = None,
    simplify: Annotated[
        float,
        typer.Option(
            help="conllu: share of the Chinese sentences in simplified characters",
            min=0.0,
            max=1.0,
        ),
    ] = 0.0,
) -> None:
    """Make training data (train.spacy, dev.spacy, test.spacy) from a corpus."""
    folder = one_output(output, argument)
    with one_line_errors():
        check_writable(folder / "train.spacy")
        form = format or _format_of(corpus)
        if form == Format.conllu:
            share = DEV_SHARE_OF_TREEBANKS if dev_share is None else dev_share
            trees = _trees(_files(corpus, form), language or "", share, simplify)
            _write_splits(folder, trees)
            return
        nlp = _tokenizing(config)
        faults: List[Fault] = []
        if form == Format.jsonl:
            records, faults = read_corpus(corpus)
        elif form == Format.systems:
            paths = _files(corpus, form)
            records = _read_silver(paths, sentences, language or "en", faults)
        else:
            records = _records(_files(corpus, form), form, language or "en", faults)
        if dev_share:
            records = list(set_aside(records, dev_share))
    converted: Dict[str, List[Doc]] = {}
    for split in SPLITS:
        converted[split], misfits = docs_from_records(
            nlp, (record for record in records if record.split == split)
        )
        faults += misfits
        if form != Format.jsonl and not converted[split]:
            del converted[split]
    for fault in faults:
        typer.echo(f"Left out: {fault}")
    _write_splits(folder, converted)


@app.command("export-prodigy")
def export_prodigy_cli(
    data: Annotated[Path, typer.Argument(help="A .spacy file", exists=True)],
    argument: OutputArgument = None,
    output: Annotated[Optional[Path], output_option("The .jsonl file to write")] = None,
) -> None:
    """Make tasks for Prodigy's relation interface; `convert --format prodigy` takes
    them back."""
    path = one_output(output, argument)
    with one_line_errors():
        try:
            docs = DocBin().from_disk(data).get_docs(blank("xx").vocab)
            tasks = list(docs_to_prodigy(docs))
        except (ValueError, KeyError, TypeError, AttributeError, EOFError) as e:
            raise DataError(f"{data} is not a .spacy file: {e}") from e
        lines = (srsly.json_dumps(task) + "\n" for task in tasks)
        write_text(path, "".join(lines))
    n_arcs = sum(len(task["relations"]) for task in tasks)
    msg.good(f"Wrote {path}: {len(tasks)} tasks, {n_arcs} arcs")


def _format_of(corpus: Path) -> Format:
    """What the names of the files say."""
    for form in (Format.jsonl, Format.conllu, Format.oie2016):
        if corpus.is_dir():
            if _files_of(corpus, form):
                return form
        elif file_suffix(corpus) in SUFFIXES[form]:
            return form
    return Format.jsonl


def _files(corpus: Path, form: Format) -> List[Path]:
    if not corpus.is_dir():
        return [corpus]
    paths = _files_of(corpus, form)
    if not paths:
        names = " or ".join(SUFFIXES[form])
        raise ConfigError(f"There is no file {names} in {corpus}.")
    return paths


def _files_of(folder: Path, form: Format) -> List[Path]:
    # Treebanks are released with a folder for each.
    deep = form == Format.conllu
    return [Path(path) for path in files_in(folder, SUFFIXES[form], deep=deep)]


def _records(
    paths: List[Path], form: Format, language: str, faults: List[Fault]
) -> List[Record]:
    records: List[Record] = []
    for path in paths:
        counts: Counter[str] = Counter()
        reader = READERS[form.value]
        records += reader(path, faults.append, language=language, counts=counts)
        _tell(path.name, counts)
    return records


def _read_silver(
    paths: List[Path], sentences: Optional[Path], language: str, faults: List[Fault]
) -> List[Record]:
    if sentences is None:
        raise ConfigError("Give the sentences of the systems with --sentences FILE.")
    systems = {
        path.name.partition(".")[0]: path
        for path in paths
        if path.resolve() != sentences.resolve()
    }
    if len(systems) < 2:
        raise ConfigError(
            f"Two systems can agree, but there are {len(systems)} beside {sentences}: "
            f"{', '.join(systems) or 'none'}."
        )
    counts: Counter[str] = Counter()
    records = list(
        read_silver(
            systems, sentences, language=language, on_fault=faults.append, counts=counts
        )
    )
    _tell(", ".join(systems), counts)
    return records


def _tell(name: str, counts: Counter[str]) -> None:
    parts = (f"{number} {what}" for what, number in counts.items())
    typer.echo(f"{name}: {', '.join(parts) or 'nothing'}")


def _trees(
    paths: List[Path], language: str, dev_share: float, simplify: float
) -> Dict[str, List[Doc]]:
    slices = treebank_docs(
        paths,
        language=language,
        dev_share=dev_share,
        simplify=simplify,
        on_fault=lambda fault: typer.echo(f"Left out: {fault}"),
        on_file=lambda file, n: typer.echo(f"{file.name}: {n} sentences"),
    )
    return {"train": slices.train, "dev": slices.dev}


def _write_splits(output: Path, converted: Dict[str, List[Doc]]) -> None:
    if not any(converted.values()):
        msg.fail("Nothing could be converted", exits=1)
    for split, docs in converted.items():
        with one_line_errors():
            write_docbin(output / f"{split}.spacy", docs)
        n_triples = sum(len(doc._.triples) for doc in docs)
        msg.good(f"{split}: {len(docs)} docs, {n_triples} triples")


def _tokenizing(config: Optional[Path]) -> Language:
    """A pipeline for the sake of its tokenizer."""
    if config is None:
        return multilingual_pipeline()
    if config.is_dir():
        return util.load_model(config)
    try:
        return util.load_model_from_config(util.load_config(config), auto_fill=True)
    except (ImportError, ValueError) as e:
        raise ConfigError(f"{config} is not the config of a pipeline: {e}") from e
