"""Sliding: coarse to fine, complete, cheap to stop, refused before it starts, and nothing left behind."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn

from cnnviz.models import Layer, Network, Spec, UnknownClass
from cnnviz.models.residual import GapHead
from cnnviz.occlusion import (
    FILLS,
    MOST_SECONDS,
    MOST_WINDOWS,
    OcclusionError,
    Patch,
    attribution,
    cost,
    cover,
    highest,
    lowest,
    occlude,
    running,
    sliding,
)
from cnnviz.params import params
from cnnviz.registry import UnknownItem

PATCH = Patch(8, 6, 3, 4)


def build(classes: int) -> nn.Module:
    first = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.ReLU(inplace=True))
    return nn.Sequential(OrderedDict(first=first, last=nn.Conv2d(8, 12, 3, 2, 1), head=GapHead(12, classes)))


@pytest.fixture
def network() -> Network:
    torch.manual_seed(0)
    rest = {"title": "Tiny", "summary": "", "reference": "", "layers": (Layer("last", "last map"),)}
    spec = Spec(name="tiny", build=build, input_size=32, framing="whole", mean=(0.5,) * 3, std=(0.1,) * 3, **rest)
    return Network(spec, build(4), classes=("cat", "dog", "car", "tree"))


@pytest.fixture
def view() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (32, 43, 3), dtype=np.uint8)


def test_coarse_to_fine_and_complete(network: Network, view: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "EVERY", 0.0)  # an answer after each batch of one window
    answers = list(occlude(network, view, PATCH))
    assert [answer.done for answer in answers][:3] == [0, 1, 2]
    coarse = np.zeros((answers[0].rows, answers[0].columns), bool)
    coarse[::4, ::4] = True
    (first,) = [answer for answer in answers if answer.done == coarse.sum()][:1]
    assert ((first.predicted >= 0) == coarse).all()
    assert (np.isnan(first.probability) == ~coarse).all() and (np.isnan(first.logit) == ~coarse).all()
    progress = [answer.progress for answer in answers]
    assert progress == sorted(progress) and progress.index(1.0) == len(progress) - 1
    last = answers[-1]
    assert last.done == last.windows == 9 * 11 and (last.predicted >= 0).all() and np.isfinite(last.drop).all()
    assert last.exact and last.clean.sum() == pytest.approx(1)
    assert last.target == int(network.predict(view)[0].argmax())
    np.testing.assert_allclose(last.clean, network.predict(view)[0], atol=1e-6)


def test_answers_come_often_and_batches_grow_only_as_far_as_that_allows(
    network: Network, view: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    compute = running.Run._scores

    def slow(run: running.Run, windows: list[tuple[int, int]]) -> torch.Tensor:
        sizes.append(len(windows))
        until = time.thread_time() + 0.02 * len(windows)
        while time.thread_time() < until:
            pass
        return compute(run, windows)

    monkeypatch.setattr(running.Run, "_scores", slow)
    found = occlude(network, view, Patch(8, 8, 8, 8))
    gaps = []
    while True:
        start = time.thread_time()
        if next(found, None) is None:
            break
        gaps.append(time.thread_time() - start)
    assert 3 <= max(sizes) <= 15 and max(gaps[1:]) < 0.4


def test_an_abandoned_generator_leaves_nothing(network: Network, view: np.ndarray) -> None:
    before = {name: (module.training, len(module._forward_hooks)) for name, module in network.model.named_modules()}
    state = torch.random.get_rng_state()
    weights = {name: value.clone() for name, value in network.model.state_dict().items()}
    found = occlude(network, view, PATCH)
    next(found)
    next(found)
    assert network.lock.acquire(blocking=False)
    network.lock.release()
    found.close()
    assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()
    assert torch.equal(torch.random.get_rng_state(), state)
    assert before == {n: (m.training, len(m._forward_hooks)) for n, m in network.model.named_modules()}
    assert all(torch.equal(value, weights[name]) for name, value in network.model.state_dict().items())


def test_the_extremes_are_those_of_the_map(network: Network, view: np.ndarray) -> None:
    *_, found = occlude(network, view, PATCH, target="dog")
    up, down = highest(found), lowest(found)
    assert up is not None and down is not None
    assert up.probability == found.probability.max() and down.probability == found.probability.min()
    assert found.probability[up.row, up.column] == up.probability
    assert up.box == found.box(up.row, up.column)
    first = next(occlude(network, view, PATCH))
    assert highest(first) is None and lowest(first) is None
    assert not attribution(first).any()


def test_boxes_are_pixels_and_the_last_stick_out(network: Network, view: np.ndarray) -> None:
    found = next(occlude(network, view, Patch(10, 10, 9, 9)))
    assert found.tops.tolist() == [0, 9, 18, 27] and found.lefts.tolist() == [0, 9, 18, 27, 36]
    assert found.box(0, 0) == (0, 0, 10, 10) and found.box(3, 4) == (27, 36, 5, 7)


def test_cover_is_the_picture_covered_by_hand(network: Network, view: np.ndarray) -> None:
    boxes = [(3, 5, 10, 12), (20, 30, 40, 40), (-4, -4, 6, 6)]
    by_hand = view.copy()
    for top, bottom, left, right in ((3, 13, 5, 17), (20, 32, 30, 43), (0, 2, 0, 2)):
        by_hand[top:bottom, left:right] = 128
    np.testing.assert_allclose(cover(network, view, boxes, "gray"), network.predict(by_hand)[0], atol=1e-6)
    np.testing.assert_allclose(cover(network, view, [], "gray"), network.predict(view)[0], atol=1e-6)


def test_covering_the_window_found_first_leads_to_what_was_found(network: Network, view: np.ndarray) -> None:
    """Greedy: what the map said of the window is what the picture says once it is covered for good."""
    *_, found = occlude(network, view, PATCH, target=1)
    best = highest(found)
    assert best is not None
    *_, second = occlude(network, view, PATCH, target=1, covered=[best.box])
    assert second.clean[1] == pytest.approx(best.probability, abs=1e-5)
    assert second.probability[best.row, best.column] == pytest.approx(best.probability, abs=1e-5)


def test_cost_counts_windows_and_refuses(network: Network, view: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    found = cost(network, view, PATCH)
    assert found.windows == 99 and 0 < found.forwards_equivalent < 99 and 0 < found.seconds < MOST_SECONDS
    with pytest.raises(OcclusionError, match=f"more than {MOST_WINDOWS}; choose larger strides"):
        occlude(network, np.zeros((90, 90, 3), np.uint8), Patch(2, 2, 1, 1))
    with pytest.raises(OcclusionError, match="33×6 does not fit the 32×43"):
        occlude(network, view, Patch(33, 6, 3, 3))
    with pytest.raises(OcclusionError, match="at least 1 pixel"):
        cost(network, view, Patch(3, 6, 0, 3))
    monkeypatch.setattr(sliding, "_measured", lambda *_: (10.0, 0.9))
    with pytest.raises(OcclusionError, match="99 windows would take about 891 s, more than 60; choose"):
        occlude(network, view, PATCH)


def test_unknown_names_are_refused_at_once(network: Network, view: np.ndarray) -> None:
    with pytest.raises(UnknownClass):
        occlude(network, view, PATCH, target="horse")
    with pytest.raises(UnknownItem):
        occlude(network, view, Patch(fill="pink"))


def test_bfloat16_is_kept_only_where_it_agrees(
    network: Network, view: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "fast_bfloat16", lambda: True)
    exact = list(occlude(network, view, PATCH))[-1]
    fine = list(occlude(network, view, PATCH, precision="bf16"))[-1]
    assert not fine.exact and fine.agreement is not None and fine.agreement >= 0.99
    assert 0 < np.abs(fine.logit - exact.logit).max() < 0.05 * np.abs(exact.logit).max()
    assert np.corrcoef(fine.logit.ravel(), exact.logit.ravel())[0, 1] > 0.99
    monkeypatch.setattr(running, "ALIKE", 1.1)
    strict = list(occlude(network, view, PATCH, precision="bf16"))[-1]
    assert strict.exact and strict.agreement == fine.agreement
    np.testing.assert_allclose(strict.logit, exact.logit, atol=1e-5)


@pytest.mark.parametrize("name", FILLS)
def test_every_fill(name: str, view: np.ndarray) -> None:
    before = view.copy()
    painted = FILLS[name](view, 3)
    assert painted.shape == view.shape and painted.dtype == np.uint8 and (view == before).all()
    assert (painted == FILLS[name](view, 3)).all() and (painted != view).any()
    assert FILLS[name].title and FILLS[name].summary and FILLS[name].reference


def test_fills_are_what_they_say(view: np.ndarray) -> None:
    assert (FILLS["black"](view) == 0).all() and (FILLS["gray"](view) == 128).all()
    assert np.abs(FILLS["mean"](view)[0, 0] - view.mean((0, 1))).max() <= 0.5
    assert FILLS["blur"](view).std() < 0.5 * view.std()
    assert (FILLS["noise"](view, 1) != FILLS["noise"](view, 2)).any()
    (choices,) = [each.choices for each in params(Patch) if each.name == "fill"]
    assert choices == tuple(FILLS)


def test_the_menu_imports_no_torch() -> None:
    code = "import sys, cnnviz.occlusion, cnnviz.inspections.occlusion as i; list(cnnviz.occlusion.FILLS)"
    subprocess.run([sys.executable, "-c", f"{code}; sys.exit('torch' in sys.modules)"], check=True)
