"""Servers in this process."""

from typing import Any, Callable, Dict, List, Optional, Sequence, Union

import spacy
from conftest import TINY_MODEL, TOKENIZER
from spacy.language import Language
from starlette.testclient import TestClient

from spacy_xoie.apps.server.app import make_app
from spacy_xoie.apps.server.backend import Backend, LocalBackend
from spacy_xoie.apps.server.engine import Answer, Engine, Job
from spacy_xoie.apps.server.run import allowed_hosts
from spacy_xoie.apps.server.settings import Limits
from spacy_xoie.apps.server.translation import Engines
from spacy_xoie.doc.translations import Untranslated
from spacy_xoie.errors import EngineError
from spacy_xoie.projection.aligners.lexical import LexicalAligner
from spacy_xoie.projection.ty import Translation, Translator

MUSEUM = "The museum bought three paintings ."
CITY = "Die Stadt hat das Haus gebaut ."
TRANSLATIONS = {MUSEUM: "El museo compró tres pinturas ."}
LIMITS = Limits(chars=150_000, texts=4, bytes=700_000, seconds=60.0)
LOCAL = allowed_hosts("127.0.0.1", ())


class TableTranslator:
    """Knows a few texts; fails where it is told to."""

    by_sentence = False

    def __init__(self, table: Dict[str, str]) -> None:
        self.table = table

    def __call__(
        self, texts: Sequence[str], source: str, target: str
    ) -> List[Union[Translation, Untranslated]]:
        if target == "pt":
            raise EngineError("The engine at /secret/place does not answer.")
        return [
            (
                Translation(self.table[text])
                if text in self.table
                else Untranslated("no translation given")
            )
            for text in texts
        ]


def load_trained(data: bytes) -> Language:
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("xoie_lang")
    nlp.add_pipe("xoie", config={"model": TINY_MODEL})
    return nlp.from_bytes(data)


def make_engines(translator: Optional[Translator] = None) -> Engines:
    translator = translator or TableTranslator(TRANSLATIONS)
    pairs = (("en", "es"), ("en", "pt"))
    return Engines(translator, LexicalAligner(), ("es", "pt"), pairs)


def client_of(backend: Backend, limits: Limits = LIMITS) -> TestClient:
    app = make_app(backend, limits=limits, hosts=LOCAL)
    return TestClient(app, base_url="http://localhost", raise_server_exceptions=False)


class SlowBackend:
    """Answers when it is allowed to."""

    info: Dict[str, Any] = {
        "model": "slow",
        "languages": [],
        "targets": [],
        "pairs": None,
        "formats": [],
    }

    def __init__(self, wait: Callable[[], None]) -> None:
        self.wait = wait
        self.jobs: List[Job] = []
        self.is_closed = False

    def answer(self, job: Job) -> List[Answer]:
        self.jobs.append(job)
        self.wait()
        return [Answer(b"{}")] * len(job.items)

    def close(self) -> None:
        self.is_closed = True


def local_backend(nlp: Language) -> LocalBackend:
    return LocalBackend(Engine(nlp, name="tiny", engines=make_engines()))
