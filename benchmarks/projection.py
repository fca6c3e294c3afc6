"""Triples carried over to human translations, against the gold trees of both sides.

    python -m benchmarks.projection FOLDER [--target es,de] [--source en]

FOLDER holds treebanks of the same sentences in several languages, such as the parallel
treebanks of Universal Dependencies (`en_pud-ud-test.conllu.gz`). Taken are the pairs
in which both trees have a verb as root with one subject and one object. The triple of
the source (the whole subject, the verb with its auxiliaries, the whole object) is
carried over, and compared with that of the target: it is right if each part holds the
head of the gold part, and has a token F1 of at least a half with it.
"""

from collections import Counter
from pathlib import Path
from typing import Annotated, Dict, Iterator, List, NamedTuple, Optional, Set, Tuple

import typer
from spacy.tokens import Doc
from wasabi import msg

from spacy_xoie import TokenTriple, get_triples, set_triples
from spacy_xoie.corpora.treebanks import TokenTree, graft, read_treebank
from spacy_xoie.doc.blank import blank_pipeline
from spacy_xoie.doc.translations import Alignment
from spacy_xoie.errors import EngineError
from spacy_xoie.labels import PIECE
from spacy_xoie.projection.aligners.eflomal import EflomalAligner
from spacy_xoie.projection.aligners.lexical import LexicalAligner
from spacy_xoie.projection.aligners.pivot import PivotAligner
from spacy_xoie.projection.spans import REASONS, Mode, project_triples
from spacy_xoie.projection.translators.apertium import (
    ApertiumTranslator,
    installed_pairs,
)
from spacy_xoie.projection.ty import Aligner, Pair
from spacy_xoie.ty import Pieces

LEAST_F1 = 0.5
MODES: List[Mode] = ["recall", "precise"]
AUXILIARIES = ("aux", "aux:pass", "compound:prt", "goeswith")


class Part(NamedTuple):
    """A part of a gold triple: its head, and all of its tokens."""

    head: int
    tokens: Set[int]


class Clause(NamedTuple):
    """A sentence of a treebank with its triple, if it has one."""

    doc: Doc
    parts: Optional[List[Part]]


Side = Dict[str, Clause]
"""The sentences of a language by their ids."""


class Score(NamedTuple):
    """What came of carrying over.

    n (int): Triples.
    kept (int): Those that were carried over.
    right (int): Those of them that are right.
    exact (int): Those of them that have exactly the gold tokens.
    refused (Counter[str]): Why the others were not carried over.
    """

    n: int
    kept: int
    right: int
    exact: int
    refused: Counter[str]


def main(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False)],
    target: Annotated[str, typer.Option()] = "es,de,pt,fr,zh,ar",
    source: Annotated[str, typer.Option()] = "en",
    eflomal: Annotated[
        bool, typer.Option(help="Also eflomal, if it is installed")
    ] = True,
) -> None:
    """Print coverage and precision of each system, in both directions."""
    targets = target.replace(",", " ").split()
    sources = read_side(folder, source)
    reasons: Dict[str, Counter[str]] = {mode: Counter() for mode in MODES}
    header = ["pair", "links", "mode", "n", "kept", "right", "precision", "exact"]
    for code in targets:
        sides = {source: sources, code: read_side(folder, code)}
        rows: List[List[str]] = []
        for name, (one, other), alignments in align(sides, source, code, eflomal):
            for mode in MODES:
                score = measure(sides[one], sides[other], alignments, one, other, mode)
                rows.append([f"{one}→{other}", name, mode, *figures(score)])
                if name == "+ FreeDict":
                    reasons[mode] += score.refused
        rows.sort(key=lambda row: not row[0].startswith(source))
        msg.table(rows, header=header, divider=True, aligns=["l", "l", "l", *"rrrrr"])
    counted = [
        [reason, *(str(reasons[mode][reason]) for mode in MODES)]
        for reason in REASONS
        if any(reasons[mode][reason] for mode in MODES)
    ]
    msg.table(counted, header=["refused", *MODES], divider=True, aligns=["l", *"rr"])


def read_side(folder: Path, language: str) -> Side:
    """RETURNS (Dict[str, Clause]): The sentences of a language by their ids."""
    nlp = blank_pipeline(language)
    found: Side = {}
    for path in sorted(folder.glob(f"{language}_*.conllu*")):
        for sentence in read_treebank(path, msg.warn):
            doc = nlp.make_doc(sentence.text)
            try:
                tree = graft(sentence, doc)
            except ValueError as e:
                msg.warn(f"{sentence.place}: {e}")
                continue
            found[sentence.id] = Clause(doc, read_parts(doc, tree))
    return found


def align(
    sides: Dict[str, Side], source: str, target: str, with_eflomal: bool
) -> Iterator[Tuple[str, Tuple[str, str], Dict[str, Alignment]]]:
    """Align the sentences that two languages share with each system that is there.

    YIELDS (Tuple[str, Tuple[str, str], Dict[str, Alignment]]): The system, the
        languages in the direction of the links, and the links by ids of sentences.
    """
    ids = [identity for identity in sides[source] if identity in sides[target]]
    there, back = (source, target), (target, source)
    pairs = {
        (one, other): [
            Pair(sides[one][i].doc, sides[other][i].doc, one, other) for i in ids
        ]
        for one, other in (there, back)
    }
    plain, fitted = LexicalAligner(), LexicalAligner("freedict")
    plain.fit(pairs[there])
    fitted.fit(pairs[there])
    systems: Dict[str, Aligner] = {
        "lexical, fitted": plain,
        "+ FreeDict": fitted,
        "FreeDict alone": LexicalAligner("freedict"),
    }
    if with_eflomal:
        try:
            systems["eflomal"] = EflomalAligner()
        except EngineError as e:
            msg.info(str(e))
    for name, aligner in systems.items():
        found = aligner(pairs[there])
        yield name, there, dict(zip(ids, found, strict=True))
        # These go the same way in both directions.
        turned = [a._replace(links=tuple((j, i) for i, j in a.links)) for a in found]
        yield name, back, dict(zip(ids, turned, strict=True))
    for languages in (there, back):
        if languages in installed_pairs():
            pivot = PivotAligner(ApertiumTranslator(), otherwise=fitted)
            found = pivot(pairs[languages])
            yield "+ Apertium", languages, dict(zip(ids, found, strict=True))


def measure(
    sources: Side,
    targets: Side,
    alignments: Dict[str, Alignment],
    source_language: str,
    target_language: str,
    mode: Mode,
) -> Score:
    """RETURNS (Score): What comes of the triples that both sides have."""
    n = kept = right = exact = 0
    refused: Counter[str] = Counter()
    for identity, alignment in alignments.items():
        given, gold = sources[identity].parts, targets[identity].parts
        if given is None or gold is None:
            continue
        n += 1
        doc = sources[identity].doc
        subject, relation, object_ = (pieces_of(part.tokens) for part in given)
        set_triples(doc, [TokenTriple(subject, relation, (object_,))])
        found = project_triples(
            get_triples(doc),
            targets[identity].doc,
            alignment,
            source_language=source_language,
            target_language=target_language,
            mode=mode,
        )
        refused.update(refusal.reason for refusal in found.refused)
        for projected in found.triples:
            kept += 1
            parts = [tokens_of(pieces) for pieces in projected.triple.parts]
            right += is_right(parts, gold)
            exact += parts == [part.tokens for part in gold]
    return Score(n, kept, right, exact, refused)


def is_right(parts: List[Set[int]], gold: List[Part]) -> bool:
    """RETURNS (bool): Whether each part has the head of the gold one, and at least half
    of its tokens."""
    return all(
        wanted.head in part
        and 2 * len(part & wanted.tokens) / (len(part) + len(wanted.tokens)) >= LEAST_F1
        for part, wanted in zip(parts, gold, strict=True)
    )


def read_parts(doc: Doc, tree: TokenTree) -> Optional[List[Part]]:
    """RETURNS (Optional[List[Part]]): Subject, relation and object of a sentence whose
    root is a verb with one of each; None of any other."""
    roots = [i for i, label in enumerate(tree.labels) if label == "root"]
    if len(roots) != 1 or tree.tags[roots[0]] != "VERB":
        return None
    (root,) = roots
    subjects, objects = (
        [i for i, head in enumerate(tree.heads) if head == root and is_it(i)]
        for is_it in (
            lambda i: tree.labels[i] == "nsubj",
            lambda i: tree.labels[i].partition(":")[0] == "obj",
        )
    )
    if len(subjects) != 1 or len(objects) != 1:
        return None
    verbs = {root} | {
        i
        for i, head in enumerate(tree.heads)
        if head == root and tree.labels[i] in AUXILIARIES
    }
    return [
        Part(subjects[0], phrase(doc, tree, subjects[0])),
        Part(root, below(tree, verbs, PIECE)),
        Part(objects[0], phrase(doc, tree, objects[0])),
    ]


def below(tree: TokenTree, tops: Set[int], label: Optional[str] = None) -> Set[int]:
    """RETURNS (Set[int]): Tokens and all below them, along one relation or any."""
    found, added = set(tops), set(tops)
    while added:
        added = {
            i
            for i, head in enumerate(tree.heads)
            if head in added and i not in found and label in (None, tree.labels[i])
        }
        found |= added
    return found


def phrase(doc: Doc, tree: TokenTree, top: int) -> Set[int]:
    """RETURNS (Set[int]): A token and all below it, without punctuation at the ends."""
    found = below(tree, {top})
    while doc[min(found)].is_punct and len(found) > 1:
        found.remove(min(found))
    while doc[max(found)].is_punct and len(found) > 1:
        found.remove(max(found))
    return found


def pieces_of(tokens: Set[int]) -> Pieces:
    starts = sorted(i for i in tokens if i - 1 not in tokens)
    ends = sorted(i + 1 for i in tokens if i + 1 not in tokens)
    return tuple(zip(starts, ends, strict=True))


def tokens_of(pieces: Pieces) -> Set[int]:
    return {i for start, end in pieces for i in range(start, end)}


def figures(score: Score) -> List[str]:
    """RETURNS (List[str]): Number, and shares of all or (precision) of those kept."""
    whole, kept = max(score.n, 1), max(score.kept, 1)
    shares = [
        score.kept / whole,
        score.right / whole,
        score.right / kept,
        score.exact / whole,
    ]
    return [str(score.n), *(f"{share:.3f}" for share in shares)]


if __name__ == "__main__":
    typer.run(main)
