"""The account of the syntax rules per construction: how many facts each one gives, how
many of these a benchmark calls right, and what is wrong with the others.

    python -m benchmarks.constructions BENCHIE_FOLDER CARB/dev.tsv --out account.json

Trees come from a pretrained model, or from a pipeline with a parser (`--model`), behind
which `xoie_syntax` is put. BenchIE is asked for minimal facts, CaRB for whole tuples.

Construction of a fact. The rules say of each triple which one they read it from. What
they call a plain clause is told apart here by its tree, by the label of the
predicate: a coordinated verb (conj), an apposition (appos), an adverbial (advcl) or a
content clause (ccomp, csubj, xcomp), an aside (parataxis); else, if the head of an
argument is a conjunct, a coordinated argument; else a verbal clause. The predicate is
the word of the relation nearest to the root, or the head of that word if it is an
auxiliary or a copula.

Right. On BenchIE a fact is right or not, and a gold fact counts for the first fact that
states it; of several right facts for one gold fact the benchmark counts one, so its
precision is a bit lower than that of the line "all". On CaRB a fact is right by the
share of its words that agree with the gold tuple it is paired with, and a gold tuple is
found by the share of its words that are in the best fact for it: both are sums of
shares, at no threshold.

Missed nearby: gold facts (or shares of them) that are not found and whose best fact,
or else nearest fact, is of the construction; by these and those found goes recall.
Gold facts that nothing is near count in the line "no fact near".

Causes. A wrong fact is held against its nearest gold fact, a missed gold fact against
its nearest fact: the one with the highest Dice coefficient of all words of the triple,
whichever slot they are in, and of equals the one with most words in the right slots.
Every Han character is a word; optional words of BenchIE are left out where the fact has
none of them. The first of these that holds is the cause:

* no fact near: the coefficient is below one half.
* same words in all slots: the benchmark gave the gold fact to another fact, or the fact
  to another gold fact; or, as BenchIE compares letter by letter, the spaces differ.
* order of words inside a slot: all slots have the same words, not in the same order.
* same words, cut otherwise: the words of both are the same, the slots are not.
* predicate right, one argument differs at its edge: the shorter of the two phrases
  stands in the longer one without a gap.
* predicate right, one argument differs otherwise.
* predicate differs, arguments right.
* two slots differ; all slots differ.

"Lost" adds up what the benchmark takes off: 1 for a fact of BenchIE, the share of words
that do not agree for CaRB. CaRB does not look at the order of words, and takes all
arguments after the subject as one object, as is done here for both.
"""

import argparse
import re
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple
from unittest.mock import patch

import spacy
import srsly
import torch
from spacy.language import Language
from tqdm import tqdm  # type: ignore[import-untyped]

from spacy_xoie import Triple
from spacy_xoie.corpora.extractions import Extraction
from spacy_xoie.corpora.readers.benchie import BenchieSentence, Cluster
from spacy_xoie.errors import XoieError
from spacy_xoie.evaluation.benchie import score_benchie, slots_of, split_pieces
from spacy_xoie.evaluation.benchmarks import Benchmark, find_benchmarks
from spacy_xoie.evaluation.carb import match_tuples
from spacy_xoie.evaluation.mapping import MappedSentence, binary_facts, map_sentence
from spacy_xoie.extraction.pretrained import DEFAULT_NAME, find_model
from spacy_xoie.syntax import Rules, SyntaxTriple, Tree

FACTS = {"benchie": "minimal", "carb": "whole"}
NEAR = 0.5
"""Least Dice coefficient of the words of two facts that are near."""

NO_FACT = "no fact near"
NAMES = {
    "participial": "participle",
    "relative": "relative clause",
    "light_verb": "light verb",
}
BY_LABEL = {
    "conj": "coordinated verb",
    "appos": "apposition",
    "advcl": "adverbial clause",
    "ccomp": "content clause",
    "csubj": "content clause",
    "xcomp": "content clause",
    "parataxis": "aside",
}
Words = Tuple[str, ...]
Slots = Tuple[Words, Words, Words]
WORD = re.compile("[\u3400-\u9fff]|[^\\s\u3400-\u9fff]+")


def main(arguments: List[str]) -> int:
    parser = make_parser()
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    results = []
    try:
        for benchmark in named_benchmarks(options.data):
            nlp = make_pipeline(options.model, benchmark)
            results.append(account(benchmark, find_facts(nlp, benchmark)))
            print(results[-1].table())
    except (XoieError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    if options.out is not None:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        srsly.write_json(options.out, [result.to_dict() for result in results])
    return 0


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="benchmarks.constructions",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "data",
        nargs="+",
        help="a file of BenchIE or CaRB, or a folder of such: [NAME:]PATH[:LANGUAGE]",
    )
    parser.add_argument(
        "--model",
        default=DEFAULT_NAME,
        help="a pretrained model that reads trees, or a pipeline with a parser",
    )
    parser.add_argument("--out", type=Path, help="a JSON file for the figures")
    return parser


def named_benchmarks(names: Sequence[str]) -> Iterator[Benchmark]:
    """YIELDS (Benchmark): BenchIE and CaRB; of the others it is said that they are
    left out."""
    for name in names:
        for benchmark in find_benchmarks(name, _warn):
            if benchmark.name in FACTS:
                yield benchmark
            else:
                print(
                    f"{name}: {benchmark.name} is left out. Give a file or a folder of "
                    f"BenchIE or CaRB.",
                    file=sys.stderr,
                )


def _warn(fault: str) -> None:
    print(fault, file=sys.stderr)


def make_pipeline(name: str, benchmark: Benchmark) -> Language:
    """A pipeline that reads triples off trees.

    name (str): A pretrained model, or a pipeline with a parser or with triples.
    benchmark (Benchmark): Its language, and the facts that it asks for.
    RETURNS (Language): The pipeline.
    RAISES (OSError): If there is neither a model nor a pipeline of that name.
    """
    facts = FACTS[benchmark.name]
    try:
        find_model(name)
    except XoieError as error:
        try:
            nlp = spacy.load(name)
        except OSError as e:
            raise OSError(f"{error} And there is no pipeline of that name.") from e
        if "xoie" not in nlp.pipe_names:
            if "xoie_syntax" in nlp.pipe_names:
                nlp.remove_pipe("xoie_syntax")
            config = {"facts": facts, "language": benchmark.language}
            nlp.add_pipe("xoie_syntax", config=config)
        return nlp
    nlp = spacy.blank(benchmark.language)
    model = {
        "@architectures": "spacy-xoie.PretrainedModel.v1",
        "name": name,
        "facts": facts,
    }
    nlp.add_pipe("xoie", config={"model": model})
    return nlp


class Fact(NamedTuple):
    """What was found, in the spelling of the benchmark."""

    extraction: Extraction
    construction: str


Facts = Dict[str, List[Fact]]


def find_facts(nlp: Language, benchmark: Benchmark) -> Facts:
    """Run a pipeline over a benchmark.

    nlp (Language): A pipeline that reads triples off trees.
    benchmark (Benchmark): The benchmark.
    RETURNS (Facts): The facts of each sentence, binary ones for BenchIE.
    RAISES (ValueError): If the pipeline runs no rules.
    """
    mapped = {key: map_sentence(text) for key, text in benchmark.sentences.items()}
    with recorded_rules() as origins:
        docs = list(
            tqdm(
                nlp.pipe(sentence.text for sentence in mapped.values()),
                desc=f"{benchmark.name} {benchmark.language}",
                total=len(mapped),
                disable=None,
            )
        )
    if docs and not origins.seen:
        raise ValueError(
            "The pipeline reads no triples off trees, so nothing is known of their "
            "constructions. Give a model with an arc head or a pipeline with a parser."
        )
    facts: Facts = {}
    for (key, sentence), doc in zip(mapped.items(), docs, strict=True):
        found = [
            Fact(extraction, origins.of(doc.text, triple))
            for triple in doc._.triples
            for extraction in extractions_of(sentence, triple, benchmark.name)
        ]
        facts[key] = once(found) if benchmark.name == "benchie" else found
    return facts


def once(facts: Sequence[Fact]) -> List[Fact]:
    """RETURNS (List[Fact]): Each fact once, with its best score."""
    best: Dict[Words, Fact] = {}
    for fact in sorted(facts, key=lambda fact: -fact.extraction.score):
        best.setdefault(slots_of(fact.extraction), fact)
    return list(best.values())


def extractions_of(
    sentence: MappedSentence, triple: Triple, benchmark: str
) -> List[Extraction]:
    """RETURNS (List[Extraction]): The triple, or for BenchIE its binary facts."""
    score = 1.0 if triple.score is None else triple.score
    parts = sentence.parts(triple)
    if benchmark == "benchie":
        return [Extraction(r, (s, o), score) for s, r, o in binary_facts(parts)]
    return [Extraction(parts[1], (parts[0], *parts[2:]), score)]


@dataclass
class Origins:
    """Which construction each triple is from, by sentence and text of its parts, all
    without white space.

    whole: By all parts.
    relation: By the relation alone, for triples whose edges were tidied afterwards.
    """

    seen: bool = False
    whole: Dict[Words, Dict[str, str]] = field(default_factory=dict)
    relation: Dict[Words, Dict[str, str]] = field(default_factory=dict)

    def add(self, tree: Tree, triples: Sequence[SyntaxTriple]) -> None:
        self.seen = True
        sentence = "".join(tree.words)
        for triple in triples:
            name = construction_of(tree, triple)
            subject, relation, *objects = [
                "".join(tree.words[index] for index in part)
                for part in (triple.subject, triple.relation, *triple.objects)
            ]
            self.relation.setdefault((relation,), {}).setdefault(sentence, name)
            # Objects that do not complete the verb may have become facts of their own.
            for rest in (objects, *([part] for part in objects)):
                names = self.whole.setdefault((subject, relation, *rest), {})
                names.setdefault(sentence, name)

    def of(self, text: str, triple: Triple) -> str:
        """RETURNS (str): The construction of a triple in a text."""
        text = "".join(text.split())
        parts = tuple("".join(part.split()) for part in triple.as_tuple())
        for names in (self.whole.get(parts, {}), self.relation.get(parts[1:2], {})):
            for sentence, name in names.items():
                if sentence in text:
                    return name
        return "unknown"


@contextmanager
def recorded_rules() -> Iterator[Origins]:
    """Note what the rules read off each tree, whichever component runs them."""
    origins = Origins()
    extract = Rules.extract

    def recording(rules: Rules, tree: Tree) -> List[SyntaxTriple]:
        triples = extract(rules, tree)
        origins.add(tree, triples)
        return triples

    with patch.object(Rules, "extract", recording):
        yield origins


def construction_of(tree: Tree, triple: SyntaxTriple) -> str:
    """RETURNS (str): The construction that a triple was read from."""
    if triple.construction != "clause":
        return NAMES.get(triple.construction, triple.construction)
    predicate = top_of(tree, triple.relation)
    if tree.bases[predicate] in ("aux", "cop"):
        predicate = tree.heads[predicate]
    if tree.heads[predicate] != predicate and tree.bases[predicate] in BY_LABEL:
        return BY_LABEL[tree.bases[predicate]]
    parts = (part for part in (triple.subject, *triple.objects) if part)
    if any(tree.bases[top_of(tree, part)] == "conj" for part in parts):
        return "coordinated argument"
    return "verbal clause"


def top_of(tree: Tree, part: Sequence[int]) -> int:
    """RETURNS (int): The word of a part that is nearest to the root."""
    return min(part, key=tree.order.index)


@dataclass
class Row:
    """What a construction gives, see above."""

    facts: int = 0
    right: float = 0.0
    found: float = 0.0
    missed: float = 0.0


@dataclass
class Loss:
    """How often something is the cause, and what it costs."""

    facts: int = 0
    lost: float = 0.0


@dataclass
class Account:
    """The account of a benchmark.

    rows (Dict[str, Row]): By construction.
    wrong (Dict[str, Loss]): Facts that are wrong, by cause.
    missed (Dict[str, Loss]): Gold facts that are missed, by cause.
    """

    benchmark: Benchmark
    rows: Dict[str, Row] = field(default_factory=dict)
    wrong: Dict[str, Loss] = field(default_factory=dict)
    missed: Dict[str, Loss] = field(default_factory=dict)

    def row(self, name: str) -> Row:
        return self.rows.setdefault(name, Row())

    def total(self) -> Row:
        rows = self.rows.values()
        return Row(
            sum(row.facts for row in rows),
            sum(row.right for row in rows),
            sum(row.found for row in rows),
            sum(row.missed for row in rows),
        )

    def table(self) -> str:
        """RETURNS (str): Markdown."""
        title = f"{self.benchmark.name} {self.benchmark.language}"
        named = sorted(self.rows.items(), key=lambda item: -item[1].facts)
        lines = [
            f"## {title}",
            "",
            "| construction | facts | right | P | gold found | missed nearby | R |",
            "|---|---|---|---|---|---|---|",
        ]
        for name, row in [*named, ("all", self.total())]:
            wanted = row.found + row.missed
            lines.append(
                f"| {name} | {row.facts} | {_number(row.right)} "
                f"| {_share(row.right, row.facts)} | {_number(row.found)} "
                f"| {_number(row.missed)} | {_share(row.found, wanted)} |"
            )
        for what, causes in (("wrong facts", self.wrong), ("missed", self.missed)):
            total = sum(loss.lost for loss in causes.values())
            lines += ["", f"| {what} | facts | lost | share |", "|---|---|---|---|"]
            for name, loss in sorted(causes.items(), key=lambda item: -item[1].lost):
                lines.append(
                    f"| {name} | {loss.facts} | {_number(loss.lost)} "
                    f"| {_share(loss.lost, total)} |"
                )
        return "\n".join([*lines, ""])

    def to_dict(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): The same, JSON-ready."""
        return {
            "benchmark": self.benchmark.name,
            "language": self.benchmark.language,
            "gold": self.benchmark.size,
            "constructions": {name: vars(row) for name, row in self.rows.items()},
            "wrong": {name: vars(loss) for name, loss in self.wrong.items()},
            "missed": {name: vars(loss) for name, loss in self.missed.items()},
        }


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.1f}"


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.3f}".removeprefix("0") if whole else ""


class Verdict(NamedTuple):
    """What a benchmark says of the facts of a sentence.

    right (List[float]): For each fact how much of it is right, 0 to 1.
    found (List[float]): For each gold fact how much of it is found.
    finders (List[Optional[int]]): The fact that finds it.
    """

    right: List[float]
    found: List[float]
    finders: List[Optional[int]]


def account(benchmark: Benchmark, facts: Facts) -> Account:
    """Draw up the account.

    benchmark (Benchmark): The benchmark.
    facts (Facts): What was found.
    RETURNS (Account): The account.
    """
    result = Account(benchmark)
    gold_facts = benchmark.gold.items()
    progress = tqdm(gold_facts, desc="causes", leave=False, disable=None)
    for key, annotation in progress:
        found = facts.get(key, [])
        extractions = [fact.extraction for fact in found]
        gold: List[Cluster]
        if isinstance(annotation, BenchieSentence):
            verdict = judge_benchie(annotation, extractions)
            gold = list(annotation.clusters)
        else:
            verdict = judge_carb(annotation, extractions)
            gold = [(slots_of(reference),) for reference in annotation]
        _add(result, found, gold, verdict)
    return result


def judge_benchie(
    sentence: BenchieSentence, extractions: Sequence[Extraction]
) -> Verdict:
    """RETURNS (Verdict): 1 or 0 for each fact and gold fact."""
    right = [0.0] * len(extractions)
    finders: List[Optional[int]] = [None] * len(sentence.clusters)
    for number, extraction in enumerate(extractions):
        for place, cluster in enumerate(sentence.clusters):
            gold = {"": BenchieSentence(sentence.text, (cluster,))}
            if score_benchie(gold, {"": [extraction]}).hits:
                right[number] = 1.0
                if finders[place] is None:
                    finders[place] = number
                break
    return Verdict(right, [float(f is not None) for f in finders], finders)


def judge_carb(
    gold: Sequence[Extraction], extractions: Sequence[Extraction]
) -> Verdict:
    """Pair facts and gold tuples as `score_carb` does.

    RETURNS (Verdict): Shares of words.
    """
    right = [0.0] * len(extractions)
    grid = [[match_tuples(one, other) for other in extractions] for one in gold]
    cells = [(i, j) for i in range(len(gold)) for j in range(len(extractions))]
    taken = set()
    for i, j in sorted(cells, key=lambda cell: -grid[cell[0]][cell[1]].precision):
        if ("gold", i) not in taken and ("fact", j) not in taken:
            taken |= {("gold", i), ("fact", j)}
            right[j] = grid[i][j].precision
    found, finders = [], []
    for row in grid:
        best = max(range(len(row)), key=lambda j: row[j].recall, default=None)
        covered = 0.0 if best is None else row[best].recall
        found.append(covered)
        finders.append(best if covered else None)
    return Verdict(right, found, finders)


def _add(
    result: Account, facts: Sequence[Fact], gold: Sequence[Cluster], verdict: Verdict
) -> None:
    """Add a sentence to an account."""
    given = [slots_of(fact.extraction) for fact in facts]
    triples = [triple for cluster in gold for triple in cluster]
    for fact, slots, right in zip(facts, given, verdict.right, strict=True):
        row = result.row(fact.construction)
        row.facts += 1
        row.right += right
        if right < 1:
            options = [compare(slots, triple) for triple in triples]
            near = max(options, key=_nearness, default=NOTHING)
            _lose(result.wrong, near.cause, 1 - right)
    for cluster, share, finder in zip(
        gold, verdict.found, verdict.finders, strict=True
    ):
        if finder is not None:
            result.row(facts[finder].construction).found += share
        if share < 1:
            near = nearest(given, cluster)
            name = NO_FACT
            if finder is not None:
                name = facts[finder].construction
            elif near.cause != NO_FACT:
                name = facts[near.number].construction
            result.row(name).missed += 1 - share
            _lose(result.missed, near.cause, 1 - share)


def _lose(causes: Dict[str, Loss], cause: str, lost: float) -> None:
    loss = causes.setdefault(cause, Loss())
    loss.facts += 1
    loss.lost += lost


class Comparison(NamedTuple):
    """How near a fact is to a gold fact, and what parts them."""

    dice: float
    in_place: float
    cause: str
    number: int = 0


NOTHING = Comparison(0.0, 0.0, NO_FACT)


def _nearness(comparison: Comparison) -> Tuple[float, float]:
    return comparison.dice, comparison.in_place


def nearest(given: Sequence[Tuple[str, str, str]], cluster: Cluster) -> Comparison:
    """RETURNS (Comparison): The fact that is nearest to any phrasing of a gold
    fact."""
    options = [
        compare(slots, triple)._replace(number=number)
        for number, slots in enumerate(given)
        for triple in cluster
    ]
    return max(options, key=_nearness, default=NOTHING)


def compare(fact: Tuple[str, str, str], gold: Tuple[str, str, str]) -> Comparison:
    """Compare a fact with a gold triple, whose optional words are in brackets."""
    subject, relation, rest = (words_of(text) for text in fact)
    found: Slots = (subject, relation, rest)
    subject, relation, rest = (
        chosen_words(pattern, slot) for pattern, slot in zip(gold, found, strict=True)
    )
    wanted: Slots = (subject, relation, rest)
    size = sum(len(slot) for slot in (*found, *wanted))
    one, other = Counter(_joined(found)), Counter(_joined(wanted))
    dice = 2 * (one & other).total() / max(size, 1)
    slots = zip(found, wanted, strict=True)
    in_place = sum((Counter(a) & Counter(b)).total() for a, b in slots)
    place_share = 2 * in_place / max(size, 1)
    cause = NO_FACT if dice < NEAR else cause_of(found, wanted)
    return Comparison(dice, place_share, cause)


def words_of(text: str) -> Words:
    """RETURNS (Words): The words of a slot; each Han character is one."""
    return tuple(WORD.findall(text))


def chosen_words(pattern: str, slot: Words) -> Words:
    """RETURNS (Words): The words of a slot of the annotation, without the optional
    ones of which the slot of the fact has none."""
    words: List[str] = []
    for piece in split_pieces(pattern):
        found = words_of(piece.text)
        if not piece.optional or not set(slot).isdisjoint(found):
            words.extend(found)
    return tuple(words)


def cause_of(found: Slots, wanted: Slots) -> str:
    """RETURNS (str): What parts two facts that are near each other, see above."""
    if found == wanted:
        return "same words in all slots"
    pairs = list(zip(found, wanted, strict=True))
    if all(sorted(one) == sorted(other) for one, other in pairs):
        return "order of words inside a slot"
    if sorted(_joined(found)) == sorted(_joined(wanted)):
        return "same words, cut otherwise"
    differing = [place for place, (one, other) in enumerate(pairs) if one != other]
    if len(differing) > 1:
        return "two slots differ" if len(differing) == 2 else "all slots differ"
    if differing == [1]:
        return "predicate differs, arguments right"
    at_edge = is_run(*pairs[differing[0]])
    how = "at its edge" if at_edge else "otherwise"
    return f"predicate right, one argument differs {how}"


def is_run(one: Words, other: Words) -> bool:
    """RETURNS (bool): Whether the shorter of two phrases, not empty, stands in the
    longer one without a gap."""
    short, long = sorted((one, other), key=len)
    places = range(len(long) - len(short) + 1)
    return bool(short) and any(long[i : i + len(short)] == short for i in places)


def _joined(slots: Slots) -> List[str]:
    return [word for slot in slots for word in slot]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
