"""A pretrained encoder as a folder in the form of Hugging Face."""

from pathlib import Path
from typing import Any, Union

from ..files import atomic
from ..network.encoders.bert import Bert
from ..network.storage import Unfilled
from .sources import Foundation, StoredFoundation, content_digest

FILES = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")


def write_folder(foundation: Foundation, folder: Union[str, Path]) -> bool:
    """Write an encoder with its tokenizer, which `transformers`, spacy-transformers and
    `spacy-xoie.TransformerEncoder.v2` read. The folder is there wholly or not at all.

    foundation (Foundation): The encoder.
    folder (Union[str, Path]): The folder.
    RETURNS (bool): Whether there was something to do: not if the same encoder is there
        already.
    RAISES (ConfigError): If something else is there.
    """
    model, tokenizer = foundation.model({}), foundation.tokenizer({})
    if all((Path(folder) / name).is_file() for name in FILES):
        other = StoredFoundation(str(folder))
        digest = content_digest(other.model({}), other.tokenizer({}))
        if digest == content_digest(model, tokenizer):
            return False
    with atomic(folder) as partial:
        in_library(model).save_pretrained(partial, safe_serialization=True)
        tokenizer.save_pretrained(partial)
    return True


def in_library(model: Any) -> Any:
    """RETURNS (PreTrainedModel): The same model of the library transformers."""
    if not isinstance(model, Bert):
        return model
    from transformers import BertModel

    with Unfilled(weightless=True):
        copy = BertModel(model.config, add_pooling_layer=False)
    copy.load_state_dict(model.state_dict(), assign=True)
    return copy
