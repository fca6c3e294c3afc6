"""The model `xx_xoie_md`, where its encoder is installed."""

import socket
from typing import Any, List

import pytest
import spacy
from spacy.language import Language

from spacy_xoie.errors import ConfigError
from spacy_xoie.foundations import find_foundation

pytest.importorskip("transformers")


@pytest.fixture(scope="module")
def nlp() -> Language:
    try:
        find_foundation("multilingual-e5-small")
    except ConfigError as e:
        pytest.skip(str(e))

    def refuse(*_: Any) -> None:
        raise OSError("there is no network")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        nlp = spacy.load("xx_xoie_md")
        nlp("Everything that is loaded late is loaded now.")
    return nlp


def facts(nlp: Language, text: str) -> List[str]:
    return [str(triple) for triple in nlp(text)._.triples]


@pytest.mark.parametrize(
    "text, fact",
    [
        ("Marie Curie discovered radium.", "(Marie Curie; discovered; radium)"),
        ("Die Firma kaufte ein Haus.", "(Die Firma; kaufte; ein Haus)"),
        ("El museo compró tres cuadros.", "(El museo; compró; tres cuadros)"),
        ("Le maire a ouvert la porte.", "(Le maire; a ouvert; la porte)"),
        ("A escola comprou os livros.", "(A escola; comprou; os livros)"),
        ("公司买了一座房子。", "(公司; 买了; 一座房子)"),
        ("اشترى الرجل بيتا.", "(الرجل; اشترى; بيتا)"),
        # Languages that it was not taught.
        ("Il museo ha comprato tre quadri.", "(Il museo; ha comprato; tre quadri)"),
        ("De gemeente bouwde een brug.", "(De gemeente; bouwde; een brug)"),
        ("Рада купила будинок.", "(Рада; купила; будинок)"),
        ("Комитет не утвердил бюджет.", "(Комитет; не утвердил; бюджет)"),
    ],
)
def test_plain_sentences(nlp: Language, text: str, fact: str) -> None:
    assert facts(nlp, text) == [fact]


def test_it_is_what_its_meta_says(nlp: Language) -> None:
    assert nlp.meta["name"] == "xoie_md"
    learned = {source.get("language") for source in nlp.meta["sources"]} - {None}
    assert nlp.meta["languages"] == sorted(learned)
    assert len(learned) == 38
    licenses = {source["license"] for source in nlp.meta["sources"]}
    assert {"MIT", "CC BY-SA 4.0", "LGPL-LR"} <= licenses


def test_a_copy_says_the_same(nlp: Language) -> None:
    text = "Marie Curie discovered radium. 公司昨天在北京买了一座房子。"
    copy = spacy.util.load_model_from_config(nlp.config)
    copy.from_bytes(nlp.to_bytes())
    assert facts(copy, text) == facts(nlp, text) != []
