"""Instruction data for those who tune large language models: translated instances, as
AlignXIE has them. The model sees a sentence with its triples, and says the triples of
the translation."""

from typing import Any, Dict, List, Sequence

import srsly

from ..corpora.records import Record, TripleRecord
from ..doc.triples import Triple

_PROMPT = """\
Extract the facts of a sentence. Its translation and the facts of that are given. \
Each fact is a list of subject, relation and one to three objects, copied from the \
sentence; the subject is empty where the sentence leaves it implied.

Sentence ({source_language}): {source}
Facts: {source_triples}

Sentence ({target_language}): {target}
Facts:"""


def make_instruction(
    record: Record, source: str, language: str, triples: Sequence[Triple]
) -> Dict[str, Any]:
    """Make an instruction of a record whose triples were carried over.

    record (Record): The record in the target language.
    source (str): The sentence that it is a translation of.
    language (str): Language of that sentence.
    triples (Sequence[Triple]): Triples of that sentence.
    RETURNS (Dict[str, Any]): JSON-ready, with "prompt" and "completion", and with
        what they are made of.
    """
    source_triples = [list(triple.as_tuple()) for triple in triples]
    target_triples = [_texts(triple) for triple in record.triples]
    prompt = _PROMPT.format(
        source_language=language,
        source=source,
        source_triples=_json(source_triples),
        target_language=record.language,
        target=record.text,
    )
    return {
        "id": record.id,
        "prompt": prompt,
        "completion": " " + _json(target_triples),
        "source_language": language,
        "source": source,
        "source_triples": source_triples,
        "target_language": record.language,
        "target": record.text,
        "target_triples": target_triples,
    }


def _texts(triple: TripleRecord) -> List[str]:
    parts = (triple.subject, triple.relation, *triple.objects)
    return [part.text for part in parts]


def _json(value: Any) -> str:
    text: str = srsly.json_dumps(value)
    return text
