"""Who can be meant, by rules, in triples that are written by hand."""

from typing import List, Tuple

import pytest
import spacy

from spacy_xoie import TokenTriple, get_triples, set_triples

CASES = {
    "a person and a thing": (
        "en",
        ["Anna | bought | the farm", "She | sold | it"],
        ["She = Anna", "it = the farm"],
    ),
    "two things": ("en", ["The firm | bought | the farm", "It | costs | a lot"], []),
    "two persons of whom one is known": (
        "en",
        ["Paul | met | Anna", "She | left | him"],
        ["She = Anna", "him = Paul"],
    ),
    "two sentences further back": (
        "en",
        [
            "Anna | came | home",
            "The dogs | ate | bread",
            "The cat | ate | fish",
            "She | left | Rome",
        ],
        [],
    ),
    "somebody further back is a rival": (
        "en",
        ["Anna | came | home", "Eva | ate | bread", "She | left | Rome"],
        [],
    ),
    "not in the same triple": ("en", ["Anna | saw | her"], []),
    "number": (
        "en",
        ["The farmers | sold | the mill", "They | bought | land"],
        ["They = The farmers"],
    ),
    "weather": ("en", ["The firm | left | Rome", "It | rained | a lot"], []),
    "what somebody is": (
        "en",
        ["Anna | is | a doctor", "She | lives | in Rome"],
        ["She = Anna"],
    ),
    "a short name": (
        "en",
        ["Marie Tarrant | left | Rome", "Tarrant | sold | the farm"],
        ["Tarrant = Marie Tarrant"],
    ),
    "gender by the article": (
        "de",
        ["Die Firma | kaufte | ein Grundstück", "Sie | verkaufte | es"],
        ["Sie = Die Firma", "es = ein Grundstück"],
    ),
    "each in its place": (
        "de",
        ["Der Bäcker | öffnete | einen Laden", "Er | schloss | ihn"],
        ["Er = Der Bäcker", "ihn = einen Laden"],
    ),
    "one pronoun for two": (
        "de",
        ["Der Bäcker | öffnete | einen Laden", "Er | liegt | in Köln"],
        [],
    ),
    "an article fused with an adposition": (
        "es",
        ["La escritora | conoció | al pintor", "Él | pintó | un cuadro"],
        ["Él = pintor"],
    ),
    "a subject that is left out": (
        "it",
        ["I contadini | vendettero | il latte", " | comprarono | due mucche"],
        [" = I contadini"],
    ),
    "the first person": (
        "it",
        ["I contadini | vendettero | il latte", " | credo | una cosa"],
        [],
    ),
    "characters": (
        "zh",
        ["王丽 | 创办了 | 公司", "她 | 卖掉了 | 它"],
        ["她 = 王丽", "它 = 公司"],
    ),
    "a language without words": (
        "ja",
        ["アンナ | 買った | 家", "彼女 | 売った | 本"],
        [],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_antecedents(name: str) -> None:
    language, facts, expected = CASES[name]
    assert resolve(language, facts) == expected


def resolve(language: str, facts: List[str]) -> List[str]:
    nlp = spacy.blank("xx")
    nlp.add_pipe("xoie_coref", config={"language": language})
    words: List[str] = []
    triples = []
    for fact in facts:
        parts: List[Tuple[Tuple[int, int], ...]] = []
        for part in fact.split(" | "):
            start = len(words)
            words += part.split()
            parts.append(((start, len(words)),) if part.strip() else ())
        words.append("。" if language == "zh" else ".")
        subject, relation, *objects = parts
        triples.append(TokenTriple(subject, relation, tuple(objects)))
    doc = spacy.tokens.Doc(nlp.vocab, words=words)
    for token in doc:
        token.is_sent_start = token.i == 0 or doc[token.i - 1].text in ".。"
    set_triples(doc, triples, language=language)
    return [
        f"{part.text} = {part.antecedent.text}"
        for triple in get_triples(nlp(doc))
        for part in triple.parts
        if part.antecedent is not None
    ]
