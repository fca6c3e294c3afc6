"""One case for each component: how to build a pipeline that is ready for it, what it
writes, and what makes it fail on one doc. A new component needs a case here, no more.
"""

from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterable, List, Tuple

import spacy
from spacy.language import Language
from spacy.tokens import Doc, SpanGroup

from spacy_xoie import TokenTriple, get_triples, set_triples

TEXTS = (
    "Anna bought Rome. Ben sold it.",
    "Ben visited Paris.",
    "Clara bought Lisbon.",
    "Emma married Max.",
)
SPANISH = (
    "Ana compró Roma. Ben la vendió.",
    "Ben visitó París.",
    "Clara compró Lisboa.",
    "Emma esposó a Max.",
)
TRANSLATOR = {
    "@misc": "spacy-xoie.PrecomputedTranslator.v1",
    "translations": dict(zip(TEXTS, SPANISH)),
}
UNREADY = {
    "@architectures": "spacy-xoie.TripleModel.v1",
    "encoder": {"@architectures": "spacy-xoie.HashedEncoder.v1"},
    "head": {"@architectures": "spacy-xoie.LightHead.v1"},
    "bank": None,
    "router": None,
}
UNPARSED = "unparsed"


@Language.component("contract_parser")
def parse(doc: Doc) -> Doc:
    """A tree for sentences of three words: subject, verb, object."""
    if UNPARSED in doc.spans:
        return doc
    verb = 0
    for token in doc:
        start = token.i == 0 or doc[token.i - 1].text == "."
        if start:
            verb = min(token.i + 1, len(doc) - 1)
        token.head = doc[verb]
        token.dep_ = {verb - 1: "nsubj", verb: "ROOT", verb + 1: "obj"}.get(
            token.i, "punct"
        )
        token.pos_ = "VERB" if token.i == verb else "PROPN"
    return doc


@Language.component("contract_triples")
def say_triples(doc: Doc) -> Doc:
    """A triple for a doc of three words and more."""
    if "xoie" not in doc.spans:
        triples = [
            TokenTriple(((0, 1),), ((1, 2),), (((2, 3),),), 0.5, "en", "", "contract")
        ]
        set_triples(doc, triples if len(doc) > 3 else [])
    return doc


@Language.component("contract_sentences")
def say_sentences(doc: Doc) -> Doc:
    """A triple for each sentence of three words."""
    if "xoie" not in doc.spans:
        ends = [token.i for token in doc if token.text == "." and token.i >= 3]
        set_triples(
            doc,
            [
                TokenTriple(((i - 3, i - 2),), ((i - 2, i - 1),), (((i - 1, i),),))
                for i in ends
            ],
        )
    return doc


def triples_under(doc: Doc, key: str) -> List[Tuple[object, ...]]:
    return [
        (
            *triple.as_tuple(),
            triple.score and round(triple.score, 3),
            triple.language,
            triple.id,
        )
        for triple in get_triples(doc, key=key)
    ]


def facts_under(doc: Doc, key: str) -> List[Tuple[object, ...]]:
    facts = doc.spans[key].attrs["facts"] if key in doc.spans else {}
    return [
        (*triple, fact["relation"])
        for triple, fact in zip(triples_under(doc, key), facts.values(), strict=True)
    ]


def cores_under(doc: Doc, key: str) -> List[Tuple[object, ...]]:
    return [
        (part.core.text, part.core.head.text, part.core.adposition, part.core.normal)
        for triple in get_triples(doc, key=key)
        for part in triple.parts
        if part.core is not None
    ]


def antecedents_under(doc: Doc, key: str) -> List[Tuple[object, ...]]:
    return [
        (part.text, part.antecedent.text)
        for triple in get_triples(doc, key=key)
        for part in triple.parts
        if part.antecedent is not None
    ]


def languages_of(doc: Doc, key: str) -> List[Tuple[object, ...]]:
    return [
        (span.text, span._.language, round(max(span._.language_scores.values()), 3))
        for span in doc.spans.get(key, ())
    ]


def translation_to(doc: Doc, key: str) -> List[Tuple[object, ...]]:
    if key not in doc._.translations:
        return []
    other = doc._.translations[key]
    return [(other.text,), *triples_under(other, "xoie")]


def break_languages(doc: Doc) -> None:
    attrs = {"language": 1, "scores": 2, "offsets": 3, "languages": 4, "sentences": 5}
    doc.spans["xoie_lang"] = SpanGroup(doc, name="xoie_lang", attrs=attrs)


def break_triples(doc: Doc) -> None:
    attrs = {"triples": {"a": 1}}
    doc.spans["xoie"] = SpanGroup(doc, name="xoie", spans=[doc[:1]], attrs=attrs)


def leave_unparsed(doc: Doc) -> None:
    doc.spans[UNPARSED] = []


@dataclass(frozen=True)
class Case:
    """What the checks need to know of a component.

    factory (str): Its factory.
    answer (Callable[[Doc, str], list]): What it wrote in a doc under a key, in a form
        that can be compared. All of TEXTS have an answer but those in `silent`.
    key (str): Where the component writes with `config`.
    damage (Callable[[Doc], None]): Makes it fail on a doc.
    before (Tuple[str, ...]): Components that it needs before it.
    config (Dict[str, Any]): Settings.
    other (Dict[str, Any]): Those of a second component in the same pipeline.
    other_key (str): Where that writes.
    silent (Tuple[int, ...]): Numbers of the texts that it finds nothing in.
    unready (Dict[str, Any]): Settings of a component that must be initialised first.
    needs (bool): Whether it refuses docs that lack what `before` writes.
    """

    factory: str
    answer: Callable[[Doc, str], List[Tuple[object, ...]]]
    key: str
    damage: Callable[[Doc], None]
    before: Tuple[str, ...] = ()
    config: Dict[str, Any] = field(default_factory=dict)
    other: Dict[str, Any] = field(default_factory=dict)
    other_key: str = ""
    silent: Tuple[int, ...] = ()
    unready: Dict[str, Any] = field(default_factory=dict)
    needs: bool = False

    def pipeline(self, name: str = "mine", **config: Any) -> Language:
        """A pipeline that is ready, with the component as its last."""
        nlp = spacy.blank("en")
        for helper in self.before:
            nlp.add_pipe(helper)
        nlp.add_pipe(self.factory, name=name, config={**self.config, **config})
        return nlp

    def two(self) -> Language:
        """The same with a second component of the kind."""
        nlp = self.pipeline()
        nlp.add_pipe(self.factory, name="second", config={**self.config, **self.other})
        return nlp

    def answers(self, docs: Any) -> List[List[Tuple[object, ...]]]:
        return [self.answer(doc, self.key) for doc in docs]


CASES = {
    case.factory: case
    for case in (
        Case(
            "xoie",
            triples_under,
            "xoie",
            break_languages,
            other={"span_key": "other"},
            other_key="other",
            unready={"model": UNREADY},
        ),
        Case(
            "xoie_syntax",
            triples_under,
            "xoie",
            leave_unparsed,
            before=("contract_parser",),
            other={"span_key": "other"},
            other_key="other",
            needs=True,
        ),
        Case(
            "xoie_lang",
            languages_of,
            "xoie_lang",
            break_languages,
            other={"context": 1.0},
            other_key="xoie_lang",
        ),
        Case(
            "xoie_schema",
            facts_under,
            "xoie_facts",
            break_triples,
            before=("contract_triples",),
            other={"facts_key": "other"},
            other_key="other",
            silent=(1,),
        ),
        Case(
            "xoie_cores",
            cores_under,
            "xoie",
            break_triples,
            before=("contract_triples",),
            other={"language": "de"},
            other_key="xoie",
        ),
        Case(
            "xoie_coref",
            antecedents_under,
            "xoie",
            break_triples,
            before=("contract_sentences",),
            other={"use_clusters": False},
            other_key="xoie",
            silent=(1, 2, 3),
        ),
        Case(
            "xoie_projector",
            translation_to,
            "es",
            break_languages,
            before=("contract_triples",),
            config={"target": "es", "translator": TRANSLATOR},
            other={"target": "pt"},
            other_key="pt",
        ),
    )
}

KEYS = {case.factory: case.key for case in CASES.values()} | {"xoie_syntax": "syntax"}


def all_in_one() -> Language:
    """A pipeline of all components."""
    nlp = spacy.blank("en")
    nlp.add_pipe("contract_parser")
    nlp.add_pipe("xoie_lang")
    nlp.add_pipe("xoie")
    nlp.add_pipe("xoie_syntax", config={"span_key": KEYS["xoie_syntax"]})
    nlp.add_pipe("xoie_schema")
    nlp.add_pipe("xoie_cores")
    nlp.add_pipe("xoie_coref")
    nlp.add_pipe("xoie_projector", config=CASES["xoie_projector"].config)
    return nlp


def all_answers(docs: Iterable[Doc]) -> List[Dict[str, Any]]:
    """What each of them wrote, doc by doc."""
    return [
        {name: case.answer(doc, KEYS[name]) for name, case in CASES.items()}
        for doc in docs
    ]
