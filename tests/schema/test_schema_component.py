"""The component `xoie_schema`: its settings, kinds of arguments, and how facts travel
with their doc."""

import json
from pathlib import Path
from typing import Any, List

import pytest
import spacy
from schema_builders import facts_of, make_doc, schema_pipeline
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span
from spacy.util import registry

from spacy_xoie.doc.blank import multilingual_pipeline
from spacy_xoie.doc.triples import set_triples
from spacy_xoie.errors import ConfigError, ModelDataError
from spacy_xoie.schema import Argument, Relation, Schema, read_schema, schema_of
from spacy_xoie.schema.component import SchemaMapper
from spacy_xoie.schema.finding import NOT_ASSERTED, UNFIT

SAID = ("en", "Berg was bought by Alba.", "Berg", "was bought", "by Alba")
DENIED = ("en", "Alba never sold Berg.", "Alba", "sold", "Berg")


class Company(Argument):
    """A firm."""

    labels = ("ORG",)


class Acquisition(Relation):
    """A company
    buys another."""

    subject: Company
    object: Company
    cues = {"en": ["buy", "bought"], "de": ("kaufen",)}
    inverse = {"en": ["be sold to"]}


def strings(doc: Doc) -> List[Any]:
    return [fact.to_dict() for fact in doc._.facts]


def test_facts_travel_with_the_doc() -> None:
    nlp = schema_pipeline()
    doc = facts_of(nlp, SAID, ("en", "Berg was found.", "Berg", "was found", "Berg"))
    assert len(doc._.facts) == 1 and len(doc._.facts_set_aside) == 1
    copies = [
        Doc(nlp.vocab).from_bytes(doc.to_bytes()),
        *DocBin(docs=[doc]).get_docs(nlp.vocab),
        *DocBin(docs=[doc], store_user_data=True).get_docs(nlp.vocab),
    ]
    for copy in copies:
        assert strings(copy) == strings(doc)
        assert copy._.facts_set_aside == doc._.facts_set_aside
        json.dumps(strings(copy))


def test_what_is_not_asserted_is_set_aside() -> None:
    for config, n_facts in (({}, 0), ({"modalities": ["asserted", "reported"]}, 1)):
        nlp = schema_pipeline(**config)
        doc = make_doc(nlp, SAID)
        triples = [triple.token_triple for triple in doc._.triples]
        set_triples(doc, [t._replace(modality="reported") for t in triples])
        doc = nlp(doc)
        assert len(doc._.facts) == n_facts
        aside = [entry.reason for entry in doc._.facts_set_aside]
        assert aside == [NOT_ASSERTED] * (1 - n_facts)
    with pytest.raises(ConfigError, match="no modality"):
        schema_pipeline(modalities=["claimed"])


def test_facts_hold_when_the_doc_is_retokenised() -> None:
    nlp = schema_pipeline()
    doc = facts_of(nlp, SAID)
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[1:3])
    assert doc._.facts[0].as_tuple() == ("Alba", "Acquisition", "Berg")


def test_merged_docs_have_no_facts() -> None:
    nlp = schema_pipeline()
    merged = Doc.from_docs([facts_of(nlp, SAID), facts_of(nlp, SAID)])
    assert merged is not None and merged._.facts == ()
    assert len(nlp.get_pipe("xoie_schema")(merged)._.facts) == 2


def test_facts_through_processes() -> None:
    nlp = schema_pipeline()
    docs = [make_doc(nlp, SAID), make_doc(nlp, DENIED)]
    one, other = nlp.pipe(docs, n_process=2)
    assert [str(fact) for fact in one._.facts] == ["Acquisition(Alba; Berg)"]
    assert other._.facts == ()


def test_pipeline_keeps_its_schema(tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    schema = schema_of(Acquisition)
    file.write_text(json.dumps(schema.to_dict()))
    nlp = multilingual_pipeline()
    mapper = nlp.add_pipe("xoie_schema")
    assert isinstance(mapper, SchemaMapper)
    nlp.config["initialize"]["components"] = {
        "xoie_schema": {
            "relations": {"@misc": "spacy-xoie.SchemaFile.v1", "path": str(file)}
        }
    }
    nlp.initialize()
    assert mapper.schema == schema
    nlp.to_disk(tmp_path / "pipeline")
    file.unlink()
    loaded = spacy.load(tmp_path / "pipeline")
    assert loaded.get_pipe("xoie_schema").schema == schema  # type: ignore[attr-defined]
    again = multilingual_pipeline()
    again.add_pipe("xoie_schema")
    again.from_bytes(nlp.to_bytes())
    assert again.get_pipe("xoie_schema").schema == schema  # type: ignore[attr-defined]
    stored = tmp_path / "pipeline" / "xoie_schema" / "schema.json"
    stored.write_text(stored.read_text()[:-5])
    with pytest.raises(ModelDataError):
        spacy.load(tmp_path / "pipeline")


def test_schema_of_classes_through_the_registry() -> None:
    @registry.misc("test_schema.v1")
    def make() -> Schema:
        return schema_of(Acquisition)

    nlp = schema_pipeline(schema={"@misc": "test_schema.v1"})
    (fact,) = facts_of(nlp, SAID)._.facts
    assert fact.relation == "Acquisition"
    schema = schema_of(Acquisition)
    assert schema.relations["Acquisition"].description == "A company buys another."
    assert schema.relations["Acquisition"].subject == "Company"
    assert schema.types["Company"].labels == ["ORG"]
    assert schema.languages == ("de", "en")


def test_entities_decide_if_there_are_some() -> None:
    nlp = schema_pipeline(
        schema={
            "@misc": "spacy-xoie.Schema.v1",
            "types": {"Company": {"labels": ["ORG"]}},
            "relations": {"Buying": {"subject": "Company", "cues": {"en": ["bought"]}}},
        }
    )
    mapper = nlp.get_pipe("xoie_schema")
    said = ("en", "Alba bought Berg.", "Alba", "bought", "Berg")
    for label, expected in (("", 1), ("ORG", 1), ("GPE", 0)):
        doc = make_doc(nlp, said)
        doc.ents = [Span(doc, 0, 1, label=label)] if label else []
        mapper(doc)
        assert len(doc._.facts) == expected
        reasons = [entry.reason for entry in doc._.facts_set_aside]
        assert reasons == [UNFIT] * (1 - expected)


def test_the_first_object_of_the_right_kind_is_taken() -> None:
    nlp = schema_pipeline(
        schema={
            "@misc": "spacy-xoie.Schema.v1",
            "types": {"Name": {"pattern": {"en": "^[A-Z]", "": "^x$"}}},
            "relations": {"Buying": {"object": "Name", "cues": {"en": ["bought"]}}},
        }
    )
    said = ("en", "Alba bought last year Berg.", "Alba", "bought", "last year", "Berg")
    (fact,) = facts_of(nlp, said)._.facts
    assert fact.object.text == "Berg"
    said = ("und", "Alba bought Berg.", "Alba", "bought", "Berg")
    (fact,) = facts_of(nlp, said)._.facts
    assert fact.object.text == "Berg"


def test_a_pattern_that_never_ends_is_given_up() -> None:
    nlp = schema_pipeline(
        schema={
            "@misc": "spacy-xoie.Schema.v1",
            "types": {"Evil": {"pattern": r"^(\w+\s?)*$"}},
            "relations": {"Buying": {"object": "Evil", "cues": {"en": ["bought"]}}},
        }
    )
    words = "a" * 60 + "!"
    doc = facts_of(nlp, ("en", f"Alba bought {words}", "Alba", "bought", words))
    assert [entry.reason for entry in doc._.facts_set_aside] == [UNFIT]


@pytest.mark.parametrize(
    "config",
    [
        {"negation": "ignore"},
        {"min_coverage": 1.5},
        {"facts_key": ""},
        {"facts_key": "xoie"},
    ],
    ids=str,
)
def test_settings_that_cannot_work(config: Any) -> None:
    with pytest.raises(ValueError):
        schema_pipeline(**config)


def test_errors_go_to_the_handler(blank: Language) -> None:
    mapper = blank.add_pipe("xoie_schema")
    doc = blank.make_doc("One two")
    doc.spans["xoie"] = [Span(doc, 0, 1, label="ODD")]
    seen: List[Doc] = []
    mapper.set_error_handler(lambda name, pipe, docs, error: seen.extend(docs))
    assert mapper(doc) is doc and seen == [doc]


FAULTY = (
    ("[relations]\n", "relations"),
    ('[relations.A]\ncues = {en = ["buy", ""]}', "relations.A.cues.en.1"),
    ('[relations.A]\ncues = {en = "buy"}', "relations.A.cues.en"),
    ('[relations.A]\ncues = {english = ["buy"]}', "relations.A.cues.english"),
    ('[relations.A]\ncues = {en = ["buy", "Buy"]}', "cues.en.1: 'Buy' is there"),
    ('[relations.A]\ndescription = "x"', "no cues"),
    ('[relations.A]\nword = "x"\ncues = {en = ["buy"]}', "relations.A.word"),
    ('[relations.A]\nsubject = "B"\ncues = {en = ["buy"]}', "relations.A.subject"),
    ('[relations."a b"]\ncues = {en = ["buy"]}', "relations.a b"),
    (
        '[types.T]\npattern = "("\n[relations.A]\ncues = {en = ["buy"]}',
        "types.T.pattern",
    ),
    ("[relations", "no TOML"),
)


@pytest.mark.parametrize("text, place", FAULTY, ids=[place for _, place in FAULTY])
def test_faults_of_a_file_have_their_place(
    tmp_path: Path, text: str, place: str
) -> None:
    file = tmp_path / "schema.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as error:
        read_schema(file)
    assert place in str(error.value) and str(file) in str(error.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    for name in ("missing.toml", "schema.yaml"):
        with pytest.raises(ConfigError, match=name):
            read_schema(tmp_path / name)
    (tmp_path / "deep.json").write_text("[" * 100_000)
    with pytest.raises(ConfigError, match="JSON"):
        read_schema(tmp_path / "deep.json")


def test_faults_of_classes_have_their_place() -> None:
    class Local(Relation):
        cues = {"en": [""]}

    class Odd(Relation):
        subject: int  # type: ignore[assignment]
        cues = {"en": ["x"]}

    with pytest.raises(ConfigError, match=r"relations\.Local\.cues\.en\.0"):
        schema_of(Local)
    with pytest.raises(ConfigError, match=r"Odd\.subject"):
        schema_of(Odd)
    with pytest.raises(ConfigError, match="two relations"):
        schema_of(Acquisition, Acquisition)
    with pytest.raises(ConfigError, match="no relation"):
        schema_of(Company)  # type: ignore[arg-type]


def test_general_schema_is_whole() -> None:
    schema = schema_pipeline().get_pipe("xoie_schema").schema  # type: ignore[attr-defined]
    assert len(schema.languages) == 38
    for name, relation in schema.relations.items():
        assert {"ar", "de", "en", "es", "fr", "pt", "zh"} <= set(relation.cues), name
        assert relation.description
    assert read_schema_again(schema) == schema


def read_schema_again(schema: Schema) -> Schema:
    return Schema.model_validate(json.loads(json.dumps(schema.to_dict())))
