"""Teachers that say what a test tells them to."""

from typing import Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

from spacy.tokens import Doc
from spacy.util import get_words_and_spaces
from spacy.vocab import Vocab

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.annotation.ty import Annotation, Discard, Instance

VOCAB = Vocab()


def parts_of(doc: Doc, part: str) -> Tuple[Tuple[int, int], ...]:
    """Tokens of pieces of text, separated by "|"; "" is no piece."""
    spans = []
    for piece in filter(None, part.split("|")):
        start = doc.text.index(piece)
        span = doc.char_span(start, start + len(piece))
        assert span is not None, (doc.text, piece)
        spans.append((span.start, span.end))
    return tuple(spans)


def make_doc(
    text: str,
    facts: Sequence[str] = (),
    language: str = "en",
    words: Optional[List[str]] = None,
) -> Doc:
    """A doc with triples such as "Anna; has|met; Ben; in Rome"."""
    doc = Doc(VOCAB, *get_words_and_spaces(words or text.split(), text))
    triples = []
    for fact in facts:
        subject, relation, *objects = (parts_of(doc, p) for p in fact.split("; "))
        triples.append(TokenTriple(subject, relation, tuple(objects), origin="x"))
    set_triples(doc, triples, language=language)
    return doc


class Told:
    """A teacher with one answer for each text."""

    def __init__(self, name: str, answers: Dict[str, Sequence[str] | Doc | None]):
        self.name = name
        self.answers = answers
        self.seen: List[Instance] = []

    def __call__(self, items: Iterable[Instance]) -> Iterator[Annotation]:
        for item in items:
            self.seen.append(item)
            answer = self.answers[item.text]
            if answer is None:
                yield Annotation(item, None, (Discard("no reply", "timed out"),))
            elif isinstance(answer, Doc):
                changed = Instance(item.id, answer.text, item.language, source=item)
                yield Annotation(changed, answer)
            else:
                yield Annotation(item, make_doc(item.text, answer, item.language))
