from itertools import groupby
from typing import Callable, List, Optional, Tuple

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from network_builders import (
    HEADS,
    batch_of,
    make_batch,
    make_head,
    make_mask,
    make_network,
    one_hot,
    pieces_of,
    spans_of,
    triple,
)
from torch import Tensor, nn

from spacy_xoie.errors import ConfigError
from spacy_xoie.network import LanguageRouter
from spacy_xoie.network.heads import Gold, Head, LightHead, Multi2OIEHead
from spacy_xoie.network.heads.roles import collect, confidence, roles_of, triples_of
from spacy_xoie.ty import TokenTriple

IN_WIDTH = 12

each_head = pytest.mark.parametrize("kind", HEADS)


@st.composite
def triples(draw: st.DrawFn, *, contiguous: bool = False) -> Tuple[TokenTriple, int]:
    """A triple whose parts do not overlap, and the length of its sentence."""
    letters = draw(st.lists(st.sampled_from(".srr12233"), min_size=2, max_size=16))
    # At least a relation and the first object have a token.
    places = draw(st.permutations(range(len(letters))))
    letters[places[0]], letters[places[1]] = "r", "1"
    if contiguous:
        runs = [[*run] for _, run in groupby(letters)]
        kept = max(range(len(runs)), key=lambda n: (runs[n][0] == "r", len(runs[n])))
        for number, run in enumerate(runs):
            if run[0] == "r" and number != kept:
                run[:] = "." * len(run)
        letters = [letter for run in runs for letter in run]
    text = "".join(letters)
    if "2" not in text:
        text = text.replace("3", "2")
    return triple(text), len(text)


def anchor_of(found: TokenTriple) -> int:
    return found.relation[-1][1]


@given(triples())
def test_roles_and_back(drawn: Tuple[TokenTriple, int]) -> None:
    found, length = drawn
    roles = roles_of(found, length)
    assert roles.shape == (length,)
    assert triples_of(roles[None]) == [found]


@given(st.lists(triples(), min_size=1, max_size=5))
def test_roles_of_a_batch_stay_with_their_rows(
    drawn: List[Tuple[TokenTriple, int]],
) -> None:
    width = max(length for _, length in drawn)
    roles = np.stack([roles_of(found, width) for found, _ in drawn])
    scores = np.linspace(0.5, 1.0, len(drawn), dtype=np.float32)
    expected = [
        found._replace(score=float(score)) for (found, _), score in zip(drawn, scores)
    ]
    assert triples_of(roles, scores) == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("s.r.", None),
        ("s.1.", None),
        ("....", None),
        # An implied subject is fine, and objects close ranks.
        (".r1.", "r1"),
        ("srr3.2", "srr2.1"),
    ],
)
def test_roles_that_make_no_triple_or_another(
    text: str, expected: Optional[str]
) -> None:
    order = ".rs123"
    roles = np.array([[order.index(letter) for letter in text]])
    if expected is None:
        assert triples_of(roles) == [None]
    elif expected == "r1":
        assert triples_of(roles) == [TokenTriple((), ((1, 2),), (((2, 3),),))]
    else:
        swapped = TokenTriple(
            ((0, 1),), ((1, 3),), (pieces_of(text, "2"), pieces_of(text, "3"))
        )
        assert triples_of(roles) == [swapped]


@given(st.lists(triples(), max_size=4, unique_by=lambda drawn: anchor_of(drawn[0])))
def test_light_head_can_represent_all_triples_with_anchors_of_their_own(
    drawn: List[Tuple[TokenTriple, int]],
) -> None:
    gold = [found for found, _ in drawn]
    length = max((length for _, length in drawn), default=3)
    left = make_head("light").representable(gold, length)
    assert sorted(left) == sorted(gold)


def test_light_head_represents_the_first_of_two_triples_with_one_anchor() -> None:
    first, second = triple("s.rr1."), triple("s..r.1")
    head = make_head("light")
    assert head.representable([first, second], 6) == [first]
    assert head.representable([second, first], 6) == [second]


@given(triples(contiguous=True))
def test_multi2oie_can_represent_contiguous_relations(
    drawn: Tuple[TokenTriple, int],
) -> None:
    found, length = drawn
    assert len(found.relation) == 1
    assert make_head("multi2oie").representable([found], length) == [found]


@pytest.mark.parametrize(
    "gold, expected",
    [
        # Of a discontinuous relation the longest piece is left, or the last.
        (["srr1r"], ["srr1."]),
        (["sr1r."], ["s.1r."]),
        # Of relations that overlap the first is left.
        (["srr1.", "s.rr1"], ["srr1."]),
        (["srr..1", "...sr1"], ["srr..1", "...sr1"]),
    ],
)
def test_what_multi2oie_loses(gold: List[str], expected: List[str]) -> None:
    left = make_head("multi2oie").representable([triple(t) for t in gold], len(gold[0]))
    assert left == [triple(text) for text in expected]


def make_hidden(lengths: List[int], *, longest: int = 0, seed: int = 6) -> Tensor:
    """(rows, tokens, width): each row is the same whatever it is padded to; the
    padding is not zero."""
    rows = []
    for row in range(len(lengths)):
        generator = torch.Generator().manual_seed(100 * seed + row)
        rows.append(torch.randn(32, IN_WIDTH, generator=generator))
    return torch.stack(rows)[:, : max(longest, *lengths)].clone()


def lively_head(kind: str, seed: int = 1) -> Head:
    """A head without training that finds triples, of varied scores."""
    head = make_head(kind, seed=seed).eval()
    with torch.no_grad():
        if isinstance(head, LightHead):
            head.anchor[-1].weight.mul_(4.0)
            head.role.weight.mul_(4.0)
        else:
            head.predicate.weight.mul_(4.0)
            head.argument.weight.mul_(8.0)
    return head


@torch.no_grad()
def extract(
    head: Head,
    hidden: Tensor,
    mask: Tensor,
    *,
    threshold: float = 0.0,
    max_triples: int = 99,
) -> List[List[TokenTriple]]:
    batch = batch_of(mask)
    return head.extract(hidden, batch, threshold=threshold, max_triples=max_triples)


@each_head
@settings(max_examples=40)
@given(
    st.integers(0, 10**6),
    st.lists(st.integers(1, 14), min_size=1, max_size=4),
    st.sampled_from([0.0, 0.2, 0.5, 0.8]),
    st.integers(1, 6),
)
def test_extracted_triples_are_sound(
    kind: str, seed: int, lengths: List[int], threshold: float, max_triples: int
) -> None:
    head = lively_head(kind, seed)
    hidden = make_hidden(lengths, longest=16, seed=seed)
    rows = extract(
        head,
        hidden,
        make_mask(lengths, 16),
        threshold=threshold,
        max_triples=max_triples,
    )
    assert len(rows) == len(lengths)
    for found, length in zip(rows, lengths):
        assert len(found) <= max_triples
        assert found == sorted(found, key=lambda t: t.relation)
        for one in found:
            assert one.score is not None and threshold <= one.score <= 1.0
            assert one.relation and one.objects and all(one.objects)
            pieces = [piece for part in one.parts for piece in part]
            assert all(0 <= start < end <= length for start, end in pieces)
            tokens = [place for piece in pieces for place in range(*piece)]
            assert len(tokens) == len(set(tokens))


@each_head
def test_lively_heads_find_triples_of_all_scores(kind: str) -> None:
    """Keeps the test above from passing on nothing."""
    hidden, mask = make_hidden([14] * 8), make_mask([14] * 8)
    rows = extract(lively_head(kind), hidden, mask)
    scores = sorted(one.score for row in rows for one in row)
    assert all(rows) and len(scores) > 20
    assert scores[0] < 0.3 and scores[-1] > 0.6


@each_head
@pytest.mark.parametrize("max_triples", [1, 2, 3])
def test_the_best_triples_are_kept(kind: str, max_triples: int) -> None:
    hidden, mask = make_hidden([14, 9, 5] * 4), make_mask([14, 9, 5] * 4)
    head = lively_head(kind)
    few = extract(head, hidden, mask, max_triples=max_triples)
    for all_of_row, kept in zip(extract(head, hidden, mask), few):
        best = sorted(all_of_row, key=lambda t: -t.score)[:max_triples]
        assert sorted(kept) == sorted(best)


@each_head
def test_the_threshold_only_leaves_out(kind: str) -> None:
    hidden, mask = make_hidden([14, 9] * 4), make_mask([14, 9] * 4)
    head = lively_head(kind)
    some = extract(head, hidden, mask, threshold=0.5)
    for all_of_row, kept in zip(extract(head, hidden, mask), some):
        assert kept == [found for found in all_of_row if found.score >= 0.5]
    assert any(some) and some != extract(head, hidden, mask)


def assert_like(found: List[TokenTriple], expected: List[TokenTriple]) -> None:
    assert spans_of(found) == spans_of(expected)
    for one, other in zip(found, expected):
        assert one.score == pytest.approx(other.score, abs=1e-5)


@each_head
def test_extraction_of_a_row_does_not_depend_on_the_batch(kind: str) -> None:
    lengths = [3, 14, 8, 1]
    head = lively_head(kind)
    rows = extract(head, make_hidden(lengths), make_mask(lengths))
    assert sum(map(len, rows)) > 5
    for row, length in enumerate(lengths):
        alone = make_hidden(lengths)[row : row + 1, :length]
        (found,) = extract(head, alone, make_mask([length]))
        assert_like(found, rows[row])
    padded = extract(head, make_hidden(lengths, longest=30), make_mask(lengths, 30))
    for found, expected in zip(padded, rows):
        assert_like(found, expected)


@each_head
def test_memory_is_bounded_without_changing_the_result(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden, mask = make_hidden([14, 9, 5]), make_mask([14, 9, 5])
    head = lively_head(kind)
    at_once = extract(head, hidden, mask)
    monkeypatch.setattr(f"spacy_xoie.network.heads.{kind}.CHUNK", 60)
    sizes = []
    module = head.role if isinstance(head, LightHead) else head.argument
    hook = module.register_forward_pre_hook(lambda _, x: sizes.append(x[0].shape[0]))
    in_chunks = extract(head, hidden, mask)
    hook.remove()
    assert len(sizes) > 3 and max(sizes) <= 60 // 14
    for found, expected in zip(in_chunks, at_once):
        assert_like(found, expected)


def test_confidence() -> None:
    """Predicate times the geometric mean over the tokens of the triple."""
    probs = np.array([[0.5, 0.8, 0.2, 0.9], [0.5, 0.5, 0.5, 0.5]], dtype=np.float32)
    roles = np.array([[0, 1, 2, 3], [0, 0, 0, 0]])
    scores = confidence(probs, roles, np.array([0.5, 0.7], dtype=np.float32))
    assert scores.tolist() == pytest.approx(
        [0.5 * (0.8 * 0.2 * 0.9) ** (1 / 3), 0.7], rel=1e-5
    )


def test_collect_hands_triples_to_their_rows() -> None:
    a, b = triple("sr1.")._replace(score=0.9), triple(".sr1")._replace(score=0.6)
    found = collect([2, 0, 2, 2], [b, a, None, a], 3, 0.7, 5)
    assert found == [[a], [], [a]]
    found = collect([2, 0, 2], [b, a, a], 3, 0.0, 5)
    assert found == [[a], [], [a, b]]


def make_tagger(*tags: int, argument: int = 2) -> Tuple[Multi2OIEHead, Tensor, Tensor]:
    """A Multi²OIE head that tags predicates as it is told (B, I, O = 0, 1, 2), and
    everything else as one argument (2: the beginning of an object)."""
    head = Multi2OIEHead(in_width=3, position_width=2, depth=0, n_heads=2).eval()
    with torch.no_grad():
        nn.init.zeros_(head.predicate.bias)
        head.predicate.weight.copy_(torch.eye(3))
        nn.init.zeros_(head.argument.weight)
        head.argument.bias.copy_(torch.eye(9)[argument] * 100)
    hidden = torch.eye(3)[list(tags)][None] * 18.0
    return head, hidden, torch.ones(1, len(tags), dtype=torch.bool)


@pytest.mark.parametrize(
    "tags, relations",
    [
        ([2, 0, 1, 1, 2], [(1, 4)]),
        # B begins anew; I begins a predicate where there is none to go on with.
        ([0, 0, 1, 2, 0], [(0, 1), (1, 3), (4, 5)]),
        ([1, 1, 2, 1, 0], [(0, 2), (3, 4), (4, 5)]),
        ([2, 2, 2], []),
    ],
)
def test_multi2oie_reads_predicates_off_the_tags(
    tags: List[int], relations: List[Tuple[int, int]]
) -> None:
    (found,) = extract(*make_tagger(*tags))
    assert [one.relation for one in found] == [(relation,) for relation in relations]
    for one in found:
        outside = set(range(len(tags))) - set(range(*one.relation[0]))
        (pieces,) = one.objects
        assert {place for piece in pieces for place in range(*piece)} == outside
        assert one.subject == ()


def test_predicates_do_not_run_over_into_the_next_row() -> None:
    head, hidden, _ = make_tagger(2, 0, 0, 1, 1, 2)
    rows = extract(head, hidden.view(2, 3, 3), torch.ones(2, 3, dtype=torch.bool))
    assert [[one.relation for one in row] for row in rows] == [
        [((1, 2),), ((2, 3),)],
        [((0, 2),)],
    ]


def test_scores_of_multi2oie_do_not_exceed_one() -> None:
    """Differences of sums in single precision do, by a millionth."""
    head, hidden, _ = make_tagger(*[0] * 40)
    generator = torch.Generator().manual_seed(0)
    sureness = 0.8 + 0.2 * torch.rand(20, 40, 1, generator=generator)
    mask = torch.ones(20, 40, dtype=torch.bool)
    for found in extract(head, hidden * sureness, mask):
        assert len(found) == 40
        assert all(0.999 < one.score <= 1.0 for one in found)


def test_the_anchor_is_part_of_the_relation() -> None:
    """Whatever the roles say of it, as without a relation there is no triple."""
    head = lively_head("light")
    with torch.no_grad():
        head.role.weight.zero_()
        head.role.bias.copy_(torch.eye(6)[3] * 100)
        head.anchor[-1].bias.fill_(100.0)
    (found,) = extract(head, make_hidden([4]), make_mask([4]))
    assert spans_of(found) == spans_of(
        [triple("r111"), triple("1r11"), triple("11r1"), triple("111r")]
    )


GOLD: List[Gold] = [
    [triple("ssrr11.2"), triple("..1.sr..")],
    [],
    [triple("srr11")],
]
LENGTHS = [8, 4, 6]


def loss_of(head: Head, hidden: Tensor, mask: Tensor, gold: List[Gold]) -> Tensor:
    losses = head.loss(hidden, batch_of(mask, gold=gold))
    assert set(losses) == {"predicate", "argument"}
    assert all(value.dim() == 0 for value in losses.values())
    return sum(losses.values())


def gradients(head: Head) -> List[Optional[Tensor]]:
    found = [parameter.grad for parameter in head.parameters()]
    head.zero_grad()
    return found


@each_head
def test_rows_without_annotation_are_left_out_of_the_loss(kind: str) -> None:
    head = make_head(kind)
    mask = make_mask(LENGTHS)
    results = []
    for other in (0.0, 50.0):
        hidden = make_hidden(LENGTHS)
        hidden[1] += other
        hidden.requires_grad_()
        loss = loss_of(head, hidden, mask, [GOLD[0], None, GOLD[2]])
        loss.backward()
        assert not hidden.grad[1].any()
        assert hidden.grad[0].any() and hidden.grad[2].any()
        results.append((loss, gradients(head)))
    (loss, grads), (other_loss, other_grads) = results
    assert torch.equal(loss, other_loss)
    assert all(map(torch.equal, grads, other_grads))
    # A sentence that is annotated as having no triples does count.
    hidden = make_hidden(LENGTHS)
    assert not torch.isclose(loss, loss_of(head, hidden, mask, GOLD))


@each_head
def test_loss_does_not_depend_on_padding_or_empty_company(kind: str) -> None:
    head = make_head(kind)
    hidden, mask = make_hidden(LENGTHS), make_mask(LENGTHS)
    loss = loss_of(head, hidden, mask, GOLD)
    loss.backward()
    grads = gradients(head)
    longer, more = make_hidden([*LENGTHS, 9], longest=20), make_mask([*LENGTHS, 9], 20)
    padded = loss_of(head, longer, more, [*GOLD, None])
    padded.backward()
    assert torch.isclose(loss, padded, atol=1e-5)
    for grad, other in zip(grads, gradients(head)):
        assert torch.allclose(grad, other, atol=1e-5)


def test_of_two_triples_with_one_anchor_light_head_learns_the_first() -> None:
    head, hidden, mask = make_head("light"), make_hidden([5]), make_mask([5])
    first, second = triple("srr1."), triple("..rs1")
    assert first.relation[-1][1] == second.relation[-1][1]
    losses = [
        loss_of(head, hidden, mask, [gold])
        for gold in ([first], [first, second], [second])
    ]
    assert torch.equal(losses[0], losses[1])
    assert not torch.isclose(losses[0], losses[2])


@each_head
@pytest.mark.parametrize("gold", [[[], [], []], [[], None, []]])
def test_loss_without_any_predicate(kind: str, gold: List[Gold]) -> None:
    head = make_head(kind)
    batch = batch_of(make_mask(LENGTHS), gold=gold)
    losses = head.loss(make_hidden(LENGTHS), batch)
    assert losses["argument"] == 0.0
    assert losses["predicate"] > 0.0
    sum(losses.values()).backward()
    for name, parameter in head.named_parameters():
        is_predicate = name.startswith(("anchor", "predicate"))
        assert (parameter.grad is not None) == is_predicate, name
        assert not is_predicate or parameter.grad.isfinite().all()


@each_head
def test_loss_without_any_annotation(kind: str) -> None:
    head = make_head(kind)
    loss = loss_of(head, make_hidden(LENGTHS), make_mask(LENGTHS), [None] * 3)
    loss.backward()
    assert loss == 0.0
    assert not any(grad is not None and grad.any() for grad in gradients(head))


@each_head
def test_a_batch_without_gold_is_not_annotated(kind: str) -> None:
    network = make_network(LanguageRouter(), head=kind)
    losses = network.loss(make_batch([4, 6], one_hot(0, 1)))
    assert {float(value.detach()) for value in losses.values()} == {0.0}


CONTIGUOUS: List[Gold] = [
    [triple("ssrr11.22"), triple("s......r1")],
    [triple("1.srr"), triple("1r...")],
    [],
    [triple(".r11s1")],
]
DISCONTINUOUS: List[Gold] = [
    [triple("sr.11r22s"), triple("s..r1.22r")],
    [triple("1rs2r")],
    [],
    [triple(".r1rs1")],
]


def learn(head: Head, gold: List[Gold], *, steps: int) -> List[List[TokenTriple]]:
    lengths = [9, 5, 4, 6]
    hidden, mask = make_hidden(lengths, longest=10), make_mask(lengths, 10)
    optimizer = torch.optim.Adam(head.parameters(), lr=0.01)
    for _ in range(steps):
        optimizer.zero_grad()
        loss_of(head, hidden, mask, gold).backward()
        optimizer.step()
    return extract(head.eval(), hidden, mask, threshold=0.5)


@pytest.mark.parametrize("gold", [CONTIGUOUS, DISCONTINUOUS], ids=["runs", "pieces"])
@pytest.mark.parametrize("kind, steps", [("light", 80), ("multi2oie", 300)])
def test_heads_learn_a_batch_by_heart(kind: str, steps: int, gold: List[Gold]) -> None:
    head = make_head(kind)
    found = learn(head, gold, steps=steps)
    expected = [head.representable(row, 10) for row in gold]
    assert [spans_of(row) for row in found] == [
        spans_of(sorted(row, key=lambda t: t.relation)) for row in expected
    ]
    if kind == "light" or gold is CONTIGUOUS:
        assert list(map(sorted, expected)) == list(map(sorted, gold))
    assert all(one.score > 0.6 for row in found for one in row)


def test_a_light_head_without_layers_learns() -> None:
    head = LightHead(in_width=IN_WIDTH, width=32, depth=0, dropout=0.0)
    found = learn(head, CONTIGUOUS, steps=80)
    assert list(map(spans_of, found)) == [
        spans_of(sorted(row, key=lambda t: t.relation)) for row in CONTIGUOUS
    ]


@pytest.mark.parametrize(
    "text, reach, is_learnt",
    [("ssr11", 1, True), ("1.r.s", 2, True), ("1.r.s", 1, False)],
)
def test_light_head_tells_distances_within_its_reach(
    text: str, reach: int, is_learnt: bool
) -> None:
    """Without layers, tokens that look the same differ by their place only."""
    torch.manual_seed(0)
    head = LightHead(in_width=2, width=32, depth=0, reach=reach, dropout=0.0)
    hidden = torch.eye(2)[[int(letter == "r") for letter in text]][None]
    mask = make_mask([len(text)])
    optimizer = torch.optim.Adam(head.parameters(), lr=0.02)
    for _ in range(60):
        optimizer.zero_grad()
        loss_of(head, hidden, mask, [[triple(text)]]).backward()
        optimizer.step()
    (found,) = extract(head, hidden, mask, threshold=0.3)
    assert (spans_of(found) == spans_of([triple(text)])) is is_learnt


@pytest.mark.parametrize(
    "build, message",
    [
        (lambda: LightHead(in_width=8, width=0), "width=0"),
        (lambda: LightHead(in_width=8, reach=0), "reach=0"),
        (lambda: LightHead(in_width=8, depth=-1), "depth=-1"),
        (
            lambda: Multi2OIEHead(in_width=8, position_width=3, n_heads=2),
            r"2 attention heads do not divide its width, 2 \* 8 \+ 3 = 19",
        ),
        (lambda: Multi2OIEHead(in_width=8, n_heads=0), "0 attention heads"),
    ],
)
def test_settings_that_cannot_work(build: Callable[[], Head], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build()
