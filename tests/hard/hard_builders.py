"""What the fuzzing is made of: how many cases, damage to files, and texts.

A test run takes a thousand cases, the same every time. `XOIE_FUZZ=50` takes fifty
times as many, of other seeds each time; see docs/hard-use.md.
"""

import os
from pathlib import Path
from typing import Any, Callable, Dict, List

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from spacy_xoie import get_triples
from spacy_xoie.language.sentences import sentence_bounds

TIMES = int(os.environ.get("XOIE_FUZZ", "1"))


def cases(number: int) -> Callable[[Any], Any]:
    """RETURNS (Callable): A decorator that makes hypothesis try so many cases."""
    return settings(
        max_examples=number * TIMES,
        deadline=None,
        derandomize=TIMES == 1,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


SCRIPTS = (
    "aZ éß ñ øđ 09 ٣٤ १२ ８",
    "的一是不了人我在有他 。，！？「」（）",
    "ひらカナーﾊﾝ゙ 、。",
    "مدينة كتاب ،؟ الجسرِ",
    "שלום עולם ״",
    "नमस्ते क्षि ।",
    "กรุงเทพฯ น้ำ ๆ",
    "Ωφ Жщ 한글 აბ ⴰⵣ ᠮᠣᠩ አማ",
    "👩\u200d👧\U0001f1e6\U0001f1e8 🏽 \U0001d518 \U000e0041 \U0010fffd",
)
MARKS = [
    *"\u0301\u0327\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u202c\u2066\u2069",
    *"\ufeff\u00ad\u2028\u2029\u0085\u00a0\u3000\ufffd\ufffe\x00\x01\x07\x1b\x1c\x7f",
    *" \t\n\r\v\f.!?,;:'’\"“”()[]{}<>/\\|@#%&*+-_=~^$€©…—",
]
PHRASES = [
    "Anna met Ben in Rome.",
    "Die Stadt hat 1901 das Haus gebaut.",
    "市议会批准了新线路。",
    "بنى المهندس الجسر القديم.",
    "L'homme a vu l'eau; c'est tout.",
    "La alcaldesa inauguró el puente.",
    "O prefeito abriu a ponte.",
    "http://a.b/c?d=e#f",
    "x@y.zz",
    "Dr. A. B. 3.14 1,000 5 km 's n't",
    "<b>&amp;</b>",
    "((((''''",
    "...",
]

LETTERS = st.sampled_from("".join(SCRIPTS))
CHARACTERS = st.one_of(
    LETTERS,
    st.sampled_from(MARKS),
    st.characters(exclude_categories=["Cs"]),
)
PIECES = st.one_of(
    st.text(CHARACTERS, max_size=12),
    st.sampled_from(PHRASES),
    # One thing over and over, sometimes in words without end.
    st.builds(
        lambda piece, n: piece * n,
        st.text(CHARACTERS, min_size=1, max_size=4),
        st.sampled_from([2, 7, 40, 300]),
    ),
)


def texts(pieces: int = 8) -> st.SearchStrategy[str]:
    """RETURNS (SearchStrategy[str]): Texts that a str can be but for surrogates."""
    joints = st.sampled_from(["", " ", "  ", "\n", "\u200b", ". "])
    return st.builds(
        lambda parts, joint: joint.join(parts),
        st.lists(PIECES, max_size=pieces),
        joints,
    )


SURROGATES = st.builds(
    lambda before, bad, after: before + bad + after,
    st.text(CHARACTERS, max_size=5),
    st.characters(categories=["Cs"]),
    st.text(CHARACTERS, max_size=5),
)


@st.composite
def damage(draw: st.DrawFn, content: bytes) -> bytes:
    """Bytes with bits flipped, a part cut out, put in or exchanged."""
    data = bytearray(content)
    place = draw(st.integers(0, max(0, len(data) - 1)))
    # Headers say more than what follows, so they get half of the damage.
    if draw(st.booleans()):
        place = min(place, draw(st.integers(0, 200)))
    kind = draw(st.sampled_from(["bits", "cut", "hole", "more", "other", "empty"]))
    if kind == "bits":
        for _ in range(draw(st.integers(1, 3))):
            if place < len(data):
                data[place] ^= 1 << draw(st.integers(0, 7))
            place = min(place + draw(st.integers(1, 50)), max(0, len(data) - 1))
    elif kind == "cut":
        del data[place:]
    elif kind == "hole":
        del data[place : place + draw(st.integers(1, 100))]
    elif kind == "more":
        data[place:place] = draw(st.binary(min_size=1, max_size=20))
    elif kind == "other":
        data[place : place + 4] = draw(st.binary(min_size=4, max_size=4))
    else:
        data.clear()
    return bytes(data)


JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 10),
        st.sampled_from([10**9, 2**64 - 1, -(2**63)]),
        st.floats(),
        st.text(CHARACTERS, max_size=6),
        st.sampled_from(["en", "xoie", "spans", "@misc", "..", "/etc/passwd"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(CHARACTERS, max_size=4), inner, max_size=3),
    ),
    max_leaves=6,
)
"""Values that a file in JSON or msgpack may have in any place."""


def places(value: Any, at: tuple[Any, ...] = ()) -> List[tuple[Any, ...]]:
    """RETURNS (List[Tuple]): The paths to all values within a value."""
    found = [at] if at else []
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for key, part in inner:
        found += places(part, (*at, key))
    return found


@st.composite
def altered(draw: st.DrawFn, value: Any) -> Any:
    """A JSON value, one of whose parts is another one, is gone or is there twice."""
    copy = _copied(value)
    *path, last = draw(st.sampled_from(places(copy)))
    inner = copy
    for key in path:
        inner = inner[key]
    action = draw(st.sampled_from(["replace", "replace", "delete", "add"]))
    if action == "replace":
        inner[last] = draw(JUNK)
    elif action == "delete":
        del inner[last]
    elif isinstance(inner, list):
        inner.insert(last, draw(JUNK))
    else:
        inner[draw(st.text(CHARACTERS, max_size=4))] = draw(JUNK)
    return copy


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(part) for key, part in value.items()}
    return [_copied(part) for part in value] if isinstance(value, list) else value


def files_of(folder: Path) -> Dict[str, bytes]:
    """RETURNS (Dict[str, bytes]): The files of a folder, by their paths in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def write_files(files: Dict[str, bytes], folder: Path) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def check_doc(doc: Any, text: str) -> None:
    """What must be true of any doc that came out of a pipeline."""
    assert doc.text == text
    bounds = sentence_bounds(doc)
    assert [start for start, _ in bounds[1:]] == [end for _, end in bounds[:-1]]
    assert not bounds or (bounds[0][0], bounds[-1][1]) == (0, len(doc))
    for triple in get_triples(doc):
        assert triple.score is None or 0 <= triple.score <= 1
        assert triple.relation and triple.objects
        taken = [t for part in triple.parts for span in part.spans for t in span]
        assert len({token.i for token in taken}) == len(taken)
        assert (
            len(
                {
                    next(n for n, b in enumerate(bounds) if b[0] <= t.i < b[1])
                    for t in taken
                }
            )
            == 1
        )
