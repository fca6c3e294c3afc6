"""Tokenizers with fewer wordpieces."""

import json
from typing import Any, Dict, List

import pytest
from hypothesis import given
from hypothesis import strategies as st
from piece_builders import make_encoder, pieces, vocabulary_of

from spacy_xoie.errors import ModelDataError
from spacy_xoie.extraction.wordpieces import CutTokenizer, cut_tokenizer
from spacy_xoie.language.letters import letters_of

pytest.importorskip("transformers")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Dict[str, bytes]:
    folder = make_encoder(tmp_path_factory.mktemp("encoder"))
    return {path.name: path.read_bytes() for path in folder.glob("*.json")}


@pytest.fixture(scope="module")
def cut(files: Dict[str, bytes]) -> CutTokenizer:
    return cut_tokenizer(files, letters_of(["de"]).write)


def read(files: Dict[str, bytes]) -> Any:
    from tokenizers import Tokenizer

    return Tokenizer.from_str(files["tokenizer.json"].decode())


@pytest.fixture(scope="module")
def both(files: Dict[str, bytes], cut: CutTokenizer) -> List[Any]:
    return [read(files), read(cut.files)]


def test_pieces_of_other_languages_are_left_out(
    files: Dict[str, bytes], cut: CutTokenizer
) -> None:
    before, after = vocabulary_of(files), vocabulary_of(cut.files)
    left_out = {
        "▁Łó",
        "dź",
        "łó",
        "议会",
        "批准",
        "线路",
        "建设",
        "▁Мос",
        "ква",
        "город",
    }
    assert set(before) - set(after) == left_out
    # All single letters are there, whatever they are.
    assert {"ź", "议", "М", "▁市"} <= set(after)
    assert after[:4] == before[:4]
    assert [before[row] for row in cut.rows if row < len(before)] == after
    config = json.loads(cut.files["config.json"])
    assert config["vocab_size"] == cut.settings["vocab_size"] == len(cut.rows)
    assert config["pad_token_id"] == 1


@given(st.lists(st.sampled_from([p for p, _ in pieces()[4:]]), max_size=12))
def test_texts_with_the_letters_are_read_the_same(
    both: List[Any], cut: CutTokenizer, parts: List[str]
) -> None:
    text = "".join(parts).replace("▁", " ").strip()
    old, new = (tokenizer.encode(text) for tokenizer in both)
    if letters_of(["de"]).write(text):
        assert [cut.rows[number] for number in new.ids] == old.ids
        assert new.offsets == old.offsets
    # And what is written with others is read in smaller pieces, never not at all.
    assert new.ids.count(3) == old.ids.count(3) == 0
    assert "".join(new.tokens) == "".join(old.tokens)


def test_special_pieces_keep_their_meaning(both: List[Any], cut: CutTokenizer) -> None:
    for tokenizer in both:
        ids = tokenizer.encode("<mask> Die Stadt").ids
        assert (ids[0], ids[-1]) == (0, 2)
        assert tokenizer.id_to_token(ids[1]) == "<mask>"
        assert tokenizer.encode("☃").ids[-2] == tokenizer.token_to_id("<unk>") == 3


def test_other_kinds_of_tokenizers_are_kept_whole(files: Dict[str, bytes]) -> None:
    tokenizer = json.loads(files["tokenizer.json"])
    tokenizer["model"] = {"type": "WordPiece", "vocab": {"[UNK]": 0, "a": 1}}
    config = json.loads(files["config.json"])
    given_files = {**files, "tokenizer.json": json.dumps(tokenizer).encode()}
    cut = cut_tokenizer(given_files, letters_of(["de"]).write)
    assert cut.files == given_files
    assert cut.rows == [*range(config["vocab_size"])] and not cut.settings


@pytest.mark.parametrize("change", [{"vocab": 3}, {"vocab": [["a"]]}, None])
def test_damaged_tokenizers(files: Dict[str, bytes], change: Any) -> None:
    tokenizer = json.loads(files["tokenizer.json"])
    tokenizer["model"].update(change or {})
    data = json.dumps(tokenizer).encode() if change else b"{"
    with pytest.raises(ModelDataError, match="tokenizer of the encoder.*damaged"):
        cut_tokenizer({**files, "tokenizer.json": data}, letters_of(["de"]).write)
    rest = {name: data for name, data in files.items() if name != "tokenizer.json"}
    with pytest.raises(ModelDataError, match="tokenizer of the encoder"):
        cut_tokenizer(rest, letters_of(["de"]).write)
