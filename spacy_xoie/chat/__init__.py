"""Talk to servers of language models: client, form of prompts, asking again."""

from .asking import BadAnswer, ask
from .client import ChatClient, make_chat_client
from .prompts import Message, Prompt, shorten
from .reasons import Failure

__all__ = [
    "BadAnswer",
    "ChatClient",
    "Failure",
    "Message",
    "Prompt",
    "ask",
    "make_chat_client",
    "shorten",
]
