"""Every kind of term: its worth by hand, its slope against finite differences, its text against itself."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import Tensor

from cnnviz.actmax import OBJECTIVES, PENALTIES, Channel, ClimbError, Direction, Diversity, Logit, Unit, WholeLayer
from cnnviz.actmax.expressions import IMAGE, Objective
from cnnviz.actmax.parsing import parse, parse_all, penalty
from cnnviz.models import Network, UnknownClass
from cnnviz.probe import reach_all

TEXTS = (
    "unit:first:3",
    "unit:first:3:0:7",
    "channel:last:5",
    "layer:first",
    "logit:dog",
    "logit:Welsh-corgi",
    "direction:last:cat",
    "direction:first:random:4",
    "diversity:last",
    "tv",
    "l2",
    "blur",
)


def worth(network: Network, objective: Objective, pixels: Tensor) -> Tensor:
    """The objective for a batch, in the precision of ``pixels``."""
    total = pixels.new_zeros(len(pixels))
    parts = objective.bound(network).parts
    model = copy.deepcopy(network.model).to(pixels.dtype)
    for factor, term in parts:
        answer = pixels if term.layer == IMAGE else reach_all(model, [term.layer], pixels)[term.layer][1]
        total = total + factor * term.values(answer)
    return total


def test_every_kind_is_among_the_texts() -> None:
    assert {text.partition(":")[0] for text in TEXTS} == {*OBJECTIVES, *PENALTIES}


@pytest.mark.parametrize("text", TEXTS)
def test_the_slope_is_that_of_finite_differences(text: str, network: Network) -> None:
    torch.manual_seed(0)
    pixels = torch.rand(2, 3, 16, 16, dtype=torch.float64, requires_grad=True)
    toward = torch.randn_like(pixels.detach())
    (slope,) = torch.autograd.grad(worth(network, parse(text), pixels).sum(), [pixels])
    with torch.no_grad():
        ahead, behind = (worth(network, parse(text), pixels + step * toward).sum() for step in (1e-6, -1e-6))
    expected = float(ahead - behind) / 2e-6
    assert float((slope * toward).sum()) == pytest.approx(expected, rel=1e-4, abs=1e-7)
    assert abs(expected) > 1e-6


@pytest.mark.parametrize("text", TEXTS)
def test_the_text_gives_back_the_term(text: str) -> None:
    assert str(parse(text)) == text and parse(str(parse(text))) == parse(text)


def test_worth_by_hand(network: Network) -> None:
    pixels = torch.rand(3, 3, 16, 16)
    model = network.model
    with torch.no_grad():
        first, scores = model.first(pixels), model(pixels)
        last = model.last(first)
        expected = {
            Unit("first", 2): first[:, 2, 4, 4],
            Unit("first", 2, 1, 6): first[:, 2, 1, 6],
            Channel("last", 5): last[:, 5].sum((1, 2)) / 64,
            WholeLayer("first"): (first**2).flatten(1).mean(1),
            Logit("do"): scores[:, 1],
            Direction("last", vector=(0, 0, 3.0, 0, 0, 0, 0, -4.0)): (0.6 * last[:, 2] - 0.8 * last[:, 7]).mean((1, 2)),
        }
        for objective, by_hand in expected.items():
            torch.testing.assert_close(worth(network, objective, pixels), by_hand)
        head = model.head.linear
        toward = worth(network, Direction("last", "dog"), pixels) * head.weight[1].norm() + head.bias[1]
        torch.testing.assert_close(toward, scores[:, 1])


def test_diversity_by_hand(network: Network) -> None:
    pixels = torch.rand(3, 3, 16, 16)
    maps = network.model.first(pixels).detach().double().numpy()
    grams = [np.einsum("cij,dij->cd", each, each).ravel() for each in maps]
    cosines = [[a @ b / np.linalg.norm(a) / np.linalg.norm(b) for b in grams] for a in grams]
    expected = [-(sum(row) - row[k]) / 2 for k, row in enumerate(cosines)]
    found = worth(network, Diversity("first"), pixels).detach()
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-5)
    same = worth(network, Diversity("first"), pixels[:1].expand(3, -1, -1, -1)).detach()
    np.testing.assert_allclose(same.numpy(), -1, rtol=1e-5)
    with pytest.raises(ClimbError, match="set count to 2"):
        worth(network, Diversity("first"), pixels[:1])


def test_penalties_by_hand() -> None:
    flat, stripes = torch.full((1, 3, 8, 8), 0.5), torch.zeros(1, 3, 8, 8)
    stripes[..., ::2] = 1
    assert [float(parse(name).values(flat)) for name in ("l2", "blur")] == [0, 0]
    assert float(parse("tv").values(flat)) == pytest.approx(1e-4)
    assert float(parse("tv").values(stripes)) == pytest.approx(1, abs=1e-4)
    assert float(parse("l2").values(stripes)) == pytest.approx(0.25)
    # inside, 1 2 1 turns stripes into 0.5 everywhere; at the two edges the copied column makes it 0.75 and 0.25
    assert float(parse("blur").values(stripes)) == pytest.approx((6 * 0.25 + 2 * 0.0625) / 8)


def test_they_add_subtract_and_scale(network: Network) -> None:
    pixels = torch.rand(2, 3, 16, 16)
    a, b = Channel("last", 1), Logit("cat")
    with torch.no_grad():
        one, two = worth(network, a, pixels), worth(network, b, pixels)
        mixed = -(0.5 * a - b * 2) + a
        torch.testing.assert_close(worth(network, mixed, pixels), one / 2 + 2 * two)
        torch.testing.assert_close(worth(network, parse(str(mixed)), pixels), one / 2 + 2 * two)
    assert str(a - 0.5 * b) == "channel:last:1 - 0.5*logit:cat"
    assert parse("-2*logit:great white shark + tv").parts == ((-2, Logit("great white shark")), (1, parse("tv")))
    assert [str(each) for each in parse_all("logit:a; logit:b ;")] == ["logit:a", "logit:b"]
    assert penalty("  ") is None


NONSENSE = (
    "",
    "+",
    "logit",
    "logit:",
    "unit:first",
    "unit:first:x",
    "unit:first:1:2",
    "unit:first:-1",
    "channel:first:1:2",
    "channel:first:²",
    "layer:first:x",
    "direction:first",
    "direction:first:random",
    "diversity",
    "tv:3",
    "1e9*tv",
    "nan*tv",
    "99999*tv",
    "*tv",
    "2**tv",
    "logit:dog +",
    "__import__('os')",
    "dog",
    "tv + " * 9 + "tv",
    "x" * 700,
)


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_told_in_one_sentence(text: str, network: Network) -> None:
    with pytest.raises((ClimbError, UnknownClass)) as told:
        parse(text).bound(network)
    assert 10 < len(str(told.value)) <= 140 and "\n" not in str(told.value)


@pytest.mark.parametrize(
    "text", ["channel:first:6", "channel:none:1", "layer:head", "logit:cow", "direction:first:cat", "unit:x:1"]
)
def test_what_the_network_has_not_is_told_when_it_is_bound(text: str, network: Network) -> None:
    with pytest.raises((ClimbError, UnknownClass)) as told:
        parse(text).bound(network)
    assert len(str(told.value)) <= 140


def test_only_penalties_are_penalties() -> None:
    with pytest.raises(ClimbError, match="penalties are tv"):
        penalty("tv + logit:dog")
    with pytest.raises(ClimbError, match="16 are the limit"):
        parse_all("tv;" * 17)


def test_a_direction_needs_a_length(network: Network) -> None:
    for vector in ((0.0,) * 8, (1.0,) * 7, (float("nan"),) * 8):
        with pytest.raises(ClimbError):
            Direction("last", vector=vector).bound(network)
