"""Adapters that the router was not made for."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from network_builders import make_batch, make_network

from spacy_xoie.network import LanguageRouter, NearestRouter
from spacy_xoie.network.adapters.plugged import plugged_gates, plugged_label

CODES = ["en", "nl", "de", "it", "zh"]
BASE = [0, 2, 4]
PLUGGED = {"nl", "it"}


@given(st.lists(st.integers(0, 20), min_size=6, max_size=6))
def test_they_serve_what_is_surely_theirs_and_nothing_else(weights: list[int]) -> None:
    # The last weight is that of languages without adapter.
    total = max(sum(weights), 1)
    languages = torch.tensor([weights[:5]]) / total
    router = LanguageRouter()
    routed = router(languages[:, BASE]).gates
    gates = plugged_gates(routed, languages, BASE)
    scores = {code: w / total for code, w in zip(CODES, weights) if w}
    label = plugged_label(scores, PLUGGED)
    sure = [code for code in PLUGGED if 2 * weights[CODES.index(code)] > total]
    assert label == "".join(sure)
    if sure:
        wanted = [[float(code == sure[0]) for code in CODES]]
        assert gates.tolist() == wanted
    else:
        assert torch.equal(gates[:, BASE], routed)
        assert gates[:, [1, 3]].abs().sum() == 0


def test_a_bank_of_nothing_else() -> None:
    languages = torch.tensor([[0.9, 0.1], [0.4, 0.3]])
    gates = plugged_gates(languages[:, :0], languages, [])
    assert gates.tolist() == [[1.0, 0.0], [0.0, 0.0]]


def test_beside_a_router_that_knows_relatives() -> None:
    relatives = {"it": {"en": 0.25, "de": 0.75}, "gl": {"en": 0.5, "de": 0.5}}
    router = NearestRouter(lambda code, among: relatives.get(code, {}))
    network = make_network(router, experts=["en", "de"])
    bank = network.bank
    assert bank is not None
    assert network.fixed_gates("it") == {"en": 0.25, "de": 0.75}
    bank.plug("it", {})
    # From then on Italian has an adapter; Galician is served as before.
    assert network.fixed_gates("it") == {"it": 1.0}
    assert network.fixed_gates("gl") == {"en": 0.5, "de": 0.5}
    assert network.adapter_label({"it": 0.9, "de": 0.1}) == "it"
    row = [network.over_experts({"it": 0.9, "de": 0.1}).get(c, 0) for c in bank.experts]
    batch = make_batch([3, 3], languages=torch.tensor([row, [0.0, 1.0, 0.0]]))
    gates = network.gates(batch)
    assert gates is not None
    assert gates.tolist() == [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
