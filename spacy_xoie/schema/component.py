"""The component `xoie_schema`: canonical relations in the triples of a doc."""

from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Tuple, Union

import srsly
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from ..doc.codes import code_setting
from ..doc.facts import FACTS_KEY, FoundFact, SetAside, set_facts
from ..doc.factuality import modalities_setting
from ..doc.triples import SPAN_KEY
from ..errors import ConfigError, readable
from ..pipes import BatchPipe, factory
from .definition import Schema, make_schema
from .finding import TAKEN, FactFinder, Negation

_FILE = "schema.json"


class SchemaMapper(BatchPipe):
    """Finds the relations of a schema in the triples of each doc. The triples stay as
    they are; the facts are beside them, in `doc._.facts`, and what was nearly one in
    `doc._.facts_set_aside`. The schema is stored with the pipeline.

    name (str): Name of the component.
    schema (Schema): The schema.
    negation (Negation): What a sentence denies is set aside ("block"), or becomes a
        fact with `negated` ("mark").
    min_coverage (float): Least part of the relation's own words that a cue must take:
        in "plan to buy", "buy" takes half of them.
    modalities (Sequence[str]): Those of triples that make facts, see
        `spacy_xoie.doc.factuality`; others are set aside. By default what the text
        asserts, and what nobody judged.
    language (Optional[str]): Language of all triples. By default that of each.
    span_key (str): Key of the span group of triples.
    facts_key (str): Key of the span group of facts; `doc._.facts` reads "xoie_facts".
    RAISES (ConfigError): If a setting has a value that cannot work.
    """

    def __init__(
        self,
        name: str = "xoie_schema",
        *,
        schema: Schema,
        negation: Negation = "block",
        min_coverage: float = 0.6,
        modalities: Sequence[str] = TAKEN,
        language: Optional[str] = None,
        span_key: str = SPAN_KEY,
        facts_key: str = FACTS_KEY,
    ) -> None:
        if not isinstance(schema, Schema):
            raise ConfigError(
                f"schema is {schema!r}; it must be a Schema, such as "
                f'{{"@xoie_schemas": "spacy-xoie.GeneralSchema.v1"}}.'
            )
        if negation not in ("block", "mark"):
            raise ConfigError(
                f"negation is {negation!r}; it must be 'block' or 'mark'."
            )
        if not 0 <= min_coverage <= 1:
            raise ConfigError(f"min_coverage is {min_coverage}; it must be 0 to 1.")
        if not span_key or not facts_key or span_key == facts_key:
            raise ConfigError(
                f"span_key is {span_key!r} and facts_key {facts_key!r}; they must name "
                f"two span groups."
            )
        self.name = name
        if language is not None:
            language = code_setting(f"[components.{name}] language", language)
        self.language = language
        self.span_key = span_key
        self.facts_key = facts_key
        self._settings: Dict[str, Any] = {
            "negation": negation,
            "min_coverage": min_coverage,
            "modalities": modalities_setting(
                f"[components.{name}] modalities", modalities
            ),
        }
        self._finder = FactFinder(schema, **self._settings)

    @property
    def schema(self) -> Schema:
        """RETURNS (Schema): The schema."""
        return self._finder.schema

    @schema.setter
    def schema(self, schema: Schema) -> None:
        self._finder = FactFinder(schema, **self._settings)

    def predict(
        self, docs: Iterable[Doc]
    ) -> List[Tuple[List[FoundFact], List[SetAside]]]:
        """Find the facts of docs, without changing these.

        docs (Iterable[Doc]): Docs with triples.
        RETURNS (List[Tuple[List[FoundFact], List[SetAside]]]): For each doc its facts,
            and where a cue was found that makes none.
        """
        return [
            self._finder(doc, key=self.span_key, language=self.language) for doc in docs
        ]

    def set_annotations(
        self,
        docs: Iterable[Doc],
        results: Iterable[Tuple[List[FoundFact], List[SetAside]]],
    ) -> None:
        """Store facts in docs.

        docs (Iterable[Doc]): The docs.
        results (Iterable[Tuple[List[FoundFact], List[SetAside]]]): What `predict`
            returned for them.
        """
        for doc, (facts, set_aside) in zip(docs, results, strict=True):
            set_facts(doc, facts, set_aside, key=self.facts_key)

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Optional[Language] = None,
        relations: Optional[Union[Schema, Dict[str, Any]]] = None,
    ) -> None:
        """Take a schema from [initialize.components.xoie_schema], so that its file is
        needed once only.

        get_examples (Callable[[], Iterable[Example]]): Not needed.
        nlp (Optional[Language]): Not needed.
        relations (Optional[Union[Schema, Dict[str, Any]]]): The schema, in place of
            that of the settings.
        RAISES (ConfigError): If it is none.
        """
        if isinstance(relations, Schema):
            self.schema = relations
        elif relations is not None:
            # spaCy makes dictionaries of models when it checks these settings.
            self.schema = make_schema(relations, source="[initialize] relations")

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """RETURNS (bytes): The schema."""
        text: str = srsly.json_dumps(self.schema.to_dict())
        return text.encode("utf8")

    def from_bytes(
        self, bytes_data: bytes, *, exclude: Iterable[str] = ()
    ) -> "SchemaMapper":
        """Read a schema that `to_bytes` returned.

        RETURNS (SchemaMapper): The component.
        RAISES (ModelDataError): If it cannot be read.
        """
        with readable("bytes"):
            data = srsly.json_loads(bytes_data.decode("utf8"))
        self.schema = make_schema(data, source="The stored schema")
        return self

    def to_disk(self, path: Union[str, Path], *, exclude: Iterable[str] = ()) -> None:
        """Write the schema to a folder."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _FILE).write_bytes(self.to_bytes())

    def from_disk(
        self, path: Union[str, Path], *, exclude: Iterable[str] = ()
    ) -> "SchemaMapper":
        """Read a schema that `to_disk` wrote.

        RETURNS (SchemaMapper): The component.
        RAISES (ModelDataError): If it cannot be read.
        """
        file = Path(path) / _FILE
        with readable(str(file)):
            content = file.read_bytes()
        return self.from_bytes(content)


@factory(
    "xoie_schema",
    SchemaMapper,
    assigns=["doc.spans", "doc._.facts", "doc._.facts_set_aside"],
    requires=["doc._.triples"],
    default_config={"schema": {"@xoie_schemas": "spacy-xoie.GeneralSchema.v1"}},
)
def make_schema_mapper(nlp: Language, name: str, **settings: Any) -> SchemaMapper:
    """Create the component `xoie_schema`. See `SchemaMapper` for the settings."""
    return SchemaMapper(name, **settings)
