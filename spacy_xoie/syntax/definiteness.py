"""Trees of languages whose nouns show by their form whether they are definite, and
whose verbs come first (Arabic): what cannot be one phrase is made two.

A noun with an article is the end of its genitives: what follows it with an article of
its own is an adjective, if it agrees, or the next argument of the verb; what follows it
without one is the predicate of a sentence that has no verb.
"""

from .articles import LINKS, NOUNS, PHRASES, SUBJECTS, Definite
from .features import LanguageFeatures
from .tree import Tree

COMPLEMENTS = frozenset({"obj", "ccomp", "xcomp"})

MISTAKEN = frozenset({"obj", "obl", "xcomp", "nmod", "nsubj"})
"""What trees take the subject behind a verb for. Labels with subtypes are not meant."""


def repair_definite(tree: Tree, features: LanguageFeatures) -> Tree:
    """Repair the tree of a language with articles that are written as one word with
    their noun.

    tree (Tree): A tree, which stays as it is.
    features (LanguageFeatures): Features of its language.
    RETURNS (Tree): One of the same words.
    """
    draft = _Agreement(tree, features)
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
    return draft.finish()


class _Agreement(Definite):
    """A tree in which agreement says what belongs together."""

    def retag(self) -> None:
        """Say what is a verb: what stands behind a word that only verbs follow; what
        begins a sentence without another verb, before two nouns with articles; what is
        joined to a verb. What has an article is none."""
        last = len(self.words) - 1
        for word in range(len(self.words)):
            tag, head = self.tags[word], self.heads[word]
            if tag == "PUNCT" and self.words[word].isalpha():
                self.tags[word] = "PRON"
            if tag not in PHRASES | {"ADP", "ADV"} or self.has_article(word):
                continue
            before = self.words[word - 1] if word else ""
            if before in self.features.preverbs:
                self.tags[word] = "VERB"
                continue
            if word == last or tag not in PHRASES or self.is_feminine(word):
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
                and not self.has_case(word)
                and label in ("nmod", "obj", "nsubj")
            ) or (
                label == "amod"
                and self.labels[word] in ("ccomp", "conj", "advcl")
                and any(self.base(c) == "nsubj" for c in self.children(word))
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
            if word in self.features.complementizers and self.base(mark) in (
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
                    if self.base(child) in SUBJECTS
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
        if pronoun is None or self.base(pronoun) not in ("nsubj", "obj"):
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
            if noun > verb and self.base(noun) == "nsubj" and not self.has_case(noun):
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
            and not self.has_case(child)
            and not self.is_time(child)
        ]
        subjects = [c for c in self.children(verb) if self.base(c) in SUBJECTS]
        if not behind:
            return
        first = behind[0]
        if (
            self._has_plural_ending(verb)
            or self._has_fused_subject(verb)
            or (self._disagrees(verb, first) and subjects == [first])
        ):
            for child in behind:
                if self.base(child) == "nsubj":
                    self.labels[child] = "obj"
            return
        has_object = self.words[verb].endswith(self.features.object_endings)
        if not subjects and not has_object and self._may_lack_subject(verb):
            return
        if not subjects and not self._disagrees(verb, first):
            self.labels[first] = "nsubj"
            for child in behind[1:]:
                if self.labels[child] in ("obl", "nmod", "xcomp") and not any(
                    self.base(c) == "obj" for c in self.children(verb)
                ):
                    self.labels[child] = "obj"

    def split_subject(self, verb: int) -> None:
        """Give a verb the object that its subject ends in, and what follows that."""
        subject = next(
            (
                child
                for child in self.children(verb)
                if self.base(child) == "nsubj" and child > verb
            ),
            None,
        )
        if subject is None:
            return
        phrase = self.phrase(subject)
        lacks_object = not any(
            self.base(child) in COMPLEMENTS for child in self.children(verb)
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
            self.base(child) in ("obl", "advcl") for child in self.children(verb)
        ):
            # A verb with a subject alone: where it happens is said of it.
            for word in phrase:
                if (
                    word != subject
                    and self.labels[word] in ("nmod", "obl")
                    and self.has_case(word)
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
            or self.base(word) not in LINKS
            or self.has_case(word)
            or self.is_time(word)
        ):
            return False
        if not self.is_definite(word):
            return self.tags[word] == "NOUN" and self.has_article(head)
        if not (self.is_definite(head) or head == subject):
            return False
        if self.tags[word] == "NOUN" and self.is_definite(head):
            return True
        # An adjective agrees with one of the nouns before it.
        if self.tags[word] != "ADJ" or self.is_plural(word):
            return False
        nouns = [i for i in self.phrase(subject) if i < word and self.tags[i] in NOUNS]
        if self.words[word].endswith(self.features.feminine_adjective_endings):
            return self.is_feminine(word) and (
                [*nouns] == [subject]
                and subject == verb + 1
                and not self.is_feminine(subject)
                and not self.is_feminine_verb(verb)
                and not self.words[word].endswith(self.features.relational_endings)
            )
        return bool(nouns) and all(map(self.is_feminine, nouns))

    def free_times(self) -> None:
        """When something happens is said of a verb, and not of the noun before it."""
        for word in range(len(self.words)):
            if not self.is_time(word) or self.has_case(word):
                continue
            head = self.heads[word]
            if head == word:
                continue
            if self.tags[head] == "VERB":
                if self.base(word) in ("advmod", "obj", "nmod", "xcomp"):
                    self.labels[word] = "obl:tmod"
                continue
            if (
                self.tags[head] not in NOUNS | {"ADJ"}
                or head > word
                or not (self.is_definite(head) or self.tags[head] == "PROPN")
                or self.is_time(head)
            ):
                continue
            verb = head
            while self.heads[verb] != verb and self.tags[verb] != "VERB":
                if self.base(verb) in ("conj", "acl"):
                    break
                verb = self.heads[verb]
            if self.tags[verb] == "VERB":
                self.heads[word], self.labels[word] = verb, "obl:tmod"

    def _disagrees(self, verb: int, noun: int) -> bool:
        """Whether a noun right behind a verb is feminine, and the verb is not."""
        return (
            noun == verb + 1
            and self.tags[noun] == "NOUN"
            and self.has_article(noun)
            and self.is_feminine(noun)
            and not self.is_feminine_verb(verb)
            and self.labels[verb] != "acl:relcl"
        )

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
        return self.base(verb) not in ("root", "parataxis") and (
            self.heads[verb] != verb
        )
