"""What every component promises where it is copied by pickle, or used by several
threads. See `test_contract`; `test_processes` has processes."""

import pickle
import sys
from threading import Barrier, Thread
from typing import Any, Iterator, List

import pytest
from contract_builders import CASES, TEXTS

THREADS, ROUNDS = 4, 3


@pytest.fixture(params=CASES)
def case(request: Any) -> Any:
    return CASES[request.param]


@pytest.fixture
def answers(case: Any) -> List[Any]:
    found: List[Any] = case.answers(map(case.pipeline(), TEXTS))
    return found


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads that give way to each other as often as they can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.parametrize("warm", [False, True], ids=["fresh", "warm"])
def test_pickle(case: Any, answers: List[Any], warm: bool) -> None:
    nlp = case.pipeline()
    if warm:
        list(nlp.pipe(TEXTS))
    again = pickle.loads(pickle.dumps(nlp))
    assert case.answers(again.pipe(TEXTS)) == answers
    component = pickle.loads(pickle.dumps(nlp.get_pipe("mine")))
    with nlp.select_pipes(disable="mine"):
        docs = list(nlp.pipe(TEXTS))
    assert case.answers(component.pipe(docs)) == answers


def race(case: Any) -> List[Any]:
    """What each of some threads finds that start on a fresh pipeline together."""
    nlp = case.pipeline()
    barrier = Barrier(THREADS)
    answers: List[Any] = [None] * THREADS

    def work(number: int) -> None:
        barrier.wait()
        try:
            docs = [nlp(text) for text in TEXTS]
            answers[number] = case.answers([*docs, *nlp.pipe(TEXTS)])
        except Exception as error:
            answers[number] = error

    threads = [Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_threads(case: Any, answers: List[Any], hasty: None) -> None:
    """Threads that all use a pipeline for the first time find what one finds."""
    for _ in range(ROUNDS):
        assert race(case) == [answers * 2] * THREADS
