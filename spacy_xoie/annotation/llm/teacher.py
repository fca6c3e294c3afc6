"""The teacher that asks a language model."""

from itertools import islice
from typing import Callable, Dict, Iterable, Iterator, List, Optional, Union

from ...chat import ChatClient, Failure, Prompt, ask
from ...chat.prompts import delimit
from ...doc.triples import set_triples
from ...errors import ConfigError
from ...language.names import name_language
from ...registries import teachers
from ..ty import Annotation, Annotator, Discard, Instance
from .answers import Candidates, read_json, read_last_section
from .carry import Carrier
from .code import read_code
from .docs import find_fault, make_doc, text_of
from .prompts import CODE, EXTRACT, TACO
from .spans import Grounder

NAME = "llm"

PROMPTS: Dict[str, Prompt] = {"extract": EXTRACT, "code": CODE, "taco": TACO}
READERS: Dict[str, Callable[[str], Candidates]] = {
    "extract": read_json,
    "code": read_code,
    "taco": read_last_section,
}
MODES = (*PROMPTS, "translate")


@teachers("spacy-xoie.LLMTeacher.v1")
class LLMTeacher:
    """Labels sentences with what a language model says of them."""

    name = NAME

    def __init__(
        self,
        client: ChatClient,
        *,
        mode: str = "extract",
        target: str = "",
        source_teacher: Optional[Annotator] = None,
        fuzzy: float = 0.0,
        check_language: bool = True,
        retries_on_bad_answer: int = 1,
        max_triples: int = 50,
        max_chars: int = 2000,
        batch_size: int = 32,
    ) -> None:
        """Create a teacher.

        client (ChatClient): Whom to ask.
        mode (str): "extract": triples of the sentence, as JSON. "code": the same, with
            schema and answer as Python (AlignXIE). "taco": translate into English,
            extract there, answer in the language of the sentence (TaCo). "translate":
            translate the sentence, then find its triples again in the translation
            (MT4CrossOIE); of a parallel corpus, only the second.
        target (str): Of mode "translate": the language to translate to.
        source_teacher (Optional[Annotator]): Of mode "translate": labels sources whose
            docs have no triples.
        fuzzy (float): If more than 0, how similar a stretch of the sentence has to be
            to stand in for a part that is not in it, up to 1. Needs rapidfuzz.
        check_language (bool): Refuse sentences, translations and relations that are
            clearly in another language.
        retries_on_bad_answer (int): How often to ask again if an answer is unreadable.
        max_triples (int): How many triples of a sentence are kept.
        max_chars (int): Longer sentences are refused.
        batch_size (int): How many sentences are worked on together.
        RAISES (ConfigError): If a setting cannot work.
        RAISES (EngineError): If `fuzzy` is set and rapidfuzz is not there.
        """
        if mode not in MODES:
            raise ConfigError(
                f"mode is {mode!r}. Set it to one of: {', '.join(MODES)}."
            )
        if mode != "translate" and (target or source_teacher is not None):
            raise ConfigError(
                f"target and source_teacher are of mode 'translate', but mode is "
                f"{mode!r}. Leave them out, or set the mode."
            )
        if batch_size < 1 or max_chars < 1 or retries_on_bad_answer < 0:
            raise ConfigError(
                f"batch_size is {batch_size}, max_chars {max_chars} and "
                f"retries_on_bad_answer {retries_on_bad_answer}. Set the first two to "
                f"at least 1 and the last to at least 0."
            )
        self.client = client
        self.mode = mode
        self.target = target
        self.source_teacher = source_teacher
        self.check_language = check_language
        self.retries_on_bad_answer = retries_on_bad_answer
        self.max_chars = max_chars
        self.batch_size = batch_size
        self.grounder = Grounder(
            fuzzy=fuzzy,
            check_language=check_language,
            max_triples=max_triples,
            origin=NAME,
        )
        self._carry: Optional[Carrier] = None
        if mode == "translate":
            self._carry = Carrier(
                client,
                self.grounder,
                target=target,
                source_teacher=source_teacher,
                check_language=check_language,
                retries_on_bad_answer=retries_on_bad_answer,
                max_chars=max_chars,
            )

    def __call__(self, items: Iterable[Instance]) -> Iterator[Annotation]:
        """Label items. What is wrong with one of them costs that one.

        items (Iterable[Instance]): The items.
        YIELDS (Annotation): One for each item, in order.
        RAISES (EngineError): If the server cannot be used at all.
        """
        remaining = iter(items)
        while batch := list(islice(remaining, self.batch_size)):
            yield from (self._extract if self._carry is None else self._carry)(batch)

    def _extract(self, items: List[Instance]) -> List[Annotation]:
        faults = [
            find_fault(item, self.max_chars, self.check_language) for item in items
        ]
        good = [i for i, fault in zip(items, faults, strict=True) if fault is None]
        questions = [
            PROMPTS[self.mode].messages(
                language=name_language(item.language),
                sentence=delimit(text_of(item), "sentence"),
            )
            for item in good
        ]
        readers = [READERS[self.mode]] * len(good)
        answers = iter(
            ask(self.client, questions, readers, retries=self.retries_on_bad_answer)
        )
        return [
            (
                self._ground(item, next(answers))
                if fault is None
                else Annotation(item, None, (fault,))
            )
            for item, fault in zip(items, faults, strict=True)
        ]

    def _ground(self, item: Instance, answer: Union[Candidates, Failure]) -> Annotation:
        if isinstance(answer, Failure):
            return Annotation(item, None, (Discard(answer.reason, answer.detail),))
        doc = make_doc(item)
        triples, discards = self.grounder(doc, answer, item.language)
        if answer and not triples:
            # An empty group would say that the sentence states nothing.
            return Annotation(item, None, tuple(discards))
        set_triples(doc, triples, language=item.language)
        return Annotation(item, doc, tuple(discards))
