"""The adapter that languages share, those of languages on top of it, and PEFT, which
computes the same."""

from copy import deepcopy
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from network_builders import make_tuned, one_hot, randomize
from peft import LoraConfig, PeftModel, get_peft_model
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from spacy_xoie.errors import ModelDataError
from spacy_xoie.network import AdapterBank
from spacy_xoie.network.adapters.exchange import (
    SHARED_RANK,
    fill_adapter,
    fill_shared_adapter,
    match_adapter,
    match_shared_adapter,
    read_adapter,
    write_adapter,
    write_shared_adapter,
)
from spacy_xoie.network.adapters.routed import RoutedLora
from spacy_xoie.network.adapters.tuned import (
    TunedLinear,
    fold,
    level_ranks,
    tune,
    tuned_layers,
    untune,
)
from spacy_xoie.network.encoders import TransformerEncoder
from spacy_xoie.network.precision import Precision, lower_precision

LANGUAGES = ("en", "de", "zh")
TARGETS: Dict[str, Sequence[str]] = {
    "all": (),
    "some": ("query$", "value$", "intermediate"),
    "others too": ("query$", "word_embeddings$"),
}
PIECES = {
    "input_ids": torch.tensor([[5, 6, 7, 8], [9, 10, 11, 0], [12, 13, 14, 15]]),
    "attention_mask": torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0], [1, 1, 1, 1]]),
}

each_target = pytest.mark.parametrize("targets", TARGETS.values(), ids=TARGETS)


def make_bert() -> BertModel:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=40,
        hidden_size=12,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=32,
    )
    model = BertModel(config, add_pooling_layer=False)
    for module in model.modules():
        if isinstance(module, nn.Linear):
            # As initialised (0.02) the layers would hardly change their input.
            nn.init.normal_(module.weight, std=0.3)
    return model.eval()


def make_encoder(targets: Sequence[str]) -> Tuple[TransformerEncoder, AdapterBank]:
    """A tuned transformer and a bank on it; both adapters have an effect."""
    encoder = TransformerEncoder(make_bert(), rank=3, alpha=5.0).eval()
    for _, layer in tuned_layers(encoder):
        nn.init.normal_(layer.shared_B, std=0.1)
    bank = AdapterBank(
        encoder,
        LANGUAGES,
        rank=2,
        alpha=3.0,
        targets=targets or encoder.targets(),
    )
    return encoder, randomize(bank, std=0.1)


def states(model: Any, **settings: Any) -> Tensor:
    with torch.no_grad():
        hidden: Tensor = model(**PIECES, **settings).last_hidden_state
    return hidden


def routed_states(encoder: Any, bank: AdapterBank, rows: Sequence[int]) -> Tensor:
    with bank.state.use(one_hot(*rows, n_experts=len(bank.experts))):
        return states(encoder.model)


def assert_near(one: Tensor, other: Tensor) -> None:
    assert float((one - other).abs().max()) < 1e-5


def test_peft_computes_what_the_shared_adapter_does(tmp_path: Path) -> None:
    encoder, bank = make_encoder(())
    size = write_shared_adapter(encoder, tmp_path, prefix="model.")
    assert size == sum(path.stat().st_size for path in tmp_path.iterdir())
    theirs = PeftModel.from_pretrained(make_bert(), str(tmp_path)).eval()
    ours = routed_states(encoder, bank, [-1, -1, -1])
    assert_near(states(theirs), ours)
    with theirs.disable_adapter():
        assert not torch.allclose(states(theirs), ours, atol=1e-2)


@each_target
def test_peft_computes_what_routed_adapters_do(
    targets: Sequence[str], tmp_path: Path
) -> None:
    encoder, bank = make_encoder(targets)
    for code in LANGUAGES:
        write_adapter(bank, code, tmp_path / code, encoder=encoder, prefix="model.")
    theirs = PeftModel.from_pretrained(make_bert(), str(tmp_path / "en"), "en")
    for code in LANGUAGES[1:]:
        theirs.load_adapter(str(tmp_path / code), code)
    theirs.eval()
    for row, code in enumerate(LANGUAGES):
        theirs.set_adapter(code)
        assert_near(states(theirs), routed_states(encoder, bank, [row] * 3))
    for rows in ([0, 1, 2], [2, 2, 0], [1, 0, 1]):
        names = [LANGUAGES[row] for row in rows]
        mixed = states(theirs, adapter_names=names)
        assert_near(mixed, routed_states(encoder, bank, rows))
        with torch.enable_grad(), bank.state.use(one_hot(*rows)):
            learning = encoder.model(**PIECES).last_hidden_state
        assert_near(learning.detach(), mixed)


@each_target
def test_there_and_back(targets: Sequence[str], tmp_path: Path) -> None:
    encoder, bank = make_encoder(targets)
    before = [routed_states(encoder, bank, [row] * 3) for row in range(3)]
    write_adapter(bank, "de", tmp_path, encoder=encoder, prefix="model.")
    stored = read_adapter(tmp_path)
    updates = match_adapter(bank, stored, encoder=encoder, prefix="model.")
    bank.add("nl")
    fill_adapter(bank, "nl", updates)
    for row, old in enumerate([*before, before[1]]):
        assert torch.equal(routed_states(encoder, bank, [row] * 3), old)
    for _, layer in bank.layers:
        assert all(map(torch.equal, layer.factors("de"), layer.factors("nl")))


def test_a_sum_does_not_fit_where_nothing_is_shared(tmp_path: Path) -> None:
    encoder, bank = make_encoder(("query$",))
    write_adapter(bank, "de", tmp_path, encoder=encoder, prefix="model.")
    plain = TransformerEncoder(make_bert())
    other = AdapterBank(plain, LANGUAGES, rank=2, targets=["query$"])
    with pytest.raises(ModelDataError, match="its rank is 5, and.*room for 1 to 2"):
        match_adapter(other, read_adapter(tmp_path), encoder=plain, prefix="model.")


def test_another_shared_adapter(tmp_path: Path) -> None:
    """One of a smaller rank, which PEFT made, on some layers."""
    config = LoraConfig(r=2, lora_alpha=7, target_modules=["key", "output.dense"])
    theirs = get_peft_model(make_bert(), config).eval()
    torch.manual_seed(5)
    for name, parameter in theirs.named_parameters():
        if ".lora_" in name:
            nn.init.normal_(parameter, std=0.2)
    theirs.save_pretrained(str(tmp_path))
    encoder, bank = make_encoder(())
    updates = match_shared_adapter(encoder, read_adapter(tmp_path), prefix="model.")
    fill_shared_adapter(encoder, updates)
    assert_near(routed_states(encoder, bank, [-1] * 3), states(theirs))


@each_target
def test_merged_and_folded(targets: Sequence[str]) -> None:
    encoder, bank = make_encoder(targets)
    wanted = routed_states(encoder, bank, [1, 1, 1])
    bank.merge(encoder, {"de": 1.0})
    assert_near(states(encoder.model), wanted)
    fold(encoder)
    assert_near(states(encoder.model), wanted)
    plain = TransformerEncoder(make_bert())
    assert list(encoder.state_dict()) == list(plain.state_dict())
    assert [type(m) for m in encoder.modules()] == [type(m) for m in plain.modules()]


@pytest.mark.parametrize("precision", ["float32", "bfloat16", "int8"])
def test_copies_that_predict(precision: Precision) -> None:
    encoder, bank = make_encoder(())
    plain = routed_states(encoder, bank, [-1] * 3)
    copy: Any = lower_precision(encoder.model, precision)
    assert not tuned_layers(copy)
    for rows in ([1, 1, 1], [0, 1, 2]):
        wanted = routed_states(encoder, bank, rows)
        with bank.state.use(one_hot(*rows)):
            difference = (states(copy).float() - wanted).abs().mean()
        assert difference < 0.2 * (plain - wanted).abs().mean()


def test_untuned_is_what_it_was() -> None:
    module = make_bert()
    tune(module, [], rank=2, alpha=4.0)
    for _, layer in tuned_layers(module):
        nn.init.normal_(layer.shared_B)
    untune(module)
    assert torch.equal(states(module), states(make_bert()))


def formula(layer: TunedLinear, lora: RoutedLora, x: Tensor, gates: Tensor) -> Tensor:
    """(base + shared + the mixture of the languages) of each row, by the book."""
    rows: List[Tensor] = []
    for row, shares in zip(x, gates):
        weight = layer.weight + layer.scaling * layer.shared_B @ layer.shared_A
        for expert, share in zip(lora.experts, shares):
            down, up = lora.factors(expert)
            weight = weight + share * lora.scaling * up @ down
        rows.append(row @ weight.T + layer.bias)
    return torch.stack(rows)


@settings(max_examples=40)
@given(
    rows=st.lists(
        st.sampled_from([(1, 0, 0), (0, 1, 0), (0.4, 0, 0.6), (0, 0, 0)]),
        min_size=1,
        max_size=5,
    ),
    alike=st.booleans(),
    mode=st.sampled_from(["learns", "evaluates", "predicts", "copy", "merged"]),
    seed=st.integers(0, 99),
)
def test_all_three_parts_add_up(
    rows: List[Tuple[float, float, float]], alike: bool, mode: str, seed: int
) -> None:
    torch.manual_seed(seed)
    module: nn.Module = nn.ModuleDict({"layer": make_tuned(5, 4)})
    tuned = module["layer"]  # type: ignore[index]
    bank = randomize(AdapterBank(module, LANGUAGES, rank=2, alpha=3.0))
    gates = torch.tensor(rows[:1] * len(rows) if alike else rows, dtype=torch.float)
    x = torch.randn(len(rows), 3, 5)
    ((_, lora),) = bank.layers
    wanted = formula(deepcopy(tuned), lora, x, gates).detach()
    module.train(mode == "learns")
    if mode == "copy":
        module = lower_precision(module, "float32")
        assert not tuned_layers(module)
    if mode == "merged":
        gates = gates[:1].expand(len(gates), -1)
        wanted = formula(deepcopy(tuned), lora, x, gates).detach()
        bank.merge(module, dict(zip(LANGUAGES, gates[0].tolist())))
    learns = mode in ("learns", "evaluates")
    with torch.set_grad_enabled(learns), bank.state.use(gates):
        out = module["layer"](x)  # type: ignore[index]
    torch.testing.assert_close(out.detach(), wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "rank, message",
    [("2", "its rank is 5, and"), ("9" * 400, "its rank is 5, and"), ("3", "")],
)
def test_remarks_on_the_shared_rank(rank: str, message: str, tmp_path: Path) -> None:
    encoder, bank = make_encoder(("query$",))
    write_adapter(bank, "de", tmp_path, encoder=encoder, prefix="model.")
    adapter = read_adapter(tmp_path)
    adapter.notes[SHARED_RANK] = rank
    if message:
        with pytest.raises(ModelDataError, match=message):
            match_adapter(bank, adapter, encoder=encoder, prefix="model.")
        return
    # A rank below the shared one cannot be a sum.
    write_shared_adapter(encoder, tmp_path / "shared", prefix="model.")
    low = read_adapter(tmp_path / "shared")
    low.config["r"], low.notes[SHARED_RANK] = 2, rank
    low.tensors = {
        key: value[:2] if ".lora_A." in key else value[:, :2]
        for key, value in low.tensors.items()
    }
    with pytest.raises(ModelDataError, match="is 2, and not 3 to 5"):
        match_adapter(bank, low, encoder=encoder, prefix="model.")


@torch.no_grad()
def test_updates_of_several_ranks_become_one() -> None:
    torch.manual_seed(0)
    module = nn.ModuleDict({"a": nn.Linear(6, 5), "b": nn.Linear(5, 4, bias=False)})
    assert level_ranks(module) == 0
    tune(module, [], rank=2, alpha=6.0)
    layers = dict(tuned_layers(module))
    for layer in layers.values():
        layer.shared_B.normal_()
    x, weight = torch.randn(3, 6), layers["a"].weight.clone()
    down, up = torch.randn(3, 6), torch.randn(5, 3)
    expected = [layers["a"](x) + x @ down.T @ up.T, layers["b"](x[:, :5])]
    layers["a"].extend(down, up)
    assert level_ranks(module) == 5
    assert {layer.rank for layer in layers.values()} == {5}
    assert layers["b"].shared_A.shape == (5, 5) and layers["b"].shared_B.shape == (4, 5)
    outputs = [layers["a"](x), layers["b"](x[:, :5])]
    for layer in layers.values():
        assert layer.scaling == 3.0 and layer.shared_A.requires_grad
    assert torch.equal(layers["a"].weight, weight)
    for one, other in zip(outputs, expected):
        assert torch.allclose(one, other, atol=1e-5)
    fold(module)
    assert torch.allclose(module["a"](x), expected[0], atol=1e-5)
