"""What routed adapters cost: against the bare encoder, PEFT, and merged."""

import copy
from pathlib import Path
from typing import Callable, List, Optional

import torch
from torch import Tensor

from spacy_xoie.network import AdapterBank, TripleNetwork
from spacy_xoie.network.model import Batch

from .pipelines import batch_of, extractor, small_pipeline
from .texts import WORDS, sentences
from .timing import Ratio, compare

Rows = List[List[str]]
TARGETS = ["query", "key", "value", "dense"]


def encode(network: TripleNetwork, batch: Batch) -> Callable[[], Tensor]:
    def run() -> Tensor:
        with torch.inference_mode():
            return network.encode(batch)

    return run


def bare(network: TripleNetwork) -> TripleNetwork:
    """RETURNS (TripleNetwork): A copy whose encoder has no adapters left."""
    plain = copy.deepcopy(network)
    plain.merge({})
    return plain


def hashed_rows(model: Optional[Path], rounds: int) -> Rows:
    nlp = small_pipeline(model)
    network = extractor(nlp).network
    codes = list(extractor(nlp).languages)
    batch = batch_of(nlp, {code: sentences(code, 16) for code in codes})
    one = batch_of(nlp, {codes[0]: sentences(codes[0], 96)})
    plain, merged = bare(network), copy.deepcopy(network)
    merged.merge({codes[0]: 1.0})

    def row(name: str, ratio: Ratio) -> List[str]:
        return ["hashed", name, str(ratio)]

    routed = compare(encode(network, batch), encode(plain, batch), rounds)
    single = compare(encode(network, one), encode(plain, one), rounds)
    cost = compare(encode(merged, one), encode(plain, one), rounds)
    return [
        row("routed, six languages in the batch", routed),
        row("routed, one language in the batch", single),
        row("merged into the encoder", cost),
    ]


def transformer_rows(rounds: int) -> Rows:
    """A random BERT of the size of MiniLM-L6; PEFT's `adapter_names` beside ours."""
    from peft import LoraConfig, get_peft_model
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=1000,
        hidden_size=384,
        num_hidden_layers=6,
        num_attention_heads=12,
        intermediate_size=1536,
    )
    torch.manual_seed(0)
    plain = BertModel(config, add_pooling_layer=False).eval()
    ours, theirs = copy.deepcopy(plain), copy.deepcopy(plain)
    codes = list(WORDS)
    bank = AdapterBank(ours, codes, rank=8, targets=[f"{t}$" for t in TARGETS])
    for _, layer in bank.layers:
        for weight in layer.lora_B.values():
            torch.nn.init.normal_(weight, std=0.02)
    lora = LoraConfig(
        r=8, lora_alpha=16, target_modules=TARGETS, init_lora_weights=False
    )
    peft = get_peft_model(theirs, lora, adapter_name=codes[0])
    for code in codes[1:]:
        peft.add_adapter(code, lora)
    peft.eval()
    ids = torch.randint(0, 1000, (48, 32))
    names = codes * 8
    gates = torch.eye(len(codes)).repeat(8, 1)

    def run_plain() -> None:
        with torch.inference_mode():
            plain(ids)

    def run_ours() -> None:
        with torch.inference_mode(), bank.state.use(gates):
            ours(ids)

    def run_peft() -> None:
        with torch.inference_mode():
            peft(ids, adapter_names=names)

    routed = compare(run_ours, run_plain, rounds)
    named = compare(run_peft, run_plain, rounds)
    return [
        ["transformer", "routed, six languages in the batch", str(routed)],
        ["transformer", "PEFT adapter_names, the same batch", str(named)],
    ]
