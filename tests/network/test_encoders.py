import threading
from itertools import pairwise
from typing import Callable, Dict, List, Optional, Sequence, Tuple

import pytest
import torch
from network_builders import (
    ROWS,
    WIDTH,
    make_bank,
    make_encoder,
    make_inputs,
    make_mask,
    one_hot,
    randomize,
)
from torch import Tensor, nn
from transformers import BertConfig, BertModel, XLMRobertaConfig, XLMRobertaModel

from spacy_xoie.errors import ConfigError
from spacy_xoie.network import AdapterBank, Batch, MixtureRouter, TripleNetwork
from spacy_xoie.network.encoders import (
    Encoder,
    HashedEncoder,
    JointEncoder,
    ProjectionEncoder,
    TransformerEncoder,
)
from spacy_xoie.network.heads import LightHead

IN_WIDTH = 7


def make_projection(dropout: float = 0.0) -> ProjectionEncoder:
    torch.manual_seed(0)
    return ProjectionEncoder(in_width=IN_WIDTH, width=WIDTH, dropout=dropout)


def make_states(lengths: Sequence[int], *, longest: int = 0) -> Dict[str, Tensor]:
    """Inputs of a `ProjectionEncoder`, with states in the padding too."""
    generator = torch.Generator().manual_seed(0)
    hidden = torch.randn(len(lengths), 20, IN_WIDTH, generator=generator)
    mask = make_mask(lengths, longest)
    return {"hidden": hidden[:, : mask.shape[1]].clone(), "mask": mask}


PIECES = [
    # Wordpieces of each token: a special one stands before and behind, which is
    # why they count from 1. A token may have several pieces, share one, or have
    # none.
    [[1], [2, 3], [], [4]],
    [[1, 2, 3], [3]],
    [[1], [2], [3], [4], [5, 6]],
]


def make_transformer(kind: str = "bert", n_layers: int = 2) -> TransformerEncoder:
    torch.manual_seed(0)
    settings = {
        "vocab_size": 40,
        "hidden_size": WIDTH,
        "num_hidden_layers": n_layers,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "max_position_embeddings": 32,
    }
    if kind == "bert":
        model = BertModel(BertConfig(**settings), add_pooling_layer=False)
    else:
        config = XLMRobertaConfig(**settings, pad_token_id=1)
        model = XLMRobertaModel(config, add_pooling_layer=False)
    for module in model.modules():
        if isinstance(module, nn.Linear):
            # As initialised (0.02) the layers would hardly change their input.
            nn.init.normal_(module.weight, std=0.3)
    return TransformerEncoder(model).eval()


def make_pieces(
    rows: Sequence[int] = (0, 1, 2), *, more_pieces: int = 0, more_tokens: int = 0
) -> Dict[str, Tensor]:
    """Inputs of a `TransformerEncoder`: some rows of PIECES, perhaps padded more."""
    aligned = [PIECES[row] for row in rows]
    n_pieces = [2 + max(max(token, default=0) for token in row) for row in aligned]
    width = max(n_pieces) + more_pieces
    length = max(map(len, aligned)) + more_tokens
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(5, 40, (len(PIECES), 12), generator=generator)
    attention = (torch.arange(width) < torch.tensor(n_pieces)[:, None]).long()
    links = [
        (place * width + piece, place * length + number)
        for place, row in enumerate(aligned)
        for number, token in enumerate(row)
        for piece in token
    ]
    piece, token = torch.tensor(links).T
    input_ids = ids[list(rows), :width].where(attention.bool(), torch.tensor(1))
    return {
        "input_ids": input_ids,
        "attention_mask": attention,
        "piece": piece,
        "token": token,
        "mask": make_mask([len(row) for row in aligned], length),
    }


# The encoder, inputs of three rows, the same of the first row alone, and the
# same with more padding
Case = Tuple[Encoder, Dict[str, Tensor], Dict[str, Tensor], Dict[str, Tensor]]

CASES: Dict[str, Callable[[], Case]] = {
    "hashed": lambda: (
        make_encoder(dilations=(1, 2, 4)),
        make_inputs([4, 9, 1]),
        make_inputs([4]),
        make_inputs([4, 9, 1], longest=15),
    ),
    "projection": lambda: (
        make_projection(),
        make_states([4, 9, 1]),
        {name: value[:1, :4] for name, value in make_states([4, 9, 1]).items()},
        make_states([4, 9, 1], longest=15),
    ),
    **{
        kind: lambda kind=kind: (
            make_transformer(kind),
            make_pieces(),
            make_pieces([0]),
            make_pieces(more_pieces=3, more_tokens=4),
        )
        for kind in ("bert", "xlm-roberta")
    },
}

each_encoder = pytest.mark.parametrize("kind", CASES)


def make_case(kind: str) -> Case:
    encoder, *inputs = CASES[kind]()
    return encoder.eval(), *inputs


@each_encoder
@torch.no_grad()
def test_output_is_zero_behind_the_mask_and_does_not_depend_on_padding(
    kind: str,
) -> None:
    encoder, inputs, first_alone, padded = make_case(kind)
    mask = inputs["mask"]
    hidden = encoder(inputs)
    assert hidden.shape == (*mask.shape, encoder.width)
    assert not hidden[~mask].any()
    assert torch.allclose(encoder(first_alone)[0], hidden[0, :4], atol=1e-5)
    longer = encoder(padded)
    assert not longer[~padded["mask"]].any()
    assert torch.allclose(longer[:, : mask.shape[1]], hidden, atol=1e-5)


@each_encoder
@torch.no_grad()
def test_every_token_counts(kind: str) -> None:
    encoder, inputs, _, _ = make_case(kind)
    hidden = encoder(inputs)[inputs["mask"]]
    used = hidden[hidden.any(dim=1)]
    # One token of the transformers' has no pieces, two share one.
    assert len(used) >= len(hidden) - 1
    assert len({tuple(state.tolist()) for state in used}) == len(used)


@each_encoder
@torch.no_grad()
def test_positions_are_those_of_the_states_before_the_layers(kind: str) -> None:
    encoder, inputs, _, padded = make_case(kind)
    states, places = encoder.embed(inputs), encoder.positions(inputs)
    assert places.dtype == torch.bool
    assert states.shape == (*places.shape, encoder.width)
    longer, more = encoder.embed(padded), encoder.positions(padded)
    assert torch.allclose(longer[more], states[places], atol=1e-6)


@each_encoder
@torch.no_grad()
def test_before_layer_sees_each_layer_once_in_order(kind: str) -> None:
    encoder, inputs, _, _ = make_case(kind)
    seen: List[Tuple[int, Tensor]] = []
    plain = encoder(inputs)
    hidden = encoder(inputs, lambda number, states: seen.append((number, states)))
    assert torch.equal(hidden, plain)
    assert [number for number, _ in seen] == list(range(encoder.n_layers))
    used = encoder.positions(inputs)
    assert torch.allclose(seen[0][1][used], encoder.embed(inputs)[used], atol=1e-6)
    for _, states in seen:
        assert states.shape == (*encoder.positions(inputs).shape, encoder.width)
    for (_, states), (_, later) in pairwise(seen):
        assert not torch.allclose(states, later, atol=1e-2)
    # Nothing is left behind.
    encoder(inputs)
    assert len(seen) == encoder.n_layers


@each_encoder
@torch.no_grad()
def test_what_before_layer_changes_holds_for_that_layer(kind: str) -> None:
    encoder, inputs, _, _ = make_case(kind)
    bank = make_bank(encoder, ["a", "b"])
    gates = one_hot(0, 0, 0, n_experts=2), one_hot(1, 1, 1, n_experts=2)
    last = encoder.n_layers - 1
    with bank.state.use(gates[0]):
        before = encoder(inputs)

        def switch(number: int, states: Tensor) -> None:
            if number == last:
                bank.state.set(gates[1])

        switched = encoder(inputs, switch)
    with bank.state.use(gates[1]):
        after = encoder(inputs)
    assert not torch.allclose(switched, before, atol=1e-3)
    assert not torch.allclose(switched, after, atol=1e-3)


@pytest.mark.parametrize("settings", [{"word_dropout": 0.5}, {"dropout": 0.5}])
def test_hashed_encoder_drops_only_while_training(settings: Dict[str, float]) -> None:
    encoder, inputs = make_encoder(**settings), make_inputs([6, 4])
    assert not torch.equal(encoder(inputs), encoder(inputs))
    encoder.eval()
    assert torch.equal(encoder(inputs), encoder(inputs))
    # The same weights, as the seed is the same.
    assert torch.equal(encoder(inputs), make_encoder().eval()(inputs))


def test_projection_encoder_drops_only_while_training() -> None:
    encoder, inputs = make_projection(dropout=0.5), make_states([6, 4])
    assert not torch.equal(encoder(inputs), encoder(inputs))
    encoder.eval()
    assert torch.equal(encoder(inputs), encoder(inputs))
    assert torch.equal(encoder(inputs), make_projection().eval()(inputs))


def test_word_dropout_hides_attributes_one_by_one() -> None:
    """With two attributes, each hidden half of the time, a token comes in four
    states: those of its attributes."""
    encoder = make_encoder(word_dropout=0.5, dilations=())
    inputs = make_inputs([1])
    torch.manual_seed(0)
    states = torch.stack([encoder(inputs)[0, 0] for _ in range(200)])
    distinct, counts = states.unique(dim=0, return_counts=True)
    assert len(distinct) == 4
    assert counts.min() > 25


def test_word_dropout_of_one_hides_all_words() -> None:
    encoder = make_encoder(word_dropout=1.0)
    assert torch.equal(encoder(make_inputs([6])), encoder(make_inputs([6], seed=5)))


def test_hashed_encoder_sees_as_far_as_its_dilations() -> None:
    encoder = make_encoder(dilations=(1, 4)).eval()
    inputs = make_inputs([15])
    before = encoder(inputs)
    inputs["attributes"][0, 7] = (inputs["attributes"][0, 7] + 1) % min(ROWS)
    far = (encoder(inputs) - before).abs().sum(dim=-1)[0].nonzero().flatten()
    assert set(far.tolist()) == {7 + a + b for a in (-4, 0, 4) for b in (-1, 0, 1)}


def test_layers_of_the_hashed_encoder_add_to_their_input() -> None:
    encoder, inputs = make_encoder().eval(), make_inputs([6, 4])
    for layer in encoder.convolutions:
        nn.init.zeros_(layer.norm.weight)
    assert torch.equal(encoder(inputs), encoder.embed(inputs))


def test_hashed_encoder_sums_over_hashes() -> None:
    encoder = make_encoder().eval()
    inputs = make_inputs([6])
    shuffled = {**inputs, "attributes": inputs["attributes"].flip(-1)}
    assert torch.allclose(encoder(shuffled), encoder(inputs), atol=1e-5)


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"width": 0}, "width=0"),
        ({"rows": []}, r"rows=\[\]"),
        ({"rows": [10, 0]}, r"rows=\[10, 0\]"),
        ({"dilations": [1, 0]}, r"dilations=\[1, 0\]"),
    ],
)
def test_settings_that_cannot_work(settings: Dict[str, object], message: str) -> None:
    valid = {"width": 4, "rows": [10], "dilations": [1]}
    with pytest.raises(ConfigError, match=message):
        HashedEncoder(**{**valid, **settings})


each_transformer = pytest.mark.parametrize("kind", ["bert", "xlm-roberta"])


@each_transformer
@torch.no_grad()
def test_a_token_is_the_mean_of_its_pieces(kind: str) -> None:
    encoder, inputs = make_transformer(kind), make_pieces()
    states = encoder.model(
        input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]
    ).last_hidden_state
    hidden = encoder(inputs)
    for row, tokens in enumerate(PIECES):
        for number, pieces in enumerate(tokens):
            if pieces:
                expected = states[row, pieces].mean(dim=0)
                assert torch.allclose(hidden[row, number], expected, atol=1e-6)
            else:
                assert not hidden[row, number].any()


def hooks_of(encoder: TransformerEncoder) -> List[object]:
    return [hook for m in encoder.modules() for hook in m._forward_pre_hooks.values()]


def test_hooks_are_removed_after_an_error_too() -> None:
    encoder, inputs = make_transformer(), make_pieces()
    during: List[int] = []

    def fail(number: int, states: Tensor) -> None:
        during.append(len(hooks_of(encoder)))
        if number == 1:
            raise KeyError("stop")

    with pytest.raises(KeyError, match="stop"):
        encoder(inputs, fail)
    assert during == [2, 2]
    assert hooks_of(encoder) == []


def test_before_layer_is_called_in_its_own_thread_only() -> None:
    encoder, inputs = make_transformer(), make_pieces()
    seen: Dict[str, List[int]] = {"outer": [], "inner": []}

    def run_inner() -> None:
        encoder(inputs, lambda number, _: seen["inner"].append(number))

    def outer(number: int, states: Tensor) -> None:
        seen["outer"].append(number)
        if len(seen["outer"]) > 2:
            return
        thread = threading.Thread(target=run_inner)
        thread.start()
        thread.join()

    encoder(inputs, outer)
    assert seen == {"outer": [0, 1], "inner": [0, 1, 0, 1]}


@each_transformer
@pytest.mark.parametrize(
    "targets, n_layers",
    [
        (["query", "key", "value"], 6),
        (["intermediate", r"attention\.output\.dense", "word_embeddings"], 5),
        ((), 15),
    ],
)
@torch.no_grad()
def test_adapters_on_a_transformer(
    kind: str, targets: Sequence[str], n_layers: int
) -> None:
    encoder, inputs = make_transformer(kind), make_pieces()
    plain = encoder(inputs)
    torch.manual_seed(0)
    bank = AdapterBank(encoder, ["a", "b"], rank=2, targets=targets)
    assert len(bank.layers) == n_layers
    randomize(bank, std=0.1)
    with bank.state.use(one_hot(0, -1, 1, n_experts=2)):
        routed = encoder(inputs)
    # Each row is served by its own expert.
    assert torch.allclose(routed[1], plain[1], atol=1e-5)
    assert not torch.allclose(routed[0], plain[0], atol=1e-2)
    for row, expert in ((0, "a"), (2, "b")):
        with bank.state.use(one_hot(*[bank.experts.index(expert)] * 3, n_experts=2)):
            assert torch.allclose(encoder(inputs)[row], routed[row], atol=1e-5)
    bank.merge(encoder, {"b": 1.0})
    assert torch.allclose(encoder(inputs)[2], routed[2], atol=1e-5)


@each_transformer
@pytest.mark.parametrize("per_layer", [False, True])
def test_a_router_reads_a_transformer(kind: str, per_layer: bool) -> None:
    encoder = make_transformer(kind)
    torch.manual_seed(0)
    router = MixtureRouter(
        width=WIDTH, n_experts=3, n_layers=2, top_k=2, per_layer=per_layer
    )
    bank = make_bank(encoder)
    head = LightHead(in_width=WIDTH, width=8)
    network = TripleNetwork(encoder, head, bank=bank, router=router).eval()
    network.routed = True

    def run(inputs: Dict[str, Tensor]) -> Tuple[Tensor, Optional[Tensor]]:
        batch = Batch(inputs, inputs["mask"], torch.zeros(len(inputs["mask"]), 3))
        with torch.no_grad():
            return network.encode(batch), network.gates(batch)

    hidden, gates = run(make_pieces())
    assert torch.allclose(gates.sum(dim=1), torch.ones(3))
    assert not torch.allclose(gates[0], gates[1], atol=1e-3)
    alone, own_gates = run(make_pieces([0]))
    assert torch.allclose(own_gates[0], gates[0], atol=1e-5)
    assert torch.allclose(alone[0], hidden[0, :4], atol=1e-5)


def test_piece_dropout_hides_pieces_of_tokens_while_training() -> None:
    encoder = make_transformer()
    encoder.piece_dropout, encoder.mask_id = 0.5, 39
    inputs = make_pieces()
    read: List[Tensor] = []
    embeddings = encoder.model.embeddings
    embeddings.register_forward_pre_hook(
        lambda _, args, kwargs: read.append(kwargs["input_ids"]), with_kwargs=True
    )
    with torch.no_grad():
        encoder.train()(inputs)
    hidden = read[-1] != inputs["input_ids"]
    assert set(read[-1][hidden].tolist()) == {39}
    of_tokens = torch.zeros_like(hidden).flatten()
    of_tokens[inputs["piece"]] = True
    assert 0 < int(hidden.sum()) < int(of_tokens.sum())
    # Special pieces, padding, and what is of no token stay.
    assert not bool((hidden.flatten() & ~of_tokens).any())
    with torch.no_grad():
        still = encoder.eval()(inputs)
    encoder.piece_dropout = 0.0
    with torch.no_grad():
        assert torch.equal(encoder(inputs), still)


def test_piece_dropout_needs_a_mask() -> None:
    encoder = make_transformer()
    encoder.piece_dropout = 0.5
    with pytest.raises(ConfigError, match="no mask"):
        encoder.train()(make_pieces())
    with pytest.raises(ConfigError, match="piece_dropout is 1"):
        TransformerEncoder(encoder.model, piece_dropout=1.0)


@torch.no_grad()
def test_words_of_one_piece_differ_in_a_joint_encoder() -> None:
    """As the characters of a Chinese word do, which is one piece."""
    torch.manual_seed(0)
    words = HashedEncoder(width=8, rows=[20], dilations=[1])
    encoder = JointEncoder(make_transformer(), words, width=8).eval()
    inputs = {
        "input_ids": torch.tensor([[0, 7, 2]]),
        "attention_mask": torch.ones(1, 3, dtype=torch.long),
        "piece": torch.tensor([1, 1]),
        "token": torch.tensor([0, 1]),
        "mask": torch.ones(1, 2, dtype=torch.bool),
        "attributes": torch.tensor([[[[3]], [[4]]]]),
    }
    pieces = encoder.pieces(inputs)
    assert torch.equal(pieces[0, 0], pieces[0, 1])
    first, second = encoder(inputs)[0]
    assert float((first - second).abs().max()) > 0.01
