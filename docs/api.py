"""Writes the page of the Python API: what `import spacy_xoie` offers, read off the
docstrings."""

import inspect
from typing import Any, Dict, Iterator, List, Tuple

from docstrings import Docstring
from reference import cell

import spacy_xoie

GROUPS: Dict[str, Tuple[str, ...]] = {
    "Pipelines": ("load",),
    "Triples of a doc": (
        "Triple",
        "Phrase",
        "TokenTriple",
        "get_triples",
        "set_triples",
        "get_facts",
        "set_language",
    ),
    "Tables and pictures": ("to_frame", "render", "render_projection"),
    "Translations": ("project_bitext", "set_translation"),
    "Components": (
        "TripleExtractor",
        "LanguageDetector",
        "SyntaxExtractor",
        "SchemaMapper",
        "CoreFinder",
        "AntecedentFinder",
        "Projector",
    ),
}
HEAD = """# Python API

What `import spacy_xoie` offers. It is cheap to import: what needs torch is loaded when
it is first asked for. Components are made by `nlp.add_pipe`; their factories and all
else that a config can name have [a page of their own](reference.md). This page is made
from the code when the site is built.
"""


def api() -> str:
    """RETURNS (str): The page, in Markdown."""
    parts = [HEAD]
    for title, names in GROUPS.items():
        parts.append(f"## {title}\n")
        for name in names:
            parts += _sections(name, getattr(spacy_xoie, name))
    errors = [spacy_xoie.XoieError, *spacy_xoie.XoieError.__subclasses__()]
    parts.append("## Errors\n\n| `spacy_xoie.errors` | |\n|---|---|")
    for error in errors:
        if error.__module__ == "spacy_xoie.errors":
            said = " ".join(Docstring.read(inspect.getdoc(error) or "").said.split())
            parts.append(f"| `{error.__name__}` | {cell(said)} |")
    return "\n".join(parts) + "\n"


def _sections(name: str, value: Any) -> Iterator[str]:
    if not inspect.isclass(value):
        yield _section("###", name, value)
        return
    yield _section("###", name, value)
    for member, function in _members(value):
        inner = function.fget if isinstance(function, property) else function
        called = not isinstance(function, property)
        yield _section("####", f"{name}.{member}", inner, called=called)


def _members(kind: Any) -> List[Tuple[str, Any]]:
    """What a class has of its own, or from a base of ours; of the base of all
    components only what users call."""
    members: Dict[str, Any] = {}
    for base in kind.__mro__:
        names = ("pipe",) if base.__module__ == "spacy_xoie.pipes" else vars(base)
        for name in names if base.__module__.startswith("spacy_xoie") else ():
            value = vars(base).get(name)
            value = getattr(value, "__func__", value)
            public = inspect.isfunction(value) or isinstance(value, property)
            if public and not name.startswith("_") and inspect.getdoc(value):
                members.setdefault(name, value)
    return sorted(members.items())


def _section(level: str, name: str, value: Any, *, called: bool = True) -> str:
    read = Docstring.read(inspect.getdoc(value) or "")
    lines = [f"{level} `{name}`\n"]
    if called:
        lines += ["```python", f"{name}({_arguments(value)})", "```\n"]
    if read.said:
        lines += [read.said, ""]
    if read.arguments:
        lines += ["| | | |", "|---|---|---|"]
        for argument, (kind, what) in read.arguments.items():
            lines.append(f"| `{argument}` | `{cell(kind)}` | {cell(what)} |")
        lines.append("")
    for outcome, kind, what in read.outcomes:
        lines += [f"*{outcome.capitalize()}* `{kind}`: {what}\n"]
    return "\n".join(lines)


def _arguments(value: Any) -> str:
    """The arguments of a call without their types, which the table tells."""
    signature = inspect.signature(value)
    bare = [
        setting.replace(annotation=inspect.Parameter.empty)
        for name, setting in signature.parameters.items()
        if name not in ("self", "cls")
    ]
    shown = signature.replace(
        parameters=bare, return_annotation=inspect.Signature.empty
    )
    return str(shown)[1:-1]
