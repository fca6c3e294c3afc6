"""Wordpieces and the tokens that they belong to."""

from typing import Any, List, Tuple

import numpy as np
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc, Span

from spacy_xoie.extraction.features import align_pieces, tokenize_pieces

TEXTS = [
    "Die Stadt verkaufte 1999 das Grundstück (ca. 3 ha) an O'Neill & Co.",
    "أعلنت الحكومة، يوم الإثنين، عن بناء جسرٍ جديد.",
    "他在北京大学学习，2019年毕业。 Ｆｕｌｌ ｗｉｄｔｈ ㎏ ﬁne ½",
    "ノーベル賞を受賞した。が ｶﾞ",
    "वह किताब पढ़ रहा है। नहीं",
    "เขาอ่านหนังสือ กำลัง",
    "한국어 문장입니다. 각 각",
    "Ὁ ἄνθρωπος — и й ё 🇩🇪 👩‍👩‍👧 e\u0301te\u0301",
    "a\u00a0b\u200bc\n\n  d\t",
]
LETTERS = "".join(TEXTS) + "xyz .,-'"
NLP = {language: spacy.blank(language) for language in ("xx", "zh", "de")}

Links = List[Tuple[int, int]]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    """One that normalizes and cuts as XLM-R's does, with a few pieces."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = ["<s>", "<pad>", "</s>", "<unk>"]
    letters = normalizers.NFKC().normalize_str(LETTERS)
    words = ["▁", "▁die", "stadt", "大学", "た。", "ing", "kg", "nis", "۔", "ا ل"]
    pieces = [(piece, 0.0) for piece in special]
    pieces += [(letter, -8.0) for letter in dict.fromkeys(letters) if letter.strip()]
    pieces += [(word, -4.0) for word in words]
    backend = Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=False))
    backend.normalizer = normalizers.Sequence([normalizers.NFKC()])
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="<pad>", unk_token="<unk>"
    )


def reference(spans: List[Span], offsets: List[Any]) -> Links:
    from spacy_transformers.align import get_span2wp_from_offset_mapping

    links: Links = []
    first_token = first_piece = 0
    for span, bounds in zip(spans, offsets, strict=True):
        table = np.array(bounds, dtype=np.int64).reshape(-1, 2)
        aligned = get_span2wp_from_offset_mapping(span, table)  # type: ignore[arg-type]
        for token, pieces in enumerate(aligned):
            links += [(first_token + token, first_piece + p) for p in sorted(pieces)]
        first_token += len(span)
        first_piece += len(bounds)
    return links


def halves(doc: Doc) -> List[Span]:
    middle = len(doc) // 2
    return [span for span in (doc[:middle], doc[middle:]) if len(span)]


def links_of(spans: List[Span], offsets: List[Any]) -> Links:
    token, piece = align_pieces(spans, offsets)
    return list(zip(token.tolist(), piece.tolist(), strict=True))


@pytest.mark.parametrize("language", NLP)
def test_as_spacy_transformers_aligns(language: str, tokenizer: Any) -> None:
    spans = [span for text in TEXTS for span in halves(NLP[language](text))]
    offsets = tokenizer(
        [span.text for span in spans], return_offsets_mapping=True
    ).offset_mapping
    assert links_of(spans, offsets) == reference(spans, offsets)


@given(st.lists(st.text(LETTERS, max_size=40), max_size=4))
def test_as_spacy_transformers_aligns_any_text(
    tokenizer: Any, texts: List[str]
) -> None:
    spans = [span for text in texts for span in halves(NLP["xx"](text))]
    if spans:
        offsets = tokenizer(
            [span.text for span in spans], return_offsets_mapping=True
        ).offset_mapping
        assert links_of(spans, offsets) == reference(spans, offsets)


@given(
    st.lists(st.text("ab .", min_size=1, max_size=12), min_size=1, max_size=3),
    st.data(),
)
def test_whatever_offsets_a_tokenizer_gives(texts: List[str], data: Any) -> None:
    spans = [span for text in texts for span in halves(NLP["xx"](text))]
    place = st.integers(0, 14)
    bounds = st.lists(st.tuples(place, place), max_size=8)
    # Pieces beyond the text are none of the next one's.
    offsets = [
        [(a, min(b, len(span.text) + 1)) for a, b in data.draw(bounds)]
        for span in spans
    ]
    assert links_of(spans, offsets) == reference(spans, offsets)


def test_batches_count_pieces_and_tokens_anew(tokenizer: Any) -> None:
    docs = [NLP["zh"](text) for text in TEXTS]
    features = tokenize_pieces([doc[:] for doc in docs], tokenizer, 512)
    rows = [7, 2, 5]
    inputs, mask = features.inputs(rows)
    assert mask.sum(dim=1).tolist() == [len(docs[row]) for row in rows]
    for place, row in enumerate(rows):
        alone, _ = tokenize_pieces([docs[row][:]], tokenizer, 512).inputs([0])
        used = inputs["attention_mask"][place].bool()
        assert (inputs["input_ids"][place][~used] == tokenizer.pad_token_id).all()
        assert inputs["input_ids"][place][used].equal(alone["input_ids"][0])
        of_row = inputs["token"] // mask.shape[1] == place
        assert (inputs["token"][of_row] % mask.shape[1]).equal(alone["token"])
        width = inputs["input_ids"].shape[1]
        assert (inputs["piece"][of_row] % width).equal(alone["piece"])
        assert (inputs["piece"][of_row] // width == place).all()
