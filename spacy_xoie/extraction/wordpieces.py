"""Tokenizers with fewer wordpieces."""

import json
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Mapping, Set

from ..errors import DAMAGE, ModelDataError

Files = Dict[str, bytes]

TOKENIZER, TOKENIZER_CONFIG, CONFIG = (
    "tokenizer.json",
    "tokenizer_config.json",
    "config.json",
)
OF_IDS = "_token_id"
"""Ending of the settings of a model that are numbers of pieces."""
START = "▁"
"""With it begins a piece that begins a word."""


@dataclass
class CutTokenizer:
    """A tokenizer with fewer wordpieces.

    files (Files): What is stored of it.
    rows (List[int]): The numbers that its pieces had.
    settings (Dict[str, int]): What has changed in the config of its model.
    """

    files: Files
    rows: List[int]
    settings: Dict[str, int] = field(default_factory=dict)


def cut_tokenizer(files: Files, is_used: Callable[[str], bool]) -> CutTokenizer:
    """Leave wordpieces out of a tokenizer. What it makes of a text none of whose
    possible pieces is left out stays the same; of other texts it makes shorter pieces,
    as all pieces of one character are kept.

    files (Files): What is stored of a tokenizer and of its model's config.
    is_used (Callable[[str], bool]): Whether a piece is kept.
    RETURNS (CutTokenizer): The new one; where the kind of tokenizer cannot lose pieces
        without changing the others (all but Unigram), the old one with all its rows.
    RAISES (ModelDataError): If the files are no tokenizer's.
    """
    try:
        tokenizer = json.loads(files[TOKENIZER])
        config = json.loads(files[CONFIG])
        model = tokenizer["model"]
        vocabulary = model["vocab"]
        if model.get("type") != "Unigram":
            return CutTokenizer(files, [*range(config["vocab_size"])])
        special = _special(tokenizer, config)
        rows = [
            row
            for row, (piece, _) in enumerate(vocabulary)
            if row in special or len(piece.lstrip(START)) <= 1 or is_used(piece)
        ]
        # Added pieces may lie behind the others.
        rows += sorted(row for row in special if row >= len(vocabulary))
        number = {row: number for number, row in enumerate(rows)}
        model["vocab"] = [vocabulary[row] for row in rows if row < len(vocabulary)]
        model["unk_id"] = number.get(model.get("unk_id"))
        for piece in tokenizer["added_tokens"]:
            piece["id"] = number[piece["id"]]
        _renumber(tokenizer.get("post_processor"), number)
        changes = {
            name: number[value]
            for name, value in config.items()
            if name.endswith(OF_IDS) and value in number
        }
        changes["vocab_size"] = len(rows)
        settings = json.loads(files.get(TOKENIZER_CONFIG, b"{}"))
        # The same is in tokenizer.json.
        settings.pop("added_tokens_decoder", None)
    except DAMAGE as e:
        raise ModelDataError(
            f"The tokenizer of the encoder is none of the library tokenizers, or "
            f"damaged ({type(e).__name__}: {e}). Store the pipeline anew."
        ) from e
    return CutTokenizer(
        {
            **{name: data for name, data in files.items() if name.endswith(".json")},
            TOKENIZER: _dump(tokenizer),
            TOKENIZER_CONFIG: _dump(settings),
            CONFIG: _dump({**config, **changes}),
        },
        rows,
        changes,
    )


def _special(tokenizer: Mapping[str, Any], config: Mapping[str, Any]) -> Set[int]:
    """Numbers of pieces that have a meaning of their own. Some encoders count positions
    from the number of the padding piece on, so what is before that stays there."""
    special = {piece["id"] for piece in tokenizer["added_tokens"]}
    special.update(range((config.get("pad_token_id") or 0) + 1))
    unknown = tokenizer["model"].get("unk_id")
    return special if unknown is None else special | {unknown}


def _renumber(processor: Any, number: Mapping[int, int]) -> None:
    """Renumber the special pieces that a tokenizer puts around a text, in place."""
    for part in (processor or {}).get("processors", [processor or {}]):
        for piece in (part.get("special_tokens") or {}).values():
            piece["ids"] = [number[row] for row in piece["ids"]]
        for name in ("cls", "sep"):
            if name in part:
                part[name] = [part[name][0], number[part[name][1]]]


def _dump(value: Any) -> bytes:
    # srsly's reader takes no number as large as a tokenizer's "no limit".
    return json.dumps(value, ensure_ascii=False).encode("utf8")
