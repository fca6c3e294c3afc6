"""Why a record or a triple of a language model is lost: a fixed list of phrases that
can be counted. Those of the server are among them."""

from ...chat.reasons import (
    BAD_TEXT,
    CONNECTION_LOST,
    EMPTY_ANSWER,
    NOT_AN_ANSWER,
    REFUSED,
    TIMEOUT,
    TOO_LONG,
    WRONG_LANGUAGE,
)
from ..labelling import EMPTY_SENTENCE, NO_SOURCE, SAME_LANGUAGE

# The sentence
LONG_SENTENCE = "sentence too long"
# The answer
BROKEN_JSON = "broken JSON"
BROKEN_CODE = "broken code"
FORBIDDEN_CODE = "code that is no list of triples"
NO_SECTION = "section missing"
# A triple
MALFORMED = "malformed triple"
EMPTY_RELATION = "empty relation"
NO_ARGUMENT = "no argument"
NOT_IN_SENTENCE = "not in the sentence"
CUTS_WORDS = "cuts a word"
OVERLAP = "overlapping parts"
DUPLICATE = "duplicate triple"
TOO_MANY_PARTS = "too many parts"
TOO_MANY_TRIPLES = "too many triples"
NOT_FOUND_AGAIN = "triple not found in the translation"
LOST_ARGUMENT = "lost argument"
NOT_ASKED_FOR = "triple that was not asked for"

REASONS = (
    BAD_TEXT,
    CONNECTION_LOST,
    EMPTY_ANSWER,
    NOT_AN_ANSWER,
    REFUSED,
    TIMEOUT,
    TOO_LONG,
    WRONG_LANGUAGE,
    EMPTY_SENTENCE,
    LONG_SENTENCE,
    NO_SOURCE,
    SAME_LANGUAGE,
    BROKEN_JSON,
    BROKEN_CODE,
    FORBIDDEN_CODE,
    NO_SECTION,
    MALFORMED,
    EMPTY_RELATION,
    NO_ARGUMENT,
    NOT_IN_SENTENCE,
    CUTS_WORDS,
    OVERLAP,
    DUPLICATE,
    TOO_MANY_PARTS,
    TOO_MANY_TRIPLES,
    NOT_FOUND_AGAIN,
    LOST_ARGUMENT,
    NOT_ASKED_FOR,
)
