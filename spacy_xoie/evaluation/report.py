"""How good a pipeline is on annotated docs, language by language."""

from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional, Tuple, Union

from spacy.language import Language
from spacy.scorer import Scorer
from spacy.training import Corpus, Example

from ..corpora.convert import docs_from_records
from ..corpora.records import Record, read_records
from ..errors import DataError
from ..files import OnFault, file_suffix
from .corpus_curves import corpus_curves

LEVELS = ("predicate", "argument", "triple")


def evaluate_pipeline(
    nlp: Language,
    *paths: Union[str, Path],
    batch_size: int = 256,
    on_fault: Optional[OnFault] = None,
) -> Dict[str, Any]:
    """Run a pipeline over the texts of annotated docs and score its triples.

    nlp (Language): The pipeline.
    *paths (Union[str, Path]): `.spacy` files, or records (`.jsonl`), which are scored
        together.
    batch_size (int): Number of docs to buffer.
    on_fault (Optional[Callable[[Fault], None]]): Told of records that cannot be read.
    RETURNS (Dict[str, Any]): The scores of `spacy-xoie.triple_scorer.v1`, the number
        of docs as "n_docs", the words a second as "speed", and precision over recall of
        whole triples by language as "curves", see `CurveScore.to_record`.
    RAISES (DataError): If there are no docs in a file, or it cannot be read.
    """
    examples: List[Example] = []
    for path in paths:
        examples += _examples(nlp, path, on_fault)
    scorer = _KeepingScorer(nlp=nlp)
    scores = nlp.evaluate(examples, batch_size=batch_size, scorer=scorer)
    curves = {
        language: curve.to_record()
        for language, curve in corpus_curves(scorer.examples).items()
    }
    return {
        **{name: scores[name] for name in scores if name.startswith("xoie_")},
        "n_docs": len(examples),
        "speed": scores["speed"],
        "curves": curves,
    }


class _KeepingScorer(Scorer):
    """Keeps what was scored, which `Language.evaluate` does not give away."""

    examples: List[Example] = []

    def score(
        self, examples: Iterable[Example], *, per_component: bool = False
    ) -> Dict[str, Any]:
        self.examples = list(examples)
        return super().score(self.examples, per_component=per_component)


def _examples(
    nlp: Language, path: Union[str, Path], on_fault: Optional[OnFault]
) -> List[Example]:
    try:
        if file_suffix(path) == ".jsonl":
            examples = _examples_of_records(nlp, Path(path), on_fault)
        else:
            examples = list(Corpus(path)(nlp))
    except ValueError as e:
        raise DataError(f"{path} cannot be read: {e}") from e
    if not examples:
        raise DataError(f"There is not one doc in {path}. Make it with `convert`.")
    return examples


def _examples_of_records(
    nlp: Language, path: Path, on_fault: Optional[OnFault]
) -> List[Example]:
    records: List[Record] = []
    for _, record in read_records(path):
        if isinstance(record, Record):
            records.append(record)
        elif on_fault is not None:
            on_fault(record)
    docs, faults = docs_from_records(nlp, records)
    if on_fault is not None:
        for fault in faults:
            on_fault(fault)
    return [Example(nlp.make_doc(doc.text), doc) for doc in docs]


def score_table(scores: Dict[str, Any]) -> Tuple[List[str], List[List[str]]]:
    """Lay out scores as a table, in percent.

    scores (Dict[str, Any]): What `evaluate_pipeline` returned.
    RETURNS (Tuple[List[str], List[List[str]]]): Header and rows: each language, then
        all of them together.
    """
    header = ["Language"]
    for level in LEVELS:
        header += [f"{level.title()} P", "R", "F"]
    rows = []
    for language, by_level in scores["xoie_per_language"].items():
        values = [by_level[level][name] for level in LEVELS for name in "prf"]
        rows.append([language, *map(_percent, values)])
    total = [scores.get(f"xoie_{level}_{name}") for level in LEVELS for name in "prf"]
    rows.append(["all", *map(_percent, total)])
    return header, rows


def _percent(value: Any) -> str:
    return "-" if value is None else f"{100 * value:.1f}"
