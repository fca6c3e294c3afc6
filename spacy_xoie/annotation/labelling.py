"""Asking a teacher, and what teachers that translate have in common."""

from typing import List, Optional, Sequence

from ..doc.triples import SPAN_KEY
from ..errors import EngineError
from .ty import Annotation, Annotator, Discard, Instance

EMPTY_SENTENCE = "empty sentence"
NO_SOURCE = "no triples of the source"
SAME_LANGUAGE = "already in the target language"


def ask(name: str, teacher: Annotator, items: Sequence[Instance]) -> List[Annotation]:
    """Let a teacher label items.

    name (str): What to call it in an error.
    teacher (Annotator): The teacher.
    items (Sequence[Instance]): The items.
    RETURNS (List[Annotation]): One for each item.
    RAISES (EngineError): If it does not answer each item.
    """
    answers = list(teacher(items))
    if len(answers) != len(items):
        raise EngineError(
            f"The teacher {name!r} gave {len(answers)} answers to {len(items)} items. "
            f"A teacher gives one answer for each item, in order: correct it."
        )
    return answers


def label_sources(
    sources: Sequence[Instance], teacher: Optional[Annotator]
) -> List[Annotation]:
    """Label what translations are translations of, where it has no triples yet.

    sources (Sequence[Instance]): The sentences.
    teacher (Optional[Annotator]): The teacher, if there is one.
    RETURNS (List[Annotation]): One for each sentence.
    RAISES (EngineError): If the teacher does not answer each item.
    """
    annotations = [
        (
            Annotation(item, item.doc)
            if item.doc is not None and SPAN_KEY in item.doc.spans
            else None
        )
        for item in sources
    ]
    pairs = zip(sources, annotations, strict=True)
    bare = [item for item, annotation in pairs if annotation is None]
    if teacher is None:
        hint = "set source_teacher, or give item.doc"
        answers = [
            Annotation(item, None, (Discard(NO_SOURCE, f"{item.id}: {hint}"),))
            for item in bare
        ]
    else:
        answers = ask("source_teacher", teacher, bare) if bare else []
    rest = iter(answers)
    return [annotation or next(rest) for annotation in annotations]
