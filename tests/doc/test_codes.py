"""Codes of languages: one language is one code, in whatever form it comes in."""

import json
from pathlib import Path
from typing import Any, Dict, List, Tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc
from typer.testing import CliRunner

from spacy_xoie.apps.cli.app import app
from spacy_xoie.doc.blank import blank_pipeline
from spacy_xoie.doc.codes import (
    NO_LANGUAGE,
    UNDETERMINED,
    code_or,
    is_language_code,
    language_code,
    language_tag,
    long_code,
    variant,
)
from spacy_xoie.errors import ConfigError, DataError
from spacy_xoie.language import LangidDetector
from spacy_xoie.language.detectors import _labels
from spacy_xoie.language.facts import find_language, load_languages
from spacy_xoie.language.function_words import function_words
from spacy_xoie.loading import load
from spacy_xoie.schema.languages import grammar
from spacy_xoie.syntax.languages import features_for, known_languages

CORPUS = Path(__file__).parents[2] / "assets" / "corpus"

FORMS: Dict[str, List[str]] = {
    "ar": ["ar-EG", "ar_SA", "ara", "arb", "arb_Arab", "AR", "ar_EG.UTF-8", "ar-arb"],
    "de": ["de-AT", "de_CH", "deu", "ger", "DE", "De-de", "de-1996", "de_DE.UTF-8"],
    "en": ["en-US", "en_GB", "eng", "EN", "En-gb", "eng_Latn", "en-US-x-old", " en "],
    "es": ["es-MX", "es_419", "spa", "ES", "es-ES", "spa_Latn", "es_AR@euro"],
    "pt": ["pt-BR", "pt_PT", "por", "PT", "pt-br", "por-Latn-BR", "pt_BR.ISO8859-1"],
    "zh": ["zh-CN", "zh_Hant", "cmn", "zho", "chi", "ZH", "zh-Hans-CN", "zh-cmn-Hant"],
}

OTHERS: Dict[str, List[str]] = {
    "fr": ["fra", "fre", "fr_CA"],
    "he": ["iw", "heb", "iw-IL"],
    "id": ["in", "ind"],
    "yi": ["ji", "yid", "ydd"],
    "nb": ["no", "nor", "nob", "nb-NO", "no-bok"],
    "nn": ["nno", "nn_NO", "no-nyn"],
    "sr": ["sr-Latn", "sr_Cyrl_RS", "srp", "scc"],
    "tl": ["fil", "tgl", "fil-PH"],
    "ro": ["mo", "ron", "rum", "ro-MD"],
    "yue": ["zh-yue", "yue-Hant-HK"],
    "nan": ["zh-min-nan"],
    "tlh": ["TLH", "tlh-Latn"],
    UNDETERMINED: ["", "xx", "mul", "und", "XX", "und-Latn", " "],
}

NO_CODES = [
    "English",
    "klingon",
    "xyz123",
    "e",
    "12",
    "de-",
    "d e",
    "C",
    "POSIX",
    "中文",
]


@pytest.mark.parametrize(
    "code, form",
    [
        (code, form)
        for forms in (FORMS, OTHERS)
        for code in forms
        for form in forms[code]
    ],
)
def test_every_form_is_one_code(code: str, form: str) -> None:
    assert language_code(form) == code == code_or(form, "?")
    assert language_code(language_tag(form)) == code
    assert language_tag(language_tag(form)) == language_tag(form)
    assert is_language_code(form)


@pytest.mark.parametrize("text", NO_CODES)
def test_what_is_no_code_is_refused_with_its_value(text: str) -> None:
    with pytest.raises(DataError, match="must be a code such as 'de'.*xoie languages"):
        language_code(text)
    with pytest.raises(DataError):
        language_tag(text)
    assert not is_language_code(text)
    assert code_or(text, "?") == "?"


@pytest.mark.parametrize("value", [3, 2.5, ["de"], b"de", True])
def test_what_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(DataError, match="must be a code"):
        language_code(value)
    assert not is_language_code(value)


def test_nothing_is_undetermined() -> None:
    assert language_code(None) == language_tag(None) == UNDETERMINED
    assert {language_code(code) for code in NO_LANGUAGE} == {UNDETERMINED}


@pytest.mark.parametrize(
    "form, tag",
    [
        ("pt_br", "pt-BR"),
        ("ZH-hant", "zh-Hant"),
        ("zh_hans_cn", "zh-Hans-CN"),
        ("sr-latn-rs", "sr-Latn-RS"),
        ("eng", "en"),
        ("iw_IL", "he-IL"),
        ("ca-valencia", "ca-valencia"),
        ("es-419", "es-419"),
        ("en-u-nu-latn", "en-u-nu-latn"),
    ],
)
def test_tags_keep_script_and_region(form: str, tag: str) -> None:
    assert language_tag(form) == tag
    assert variant(form) == tag.partition("-")[2]


@given(
    st.text(max_size=12) | st.from_regex(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,3}")
)
def test_codes_of_codes_are_themselves(text: str) -> None:
    if is_language_code(text):
        code = language_code(text)
        assert language_code(code) == code
        assert code.islower() and code.isascii() and 2 <= len(code) <= 3
        assert language_code(language_tag(text)) == code
        assert language_code(text.upper()) == code


def test_tables_of_the_package_are_by_these_codes() -> None:
    for code in (*load_languages(), *known_languages()):
        assert language_code(code) == code
    for facts in load_languages().values():
        assert {find_language(form).code for form in facts.aliases} <= {facts.code}


@pytest.mark.parametrize("code", ["bul", "dut", "pol", "gre", "wel", "cze", "swe"])
def test_long_codes(code: str) -> None:
    short = language_code(code)
    assert len(short) == 2
    assert language_code(long_code(short)) == short and len(long_code(short)) == 3


@pytest.mark.parametrize("code, form", [(c, f) for c in FORMS for f in FORMS[c]])
def test_every_table_knows_every_form(code: str, form: str) -> None:
    assert features_for(form) is features_for(code)
    assert function_words(form) == function_words(code)
    assert grammar(form) == grammar(code)
    assert find_language(form) is find_language(code)
    assert blank_pipeline(form).lang == blank_pipeline(code).lang
    assert LangidDetector([form, "fr"]).languages == (code, "fr")


def test_detectors_say_codes_of_ours() -> None:
    detector = LangidDetector(["no", "sv", "da", "deu"])
    assert detector.languages == ("nb", "sv", "da", "de")
    (scores,) = detector(["Jeg vet ikke hvorfor hun ikke ville være med til byen."])
    assert next(iter(scores)) == "nb"
    assert set(_labels()) == {language_code(code) for code in _labels()}
    with pytest.raises(ConfigError, match="more than once"):
        LangidDetector(["de", "ger"])


def corpus(code: str, size: int) -> List[str]:
    lines = (CORPUS / f"{code}.jsonl").read_text(encoding="utf8").splitlines()
    return [json.loads(line)["text"] for line in lines[:size]]


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load("xx_xoie_sm")


def triples(docs: List[Doc]) -> List[List[Tuple[Any, ...]]]:
    return [
        [(*t.as_tuple(), t.language, t.adapter, t.score) for t in doc._.triples]
        for doc in docs
    ]


def in_language(nlp: Language, texts: List[str], form: str) -> List[Doc]:
    docs = [nlp.make_doc(text) for text in texts]
    for doc in docs:
        doc._.language = form
    return list(nlp.pipe(docs))


@pytest.mark.parametrize("code", FORMS)
def test_triples_are_the_same_by_every_form(nlp: Language, code: str) -> None:
    texts = corpus(code, 24)
    expected = triples(in_language(nlp, texts, code))
    assert sum(map(len, expected)) > 12
    for form in FORMS[code]:
        docs = in_language(nlp, texts, form)
        assert triples(docs) == expected
        assert {doc._.language for doc in docs} == {code}


@pytest.mark.parametrize("code", FORMS)
def test_commands_take_every_form(tmp_path: Path, code: str) -> None:
    path = tmp_path / "texts.jsonl"

    def run(option: str, field: str) -> List[Any]:
        records = [{"text": text} for text in corpus(code, 8)]
        for record in records if field else ():
            record["language"] = field
        path.write_text("\n".join(map(json.dumps, records)), encoding="utf8")
        options = ["--language", option] if option else []
        command = ["extract", str(path), *options, "-f", "jsonl", "-q"]
        result = CliRunner().invoke(app, command)
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in result.stdout.splitlines()]

    expected = run(code, "")
    assert sum(len(record["triples"]) for record in expected) > 4
    for form in FORMS[code][:2]:
        assert run(form, "") == expected
        assert run("", form) == expected


def test_commands_refuse_what_is_no_code() -> None:
    result = CliRunner().invoke(app, ["extract", "Anna met Ben.", "-l", "English"])
    assert result.exit_code != 0
    assert "--language: A language must be a code" in " ".join(result.output.split())
