"""Span groups that survive retokenisation: beside their spans they keep, in
``attrs["offsets"]``, the characters that these cover."""

from typing import List, Sequence, Tuple

from spacy.tokens import Doc, Span, SpanGroup

from ..errors import DataError
from .text import are_offsets


def realign(doc: Doc) -> None:
    """Put the groups of this package on the tokens of a doc, after tokens were merged
    or split. Until then spaCy cannot store or copy the doc, for groups hold the numbers
    of tokens; components that write triples do so, and whoever reads them. A group
    whose characters are not known stays as it is.

    doc (Doc): The doc.
    """
    for key, group in list(doc.spans.items()):
        if "offsets" in group.attrs and not _is_in_place(group):
            try:
                doc.spans[key] = _realign_group(doc, group)
            except DataError:
                continue


def live_spans(doc: Doc, key: str) -> List[Span]:
    """The spans of a group on the tokens that doc has now; if these are others than
    when the group was written, the groups are put on them.

    doc (Doc): The doc.
    key (str): Name of the group.
    RETURNS (List[Span]): The spans.
    RAISES (DataError): If they cannot be found: the characters that they covered are
        not known, or the group is damaged.
    """
    group = doc.spans[key]
    if not _is_in_place(group):
        doc.spans[key] = group = _realign_group(doc, group)
        realign(doc)
    return list(group)


def spans_at(doc: Doc, places: Sequence[Sequence[int]]) -> Tuple[Span, ...]:
    """RETURNS (Tuple[Span, …]): The tokens at places of the text.
    RAISES (ValueError): If there are none."""
    spans = []
    if not places or not are_offsets(places):
        raise ValueError(places)
    for start, end in places:
        span = doc.char_span(start, end, alignment_mode="expand")
        if span is None:
            raise ValueError(places)
        spans.append(span)
    return tuple(spans)


def _realign_group(doc: Doc, group: SpanGroup) -> SpanGroup:
    offsets = group.attrs.get("offsets", [])
    is_whole = are_offsets(offsets) and len(offsets) == len(group)
    if not is_whole or max(end for _, end in offsets) > len(doc.text):
        raise DataError(
            f"The doc was retokenised after doc.spans[{group.name!r}] was written, and "
            f"the group no longer fits its tokens. Merge or split tokens before "
            f"triples are extracted."
        )
    # Labels and ids cannot be read through a group whose spans are out of range,
    # so they are read from a blank stand-in with enough tokens.
    n_tokens = max(len(doc), 1 + max(end for _, end in offsets))
    stand_in = Doc(doc.vocab, words=["x"] * n_tokens)
    try:
        stale = list(SpanGroup(stand_in).from_bytes(group.to_bytes()))
    except IndexError as e:
        raise DataError(
            f"doc.spans[{group.name!r}] is damaged: it holds spans that never were in "
            f"the doc. Make the triples anew, or read the doc from where it was stored."
        ) from e
    live = []
    for span, (start, end) in zip(stale, offsets, strict=True):
        place = doc.char_span(start, end, alignment_mode="expand")
        assert place is not None  # the text is the same, and the offsets are of it
        live.append(
            Span(
                doc,
                place.start,
                place.end,
                label=span.label,
                kb_id=span.kb_id,
                span_id=span.id,
            )
        )
    return SpanGroup(doc, name=group.name, attrs=group.attrs, spans=live)


def _is_in_place(group: SpanGroup) -> bool:
    """Whether the tokens of all spans still cover their characters."""
    try:
        return all(
            (span[0].idx, span[-1].idx + len(span[-1]))
            == (span.start_char, span.end_char)
            for span in group
        )
    except IndexError:
        return False
