"""Trees of languages whose nouns show by their form whether they are definite, and
whose verbs come first (Arabic): what cannot be one phrase is made two.

A noun with an article is the end of its genitives: what follows it with an article of
its own is an adjective, if it agrees, or the next argument of the verb; what follows it
without one is the predicate of a sentence that has no verb.
"""

from dataclasses import dataclass, field
from typing import Iterator, List, Optional

from .features import LanguageFeatures
from .tree import Tree

NOUNS = frozenset({"NOUN", "PROPN"})
PHRASES = frozenset({"NOUN", "PROPN", "ADJ", "NUM", "X"})
"""What a noun phrase is made of, as trees that are wrong may have it, too."""

LINKS = frozenset({"nmod", "amod", "appos", "flat", "compound", "dep", "obj", "obl"})
"""Relations within what trees take for one phrase."""

COMPLEMENTS = frozenset({"obj", "ccomp", "xcomp"})
SUBJECTS = frozenset({"nsubj", "csubj"})
MISTAKEN = frozenset({"obj", "obl", "xcomp", "nmod", "nsubj"})
"""What trees take the subject behind a verb for. Labels with subtypes are not meant."""


def repair_definite(tree: Tree, features: LanguageFeatures) -> Tree:
    """Repair the tree of a language with articles that are written as one word with
    their noun.

    tree (Tree): A tree, which stays as it is.
    features (LanguageFeatures): Features of its language.
    RETURNS (Tree): One of the same words.
    """
    draft = _Draft(tree, features)
    draft.retag()
    draft.approximate()
    draft.subordinate()
    for verb in draft.verbs():
        if draft.labels[verb] == "acl:relcl":
            draft.find_gap(verb)
        draft.find_subject(verb)
        draft.split_subject(verb)
    draft.free_times()
    draft.find_predicate()
    heads, labels, tags = draft.heads, draft.labels, draft.tags
    return Tree(tree.words, heads, labels, tags, tree.spaces)


@dataclass
class _Draft:
    """A tree while it is repaired.

    tree (Tree): The tree as it was.
    features (LanguageFeatures): Features of its language.
    """

    tree: Tree
    features: LanguageFeatures
    words: List[str] = field(init=False)
    heads: List[int] = field(init=False)
    labels: List[str] = field(init=False)
    tags: List[str] = field(init=False)

    def __post_init__(self) -> None:
        self.words = self.tree.lower
        self.heads = list(self.tree.heads)
        self.labels = list(self.tree.labels)
        self.tags = list(self.tree.tags)

    def retag(self) -> None:
        """Say what is a verb: what stands behind a word that only verbs follow; what
        begins a sentence without another verb, before two nouns with articles; what is
        joined to a verb. What has an article is none."""
        last = len(self.words) - 1
        for word in range(len(self.words)):
            tag, head = self.tags[word], self.heads[word]
            if tag == "PUNCT" and self.words[word].isalpha():
                self.tags[word] = "PRON"
            if tag not in PHRASES | {"ADP", "ADV"} or self._is_article_bearer(word):
                continue
            before = self.words[word - 1] if word else ""
            if before in self.features.preverbs:
                self.tags[word] = "VERB"
                continue
            if word == last or tag not in PHRASES or self._is_feminine(word):
                continue
            following = word + 1
            if not self.is_definite(following) or self.heads[following] != word:
                continue
            label = self.labels[following]
            is_first = word == 0 and head == word
            if is_first and (
                label in ("nsubj", "nsubj:pass", "obj")
                or (self._two_nouns(following) and not any(self.verbs()))
            ):
                self.tags[word] = "VERB"
                if label == "nmod":
                    self.labels[following] = "nsubj"
            elif (
                self.labels[word] == "conj"
                and head < word
                and self.tags[head] == "VERB"
                and not self._has_case(word)
                and label in ("nmod", "obj", "nsubj")
            ) or (
                label == "amod"
                and self.labels[word] in ("ccomp", "conj", "advcl")
                and any(self._base(c) == "nsubj" for c in self.children(word))
            ):
                # What is joined to a verb is none but a verb; no noun without an
                # article has an adjective with one.
                self.tags[word] = "VERB"
                self.labels[following] = "obj"

    def _two_nouns(self, word: int) -> bool:
        """Whether two nouns with articles follow each other, one below the other."""
        after = word + 1
        return (
            after < len(self.words)
            and self.tags[word] in NOUNS
            and self.tags[after] in NOUNS
            and self.is_definite(after)
            and self.heads[after] == word
        )

    def subordinate(self) -> None:
        """Part what a conjunction begins from the noun before it, where the next verb
        is that of a clause: "the minister | that the schools will open"."""
        for mark, word in enumerate(self.words[:-2]):
            if word in self.features.complementizers and self._base(mark) in (
                "compound",
                "flat",
            ):
                self.labels[mark] = "mark"
            if word in self.features.fused_subjects and word.startswith(
                tuple(self.features.adversatives)
            ):
                self._coordinate(self.heads[mark])
            noun = mark + 1
            verb = next((v for v in self.verbs() if v > noun), None)
            if (
                word not in self.features.complementizers
                or self.tags[noun] not in PHRASES
                or self.heads[noun] >= mark
                or verb is None
                or not self.heads[verb] < mark
                or any(
                    noun < child < verb or child < mark
                    for child in self.children(verb)
                    if self._base(child) in SUBJECTS
                )
            ):
                continue
            self.heads[mark], self.labels[mark] = verb, "mark"
            self.heads[noun], self.labels[noun] = verb, "nsubj"
            self.tags[mark] = "SCONJ"

    def _coordinate(self, verb: int) -> None:
        """What follows "but he" is not below the clause before it."""
        clause = self.heads[verb]
        if self.labels[verb] in ("advcl", "ccomp", "parataxis") and clause < verb:
            while self.labels[clause] == "ccomp" and self.heads[clause] < clause:
                clause = self.heads[clause]
            self.heads[verb], self.labels[verb] = clause, "conj"

    def approximate(self) -> None:
        """Make words that look like a clause part of the quantity behind them ("what
        comes near to a million")."""
        for phrase in self.features.approximators:
            words = phrase.split()
            for start in range(len(self.words) - len(words)):
                end = start + len(words)
                if self.words[start:end] != words:
                    continue
                within = range(start, end)
                tops = [w for w in within if self.heads[w] not in within]
                below = [
                    w for w in range(end, len(self.words)) if self.heads[w] in within
                ]
                if not below or not tops or tops[0] == self.heads[tops[0]]:
                    continue
                noun, head = below[0], self.heads[tops[0]]
                if head >= end:
                    continue
                self.heads[noun], self.labels[noun] = head, "obj"
                for word in tops + below[1:]:
                    self.heads[word] = noun
                for word in within:
                    self.heads[word], self.labels[word] = noun, "advmod"
                    self.tags[word] = "DET"

    def find_gap(self, verb: int) -> None:
        """Tell subject and object of a relative clause apart: a noun is the object
        where no pronoun takes up what the clause is said of."""
        pronoun = next(
            (
                child
                for child in self.children(verb)
                if child < verb and self.words[child] in self.features.relativisers
            ),
            None,
        )
        if pronoun is None or self._base(pronoun) not in ("nsubj", "obj"):
            return
        endings = tuple(self.features.resumptives)
        inside = self.subtree(verb)
        if any(
            self.words[word].endswith(endings) and len(self.words[word]) > 2
            for word in inside
            if word >= verb
        ):
            return
        for noun in self.children(verb):
            if noun > verb and self._base(noun) == "nsubj" and not self._has_case(noun):
                self.labels[noun], self.labels[pronoun] = "obj", "nsubj"
                return

    def find_subject(self, verb: int) -> None:
        """Tell subject and object behind a verb apart. The first noun is the subject,
        unless it does not agree, or the subject is in the verb."""
        behind = [
            child
            for child in self.children(verb)
            if child > verb
            and self.labels[child] in MISTAKEN | {"nsubj:pass"}
            and self.tags[child] in PHRASES
            and not self._has_case(child)
            and not self._is_time(child)
        ]
        subjects = [c for c in self.children(verb) if self._base(c) in SUBJECTS]
        if not behind:
            return
        first = behind[0]
        if (
            self._has_plural_ending(verb)
            or self._has_fused_subject(verb)
            or (self._disagrees(verb, first) and subjects == [first])
        ):
            for child in behind:
                if self._base(child) == "nsubj":
                    self.labels[child] = "obj"
            return
        has_object = self.words[verb].endswith(self.features.object_endings)
        if not subjects and not has_object and self._may_lack_subject(verb):
            return
        if not subjects and not self._disagrees(verb, first):
            self.labels[first] = "nsubj"
            for child in behind[1:]:
                if self.labels[child] in ("obl", "nmod", "xcomp") and not any(
                    self._base(c) == "obj" for c in self.children(verb)
                ):
                    self.labels[child] = "obj"

    def split_subject(self, verb: int) -> None:
        """Give a verb the object that its subject ends in, and what follows that."""
        subject = next(
            (
                child
                for child in self.children(verb)
                if self._base(child) == "nsubj" and child > verb
            ),
            None,
        )
        if subject is None:
            return
        phrase = self._phrase(subject)
        lacks_object = not any(
            self._base(child) in COMPLEMENTS for child in self.children(verb)
        )
        for word in phrase if lacks_object else ():
            if word != subject and self._is_apart(word, subject, verb):
                start = min(self.subtree(word))
                self.heads[word], self.labels[word] = verb, "obj"
                for other in self.subtree(subject):
                    if other > word and self.heads[other] < start:
                        self.heads[other] = verb
                        self.labels[other] = "obl"
                return
        if lacks_object and not any(
            self._base(child) in ("obl", "advcl") for child in self.children(verb)
        ):
            # A verb with a subject alone: where it happens is said of it.
            for word in phrase:
                if (
                    word != subject
                    and self.labels[word] in ("nmod", "obl")
                    and self._has_case(word)
                    and self.heads[word] == subject
                ):
                    self.heads[word], self.labels[word] = verb, "obl"
                    return

    def _is_apart(self, word: int, subject: int, verb: int) -> bool:
        """Whether a word cannot be in one phrase with the nouns before it."""
        head = self.heads[word]
        start = min(self.subtree(word))
        if (
            start <= head
            or self._base(word) not in LINKS
            or self._has_case(word)
            or self._is_time(word)
        ):
            return False
        if not self.is_definite(word):
            return self.tags[word] == "NOUN" and self._is_article_bearer(head)
        if not (self.is_definite(head) or head == subject):
            return False
        if self.tags[word] == "NOUN" and self.is_definite(head):
            return True
        # An adjective agrees with one of the nouns before it.
        if self.tags[word] != "ADJ" or self._is_plural(word):
            return False
        nouns = [i for i in self._phrase(subject) if i < word and self.tags[i] in NOUNS]
        if self.words[word].endswith(self.features.feminine_adjective_endings):
            return self._is_feminine(word) and (
                [*nouns] == [subject]
                and subject == verb + 1
                and not self._is_feminine(subject)
                and not self._is_feminine_verb(verb)
                and not self.words[word].endswith(self.features.relational_endings)
            )
        return bool(nouns) and all(map(self._is_feminine, nouns))

    def free_times(self) -> None:
        """When something happens is said of a verb, and not of the noun before it."""
        for word in range(len(self.words)):
            if not self._is_time(word) or self._has_case(word):
                continue
            head = self.heads[word]
            if head == word:
                continue
            if self.tags[head] == "VERB":
                if self._base(word) in ("advmod", "obj", "nmod", "xcomp"):
                    self.labels[word] = "obl:tmod"
                continue
            if (
                self.tags[head] not in NOUNS | {"ADJ"}
                or head > word
                or not (self.is_definite(head) or self.tags[head] == "PROPN")
                or self._is_time(head)
            ):
                continue
            verb = head
            while self.heads[verb] != verb and self.tags[verb] != "VERB":
                if self._base(verb) in ("conj", "acl"):
                    break
                verb = self.heads[verb]
            if self.tags[verb] == "VERB":
                self.heads[word], self.labels[word] = verb, "obl:tmod"

    def find_predicate(self) -> None:
        """Part subject and predicate of a sentence without a verb."""
        root = next((w for w, head in enumerate(self.heads) if w == head), None)
        if (
            root is None
            or self.tags[root] not in PHRASES | {"ADV"}
            or self.words[-1] != "."
            or any(self._base(v) not in ("acl", "conj") for v in self.verbs())
        ):
            return
        pronoun = self._copular_pronoun(root)
        if pronoun is not None:
            return
        first = min(self.subtree(root))
        copula = [w for w in range(first, root) if self.tags[w] == "AUX"]
        if copula != [*range(first, root)]:
            return
        subjects = [c for c in self.children(root) if self._base(c) in SUBJECTS]
        after = root + 1
        if subjects == [after] and not self._is_article_bearer(after):
            predicate: Optional[int] = after
        elif subjects or not self._is_definite_phrase(root):
            return
        else:
            predicate = self._find_predicate(root)
        if predicate is None:
            return
        start = min(self.subtree(predicate))
        for child in self.children(root):
            if child > start or child in copula or self._base(child) == "advmod":
                self.heads[child] = predicate
        self.heads[predicate], self.labels[predicate] = predicate, "root"
        self.heads[root], self.labels[root] = predicate, "nsubj"
        for child in copula:
            self.heads[child], self.labels[child] = predicate, "cop"
        if self.tags[root] == "ADV":
            self.tags[root] = "NOUN"

    def _find_predicate(self, root: int) -> Optional[int]:
        for word in self._phrase(root):
            head = self.heads[word]
            if (
                word > head
                and self.tags[word] in ("NOUN", "ADJ")
                and self._base(word) in LINKS
                and not self.is_definite(word)
                and not self._has_case(word)
                and not self._is_time(word)
                and min(self.subtree(word)) > head
                and (self._is_article_bearer(head) or self.tags[head] == "PROPN")
            ):
                return word
        for word in self.children(root):
            if (
                word > root
                and self._base(word) in ("nmod", "obl")
                and any(self._base(c) == "case" for c in self.children(word))
            ):
                return word
        return None

    def _copular_pronoun(self, root: int) -> Optional[int]:
        """Make the pronoun between subject and predicate a copula (هي)."""
        for pronoun, word in enumerate(self.words):
            if word not in self.features.copular_pronouns or not 0 < pronoun < root:
                continue
            for subject in self.children(root):
                span = set(self.subtree(subject)) - {pronoun}
                if subject < pronoun and span == set(range(pronoun)):
                    self.heads[pronoun], self.labels[pronoun] = root, "cop"
                    self.tags[pronoun], self.labels[subject] = "PRON", "nsubj"
                    if self.tags[subject] == "ADV":
                        self.tags[subject] = "NOUN"
                    return pronoun
        return None

    def is_definite(self, word: int) -> bool:
        """RETURNS (bool): Whether a noun or an adjective has an article, or a
        demonstrative before it."""
        return self._is_article_bearer(word) or any(
            self.tags[child] in ("PRON", "DET") and child == word - 1
            for child in self.children(word)
            if self._base(child) == "det"
        )

    def _is_article_bearer(self, word: int) -> bool:
        return (
            self.tags[word] in PHRASES | {"ADV"}
            and len(self.words[word]) > 3
            and self.words[word].startswith(self.features.article_prefixes)
        )

    def _is_definite_phrase(self, head: int) -> bool:
        """Whether a noun is definite by itself, or by the genitive behind it."""
        if self._is_article_bearer(head) or self.tags[head] == "PROPN":
            return True
        if self.words[head].endswith(self.features.possessive_endings):
            return True
        after = head + 1
        return after in self.children(head) and (
            self._is_article_bearer(after) or self.tags[after] == "PROPN"
        )

    def _is_feminine(self, word: int) -> bool:
        return self.words[word].endswith(self.features.feminine_endings)

    def _is_feminine_verb(self, verb: int) -> bool:
        word, features = self.words[verb], self.features
        return word.endswith(features.feminine_verb_endings) or word.startswith(
            features.feminine_verb_prefixes
        )

    def _disagrees(self, verb: int, noun: int) -> bool:
        """Whether a noun right behind a verb is feminine, and the verb is not."""
        return (
            noun == verb + 1
            and self.tags[noun] == "NOUN"
            and self._is_article_bearer(noun)
            and self._is_feminine(noun)
            and not self._is_feminine_verb(verb)
            and self.labels[verb] != "acl:relcl"
        )

    def _is_plural(self, word: int) -> bool:
        return self.words[word].endswith(self.features.plural_endings)

    def _has_plural_ending(self, verb: int) -> bool:
        return self.words[verb].endswith(self.features.plural_verb_endings)

    def _has_fused_subject(self, verb: int) -> bool:
        return any(
            self.words[child] in self.features.fused_subjects
            for child in self.children(verb)
            if child == verb - 1
        )

    def _may_lack_subject(self, verb: int) -> bool:
        """Whether a verb shares the subject of another, or has it in front."""
        return self._base(verb) not in ("root", "parataxis") and (
            self.heads[verb] != verb
        )

    def _is_time(self, word: int) -> bool:
        return self.words[word] in self.features.time_words

    def _has_case(self, word: int) -> bool:
        """Whether a noun has an adposition, which may be one word with it."""
        return any(self._base(c) in ("case", "mark") for c in self.children(word)) or (
            len(self.words[word]) > 4
            and self.words[word].startswith(self.features.fused_adpositions)
        )

    def _phrase(self, head: int) -> List[int]:
        """A word and what trees take for parts of its phrase, from left to right."""
        words = [head]
        for index in words:  # grows
            words += [c for c in self.children(index) if self._base(c) in LINKS]
        return sorted(words)

    def verbs(self) -> Iterator[int]:
        """YIELDS (int): The verbs, from left to right."""
        return (index for index, tag in enumerate(self.tags) if tag == "VERB")

    def children(self, head: int) -> List[int]:
        """RETURNS (List[int]): Dependents of a word, from left to right."""
        return [i for i, other in enumerate(self.heads) if other == head and i != head]

    def subtree(self, head: int) -> List[int]:
        """RETURNS (List[int]): A word and all below it."""
        words = [head]
        for index in words:  # grows
            words += self.children(index)
        return words

    def _base(self, word: int) -> str:
        return self.labels[word].partition(":")[0]
