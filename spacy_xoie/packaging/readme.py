"""What a wheel says of itself to those who read it."""

import json
from typing import Any, Dict, Iterable, List, Mapping, Sequence

from spacy.language import Language

from ..errors import ConfigError
from ..extraction.scorer import LEVELS
from ..language.examples import example_sentence
from ..language.facts import find_language
from .language_table import LEGEND, has_scores, language_name, language_table

SCORES = {"triple_f": "F1 of triples", "soft_f": "F1 by likeness", "las": "LAS"}
USE = """\
```
pip install {package}-{version}-py3-none-any.whl
```

```python
import spacy

nlp = spacy.load("{package}")
for triple in nlp({text})._.triples:
    print(triple, round(triple.score, 2))
```

It needs the package `{needs}`, of which the wheel says which version."""
ONE = """\
* Every text is taken to be in the one language, and nothing says so if it is not."""
MANY = """\
* `doc._.language` says which language was found, by `xoie_lang`; "und" is a text in
  another one, which gets triples too, without a model of its language behind them."""
LIMITS = """\
{languages}
* What a text says is not checked: triples are claims of the text, and the model can
  misread it. A score is no more than a hint; set `threshold` of `xoie` to leave out
  what is doubtful.
* {rounding}"""
ROUNDED = """\
The weights are rounded to 8 bits, so scores differ in the third digit from those of
  the pipeline that the wheel was made from."""
KEPT = """\
Weights are rounded to 8 bits, unless they had 4 bits already; scores differ in the
  third digit from those of a pipeline whose weights were not rounded."""
CUT = """\
Of the pieces of words that the pretrained encoder knows, those are left out that are
  written with letters of other languages: a name with such letters is read in smaller
  pieces, all other text in the same pieces as before."""


def readme_text(nlp: Language) -> str:
    """Write the read-me of a pipeline, with the triples that it finds in an example
    sentence of each of its languages.

    nlp (Language): The pipeline as it is shipped, with meta data.
    RETURNS (str): Markdown.
    """
    meta = nlp.meta
    package = f"{meta['lang']}_{meta['name']}"
    languages: List[str] = list(meta.get("languages", ()))
    text = next(filter(None, map(example_sentence, languages)), "A text.")
    limits = LIMITS.format(
        languages=ONE if len(languages) == 1 else MANY,
        rounding=_rounding(meta.get("encoder") or {}),
    )
    use = USE.format(
        package=package,
        version=meta["version"],
        needs="spacy-xoie[transformers]" if meta.get("encoder") else "spacy-xoie",
        text=json.dumps(text, ensure_ascii=False),
    )
    blocks = [
        f"# {package}",
        meta.get("description", ""),
        _features(package, languages, meta),
        f"## How to use it\n\n{use}",
        _examples(nlp, languages),
        f"## How good it is\n\n{_scores(languages, meta)}",
        f"## What it was made from\n\n{_sources(meta.get('sources') or [])}",
        f"## What to mind\n\n{limits}",
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"


def _features(package: str, languages: Sequence[str], meta: Mapping[str, Any]) -> str:
    rows = [
        ["Name", f"`{package}`"],
        ["Version", f"`{meta['version']}`"],
        ["Languages", ", ".join(f"`{code}`" for code in languages)],
        ["Pipeline", ", ".join(f"`{name}`" for name in meta["pipeline"])],
        *([["Encoder", _encoder(meta["encoder"])]] if meta.get("encoder") else []),
        ["spaCy", f"`{meta['spacy_version']}`"],
        ["Licence", meta.get("license") or "not stated"],
    ]
    return markdown_table(["Feature", "Description"], rows)


def _rounding(encoder: Mapping[str, Any]) -> str:
    if not encoder:
        return ROUNDED
    return f"{KEPT}\n* {CUT}" if encoder.get("left_out") else KEPT


def _encoder(facts: Mapping[str, Any]) -> str:
    return (
        f"`{facts['name']}`, {facts['layers']} layers, {facts['pieces']:,} pieces of "
        f"words"
    )


def _examples(nlp: Language, languages: Sequence[str]) -> str:
    examples = []
    for code in languages:
        text = example_sentence(code)
        if text is not None:
            triples = [f"{t} {t.score:.2f}" for t in nlp(text)._.triples]
            examples.append(
                "\n  ".join([f"{code}: {text}", *(triples or ["no triples"])])
            )
    if not examples:
        return ""
    lines = "\n".join(examples)
    return (
        "## What it finds\n\nWhat this very model says of sentences that it did not "
        f"learn from, right or wrong, with its scores:\n\n```\n{lines}\n```"
    )


def _figures(languages: Sequence[str], meta: Mapping[str, Any]) -> List[str]:
    """What the languages learned from, and how well the model does in them."""
    figures: Mapping[str, Any] = meta.get("by_language") or {}
    header, *rows = language_table(languages, figures, meta.get("sources") or ())
    return [] if len(header) == 1 else [markdown_table(header, rows), LEGEND]


def _not_measured(languages: Sequence[str], meta: Mapping[str, Any]) -> str:
    """What is said of languages without figures."""
    text = f"Not measured for: {', '.join(languages)}."
    measured = {*(meta.get("measured_scripts") or ())}
    for code in languages:
        try:
            scripts = find_language(code).scripts
        except ConfigError:
            continue
        if scripts and not scripts & measured:
            text += (
                f" No language with the script of {language_name(code)} "
                f"({', '.join(sorted(scripts))}) has any figures."
            )
    return text


def _scores(languages: Sequence[str], meta: Mapping[str, Any]) -> str:
    performance: Mapping[str, Any] = meta.get("performance") or {}
    by_language: Mapping[str, Any] = performance.get("xoie_per_language") or {}
    blocks = _figures(languages, meta)
    if by_language:
        header = ["Language", *(f"{level} P / R / F1" for level in LEVELS)]
        rows = [
            [code, *(_prf(levels.get(level) or {}) for level in LEVELS)]
            for code, levels in by_language.items()
        ]
        blocks.append(f"Exact match, in percent:\n\n{markdown_table(header, rows)}")
    adapters: Mapping[str, Any] = meta.get("adapters") or {}
    blocks += [_of_adapter(code, notes) for code, notes in adapters.items()]
    figures: Mapping[str, Any] = meta.get("by_language") or {}
    told = {*by_language, *adapters, *filter(lambda c: has_scores(figures[c]), figures)}
    others = [code for code in languages if code not in told]
    if others:
        blocks.append(_not_measured(others, meta))
    return "\n\n".join(blocks) or "That was not measured."


def _of_adapter(code: str, notes: Mapping[str, Any]) -> str:
    """How an adapter that was added later was trained, and what it brought."""
    after: Dict[str, float] = notes.get("after") or {}
    if not after:
        return f"The adapter of `{code}` says nothing of its scores."
    before: Dict[str, float] = notes.get("before") or {}
    gains = (
        f"{SCORES.get(name, name)} from {100 * before.get(name, 0.0):.1f} to "
        f"{100 * value:.1f}"
        for name, value in after.items()
    )
    if "folds" in notes:
        where = f"in {notes['folds']}-fold cross-validation on them"
    else:
        where = f"on {notes.get('dev_docs', 0)} development docs"
    return (
        f"The adapter of `{code}` learned from {notes.get('docs', 0)} docs. That "
        f"brought, {where}, {', '.join(gains)}. As these scores chose among rounds of "
        f"training, they flatter a little."
    )


def _sources(sources: Sequence[Mapping[str, str]]) -> str:
    if not sources:
        return "The pipeline does not say."
    rows = []
    for source in sources:
        name, url = _cell(source.get("name", "")), source.get("url", "")
        link = f"[{name}]({url})" if url.startswith("http") else name
        rows.append([link, source.get("author", ""), source.get("license", "")])
    return markdown_table(["Source", "Author", "Licence"], rows, n_markdown=1)


def _prf(values: Mapping[str, Any]) -> str:
    numbers = (values.get(name) for name in "prf")
    return " / ".join("–" if v is None else f"{100 * v:.1f}" for v in numbers)


def markdown_table(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, n_markdown: int = 0
) -> str:
    """n_markdown (int): How many of the first columns are Markdown already."""
    lines = [list(header), ["---"] * len(header)]
    lines += ([*row[:n_markdown], *map(_cell, row[n_markdown:])] for row in rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(str(text).replace("|", "\\|").split())
