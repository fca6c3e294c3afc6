"""Agreement of languages, on triples and links made by hand."""

import gzip
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Dict, Iterable, List, Sequence, Tuple

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.doc.languages import document_language
from spacy_xoie.doc.translations import Alignment, Links
from spacy_xoie.errors import ConfigError, DataError, EngineError
from spacy_xoie.evaluation.consistency import (
    Consistency,
    ConsistencyTable,
    compare_docs,
    consistency,
)
from spacy_xoie.evaluation.heatmap import save_heatmap
from spacy_xoie.evaluation.parallel import read_parallel
from spacy_xoie.projection.ty import Pair
from spacy_xoie.ty import Pieces

VOCAB = spacy.blank("xx").vocab


class HandMade:
    """Links that a test gives, by the texts of the pair; else each token to the one at
    the same place."""

    def __init__(self, links: Dict[Tuple[str, str], Links] = {}) -> None:
        self.links = links

    def __call__(self, pairs: Sequence[Pair]) -> List[Alignment]:
        found = []
        for pair in pairs:
            n_tokens = min(len(pair.source), len(pair.target))
            even = tuple((i, i) for i in range(n_tokens))
            links = self.links.get((pair.source.text, pair.target.text), even)
            ones = len(links)
            found.append(Alignment(links, (1.0,) * ones, (True,) * ones))
        return found


def one(token: int) -> Pieces:
    return ((token, token + 1),)


def fact(subject: int | None, relation: int, *objects: int) -> TokenTriple:
    """A triple of single tokens."""
    return TokenTriple(
        () if subject is None else one(subject),
        one(relation),
        tuple(map(one, objects)),
    )


def doc(text: str, *triples: TokenTriple) -> Doc:
    words = text.split()
    made = Doc(VOCAB, words=words, spaces=[True] * (len(words) - 1) + [False])
    set_triples(made, triples)
    return made


def compare(
    english: Iterable[Doc], german: Iterable[Doc], aligner: Any = None, **settings: Any
) -> ConsistencyTable:
    docs = {
        "en": {str(n): doc for n, doc in enumerate(english)},
        "de": {str(n): doc for n, doc in enumerate(german)},
    }
    return compare_docs(docs, aligner or HandMade(), **settings)


EN, DE = "anna saw ben today", "anna sah ben heute"


def test_identical_sides() -> None:
    triples = [fact(0, 1, 2), fact(0, 1, 2, 3)]
    table = compare([doc(EN, *triples)], [doc(DE, *triples)])
    assert [(p.reference, p.judged) for p in table.pairs] == [
        ("en", "de"),
        ("de", "en"),
    ]
    for pair in table.pairs:
        assert pair.f1 == pair.precision == pair.recall == pytest.approx(1.0)
        assert pair.mapped == pair.predicates == 1.0
        assert pair.low == pair.high == pytest.approx(1.0)
        assert (pair.n_sentences, pair.n_reference, pair.n_judged) == (1, 2, 2)


def test_links_say_where_words_are() -> None:
    links: Links = ((0, 2), (1, 0), (2, 1), (3, 3))
    swapped = "sah ben anna heute"
    aligner = HandMade({(EN, swapped): links})
    right = compare([doc(EN, fact(0, 1, 2))], [doc(swapped, fact(2, 0, 1))], aligner)
    # The other direction goes along the same links.
    assert [pair.f1 for pair in right.pairs] == [pytest.approx(1.0)] * 2
    wrong = compare([doc(EN, fact(0, 1, 2))], [doc(swapped, fact(0, 1, 2))], aligner)
    assert [pair.f1 for pair in wrong.pairs] == [0.0, 0.0]
    assert [pair.predicates for pair in wrong.pairs] == [0.0, 0.0]


def test_missing_triples_count() -> None:
    """Half of the reference has no counterpart, in two ways of missing."""
    whole, none = doc(EN, fact(0, 1, 2)), doc(EN)
    table = compare([whole, whole], [doc(DE, fact(0, 1, 2)), doc(DE)])
    pair = table.pair("en", "de")
    assert pair.precision == pytest.approx(1.0)
    assert pair.recall == pytest.approx(0.5)
    assert pair.f1 == pytest.approx(2 / 3)
    assert pair.predicates == pytest.approx(2 / 3)
    other = table.pair("de", "en")
    assert other.precision == pytest.approx(0.5)
    assert other.recall == pytest.approx(1.0)
    table = compare([whole, none], [doc(DE, fact(0, 1, 2), fact(0, 3, 2)), doc(DE)])
    assert table.pair("en", "de").precision == pytest.approx(0.5)
    assert table.pair("en", "de").recall == pytest.approx(1.0)


def test_part_of_a_triple() -> None:
    """Subject (0.3) and relation (0.4) are right, one of two objects is missing."""
    table = compare([doc(EN, fact(0, 1, 2))], [doc(DE, fact(0, 1, 2, 3))])
    assert table.pair("en", "de").f1 == pytest.approx(0.7 + 0.3 * 2 / 3)
    assert table.pair("en", "de").predicates == 1.0


def test_directions_differ() -> None:
    """Two words that are linked to one: the way there loses nothing, and the way back
    makes the object longer."""
    german = "anna sah bibliotheksbuch"
    english = "anna saw library book"
    aligner = HandMade({(english, german): ((0, 0), (1, 1), (2, 2), (3, 2))})
    table = compare(
        [doc(english, fact(0, 1, 3))], [doc(german, fact(0, 1, 2))], aligner
    )
    assert table.pair("en", "de").f1 == pytest.approx(1.0)
    # "book" has 4 of the 11 letters of "library book".
    assert table.pair("de", "en").f1 == pytest.approx(0.7 + 0.3 * 8 / 15)


def test_unaligned() -> None:
    table = compare(
        [doc(EN, fact(0, 1, 2), fact(0, 1, 3))],
        [doc(DE, fact(0, 1, 2))],
        HandMade({(EN, DE): ((0, 0), (1, 1), (2, 2))}),
    )
    pair = table.pair("en", "de")
    # "today" is linked to nothing: that triple is not compared.
    assert pair.mapped == 0.5
    assert (pair.n_reference, pair.f1) == (2, pytest.approx(1.0))
    table = compare([doc(EN, fact(0, 1, 2))], [doc(DE, fact(0, 1, 2))], Unlinked())
    for pair in table.pairs:
        assert pair.mapped == 0.0
        assert pair.recall is None
        assert pair.f1 == pair.precision == pair.predicates == 0.0


class Unlinked(HandMade):
    def __call__(self, pairs: Sequence[Pair]) -> List[Alignment]:
        return [Alignment((), (), ()) for _ in pairs]


def test_subject_that_the_translation_leaves_implied() -> None:
    english, spanish = "she sold bread", "vendió pan"
    aligner = HandMade({(english, spanish): ((1, 0), (2, 1))})
    docs = {
        code: {"1": doc(text, triple)}
        for code, text, triple in (
            ("en", english, fact(0, 1, 2)),
            ("es", spanish, fact(None, 0, 1)),
        )
    }
    table = compare_docs(docs, aligner)
    assert table.pair("en", "es").f1 == pytest.approx(1.0)
    # On the way back the subject is missing.
    assert table.pair("es", "en").f1 == pytest.approx(0.7)
    # German leaves no subject implied: the triple cannot be there.
    table = compare_docs({"en": docs["en"], "de": docs["es"]}, aligner)
    assert table.pair("en", "de").mapped == 0.0


def test_relation_counts_though_the_object_is_lost() -> None:
    aligner = HandMade({(EN, DE): ((0, 0), (1, 1))})
    table = compare([doc(EN, fact(0, 1, 2))], [doc(DE, fact(0, 1, 2))], aligner)
    pair = table.pair("en", "de")
    assert (pair.mapped, pair.f1, pair.predicates) == (0.0, 0.0, 1.0)


def test_no_triples() -> None:
    for pair in compare([doc(EN)], [doc(DE)]).pairs:
        assert pair.n_sentences == 1
        assert pair.f1 is pair.precision is pair.mapped is pair.predicates is None
        assert pair.low is pair.high is None
    one_sided = compare([doc(EN, fact(0, 1, 2))], [doc(DE)])
    for pair in one_sided.pairs:
        assert pair.f1 == 0.0


def test_predicates_are_counted_once() -> None:
    english = doc(EN, fact(0, 1, 2), fact(0, 1, 3), fact(0, 1, 2, 3), fact(2, 3, 0))
    table = compare([english], [doc(DE, fact(2, 1, 0))])
    # One of two relations is there on the other side, and the one there is here.
    assert table.pair("en", "de").predicates == pytest.approx(2 / 3)


def test_interval() -> None:
    good, bad = doc(DE, fact(0, 1, 2)), doc(DE, fact(0, 3, 2))
    english = [doc(EN, fact(0, 1, 2))] * 40
    mixed = [good, doc(DE, fact(0, 1, 3), fact(2, 1, 0)), doc(DE)] * 13 + [bad]
    pairs = [compare(english, mixed, seed=seed).pairs[0] for seed in (1, 1, 2)]
    assert pairs[0] == pairs[1]
    assert (pairs[0].low, pairs[0].high) != (pairs[2].low, pairs[2].high)
    pair = compare(english, [good, bad] * 20).pairs[0]
    low, high = pair.low, pair.high
    assert low is not None and high is not None
    # The share of 40 draws with chance 1/2 has a standard deviation of 0.079.
    assert 0.3 < low < 0.4 and 0.6 < high < 0.7
    short = compare(english[:4], [good, bad, good, bad]).pairs[0]
    assert short.low is not None and short.low < low
    assert compare(english, [good] * 40, n_samples=0).pairs[0].low is None


def test_only_common_sentences() -> None:
    docs = {
        "en": {"1": doc(EN, fact(0, 1, 2)), "2": doc(EN)},
        "de": {"2": doc(DE), "1": doc(DE, fact(0, 1, 2)), "3": doc(DE, fact(0, 1, 2))},
    }
    pair = compare_docs(docs, HandMade()).pair("en", "de")
    assert (pair.n_sentences, pair.n_judged) == (2, 1)
    assert pair.f1 == pytest.approx(1.0)


def test_aligner_learns_each_pair_of_languages() -> None:
    class Learning(HandMade):
        seen: List[List[Tuple[str, str]]] = []
        aligned: List[int] = []

        def fit(self, pairs: Iterable[Pair]) -> None:
            pairs = list(pairs)
            self.seen.append([(p.source_language, p.target_language) for p in pairs])

        def __call__(self, pairs: Sequence[Pair]) -> List[Alignment]:
            self.aligned.append(len(self.seen))
            return super().__call__(pairs)

    docs = {code: {"1": doc(EN), "2": doc(EN)} for code in ("en", "de", "fr")}
    compare_docs(docs, Learning())
    assert Learning.seen == [[("en", "de")] * 2, [("en", "fr")] * 2, [("de", "fr")] * 2]
    assert Learning.aligned == [1, 2, 3]


def test_one_language_with_each_other() -> None:
    docs = {code: {"1": doc(EN, fact(0, 1, 2))} for code in ("de", "en", "fr")}
    table = compare_docs(docs, HandMade(), center="eng")
    assert (table.center, table.languages) == ("en", ("en", "de", "fr"))
    assert {(p.reference, p.judged) for p in table.pairs} == {
        ("en", "de"),
        ("de", "en"),
        ("en", "fr"),
        ("fr", "en"),
    }
    everything = compare_docs(docs, HandMade())
    assert everything.center is None
    for pair in table.pairs:
        assert everything.pair(pair.reference, pair.judged) == pair
    with pytest.raises(ConfigError, match="no sentence in pt"):
        compare_docs(docs, HandMade(), center="pt")


def test_faults() -> None:
    with pytest.raises(ConfigError, match="but there are 1: en"):
        compare_docs({"en": {"1": doc(EN)}}, HandMade())
    with pytest.raises(DataError, match="no sentence in both 'en' and 'de'"):
        compare_docs({"en": {"1": doc(EN)}, "de": {"2": doc(DE)}}, HandMade())

    class Lazy(HandMade):
        def __call__(self, pairs: Sequence[Pair]) -> List[Alignment]:
            return []

    with pytest.raises(EngineError, match="0 alignments for 1 pairs"):
        compare([doc(EN)], [doc(DE)], Lazy())


class TestExtraction:
    @pytest.fixture
    def corpus(self) -> Dict[str, Dict[str, str]]:
        return {
            "en": {"1": EN, "2": "ben saw anna today", "3": "only english"},
            "de": {"1": DE, "2": "ben sah anna heute"},
            "fr": {"2": "ben voyait anna aujourdhui"},
        }

    def test_pipeline_of_each_language(
        self, corpus: Dict[str, Dict[str, str]], blank: Language
    ) -> None:
        asked: Dict[str, List[str]] = {}

        class Extractor:
            def __init__(self, language: str) -> None:
                self.texts = asked.setdefault(language, [])
                self.language = language

            def make_doc(self, text: str) -> Doc:
                return doc(text)

            def pipe(self, docs: Iterable[Doc], **kwargs: Any) -> Iterable[Doc]:
                for made in docs:
                    # Those that detect languages keep the one that is set.
                    assert document_language(made) == self.language
                    self.texts.append(made.text)
                    if self.language != "fr":
                        set_triples(made, [fact(0, 1, 2)])
                    yield made

        make: Any = Extractor
        table = consistency(make, corpus, HandMade())
        assert asked["en"] == [EN, "ben saw anna today"]
        assert table.languages == ("en", "de", "fr")
        assert table.pair("en", "de").n_sentences == 2
        assert table.pair("en", "de").f1 == pytest.approx(1.0)
        assert table.pair("fr", "de").n_sentences == 1
        assert table.pair("fr", "de").f1 == 0.0
        asked.clear()
        table = consistency(make, corpus, HandMade(), languages=["fr", "en"])
        assert set(asked) == {"fr", "en"}
        assert asked["en"] == ["ben saw anna today"]
        assert [pair.judged for pair in table.pairs] == ["en", "fr"]
        # What only others share is not looked at.
        asked.clear()
        table = consistency(make, corpus, HandMade(), center="fr")
        assert asked["en"] == ["ben saw anna today"]
        assert len(table.pairs) == 4

    def test_the_aligner_learns_from_more_than_is_compared(
        self, corpus: Dict[str, Dict[str, str]], blank: Language
    ) -> None:
        read: List[str] = []

        class Extractor:
            make_doc = staticmethod(doc)

            @staticmethod
            def pipe(docs: Iterable[Doc], **kwargs: Any) -> Iterable[Doc]:
                for made in docs:
                    read.append(made.text)
                    yield made

        class Learning(HandMade):
            learnt: List[str] = []

            def fit(self, pairs: Iterable[Pair]) -> None:
                self.learnt += [pair.source.text for pair in pairs]

        def make(language: str) -> Any:
            return Extractor

        aligner = Learning()
        languages = ["en", "de"]
        table = consistency(make, corpus, aligner, languages=languages, limit=1)
        assert read == [EN, DE]
        assert aligner.learnt == [EN, "ben saw anna today"]
        assert table.pairs[0].n_sentences == 1

    def test_unknown_language(self, corpus: Dict[str, Dict[str, str]]) -> None:
        with pytest.raises(ConfigError, match=r"no sentence in pt;.* are en, de, fr"):
            make: Any = None
            consistency(make, corpus, HandMade(), languages=["en", "pt"])


CONLLU = """# sent_id = s1
# text = Anna schlief.
1\tAnna\tAnna\tPROPN\t_\t_\t2\tnsubj\t_\t_
2\tschlief\tschlafen\tVERB\t_\t_\t0\troot\t_\tSpaceAfter=No
3\t.\t.\tPUNCT\t_\t_\t2\tpunct\t_\t_

# sent_id = s2
# text = Ben
1\tBen\tBen\tPROPN\t_\t_\t9\tnsubj\t_\t_

# sent_id = s1
# text = Ben
1\tBen\tBen\tPROPN\t_\t_\t0\troot\t_\t_
"""


class TestReading:
    def test_treebanks_and_records(self, tmp_path: Path) -> None:
        with gzip.open(tmp_path / "de_x-ud-test.conllu.gz", "wt") as file:
            file.write(CONLLU)
        (tmp_path / "corpus.jsonl").write_text(
            '{"id": "s1", "language": "en", "text": "Anna slept."}\n'
            '{"id": "s2", "language": "en"}\n'
        )
        (tmp_path / "README.md").write_text("other files are left alone")
        faults: List[str] = []
        texts = read_parallel([tmp_path], lambda fault: faults.append(str(fault)))
        assert texts == {"en": {"s1": "Anna slept."}, "de": {"s1": "Anna schlief."}}
        assert len(faults) == 3
        assert "corpus.jsonl:2: text" in faults[0]
        assert faults[1].startswith("de_x-ud-test.conllu.gz:7: ")
        assert faults[2] == "de_x-ud-test.conllu.gz: 's1' occurs twice in 'de'"

    def test_text_line_by_line(self, tmp_path: Path) -> None:
        (tmp_path / "news.eng.txt").write_text("Anna slept.\n\nBen ran.\n")
        with gzip.open(tmp_path / "news.por-BR.txt.gz", "wt") as file:
            file.write("Anna dormiu.\nEva saiu.\nBen correu.\n")
        (tmp_path / "news.por.txt").write_text("Ana dormiu.\n")
        (tmp_path / "LICENSE.txt").write_text("other files are left alone")
        faults: List[str] = []
        texts = read_parallel([tmp_path], lambda fault: faults.append(str(fault)))
        assert texts == {
            "en": {"1": "Anna slept.", "3": "Ben ran."},
            "pt": {"1": "Anna dormiu.", "2": "Eva saiu.", "3": "Ben correu."},
        }
        assert faults == ["news.por.txt: there are sentences in 'pt' already"]

    def test_faults(self, tmp_path: Path) -> None:
        (tmp_path / "README.txt").write_text("of no language")
        with pytest.raises(DataError, match=r"no file \.jsonl or \.conllu or \.txt"):
            read_parallel([tmp_path])
        for name, message in (
            ("corpus.tsv", "no parallel corpus"),
            ("corpus.txt", "does not say its language"),
            ("corpus.de.txt.gz", "cannot be read"),
            ("corpus.conllu", "does not say its language"),
            ("de_x.conllu.gz", "cannot be read"),
        ):
            content = gzip.compress(b"Anna schlief.")[:-4]
            (tmp_path / name).write_bytes(content)
            with pytest.raises(DataError, match=message):
                read_parallel([tmp_path / name])


class TestPicture:
    @pytest.fixture
    def table(self) -> ConsistencyTable:
        def pair(reference: str, judged: str, f1: float | None) -> Consistency:
            missing = None if f1 is None else 0.125
            return Consistency(
                reference, judged, 9, 9, 9, 0.5, f1, f1, f1, f1, f1, missing
            )

        pairs = (pair("en", "de", 0.51), pair("de", "en", None))
        return ConsistencyTable(("en", "de"), pairs)

    def test_heat_map(self, table: ConsistencyTable, tmp_path: Path) -> None:
        pytest.importorskip("matplotlib")
        path = tmp_path / "sub" / "heat.svg"
        save_heatmap(path, table)
        # Each text of an SVG is there as a comment before its glyphs.
        texts = re.findall("<!-- (.*?) -->", path.read_text(encoding="utf8"))
        assert texts.count("en") == 3 and texts.count("de") == 3
        assert texts.count("0.51") == 1 and texts.count("0.12") == 1
        assert {"Triples", "Predicates", "Reference", "Judged"} <= set(texts)
        assert [file.name for file in path.parent.iterdir()] == ["heat.svg"]

    def test_heat_map_of_one_language_with_others(
        self, table: ConsistencyTable, tmp_path: Path
    ) -> None:
        pytest.importorskip("matplotlib")
        path = tmp_path / "heat.svg"
        third = replace(table.pairs[0], judged="fr", f1=0.77)
        back = replace(third, reference="fr", judged="en")
        pairs = (*table.pairs, third, back)
        save_heatmap(path, ConsistencyTable(("en", "de", "fr"), pairs, "en"))
        texts = re.findall("<!-- (.*?) -->", path.read_text(encoding="utf8"))
        # A row for each other language, the most alike first.
        assert [text for text in texts if text in ("de", "fr")] == ["fr", "de"]
        assert texts.count("from en") == texts.count("to en") == 2
        assert texts.count("0.77") == 2 and texts.count("0.51") == 1

    def test_kind_of_picture(self, table: ConsistencyTable, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match=r"heat\.jpg.*\.png or \.svg"):
            save_heatmap(tmp_path / "heat.jpg", table)
