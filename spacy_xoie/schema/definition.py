"""A schema: its relations, their cues and the kinds of their arguments."""

import re
from typing import (
    Annotated,
    Any,
    ClassVar,
    Dict,
    List,
    Mapping,
    Sequence,
    Tuple,
    Type,
    get_type_hints,
)

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from ..doc.codes import code_or, language_code
from ..errors import ConfigError

ANY = "Argument"
"""Name of the kind to which every argument belongs."""

Name = Annotated[str, StringConstraints(pattern=r"^[^\W\d]\w*$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")]
Cue = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Cues = Dict[Code, List[Cue]]


class Argument:
    """A kind of argument, as a class: `class Company(Argument): labels = ("ORG",)`.
    What it asks for, an argument must have; what it leaves open, it need not.

    labels (Sequence[str]): Labels of entities. An argument in which `doc.ents` has
        entities must have one of these; if it has none, nothing is known against it.
    pattern (Union[str, Mapping[str, str]]): A regular expression that is found in the
        text; or one for each language, "" for all others.
    """

    labels: ClassVar[Sequence[str]] = ()
    pattern: ClassVar[Any] = ""


class Relation:
    """A relation of a schema, as a class; its docstring is the description.

        class Acquisition(Relation):
            \"\"\"A company buys another.\"\"\"
            subject: Company
            object: Company
            cues = {"en": ["acquire", "buy", "take over"], "de": ["kaufen"]}

    cues (Mapping[str, Sequence[str]]): For each language, words that say it. Regular
        inflection need not be listed, irregular forms have to be ("took over"). A cue
        may end with what begins the object ("work for", "be head of"), or begin with
        what ends it ("で 働"); in scripts without spaces, a space says where that may
        begin ("出生 于"). A word with "=" before it is to be found in this form only
        ("=founded": "found" is of "find"), one with "*" behind it in all that begin
        with it ("kurdu*"), and one with "-" before it is the ending of an object
        ("-ssa asua").
    inverse (Mapping[str, Sequence[str]]): Cues with the roles the other way round.
    """

    subject: Type[Argument]
    object: Type[Argument]
    cues: ClassVar[Mapping[str, Sequence[str]]] = {}
    inverse: ClassVar[Mapping[str, Sequence[str]]] = {}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ArgumentType(_Strict):
    """A kind of argument. See `Argument`."""

    description: str = ""
    labels: List[str] = []
    pattern: Dict[str, str] = {}

    @field_validator("pattern", mode="before")
    @classmethod
    def _spread(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"": value} if value else {}
        return value

    @field_validator("pattern")
    @classmethod
    def _check_patterns(cls, value: Dict[str, str]) -> Dict[str, str]:
        for language, pattern in value.items():
            try:
                re.compile(pattern)
            except re.error as e:
                raise ValueError(
                    f"{pattern!r} (language {language!r}) is no regular expression: {e}"
                ) from e
        return value


class RelationType(_Strict):
    """A relation. See `Relation`; `subject` and `object` name kinds of arguments."""

    description: str = ""
    subject: str = ANY
    object: str = ANY
    cues: Cues = {}
    inverse: Cues = {}

    @model_validator(mode="after")
    def _check_cues(self) -> "RelationType":
        if not any(self.cues.values()) and not any(self.inverse.values()):
            raise ValueError("there are no cues in any language")
        places: Dict[Tuple[str, str], str] = {}
        for side in ("cues", "inverse"):
            for language, cues in getattr(self, side).items():
                language_code(language)
                for number, cue in enumerate(cues):
                    place = f"{side}.{language}.{number}"
                    other = places.setdefault((language, cue.casefold()), place)
                    if other != place:
                        raise ValueError(f"{place}: {cue!r} is there already: {other}")
        return self


class Schema(_Strict):
    """A schema that was checked.

    types (Dict[str, ArgumentType]): Kinds of arguments by name.
    relations (Dict[str, RelationType]): Relations by name.
    """

    types: Dict[Name, ArgumentType] = {}
    relations: Annotated[Dict[Name, RelationType], Field(min_length=1)]

    @model_validator(mode="after")
    def _check_types(self) -> "Schema":
        for name, relation in self.relations.items():
            for role in ("subject", "object"):
                kind = getattr(relation, role)
                if kind not in (*self.types, ANY):
                    raise ValueError(
                        f"relations.{name}.{role}: there is no type {kind!r}; there "
                        f"are {', '.join(sorted({*self.types, ANY}))}"
                    )
        return self

    def kind(self, name: str) -> ArgumentType:
        """RETURNS (ArgumentType): A kind of argument by name."""
        return self.types.get(name) or ArgumentType()

    @property
    def languages(self) -> Tuple[str, ...]:
        """RETURNS (Tuple[str, …]): The languages with cues, sorted."""
        return tuple(
            sorted(
                {
                    code_or(language, language)
                    for relation in self.relations.values()
                    for cues in (relation.cues, relation.inverse)
                    for language in cues
                }
            )
        )

    def to_dict(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): The schema, ready for JSON or TOML."""
        return self.model_dump(exclude_defaults=True)


def make_schema(data: Any, *, source: str = "the schema") -> Schema:
    """Check a schema.

    data (Any): Its form as dictionaries: {"types": {name: {"labels", "pattern",
        "description"}}, "relations": {name: {"description", "subject", "object",
        "cues", "inverse"}}}.
    source (str): What it was read from, for messages.
    RETURNS (Schema): The schema.
    RAISES (ConfigError): If something is wrong with it; all faults with their places.
    """
    try:
        return Schema.model_validate(data)
    except ValidationError as e:
        faults = []
        for error in e.errors():
            place = ".".join(map(str, error["loc"]))
            message = error["msg"].removeprefix("Value error, ")
            faults.append(": ".join(filter(None, (place, message))))
        raise ConfigError(f"{source} cannot be used: {'; '.join(faults)}.") from e


def schema_of(*relations: Type[Relation]) -> Schema:
    """Make a schema of classes.

    relations (Type[Relation]): The relations.
    RETURNS (Schema): The schema.
    RAISES (ConfigError): If something is wrong with a class; with the place.
    """
    types: Dict[str, Type[Argument]] = {}
    entries: Dict[str, Dict[str, Any]] = {}
    for cls in relations:
        if not (isinstance(cls, type) and issubclass(cls, Relation)):
            raise ConfigError(f"{cls!r} is no relation; make it a class of Relation.")
        if cls.__name__ in entries:
            raise ConfigError(
                f"There are two relations {cls.__name__!r}; name them differently."
            )
        entries[cls.__name__] = {
            "description": _describe(cls),
            "cues": _lists(cls.cues),
            "inverse": _lists(cls.inverse),
        }
        for role, kind in _roles(cls).items():
            if types.setdefault(kind.__name__, kind) is not kind:
                raise ConfigError(
                    f"{cls.__name__}.{role}: there are two types {kind.__name__!r}; "
                    f"name them differently."
                )
            entries[cls.__name__][role] = kind.__name__
    kinds = {
        name: {
            "description": _describe(kind),
            "labels": _as_list(kind.labels),
            "pattern": kind.pattern,
        }
        for name, kind in types.items()
        if kind is not Argument
    }
    return make_schema(
        {"types": kinds, "relations": entries}, source="A schema of classes"
    )


def _roles(cls: Type[Relation]) -> Dict[str, Type[Argument]]:
    try:
        hints = get_type_hints(cls)
    except NameError as e:
        raise ConfigError(
            f"{cls.__name__}: {e}. Types of arguments have to be classes of the module "
            f"itself, not of a function."
        ) from e
    roles = {}
    for role in ("subject", "object"):
        kind = hints[role]
        if kind == Type[Argument]:
            kind = Argument
        if not (isinstance(kind, type) and issubclass(kind, Argument)):
            raise ConfigError(
                f"{cls.__name__}.{role}: {kind!r} is no kind of argument; make it a "
                f"class of Argument."
            )
        roles[role] = kind
    return roles


def _describe(cls: type) -> str:
    return " ".join((cls.__doc__ or "").split())


def _lists(cues: Any) -> Any:
    """Any sequence will do in a class; what is none is left for the check to refuse."""
    if not isinstance(cues, Mapping):
        return cues
    return {language: _as_list(words) for language, words in cues.items()}


def _as_list(value: Any) -> Any:
    return list(value) if isinstance(value, (tuple, set, frozenset)) else value
