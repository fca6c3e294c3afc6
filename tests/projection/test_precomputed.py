import json
import pickle
from pathlib import Path

import pytest
from spacy.util import registry

from spacy_xoie.doc.translations import Untranslated
from spacy_xoie.errors import ConfigError, DataError
from spacy_xoie.projection.ty import Translation, Translator


@pytest.fixture
def make_translator():
    import spacy_xoie.projection.translators.precomputed  # noqa: F401

    return registry.misc.get("spacy-xoie.PrecomputedTranslator.v1")


def test_looks_up_whatever_the_white_space(make_translator) -> None:
    translator = make_translator(
        {"The cat  sleeps.": "Die Katze schläft.", "The cat\nsleeps.": "Anders."}
    )
    assert isinstance(translator, Translator) and not translator.by_sentence
    texts = ["The cat  sleeps.", "The cat\nsleeps.", " The cat sleeps. ", "The dog."]
    *found, missing = pickle.loads(pickle.dumps(translator))(texts, "en", "de")
    # Exact matches go first, then the first entry.
    assert [item.text for item in found] == [
        "Die Katze schläft.",
        "Anders.",
        "Die Katze schläft.",
    ]
    assert missing == Untranslated("no translation given", "for 'The dog.'")


@pytest.mark.parametrize(
    "text", ["It didn’t “help”.", 'It did n\'t "help".', 'It\u00a0didn\'t "help".']
)
def test_looks_up_whatever_the_form(text: str, make_translator) -> None:
    translator = make_translator({'It didn\'t "help".': "Es half nicht."})
    assert translator([text], "en", "de") == [Translation("Es half nicht.")]


@pytest.mark.parametrize("name", ["table.json", "table.tsv"])
def test_reads_files(name: str, tmp_path: Path, make_translator) -> None:
    table = {"It’s late.": "Es ist spät.", 'He said "no".': "Er sagte „nein“."}
    path = tmp_path / name
    if name.endswith("json"):
        path.write_text(json.dumps(table), "utf8")
    else:
        rows = [f"{a}\t{b}" for a, b in table.items()]
        path.write_text("\ufeff" + "\r\n".join([*rows, "", ""]), "utf8")
    translator = make_translator({"It’s late.": "Spät ist es."}, path=str(path))
    assert translator(list(table), "en", "de") == [
        Translation("Spät ist es."),
        Translation("Er sagte „nein“."),
    ]


@pytest.mark.parametrize(
    "name, content, message",
    [
        ("a.tsv", "a\tb\nno tab\n\tempty\n", "2 faults.*Line 2.*'no tab'.*Line 3"),
        ("a.json", '{"a": 1, "b": "c"}', "'a' is no text, but int"),
        ("a.json", '["a"]', "not a JSON object, but list"),
        ("a.json", "{", "not a JSON object"),
        ("a.tsv", b"\xff\xfe\xff", "not in UTF-8"),
    ],
)
def test_faults_are_named(
    name: str, content, message: str, tmp_path: Path, make_translator
) -> None:
    data = content if isinstance(content, bytes) else content.encode()
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError, match=message):
        make_translator(path=str(tmp_path / name))


def test_missing_file(tmp_path: Path, make_translator) -> None:
    with pytest.raises(ConfigError, match="'path'"):
        make_translator(path=str(tmp_path / "none.tsv"))
