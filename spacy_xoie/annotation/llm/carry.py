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
from ...doc.triples import Phrase, Triple, get_triples, set_triples
from ...errors import DataError
from ...language.names import name_language
from ...projection.translators.openai import OpenAITranslator
from ..labelling import NO_SOURCE, SAME_LANGUAGE, label_sources
from ..ty import Annotation, Annotator, Discard, Instance
from .answers import BadTriple, Candidates, RawTriple, read_json
from .docs import find_fault, make_doc, text_of
from .prompts import CARRY
from .reasons import (
    DUPLICATE,
    LOST_ARGUMENT,
    NOT_ASKED_FOR,
    NOT_FOUND_AGAIN,
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
    target_doc: Optional[Doc] = None

    def lose(self, *discards: Discard) -> None:
        self.discards.extend(discards)
        self.lost = True

    @property
    def outcome(self) -> Annotation:
        doc = None if self.lost else self.target_doc
        item = self.target or self.item
        return Annotation(item, doc, tuple(self.discards), self.source_doc)


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

    def __call__(self, items: Sequence[Instance]) -> List[Annotation]:
        """Carry the triples of sources over.

        items (Sequence[Instance]): Sentences to translate, or translations with a
            source.
        RETURNS (List[Annotation]): The labelled translations, in order.
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
            sides = (
                [case.source] if case.item is case.source else [case.source, case.item]
            )
            for item in sides:
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
        sources = [case.source for case in cases]
        annotations = label_sources(sources, self.source_teacher)
        for case, annotation in zip(cases, annotations, strict=True):
            case.discards.extend(annotation.discards)
            case.source_doc = annotation.doc
            case.lost = annotation.doc is None
            if annotation.doc is not None:
                try:
                    case.triples = get_triples(annotation.doc)
                except DataError as e:
                    case.lose(Discard(NO_SOURCE, f"{case.source.id}: {e}"))

    def _translate(self, cases: Sequence[_Case]) -> None:
        raw = [case for case in cases if case.target is None]
        for language in sorted({case.source.language for case in raw}):
            group = [case for case in raw if case.source.language == language]
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
        stating = [case for case in cases if case.triples]
        questions = [
            CARRY.messages(
                source_language=name_language(case.source.language),
                language=name_language(_target(case).language),
                sentence=delimit(text_of(case.source), "sentence"),
                triples=delimit(write_triples(case.triples), "triples"),
                translation=delimit(text_of(_target(case)), "translation"),
            )
            for case in stating
        ]
        answers = ask(
            self.client,
            questions,
            [read_json] * len(stating),
            retries=self.retries_on_bad_answer,
        )
        for case in cases:
            if not case.triples:
                self._write(case, [])
        for case, answer in zip(stating, answers, strict=True):
            if isinstance(answer, Failure):
                case.lose(Discard(answer.reason, answer.detail))
            else:
                triples, discards = match(answer, case.triples)
                case.discards.extend(discards)
                self._write(case, triples)

    def _write(self, case: _Case, candidates: Candidates) -> None:
        item = _target(case)
        doc = make_doc(item)
        triples, discards = self.grounder(doc, candidates, item.language)
        case.discards.extend(discards)
        # Without any of them, the doc would say that its sentence states nothing.
        case.lost = bool(case.triples) and not triples
        set_triples(doc, triples, language=item.language)
        case.target_doc = doc


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


def match(
    candidates: Candidates, sources: Sequence[Triple]
) -> Tuple[Candidates, List[Discard]]:
    """Match triples of a translation with those of its source.

    candidates (Candidates): What an answer gives, with ids; without any id, in the
        same order.
    sources (Sequence[Triple]): The triples of the source. Their ids count from 1.
    RETURNS (Tuple[Candidates, List[Discard]]): Those that match, and why others do not.
    """
    bad: Candidates = [one for one in candidates if isinstance(one, BadTriple)]
    matches, discards = bad.copy(), []
    ids = {one.id for one in candidates if isinstance(one, RawTriple)}
    in_order = len(candidates) == len(sources) and ids <= {None}
    keys = set()
    for number, triple in enumerate(candidates, start=1):
        if not isinstance(triple, RawTriple):
            continue
        key = number if in_order else triple.id
        text = shorten(str(triple))
        if key is None or not 1 <= key <= len(sources):
            discards.append(Discard(NOT_ASKED_FOR, text))
        elif key in keys:
            discards.append(Discard(DUPLICATE, text))
        elif len(triple.objects) != len(sources[key - 1].objects):
            discards.append(Discard(LOST_ARGUMENT, f"{text} for {sources[key - 1]}"))
        else:
            matches.append(triple)
        keys.add(key)
    if not bad:
        discards.extend(
            Discard(NOT_FOUND_AGAIN, shorten(str(source)))
            for number, source in enumerate(sources, start=1)
            if number not in keys
        )
    return matches, discards


def _target(case: _Case) -> Instance:
    assert case.target is not None  # cases without one are lost before
    return case.target
