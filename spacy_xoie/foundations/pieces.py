"""The tokenizer of a pretrained encoder, made from its pieces and their scores."""

from typing import Any, Dict

from .charsmap import build_charsmap
from .packed_file import PackedFile

SPECIAL = {
    "bos_token": "<s>",
    "eos_token": "</s>",
    "sep_token": "</s>",
    "cls_token": "<s>",
    "unk_token": "<unk>",
    "pad_token": "<pad>",
    "mask_token": "<mask>",
}


def build_tokenizer(file: PackedFile, settings: Dict[str, Any]) -> Any:
    """The tokenizer of XLM-R, from the pieces of a file.

    settings (Dict[str, Any]): For the constructor of `XLMRobertaTokenizerFast`.
    RETURNS (XLMRobertaTokenizerFast): The tokenizer.
    """
    from tokenizers import (
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )
    from transformers import XLMRobertaTokenizerFast

    tokenizer = Tokenizer(models.Unigram(file.pieces(), file.unknown, False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Precompiled(build_charsmap(file.characters())),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    start, end = SPECIAL["cls_token"], SPECIAL["sep_token"]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}",
        pair=f"{start} $A {end} {end} $B {end}",
        special_tokens=[(text, tokenizer.token_to_id(text)) for text in (start, end)],
    )
    tokenizer.add_special_tokens(
        [_special(text) for text in dict.fromkeys(SPECIAL.values())]
    )
    # As a string, the mask would swallow the space before it.
    mask = _special(SPECIAL["mask_token"])
    own = {**SPECIAL, "mask_token": mask, "model_max_length": file.sizes.positions}
    return XLMRobertaTokenizerFast(
        tokenizer_object=_AsItIs(tokenizer), **{**own, **settings}
    )


def _special(text: str) -> Any:
    from tokenizers import AddedToken

    return AddedToken(text, normalized=False, special=True)


class _AsItIs:
    """Something that is not copied: of so many pieces that takes a second.

    content (object): What it holds, which is its deep copy.
    """

    def __init__(self, content: Any) -> None:
        self.content = content

    def __deepcopy__(self, memo: Dict[int, Any]) -> Any:
        return self.content
