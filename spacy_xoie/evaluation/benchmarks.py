"""Benchmarks of open information extraction: found, read, run and scored."""

import re
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import (
    Any,
    Callable,
    Dict,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
)

from spacy.language import Language

from ..corpora.extractions import Extraction
from ..corpora.readers import read_benchie, read_carb, read_reoie2016
from ..doc.triples import Triple
from ..errors import DataError
from ..files import OnFault, file_suffix, files_in, lines
from .benchie import score_benchie
from .carb import score_carb
from .curves import CurveScore, TupleScore, precision_recall_curve
from .mapping import MappedSentence, binary_facts, map_sentence
from .reoie2016 import score_reoie2016

Extractions = Dict[str, List[Extraction]]

_CODES = {
    "arabic": "ar",
    "chinese": "zh",
    "english": "en",
    "french": "fr",
    "german": "de",
    "portuguese": "pt",
    "spanish": "es",
}
_CODE_IN_NAME = re.compile(r"(?<![a-z])(ar|de|en|es|fr|pt|zh)(?![a-z])")


class Metric(NamedTuple):
    """One line of a table of results.

    name (str): What was scored: "facts", "tuples", "n-ary" or "binary".
    auc (Optional[float]): Area under the curve of precision over recall.
    threshold (float): Score that the triples have at least.
    """

    name: str
    precision: float
    recall: float
    f1: float
    auc: Optional[float]
    threshold: float


@dataclass(frozen=True)
class Benchmark:
    """A benchmark in one language.

    name (str): "benchie", "carb" or "reoie2016".
    language (str): Language code.
    sentences (Dict[str, str]): Text of each sentence by its id, as the benchmark
        writes it.
    gold (Mapping[str, Any]): Its annotation by the same ids.
    size (int): Number of facts or tuples.
    """

    name: str
    language: str
    sentences: Dict[str, str]
    gold: Mapping[str, Any]
    size: int


@dataclass
class BenchmarkResult:
    """What a pipeline reached on a benchmark.

    metrics (List[Metric]): The scores.
    curve (Optional[CurveScore]): Precision over recall; of Re-OIE2016 for n-ary
        triples. None if nothing was found.
    extractions (List[Dict[str, Any]]): What was found, one record a sentence.
    flags (List[Tuple[float, bool]]): Score of each fact, and whether it is right,
        where that is known.
    """

    benchmark: Benchmark
    metrics: List[Metric]
    curve: Optional[CurveScore] = None
    extractions: List[Dict[str, Any]] = field(default_factory=list)
    flags: List[Tuple[float, bool]] = field(default_factory=list)

    def to_dict(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): The scores, JSON-ready."""
        return {
            "benchmark": self.benchmark.name,
            "language": self.benchmark.language,
            "sentences": len(self.benchmark.sentences),
            "gold": self.benchmark.size,
            "scores": [metric._asdict() for metric in self.metrics],
            "curve": None if self.curve is None else self.curve.to_record(),
        }


_SUFFIXES = (".txt", ".tsv", ".json")


def find_benchmarks(
    text: str, on_fault: Optional[OnFault] = None
) -> Iterator[Benchmark]:
    """Read the benchmarks that an argument `[NAME:]PATH[:LANGUAGE]` names.

    text (str): A file of BenchIE ("sent_id: …"), CaRB (.tsv) or Re-OIE2016 (.json),
        or a folder, of which all such files are read. The contents tell the
        benchmark and the file's name the language ("…_de.txt", "…-Spanish.json",
        else English), unless the argument says them.
    on_fault (Optional[Callable[[Fault], None]]): Told of what cannot be read.
    YIELDS (Benchmark): The benchmarks.
    RAISES (DataError): If there is no such path, or no benchmark in it.
    """
    name, path, language = _split(text)
    if not path.exists():
        raise DataError(
            f"There is no file or folder {str(path)!r}. Give a benchmark as "
            f"[{'|'.join(_READERS)}:]PATH[:LANGUAGE]."
        )
    files = [path]
    if path.is_dir():
        files = [Path(file) for file in files_in(path, _SUFFIXES)]
    is_empty = True
    for file in files:
        kind = detect_benchmark(file) if path.is_dir() or not name else name
        if kind is None or (name and kind != name):
            continue
        is_empty = False
        yield _READERS[kind](file, language or _language_of(file), on_fault)
    if is_empty:
        raise DataError(
            f"There is no file of {name or 'BenchIE, CaRB or Re-OIE2016'} in "
            f"{str(path)!r}. Name the benchmark if its file has another ending: "
            f"carb:{path}."
        )


def detect_benchmark(path: Path) -> Optional[str]:
    """RETURNS (Optional[str]): The benchmark whose format a file has, or None."""
    suffix = file_suffix(path)
    if not path.is_file() or suffix not in _SUFFIXES:
        return None
    first = next((line for _, line in lines(path)), "")
    if suffix == ".txt":
        return "benchie" if first.startswith("sent_id:") else None
    if suffix == ".json":
        return "reoie2016" if first.startswith("{") else None
    return "carb" if first.count("\t") >= 2 else None


def run_benchmark(
    nlp: Language, benchmark: Benchmark, *, batch_size: int = 128
) -> BenchmarkResult:
    """Run a pipeline over the sentences of a benchmark and score its triples.

    nlp (Language): A pipeline that sets triples.
    benchmark (Benchmark): The benchmark.
    batch_size (int): Number of sentences to buffer.
    RETURNS (BenchmarkResult): Scores and extractions.
    """
    mapped = {key: map_sentence(text) for key, text in benchmark.sentences.items()}
    texts = [sentence.text for sentence in mapped.values()]
    docs = nlp.pipe(texts, batch_size=batch_size)
    whole: Extractions = {}
    facts: Extractions = {}
    records = []
    for (key, sentence), doc in zip(mapped.items(), docs, strict=True):
        triples = list(doc._.triples)
        whole[key] = [_extraction(sentence, triple) for triple in triples]
        facts[key] = _facts(sentence, triples)
        records.append(
            {
                "id": key,
                "text": benchmark.sentences[key],
                "triples": [[*t.as_tuple()] for t in triples],
                "scores": [t.score for t in triples],
            }
        )
    if benchmark.name == "benchie":
        result = _score_benchie(benchmark, facts)
    else:
        result = _score_tuples(benchmark, whole)
    result.extractions = records
    return result


def _extraction(sentence: MappedSentence, triple: Triple) -> Extraction:
    subject, relation, *objects = sentence.parts(triple)
    score = 1.0 if triple.score is None else triple.score
    return Extraction(relation, (subject, *objects), score)


def _facts(sentence: MappedSentence, triples: Sequence[Triple]) -> List[Extraction]:
    """Binary facts, each once, with the highest score of those that state it."""
    best: Dict[Tuple[str, str, str], float] = {}
    for triple in triples:
        score = 1.0 if triple.score is None else triple.score
        for fact in binary_facts(sentence.parts(triple)):
            best[fact] = max(score, best.get(fact, 0.0))
    return [Extraction(r, (s, o), score) for (s, r, o), score in best.items()]


def _score_benchie(benchmark: Benchmark, facts: Extractions) -> BenchmarkResult:
    score = score_benchie(benchmark.gold, facts)
    flags = []
    for key, extractions in facts.items():
        gold = {key: benchmark.gold[key]}
        flags += [
            (fact.score, score_benchie(gold, {key: [fact]}).hits > 0)
            for fact in extractions
        ]
    curve = None
    if flags:
        correct = [right for _, right in flags]
        # Several right extractions may state one fact, which then counts for each.
        size = max(benchmark.size, sum(correct))
        curve = precision_recall_curve(correct, [s for s, _ in flags], size)
    auc = None if curve is None else curve.auc
    metric = Metric("facts", score.precision, score.recall, score.f1, auc, 0.0)
    return BenchmarkResult(benchmark, [metric], curve, flags=flags)


def _score_tuples(benchmark: Benchmark, whole: Extractions) -> BenchmarkResult:
    if benchmark.name == "carb":
        scores = {"tuples": score_carb(benchmark.gold, whole)}
    else:
        scores = {
            name: score_reoie2016(benchmark.gold, whole, binary=name == "binary")
            for name in ("n-ary", "binary")
        }
    metrics = [_metric(name, score) for name, score in scores.items()]
    curve = next(iter(scores.values()))
    return BenchmarkResult(benchmark, metrics, curve if curve.points else None)


def _metric(name: str, score: TupleScore) -> Metric:
    return Metric(name, **{key: getattr(score, key) for key in Metric._fields[1:]})


def _benchie(path: Path, language: str, on_fault: Optional[OnFault]) -> Benchmark:
    gold = read_benchie(path, on_fault)
    size = sum(len(sentence.clusters) for sentence in gold.values())
    texts = {key: sentence.text for key, sentence in gold.items()}
    return Benchmark("benchie", language, texts, gold, size)


def _tuples(
    name: str, path: Path, language: str, on_fault: Optional[OnFault]
) -> Benchmark:
    read = read_carb if name == "carb" else read_reoie2016
    gold = read(path, on_fault)
    size = sum(map(len, gold.values()))
    return Benchmark(name, language, {text: text for text in gold}, gold, size)


_READERS: Dict[str, Callable[[Path, str, Optional[OnFault]], Benchmark]] = {
    "benchie": _benchie,
    "carb": partial(_tuples, "carb"),
    "reoie2016": partial(_tuples, "reoie2016"),
}


def _split(text: str) -> Tuple[str, Path, str]:
    name, colon, rest = text.partition(":")
    if not colon or name not in _READERS:
        name, rest = "", text
    path, colon, language = rest.rpartition(":")
    if colon and re.fullmatch("[a-z]{2,3}", language) and not Path(rest).exists():
        return name, Path(path), language
    return name, Path(rest), ""


def _language_of(path: Path) -> str:
    name = path.name.lower()
    for word, code in _CODES.items():
        if word in name:
            return code
    match = _CODE_IN_NAME.search(re.sub(r"[^a-z0-9]", " ", name))
    return match[1] if match else "en"
