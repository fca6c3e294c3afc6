"""Coverbs, passives and results in languages without endings (Chinese): words that are
verbs alone and adpositions beside another verb."""

from .draft import Draft

NOMINALS = frozenset({"NOUN", "PROPN", "PRON", "NUM", "X"})
CLAUSES = frozenset({"advcl", "xcomp", "ccomp", "conj", "parataxis", "dep"})
BARE = frozenset({"obl", "obj", "dep", "nmod", "dislocated"})


class Coverbs(Draft):
    """A tree in which verbs and adpositions are told apart by their place."""

    def retag(self) -> None:
        """A noun with a subject and no copula is a verb."""
        for word, tag in enumerate(self.tags):
            if (
                tag == "NOUN"
                and self.base(word) in CLAUSES | {"root"}
                and any(
                    self.base(c) == "nsubj" and c < word for c in self.children(word)
                )
                and not any(
                    self.base(c) in ("cop", "nmod") for c in self.children(word)
                )
            ):
                self.tags[word] = "VERB"

    def find_quantifiers(self) -> None:
        """Make "there is somebody who" before a verb part of its subject (没有 人
        看过)."""
        for word in range(len(self.words) - 2):
            noun = word + 1
            if (
                self.words[word] not in self.features.existential_verbs
                or self.tags[word] != "VERB"
                or self.heads[noun] != word
                or self.tags[noun] not in NOMINALS
                or (word and self.tags[word - 1] != "PUNCT")
            ):
                continue
            verb = next(
                (
                    child
                    for child in self.children(word)
                    if child > noun
                    and self.tags[child] == "VERB"
                    and self.base(child) in CLAUSES
                    and not any(self.base(c) == "nsubj" for c in self.children(child))
                ),
                None,
            )
            if verb is None or min(self.subtree(verb)) != max(self.subtree(noun)) + 1:
                continue
            self.supplant(word, verb)
            self.heads[noun], self.labels[noun] = verb, "nsubj"
            self.heads[word], self.labels[word], self.tags[word] = noun, "det", "DET"

    def turn_agents(self) -> None:
        """Make an adposition of the word before who does it (由 他 导演)."""
        for mark, word in enumerate(self.words[:-2]):
            if word not in self.features.agent_marks:
                continue
            head = self.heads[mark]
            for verb in range(mark + 2, len(self.words)):
                agent = verb - 1
                if self.heads[agent] != verb or min(self.subtree(agent)) != mark + 1:
                    continue
                below = self.heads[verb] == mark and self.base(verb) in CLAUSES
                beside = self.tags[verb] == "VERB" and head > verb
                if not below and not beside:
                    continue
                if below:
                    self.supplant(mark, verb)
                    self.tags[verb] = "VERB"
                self.heads[mark], self.labels[mark] = agent, "case"
                self.labels[agent], self.tags[mark] = "obl:agent", "ADP"
                if self.tags[agent] == "PART":
                    self.tags[agent] = "NOUN"
                break

    def turn_coverbs(self) -> None:
        """Make an adposition of a coverb with a noun, beside a verb (在 上海 出生)."""
        for word in range(len(self.words)):
            if (
                self.words[word] not in self.features.coverbs
                or self.tags[word] not in ("VERB", "ADP", "AUX")
                or self.base(word) in ("case", "acl")
                or (
                    any(self.base(c) == "nsubj" for c in self.children(word))
                    and self.heads[word] != word
                )
            ):
                continue
            verb = self.heads[word]
            nouns = [
                child
                for child in self.children(word)
                if child > word
                and self.base(child) == "obj"
                and self.tags[child] in NOMINALS
            ]
            if not nouns:
                # The tree may have given it to the verb that follows.
                nouns = [
                    child
                    for lower in self.children(word)
                    for child in self.children(lower)
                    if self.tags[lower] == "VERB"
                    and self.labels[child] in ("obj", "nsubj")
                    and self.tags[child] in NOMINALS
                    and max(self.subtree(child))
                    == min([lower, *(c for c in self.children(lower) if c > child)]) - 1
                ][:1]
                if nouns:
                    self.heads[nouns[0]] = word
            if not nouns and verb > word:
                # Or to the verb that both stand before.
                nouns = [
                    child
                    for child in self.children(verb)
                    if word < child < verb
                    and self.labels[child] in ("obl", "obj")
                    and self.tags[child] in NOMINALS
                    and not self.has_case(child)
                ][:1]
            if len(nouns) != 1 or min(self.subtree(nouns[0])) != word + 1:
                continue
            noun = nouns[0]
            below = next(
                (
                    child
                    for child in self.children(word)
                    if child > noun
                    and self.tags[child] == "VERB"
                    and self.base(child) in CLAUSES
                    and min(self.subtree(child)) == max(self.subtree(noun)) + 1
                ),
                None,
            )
            if below is not None:
                # "He gives | her buys a book": the verb is what follows.
                self.supplant(word, below)
                verb = below
            elif (
                verb == word
                or self.base(word) not in CLAUSES
                or self.tags[verb] != "VERB"
            ):
                continue
            for child in self.children(word):
                if child != noun:
                    self.heads[child] = verb
            self.heads[noun], self.labels[noun] = verb, "obl"
            self.heads[word], self.labels[word], self.tags[word] = noun, "case", "ADP"

    def supplant(self, upper: int, lower: int) -> None:
        """Put a verb in the place of the one that governs it."""
        head = self.heads[upper]
        self.heads[lower] = lower if head == upper else head
        self.labels[lower] = self.labels[upper]
        for child in self.children(upper):
            if child != lower:
                self.heads[child] = lower

    def join_results(self) -> None:
        """Join what a verb results in, right behind it, to it (改造 成 | 博物馆)."""
        for word in range(1, len(self.words)):
            verb = word - 1
            if (
                self.words[word] not in self.features.bound_adpositions
                and self.words[word] not in self.features.coverbs
            ) or self.tags[verb] != "VERB":
                continue
            if self.heads[word] == verb and self.base(word) in CLAUSES:
                if any(self.base(c) == "nsubj" for c in self.children(word)):
                    continue
                for child in self.children(word):
                    self.heads[child] = verb
                self.labels[word], self.tags[word] = "mark", "ADP"
            if self.heads[word] == verb and self.base(word) == "mark":
                # What the two are followed by is their object.
                for child in self.children(verb):
                    if (
                        child > word
                        and self.labels[child] == "obl"
                        and min(self.subtree(child)) == word + 1
                        and not self.has_case(child)
                    ):
                        self.labels[child] = "obj"

    def find_agents(self) -> None:
        """Find who does it, between a passive mark and the verb (被 警察 抓住)."""
        for mark, word in enumerate(self.words):
            if word not in self.features.passive_marks or self.base(mark) == "root":
                continue
            verb = mark
            while self.heads[verb] != verb and self.tags[verb] != "VERB":
                verb = self.heads[verb]
            if self.tags[verb] != "VERB" or verb <= mark:
                continue
            between = [
                child
                for child in self.children(verb)
                if mark < child < verb
                and self.base(child) in BARE | {"nsubj", "aux"}
                and self.tags[child] in NOMINALS | {"AUX"}
                and not self.has_case(child)
                and not self.is_time(child)
            ]
            if not between or max(self.subtree(between[-1])) != verb - 1:
                continue
            agent = between[-1]
            for child in between[:-1]:
                self.heads[child], self.labels[child] = agent, "nmod"
            self.heads[mark], self.labels[mark], self.tags[mark] = agent, "case", "ADP"
            self.heads[agent], self.labels[agent] = verb, "obl:agent"
            if self.tags[agent] == "AUX":
                self.tags[agent] = "NOUN"
            for child in self.children(verb):
                if child < mark and self.labels[child] == "nsubj":
                    self.labels[child] = "nsubj:pass"

    def has_case(self, word: int) -> bool:
        """RETURNS (bool): Whether a noun has an adposition."""
        return any(self.base(child) == "case" for child in self.children(word))

    def is_time(self, word: int) -> bool:
        """RETURNS (bool): Whether a word says when, by itself or with its number."""
        return self.words[word] in self.features.time_words or (
            self.words[word] in self.features.time_units
            and any(self.base(c) == "nummod" for c in self.children(word))
        )
