import gzip
import pickle
from pathlib import Path
from typing import Dict, Sequence, Tuple

import pytest

from spacy_xoie.errors import DataError, EngineError
from spacy_xoie.projection.lexicon import (
    Lexicon,
    installed_lexicons,
    read_freedict,
    read_tsv,
)

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def encode(number: int) -> str:
    digits = DIGITS[number % 64]
    while number := number // 64:
        digits = DIGITS[number % 64] + digits
    return digits


def write_dictionary(
    folder: Path, name: str, entries: Sequence[Tuple[str, str]]
) -> None:
    """A dictionary as dictd has it: entries of (word in the index, text)."""
    data, rows = b"", []
    for word, text in entries:
        rows.append(f"{word}\t{encode(len(data))}\t{encode(len(text.encode()))}\n")
        data += text.encode()
    (folder / f"freedict-{name}.index").write_text("".join(rows), "utf8")
    (folder / f"freedict-{name}.dict.dz").write_bytes(gzip.compress(data))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_dictionary(
        tmp_path,
        "eng-deu",
        [
            ("00databaseinfo", "00-database-info\nFreeDict house /x/\n"),
            ("house", "house /haʊs/\nHaus <neut>, Gebäude <neut> [arch.]\n"),
            # A phrase that stands under its first word by mistake.
            ("house", "house /haʊskiːpə/\nWirtschafterin\n"),
            (
                "run",
                "run /rʌn/ <v>\n1. laufen <v, intr>, (schnell) rennen\n2. [techn.] "
                'betreiben; in Betrieb halten\n      "run a shop"  - Laden führen\n'
                "   Synonym: {operate}\n\n see: {running}, {ran}\n\n"
                "         Note: Maschinen\n",
            ),
            ("overhaul sth", "overhaul sth. /o/\netw. überholen\n"),
            ("give up", "give up /gɪv ʌp/\naufgeben\n"),
            ("reuse", "re‐use /riːjuːs/\nwieder/neu verwenden, Wieder‐Verwendung\n"),
            ("long", "long /lɒŋ/\nso lang wie nie zuvor gesehen\n"),
        ],
    )
    write_dictionary(
        tmp_path,
        "deu-eng",
        [
            ("haus", "Haus /haʊs/ <neut, n, sg>\n [adm.] house <n>, home <n>\n"),
            ("staatsgewalt", "Staatsgewalt /x/\npower of state <n>\n"),
            ("straße", "Straße /ʃ/ <fem>\nstreet <n>\n"),
        ],
    )
    return tmp_path


def weights(lexicon: Lexicon, word: str) -> Dict[str, float]:
    return {other: round(weight, 3) for other, weight in lexicon[word].items()}


def test_reads_both_directions(folder: Path) -> None:
    lexicon = read_freedict("en", "de", str(folder))
    # haus: 1 from each dictionary, gebäude: 1
    assert weights(lexicon, "House") == {"haus": 0.667, "gebäude": 0.333}
    assert weights(lexicon, "home") == {"haus": 1.0}
    assert weights(lexicon, "STREET") == {"straße": 1.0}
    back = read_freedict("deu", "eng", str(folder))
    assert weights(back, "haus") == {"house": 0.667, "home": 0.333}
    assert weights(back, "laufen") == {"run": 1.0}
    assert weights(back, "Straße") == {"street": 1.0}


def test_entries_are_cleaned(folder: Path) -> None:
    lexicon = read_freedict("en", "de", str(folder))
    # "in Betrieb halten" shares one weight among three words.
    assert weights(lexicon, "run") == {
        "laufen": 0.25,
        "rennen": 0.25,
        "betreiben": 0.25,
        "in": 0.083,
        "betrieb": 0.083,
        "halten": 0.083,
    }
    assert weights(lexicon, "overhaul") == {"überholen": 1.0}
    assert weights(lexicon, "re-use") == {"wieder-verwendung": 1.0}
    # No phrases, no explanations, no words of phrases of the other dictionary.
    for word in ("give", "up", "long", "of", "power", "00-database-info", "freedict"):
        assert word not in lexicon
    for translations in lexicon.values():
        assert sum(translations.values()) == pytest.approx(1)


def test_one_direction_is_enough(folder: Path) -> None:
    for suffix in ("index", "dict.dz"):
        (folder / f"freedict-eng-deu.{suffix}").unlink()
    assert installed_lexicons(str(folder)) == [("de", "en"), ("en", "de")]
    assert weights(read_freedict("en", "de", str(folder)), "house") == {"haus": 1.0}


def test_nothing_is_read_before_the_first_look_up(folder: Path) -> None:
    lexicon = pickle.loads(pickle.dumps(read_freedict("en", "de", str(folder))))
    (folder / "freedict-eng-deu.dict.dz").write_bytes(b"\x1f\x8bdamaged")
    with pytest.raises(DataError, match="Install its package again"):
        lexicon["house"]


@pytest.mark.parametrize("row", ["house\t*\tB", "house\tB\t!!"])
def test_damaged_index(folder: Path, row: str) -> None:
    (folder / "freedict-eng-deu.index").write_text(row + "\n", "utf8")
    with pytest.raises(DataError, match="damaged"):
        len(read_freedict("en", "de", str(folder)))


def test_missing_dictionary_says_what_to_install(folder: Path) -> None:
    with pytest.raises(EngineError, match="de-en, en-de.*dict-freedict-eng-fra"):
        read_freedict("en", "fr", str(folder))


def test_tables(tmp_path: Path) -> None:
    path = tmp_path / "table.tsv"
    path.write_text(
        "# own words\nHouse\tHaus\t3\nhouse\tGebäude\nhouse\tHaus\t1\n\ncat\tKatze\n",
        "utf8",
    )
    lexicon = read_tsv(path, source="en", target="de")
    assert weights(lexicon, "house") == {"haus": 0.8, "gebäude": 0.2}
    assert len(lexicon) == 2 and lexicon.faults == ()
    assert pickle.loads(pickle.dumps(lexicon))["cat"] == {"katze": 1.0}


def test_a_faulty_line_costs_itself(tmp_path: Path) -> None:
    path = tmp_path / "table.tsv"
    path.write_text("a\tb\nno tab\n\tb\na\tb\tmuch\na\tb\t-1\na\tb\tnan\n", "utf8")
    with pytest.warns(
        UserWarning, match="5 faulty lines. table.tsv:2: there are 1 cells"
    ):
        lexicon = read_tsv(path)
    assert lexicon["a"] == {"b": 1.0}
    assert [fault.place for fault in lexicon.faults] == [
        f"table.tsv:{number}" for number in range(2, 7)
    ]
    path.write_text("no tab\n", "utf8")
    with pytest.raises(DataError, match="No line can be used"):
        read_tsv(path)
    with pytest.raises(DataError, match="cannot be read"):
        read_tsv(tmp_path / "none.tsv")


def test_debians_dictionary() -> None:
    if ("en", "es") not in installed_lexicons():
        pytest.skip("no FreeDict here: apt install dict-freedict-eng-spa")
    there, back = read_freedict("en", "es"), read_freedict("es", "en")
    assert len(there) > 4000 and len(back) > 3000
    for english, spanish in [("house", "casa"), ("government", "gobierno")]:
        assert there[english][spanish] > 0.2 and back[spanish][english] > 0.2
