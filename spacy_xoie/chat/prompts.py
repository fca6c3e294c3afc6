"""The form of prompts: instructions, one worked example, and the question."""

import re
from dataclasses import dataclass
from string import Template
from typing import Dict, List

Message = Dict[str, str]


@dataclass(frozen=True)
class Prompt:
    """A prompt as data. Texts are templates of `string.Template`.

    system (str): The instructions.
    question (str): What is asked.
    example (Dict[str, str]): Values of a worked example.
    answer (str): The answer of the example, as it is.
    """

    system: str
    question: str
    example: Dict[str, str]
    answer: str

    def messages(self, **values: str) -> List[Message]:
        """Fill in the prompt.

        **values (str): Values of the question, see `example`.
        RETURNS (List[Message]): Instructions, example and question.
        """
        question = Template(self.question)
        return [
            {"role": "system", "content": Template(self.system).substitute(values)},
            {"role": "user", "content": question.substitute(self.example)},
            {"role": "assistant", "content": self.answer},
            {"role": "user", "content": question.substitute(values)},
        ]


def delimit(text: str, tag: str) -> str:
    """Put tags around a text. No text can close them: where it holds the tag, a
    number is added that it does not hold.

    text (str): Any text.
    tag (str): The name of the tag.
    RETURNS (str): The text between an opening and a closing tag.
    """
    name, number = tag, 1
    while f"<{name}" in text or f"</{name}" in text:
        number += 1
        name = f"{tag}-{number}"
    return f"<{name}>\n{text}\n</{name}>"


def is_encodable(text: str) -> bool:
    """RETURNS (bool): Whether a text can be written as UTF-8: it has no lone
    surrogates."""
    return re.search("[\ud800-\udfff]", text) is None


def shorten(text: str, limit: int = 200) -> str:
    """Make any text fit for a message of one line.

    text (str): The text.
    limit (int): How many of its characters are shown.
    RETURNS (str): Its beginning; what is not printable is escaped.
    """
    start = "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in text[:limit]
    )
    return start if len(text) <= limit else f"{start} …"
