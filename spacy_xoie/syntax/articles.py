"""Nouns that show by their form whether they are definite (Arabic), and sentences
without a verb, whose subject is definite and whose predicate is not."""

from typing import List, Optional

from .draft import Draft

NOUNS = frozenset({"NOUN", "PROPN"})

PHRASES = frozenset({"NOUN", "PROPN", "ADJ", "NUM", "X"})
"""What a noun phrase is made of, as trees that are wrong may have it, too."""

LINKS = frozenset({"nmod", "amod", "appos", "flat", "compound", "dep", "obj", "obl"})
"""Relations within what trees take for one phrase."""

SUBJECTS = frozenset({"nsubj", "csubj"})


class Definite(Draft):
    """A tree whose nouns show whether they are definite."""

    def find_predicate(self) -> None:
        """Part subject and predicate of a sentence without a verb."""
        root = next((w for w, head in enumerate(self.heads) if w == head), None)
        if (
            root is None
            or self.tags[root] not in PHRASES | {"ADV"}
            or self.words[-1] != "."
            or any(self.base(v) not in ("acl", "conj") for v in self.verbs())
        ):
            return
        pronoun = self._copular_pronoun(root)
        if pronoun is not None:
            return
        first = min(self.subtree(root))
        copula = [w for w in range(first, root) if self.tags[w] == "AUX"]
        if copula != [*range(first, root)]:
            return
        subjects = [c for c in self.children(root) if self.base(c) in SUBJECTS]
        after = root + 1
        if subjects == [after] and not self.has_article(after):
            predicate: Optional[int] = after
        elif subjects or not self._is_definite_phrase(root):
            return
        else:
            predicate = self._find_predicate(root)
        if predicate is None:
            return
        start = min(self.subtree(predicate))
        for child in self.children(root):
            if child > start or child in copula or self.base(child) == "advmod":
                self.heads[child] = predicate
        self.heads[predicate], self.labels[predicate] = predicate, "root"
        self.heads[root], self.labels[root] = predicate, "nsubj"
        for child in copula:
            self.heads[child], self.labels[child] = predicate, "cop"
        if self.tags[root] == "ADV":
            self.tags[root] = "NOUN"

    def _find_predicate(self, root: int) -> Optional[int]:
        for word in self.phrase(root):
            head = self.heads[word]
            if (
                word > head
                and self.tags[word] in ("NOUN", "ADJ")
                and self.base(word) in LINKS
                and not self.is_definite(word)
                and not self.has_case(word)
                and not self.is_time(word)
                and min(self.subtree(word)) > head
                and (self.has_article(head) or self.tags[head] == "PROPN")
            ):
                return word
        for word in self.children(root):
            if (
                word > root
                and self.base(word) in ("nmod", "obl")
                and any(self.base(c) == "case" for c in self.children(word))
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

    def _is_definite_phrase(self, head: int) -> bool:
        """Whether a noun is definite by itself, or by the genitive behind it."""
        if self.has_article(head) or self.tags[head] == "PROPN":
            return True
        if self.words[head].endswith(self.features.possessive_endings):
            return True
        after = head + 1
        return after in self.children(head) and (
            self.has_article(after) or self.tags[after] == "PROPN"
        )

    def is_definite(self, word: int) -> bool:
        """RETURNS (bool): Whether a noun or an adjective has an article, or a
        demonstrative before it."""
        return self.has_article(word) or any(
            self.tags[child] in ("PRON", "DET") and child == word - 1
            for child in self.children(word)
            if self.base(child) == "det"
        )

    def has_article(self, word: int) -> bool:
        """RETURNS (bool): Whether a word has an article of its own."""
        return (
            self.tags[word] in PHRASES | {"ADV"}
            and len(self.words[word]) > 3
            and self.words[word].startswith(self.features.article_prefixes)
        )

    def is_feminine(self, word: int) -> bool:
        """RETURNS (bool): Whether a noun or an adjective is feminine by its form."""
        return self.words[word].endswith(self.features.feminine_endings)

    def is_feminine_verb(self, verb: int) -> bool:
        """RETURNS (bool): Whether the subject of a verb is feminine by its form."""
        word, features = self.words[verb], self.features
        return word.endswith(features.feminine_verb_endings) or word.startswith(
            features.feminine_verb_prefixes
        )

    def is_plural(self, word: int) -> bool:
        """RETURNS (bool): Whether a noun or an adjective is plural by its form."""
        return self.words[word].endswith(self.features.plural_endings)

    def is_time(self, word: int) -> bool:
        """RETURNS (bool): Whether a word says when by itself."""
        return self.words[word] in self.features.time_words

    def has_case(self, word: int) -> bool:
        """RETURNS (bool): Whether a noun has an adposition, which may be one word with
        it."""
        return any(self.base(c) in ("case", "mark") for c in self.children(word)) or (
            len(self.words[word]) > 4
            and self.words[word].startswith(self.features.fused_adpositions)
        )

    def phrase(self, head: int) -> List[int]:
        """RETURNS (List[int]): A word and what trees take for parts of its phrase, from
        left to right."""
        words = [head]
        for index in words:  # grows
            words += [c for c in self.children(index) if self.base(c) in LINKS]
        return sorted(words)
