"""Triples of which it is known whether a reader accepts them, from three kinds of
files: judged triples, expected triples, and corpora with gold ones."""

from collections import Counter
from functools import partial
from pathlib import Path
from typing import (
    Any,
    Dict,
    Iterable,
    Iterator,
    List,
    Literal,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
    Union,
)

from spacy.language import Language

from ..corpora.records import TripleRecord, read_corpus
from ..doc.codes import language_code
from ..doc.triples import get_triples
from ..errors import DataError
from ..extraction.pipelines import extractor_of
from ..files import OnFault, file_suffix, files_in, json_object, lines, tell
from ..network.heads import ArcHead
from .expected import LEAST, is_triple, likenesses, read_expected

Kind = Literal["judged", "expected", "gold"]
KINDS: Tuple[Kind, ...] = ("judged", "expected", "gold")
"""What tells whether a triple is right, the surest first: somebody has read it; it is
like one that a reader expects; it is like one of a corpus, which follows guidelines."""

VERDICTS = {"right": True, "near": True, "wrong": False}
SAME = 0.8
"""How much a triple is like a judged one, if the verdict on that holds for it."""

MOST = 0.8
"""How many of the judged triples of a file a pipeline finds again, if the verdicts are
on what it finds. What it finds of those of another pipeline is the better half."""

_BATCH = 64


class Judgement(NamedTuple):
    """What a reader says of the triples of a text.

    kind (Kind): How it is known.
    language (str): Code of the language.
    triples (List[List[str]]): Subject, relation and further arguments of each triple.
    right (Optional[List[bool]]): Whether each is right; None if all of them are, and
        all others wrong.
    file (str): Where it stands.
    """

    kind: Kind
    language: str
    text: str
    triples: List[List[str]]
    right: Optional[List[bool]] = None
    file: str = ""

    def without_wrong(self) -> "Judgement":
        """RETURNS (Judgement): Those that are right as the expected ones."""
        verdicts = self.right or [True] * len(self.triples)
        pairs = zip(self.triples, verdicts, strict=True)
        triples = [triple for triple, right in pairs if right]
        return self._replace(kind="expected", triples=triples, right=None)


class Example(NamedTuple):
    """A triple that a pipeline found.

    kind (Kind), text (str), language (str): Of the `Judgement`.
    read_as (str): The language that the pipeline took it for.
    score (float): Its score, before any curve.
    evidence (Tuple[float, ...]): See `spacy_xoie.syntax.scores`; empty if its model
        predicts no trees.
    right (bool): Whether a reader accepts it.
    """

    kind: Kind
    text: str
    language: str
    read_as: str
    score: float
    evidence: Tuple[float, ...]
    right: bool


def find_judgements(
    path: Union[str, Path], on_fault: Optional[OnFault] = None
) -> List[Judgement]:
    """Read a JSONL file, or all those of a folder.

    path (Union[str, Path]): Lines have "text", "lang", and "triple" ([subject,
        relation, further arguments …]) with "verdict" ("right", "near" or "wrong"); or
        as `read_expected` has them; or as a corpus (`read_corpus`) has them, of which
        the development part is taken.
    on_fault (Optional[Callable[[Fault], None]]): Told of lines that cannot be read.
    RETURNS (List[Judgement]): What is known of each text; nothing if there is no such
        file.
    """
    paths = [Path(path)]
    if paths[0].is_dir():
        paths = [Path(file) for file in files_in(path, (".jsonl",))]
    return [
        judgement
        for file in paths
        if file_suffix(file) == ".jsonl"
        for judgement in _read(file, on_fault)
    ]


def _read(path: Path, on_fault: Optional[OnFault]) -> Iterator[Judgement]:
    first = next((json_object(line) for _, line in lines(path)), {})
    if "verdict" in first:
        yield from _read_judged(path, on_fault)
    elif "expected" in first:
        for language, text, triples in read_expected(path, on_fault):
            yield Judgement("expected", language, text, triples)
    else:
        records, faults = read_corpus(path)
        for fault in faults:
            if on_fault is not None:
                on_fault(fault)
        for record in records:
            if record.split == "dev":
                triples = [*map(_texts, record.triples)]
                yield Judgement("gold", record.language, record.text, triples)


def _texts(triple: TripleRecord) -> List[str]:
    parts = (triple.subject, triple.relation, *triple.objects)
    return [part.text for part in parts]


def _read_judged(path: Path, on_fault: Optional[OnFault]) -> List[Judgement]:
    by_text: Dict[Tuple[str, str], Judgement] = {}
    for number, line in lines(path, on_fault):
        try:
            record = json_object(line)
            language = language_code(record.get("lang"), field="lang")
            text: object = record.get("text")
            triple: Any = record.get("triple")
            verdict = record.get("verdict")
            if not isinstance(text, str) or not text.strip():
                raise DataError("there is no text", "text")
            if not is_triple(triple):
                why = "this is no [subject, relation, argument …], all texts"
                raise DataError(why, "triple")
            if verdict not in VERDICTS:
                why = f"{verdict!r} is none of {', '.join(VERDICTS)}"
                raise DataError(why, "verdict")
        except DataError as e:
            tell(on_fault, f"{path.name}:{number}", e)
        else:
            empty = Judgement("judged", language, text, [], [], str(path))
            judgement = by_text.setdefault((language, text), empty)
            judgement.triples.append(triple)
            assert judgement.right is not None
            judgement.right.append(VERDICTS[verdict])
    return [*by_text.values()]


def find_examples(nlp: Language, judgements: Iterable[Judgement]) -> List[Example]:
    """Run a pipeline over texts, of whose languages nothing is said to it.

    nlp (Language): A pipeline with the component `xoie`.
    judgements (Iterable[Judgement]): What is known of texts.
    RETURNS (List[Example]): The triples that it finds, whatever their score, but for
        those on which there is no verdict. The curve of its model is not applied. Of
        a file with verdicts on what another pipeline found, the right triples are
        expected ones.
    """
    judgements = list(judgements)
    extractor = extractor_of(nlp)
    network, head = extractor.network, extractor.network.head
    threshold, calibration = extractor.threshold, network.calibration
    read = head.read if isinstance(head, ArcHead) else None
    extractor.threshold, network.calibration = 0.0, []
    if isinstance(head, ArcHead):
        head.read = partial(head.read, evident=True)
    try:
        with nlp.select_pipes(disable=[extractor.name]):
            docs = [*nlp.pipe(judgement.text for judgement in judgements)]
        found = [
            triples
            for start in range(0, len(docs), _BATCH)
            for triples in extractor.predict(docs[start : start + _BATCH])
        ]
    finally:
        extractor.threshold, network.calibration = threshold, calibration
        if isinstance(head, ArcHead) and read is not None:
            head.read = read
    extractor.set_annotations(docs, found)
    texts = [
        [triple.as_tuple() for triple in get_triples(doc, key=extractor.span_key)]
        for doc in docs
    ]
    judgements = _of_this_pipeline(judgements, texts)
    return [
        Example(
            judgement.kind,
            judgement.text,
            judgement.language,
            triple.language,
            triple.score or 0.0,
            triple.evidence,
            right,
        )
        for judgement, own, triples in zip(judgements, texts, found, strict=True)
        for triple, right in zip(triples, accepted(own, judgement), strict=True)
        if right is not None
    ]


def _of_this_pipeline(
    judgements: Sequence[Judgement], found: Sequence[Sequence[Sequence[str]]]
) -> List[Judgement]:
    """Judgements, in which verdicts on what another pipeline found are none."""
    again, size = Counter[str](), Counter[str]()
    for judgement, texts in zip(judgements, found, strict=True):
        if judgement.right is not None:
            scores = likenesses(judgement.triples, texts, judgement.language)
            again[judgement.file] += sum(max(s, default=0.0) >= SAME for s in scores)
            size[judgement.file] += len(scores)
    others = {file for file, n in size.items() if again[file] < MOST * n}
    return [
        one.without_wrong() if one.right is not None and one.file in others else one
        for one in judgements
    ]


def accepted(
    found: Sequence[Sequence[str]], judgement: Judgement
) -> List[Optional[bool]]:
    """RETURNS (List[Optional[bool]]): Whether each triple is right; None where there is
    no verdict.

    found (Sequence[Sequence[str]]): Subject, relation and further arguments.
    judgement (Judgement): What is known of their text.
    """
    verdicts: List[Optional[bool]] = []
    for scores in likenesses(found, judgement.triples, judgement.language):
        best = max(scores, default=0.0)
        if judgement.right is None:
            verdicts.append(best >= LEAST)
        elif best >= SAME:
            verdicts.append(judgement.right[scores.index(best)])
        else:
            verdicts.append(None)
    return verdicts
