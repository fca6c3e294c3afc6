"""What the rules make of a treebank: how much of it they read, and what they pass over.

Whoever adds a treebank sees here where the rules do not fit its language, or its trees.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Dict, Iterable, List, Tuple

from ..doc.questions import question_bounds
from ..labels import simplify_label
from ..syntax.features import LanguageFeatures
from ..syntax.rules import Rules, whole_facts
from ..syntax.tree import Tree
from ..syntax.ty import SyntaxTriple
from ..syntax.utterances import is_asked
from ..syntax.verbs import SUBJECTS
from .treebanks import TreeSentence

ARGUMENTS = frozenset({"obj", "iobj", "obl", "xcomp", "ccomp"})
PREDICATES = frozenset({"VERB", "AUX", "ADJ", "NOUN", "PROPN", "PRON", "NUM"})


@dataclass(frozen=True)
class Example:
    """A sentence, and triples of it as a line each."""

    text: str
    triples: Tuple[str, ...]


@dataclass
class Coverage:
    """What the rules make of a treebank.

    n_sentences (int): Sentences.
    n_silent (int): Those without a triple.
    n_triples (int): Triples.
    n_subjectless (int): Those whose subject is implied.
    n_clauses (int): Clauses with a subject and something more to say of it, which no
        question asks for.
    n_lost (int): Those whose verb is in no triple.
    patterns (Counter[str]): The lost ones by their label, the part of speech of their
        head, and what depends on it.
    lost (Dict[str, Example]): A sentence for each pattern.
    examples (List[Example]): The first sentences with triples.
    """

    n_sentences: int = 0
    n_silent: int = 0
    n_triples: int = 0
    n_subjectless: int = 0
    n_clauses: int = 0
    n_lost: int = 0
    patterns: Counter[str] = field(default_factory=Counter)
    lost: Dict[str, Example] = field(default_factory=dict)
    examples: List[Example] = field(default_factory=list)


def measure_coverage(
    sentences: Iterable[TreeSentence], features: LanguageFeatures, n_examples: int = 10
) -> Coverage:
    """Read triples off the trees of a treebank.

    sentences (Iterable[TreeSentence]): The treebank.
    features (LanguageFeatures): Features of its language.
    n_examples (int): How many examples to keep.
    RETURNS (Coverage): What the rules make of it.
    """
    rules = Rules(whole_facts(features))
    coverage = Coverage()
    for sentence in sentences:
        tree = tree_of(sentence)
        triples = rules.extract(tree)
        example = Example(sentence.text, tuple(_line(tree, t) for t in triples))
        coverage.n_sentences += 1
        coverage.n_silent += not triples
        coverage.n_triples += len(triples)
        coverage.n_subjectless += sum(not triple.subject for triple in triples)
        if triples and len(coverage.examples) < n_examples:
            coverage.examples.append(example)
        questions = question_bounds(tree.words)
        told = {index for triple in triples for index in triple.relation}
        for head in range(len(tree)):
            if not _says_something(tree, head) or is_asked(tree, head, questions):
                continue
            coverage.n_clauses += 1
            if told.isdisjoint({head, *tree.all(head, "cop", "aux", "compound")}):
                pattern = _pattern(tree, head)
                coverage.n_lost += 1
                coverage.patterns[pattern] += 1
                coverage.lost.setdefault(pattern, example)
    return coverage


def tree_of(sentence: TreeSentence) -> Tree:
    """RETURNS (Tree): The tree of a sentence of a treebank, with the labels that a
    network predicts."""
    words = sentence.words
    return Tree(
        words=[word.text for word in words],
        heads=[word.head for word in words],
        labels=[simplify_label(word.label) for word in words],
        tags=[word.tag for word in words],
        spaces=[
            word.end < following.start
            for word, following in zip(words, [*words[1:], words[-1]], strict=True)
        ],
    )


def _says_something(tree: Tree, head: int) -> bool:
    """Whether a word heads a clause with a subject and more."""
    bases = {tree.bases[child] for child in tree.children[head]}
    return (
        tree.tags[head] in PREDICATES
        and not SUBJECTS.isdisjoint(bases)
        and ("cop" in bases or not ARGUMENTS.isdisjoint(bases))
    )


def _pattern(tree: Tree, head: int) -> str:
    label = "root" if tree.heads[head] == head else tree.labels[head]
    parts = {tree.bases[c] for c in tree.children[head]} & {
        *SUBJECTS,
        *ARGUMENTS,
        "cop",
    }
    return f"{label} {tree.tags[head]}: {' '.join(sorted(parts))}"


def _line(tree: Tree, triple: SyntaxTriple) -> str:
    parts = (triple.subject, triple.relation, *triple.objects)
    return " | ".join(_text(tree, part) for part in parts)


def _text(tree: Tree, part: Tuple[int, ...]) -> str:
    pieces = []
    for place, index in enumerate(part):
        pieces.append(tree.words[index])
        is_gap = place + 1 < len(part) and part[place + 1] != index + 1
        if tree.spaces[index] or is_gap:
            pieces.append(" ")
    return "".join(pieces).strip()
