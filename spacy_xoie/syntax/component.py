"""The component `xoie_syntax`: triples read off the parse of a doc."""

import warnings
from typing import Any, Dict, Iterable, List, Sequence, Set

from spacy.errors import Errors
from spacy.language import Language
from spacy.tokens import Doc, Span

from ..doc.codes import code_setting
from ..doc.factuality import OMITTED, modalities_setting
from ..doc.languages import language_of
from ..doc.triples import SPAN_KEY
from ..errors import ConfigError, NotReadyError
from ..pipes import StatelessPipe, TriplePipe, factory
from ..ty import Pieces, TokenTriple, pieces_of
from .clearnlp import from_clearnlp
from .rules import Facts, Rules, rules_for
from .tree import Tree
from .ty import Part

CLEARNLP = frozenset({"dobj", "pobj", "prep", "nsubjpass", "auxpass", "relcl", "attr"})
"""Labels that only English parsers trained on OntoNotes use."""

TIGER = frozenset({"sb", "oa", "oc", "nk", "mo", "svp", "mnr"})
"""Labels that only German parsers trained on TIGER use."""


class SyntaxExtractor(TriplePipe, StatelessPipe):
    """Extracts triples from the dependency tree of each sentence by rules, and
    stores them in a span group of the doc.

    The parse has to follow Universal Dependencies, or the labels of spaCy's English
    parsers. Languages without a table of features get rules that need no words.

    name (str): Name of the component.
    span_key (str): Key of the span group.
    overwrite (bool): Whether to replace triples that a doc already has.
    language (Optional[str]): Language of all docs. By default that of each doc.
    facts (Facts): "whole" or "minimal" triples, see `rules_for`.
    omit (Sequence[str]): Modalities of triples that are left out, see
        `spacy_xoie.doc.factuality`.
    noun_facts (bool): Whether facts in noun phrases are triples, too.
    RAISES (ConfigError): If the span key is empty, or there is no such modality.
    """

    def __init__(
        self,
        name: str = "xoie_syntax",
        *,
        span_key: str = SPAN_KEY,
        overwrite: bool = True,
        language: str | None = None,
        facts: Facts = "whole",
        omit: Sequence[str] = OMITTED,
        noun_facts: bool = False,
    ) -> None:
        if not span_key:
            raise ConfigError("span_key is empty; it must name a span group.")
        self.name = name
        self.span_key = span_key
        self.overwrite = overwrite
        if language is not None:
            language = code_setting(f"[components.{name}] language", language)
        self.language = language
        self.facts: Facts = facts
        self.omit = modalities_setting(f"[components.{name}] omit", omit)
        self.noun_facts = noun_facts
        self._rules: Dict[str, Rules] = {}
        self._warned: Set[str] = set()

    def predict(self, docs: Iterable[Doc]) -> List[List[TokenTriple]]:
        """Extract triples, without changing the docs.

        docs (Iterable[Doc]): Parsed docs.
        RETURNS (List[List[TokenTriple]]): The triples of each.
        RAISES (NotReadyError): If a doc is not parsed.
        """
        return [self._read(doc) for doc in docs]

    def _read(self, doc: Doc) -> List[TokenTriple]:
        if not len(doc):
            return []
        if not doc.has_annotation("DEP"):
            raise NotReadyError(
                f"{Errors.E029} '{self.name}' reads triples off dependency trees: add "
                f"a 'parser' before it, or use the component 'xoie', which needs none."
            )
        language = self.language or language_of(doc, key=None)
        rules = self._rules.get(language)
        if rules is None:
            rules = self._rules[language] = rules_for(
                language,
                facts=self.facts,
                noun_facts=self.noun_facts,
                omit=self.omit,
            )
        return [
            triple._replace(language=language, origin=self.name)
            for sent in doc.sents
            for triple in self._sentence(sent, rules)
        ]

    def _sentence(self, sent: Span, rules: Rules) -> Iterable[TokenTriple]:
        tree, places = self._tree(sent)

        def pieces(part: Part) -> Pieces:
            return pieces_of(places[index] for index in part)

        for triple in rules.extract(tree):
            yield TokenTriple(
                subject=pieces(triple.subject),
                relation=pieces(triple.relation),
                objects=tuple(pieces(part) for part in triple.objects),
                negated=triple.negated,
                modality=triple.modality,
                source=pieces(triple.source),
                construction=triple.construction,
            )

    def _tree(self, sent: Span) -> tuple[Tree, List[int]]:
        """The tree of a sentence, without tokens of white space, and the place of
        each of its words in the doc."""
        tokens = [token for token in sent if not token.is_space]
        places = [token.i for token in tokens]
        indices = {place: index for index, place in enumerate(places)}
        tree = Tree(
            words=[token.text for token in tokens],
            heads=[
                indices.get(token.head.i, index) for index, token in enumerate(tokens)
            ],
            labels=[token.dep_ for token in tokens],
            tags=[token.pos_ for token in tokens],
            spaces=[bool(token.whitespace_) for token in tokens],
        )
        labels = set(tree.labels)
        if len(labels & TIGER) > 1:
            self._warn(
                "TIGER",
                f"'{self.name}' cannot read the labels of this parser, which look like "
                f"those of the TIGER treebank ({', '.join(sorted(labels & TIGER))}). "
                f"It reads Universal Dependencies and the labels of spaCy's English "
                f"parsers: use a parser trained on a UD treebank of the language.",
            )
        elif labels & CLEARNLP:
            tree = from_clearnlp(tree)
        return tree, places

    def _warn(self, kind: str, text: str) -> None:
        if kind not in self._warned:
            self._warned.add(kind)
            warnings.warn(text, stacklevel=2)


@factory(
    "xoie_syntax",
    SyntaxExtractor,
    assigns=["doc.spans", "doc._.triples", "span._.triples"],
    requires=["token.dep", "token.head", "token.pos"],
)
def make_syntax_extractor(nlp: Language, name: str, **settings: Any) -> SyntaxExtractor:
    """Create the component `xoie_syntax`. See `SyntaxExtractor` for the settings."""
    return SyntaxExtractor(name, **settings)
