"""BERT itself: transformers takes more than a second to import its own."""

from typing import Any, NamedTuple, Optional

import torch
from torch import Tensor, nn


class BertStates(NamedTuple):
    """last_hidden_state (Tensor): (rows, pieces, width)"""

    last_hidden_state: Tensor


class Bert(nn.Module):
    """Does what `transformers.BertModel` does without a pooler, and has its weights by
    the same names.

    forward: input_ids, attention_mask (rows, pieces) → BertStates

    config (BertConfig): Its sizes. What it says of the way attention is computed
        changes nothing.
    """

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.config = config
        self.embeddings = BertEmbeddings(config)
        self.encoder = nn.Module()
        self.encoder.layer = nn.ModuleList(
            BertLayer(config) for _ in range(config.num_hidden_layers)
        )

    def get_input_embeddings(self) -> nn.Module:
        return self.embeddings.word_embeddings

    def forward(
        self, input_ids: Tensor, attention_mask: Optional[Tensor] = None
    ) -> BertStates:
        hidden = self.embeddings(input_ids)
        outside = None
        if attention_mask is not None:
            unseen = attention_mask[:, None, None] == 0
            outside = torch.zeros_like(unseen, dtype=hidden.dtype)
            outside = outside.masked_fill(unseen, torch.finfo(hidden.dtype).min)
        for layer in self.encoder.layer:  # type: ignore[union-attr]
            hidden = layer(hidden, outside)
        return BertStates(hidden)


class BertEmbeddings(nn.Module):
    """forward: input_ids (rows, pieces) → (rows, pieces, width)"""

    def __init__(self, config: Any) -> None:
        super().__init__()
        width = config.hidden_size
        self.word_embeddings: nn.Module = nn.Embedding(
            config.vocab_size, width, padding_idx=config.pad_token_id
        )
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, width)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, width)
        self.LayerNorm = nn.LayerNorm(width, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, input_ids: Tensor) -> Tensor:
        places = torch.arange(input_ids.shape[1], device=input_ids.device)[None]
        hidden = self.word_embeddings(input_ids)
        hidden = hidden + self.token_type_embeddings(torch.zeros_like(input_ids))
        hidden = hidden + self.position_embeddings(places)
        out: Tensor = self.dropout(self.LayerNorm(hidden))
        return out


class BertLayer(nn.Module):
    """forward: states (rows, pieces, width), what is added to scores → states"""

    def __init__(self, config: Any) -> None:
        super().__init__()
        width, inner = config.hidden_size, config.intermediate_size
        self.attention = nn.Module()
        self.attention.self = BertAttention(config)
        self.attention.output = BertOutput(config, width)
        self.intermediate = BertIntermediate(config)
        self.output = BertOutput(config, inner)

    def forward(self, hidden_states: Tensor, outside: Optional[Tensor]) -> Tensor:
        attend, close = self.attention.self, self.attention.output
        hidden = close(attend(hidden_states, outside), hidden_states)  # type: ignore
        out: Tensor = self.output(self.intermediate(hidden), hidden)
        return out


class BertAttention(nn.Module):
    """forward: states (rows, pieces, width), what is added to scores → states"""

    def __init__(self, config: Any) -> None:
        super().__init__()
        width = config.hidden_size
        self.num_attention_heads = config.num_attention_heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.dropout = nn.Dropout(config.attention_probs_dropout_prob)

    def forward(self, hidden: Tensor, outside: Optional[Tensor]) -> Tensor:
        query, key, value = (
            layer(hidden).unflatten(2, (self.num_attention_heads, -1)).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        scores = query @ key.transpose(2, 3) * query.shape[-1] ** -0.5
        if outside is not None:
            scores = scores + outside
        shares = self.dropout(scores.softmax(dim=-1))
        mixed: Tensor = shares @ value
        return mixed.transpose(1, 2).flatten(2)


class BertIntermediate(nn.Module):
    """forward: (rows, pieces, width) → (rows, pieces, inner width)"""

    def __init__(self, config: Any) -> None:
        super().__init__()
        if config.hidden_act != "gelu":
            raise ValueError(f"hidden_act is 'gelu' here, not {config.hidden_act!r}")
        self.dense = nn.Linear(config.hidden_size, config.intermediate_size)
        self.intermediate_act_fn = nn.GELU()

    def forward(self, hidden: Tensor) -> Tensor:
        out: Tensor = self.intermediate_act_fn(self.dense(hidden))
        return out


class BertOutput(nn.Module):
    """What comes out of a part of a layer, added to what went into it.

    forward: (rows, pieces, inner width), (rows, pieces, width) → (rows, pieces, width)

    in_width (int): The inner width.
    """

    def __init__(self, config: Any, in_width: int) -> None:
        super().__init__()
        self.dense = nn.Linear(in_width, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)

    def forward(self, inner: Tensor, hidden: Tensor) -> Tensor:
        out: Tensor = self.LayerNorm(self.dropout(self.dense(inner)) + hidden)
        return out
