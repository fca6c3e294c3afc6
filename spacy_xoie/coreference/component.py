"""The component `xoie_coref`: who is meant."""

from typing import Any, Iterable, List, Optional, Sequence

from spacy.language import Language
from spacy.tokens import Doc

from ..doc.antecedents import set_antecedents
from ..doc.codes import UNDETERMINED, code_or, code_setting
from ..doc.languages import language_of
from ..doc.triples import SPAN_KEY, get_triples
from ..errors import ConfigError
from ..pipes import BatchPipe, StatelessPipe, factory
from .clusters import clusters_of, link_clusters
from .resolving import Found, Resolver


class AntecedentFinder(StatelessPipe, BatchPipe):
    """Finds whom pronouns, subjects left out and short names mean. It is seen as
    `Phrase.antecedent`; triples stay as they are.

    If another component found who is meant (coreferee, fastcoref, or the experimental
    coreference of spaCy), its clusters are taken; else rules look in the same sentence
    and the one before, by gender and number, and say nothing where two can be meant.
    They know ar, de, en, es, fr, it, pt and zh.

    name (str): Name of the component.
    span_key (str): Key of the span group of the triples.
    language (Optional[str]): Language of all docs. By default that of each.
    use_clusters (bool): Whether to take the clusters of other components.
    cluster_prefix (str): What the span groups of such clusters begin with.
    RAISES (ConfigError): If a setting is wrong.
    """

    def __init__(
        self,
        name: str = "xoie_coref",
        *,
        span_key: str = SPAN_KEY,
        language: Optional[str] = None,
        use_clusters: bool = True,
        cluster_prefix: str = "coref_clusters",
    ) -> None:
        if not span_key:
            raise ConfigError("span_key is empty; it must name a span group.")
        if not cluster_prefix:
            raise ConfigError(
                f"[components.{name}] cluster_prefix is empty; it must be what the "
                f"keys of span groups begin with."
            )
        if language is not None:
            language = code_setting(f"[components.{name}] language", language)
        self.name = name
        self.span_key = span_key
        self.language = language
        self.use_clusters = use_clusters
        self.cluster_prefix = cluster_prefix

    def predict(self, docs: Iterable[Doc]) -> List[Found]:
        """Find antecedents, without changing the docs.

        docs (Iterable[Doc]): Docs with triples.
        RETURNS (List[Found]): The antecedents in each, by the id of the triple and the
            role of the part, as places in characters.
        """
        return [self._find(doc) for doc in docs]

    def set_annotations(self, docs: Iterable[Doc], results: Sequence[Found]) -> None:
        """Keep antecedents in docs.

        docs (Iterable[Doc]): The docs.
        results (Sequence[Found]): What `predict` returned for them.
        """
        for doc, found in zip(docs, results, strict=True):
            if self.span_key in doc.spans:
                set_antecedents(doc, found, key=self.span_key)

    def _find(self, doc: Doc) -> Found:
        triples = get_triples(doc, key=self.span_key)
        clusters = clusters_of(doc, self.cluster_prefix) if self.use_clusters else []
        if clusters:
            return link_clusters(doc, triples, clusters)
        language = self.language or language_of(doc, key=self.span_key)
        if code_or(language, UNDETERMINED) == UNDETERMINED:
            return {}
        return Resolver(doc, triples, language).resolve()


@factory(
    "xoie_coref",
    AntecedentFinder,
    assigns=["doc.spans"],
    requires=["doc._.triples"],
)
def make_antecedent_finder(
    nlp: Language, name: str, **settings: Any
) -> AntecedentFinder:
    """Create the component `xoie_coref`. See `AntecedentFinder` for the settings."""
    return AntecedentFinder(name, **settings)
