from spacy_xoie.corpora.extractions import Extraction
from spacy_xoie.corpora.readers import read_benchie, read_benchie_output
from spacy_xoie.corpora.readers.benchie import BenchieSentence

GOLD = """sent_id:1\tThe miller sold flour .
1--> Cluster 1:
[The] miller --> sold --> flour
miller --> sold
1-->Cluster 2:
flour --> was sold by --> [The] miller
1-> Cluster 3:

sent_id:2\tIt rains .
It --> rains -->
2--> Cluster 1:
It --> rains -->

sent_id:2\tIt snows .
2--> Cluster 1:

sent_id:3
3--> Cluster 1:
"""


def test_read_annotation(tmp_path):
    path = tmp_path / "gold.txt"
    path.write_text(GOLD, encoding="utf8")
    faults = []
    assert read_benchie(path, lambda fault: faults.append(str(fault))) == {
        "1": BenchieSentence(
            "The miller sold flour .",
            (
                (("[The] miller", "sold", "flour"),),
                (("flour", "was sold by", "[The] miller"),),
                (),
            ),
        ),
        "2": BenchieSentence("It rains .", ((("It", "rains", ""),),)),
    }
    assert faults == [
        "gold.txt:4: a triple has 3 parts, this has 2",
        "gold.txt:10: this triple belongs to no cluster",
        "gold.txt:14: the id '2' occurs twice",
        "gold.txt:15: this line belongs to no sentence that can be read",
        "gold.txt:17: a tab and the sentence must follow the id",
        "gold.txt:18: this line belongs to no sentence that can be read",
    ]


def test_read_output(tmp_path):
    path = tmp_path / "output.txt"
    path.write_text("1\tHe\tsold\tflour\n1\tHe\tsold\n\tHe\tsold\tflour\n")
    faults = []
    assert read_benchie_output(path, lambda fault: faults.append(str(fault))) == {
        "1": [Extraction("sold", ("He", "flour"))]
    }
    assert faults == [
        "output.txt:2: a line has 4 fields between tabs, this has 3",
        "output.txt:3: the number of the sentence is empty",
    ]
