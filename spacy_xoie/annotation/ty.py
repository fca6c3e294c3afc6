"""What teachers take and what they give."""

from dataclasses import dataclass
from typing import Iterable, Iterator, Optional, Protocol, Tuple, runtime_checkable

from spacy.tokens import Doc

from ..doc.codes import UNDETERMINED, code_or


@dataclass(frozen=True)
class Instance:
    """A sentence to be annotation.

    id (str): Its id, unique in a run.
    text (str): The sentence.
    language (str): Code of its language; "" if it is not known.
    source (Optional["Instance"]): Of a parallel corpus: the sentence of which this one
        is the translation. Teachers that carry triples over start from it.
    doc (Optional[Doc]): The sentence as a doc, where somebody has made it already,
        perhaps with a tree or with triples.
    """

    id: str
    text: str
    language: str
    source: Optional["Instance"] = None
    doc: Optional[Doc] = None

    def __post_init__(self) -> None:
        code = code_or(self.language, self.language)
        object.__setattr__(self, "language", "" if code == UNDETERMINED else code)


@dataclass(frozen=True)
class Discard:
    """Something that did not become training data.

    reason (str): Why, as a short fixed phrase that can be counted.
    detail (str): More about this case: what it was, and where.
    """

    reason: str
    detail: str = ""


@dataclass(frozen=True)
class Annotation:
    """What a teacher says of an item.

    item (Instance): The item; with another text and language than those that were
        handed in, where the teacher translates.
    doc (Optional[Doc]): Its tokens, with triples in `doc.spans["xoie"]`, each with the
        name of the teacher as its origin. An empty group says: there is no triple.
        None says: this record is lost, see `discards`.
    discards (Tuple[Discard, …]): The record or the triples that were lost, and why.
    source (Optional[Doc]): Where triples were carried over: the doc that they come
        from, with its triples.
    """

    item: Instance
    doc: Optional[Doc]
    discards: Tuple[Discard, ...] = ()
    source: Optional[Doc] = None


@runtime_checkable
class Annotator(Protocol):
    """A teacher."""

    name: str

    def __call__(self, items: Iterable[Instance]) -> Iterator[Annotation]:
        """Label items. What is wrong with one of them costs that one.

        items (Iterable[Instance]): The items.
        YIELDS (Annotation): One for each item, in order.
        RAISES (EngineError): If what the teacher needs is not there at all.
        """
        ...
