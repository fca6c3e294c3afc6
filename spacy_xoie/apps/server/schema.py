"""The bodies of requests and answers, as the API describes them."""

from typing import Annotated, Any, Dict, List, Optional, Tuple, Union

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ...doc.codes import language_code


def _check_code(language: str) -> str:
    language_code(language)
    return language


Code = Annotated[str, Field(max_length=40), AfterValidator(_check_code)]
LANGUAGE = Field(
    default=None,
    description="Code of the language, such as `de` or `pt-BR`; by default it is "
    "detected.",
)


class Strict(BaseModel):
    """A body in which every field is known and of the right type."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Options(Strict):
    """What can be chosen for all texts of a request."""

    target: Optional[str] = Field(
        default=None,
        description="Language to which the triples are carried over: one of `targets` "
        "of `/api/info`.",
    )
    min_score: float = Field(
        default=0.0, ge=0, le=1, description="Triples with less are left out."
    )
    asserted: bool = Field(
        default=False,
        description="Whether to leave out what the text itself does not assert. What "
        "it negates stays.",
    )


class TextRequest(Options):
    """One text."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"text": "Anna met Ben in Rome. Danach aß sie ein Eis."}]
        }
    )

    text: str = Field(description="The text, in any language, or in several.")
    language: Optional[Code] = LANGUAGE


class TextItem(Strict):
    """A text of a batch."""

    text: str
    id: Union[str, int, None] = Field(
        default=None, description="Comes back with the answer."
    )
    language: Optional[Code] = LANGUAGE


class BatchRequest(Options):
    """Several texts. Each is checked on its own: what is wrong with one costs none of
    the others."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"texts": ["Anna met Ben.", {"id": "b", "text": "Ana leyó el libro."}]}
            ]
        }
    )

    texts: List[Any] = Field(
        description="Texts, or objects with `text`, and perhaps `id` and `language`.",
        json_schema_extra={
            "items": {
                "anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/TextItem"}]
            }
        },
    )


class Part(BaseModel):
    """A part of a triple: its text, and where its pieces stand (characters, end
    exclusive)."""

    text: str
    spans: List[Tuple[int, int]]
    core: Optional[Dict[str, Any]] = Field(
        default=None,
        description="What it is about, if the pipeline has `xoie_cores`: `text`, "
        "`head`, `adposition`, `adposition_span`, `normal`.",
    )


class TripleRecord(BaseModel):
    """A triple. The subject is empty where the sentence leaves it implied."""

    subject: Part
    relation: Part
    objects: List[Part]
    score: Optional[float]
    language: str
    adapter: str
    origin: str
    id: str
    negated: bool = Field(description="Whether it is said with a negation.")
    modality: str = Field(
        description="How far the text stands behind it: `asserted`, `reported`, "
        "`denied`, `probable`, `possible`, `conditional`, `intended`, `commanded`, "
        "`wished`, `asked`, `unknown`; empty where nobody judged it."
    )
    source: Optional[Part] = Field(
        description="Who says so; null where it is the text itself."
    )
    sentence: int = Field(description="Its place in `sentences`, from 0.")
    binary: List[Tuple[str, str, str]] = Field(
        description="The facts of two arguments that it implies."
    )


class CarriedTriple(TripleRecord):
    """A triple of a translation."""

    original: str = Field(description="Id of the triple that it comes from.")
    alignment: float = Field(description="How well its words are linked, 0 to 1.")
    agreement: float = Field(description="Share of links seen from both sides.")
    lost: List[str] = Field(description="Why something of it was lost.")


class RefusedTriple(BaseModel):
    """A triple that could not be carried over."""

    original: str = Field(description="Its id.")
    reason: str
    detail: str


class Sentence(BaseModel):
    """A sentence (characters, end exclusive) and its language; `und` if unknown."""

    start: int
    end: int
    language: str
    score: Optional[float]


class TranslationRecord(BaseModel):
    """A translation, with the triples that were carried over."""

    text: str
    language: str
    characters: int
    sentences: List[Sentence]
    triples: List[CarriedTriple]
    refused: List[RefusedTriple]


class Why(BaseModel):
    """Why there is no translation."""

    reason: str
    detail: str


class Extraction(BaseModel):
    """What was found in a text. Offsets count Unicode code points."""

    model: str
    language: str
    characters: int
    sentences: List[Sentence]
    triples: List[TripleRecord]
    translations: Dict[str, TranslationRecord]
    untranslated: Dict[str, Why]


class Fault(BaseModel):
    """What was wrong, and what to do."""

    reason: str
    message: str


class ErrorReply(BaseModel):
    """The answer to a request that is refused."""

    error: Fault


class BatchResult(BaseModel):
    """What came of a text of a batch: `result`, or `error`."""

    index: int
    id: Union[str, int, None] = None
    result: Optional[Extraction] = None
    error: Optional[Fault] = None


class BatchReply(BaseModel):
    """What came of the texts of a batch, in order."""

    results: List[BatchResult]
    errors: int = Field(description="How many texts were refused.")


class ExportFormat(BaseModel):
    """A kind of file."""

    name: str
    title: str


class Info(BaseModel):
    """What can be asked for."""

    version: str
    model: str
    languages: List[str] = Field(description="Those that the model was trained on.")
    targets: List[str] = Field(description="Languages to translate to.")
    pairs: Optional[List[Tuple[str, str]]] = Field(
        description="From which language to which; null if only a try tells."
    )
    formats: List[ExportFormat]
    limits: Dict[str, float]


class Health(BaseModel):
    """Whether the server is well."""

    status: str
    model: str
    open_jobs: int
