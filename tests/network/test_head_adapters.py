"""Adapters on the head, routed by the encoder's gates or by weights of their own."""

import copy
from pathlib import Path
from typing import Dict, List, Mapping, Optional, Sequence

import pytest
import torch
from network_builders import (
    LANGUAGES,
    WIDTH,
    make_batch,
    make_encoder,
    make_head,
    one_hot,
    randomize,
    triple,
)
from torch import Tensor, nn

from spacy_xoie.errors import ConfigError, ModelDataError
from spacy_xoie.network import (
    AdapterBank,
    Batch,
    LanguageRouter,
    MixtureRouter,
    NearestRouter,
    Router,
    TripleNetwork,
)
from spacy_xoie.network.adapters.exchange import (
    fill_adapter,
    match_adapter,
    read_adapter,
    write_adapter,
)
from spacy_xoie.network.heads import ArcHead, Head
from spacy_xoie.network.stages import set_stage
from spacy_xoie.ty import Sentence, TokenTriple

TARGETS: Dict[str, List[str]] = {
    "light": ["of_anchor$", "of_token$", "^layers", "role$"],
    "multi2oie": ["inner$", "outer$", "^argument$"],
    "arcs": ["of_child$", "of_head$"],
}
LENGTHS = (5, 3, 6, 4)
heads = pytest.mark.parametrize("kind", list(TARGETS))


def tree_as_triples(
    sentence: Sentence,
    heads: Sequence[int],
    labels: Sequence[str],
    tags: Sequence[str],
    chances: Sequence[float],
    tag_chances: Sequence[float],
    *,
    evident: bool = False,
) -> List[TokenTriple]:
    """Each arc as a triple, so that trees can be compared by their triples."""
    return [
        TokenTriple(((at, at + 1),), ((head, head + 1),), (((at, at + 1),),), chance)
        for at, (head, chance) in enumerate(zip(heads, chances, strict=True))
    ]


def build_head(kind: str) -> Head:
    if kind != "arcs":
        return make_head(kind)
    torch.manual_seed(1)
    return ArcHead(tree_as_triples, in_width=WIDTH, width=16, label_width=8)


def build(
    kind: str,
    router: Optional[Router] = None,
    head_router: Optional[Router] = None,
    *,
    targets: Optional[Sequence[str]] = None,
) -> TripleNetwork:
    encoder, head = make_encoder(), build_head(kind)
    torch.manual_seed(3)
    bank = AdapterBank(encoder, LANGUAGES, rank=2)
    bank.adapt_head(head, TARGETS[kind] if targets is None else targets, head.gates)
    randomize(bank)
    generator = torch.Generator().manual_seed(6)
    for _, layer in bank.head_layers:
        for weight in layer.lora_B.values():
            nn.init.normal_(weight, generator=generator)
    network = TripleNetwork(
        encoder,
        head,
        bank=bank,
        router=router or LanguageRouter(),
        head_router=head_router,
    )
    network.routed = True
    return network.eval()


def batch_in(languages: Tensor, head_languages: Optional[Tensor] = None) -> Batch:
    batch = make_batch(LENGTHS[: len(languages)], languages)
    batch.head_languages = head_languages
    words = [["w"] * length for length in LENGTHS[: len(languages)]]
    batch.sentences = [Sentence(row, [True] * len(row)) for row in words]
    return batch


def extract(network: TripleNetwork, batch: Batch) -> List[List[TokenTriple]]:
    with torch.inference_mode():
        return network.extract(batch, threshold=0.0, max_triples=50)


def assert_same(
    one: Sequence[Sequence[TokenTriple]], other: Sequence[Sequence[TokenTriple]]
) -> None:
    assert any(one)
    for row, wanted in zip(one, other, strict=True):
        assert [t.parts for t in row] == [t.parts for t in wanted]
        assert [t.score for t in row] == pytest.approx(
            [t.score for t in wanted], abs=1e-4
        )


def different(
    one: Sequence[Sequence[TokenTriple]], other: Sequence[Sequence[TokenTriple]]
) -> bool:
    """Whether the scores (or what was found) differ by more than rounding."""
    try:
        assert_same(one, other)
    except AssertionError:
        return True
    return False


@heads
def test_rows_of_one_batch_have_their_own_gates(kind: str) -> None:
    network = build(kind)
    mixed = extract(network, batch_in(one_hot(0, 2, 1, 0)))
    for expert, code in enumerate(LANGUAGES):
        alone = extract(network, batch_in(one_hot(*[expert] * 4)))
        for row in [n for n, e in enumerate((0, 2, 1, 0)) if e == expert]:
            assert_same([mixed[row]], [alone[row]])
        merged = copy.deepcopy(network)
        merged.merge({code: 1.0})
        assert merged.bank is None
        assert_same(extract(merged, batch_in(one_hot(*[expert] * 4))), alone)


@heads
def test_the_head_matters(kind: str) -> None:
    network = build(kind)
    languages = one_hot(0, 0, 0, 0)
    before = extract(network, batch_in(languages))
    assert network.bank is not None
    with torch.no_grad():
        for _, layer in network.bank.head_layers:
            layer.lora_B["en"].zero_()
    network.train().eval()  # The cached layers are forgotten.
    assert different(extract(network, batch_in(languages)), before)


@heads
def test_the_head_can_be_routed_by_other_weights(kind: str) -> None:
    network = build(kind, head_router=LanguageRouter(certainty=1.0))
    encoder = torch.tensor([[0.0, 1.0, 0.0]] * 4)
    head = torch.tensor([[0.75, 0.0, 0.25]] * 4)
    found = extract(network, batch_in(encoder, head))
    merged = copy.deepcopy(network)
    merged.merge({"de": 1.0}, {"en": 0.75, "zh": 0.25})
    assert_same(extract(merged, batch_in(encoder)), found)
    assert different(extract(network, batch_in(encoder, encoder)), found)


def test_each_side_has_its_own_relatives() -> None:
    def by_script(language: str, experts: Sequence[str]) -> Mapping[str, float]:
        return {"zh": 1.0}

    def by_order(language: str, experts: Sequence[str]) -> Mapping[str, float]:
        return {"en": 0.6, "de": 0.4}

    network = build("light", NearestRouter(by_script), NearestRouter(by_order))
    assert network.over_experts({"xx": 1.0}) == {"zh": 1.0}
    assert network.over_head_experts({"xx": 1.0}) == {"en": 0.6, "de": 0.4}
    assert network.fixed_gates("xx") == {"zh": 1.0}
    assert network.fixed_head_gates("xx") == pytest.approx({"en": 0.6, "de": 0.4})
    assert network.over_head_experts({"de": 1.0}) == {"de": 1.0}


def test_without_a_router_of_its_own_the_head_follows_the_encoder() -> None:
    torch.manual_seed(5)
    router = MixtureRouter(width=WIDTH, n_experts=3, n_layers=2, top_k=1)
    network = build("arcs", router)
    batch = batch_in(one_hot(-1, -1))
    gates = network.gates(batch)
    assert gates is not None and network.over_head_experts({"de": 1.0}) is None
    by_hand = build("arcs", LanguageRouter(certainty=1.0))
    by_hand.load_state_dict(
        {k: v for k, v in network.state_dict().items() if "router" not in k}
    )
    assert_same(extract(by_hand, batch_in(gates)), extract(network, batch))


def test_a_learned_gate_cannot_route_the_head_alone() -> None:
    router = MixtureRouter(width=WIDTH, n_experts=3, n_layers=2)
    with pytest.raises(ConfigError, match="MixtureRouter.*head_router"):
        build("light", head_router=router)


def test_no_layer_of_the_head_is_named_so() -> None:
    with pytest.raises(ConfigError, match="layer of the head.*nothing.*of_token"):
        build("light", targets=["nothing"])


def test_switched_off_the_head_is_bare() -> None:
    network = build("light")
    plain = copy.deepcopy(network)
    plain.merge({})
    network.routed = False
    batch = batch_in(one_hot(0, 1, 2, 0))
    assert_same(extract(network, batch), extract(plain, batch))


@heads
def test_stage_three_trains_them(kind: str) -> None:
    network = build(kind)
    names = set_stage(network, "adapters")
    assert any(name.startswith("head.") and ".lora_A.de" in name for name in names)
    names = set_stage(network, "encoder")
    assert not any(".lora_" in name for name in names)


@pytest.mark.parametrize("kind", ["light", "multi2oie"])
def test_absent_languages_get_no_gradient(kind: str) -> None:
    network = build(kind)
    set_stage(network, "adapters")
    batch = batch_in(one_hot(0, 0, 1, 1))
    batch.gold = [[triple("srr1-")], [triple("sr1")], [triple("ss-r11")], []]
    torch.stack(list(network.loss(batch).values())).sum().backward()
    gradients = {
        code: [
            p.grad
            for name, p in network.head.named_parameters()
            if name.endswith(f".lora_B.{code}")
        ]
        for code in LANGUAGES
    }
    assert all(g is None for g in gradients["zh"])
    for code in ("en", "de"):
        assert any(g is not None and bool(g.any()) for g in gradients[code])


def test_plug_in_and_out_on_both_sides() -> None:
    network = build("light", head_router=LanguageRouter())
    before = extract(network, batch_in(one_hot(0, 1, 2, 0)))
    bank = network.bank
    assert bank is not None
    bank.plug("it", {})
    bank.start("it", {"de": 1.0})
    wide = torch.cat([one_hot(0, 1, 2, 0), torch.zeros(4, 1)], dim=1)
    assert extract(network, batch_in(wide, wide)) == before
    own = torch.zeros(4, 4)
    own[:, 3] = 1.0
    german = wide[[1] * 4]
    found = extract(network, batch_in(own, own))
    assert_same(found, extract(network, batch_in(german, german)))
    bank.remove("it")
    assert extract(network, batch_in(one_hot(0, 1, 2, 0))) == before


def test_exported_and_imported(tmp_path: Path) -> None:
    simple = AdapterBank(make_encoder(), LANGUAGES, rank=2, targets=["mix$"])
    source = AdapterBank(make_encoder(), LANGUAGES, rank=2, targets=["mix$"])
    head, other = build_head("arcs"), build_head("arcs")
    source.adapt_head(head, TARGETS["arcs"], head.gates)
    randomize(source)
    for _, layer in source.head_layers:
        nn.init.normal_(layer.lora_B["de"])
    size = write_adapter(source, "de", tmp_path)
    assert size == sum(path.stat().st_size for path in tmp_path.iterdir())
    stored = read_adapter(tmp_path)
    with pytest.raises(
        ModelDataError, match="weights for the head, which has no adapters"
    ):
        match_adapter(simple, stored)
    target = AdapterBank(make_encoder(), LANGUAGES, rank=2, targets=["mix$"])
    target.adapt_head(other, TARGETS["arcs"], other.gates)
    updates = match_adapter(target, stored)
    target.add("it")
    fill_adapter(target, "it", updates)
    for (_, new), (_, old) in zip(
        [*target.layers, *target.head_layers],
        [*source.layers, *source.head_layers],
        strict=True,
    ):
        for one, two in zip(new.factors("it"), old.factors("de"), strict=True):
            assert torch.equal(one, two)
    # A bank without adapters on the head leaves none behind in the folder.
    write_adapter(simple, "de", tmp_path)
    assert not read_adapter(tmp_path).head


def test_a_folder_without_weights_for_the_head_leaves_it_bare(tmp_path: Path) -> None:
    simple = randomize(AdapterBank(make_encoder(), LANGUAGES, rank=2, targets=["mix$"]))
    write_adapter(simple, "de", tmp_path)
    head = build_head("arcs")
    bank = AdapterBank(make_encoder(), LANGUAGES, rank=2, targets=["mix$"])
    bank.adapt_head(head, TARGETS["arcs"], head.gates)
    stored = read_adapter(tmp_path)
    updates = match_adapter(bank, stored)
    bank.add("it")
    fill_adapter(bank, "it", updates)
    assert all(not layer.lora_B["it"].any() for _, layer in bank.head_layers)
    assert all(layer.lora_B["it"].any() for _, layer in bank.layers)
