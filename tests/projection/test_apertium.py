import multiprocessing
import os
import pickle
import random
import re
import signal
import threading
from pathlib import Path
from typing import Dict, Iterator, List, Set, Tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.util import registry

from spacy_xoie.doc.translations import Untranslated
from spacy_xoie.errors import EngineError
from spacy_xoie.projection.translators import stream
from spacy_xoie.projection.translators.apertium import (
    ApertiumTranslator,
    installed_pairs,
)
from spacy_xoie.projection.translators.modes import find_mode, read_mode
from spacy_xoie.projection.translators.processes import (
    Chain,
    ChainDied,
    ChainTimedOut,
)
from spacy_xoie.projection.ty import Translation, Translator

PROBE = "The old dogs of the man slept in New York."


def needs_pair(source: str, target: str) -> None:
    if (source, target) not in installed_pairs():
        pytest.skip(
            f"Apertium has no {source}-{target} here: apt install apertium-eng-spa "
            "apertium-es-pt apertium-eng-cat"
        )


@pytest.fixture(scope="module")
def translator() -> Iterator[ApertiumTranslator]:
    needs_pair("en", "es")
    translator = ApertiumTranslator(timeout=20)
    yield translator
    translator.close()


def linked(text: str, translation: object) -> Dict[str, Set[str]]:
    """Words of the translation by words of the source."""
    assert isinstance(translation, Translation) and translation.links is not None
    found: Dict[str, Set[str]] = {}
    for a, b, c, d in translation.links:
        found.setdefault(text[a:b], set()).add(translation.text[c:d])
    return found


# The stream format, without the engine


@given(st.text())
def test_escaping_round_trip(text: str) -> None:
    clean = stream.clean(text)
    assert len(clean) == len(text)
    escaped = stream.escape(clean)
    assert stream.unescape(escaped) == clean
    # Neither words, nor numbers, nor the end of a message.
    assert stream.number_words(escaped) == (escaped, ())
    assert stream.read_words(escaped).stream == escaped
    assert "\0" not in escaped
    escaped.encode()


@given(st.lists(st.tuples(st.text("ab/]$[\\^{}~*é", min_size=1), st.text("n ;[\n"))))
def test_words_are_numbered_and_found(words: List[Tuple[str, str]]) -> None:
    text = "".join(surface + blank for surface, blank in words)
    tagged = stream.number_words(
        "".join(
            f"^{stream.escape(surface)}/{stream.escape(surface)}<n>$"
            f"{stream.escape(blank)}"
            for surface, blank in words
        )
    )
    places = stream.locate(tagged.words, text)
    at, wanted = 0, []
    for surface, blank in words:
        wanted.append((at, at + len(surface)))
        at += len(surface) + len(blank)
    assert places == wanted
    for k in range(len(words)):
        assert f"[[t:s:{k}]]^" in tagged.stream


def test_unknown_words_are_numbered() -> None:
    tagged = stream.number_words("^Xyz/*Xyz$[ ]^a\\/b/a\\/b<n>+c<m>$\\^.")
    assert tagged.stream == "[[t:s:0]]^*Xyz$[ ][[t:s:1]]^a\\/b<n>+c<m>$\\^."
    assert tagged.words == (("", "Xyz"), ("", "a/b"))


def test_blanks_are_closed_behind_their_word() -> None:
    given = "[[t:s:0]]^el<det>$ ^de<pr>$ \\[[[t:s:2; t:s:1]]^rey<n>$\\][ \n][]"
    assert stream.close_blanks(given) == (
        "[[t:s:0]]^el<det>$[[/]] ^de<pr>$ \\[[[t:s:2; t:s:1]]^rey<n>$[[/]]\\][ \n][]"
    )


@pytest.mark.parametrize(
    "given, wanted",
    [
        # va trobar, había prometido, más joven
        ("[[1]]^va<vaux>$ ^b<vblex><inf>$ [[2]]^c<n>$", "va=1 b=1 c=2"),
        ("[[1]]^a<rel>$ ^b<vbhaver><pii>$ [[2]]^c<vblex><pp>$", "a=1 b=2 c=2"),
        ("[[1]]^a<preadv>$ ^b<adj><f>$[[2]]^c<sent>$", "a=1 b=1 c=2"),
        ("[[1]]^a<n>$ ^de<pr>$ ^el<det>$ [[2]]^b<n>$", "a=1 de= el= b=2"),
        ("^a<n>$ ^x\\<n\\>$", "a= x\\<n\\>="),
    ],
)
def test_added_content_words_share_numbers(given: str, wanted: str) -> None:
    shared = stream.share_numbers(given)
    found = re.findall(r"(?:\[\[(\d)\]\])?\^((?:[^<$\\]|\\.)+)", shared)
    assert " ".join(f"{word}={number}" for number, word in found) == wanted
    assert re.sub(r"\[\[.\]\]", "", shared) == re.sub(r"\[\[.\]\]", "", given)


def test_contractions_share_their_sources() -> None:
    words = stream.read_words(
        "[[t:s:1]]perros[[/]] ~de [[t:s:0]]el[[/]] \\[[[T:s:3; t:s:2]]rey[[/]]\\][]"
    )
    assert words.stream == "perros ~de el \\[rey\\][]"
    final = stream.unescape("perros del \\[rey\\][]")
    assert final == "perros del [rey]"
    places = [(0, 3), (4, 7), None, (10, 14)]
    translation = stream.link_words(final, words.tokens, places)
    assert translation.links is not None
    assert [tuple(link) for link in translation.links] == [
        (0, 3, 7, 10),  # del
        (4, 7, 0, 6),  # perros
        (10, 14, 12, 15),  # rey
    ]


# Processes, without the engine


def python(code: str) -> List[str]:
    import sys

    return [sys.executable, "-u", "-c", code]


ECHO = """
import os
while data := os.read(0, 65536):
    os.write(1, data)
"""


def test_chain_answers_more_than_pipes_hold() -> None:
    chain = Chain([python(ECHO), python(ECHO), python(ECHO)])
    for message in ("", "a" * 3_000_000, "é\n" * 1000, "b"):
        assert chain.ask(message, 30) == message
    pids = [process.pid for process in chain._processes]
    chain.close()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    chain.close()


@pytest.mark.parametrize(
    "code, message, error",
    [
        ("pass", "a", ChainDied),
        ("import os; os.read(0, 9); os.write(1, b'ab')", "a", ChainDied),
        ("import os; os.read(0, 9); os.write(1, b'a\\0b\\0')", "a", ChainDied),
        ("import time; time.sleep(60)", "a", ChainTimedOut),
        ("import time; time.sleep(60)", "a" * 1_000_000, ChainTimedOut),
    ],
)
def test_chain_that_fails_is_closed(code: str, message: str, error: type) -> None:
    chain = Chain([python(ECHO), python(code)])
    with pytest.raises(error):
        chain.ask(message, 2)
    assert all(process.returncode is not None for process in chain._processes)


# Modes


def write_mode(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.mode").write_text(text, "utf8")


def test_modes_are_found_by_either_code(tmp_path: Path) -> None:
    for name in ("eng-spa", "es-pt", "es-pt_BR", "pt-gl-latin1", "spa-cat_valencia"):
        write_mode(tmp_path, name, "")
    modes = str(tmp_path)
    assert installed_pairs(modes) == [("en", "es"), ("es", "ca"), ("es", "pt")]
    for source, target, name in [
        ("en", "es", "eng-spa"),
        ("eng", "es-MX", "eng-spa"),
        ("es", "pt", "es-pt"),
        ("es", "pt-BR", "es-pt_BR"),
        ("es", "pt_br", "es-pt_BR"),
        ("es", "pt-PT", "es-pt"),
        ("es", "ca", "spa-cat_valencia"),
    ]:
        assert find_mode(source, target, modes).path.stem == name, (source, target)
    with pytest.raises(EngineError, match="en-es, es-ca, es-pt.*apertium-spa-eng"):
        find_mode("es", "en", modes)


def test_mode_becomes_commands_that_flush(tmp_path: Path) -> None:
    write_mode(
        tmp_path,
        "es-pt",
        "lt-proc -w '/x/a b.bin' | cg-proc -n '/x/r.bin' | apertium-tagger -g $2 "
        "/x/p | apertium-pretransfer | apertium-transfer /x/t1x /x/t1x.bin /x/bil "
        "| lt-proc $1 /x/gen | lt-proc -p /x/pgen\n",
    )
    mode = find_mode("es", "pt", str(tmp_path))
    assert read_mode(mode) == (
        [
            ["lt-proc", "-z", "-w", "/x/a b.bin"],
            ["cg-proc", "-z", "/x/r.bin"],
            ["apertium-tagger", "-z", "-p", "-g", "/x/p"],
        ],
        [
            ["apertium-pretransfer", "-z"],
            ["lt-proc", "-z", "-b", "/x/bil"],
            ["apertium-transfer", "-z", "-b", "/x/t1x", "/x/t1x.bin"],
        ],
        [["lt-proc", "-z", "-n", "/x/gen"]],
        [["lt-proc", "-z", "-p", "/x/pgen"]],
    )


@pytest.mark.parametrize(
    "text, message",
    [
        ("cat | cat", "cannot be used"),
        ("", "cannot be used"),
        ("lt-proc 'a", "cannot be read"),
        ("no-such-1 | apertium-pretransfer | no-such-2 $1", "no-such-1, no-such-2"),
    ],
)
def test_modes_that_cannot_run(text: str, message: str, tmp_path: Path) -> None:
    write_mode(tmp_path, "en-es", text)
    with pytest.raises(EngineError, match=message):
        ApertiumTranslator(str(tmp_path))(["Anna"], "en", "es")


def test_missing_pair_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="pairs: none.*apt install apertium-eng-deu"):
        ApertiumTranslator(str(tmp_path))([], "en", "de")


def test_damaged_package_is_no_fault_of_a_text(tmp_path: Path) -> None:
    needs_pair("en", "es")
    write_mode(
        tmp_path,
        "en-es",
        "lt-proc /no/such/file | apertium-pretransfer | lt-proc $1 /no/such/file",
    )
    with pytest.raises(EngineError, match="does not start.*lt-proc -z /no/such/file"):
        ApertiumTranslator(str(tmp_path))(["Anna"], "en", "es")


# The real engine


def test_translates_and_links(translator: ApertiumTranslator) -> None:
    made = registry.misc.get("spacy-xoie.ApertiumTranslator.v1")()
    assert isinstance(made, Translator) and made.by_sentence
    text = "The old man's dogs didn't sleep, in front of\nthe house in New York."
    (found,) = translator([text], "en", "es")
    links = linked(text, found)
    assert isinstance(found, Translation)
    assert found.text.startswith("Los perros del hombre viejo no durmieron")
    assert found.text.endswith("Nueva York.")
    assert links["dogs"] == {"Los", "perros"}
    assert links["old"] == {"viejo"}
    assert links["The"] == {"del"}
    assert links["in front of"] == {"delante", "de"}
    assert links["New York"] == {"Nueva", "York"}
    assert links["."] == {"."}


@pytest.mark.parametrize(
    "text, word, wanted",
    [
        ("  The   CAT\tsleeps . ", "CAT", "GATO"),
        ("🎬 The house [a] is 👩‍👩‍👧 red.", "red", "rojo"),
        ("The Xyzzybar is red.", "Xyzzybar", "Xyzzybar"),
        ("a*b ~ ^ #c \\ / @d {e} <f> saw the house.", "saw", "vio"),
        ("The book is on the\u00a0table!", "table", "mesa"),
    ],
)
def test_offsets_are_exact(
    text: str, word: str, wanted: str, translator: ApertiumTranslator
) -> None:
    (found,) = translator([text], "en", "es")
    assert linked(text, found)[word] == {wanted}
    assert isinstance(found, Translation)
    for char in "🎬[]*~^#\\/@{}<>!":
        assert (char in text) == (char in found.text), char


@pytest.mark.parametrize(
    "source, target, text, word, wanted",
    [
        ("es", "en", "La mujer compró dos libros.", "compró", "bought"),
        ("es", "pt", "La mujer compró dos libros.", "libros", "livros"),
        ("es", "pt-BR", "La mujer compró dos libros.", "mujer", "mulher"),
        ("pt", "es", "A mulher comprou dois livros.", "livros", "libros"),
        ("en", "ca", "The woman bought two books.", "books", "llibres"),
        ("ca", "en", "La dona va comprar dos llibres.", "llibres", "books"),
        ("en", "ca", "The woman bought two books.", "bought", "comprar"),
        ("en", "es", "The house was built by my younger son.", "younger", "joven"),
        ("es", "ca", "La mujer compró dos libros.", "mujer", "dona"),
        ("en", "gl", "The woman bought two books.", "books", "libros"),
    ],
)
def test_pairs(source: str, target: str, text: str, word: str, wanted: str) -> None:
    needs_pair(source, target[:2])
    translator = ApertiumTranslator()
    (found,) = translator([text], source, target)
    translator.close()
    assert wanted in linked(text, found)[word]
    assert isinstance(found, Translation) and found.text.endswith(".")


def test_nothing_to_translate(translator: ApertiumTranslator) -> None:
    assert translator(["", " \n"], "en", "es") == [
        Translation("", ()),
        Translation(" \n", ()),
    ]
    assert translator([], "en", "es") == []


PIECES = [
    *PROBE.split(),
    *"[ ] [[ ]] [[/]] [[t:s:3]] ^ $ ^a/b<n>$ / \\ @ < > <n> { } ~ * # + & ;".split(),
    *["\0", "\x01", "\x1b", "\n", "\r\n", "\t", "   ", "\u2028", "\xa0", "\xad"],
    *["\u200b", "\u200d", "\ufeff", "\ud800", "\ufffe", "\uffff", "\U0010ffff"],
    *[
        "\uf07e",
        "🎬",
        "👩‍👩‍👧",
        "e\u0301",
        "中文",
        "العربية",
        "İ",
        "ﬁ",
        "\x85",
        "\x7f",
    ],
    *["a" * 3000, "x" * 200 + "$", "can't", "gonna", "in front of", "3.5%", "a@b.c"],
]


@pytest.mark.parametrize("pair", [("en", "es"), ("es", "pt"), ("en", "ca")])
def test_nasty_texts_neither_crash_nor_desynchronise(pair: Tuple[str, str]) -> None:
    needs_pair(*pair)
    translator = ApertiumTranslator(timeout=20)
    generator = random.Random(0)
    wanted = translator([PROBE], *pair)
    for k in range(300 if pair == ("en", "es") else 100):
        size = generator.choice([1, 2, 3, 5, 10, 30])
        text = "".join(
            generator.choice(PIECES) + generator.choice(["", " "]) for _ in range(size)
        )
        if k % 10 == 0:
            text = "".join(chr(generator.randrange(0x3000)) for _ in range(size))
        found, probe = translator([text, PROBE], *pair)
        assert isinstance(found, Translation), (text, found)
        assert probe == wanted[0], text
        found.text.encode()
        for a, b, c, d in found.links or ():
            assert 0 <= a < b <= len(text) and 0 <= c < d <= len(found.text)
    translator.close()


def kill_one(translator: ApertiumTranslator) -> None:
    (engine,) = translator._engines.values()
    assert engine.chains is not None
    process = engine.chains[1]._processes[0]
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_killed_engine_starts_again(translator: ApertiumTranslator) -> None:
    wanted = translator([PROBE], "en", "es")
    kill_one(translator)
    assert translator([PROBE], "en", "es") == wanted


def test_hanging_and_crashing_cost_one_text(
    translator: ApertiumTranslator, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = translator([PROBE], "en", "es")
    ask = Chain.ask
    reasons: Dict[str, type] = {"hang": ChainTimedOut, "crash": ChainDied}

    def fail(self: Chain, message: str, timeout: float) -> str:
        for word, error in reasons.items():
            if word in message:
                self.close()
                raise error()
        return ask(self, message, timeout)

    monkeypatch.setattr(Chain, "ask", fail)
    texts = ["They hang it.", PROBE, "They crash it.", PROBE]
    hung, first, crashed, second = translator(texts, "en", "es")
    assert isinstance(hung, Untranslated) and hung.reason == "engine timed out"
    assert isinstance(crashed, Untranslated) and crashed.reason == "engine crashed"
    assert [first] == [second] == wanted
    assert "They hang it." in hung.detail and "They crash it." in crashed.detail


def test_pickled_and_closed(translator: ApertiumTranslator) -> None:
    wanted = translator([PROBE], "en", "es")
    copy = pickle.loads(pickle.dumps(translator))
    assert copy([PROBE], "en", "es") == wanted
    processes = [p for c in copy._engines["en", "es"].chains for p in c._processes]
    copy.close()
    assert all(process.returncode is not None for process in processes)
    assert copy([PROBE], "en", "es") == wanted
    processes = [p for c in copy._engines["en", "es"].chains for p in c._processes]
    del copy
    assert all(process.returncode is not None for process in processes)


def _ask_in_fork(
    translator: ApertiumTranslator, queue: "multiprocessing.Queue"
) -> None:
    queue.put([translator([f"The dog saw {k} cats."], "en", "es") for k in range(20)])


def test_forks_do_not_mix_answers(translator: ApertiumTranslator) -> None:
    wanted = [translator([f"The dog saw {k} cats."], "en", "es") for k in range(20)]
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    workers = [
        context.Process(target=_ask_in_fork, args=(translator, queue)) for _ in range(2)
    ]
    for worker in workers:
        worker.start()
    assert [translator([f"The dog saw {k} cats."], "en", "es") for k in range(20)] == (
        wanted
    )
    assert [queue.get(timeout=60) for _ in workers] == [wanted, wanted]
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    # The children have not taken the parent's processes along.
    assert translator([PROBE], "en", "es") == translator([PROBE], "en", "es")


def test_threads_do_not_mix_answers(translator: ApertiumTranslator) -> None:
    texts = [f"The dog saw {k} cats." for k in range(30)]
    wanted = translator(texts, "en", "es")
    found: List[object] = [None] * 4

    def work(place: int) -> None:
        found[place] = translator(texts, "en", "es")

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [wanted] * 4
