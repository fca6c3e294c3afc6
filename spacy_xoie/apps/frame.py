"""Triples as a table of pandas."""

from typing import TYPE_CHECKING, Any, Dict, Iterable, List, Union

from spacy.tokens import Doc

from ..doc.triples import OBJECTS, SPAN_KEY
from ..errors import EngineError
from .visual.blocks import blocks

if TYPE_CHECKING:
    from pandas import DataFrame

ARGUMENTS = ("object", *(f"object_{n}" for n in range(2, len(OBJECTS) + 1)))
PARTS = ("subject", "relation", *ARGUMENTS)


def to_frame(docs: Union[Doc, Iterable[Doc]], *, key: str = SPAN_KEY) -> "DataFrame":
    """Make a table of the triples of docs, a row each. Needs the extra `pandas`.

    docs (Union[Doc, Iterable[Doc]]): A doc or several.
    key (str): Name of the span group of the triples.
    RETURNS (DataFrame): The columns are `doc`, the number of the doc from 0 on;
        `sentence`, the text of the sentence; `subject`, `relation`, `object`,
        `object_2`, `object_3`, the text of the parts, None where a triple has none;
        `score`, NaN where it is not known; `language`, `adapter`, `origin` and `id`
        of the triple; `offsets`, for each part of the triple the pieces that it is
        made of, as (start, end) in characters of the doc.
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
    columns.update({name: [] for name in _FACTS})
    columns["offsets"] = []
    for number, doc in enumerate([docs] if isinstance(docs, Doc) else docs):
        for block in blocks(doc, key=key):
            for triple in block.triples:
                columns["doc"].append(number)
                columns["sentence"].append(block.text.strip())
                texts = [text or None for text in triple.as_tuple()]
                texts += [None] * (len(PARTS) - len(texts))
                for name, text in zip(PARTS, texts, strict=True):
                    columns[name].append(text)
                for name in _FACTS:
                    columns[name].append(getattr(triple, name))
                columns["offsets"].append(
                    tuple(
                        tuple((span.start_char, span.end_char) for span in part.spans)
                        for part in triple.parts
                    )
                )
    # Types do not depend on what is in the docs.
    types = {"doc": "int64", "score": "float64"}
    return pandas.DataFrame(
        {
            name: pandas.Series(values, dtype=types.get(name, "object"))
            for name, values in columns.items()
        }
    )


_FACTS = ("score", "language", "adapter", "origin", "id")
