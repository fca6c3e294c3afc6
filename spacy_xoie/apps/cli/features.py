"""The command for who adds a language: a draft of its features, and what the rules make
of its treebank."""

from pathlib import Path
from typing import Annotated, Any, Dict, List, Optional

import srsly
import typer
from wasabi import msg

from ...corpora.coverage import Coverage, Example, measure_coverage
from ...corpora.drafts import draft_entry, treebanks_by_language
from ...corpora.treebanks import read_treebank
from ...errors import ConfigError
from ...files import Fault, check_writable, write_text
from ...syntax.languages import features_from
from .app import app
from .options import output_option
from .util import one_line_errors

EXAMPLES = """Examples:

spacy xoie features is_modern-ud-train.conllu is_modern-ud-dev.conllu

spacy xoie features corpus/*.conllu --output features.json"""

MOST_PATTERNS = 8


@app.command("features", epilog=EXAMPLES)
def features_cli(
    treebanks: Annotated[
        List[Path],
        typer.Argument(
            help="CoNLL-U files, named as de_gsd-ud-dev.conllu", exists=True
        ),
    ],
    language: Annotated[
        str, typer.Option("--language", "-l", help="Code, if the names do not say it")
    ] = "",
    output: Annotated[
        Optional[Path],
        output_option("JSON file; other languages that are in it stay"),
    ] = None,
    n_examples: Annotated[
        int, typer.Option("--examples", min=0, help="Sentences with triples to print")
    ] = 10,
) -> None:
    """Draft what the rules need to know of a language from its treebank, and report
    what they make of the treebank then. Check the draft: what is wrong in it comes out
    wrong again and again."""
    entries: Dict[str, Any] = {}
    with one_line_errors():
        if output is not None:
            check_writable(output)
            if output.exists():
                entries = srsly.read_json(output)
        for code, paths in treebanks_by_language(treebanks, language).items():
            faults: List[Fault] = []
            sentences = [
                sentence
                for path in paths
                for sentence in read_treebank(path, faults.append)
            ]
            for fault in faults:
                msg.warn(str(fault))
            if not sentences:
                raise ConfigError(f"There is no sentence to read in {paths[0]}.")
            entry = draft_entry(code, paths, sentences)
            entries[code] = entry
            features = features_from(entry["features"])
            _show(code, entry, measure_coverage(sentences, features, n_examples))
        if output is not None:
            text = srsly.json_dumps(entries, indent=1, sort_keys=True)
            write_text(output, f"{text}\n")
    if output is not None:
        msg.good(f"Wrote {output}")


def _show(code: str, entry: Dict[str, Any], coverage: Coverage) -> None:
    msg.divider(f"{code}: draft from {entry['sentences']} sentences")
    for name, value in entry["features"].items():
        if isinstance(value, dict):
            value = [
                f"{key}:{shown if isinstance(shown, str) else ','.join(shown)}"
                for key, shown in value.items()
            ]
        typer.echo(f"{name}: {value if isinstance(value, bool) else ' '.join(value)}")
    msg.divider(f"{code}: what the rules make of them")
    rows = [
        ("Triples a sentence", f"{coverage.n_triples / coverage.n_sentences:.2f}"),
        ("Sentences without any", _share(coverage.n_silent, coverage.n_sentences)),
        (
            "Triples without a subject",
            _share(coverage.n_subjectless, coverage.n_triples),
        ),
        ("Clauses with a subject and more", str(coverage.n_clauses)),
        ("Those in no triple", _share(coverage.n_lost, coverage.n_clauses)),
    ]
    for name, value in rows:
        typer.echo(f"{name}: {value}")
    if coverage.patterns:
        msg.divider(f"{code}: clauses in no triple")
    for pattern, count in coverage.patterns.most_common(MOST_PATTERNS):
        typer.echo(f"{count} × {pattern}")
        _show_example(coverage.lost[pattern])
    if coverage.examples:
        msg.divider(f"{code}: examples")
    for example in coverage.examples:
        _show_example(example)


def _show_example(example: Example) -> None:
    typer.echo(f"  {example.text}")
    for triple in example.triples:
        typer.echo(f"    {triple}")


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "-"
