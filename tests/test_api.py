"""What `import spacy_xoie` offers."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence, Tuple

import pytest
import spacy
from spacy.tokens import Doc

import spacy_xoie
from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.errors import EngineError

ROOT = Path(__file__).parent.parent
NAMES = [name for name in spacy_xoie.__all__ if name != "__version__"]


@pytest.mark.parametrize("name", spacy_xoie.__all__)
def test_each_name_is_there(name: str) -> None:
    value = getattr(spacy_xoie, name)
    assert name in dir(spacy_xoie)
    # Asked for again it is the same.
    assert getattr(spacy_xoie, name) is value


def test_no_other_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'triples_of'"):
        spacy_xoie.triples_of  # noqa: B018
    assert not hasattr(spacy_xoie, "__wrapped__")


def test_who_checks_types_sees_the_same() -> None:
    tree = ast.parse(Path(spacy_xoie.__file__).read_text(encoding="utf8"))
    (later,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.asname or alias.name: f"{node.module}:{alias.name}"
        for node in later.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == spacy_xoie._LATER
    assert {*seen} < {*spacy_xoie.__all__}


def test_nothing_is_imported_before_it_is_asked_for() -> None:
    code = (
        "import sys, spacy_xoie\n"
        "dir(spacy_xoie)\n"
        "print(*(name for name in sys.modules if name.startswith('spacy_xoie.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    rooms = {name.split(".")[1] for name in done.stdout.split()}
    assert "doc" in rooms
    assert not rooms & {"apps", "extraction", "loading", "network", "projection"}


def test_components_are_what_factories_make(blank: Any) -> None:
    kinds = {
        "xoie": spacy_xoie.TripleExtractor,
        "xoie_lang": spacy_xoie.LanguageDetector,
        "xoie_syntax": spacy_xoie.SyntaxExtractor,
        "xoie_schema": spacy_xoie.SchemaMapper,
    }
    for factory, kind in kinds.items():
        assert type(blank.add_pipe(factory)) is kind


def test_from_a_name_to_a_picture() -> None:
    nlp = spacy_xoie.load()
    docs = list(nlp.pipe(["The museum bought three paintings.", "Ana vendió la casa."]))
    assert [doc._.language for doc in docs] == ["en", "es"]
    assert "paintings" in spacy_xoie.render(docs)


def doc_of(
    words: Sequence[str], starts: Sequence[int], triples: Sequence[TokenTriple]
) -> Doc:
    doc = Doc(
        spacy.blank("xx").vocab, words, sent_starts=[i in starts for i in range(5)]
    )
    set_triples(doc, triples, language="en")
    return doc


BERG = ["Ann", "sold", "it", "Ben", "left"]


def rows(docs: Any) -> List[Dict[str, Any]]:
    frame: Any = spacy_xoie.to_frame(docs)
    found: List[Dict[str, Any]] = frame.to_dict("records")
    return found


class TestFrame:
    @pytest.fixture(autouse=True)
    def pandas(self) -> Any:
        return pytest.importorskip("pandas")

    def test_a_row_for_each_triple(self) -> None:
        first = TokenTriple(((0, 1),), ((1, 2),), (((2, 3),),), 0.5, "en", "en", "xoie")
        second = TokenTriple(((3, 4),), ((4, 5),), (), None, "de")
        empty = doc_of(BERG, [0], [])
        table = rows([empty, doc_of(BERG, [0, 3], [first, second])])
        assert [row["doc"] for row in table] == [1, 1]
        assert [row["sentence"] for row in table] == ["Ann sold it", "Ben left"]
        assert [row["subject"] for row in table] == ["Ann", "Ben"]
        assert [row["relation"] for row in table] == ["sold", "left"]
        assert [row["object"] for row in table] == ["it", None]
        assert [row["language"] for row in table] == ["en", "de"]
        assert table[0]["score"] == 0.5
        assert table[1]["score"] != table[1]["score"]
        assert table[0]["offsets"] == (((0, 3),), ((4, 8),), ((9, 11),))

    @pytest.mark.parametrize("n_objects", [0, 1, 2, 3])
    def test_further_arguments_and_parts_in_pieces(self, n_objects: int) -> None:
        objects = tuple(((n, n + 1),) for n in range(2, 2 + n_objects))
        triple = TokenTriple((), ((0, 1), (1, 2)), objects)
        (row,) = rows(doc_of(BERG, [0], [triple]))
        assert row["subject"] is None
        told: List[Optional[str]] = [*BERG[2 : 2 + n_objects], None, None, None]
        assert [row[name] for name in ("object", "object_2", "object_3")] == told[:3]
        assert row["offsets"][:2] == ((), ((0, 3), (4, 8)))
        assert len(row["offsets"]) == 2 + n_objects

    def test_no_triples_have_the_same_columns(self) -> None:
        triple = TokenTriple(((0, 1),), ((1, 2),))
        some = spacy_xoie.to_frame(doc_of(BERG, [0], [triple]))
        for docs in ([], doc_of(BERG, [0], [])):
            none: Any = spacy_xoie.to_frame(docs)
            assert len(none) == 0
            assert list(none.dtypes.items()) == list(some.dtypes.items())

    def test_of_another_group(self) -> None:
        doc = doc_of(BERG, [0], [])
        set_triples(doc, [TokenTriple(((0, 1),), ((1, 2),))], key="gold")
        assert len(spacy_xoie.to_frame(doc)) == 0
        assert len(spacy_xoie.to_frame(doc, key="gold")) == 1


def test_a_frame_without_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(EngineError, match=r"pip install 'spacy-xoie\[pandas\]'"):
        spacy_xoie.to_frame([])


class TestPage:
    @pytest.fixture
    def page(self, monkeypatch: pytest.MonkeyPatch) -> str:
        monkeypatch.syspath_prepend(str(ROOT / "docs"))
        from api import api

        return api()

    def test_every_name_has_its_section(self, page: str) -> None:
        told = [line[5:-1] for line in page.splitlines() if line.startswith("### ")]
        assert sorted(told) == sorted({*NAMES} - {"XoieError"})
        assert "| `XoieError` |" in page

    def test_every_argument_is_told(self, page: str) -> None:
        sections = page.split("\n### `")[1:]
        told: Dict[str, Tuple[str, ...]] = {}
        for section in sections:
            name, _, text = section.partition("`")
            own = text.partition("\n#### ")[0]
            called = own.partition("```python\n")[2].partition("\n```")[0]
            tree: Any = ast.parse(f"def {called}: ...").body[0]
            names = [*tree.args.args, *tree.args.kwonlyargs]
            told[name] = tuple(a.arg for a in names if f"| `{a.arg}` |" not in own)
        # They are told as attributes, or on the page of what a config can name.
        for name in ("Phrase", "TokenTriple", "LanguageDetector"):
            told.pop(name)
        assert {name: missing for name, missing in told.items() if missing} == {}
