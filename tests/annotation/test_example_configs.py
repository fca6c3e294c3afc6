"""The configs that come with the project."""

from pathlib import Path
from typing import Any

import pytest
from spacy import util

from spacy_xoie.annotation.agreement import AgreementTeacher
from spacy_xoie.annotation.back_projection import BackProjection
from spacy_xoie.annotation.llm.teacher import LLMTeacher
from spacy_xoie.annotation.pipeline import PipelineTeacher, SyntaxTeacher
from spacy_xoie.annotation.projection import ProjectionTeacher
from spacy_xoie.annotation.settings import Settings, read_settings
from spacy_xoie.annotation.ty import Instance
from spacy_xoie.errors import EngineError

FOLDER = Path(__file__).parents[2] / "configs" / "annotation"
TEACHERS = {
    "annotate": PipelineTeacher,
    "llm": LLMTeacher,
    "projection": ProjectionTeacher,
    "agreement": AgreementTeacher,
}


def settings_of(name: str, **overrides: Any) -> Settings:
    return read_settings(util.load_config(FOLDER / f"{name}.cfg", overrides=overrides))


def test_all_configs_are_known() -> None:
    assert {path.stem for path in FOLDER.glob("*.cfg")} == set(TEACHERS)


@pytest.mark.parametrize("name", TEACHERS)
def test_config(name: str) -> None:
    settings = settings_of(name)
    assert type(settings.teacher) is TEACHERS[name]
    assert settings.cleaning.detector is not None
    if name == "projection":
        assert isinstance(settings.consistency, BackProjection)
        assert settings.teacher.mode == "precise"  # type: ignore[attr-defined]


def test_teachers_that_agree() -> None:
    teacher: Any = settings_of("agreement").teacher
    kinds = {name: type(one) for name, one in teacher.teachers.items()}
    assert kinds == {
        "xoie": PipelineTeacher,
        "syntax": SyntaxTeacher,
        "llm": LLMTeacher,
    }


def test_missing_engine_says_what_to_install(tmp_path: Path) -> None:
    overrides = {"teacher.translator.modes": str(tmp_path)}
    teacher = settings_of("projection", **overrides).teacher
    item = Instance("a", "Anna bought a house in Rome.", "en")
    with pytest.raises(EngineError, match="apt install apertium"):
        list(teacher([item]))


def test_missing_parser_says_its_name() -> None:
    overrides = {"teacher.teachers.syntax.model": {"en": "xx_no_such_parser"}}
    teacher: Any = settings_of("agreement", **overrides).teacher
    item = Instance("a", "Anna bought a house in Rome.", "en")
    with pytest.raises(EngineError, match="xx_no_such_parser"):
        list(teacher.teachers["syntax"]([item]))


def test_missing_server_says_its_address() -> None:
    overrides = {
        "teacher.client.base_url": "http://127.0.0.1:9/v1",
        "teacher.client.max_retries": 0,
    }
    teacher = settings_of("llm", **overrides).teacher
    item = Instance("a", "Anna bought a house in Rome.", "en")
    with pytest.raises(EngineError, match="127.0.0.1:9"):
        list(teacher([item]))
