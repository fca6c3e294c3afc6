"""From spans of docs to the padded batches that the encoders read."""

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, Callable, ClassVar, Dict, List, Optional, Sequence, Tuple, Union

import numpy as np
import torch
from numpy.typing import NDArray
from spacy.strings import get_string_id
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab
from thinc.api import NumpyOps
from torch import Tensor

from ..doc.text import is_unspaced
from ..errors import ConfigError

Inputs = Dict[str, Tensor]

AFFIX = re.compile(r"(PREFIX|SUFFIX)([1-9])")
PAIR = "PAIR"

BATCH_COST = 256
"""Tokens of padding that cost more than one batch more: about 130 for the small encoder
by itself, and more with adapters, each of which is called for its part of a batch."""

PIECE_BATCH_COST = 4 * BATCH_COST
"""The same for a pretrained encoder: it reads the wordpieces without padding, those of
each adapter by themselves, so what counts is that there are many of each."""


@dataclass
class Features:
    """What an encoder reads of some segments.

    spans (List[Span]): The segments, perhaps cut further than they came.
    batch_cost (int): See `token_batches`.
    """

    spans: List[Span]
    batch_cost: ClassVar[int] = BATCH_COST

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        return np.array([len(span) for span in self.spans], dtype=np.int64)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """Where each span starts in the concatenation of all spans."""
        return _starts(self.lengths)

    def inputs(self, rows: Sequence[int]) -> Tuple[Inputs, Tensor]:
        """rows (Sequence[int]): Numbers of the segments of a batch.
        RETURNS (Tuple[Inputs, Tensor]): The encoder's inputs, and the mask (rows,
            tokens) that is True where there is a token.
        """
        index, inside = self._padded(rows)
        mask = torch.from_numpy(inside)
        return {**self._gather(rows, index), "mask": mask}, mask

    def backprop(self) -> None:
        """Hand the gradient on, where the features are another model's output."""

    def _gather(self, rows: Sequence[int], index: NDArray[np.int64]) -> Inputs:
        raise NotImplementedError

    def _padded(
        self, rows: Sequence[int]
    ) -> Tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Numbers of the tokens of a padded batch in the concatenation of all
        spans, (rows, tokens); 0 and masked where there is none."""
        lengths = self.lengths[rows]
        offsets = np.arange(lengths.max(initial=0))
        inside = offsets < lengths[:, None]
        index = np.where(inside, self.starts[rows][:, None] + offsets, 0)
        return index, inside


@dataclass
class HashedFeatures(Features):
    """attributes (Tensor): (tokens, attributes, hashes), of all spans together."""

    attributes: Tensor

    def _gather(self, rows: Sequence[int], index: NDArray[np.int64]) -> Inputs:
        return {"attributes": self.attributes[torch.from_numpy(index)]}


@dataclass
class VectorFeatures(Features):
    """Hidden states that another model computed.

    vectors (Tensor): (tokens, width), of all spans together: a leaf of the graph,
        whose gradient `backprop` hands on.
    """

    vectors: Tensor
    sizes: List[int]
    hand_on: Callable[[List[Tensor]], None]

    @classmethod
    def make(
        cls,
        docs: Sequence[Doc],
        spans: Sequence[Span],
        vectors: Sequence[Tensor],
        hand_on: Callable[[List[Tensor]], None],
    ) -> "VectorFeatures":
        """docs (Sequence[Doc]): All docs of a batch.
        spans (Sequence[Span]): Segments of them.
        vectors (Sequence[Tensor]): (tokens, width) of each doc.
        hand_on (Callable[[List[Tensor]], None]): Takes the gradient of each doc.
        """
        flat = torch.cat([*vectors]) if len(vectors) else torch.zeros(0, 0)
        leaf = flat.detach().requires_grad_(True)
        sizes = [len(part) for part in vectors]
        features = cls(list(spans), leaf, sizes, hand_on)
        offsets = np.cumsum([0, *sizes], dtype=np.int64)
        offset_of = {
            id(doc): offset for doc, offset in zip(docs, offsets, strict=False)
        }
        starts = [offset_of[id(span.doc)] + span.start for span in spans]
        features.starts = np.array(starts, dtype=np.int64)
        return features

    def backprop(self) -> None:
        if self.vectors.grad is not None:
            self.hand_on(list(self.vectors.grad.split(self.sizes)))

    def _gather(self, rows: Sequence[int], index: NDArray[np.int64]) -> Inputs:
        place = torch.from_numpy(index).to(self.vectors.device)
        return {"hidden": self.vectors[place]}


@dataclass
class PieceFeatures(Features):
    """Wordpieces, those of all spans one after the other, and what links them with the
    tokens: a token has several pieces as a rule, and a piece several tokens where these
    are characters.

    ids (NDArray[np.int64]): (pieces,), with the special pieces of each span.
    sizes (NDArray[np.int64]): (spans,), number of pieces of each.
    token, piece (NDArray[np.int64]): (links,) each, by number in the concatenation of
        all spans, in order.
    pad_id (int): The padding wordpiece.
    """

    batch_cost = PIECE_BATCH_COST
    ids: NDArray[np.int64]
    sizes: NDArray[np.int64]
    token: NDArray[np.int64]
    piece: NDArray[np.int64]
    pad_id: int

    @cached_property
    def first_pieces(self) -> NDArray[np.int64]:
        """Where the pieces of each span start."""
        return _starts(self.sizes)

    @cached_property
    def link_bounds(self) -> NDArray[np.int64]:
        """(spans + 1,), where the links of each span start, and the end of all."""
        bounds = np.append(self.starts, self.lengths.sum())
        return np.searchsorted(self.token, bounds)

    def _gather(self, rows: Sequence[int], index: NDArray[np.int64]) -> Inputs:
        n_tokens = index.shape[1]
        sizes, first = self.sizes[rows], self.first_pieces[rows]
        offsets = np.arange(sizes.max(initial=0))
        inside = offsets < sizes[:, None]
        ids = self.ids[np.where(inside, first[:, None] + offsets, 0)]
        begins = self.link_bounds[rows]
        counts = self.link_bounds[np.asarray(rows) + 1] - begins
        links = _ranges(begins, counts)
        place = np.arange(len(rows))
        # From where a row starts in all spans to where it starts in the batch.
        to_piece = np.repeat(place * len(offsets) - first, counts)
        to_token = np.repeat(place * n_tokens - self.starts[rows], counts)
        return {
            "input_ids": torch.from_numpy(np.where(inside, ids, self.pad_id)),
            "attention_mask": torch.from_numpy(inside.astype(np.int64)),
            "piece": torch.from_numpy(self.piece[links] + to_piece),
            "token": torch.from_numpy(self.token[links] + to_token),
        }


@dataclass
class JointFeatures(Features):
    """parts (List[Features]): What several encoders read of the same segments."""

    batch_cost = PIECE_BATCH_COST
    parts: List[Features]

    def _gather(self, rows: Sequence[int], index: NDArray[np.int64]) -> Inputs:
        inputs: Inputs = {}
        for part in self.parts:
            inputs.update(part._gather(rows, index))
        return inputs


def hash_attributes(
    spans: Sequence[Span], attributes: Sequence[str], rows: Sequence[int], hashes: int
) -> HashedFeatures:
    """Look up lexical attributes and hash them into the rows of tables.

    spans (Sequence[Span]): The segments.
    attributes (Sequence[str]): Names of lexical attributes such as "NORM" and
        "SHAPE", "PREFIX2", "SUFFIX4" … for affixes of the norm of that length, or
        "PAIR" for a character together with the next one, where both are tokens of
        a script without spaces: most words of Chinese are such pairs.
    rows (Sequence[int]): Size of each attribute's table.
    hashes (int): Rows that each value is spread over.
    """
    values = _attribute_values(spans, attributes)
    ops = NumpyOps()
    ids = np.zeros((len(values), len(attributes), hashes), dtype=np.int64)
    for number, n_rows in enumerate(rows):
        # Hashing once per distinct value: texts repeat themselves.
        distinct, back = np.unique(values[:, number], return_inverse=True)
        hashed = ops.hash(distinct, seed=number)[:, :hashes] % n_rows
        ids[:, number] = hashed[back]
    return HashedFeatures(list(spans), torch.from_numpy(ids))


def affix_length(attribute: str) -> Optional[int]:
    """RETURNS (Optional[int]): The length that "PREFIX3" or "SUFFIX2" names,
    negative for suffixes; None for spaCy's own attributes."""
    match = AFFIX.fullmatch(attribute)
    if match is None:
        return None
    return int(match[2]) if match[1] == "PREFIX" else -int(match[2])


def _attribute_values(
    spans: Sequence[Span], attributes: Sequence[str]
) -> NDArray[np.uint64]:
    """(tokens, attributes), of all spans together."""
    lengths = {name: affix_length(name) for name in attributes}
    own = [name for name in attributes if lengths[name] is None and name != PAIR]
    table = _token_table(spans, [*own, "SPACY", "NORM"])
    values: NDArray[np.uint64] = np.zeros((len(table), len(attributes)), np.uint64)
    arrays: Dict[str, NDArray[np.uint64]] = {}
    if len(own) < len(attributes):
        # Norms are hashes of their text, the same in every vocabulary.
        distinct, back = np.unique(table[:, -1], return_inverse=True)
        vocabularies = list({id(s.doc.vocab): s.doc.vocab for s in spans}.values())
        texts = [_text_of(norm, vocabularies) for norm in distinct.tolist()]
        for name, size in lengths.items():
            if size is not None:
                part = slice(size) if size > 0 else slice(size, None)
                hashes = [get_string_id(text[part]) for text in texts]
                arrays[name] = np.array(hashes, dtype=np.uint64)[back]
        if PAIR in attributes:
            follows = table[:, -2] == 0
            ends = np.cumsum([len(span) for span in spans], dtype=np.int64) - 1
            follows[ends[ends >= 0]] = False
            arrays[PAIR] = _pair_values(texts, back, follows)
    for number, name in enumerate(attributes):
        values[:, number] = (
            arrays[name] if name in arrays else table[:, own.index(name)]
        )
    return values


def _token_table(
    spans: Sequence[Span], columns: Sequence[Union[int, str]]
) -> NDArray[np.uint64]:
    """(tokens, columns), of all spans together."""
    tables: Dict[int, NDArray[np.uint64]] = {}
    parts: List[NDArray[np.uint64]] = [np.zeros((0, len(columns)), np.uint64)]
    for span in spans:
        key = id(span.doc)
        if key not in tables:
            table = span.doc.to_array(list(columns)).astype(np.uint64)
            tables[key] = table.reshape(len(span.doc), len(columns))
        parts.append(tables[key][span.start : span.end])
    return np.concatenate(parts)


def _pair_values(
    texts: Sequence[str], back: NDArray[np.int64], follows: NDArray[np.bool_]
) -> NDArray[np.uint64]:
    """(tokens,), the hash of a character and the next; 0 where there is no pair.

    texts (Sequence[str]): Distinct norms.
    back (NDArray[np.int64]): (tokens,), which of them each token has.
    follows (NDArray[np.bool_]): (tokens,), whether a token is written together with
        the next one of its segment.
    """
    values: NDArray[np.uint64] = np.zeros(len(back), np.uint64)
    is_dense = np.array([len(t) == 1 and is_unspaced(t) for t in texts], dtype=bool)
    first = np.flatnonzero(follows[:-1] & is_dense[back[:-1]] & is_dense[back[1:]])
    pairs = back[first] * len(texts) + back[first + 1]
    distinct, places = np.unique(pairs, return_inverse=True)
    hashes = [
        get_string_id(texts[pair // len(texts)] + texts[pair % len(texts)])
        for pair in distinct.tolist()
    ]
    values[first] = np.array(hashes, dtype=np.uint64)[places]
    return values


def _text_of(norm: int, vocabularies: Sequence[Vocab]) -> str:
    for vocabulary in vocabularies:
        if norm in vocabulary.strings:  # type: ignore[operator]
            return str(vocabulary.strings[norm])
    return ""


def tokenize_pieces(
    spans: Sequence[Span], tokenizer: Any, max_pieces: int
) -> PieceFeatures:
    """Cut spans into wordpieces and align these with the tokens. A span of more
    than `max_pieces` pieces is halved until it fits, so that nothing is lost; a
    single token that is still too long is read by its first pieces.

    spans (Sequence[Span]): The segments.
    tokenizer (PreTrainedTokenizerFast): The tokenizer.
    max_pieces (int): Most wordpieces of a row, special ones included.
    """
    if not getattr(tokenizer, "is_fast", False):
        raise ConfigError(
            f"{type(tokenizer).__name__} gives no character offsets. Use a model with "
            f"a fast tokenizer."
        )
    rows: List[Span] = []
    ids: List[List[int]] = []
    offsets: List[List[Tuple[int, int]]] = []
    todo = list(spans)
    while todo:
        encoding = tokenizer(
            [span.text for span in todo],
            add_special_tokens=True,
            return_offsets_mapping=True,
            return_attention_mask=False,
            truncation=False,
            verbose=False,
        )
        halves: List[Span] = []
        for span, numbers, bounds in zip(
            todo, encoding["input_ids"], encoding["offset_mapping"], strict=True
        ):
            if len(numbers) > max_pieces and len(span) > 1:
                middle = span.start + len(span) // 2
                halves += [span.doc[span.start : middle], span.doc[middle : span.end]]
                continue
            rows.append(span)
            ids.append(numbers[:max_pieces])
            offsets.append(bounds[:max_pieces])
        todo = halves
    token, piece = align_pieces(rows, offsets)
    return PieceFeatures(
        rows,
        np.array([*chain.from_iterable(ids)], dtype=np.int64),
        np.array([len(numbers) for numbers in ids], dtype=np.int64),
        token,
        piece,
        tokenizer.pad_token_id or 0,
    )


def align_pieces(
    spans: Sequence[Span], offsets: Sequence[Sequence[Tuple[int, int]]]
) -> Tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the wordpieces of each token: those that share a character with it, or with
    the space behind it. `spacy_transformers.align.get_span2wp_from_offset_mapping` does
    the same for one span, and says what is right (a test holds both equal); this takes
    half of its time, since it looks at all spans at once, and makes no list of a token.

    spans (Sequence[Span]): The segments.
    offsets (Sequence[Sequence[Tuple[int, int]]]): Where the pieces of each begin and
        end in its text; nowhere (0, 0) for special ones.
    RETURNS (Tuple[NDArray[np.int64], NDArray[np.int64]]): (links,) each, a token and a
        piece that belong together, by their numbers in all spans, in order.
    """
    # The texts of all spans one after the other, with room for a space behind each.
    sizes = np.array([len(span.text) + 2 for span in spans], dtype=np.int64)
    texts = _starts(sizes)
    lengths = np.array([len(span) for span in spans], dtype=np.int64)
    counts = np.array([len(bounds) for bounds in offsets], dtype=np.int64)
    flat = np.fromiter(
        chain.from_iterable(chain.from_iterable(offsets)), np.int64, 2 * counts.sum()
    )
    pieces = flat.reshape(-1, 2) + np.repeat(texts, counts)[:, None]
    real = np.flatnonzero(pieces[:, 1] > pieces[:, 0])
    begins, ends = pieces[real].T
    places = _token_table(spans, ["IDX", "LENGTH"]).astype(np.int64)
    own = np.array([span.start_char for span in spans], dtype=np.int64)
    starts = places[:, 0] + np.repeat(texts - own, lengths)
    stops = starts + places[:, 1] + 1
    # What follows without a space has the place behind a token.
    stops[:-1] = np.minimum(stops[:-1], starts[1:])
    # Offsets rise; should a tokenizer change the order of characters, a range has
    # pieces too many, which are taken out again.
    rising = np.maximum.accumulate(ends)
    falling = np.minimum.accumulate(begins[::-1])[::-1]
    first = np.searchsorted(rising, starts, side="right")
    last = np.searchsorted(falling, stops, side="left")
    found = np.maximum(last - first, 0)
    token = np.repeat(np.arange(len(starts)), found)
    piece = _ranges(first, found)
    meet = (begins[piece] < stops[token]) & (ends[piece] > starts[token])
    return token[meet], real[piece[meet]]


def _starts(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each of some things starts, laid one after the other."""
    starts: NDArray[np.int64] = np.cumsum(sizes) - sizes
    return starts


def _ranges(starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """(sum of sizes,), from each start so many numbers, one range after the other."""
    ranges: NDArray[np.int64] = np.repeat(starts - _starts(sizes), sizes)
    return ranges + np.arange(len(ranges))


def token_batches(
    lengths: Union[Sequence[int], NDArray[np.int64]],
    batch_tokens: int,
    batch_cost: int = BATCH_COST,
) -> List[List[int]]:
    """Group items of like length into batches of at most `batch_tokens` tokens,
    padding included (an item that is longer makes a batch of its own). A batch ends
    early where a further item would pad the others by more than a batch costs.

    lengths (Sequence[int]): Length of each item.
    batch_cost (int): Tokens of padding that cost more than one batch more.
    RETURNS (List[List[int]]): Numbers of the items of each batch; each item is in
        exactly one.
    """
    batches: List[List[int]] = []
    batch: List[int] = []
    n_tokens = 0
    for index in np.argsort(np.asarray(lengths), kind="stable").tolist():
        # Lengths rise, so the newest item is the longest of its batch.
        length = int(lengths[index])
        padding = len(batch) * length - n_tokens
        full = (len(batch) + 1) * length > batch_tokens
        if batch and (full or padding > batch_cost):
            batches.append(batch)
            batch, n_tokens = [], 0
        batch.append(index)
        n_tokens += length
    if batch:
        batches.append(batch)
    return batches
