import gzip

import pytest

from spacy_xoie.corpora.extractions import Extraction
from spacy_xoie.corpora.readers import read_carb
from spacy_xoie.errors import DataError

LINES = (
    "The miller sold flour .\tsold\tThe miller\tflour\n"
    "The miller sold flour .\twas sold\tflour\t\n"
    "\tsold\ta\tb\n"
    "\n"
    "Only a sentence .\n"
    "Snow\u2028fell .\tfell\tSnow\ton us\tat night\r\n"
)
EXPECTED = {
    "The miller sold flour .": [
        Extraction("sold", ("The miller", "flour")),
        Extraction("was sold", ("flour",)),
    ],
    "Snow\u2028fell .": [Extraction("fell", ("Snow", "on us", "at night"))],
}
FAULTS = [
    "dev.tsv:3: the sentence is empty",
    "dev.tsv:5: there is no relation after the sentence",
]


def test_good_lines_are_read_and_faults_reported(tmp_path):
    path = tmp_path / "dev.tsv"
    path.write_bytes(LINES.encode("utf8"))
    faults = []
    assert read_carb(path, lambda fault: faults.append(str(fault))) == EXPECTED
    assert faults == FAULTS
    assert read_carb(path) == EXPECTED


def test_compressed(tmp_path):
    path = tmp_path / "dev.tsv.gz"
    path.write_bytes(gzip.compress(LINES.encode("utf8")))
    assert read_carb(path) == EXPECTED


@pytest.mark.parametrize(
    "name,content,message",
    [
        ("dev.tsv.gz", gzip.compress(b"a\tis\tb\tc\n", mtime=0)[:-4], "damaged"),
        ("dev.tsv", gzip.compress(b"a\tis\tb\tc\n", mtime=0)[:-4], "damaged"),
    ],
)
def test_unreadable_files(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_carb(path)
