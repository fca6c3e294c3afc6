"""The config of the builder of training data."""

from dataclasses import dataclass
from typing import Annotated, Any, Callable, Dict, List, Mapping, Optional, Union

from confection import ConfigValidationError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from spacy.util import registry
from thinc.api import Config

from ..doc.codes import language_code
from ..errors import ConfigError, XoieError
from ..language import Detector
from .ty import Annotation, Annotator

Consistency = Callable[[Annotation], Optional[float]]
"""How much of a record is found again on the way back to where it comes from, 0 to
1; None where that cannot be said."""


class _Section(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, allow_inf_nan=False
    )


def _code(language: str) -> str:
    return language_code(language) if language else ""


Code = Annotated[str, AfterValidator(_code)]
"""Code of a language, in any form; "" for none."""


class InputSettings(_Section):
    """What is read, see `sources.py`.

    path (Union[str, List[str]]): A file, a folder, or several of them.
    language (str): Language of the sentences that do not say theirs; "" for one that
        the detector of [cleaning] finds.
    target_language (str): The same for the second language of a parallel corpus.
    sentences (bool): Whether paragraphs are cut into sentences.
    """

    path: Union[str, List[str]]
    language: Code = ""
    target_language: Code = ""
    sentences: bool = True


class CleaningSettings(_Section):
    """What is removed in front of the teacher, see `clean.py`.

    min_length, max_length (int): Least and most characters of a sentence.
    detector (Optional[Detector]): Finds the language of texts; None for no check.
    floor, ceiling (float): Between these lies the threshold of every language.
    deviations (float): The threshold is so many median deviations below the median.
    sample (int): Sentences that thresholds are derived from.
    least (int): With fewer sentences of a language its threshold is the floor.
    exact (bool): Whether to remove exact duplicates.
    near (Optional[float]): Similarity from which on sentences are near duplicates;
        None keeps them.
    shingle (int): Characters of the n-grams that are compared.
    permutations (int): Size of a MinHash: more finds more, and takes more memory.
    seed (int): Of sample and MinHash.
    """

    min_length: int = Field(5, ge=1)
    max_length: int = Field(600, ge=1)
    detector: Optional[Detector] = None
    floor: float = Field(0.3, ge=0, le=1)
    ceiling: float = Field(0.9, ge=0, le=1)
    deviations: float = Field(3.0, ge=0)
    sample: int = Field(20_000, ge=1)
    least: int = Field(20, ge=1)
    exact: bool = True
    near: Optional[float] = Field(0.8, gt=0, le=1)
    shingle: int = Field(3, ge=1)
    permutations: int = Field(64, ge=16)
    seed: int = 0


class OutputSettings(_Section):
    """What is written, see `outputs.py`.

    path (str): The folder.
    dev_share (float): Share of the sentences that is set aside in `dev.spacy`.
    empty (bool): Whether sentences in which the teacher finds nothing are kept: they
        teach where no triple is, as far as the teacher is right.
    trees (bool): Whether the docs keep trees that the teacher read, which then train
        the parser of the student too.
    sheet (int): Records of the sheet to read.
    seed (int): Of the choice of these records.
    """

    path: str = "annotated"
    dev_share: float = Field(0.05, ge=0, le=1)
    empty: bool = True
    trees: bool = False
    sheet: int = Field(50, ge=0)
    seed: int = 0


class RunSettings(_Section):
    """How the teacher is asked.

    batch_size (int): Sentences that it is handed at a time, and after which the
        answers are stored for good.
    """

    batch_size: int = Field(64, ge=1)


class _Schema(_Section):
    input: InputSettings
    teacher: Any
    cleaning: CleaningSettings = CleaningSettings()
    output: OutputSettings = OutputSettings()
    run: RunSettings = RunSettings()
    consistency: Optional[Any] = None


@dataclass(frozen=True)
class Settings:
    """A config with everything in it made.

    identity (Mapping[str, Any]): What the run depends on as it stands in the config: a
        run with another one is another run.
    """

    input: InputSettings
    cleaning: CleaningSettings
    teacher: Annotator
    output: OutputSettings
    run: RunSettings
    consistency: Optional[Consistency]
    identity: Mapping[str, Any]


def read_settings(config: Union[Config, Mapping[str, Any]]) -> Settings:
    """Make everything that a config names.

    config (Union[Config, Mapping[str, Any]]): The sections [input] and [teacher],
        perhaps [cleaning], [output], [run] and [consistency].
    RETURNS (Settings): The settings.
    RAISES (ConfigError): If the config cannot work.
    """
    plain = _interpolate(config)
    for name in plain:
        if name not in _Schema.model_fields:
            raise ConfigError(
                f"There is a section [{name}] in the config; the sections are "
                f"{', '.join(f'[{section}]' for section in _Schema.model_fields)}."
            )
    # A block that is the settings of a factory is checked by the factory; plain
    # sections are checked here, where each setting has a name to complain of.
    try:
        parts: Dict[str, Any] = registry.resolve(plain, validate=True)
    except ConfigValidationError as e:
        raise ConfigError(f"The config cannot work: {_describe(e)}") from e
    except XoieError:
        raise
    except (ValueError, TypeError) as e:
        raise ConfigError(f"The config cannot work: {e}") from e
    try:
        schema = _Schema.model_validate(parts)
    except ValidationError as e:
        first = e.errors()[0]
        place = [str(part) for part in first["loc"]]
        raise ConfigError(
            f"[{'.'.join(place[:-1]) or place[0]}] {place[-1]}: {first['msg']}, but it "
            f"is {_short(first.get('input'))}."
        ) from e
    if schema.cleaning.floor > schema.cleaning.ceiling:
        raise ConfigError(
            f"[cleaning] floor is {schema.cleaning.floor} and ceiling is "
            f"{schema.cleaning.ceiling}; the floor must not be above the ceiling."
        )
    if not isinstance(schema.teacher, Annotator):
        raise ConfigError(
            f"[teacher] is {_short(schema.teacher)}, which is no teacher. Name one "
            f'with @xoie_teachers = "spacy-xoie.PipelineTeacher.v1" or another.'
        )
    identity = {
        "input": {k: v for k, v in plain["input"].items() if k != "path"},
        "cleaning": plain.get("cleaning", {}),
        "teacher": plain["teacher"],
    }
    return Settings(
        input=schema.input,
        cleaning=schema.cleaning,
        teacher=schema.teacher,
        output=schema.output,
        run=schema.run,
        consistency=schema.consistency,
        identity=identity,
    )


def _interpolate(config: Mapping[str, Any]) -> Config:
    try:
        return Config(dict(config)).interpolate()
    except ConfigValidationError as e:
        raise ConfigError(f"The config cannot work: {_describe(e)}") from e


def _describe(error: ConfigValidationError) -> str:
    faults = []
    for fault in error.errors:
        place = ".".join(str(part) for part in fault.get("loc", ()))
        faults.append(f"{place}: {fault.get('msg', '')}")
    return "; ".join(faults) or error.desc or "it does not fit what it names"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}…"
