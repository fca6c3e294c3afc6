"""What every component of the package promises, as spaCy's own do. Each check is a
function of a case; `contract_builders.CASES` has one case for each factory."""

import copy
import inspect
import subprocess
import sys
from functools import cache
from importlib.metadata import distribution
from itertools import count
from pathlib import Path
from typing import Any, Callable, Iterator, List, Tuple

import pytest
import spacy
from contract_builders import CASES, TEXTS, Case, all_answers, all_in_one
from spacy.language import Language
from spacy.tokens import Doc, DocBin

Failure = Tuple[str, List[str], str]
BAD = 2
"""The number of the text that fails."""


def listen(nlp: Language) -> List[Failure]:
    """Collect what goes to the error handler: component, texts, kind of error."""
    failures: List[Failure] = []

    def handle(name: str, pipe: Any, docs: List[Doc], error: Exception) -> None:
        assert pipe is nlp.get_pipe(name)
        failures.append((name, [doc.text for doc in docs], type(error).__name__))

    nlp.set_error_handler(handle)  # type: ignore[arg-type]
    return failures


def make_docs(nlp: Language) -> List[Doc]:
    return [nlp.make_doc(text) for text in TEXTS]


def one_bad(case: Case, nlp: Language) -> List[Doc]:
    docs = make_docs(nlp)
    case.damage(docs[BAD])
    return docs


def without_bad(values: Any) -> List[Any]:
    return [value for number, value in enumerate(values) if number != BAD]


def expected(case: Case) -> List[Any]:
    """What the component finds, doc by doc."""
    return _expected(case.factory)


@cache
def _expected(factory: str) -> List[Any]:
    case = CASES[factory]
    nlp = case.pipeline()
    answers = case.answers(nlp(text) for text in TEXTS)
    for number, answer in enumerate(answers):
        assert bool(answer) == (number not in case.silent), TEXTS[number]
    return answers


# Being there


def check_bare_add_pipe(case: Case) -> None:
    nlp = spacy.blank("xx")
    pipe = nlp.add_pipe(case.factory)
    assert pipe.name == case.factory and nlp.pipe_names == [case.factory]
    meta = nlp.get_factory_meta(case.factory)
    assert meta.assigns and set(meta.default_config) == set(
        nlp.get_pipe_config(case.factory)
    ) - {"factory"}


def check_not_ready(case: Case) -> None:
    """What needs weights or a parse says so; the rest leaves docs as they are."""
    nlp = spacy.blank("en")
    nlp.add_pipe(case.factory, config={**case.config, **case.unready})
    if case.unready or case.needs:
        for run in (nlp, lambda text: next(nlp.pipe([text]))):
            with pytest.raises(ValueError, match=case.factory) as caught:
                run(TEXTS[0])
            assert type(caught.value).__name__ == "NotReadyError"
        return
    doc = nlp(TEXTS[0])
    assert doc.text == TEXTS[0] and isinstance(case.answer(doc, case.key), list)


def check_initialize(case: Case) -> None:
    nlp = case.pipeline()
    nlp.initialize()
    assert case.answers(nlp.pipe(TEXTS)) == expected(case)


def check_settings_say_it_all(case: Case) -> None:
    """A pipeline made of the config of another is that pipeline."""
    nlp = case.pipeline()
    text = nlp.config.to_str()
    other = spacy.util.load_model_from_config(spacy.util.load_config_from_str(text))
    assert other.config.to_str() == text
    assert case.answers(other.pipe(TEXTS)) == expected(case)


def check_analyze_pipes(case: Case) -> None:
    nlp = case.pipeline()
    analysis = nlp.analyze_pipes(keys=["assigns", "requires", "scores"])
    assert analysis["summary"]["mine"]["assigns"]
    assert nlp.get_pipe_meta("mine").factory == case.factory


# Docs


def check_empty_docs(case: Case) -> None:
    nlp = case.pipeline()
    texts = ["", " ", "\n\n\t ", "\u00a0\u200b"]
    for docs in (
        [nlp(text) for text in texts],
        list(nlp.pipe(texts)),
        list(nlp.pipe(texts, batch_size=1)),
    ):
        assert [doc.text for doc in docs] == texts
        assert not any(
            {span.text.strip() for span in doc.spans.get(case.key, ())} - {"", "\u200b"}
            for doc in docs
        )
    between = list(nlp.pipe([TEXTS[0], "", " ", TEXTS[3]]))
    answers = expected(case)
    assert case.answers([between[0], between[3]]) == [answers[0], answers[3]]


def check_call_returns_its_doc(case: Case) -> None:
    nlp = case.pipeline()
    doc = nlp.make_doc(TEXTS[0])
    assert nlp(doc) is doc
    docs = make_docs(nlp)
    assert all(a is b for a, b in zip(nlp.pipe(docs), docs, strict=True))


def check_predict_changes_nothing(case: Case) -> None:
    """`predict` looks, `set_annotations` writes; `pipe` is both."""
    nlp = case.pipeline()
    pipe = nlp.get_pipe("mine")
    with nlp.select_pipes(disable="mine"):
        docs = list(nlp.pipe(TEXTS))
    before = [doc.to_bytes() for doc in docs]
    results = pipe.predict(docs)
    assert [doc.to_bytes() for doc in docs] == before
    pipe.set_annotations(docs, results)
    assert case.answers(docs) == expected(case)


def check_language_of_the_doc(case: Case) -> None:
    """What `doc._.language` says holds, not the language of the pipeline."""
    nlp = case.pipeline()
    doc, other = nlp.make_doc(TEXTS[0]), nlp.make_doc(TEXTS[0])
    doc._.language = "de"
    if case.factory == "xoie_schema":
        with nlp.select_pipes(enable="contract_triples"):
            nlp(doc)
        doc.spans["xoie"].attrs = {}
    if case.factory == "xoie_projector":
        doc._.language = case.config["target"]
    for found in (nlp(doc), nlp(other)):
        assert (found._.language == "en") == (
            found is other and case.factory == "xoie_lang"
        )
    if case.factory == "xoie_projector":
        assert not doc._.translations and other._.translations
    elif case.factory == "xoie_lang":
        assert doc._.language == "de"
        assert {span._.language for span in doc.spans["xoie_lang"]} == {"de"}
    elif case.factory == "xoie_schema":
        assert [fact.language for fact in doc._.facts] == [], "no German cue is there"
    elif case.factory == "xoie_cores":
        # Names have no adposition in either; `tests/cores` tells the languages apart.
        assert case.answer(doc, case.key) == case.answer(other, case.key)
    elif case.factory == "xoie_coref":
        assert case.answer(other, case.key), "English has a pronoun `it`"
        assert not case.answer(doc, case.key), "German has none"
    else:
        assert {triple.language for triple in doc._.triples} == {"de"}
        assert {triple.language for triple in other._.triples} == {"en"}


# Failures: spaCy's own policy, one doc at a time


def check_one_bad_doc(case: Case) -> None:
    """The others come out whole and in order, the bad one is reported once, under the
    component's own name, and does not go on."""
    answers = without_bad(expected(case))
    for size in (1, 3, 128):
        nlp = case.pipeline("my own name")
        failures = listen(nlp)
        docs = list(nlp.pipe(one_bad(case, nlp), batch_size=size))
        assert [doc.text for doc in docs] == without_bad(TEXTS)
        assert case.answers(docs) == answers
        assert [(name, texts) for name, texts, _ in failures] == [
            ("my own name", [TEXTS[BAD]])
        ]


def check_one_bad_doc_of_a_component(case: Case) -> None:
    """The same with the component alone, and a handler of its own."""
    nlp = case.pipeline()
    pipe = nlp.get_pipe("mine")
    with nlp.select_pipes(disable="mine"):
        docs = list(nlp.pipe(one_bad(case, nlp)))
    failed: List[Doc] = []
    pipe.set_error_handler(lambda name, pipe, docs, error: failed.extend(docs))
    assert list(pipe.pipe(iter(docs))) == without_bad(docs)
    assert failed == [docs[BAD]]
    assert case.answers(without_bad(docs)) == without_bad(expected(case))


def check_all_bad_docs(case: Case) -> None:
    nlp = case.pipeline()
    failures = listen(nlp)
    docs = make_docs(nlp)
    for doc in docs:
        case.damage(doc)
    assert list(nlp.pipe(docs)) == []
    assert [texts for _, texts, _ in failures] == [[text] for text in TEXTS]


def check_a_bad_doc_is_raised(case: Case) -> None:
    """Without a handler, the error of the doc is raised as it is."""
    nlp = case.pipeline()
    with pytest.raises(Exception) as alone:
        nlp(one_bad(case, nlp)[BAD])
    for size in (1, 128):
        stream = nlp.pipe(one_bad(case, nlp), batch_size=size)
        with pytest.raises(type(alone.value)):
            list(stream)


def check_one_bad_doc_by_call(case: Case) -> None:
    """`nlp(doc)` has to return a doc: the one that failed, as it was."""
    nlp = case.pipeline()
    failures = listen(nlp)
    docs = one_bad(case, nlp)
    assert nlp(docs[BAD]) is docs[BAD]
    assert [(name, texts) for name, texts, _ in failures] == [("mine", [TEXTS[BAD]])]
    with nlp.select_pipes(disable="mine"):
        before = nlp(one_bad(case, nlp)[BAD]).to_bytes()
    assert docs[BAD].to_bytes() == before
    assert case.answers([nlp(docs[0])]) == expected(case)[:1]


def check_failure_inside(case: Case) -> None:
    """Whichever half fails, one doc is lost and no other is touched."""
    answers = without_bad(expected(case))
    for half in ("predict", "set_annotations"):
        nlp = case.pipeline()
        pipe = nlp.get_pipe("mine")
        inner = getattr(pipe, half)

        def fail(docs: Any, *args: Any, inner: Any = inner) -> Any:
            docs = list(docs)
            good = [doc for doc in docs if doc.text != TEXTS[BAD]]
            if len(good) < len(docs):
                if args:  # the first docs are written when it happens
                    place = len(docs[: [d.text for d in docs].index(TEXTS[BAD])])
                    inner(docs[:place], list(args[0])[:place])
                raise RuntimeError("on purpose")
            return inner(docs, *args)

        setattr(pipe, half, fail)
        failures = listen(nlp)
        docs = list(nlp.pipe(TEXTS))
        assert case.answers(docs) == answers
        assert failures == [("mine", [TEXTS[BAD]], "RuntimeError")]


def check_interrupts_are_no_failures(case: Case) -> None:
    nlp = case.pipeline()
    pipe = nlp.get_pipe("mine")
    failures = listen(nlp)

    def stop(docs: Any) -> Any:
        raise KeyboardInterrupt

    pipe.predict = stop
    for run in (lambda: nlp(TEXTS[0]), lambda: list(nlp.pipe(TEXTS))):
        with pytest.raises(KeyboardInterrupt):
            run()
    assert failures == []


def check_failures_of_the_stream(case: Case) -> None:
    """What goes wrong in the stream is not the fault of the component."""
    nlp = case.pipeline()
    failures = listen(nlp)
    with nlp.select_pipes(disable="mine"):
        doc = nlp(TEXTS[0])

    def stream() -> Iterator[Doc]:
        yield doc
        raise OSError("the disk")

    with pytest.raises(OSError, match="the disk"):
        list(nlp.get_pipe("mine").pipe(stream()))
    assert failures == []


# Batches


def check_batches(case: Case) -> None:
    answers = expected(case)
    nlp = case.pipeline()
    for size in (1, 2, 3, 100):
        assert case.answers(nlp.pipe(TEXTS, batch_size=size)) == answers
    assert case.answers(nlp.pipe(TEXTS[::-1])) == answers[::-1]
    assert case.answers(nlp.pipe(TEXTS * 3)) == answers * 3


def check_batch_size(case: Case) -> None:
    """A batch of no docs would lose them all."""
    nlp = case.pipeline()
    pipe = nlp.get_pipe("mine")
    for size in (0, -1):
        with pytest.raises(ValueError, match=f"batch_size is {size}") as caught:
            list(nlp.pipe(TEXTS, batch_size=size))
        assert type(caught.value).__name__ == "ConfigError"
        with pytest.raises(ValueError, match=f"batch_size is {size}"):
            list(pipe.pipe([], batch_size=size))
    assert list(pipe.pipe([])) == []
    parameter = inspect.signature(type(pipe).pipe).parameters["batch_size"]
    assert parameter.default > 0


def check_streams(case: Case) -> None:
    """It reads no more of a stream than a batch."""
    nlp = case.pipeline()
    read: List[int] = []

    def endless() -> Iterator[str]:
        for number in count():
            read.append(number)
            yield TEXTS[number % len(TEXTS)]

    stream = nlp.pipe(endless(), batch_size=3)
    answers = case.answers(next(stream) for _ in TEXTS)
    assert answers == expected(case) and len(read) <= 6


def check_as_tuples(case: Case) -> None:
    nlp = case.pipeline()
    pairs = list(nlp.pipe(zip(TEXTS, count()), as_tuples=True, batch_size=3))
    assert [number for _, number in pairs] == [0, 1, 2, 3]
    assert case.answers(doc for doc, _ in pairs) == expected(case)
    failures = listen(nlp)
    bad = zip(one_bad(case, nlp), count())
    pairs = list(nlp.pipe(bad, as_tuples=True))
    assert [number for _, number in pairs] == without_bad(range(4))
    assert len(failures) == 1


def check_select_pipes(case: Case) -> None:
    nlp = case.pipeline()
    with nlp.select_pipes(disable="mine"):
        assert not any(case.answers(nlp.pipe(TEXTS)))
    assert case.answers(nlp.pipe(TEXTS)) == expected(case)
    with nlp.select_pipes(enable=[*case.before, "mine"]):
        assert case.answers(nlp.pipe(TEXTS)) == expected(case)
    assert not any(case.answers(nlp.pipe(TEXTS, disable=["mine"])))


# Round trips


def check_docs_travel(case: Case) -> None:
    nlp = case.pipeline()
    answers = expected(case)
    docs = list(nlp.pipe(TEXTS))
    again = [Doc(nlp.vocab).from_bytes(doc.to_bytes()) for doc in docs]
    assert case.answers(again) == answers
    assert case.answers(doc.copy() for doc in docs) == answers
    for user_data in (True, False):
        for vocab in (nlp.vocab, spacy.blank("en").vocab):
            content = DocBin(docs=docs, store_user_data=user_data).to_bytes()
            stored = DocBin().from_bytes(content).get_docs(vocab)
            assert case.answers(stored) == answers


def check_user_data_stays(case: Case) -> None:
    """Nothing is left in `doc.user_data`, which spaCy drops on many roads."""
    nlp = case.pipeline()
    docs = list(nlp.pipe(TEXTS))
    assert not any(doc.user_data for doc in docs)


def check_bytes(case: Case) -> None:
    nlp, other = case.pipeline(), case.pipeline()
    assert other.get_pipe("mine").from_bytes(nlp.get_pipe("mine").to_bytes()) is (
        other.get_pipe("mine")
    )
    assert case.answers(other.pipe(TEXTS)) == expected(case)
    again = case.pipeline().from_bytes(nlp.to_bytes())
    assert case.answers(again.pipe(TEXTS)) == expected(case)
    slim = nlp.to_bytes(exclude=["mine"])
    assert case.answers(case.pipeline().from_bytes(slim).pipe(TEXTS)) == expected(case)


def check_disk(case: Case, tmp_path: Path) -> None:
    nlp = case.pipeline()
    nlp.get_pipe("mine").to_disk(tmp_path / "component")
    other = case.pipeline()
    pipe = other.get_pipe("mine")
    assert pipe.from_disk(tmp_path / "component") is pipe
    assert case.answers(other.pipe(TEXTS)) == expected(case)
    nlp.to_disk(tmp_path / "pipeline")
    again = spacy.load(tmp_path / "pipeline")
    assert case.answers(again.pipe(TEXTS)) == expected(case)
    nlp.to_disk(tmp_path / "pipeline")  # over the older one


def check_copies(case: Case) -> None:
    nlp = case.pipeline()
    answers = expected(case)
    component = copy.deepcopy(nlp.get_pipe("mine"))
    with nlp.select_pipes(disable="mine"):
        docs = list(nlp.pipe(TEXTS))
    assert case.answers(component.pipe(docs)) == answers
    assert case.answers(copy.deepcopy(nlp).pipe(TEXTS)) == answers
    list(nlp.pipe(TEXTS))  # warm, with weights
    assert case.answers(copy.deepcopy(nlp).pipe(TEXTS)) == answers


# Two of a kind


def check_two_in_one_pipeline(case: Case, tmp_path: Path) -> None:
    first = expected(case)
    second = case.pipeline(**case.other)
    others = [case.answer(doc, case.other_key) for doc in second.pipe(TEXTS)]

    def found(nlp: Language) -> Tuple[List[Any], List[Any]]:
        docs = list(nlp.pipe(TEXTS))
        return case.answers(docs), [case.answer(doc, case.other_key) for doc in docs]

    nlp = case.two()
    assert found(nlp) == (first, first if case.other_key == case.key else others)
    assert found(case.two().from_bytes(nlp.to_bytes())) == found(nlp)
    nlp.to_disk(tmp_path)
    assert found(spacy.load(tmp_path)) == found(nlp)
    failures = listen(nlp)
    docs = list(nlp.pipe(one_bad(case, nlp)))
    assert len(docs) == 3 and [name for name, *_ in failures] == ["mine"]


def check_vocab_of_others(case: Case) -> None:
    """Docs of another pipeline can be read, too."""
    other = spacy.blank("en")
    nlp = case.pipeline()
    docs = list(nlp.pipe(other.make_doc(text) for text in TEXTS))
    assert case.answers(docs) == expected(case)


CHECKS: List[Callable[..., None]] = [
    check
    for name, check in sorted(globals().items())
    if name.startswith("check_") and callable(check)
]


@pytest.mark.parametrize("factory", CASES)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__[6:])
def test_contract(check: Callable[..., None], factory: str, tmp_path: Path) -> None:
    if "tmp_path" in inspect.signature(check).parameters:
        check(CASES[factory], tmp_path)
    else:
        check(CASES[factory])


def test_every_component_has_a_case() -> None:
    declared = distribution("spacy-xoie").entry_points.select(group="spacy_factories")
    assert set(CASES) == {entry_point.name for entry_point in declared}


def test_all_in_one_pipeline() -> None:
    """A doc that fails in one component is not seen by those behind it."""
    nlp = all_in_one()
    failures = listen(nlp)
    bad = make_docs(nlp)
    CASES["xoie_syntax"].damage(bad[0])
    CASES["xoie_lang"].damage(bad[BAD])
    docs = list(nlp.pipe(bad))
    assert [doc.text for doc in docs] == [TEXTS[1], TEXTS[3]]
    assert [(name, texts) for name, texts, _ in failures] == [
        ("xoie_lang", [TEXTS[BAD]]),
        ("xoie_syntax", [TEXTS[0]]),
    ]
    assert all_answers(docs) == all_answers([nlp(TEXTS[1]), nlp(TEXTS[3])])


EXTENSIONS = """
import spacy, spacy_xoie
from spacy.tokens import Doc, Span

doc = spacy.blank("en")("Ida met Max.")
assert doc._.triples == doc[:]._.triples == ()
assert doc._.language == doc[:]._.language == "und"
assert doc._.language_scores == doc[:]._.language_scores == {}
assert dict(doc._.translations) == doc._.untranslated == {}
assert doc._.projection is None
assert doc._.facts == doc._.facts_set_aside == ()
doc._.language = "en"
assert doc._.language == "en"
"""


def test_extensions_are_there_on_import(tmp_path: Path) -> None:
    """Docs that were stored can be read without the component that wrote them."""
    done = subprocess.run(
        [sys.executable, "-c", EXTENSIONS], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
