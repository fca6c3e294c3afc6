"""Adapters as PEFT's folders: PEFT itself loads them, and what does not fit is refused
with its reason."""

import json
import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

import pytest
import safetensors.torch
import torch
from network_builders import make_encoder, make_inputs, one_hot, randomize
from peft import LoHaConfig, LoraConfig, PeftModel, get_peft_model
from torch import Tensor, nn

from spacy_xoie.errors import ConfigError, ModelDataError
from spacy_xoie.network import AdapterBank
from spacy_xoie.network.adapters.combine import weighted_sum
from spacy_xoie.network.adapters.exchange import (
    CONFIG,
    WEIGHTS,
    fill_adapter,
    match_adapter,
    read_adapter,
    write_adapter,
)

TARGETS = ["mix", "convolution"]


class Words(nn.Module):
    """A plain embedding and a convolution with a stride."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(11, 6)
        self.convolution = nn.Conv1d(6, 5, 3, padding=1, stride=2)
        self.out = nn.Linear(5, 4)

    def forward(self, ids: Tensor) -> Tensor:
        hidden = self.convolution(self.table(ids).transpose(1, 2))
        out: Tensor = self.out(hidden.transpose(1, 2))
        return out


def hashed() -> Tuple[nn.Module, Any, List[str]]:
    # Dilations above 1 are what PEFT does not know of.
    encoder = make_encoder(dilations=(1, 2, 4)).eval()
    return encoder, make_inputs([5, 9, 3]), TARGETS


def words() -> Tuple[nn.Module, Any, List[str]]:
    torch.manual_seed(0)
    return Words().eval(), torch.randint(11, (3, 7)), []


each_module = pytest.mark.parametrize("make", [hashed, words])


def run(module: nn.Module, bank: AdapterBank, expert: str, inputs: Any) -> Tensor:
    rows = [bank.experts.index(expert)] * 3
    gates = one_hot(*rows, n_experts=len(bank.experts))
    with torch.no_grad(), bank.state.use(gates):
        out: Tensor = module(inputs)
    return out


def make_bank(
    module: nn.Module, targets: List[str], *, rank: int = 4, alpha: float = 6.0
) -> AdapterBank:
    torch.manual_seed(1)
    bank = AdapterBank(module, ["en", "de"], rank=rank, alpha=alpha, targets=targets)
    return randomize(bank, std=0.3)


def import_as(bank: AdapterBank, name: str, folder: Path) -> None:
    stored = read_adapter(folder)
    updates = match_adapter(bank, stored)
    bank.add(name)
    fill_adapter(bank, name, updates)


@each_module
def test_peft_loads_it_onto_the_bare_module(
    make: Callable[[], Tuple[nn.Module, Any, List[str]]], tmp_path: Path
) -> None:
    module, inputs, targets = make()
    bare = deepcopy(module)
    bank = make_bank(module, targets)
    size = write_adapter(bank, "de", tmp_path)
    assert size == sum(path.stat().st_size for path in tmp_path.iterdir())
    ours = run(module, bank, "de", inputs)
    theirs = PeftModel.from_pretrained(bare, str(tmp_path)).eval()
    with torch.no_grad():
        assert torch.allclose(theirs(inputs), ours, atol=1e-5)
        with theirs.disable_adapter():
            assert not torch.allclose(theirs(inputs), ours, atol=1e-2)
        merged = theirs.merge_and_unload()
        assert torch.allclose(merged(inputs), ours, atol=1e-5)


@each_module
def test_there_and_back(
    make: Callable[[], Tuple[nn.Module, Any, List[str]]], tmp_path: Path
) -> None:
    module, inputs, targets = make()
    bank = make_bank(module, targets)
    before = [run(module, bank, code, inputs) for code in ("en", "de")]
    write_adapter(bank, "de", tmp_path)
    import_as(bank, "nl", tmp_path)
    assert torch.equal(run(module, bank, "nl", inputs), before[1])
    for code, old in zip(("en", "de"), before):
        assert torch.equal(run(module, bank, code, inputs), old)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"r": 2, "lora_alpha": 5},
        {"use_rslora": True},
        {"target_modules": ["mix"]},
        {"target_modules": r"convolutions\.[01]\.convolution"},
        {"rank_pattern": {"mix": 1}, "alpha_pattern": {"0.convolution": 9}},
    ],
    ids=str,
)
def test_what_peft_made_is_added(changes: Dict[str, Any], tmp_path: Path) -> None:
    module, inputs, targets = hashed()
    config = LoraConfig(
        **{"r": 4, "lora_alpha": 8, "target_modules": TARGETS, **changes}
    )
    theirs = get_peft_model(deepcopy(module), config).eval()
    torch.manual_seed(5)
    for name, parameter in theirs.named_parameters():
        if ".lora_" in name:
            nn.init.normal_(parameter, std=0.3)
    theirs.save_pretrained(str(tmp_path))
    bank = make_bank(module, targets)
    import_as(bank, "nl", tmp_path)
    with torch.no_grad():
        wanted = theirs(inputs)
        with theirs.disable_adapter():
            assert not torch.allclose(wanted, theirs(inputs), atol=1e-2)
    assert torch.allclose(run(module, bank, "nl", inputs), wanted, atol=1e-5)


def test_tables_that_sum_rows_cannot_be_exported(tmp_path: Path) -> None:
    bank = make_bank(make_encoder(), [])
    with pytest.raises(ConfigError, match=r"tables\.0, tables\.1 sum several.*mix, "):
        write_adapter(bank, "de", tmp_path / "x")
    assert not (tmp_path / "x").exists()


# What is done to an exported adapter, and the reason with which it is refused.


def edit_config(**changes: Any) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        config = json.loads((folder / CONFIG).read_text())
        (folder / CONFIG).write_text(json.dumps({**config, **changes}))

    return edit


def edit_tensors(edit: Callable[[Dict[str, Tensor]], Any]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        tensors = safetensors.torch.load_file(folder / WEIGHTS)
        edit(tensors)
        safetensors.torch.save_file(tensors, folder / WEIGHTS)

    return apply


def edit_notes(**notes: Any) -> Callable[[Path], None]:
    """Say that some of the rank is a shared adapter's."""

    def apply(folder: Path) -> None:
        edit_config(r=notes.pop("r"))(folder)
        tensors = safetensors.torch.load_file(folder / WEIGHTS)
        safetensors.torch.save_file(tensors, folder / WEIGHTS, metadata=notes)

    return apply


def cut(name: str) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: len(data) * 2 // 3])

    return apply


def to_pickle(folder: Path) -> None:
    tensors = safetensors.torch.load_file(folder / WEIGHTS)
    (folder / WEIGHTS).unlink()
    torch.save(tensors, folder / "adapter_model.bin")


def no_object(folder: Path) -> None:
    (folder / CONFIG).write_text("[]")


def to_loha(folder: Path) -> None:
    config = LoHaConfig(r=4, alpha=8, target_modules=["mix"])
    get_peft_model(make_encoder(), config).save_pretrained(str(folder))


MIX_A = "base_model.model.mix.lora_A.weight"
FAULTS: Dict[str, Tuple[Callable[[Path], None], str]] = {
    "no config": (lambda f: (f / CONFIG).unlink(), "it has no adapter_config.json"),
    "no weights": (lambda f: (f / WEIGHTS).unlink(), "has no adapter_model.safetens"),
    "pickled": (to_pickle, "adapter_model.bin, which is not read"),
    "weights cut short": (cut(WEIGHTS), "damaged or cut short"),
    "config cut short": (cut(CONFIG), "damaged or cut short"),
    "config is a list": (no_object, "holds no settings"),
    "other type": (to_loha, "type 'LOHA'"),
    "dora": (edit_config(use_dora=True), "use_dora is True"),
    "bias": (edit_config(bias="all"), "bias is 'all'"),
    "changes the base": (edit_config(init_lora_weights="pissa"), "is 'pissa', which"),
    "code": (edit_config(megatron_config={"a": 1}), "megatron_config is {'a': 1}"),
    "of tomorrow": (edit_config(use_dream=True), "use_dream is True, which our layers"),
    "rank no number": (edit_config(r=True), "its rank is True"),
    "no shared adapter": (edit_notes(xoie_shared_rank="4", r=8), "its rank is 8, and"),
    "rank too high": (edit_config(r=64), "its rank is 64.*1 to 4"),
    "rank of other tensors": (edit_config(r=2), r"shape \(4, 24\), not \(2, 24\)"),
    "ranks of layers no table": (edit_config(rank_pattern=[4]), "cannot be made out"),
    "targets no expression": (edit_config(target_modules="("), "cannot be made out"),
    "alpha": (edit_config(lora_alpha="much"), "lora_alpha is 'much'"),
    "unknown target": (
        edit_config(target_modules=["mix", "query"]),
        "adapts no layer 'query'",
    ),
    "a tensor missing": (edit_tensors(lambda t: t.pop(MIX_A)), f"{MIX_A} is missing"),
    "a layer missing": (
        edit_tensors(lambda t: [t.pop(k) for k in list(t) if ".mix." in k]),
        f"{MIX_A} is missing",
    ),
    "a tensor too much": (
        edit_tensors(
            lambda t: t.update({"base_model.model.x.lora_A.weight": torch.zeros(2, 2)})
        ),
        "base_model.model.x.lora_A.weight has no place",
    ),
    "another width": (
        edit_tensors(lambda t: t.update({MIX_A: torch.zeros(4, 25)})),
        r"shape \(4, 25\), not \(4, 24\)",
    ),
    "not a number": (
        edit_tensors(lambda t: t[MIX_A][0].fill_(float("nan"))),
        f"{MIX_A} holds what is no number",
    ),
    "infinite": (
        edit_tensors(lambda t: t[MIX_A][0].fill_(float("inf"))),
        f"{MIX_A} holds what is no number",
    ),
    "integers": (
        edit_tensors(lambda t: t.update({MIX_A: t[MIX_A].int()})),
        f"{MIX_A} holds what is no number",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_does_not_fit_is_refused(fault: str, tmp_path: Path) -> None:
    damage, reason = FAULTS[fault]
    bank = make_bank(make_encoder(), TARGETS)
    write_adapter(bank, "de", tmp_path)
    match_adapter(bank, read_adapter(tmp_path))
    if fault == "other type":
        shutil.rmtree(tmp_path)
    damage(tmp_path)
    with pytest.raises(ModelDataError, match=reason):
        match_adapter(bank, read_adapter(tmp_path))


def test_adapter_of_another_encoder(tmp_path: Path) -> None:
    write_adapter(make_bank(make_encoder(), TARGETS), "de", tmp_path)
    deeper = make_encoder(dilations=(1,))
    with pytest.raises(ModelDataError, match="convolutions.1.*has no place"):
        match_adapter(make_bank(deeper, TARGETS), read_adapter(tmp_path))


class TestWeightedSum:
    def parts(self) -> List[Tuple[float, Tensor, Tensor]]:
        torch.manual_seed(0)
        return [(w, torch.randn(3, 9), torch.randn(7, 3)) for w in (0.6, -0.4)]

    def test_is_exact_where_the_rank_allows(self) -> None:
        parts = self.parts()
        down, up = weighted_sum(parts, 6)
        assert torch.allclose(up @ down, sum(w * b @ a for w, a, b in parts), atol=1e-5)

    def test_is_the_nearest_of_its_rank(self) -> None:
        parts = self.parts()
        whole = sum(w * b @ a for w, a, b in parts)
        down, up = weighted_sum(parts, 3)
        assert down.shape == (3, 9) and up.shape == (7, 3)
        lost = torch.linalg.svdvals(whole)[3:].square().sum()
        assert torch.allclose((up @ down - whole).square().sum(), lost, rtol=1e-4)

    def test_one_update_stays_what_it_is(self) -> None:
        _, a, b = self.parts()[0]
        down, up = weighted_sum([(1.0, a, b)], 3)
        assert torch.equal(down, a) and torch.equal(up, b)
