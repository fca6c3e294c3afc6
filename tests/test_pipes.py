"""What the components have in common; `tests/contract` has the rest."""

from typing import Any, List

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from thinc.api import ConfigValidationError

from spacy_xoie.pipes import BatchPipe, factory, handling_errors


class Counter(BatchPipe):
    """Counts tokens; knows how its docs came in."""

    def __init__(self, name: str = "counter") -> None:
        self.name = name
        self.batches: List[List[str]] = []

    def predict(self, docs: Any) -> List[int]:
        self.batches.append([doc.text for doc in docs])
        if "bad" in self.batches[-1]:
            raise ValueError("a bad doc")
        return [len(doc) for doc in docs]

    def set_annotations(self, docs: Any, results: Any) -> None:
        for doc, result in zip(docs, results, strict=True):
            doc.user_data["count"] = result

    def is_done(self, doc: Doc) -> bool:
        return "count" in doc.user_data


def make_docs(*texts: str) -> List[Doc]:
    return [*spacy.blank("xx").pipe(texts)]


def test_batches_are_cut_by_number_and_by_tokens() -> None:
    counter = Counter()
    docs = make_docs("a", "b", "c d e", "f", "g h i", "j")
    assert list(counter.pipe(docs, batch_size=3)) == docs
    assert counter.batches == [["a", "b", "c d e"], ["f", "g h i", "j"]]

    class Small(Counter):
        max_tokens = 3

    counter = Small()
    assert list(counter.pipe(make_docs("a", "b", "c d e", "f", "g h i", "j")))
    assert counter.batches == [["a", "b", "c d e"], ["f", "g h i"], ["j"]]


def test_docs_are_tried_alone_after_a_failure_only() -> None:
    counter = Counter()
    counter.set_error_handler(lambda *args: None)
    docs = make_docs("a", "bad", "b", "c", "d")
    assert [doc.text for doc in counter.pipe(docs, batch_size=3)] == list("abcd")
    assert counter.batches == [["a", "bad", "b"], ["a"], ["bad"], ["b"], ["c", "d"]]


def test_what_is_done_is_not_done_again() -> None:
    counter = Counter()
    done, _, third = docs = make_docs("bad", "a", "b")
    done.user_data["count"] = 7
    third.user_data["count"] = 8
    assert list(counter.pipe(docs)) == docs
    assert counter.batches == [["a"]]
    assert counter(done) is done and done.user_data["count"] == 7
    assert list(counter.pipe([done, third])) == [done, third]
    assert counter.batches == [["a"]]


def test_a_handler_for_a_while() -> None:
    """The handlers of a pipeline and of its components are theirs again."""
    nlp = spacy.blank("en")
    pipe = nlp.add_pipe("xoie_syntax")
    other = nlp.add_pipe("xoie_syntax", name="other")
    failed: List[str] = []
    own: List[str] = []
    other.set_error_handler(lambda name, *args: own.append(name))
    before = nlp.default_error_handler, pipe.get_error_handler()
    with handling_errors(nlp, lambda name, *args: failed.append(name)):
        assert list(nlp.pipe(["Ida met Max."])) == []
    assert (nlp.default_error_handler, pipe.get_error_handler()) == before
    with pytest.raises(RuntimeError), handling_errors(nlp, lambda *args: None):
        raise RuntimeError
    with pytest.raises(ValueError, match="xoie_syntax"):
        list(nlp.pipe(["Ida met Max."]))
    with nlp.select_pipes(enable="other"):
        assert list(nlp.pipe(["Ida met Max."])) == []
    assert (failed, own) == (["xoie_syntax"], ["other"])


class Shouter(BatchPipe):
    def __init__(
        self, name: str = "shouter", *, mark: str = "!", times: int = 1
    ) -> None:
        self.name, self.mark, self.times = name, mark, times

    def predict(self, docs: Any) -> List[str]:
        return [doc.text + self.mark * self.times for doc in docs]

    def set_annotations(self, docs: Any, results: Any) -> None:
        for doc, result in zip(docs, results, strict=True):
            doc.user_data["shout"] = result


@factory("test_shouter", Shouter, default_config={"times": 2})
def make_shouter(nlp: Language, name: str, **settings: Any) -> Shouter:
    return Shouter(name, **settings)


def test_settings_are_stated_by_the_component() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("test_shouter")
    nlp.add_pipe("test_shouter", name="quiet", config={"mark": "."})
    doc = nlp("Hello")
    assert doc.user_data["shout"] == "Hello.."
    assert nlp.get_pipe_config("test_shouter")["mark"] == "!"
    again = spacy.blank("en", config=nlp.config)
    assert again.config["components"] == nlp.config["components"]
    for wrong in ({"times": "often"}, {"volume": 3}):
        with pytest.raises(ConfigValidationError):
            nlp.add_pipe("test_shouter", name="wrong", config=wrong)
