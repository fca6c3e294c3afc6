"""Triples as a table of pandas."""

from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Dict, Iterable, List, Union

from spacy.tokens import Doc

from ..doc.triples import OBJECTS, SPAN_KEY, Triple
from ..errors import EngineError
from .batch.formats import extent
from .visual.blocks import blocks

if TYPE_CHECKING:
    from pandas import DataFrame

ARGUMENTS = ("object", *(f"object_{n}" for n in range(2, len(OBJECTS) + 1)))
PARTS = ("subject", "relation", *ARGUMENTS)


def to_frame(
    docs: Union[Doc, Iterable[Doc]], *, key: str = SPAN_KEY, cores: bool = False
) -> "DataFrame":
    """Make a table of the triples of docs, a row each. Needs the extra `pandas`.

    docs (Union[Doc, Iterable[Doc]]): A doc or several.
    key (str): Name of the span group of the triples.
    cores (bool): Whether to have columns for what `xoie_cores` found.
    RETURNS (DataFrame): The columns are `doc`, the number of the doc from 0 on;
        `sentence`, the text of the sentence; `subject`, `relation`, `object`,
        `object_2`, `object_3`, the text of the parts, None where a triple has none;
        `negated`, `modality`, `factuality` and `source` (who says so, None if it is
        the text itself); `score`, NaN where it is not known; `language`, `adapter`,
        `origin` and `id` of the triple; `start` and `end`, its first and last
        character in the doc; `offsets`, for each part of the triple the pieces that
        it is made of, as (start, end). With `cores` there are for the subject and each
        object `…_core` (its text), `…_adposition`, `…_head`, and `…_normal` (as in
        "1998-05" or "5 kilometer"), None where there is nothing.
    RAISES (EngineError): If pandas is not installed.
    """
    try:
        import pandas
    except ImportError as e:
        raise EngineError(
            f"{e.name} is not installed, which a table of triples needs: "
            f"pip install 'spacy-xoie[pandas]'."
        ) from e
    columns: Dict[str, List[Any]] = {name: [] for name in ("doc", "sentence", *PARTS)}
    columns.update({name: [] for name in (*_SAID, *_FACTS, "start", "end", "offsets")})
    if cores:
        columns.update({f"{part}_{name}": [] for part in _CORED for name in _CORE})
    for number, doc in enumerate([docs] if isinstance(docs, Doc) else docs):
        for block in blocks(doc, key=key):
            for triple in block.triples:
                columns["doc"].append(number)
                columns["sentence"].append(block.text.strip())
                texts = [text or None for text in triple.as_tuple()]
                texts += [None] * (len(PARTS) - len(texts))
                for name, text in zip(PARTS, texts, strict=True):
                    columns[name].append(text)
                for name in (*_SAID[:-1], *_FACTS):
                    columns[name].append(getattr(triple, name))
                columns["source"].append(triple.source.text or None)
                for name, place in zip(("start", "end"), extent(triple), strict=True):
                    columns[name].append(place)
                if cores:
                    _add_cores(columns, triple)
                columns["offsets"].append(
                    tuple(
                        tuple((span.start_char, span.end_char) for span in part.spans)
                        for part in triple.parts
                    )
                )
    # Types do not depend on what is in the docs.
    types = {"doc": "int64", "score": "float64", "negated": "bool"}
    types.update(dict.fromkeys(("start", "end"), "int64"))
    return pandas.DataFrame(
        {
            name: pandas.Series(values, dtype=types.get(name, "object"))
            for name, values in columns.items()
        }
    )


def _add_cores(columns: Dict[str, List[Any]], triple: Triple) -> None:
    parts = (triple.subject, *triple.objects)
    for name, phrase in zip_longest(_CORED, parts):
        core = None if phrase is None else phrase.core
        values = (
            (None,) * len(_CORE)
            if core is None
            else (
                core.text,
                core.adposition or None,
                core.head.text,
                core.normal and core.normal.text,
            )
        )
        for column, value in zip(_CORE, values, strict=True):
            columns[f"{name}_{column}"].append(value)


_SAID = ("negated", "modality", "factuality", "source")
_FACTS = ("score", "language", "adapter", "origin", "id")
_CORED = ("subject", *ARGUMENTS)
_CORE = ("core", "adposition", "head", "normal")
