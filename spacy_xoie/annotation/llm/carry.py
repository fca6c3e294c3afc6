"""Mode "translate": the two prompts of MT4CrossOIE. Translate a sentence, then find its
triples again in the translation."""

import json
from dataclasses import dataclass, field
from typing import List, Optional, Sequence, Tuple

from spacy.tokens import Doc

from ...chat import ChatClient, Failure, ask, shorten
from ...chat.prompts import delimit
from ...doc.codes import language_code
from ...doc.translations import Untranslated
from ...doc.triples import SPAN_KEY, Phrase, Triple, get_triples, set_triples
from ...errors import DataError
from ...language.names import name_language
from ...projection.translators.openai import OpenAITranslator
from ..ty import Annotator, Discard, Instance, Labelled
from .answers import Malformed, RawTriple, Read, read_json
from .docs import find_fault, make_doc, text_of
from .prompts import CARRY
from .reasons import (
    DUPLICATE,
    LOST_ARGUMENT,
    NO_SOURCE,
    NOT_ASKED_FOR,
    NOT_FOUND_AGAIN,
    SAME_LANGUAGE,
)
from .spans import Grounder


@dataclass
class _Case:
    """An item on its way. It is lost once `lost` is set."""

    item: Instance
    source: Instance
    source_doc: Optional[Doc] = None
    triples: Tuple[Triple, ...] = ()
    target: Optional[Instance] = None
    discards: List[Discard] = field(default_factory=list)
    lost: bool = False
    labelled: Optional[Doc] = None

    def lose(self, *discards: Discard) -> None:
        self.discards.extend(discards)
        self.lost = True

    @property
    def outcome(self) -> Labelled:
        doc = None if self.lost else self.labelled
        item = self.target or self.item
        return Labelled(item, doc, tuple(self.discards), self.source_doc)


class Carrier:
    """Carries triples over to translations."""

    def __init__(
        self,
        client: ChatClient,
        grounder: Grounder,
        *,
        target: str,
        source_teacher: Optional[Annotator],
        check_language: bool,
        retries_on_bad_answer: int,
        max_chars: int,
    ) -> None:
        """Create a carrier. See `LLMTeacher` for the settings."""
        self.client = client
        self.grounder = grounder
        self.target = target
        self.source_teacher = source_teacher
        self.check_language = check_language
        self.retries_on_bad_answer = retries_on_bad_answer
        self.max_chars = max_chars
        self.translator = OpenAITranslator(
            client,
            check_language=check_language,
            retries_on_bad_answer=retries_on_bad_answer,
        )

    def __call__(self, items: Sequence[Instance]) -> List[Labelled]:
        """Carry the triples of sources over.

        items (Sequence[Instance]): Sentences to translate, or translations with a
            source.
        RETURNS (List[Labelled]): The labelled translations, in order.
        RAISES (EngineError): If the server cannot be used at all.
        """
        cases = [_Case(item, item.source or item) for item in items]
        self._check(cases)
        self._label_sources([case for case in cases if not case.lost])
        self._translate([case for case in cases if not case.lost])
        self._find_again([case for case in cases if not case.lost])
        return [case.outcome for case in cases]

    def _check(self, cases: Sequence[_Case]) -> None:
        for case in cases:
            given = (
                [case.source] if case.item is case.source else [case.source, case.item]
            )
            for item in given:
                fault = find_fault(item, self.max_chars, self.check_language)
                if fault is not None:
                    case.lose(fault)
            if case.item is not case.source:
                case.target = case.item
            elif not self.target:
                detail = "there is no translation: set target, or give item.source"
                case.lose(Discard(NO_SOURCE, detail))
            elif language_code(self.target) == case.source.language:
                case.lose(Discard(SAME_LANGUAGE, self.target))

    def _label_sources(self, cases: Sequence[_Case]) -> None:
        unlabelled = []
        for case in cases:
            doc = case.source.doc
            if doc is not None and SPAN_KEY in doc.spans:
                case.source_doc = doc
            elif self.source_teacher is None:
                detail = f"{case.source.id}: give item.doc, or set source_teacher"
                case.lose(Discard(NO_SOURCE, detail))
            else:
                unlabelled.append(case)
        if unlabelled and self.source_teacher is not None:
            labels = self.source_teacher([case.source for case in unlabelled])
            for case, labelled in zip(unlabelled, labels, strict=True):
                case.source_doc = labelled.doc
                case.discards.extend(labelled.discards)
                case.lost = labelled.doc is None
        for case in cases:
            if case.source_doc is not None:
                try:
                    case.triples = get_triples(case.source_doc)
                except DataError as e:
                    case.lose(Discard(NO_SOURCE, f"{case.source.id}: {e}"))

    def _translate(self, cases: Sequence[_Case]) -> None:
        waiting = [case for case in cases if case.target is None]
        for language in sorted({case.source.language for case in waiting}):
            group = [case for case in waiting if case.source.language == language]
            texts = [text_of(case.source) for case in group]
            answers = self.translator(texts, language, self.target)
            for case, answer in zip(group, answers, strict=True):
                if isinstance(answer, Untranslated):
                    case.lose(Discard(answer.reason, answer.detail))
                else:
                    item = case.source
                    case.target = Instance(
                        item.id, answer.text, self.target, source=item
                    )

    def _find_again(self, cases: Sequence[_Case]) -> None:
        asked = [case for case in cases if case.triples]
        questions = [
            CARRY.messages(
                source_language=name_language(case.source.language),
                language=name_language(_target(case).language),
                sentence=delimit(text_of(case.source), "sentence"),
                triples=delimit(write_triples(case.triples), "triples"),
                translation=delimit(text_of(_target(case)), "translation"),
            )
            for case in asked
        ]
        answers = ask(
            self.client,
            questions,
            [read_json] * len(asked),
            retries=self.retries_on_bad_answer,
        )
        for case in cases:
            if not case.triples:
                self._write(case, [])
        for case, answer in zip(asked, answers, strict=True):
            if isinstance(answer, Failure):
                case.lose(Discard(answer.reason, answer.detail))
            else:
                read, discards = match(answer, case.triples)
                case.discards.extend(discards)
                self._write(case, read)

    def _write(self, case: _Case, read: Read) -> None:
        item = _target(case)
        doc = make_doc(item)
        triples, discards = self.grounder(doc, read, item.language)
        case.discards.extend(discards)
        # Without any of them, the doc would say that its sentence states nothing.
        case.lost = bool(case.triples) and not triples
        set_triples(doc, triples, language=item.language)
        case.labelled = doc


def write_triples(triples: Sequence[Triple]) -> str:
    """RETURNS (str): Triples as JSON, with numbers from 1 as their ids."""

    def words(phrase: Phrase) -> str:
        return " ... ".join(span.text for span in phrase.spans)

    items = [
        {
            "id": number,
            "subject": words(triple.subject),
            "relation": words(triple.relation),
            "objects": [words(part) for part in triple.objects],
        }
        for number, triple in enumerate(triples, start=1)
    ]
    return json.dumps({"triples": items}, ensure_ascii=False)


def match(read: Read, sources: Sequence[Triple]) -> Tuple[Read, List[Discard]]:
    """Match triples that were found again with those that were looked for.

    read (Read): What was found, with ids; without any id, in the same order.
    sources (Sequence[Triple]): What was looked for. Their ids count from 1.
    RETURNS (Tuple[Read, List[Discard]]): What was found of them, and what was not.
    """
    found = [item for item in read if isinstance(item, RawTriple)]
    matched: Read = [item for item in read if isinstance(item, Malformed)]
    discards: List[Discard] = []
    in_order = len(read) == len(sources) and all(item.id is None for item in found)
    seen = set()
    for number, item in enumerate(read, start=1):
        if not isinstance(item, RawTriple):
            continue
        key = number if in_order else item.id
        shown = shorten(str(item))
        if key is None or not 1 <= key <= len(sources):
            discards.append(Discard(NOT_ASKED_FOR, shown))
        elif key in seen:
            discards.append(Discard(DUPLICATE, shown))
        elif len(item.objects) != len(sources[key - 1].objects):
            discards.append(Discard(LOST_ARGUMENT, f"{shown} for {sources[key - 1]}"))
        else:
            matched.append(item)
        seen.add(key)
    if not any(isinstance(item, Malformed) for item in read):
        discards.extend(
            Discard(NOT_FOUND_AGAIN, shorten(str(triple)))
            for number, triple in enumerate(sources, start=1)
            if number not in seen
        )
    return matched, discards


def _target(case: _Case) -> Instance:
    assert case.target is not None  # cases without one are lost before
    return case.target
