"""Trees of languages in which only the place of a word tells verb and adposition,
subject, object and time apart (Chinese). What precedes the verb without an adposition
is who does it or when; what follows is what is done."""

import itertools
from typing import Optional

from .coverbs import BARE, CLAUSES, NOMINALS, Coverbs
from .features import LanguageFeatures
from .tree import Tree


def repair_order(tree: Tree, features: LanguageFeatures) -> Tree:
    """Repair the tree of a language whose objects follow, without endings.

    tree (Tree): A tree, which stays as it is.
    features (LanguageFeatures): Features of its language.
    RETURNS (Tree): One of the same words.
    """
    draft = _WordOrder(tree, features)
    draft.retag()
    draft.find_quantifiers()
    draft.turn_agents()
    draft.turn_coverbs()
    draft.join_results()
    draft.find_agents()
    draft.join_linked()
    draft.attach_relatives()
    draft.find_relatives()
    draft.free_times()
    for verb in [*draft.verbs()]:
        draft.place(verb)
    return draft.finish()


class _WordOrder(Coverbs):
    """A tree in which place says what a word is."""

    def join_linked(self) -> None:
        """Join two nouns with a linker between them that trees hang on the verb."""
        for linker in range(1, len(self.words) - 1):
            verb = self.heads[linker]
            if self.words[linker] not in self.features.linkers or verb > linker:
                continue
            children = self.children(verb)
            first = [c for c in children if max(self.subtree(c)) == linker - 1]
            second = [
                c
                for c in children
                if self.base(c) == "obj" and min(self.subtree(c)) == linker + 1
            ]
            if first and second and self.base(first[0]) == "obj" and first[0] > verb:
                self.heads[first[0]], self.labels[first[0]] = second[0], "nmod"
                self.heads[linker], self.labels[linker] = first[0], "case"

    def attach_relatives(self) -> None:
        """Attach a clause that a linker closes to the noun behind it."""
        for linker, word in enumerate(self.words[:-1]):
            verb = self.heads[linker]
            if word not in self.features.linkers or self.labels[linker] != "mark:rel":
                continue
            if self.tags[verb] != "VERB" or verb > linker:
                continue
            noun = self._noun_behind(linker)
            if noun is None:
                continue
            if self.base(verb) in CLAUSES:
                main = self.heads[verb]
                if noun in self.subtree(verb):
                    continue
                if main > noun or self.heads[noun] == main:
                    self.heads[verb], self.labels[verb] = noun, "acl:relcl"
                    self._give_subject(verb, main)
            if self.heads[verb] == noun and self.base(verb) == "acl":
                has_object = any(self.base(c) == "obj" for c in self.children(verb))
                for child in self.children(noun):
                    if (
                        verb < child < linker
                        and self.base(child) == "nmod"
                        and not has_object
                    ):
                        self.heads[child], self.labels[child] = verb, "obj"

    def _give_subject(self, verb: int, main: int) -> None:
        """Give a verb before another one the subject right before it."""
        if any(self.base(c) == "nsubj" for c in self.children(verb)):
            return
        start = min(self.subtree(verb))
        for child in self.children(main):
            if self.base(child) == "nsubj" and max(self.subtree(child)) == start - 1:
                self.heads[child] = verb

    def _noun_behind(self, linker: int) -> Optional[int]:
        """The noun whose phrase begins right behind a linker, or with the clause that
        the linker closes."""
        noun = linker + 1
        while self.heads[noun] > noun and self.tags[self.heads[noun]] in (
            NOMINALS | {"PART"}
        ):
            noun = self.heads[noun]
        return noun if self.tags[noun] in NOMINALS else None

    def find_relatives(self) -> None:
        """Attach a verb that begins a clause to the subject behind it, where a linker
        stands between the two, and the verb has nothing else (住 在 北京 的 | 作家)."""
        for main in [*self.verbs()]:
            nouns = [
                child
                for child in self.children(main)
                if child < main
                and self.labels[child] in BARE | {"nsubj"}
                and self.tags[child] in NOMINALS
            ]
            for noun in nouns:
                verb = min(self.subtree(noun)) - 1
                inner = [
                    c
                    for c in self.children(noun)
                    if c < noun
                    and any(
                        self.words[below] in self.features.linkers
                        for below in self.children(c)
                    )
                    and self.base(c) == "nmod"
                ]
                if (
                    verb < 0
                    or not inner
                    or self.tags[verb] != "VERB"
                    or (verb and self.tags[verb - 1] != "PUNCT")
                    or any(verb < c < main for c in self.children(verb))
                    or any(c < verb for c in self.children(verb))
                ):
                    continue
                if self.heads[main] == verb and self.base(main) in CLAUSES:
                    self.supplant(verb, main)
                elif self.heads[verb] != main or self.base(verb) not in CLAUSES:
                    continue
                self.heads[verb], self.labels[verb] = noun, "acl:relcl"
                self.labels[noun] = "nsubj"
                for mark in self.children(noun):
                    if self.base(mark) == "case" and mark < inner[0]:
                        self.heads[mark] = inner[0]
                for child in inner:
                    has_adposition = any(
                        self.base(c) == "case" and c < child
                        for c in self.children(child)
                    )
                    self.heads[child] = verb
                    self.labels[child] = "obl" if has_adposition else "obj"
                    for below in self.children(child):
                        if self.words[below] in self.features.linkers:
                            self.heads[below], self.labels[below] = verb, "mark:rel"
                break

    def free_times(self) -> None:
        """What says when is no subject, and no part of the noun behind it."""
        for word in range(len(self.words)):
            if not self.is_time(word) or self.has_case(word):
                continue
            head = self.heads[word]
            if self.tags[head] == "VERB":
                if self.base(word) in ("nsubj", "obl", "advmod", "nmod", "case") and (
                    word < head
                ):
                    self.labels[word] = "obl:tmod"
                continue
            if (
                head == word
                or self.is_time(head)
                or self.tags[head] not in NOMINALS | {"PART"}
            ):
                continue
            verb = self.heads[head]
            if (
                self.base(word) in ("nmod", "compound", "case")
                and self.tags[verb] == "VERB"
                and self.base(head) in ("nsubj", "obl")
                and max(head, word) < verb
                and (word > head or min(self.subtree(head)) == min(self.subtree(word)))
            ):
                self.heads[word], self.labels[word] = verb, "obl:tmod"

    def place(self, verb: int) -> None:
        """Say what the bare nouns of a verb are by their place."""
        self._part_subjects(verb)
        self._part_objects(verb)
        self._focus(verb)
        children = self.children(verb)
        has_subject = any(self.base(c) in ("nsubj", "csubj") for c in children)
        has_object = any(self.base(c) == "obj" and c > verb for c in children)
        for child in reversed(children):
            if (
                child < verb
                and not has_subject
                and self.labels[child] in BARE
                and self.tags[child] in NOMINALS
                and not self.has_case(child)
                and not self.is_time(child)
                and not self._is_disposed(child, verb)
                and self.base(verb) != "acl"
            ):
                self.labels[child], has_subject = "nsubj", True
        for child in children:
            if child < verb or has_object:
                continue
            if (
                self.tags[child] in NOMINALS
                and self.labels[child] in ("obl", "parataxis", "dep")
                and not self.has_case(child)
                and not self.is_time(child)
                and not any(
                    self.base(c) in ("nsubj", "cop") for c in self.children(child)
                )
            ):
                self.labels[child], has_object = "obj", True
            elif (
                self.tags[child] == "VERB"
                and self.base(child) in ("xcomp", "ccomp")
                and child == verb + 1
                and not self.children(child)
            ):
                # A verb alone is what is liked, planned or begun.
                self.labels[child], self.tags[child] = "obj", "NOUN"
                has_object = True

    def _part_subjects(self, verb: int) -> None:
        """Of two subjects the first is that of the clause between them."""
        children = [c for c in self.children(verb) if c < verb]
        subjects = [c for c in children if self.labels[c] == "nsubj"]
        for first, second in itertools.pairwise(subjects):
            for clause in children:
                if (
                    first < clause < second
                    and self.tags[clause] == "VERB"
                    and self.base(clause) in CLAUSES
                    and min(self.subtree(clause)) == max(self.subtree(first)) + 1
                    and not any(self.base(c) == "nsubj" for c in self.children(clause))
                ):
                    self.heads[first] = clause

    def _part_objects(self, verb: int) -> None:
        """Of two objects the first is who gets the second; a measure is part of what
        follows it."""
        objects = [
            c for c in self.children(verb) if self.labels[c] == "obj" and c > verb
        ]
        for first, second in itertools.pairwise(objects):
            if self.tags[first] == "PRON":
                self.labels[first] = "iobj"
            elif (
                any(self.base(c) == "nummod" for c in self.children(first))
                and min(self.subtree(second)) == max(self.subtree(first)) + 1
            ) or any(self.base(c) == "nummod" for c in self.children(second)):
                self.heads[first], self.labels[first] = second, "nmod"

    def _focus(self, verb: int) -> None:
        """Put the verb that 是 ... 的 frames in the place of the copula."""
        copula = self.heads[verb]
        last = max(self.subtree(copula))
        while last > verb and self.tags[last] == "PUNCT":
            last -= 1
        if (
            copula < verb
            and self.words[copula] in self.features.copulas
            and self.heads[copula] == copula
            and self.base(verb) in ("ccomp", "xcomp")
            and self.words[last] in self.features.linkers
            and self.heads[last] in (copula, verb)
            and not any(self.base(c) == "nsubj" for c in self.children(verb))
        ):
            self.supplant(copula, verb)
            self.heads[copula], self.labels[copula] = verb, "discourse"

    def _is_disposed(self, word: int, verb: int) -> bool:
        marks = self.features.disposal_marks | self.features.passive_marks
        return any(
            self.words[other] in marks for other in range(verb) if other < word
        ) or any(self.words[c] in marks for c in self.children(word))
