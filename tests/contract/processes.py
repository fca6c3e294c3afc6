"""Uses pipelines in other processes: `processes.py METHOD`, with a way of starting
these. Ends with 0 if all that they find is what this process finds."""

import copy
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from typing import Any, List

import spacy
import torch
from conftest import SENTENCES, TINY_MODEL, make_example
from contract_builders import TEXTS, all_answers, all_in_one
from spacy.language import Language

nlp: Any = None
tiny: Any = None


def make_tiny() -> Language:
    made = spacy.blank("xx")
    made.add_pipe("xoie", config={"model": TINY_MODEL})
    data = [make_example(made, *sentence) for sentence in SENTENCES]
    made.initialize(lambda: data)
    made.get_pipe("xoie").set_stage("adapters")
    return made


def take(*pipelines: Language) -> None:
    global nlp, tiny
    nlp, tiny = pipelines


def extract(text: str) -> Any:
    return all_answers([nlp(text)])


def gates(text: str) -> Any:
    pipe = nlp.get_pipe("xoie")
    return [one.gates.round(4).tolist() for one in pipe.gates([nlp.make_doc(text)])]


def clone(text: str) -> Any:
    return all_answers([copy.deepcopy(nlp)(text)])


def load(text: str) -> Any:
    return all_answers([all_in_one().from_bytes(nlp.to_bytes())(text)])


def learn(text: str) -> List[bool]:
    """Whether each parameter learns, after an update."""
    data = [make_example(tiny, *sentence) for sentence in SENTENCES]
    assert tiny.update(data, sgd=tiny.resume_training())["xoie"] > 0
    return [p.requires_grad for p in tiny.get_pipe("xoie").network.parameters()]


def main(method: str) -> None:
    multiprocessing.set_start_method(method)
    multiprocessing.set_forkserver_preload(["processes"])
    # Enough for torch to start its threads, also where there is one processor only.
    torch.set_num_threads(2)
    torch.ones(2000, 2000) @ torch.ones(2000, 2000)
    take(all_in_one(), make_tiny())
    # First with weights that were not read yet, then with a network that computed.
    docs = nlp.pipe(TEXTS * 6, n_process=2, batch_size=5)
    assert all_answers(docs) == all_answers(map(nlp, TEXTS)) * 6
    with ProcessPoolExecutor(1, initializer=take, initargs=(nlp, tiny)) as pool:
        for task in (extract, gates, clone, load, learn):
            assert pool.submit(task, TEXTS[0]).result() == task(TEXTS[0]), task
    assert torch.get_num_threads() == 2


if __name__ == "__main__":
    main(sys.argv[1])
