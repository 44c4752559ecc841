"""`looks`: several layers and targets from one pass, each as if it were looked at alone."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from cnnviz.probe import best, look, looks
from tests.test_probe import Shortcut


@pytest.fixture
def net() -> nn.Module:
    torch.manual_seed(0)
    return Shortcut().double().eval()


@pytest.fixture
def images() -> Tensor:
    return torch.randn(3, 3, 9, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(1))


def test_several_layers_and_targets_from_one_pass_are_those_looked_at_one_by_one(net, images):
    passes = []
    handle = net.register_forward_hook(lambda *_: passes.append(1))
    # in the order of a sweep: the last first; "branch" lies beside "inner"'s shortcut, "stem" below both
    places, targets = ("branch", "inner", "inner.0", "stem", "stem.1"), ([0, 4, 2], best, None)
    together = looks(net, places, images, targets=targets)
    assert len(passes) == 1
    handle.remove()
    assert len(together) == len(places) * len(targets)
    for number, found in enumerate(together):
        alone = look(net, places[number % 5], images, target=targets[number // 5])
        assert found.targets.tolist() == alone.targets.tolist()
        assert (found.gradients is None) == (alone.gradients is None) == (number >= 10)
        for one, other in ((found.activations, alone.activations), (found.scores, alone.scores)):
            torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-12)
        if found.gradients is not None:
            torch.testing.assert_close(found.gradients, alone.gradients, rtol=1e-12, atol=1e-12)
        torch.testing.assert_close(found.forward(found.activations), found.scores, rtol=1e-12, atol=1e-12)
        assert found.images is images
        assert not found.activations.requires_grad
