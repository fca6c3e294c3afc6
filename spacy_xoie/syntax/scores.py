"""How likely a triple is right: what speaks for it and against it, in its tree and in
itself, weighed."""

import math
from typing import Dict, List, Mapping, Sequence, Tuple

from ..doc.factuality import ASSERTED, UNJUDGED
from ..errors import ConfigError
from .tree import Tree
from .ty import Part, SyntaxTriple
from .verbs import VERBS

POOLED = "xx"
"""The weights that all languages share."""
BIAS = "bias"
CONSTRUCTIONS = ("copula", "passive", "existential", "participial", "control")
NESTED = ("acl", "advcl", "ccomp", "conj", "parataxis", "xcomp")
NOUNS = ("NOUN", "PROPN", "PRON", "NUM")

EVIDENCE: Tuple[str, ...] = (
    "chances",
    "mean",
    "lowest",
    "subject",
    "relation",
    "objects",
    "subject_arc",
    "relation_arc",
    "object_arc",
    "tag",
    "sentence",
    "sentence_lowest",
    "length",
    "subject_length",
    "relation_length",
    "objects_length",
    "second_object",
    "third_object",
    "implied",
    "pronoun",
    "no_noun",
    "no_verb",
    "verb_in_subject",
    "verb_in_objects",
    "comma_in_subject",
    "comma_in_objects",
    "split_subject",
    "split_relation",
    "split_objects",
    "gap",
    "left_out",
    "subject_after",
    "object_before",
    "unbound",
    "depth",
    "others",
    "negated",
    "open",
    *CONSTRUCTIONS,
    *NESTED,
)
"""What is known of a triple; `evidence_of` says it in this order."""

Evidence = Tuple[float, ...]


class TripleScorer:
    """The probability that a reader calls a triple right: a logistic function of what
    is known of it.

    weights (Mapping[str, Mapping[str, float]]): Weight of each kind of evidence and the
        "bias", under "xx" for all languages; under the code of a language what that
        adds.
    RAISES (ConfigError): If there is no such evidence, or a weight is no number.
    """

    def __init__(self, weights: Mapping[str, Mapping[str, float]]) -> None:
        places = {name: place for place, name in enumerate((BIAS, *EVIDENCE))}
        self._weights: Dict[str, List[float]] = {}
        for language in (POOLED, *(code for code in weights if code != POOLED)):
            own = weights.get(language, {})
            for name, weight in own.items():
                if name not in places or not math.isfinite(weight):
                    raise ConfigError(
                        f"The scores weigh {name!r} with {weight} in {language!r}. "
                        f"Give numbers for {', '.join(places)}."
                    )
            row = [0.0] * len(places)
            for source in ({} if language == POOLED else weights.get(POOLED, {}), own):
                for name, weight in source.items():
                    row[places[name]] += weight
            self._weights[language] = row

    def __call__(self, evidence: Evidence, language: str) -> float:
        """evidence (Evidence): What `evidence_of` says of a triple.
        language (str): Code of its language; for one without weights of its own, those
            that all share.
        RETURNS (float): From 0 to 1.
        """
        bias, *weights = self._weights.get(language, self._weights[POOLED])
        total = sum(w * x for w, x in zip(weights, evidence, strict=True))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, bias + total))))


class EvidenceReader:
    """Says what is known of the triples of one sentence.

    tree (Tree): Its tree, as predicted.
    chances (Sequence[float]): Log probability of head and label of each word.
    tag_chances (Sequence[float]): Log probability of its part of speech.
    n_triples (int): How many triples there are.
    """

    def __init__(
        self,
        tree: Tree,
        chances: Sequence[float],
        tag_chances: Sequence[float],
        n_triples: int,
    ) -> None:
        self.tree = tree
        self.chances = chances
        self.tag_chances = tag_chances
        words = [i for i in range(len(tree)) if not tree.is_punct(i)] or [0]
        logs = [chances[word] for word in words]
        self._sentence = (_mean(logs), min(logs), math.log(len(words)))
        self._others = math.log(n_triples)

    def __call__(self, triple: SyntaxTriple) -> Evidence:
        """RETURNS (Evidence): A number for each of `EVIDENCE`."""
        tree = self.tree
        subject, relation = triple.subject, triple.relation
        objects = [word for part in triple.objects for word in part]
        heads = {self._head(part) for part in triple.parts if part}
        verb = self._head(relation)
        logs = [self.chances[word] for part in triple.parts for word in part]
        used = {word for part in triple.parts for word in part}
        first, last = min(used), max(used)
        within = [i for i in range(first, last + 1) if not tree.is_punct(i)]
        tags = [tree.tags[word] for word in subject]
        values: Dict[str, float] = {
            "chances": _log_odds(raw_score(logs)),
            "mean": _mean(logs),
            "lowest": min(logs),
            "subject": _mean([self.chances[word] for word in subject]),
            "relation": _mean([self.chances[word] for word in relation]),
            "objects": _mean([self.chances[word] for word in objects]),
            "subject_arc": self.chances[self._head(subject)] if subject else 0.0,
            "relation_arc": self.chances[verb],
            "object_arc": min(
                (self.chances[self._head(p)] for p in triple.objects), default=0.0
            ),
            "tag": min(self.tag_chances[head] for head in heads),
            "sentence": self._sentence[0],
            "sentence_lowest": self._sentence[1],
            "length": self._sentence[2],
            "subject_length": math.log1p(len(subject)),
            "relation_length": math.log1p(len(relation)),
            "objects_length": math.log1p(len(objects)),
            "second_object": len(triple.objects) > 1,
            "third_object": len(triple.objects) > 2,
            "implied": not subject,
            "pronoun": tags == ["PRON"] or tags == ["DET"],
            "no_noun": bool(subject) and not any(tag in NOUNS for tag in tags),
            "no_verb": not any(tree.tags[word] in VERBS for word in relation),
            "verb_in_subject": any(tag in VERBS for tag in tags),
            "verb_in_objects": any(tree.tags[word] in VERBS for word in objects),
            "comma_in_subject": any(map(tree.is_punct, subject)),
            "comma_in_objects": any(map(tree.is_punct, objects)),
            "split_subject": _is_split(subject),
            "split_relation": _is_split(relation),
            "split_objects": any(map(_is_split, triple.objects)),
            "gap": math.log1p(_gap(subject, relation)),
            "left_out": 1 - len(used.intersection(within)) / max(len(within), 1),
            "subject_after": bool(subject) and subject[0] > relation[0],
            "object_before": any(p[0] < relation[0] for p in triple.objects),
            "unbound": not triple.bound,
            "depth": math.log1p(self._depth(verb)),
            "others": self._others,
            "negated": triple.negated,
            "open": triple.modality not in (UNJUDGED, ASSERTED, "reported"),
            triple.construction: True,
            tree.bases[verb]: True,
        }
        return tuple(float(values.get(name, 0.0)) for name in EVIDENCE)

    def _head(self, part: Part) -> int:
        """The word of a part whose head lies outside; the least sure of several."""
        inside = set(part)
        outer = [word for word in part if self.tree.heads[word] not in inside]
        outer = outer or [word for word in part if self.tree.heads[word] == word]
        return min(outer or part, key=lambda word: self.chances[word])

    def _depth(self, word: int) -> int:
        depth = 0
        while self.tree.heads[word] != word:
            word, depth = self.tree.heads[word], depth + 1
        return depth


def raw_score(logs: Sequence[float]) -> float:
    """logs (Sequence[float]): Log probability of the arc of each word of a triple.
    RETURNS (float): The geometric mean of their mean probability and of the least."""
    return math.exp((_mean(logs) + min(logs)) / 2) if logs else 1.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _log_odds(score: float) -> float:
    inner = min(max(score, 1e-3), 1 - 1e-3)
    return math.log(inner / (1 - inner))


def _is_split(part: Part) -> bool:
    return bool(part) and part[-1] - part[0] >= len(part)


def _gap(first: Part, second: Part) -> int:
    """Words between two parts."""
    if not first or not second:
        return 0
    return max(second[0] - first[-1] - 1, first[0] - second[-1] - 1, 0)
