import pytest

from spacy_xoie.corpora.extractions import Extraction
from spacy_xoie.corpora.readers import read_numbered, read_openie5, read_tabbed


def _write(tmp_path, *lines):
    path = tmp_path / "out.txt"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf8")
    return path


def test_tabbed(tmp_path):
    path = _write(
        tmp_path,
        "He sold flour .\t0.5\tsold\tHe\tflour\t\t",
        "He sold flour .\t1\tsold\t\tflour",
        "He sold flour .\tmuch\tsold\tHe\tflour",
        "He sold flour .\tnan\tsold\tHe\tflour",
        "He sold flour .\t0.5\tsold",
        "\t0.5\tsold\tHe\tflour",
    )
    faults = []
    assert read_tabbed(path, lambda fault: faults.append(str(fault))) == {
        "He sold flour .": [
            Extraction("sold", ("He", "flour"), 0.5),
            Extraction("sold", ("", "flour"), 1.0),
        ]
    }
    assert faults == [
        "out.txt:3: the confidence 'much' is not a finite number",
        "out.txt:4: the confidence 'nan' is not a finite number",
        "out.txt:5: a line has 4 or more fields, this has 3",
        "out.txt:6: the sentence is empty",
    ]


def test_openie5(tmp_path):
    subject = "SimpleArgument(flour (white),List([8, 13)))"
    verb = "Relation(was sold,List([14, 22)))"
    rest = "SimpleArgument(by him,List([23, 29))); TemporalArgument(now,List([2, 5)))"
    text = "He said flour (white) was sold by him now ."
    context = "Context(He said,List([0, 7)))"
    own = "Context(flour,List([8, 13)))"
    path = _write(
        tmp_path,
        f"0.9\t\t{subject}\t{verb}\t{rest}\t{text}",
        f"0.8\t{context}\t{subject}\t{verb}\t{rest}\t{text}",
        f"0.7\t{own}\t{subject}\t{verb}\t{rest}\t{text}",
        f"0.6\t\t{subject}\t{verb}\t\t{text}",
        f"0.5\t\tflour\t{verb}\t{rest}\t{text}",
        f"0.4\t\t{subject}\t{verb}\t{rest}",
        f"0.3\t\t{subject}\t{verb}\t{rest}\t",
    )
    faults = []
    assert read_openie5(path, lambda fault: faults.append(str(fault))) == {
        text: [
            Extraction("was sold", ("flour (white)", "by him", "now"), 0.9),
            Extraction("was sold", ("He said flour (white)", "by him", "now"), 0.8),
            Extraction("was sold", ("flour (white)", "by him", "now"), 0.7),
        ]
    }
    assert faults == [
        "out.txt:5: 'flour' is not of the form Kind(text,List(...))",
        "out.txt:6: a line has 6 fields, this has 5",
        "out.txt:7: the sentence is empty",
    ]


@pytest.mark.parametrize("number", ["0", "3", "9", "-1", "x", "²", "1" * 5000])
def test_numbered(tmp_path, number):
    sentences = tmp_path / "sentences.txt"
    sentences.write_text("It rains .\nHe sold flour .\n\n", encoding="utf8")
    path = _write(
        tmp_path, "2\tHe\tsold\tflour", f"{number}\tHe\tsold\tflour", "2\tHe\tsold"
    )
    faults = []
    assert read_numbered(path, sentences, lambda fault: faults.append(str(fault))) == {
        "He sold flour .": [Extraction("sold", ("He", "flour"))]
    }
    assert faults == [
        f"out.txt:2: there is no sentence {number!r} in sentences.txt",
        "out.txt:3: a line has 4 fields between tabs, this has 3",
    ]
