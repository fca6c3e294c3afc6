"""A tiny pretrained encoder, made here: a random BERT, and a tokenizer of the kind that
multilingual encoders have."""

import json
from pathlib import Path
from typing import Any, Dict, List, Tuple

import torch
from conftest import TINY_MODEL

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
WORDS = """▁Die ▁Stadt ▁hat ▁das ▁Haus ▁ge baut ▁Anna ▁met ▁Ben ▁in ▁Rome ▁The ▁museum
    ▁bought ▁three ▁paint ings ▁Rat ▁lehnte ▁den ▁Plan ▁ab ▁Łó dź łó ▁gesch ät zt ▁für
    ▁über größ ▁市 议会 批准 ▁新 线路 建设 ▁Мос ква город""".split()


def pieces() -> List[Tuple[str, float]]:
    """All pieces with their scores: words, then single letters, which are unlikely."""
    letters = sorted({c for word in WORDS for c in word} | set("abcxyz.,!äöü€12"))
    return [
        *((piece, 0.0) for piece in SPECIAL),
        *((word, -3.0 - 0.01 * number) for number, word in enumerate(WORDS)),
        *((letter, -9.0 - 0.01 * number) for number, letter in enumerate(letters)),
    ]


def make_encoder(folder: Path, hidden_size: int = 64) -> Path:
    """A folder with both, as `AutoModel` and `AutoTokenizer` read it. The matrices are
    rounded to 4 bits."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
    from tokenizers.processors import TemplateProcessing
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    vocabulary = pieces()
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        cls_token="<s>",
        sep_token="</s>",
        mask_token="<mask>",
    ).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary) + 9,
        hidden_size=hidden_size,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=2 * hidden_size,
        max_position_embeddings=64,
        pad_token_id=1,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    model = BertModel(config)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith("weight") and weight.ndim == 2:
                blocks = weight.view(-1, 32)
                scale = 0.01 * torch.rand(len(blocks), 1).add(0.5).half().float()
                numbers = (3 * torch.randn_like(blocks)).round().clamp(-7, 7)
                numbers[:, 0] = -8
                blocks.copy_(numbers * scale.half().float())
    model.save_pretrained(folder)
    return folder


def joint_config(folder: Path, **changes: Any) -> Dict[str, Any]:
    """A model on it."""
    return {
        **TINY_MODEL,
        "encoder": {
            "@architectures": "spacy-xoie.JointEncoder.v1",
            "width": 32,
            "pieces": {
                "@architectures": "spacy-xoie.TransformerEncoder.v2",
                "name": str(folder),
                "rank": 4,
                "alpha": 8.0,
                "precision": "float32",
            },
            "words": TINY_MODEL["encoder"],
        },
        "bank": None,
        "router": None,
        **changes,
    }


def vocabulary_of(files: Dict[str, bytes]) -> List[str]:
    tokenizer = json.loads(files["tokenizer.json"])
    return [piece for piece, _ in tokenizer["model"]["vocab"]]
