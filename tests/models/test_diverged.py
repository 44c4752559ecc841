"""A network that diverged is told in a sentence, whether it was uploaded or a run saved it."""

from __future__ import annotations

import pytest
import torch

from cnnviz.models import NETWORKS, BadWeights, forget, load
from cnnviz.models.diverged import check_scores, check_weights
from cnnviz.models.network import Network
from cnnviz.runs import learned


def network(value: float) -> Network:
    spec = NETWORKS["convnetjs"]
    model = spec.build(3)
    with torch.no_grad():
        for weights in model.parameters():
            weights.fill_(value)
    return Network(spec, model, classes=("a", "b", "c"))


@pytest.mark.parametrize("value", [0.0, 0.01, 1e-40])
def test_what_gives_scores_is_left_alone(value: float) -> None:
    check_weights(network(value).model.state_dict().values())
    check_scores(network(value))


@pytest.mark.parametrize("value", [1e4, 1e10, 1e38, float("nan")])
def test_scores_beyond_a_million_are_refused(value: float) -> None:
    with pytest.raises(BadWeights, match="beyond a million"):
        check_scores(network(value))


def test_a_diverged_epoch_of_a_run_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    forget()
    monkeypatch.setattr(learned, "named", lambda name: (name[4:-2], 1))
    monkeypatch.setattr(learned, "network", lambda _: network(1e30))
    monkeypatch.setattr(learned, "is_run", lambda _: True)
    with pytest.raises(BadWeights, match="this network diverged"):
        load("run-abcdefgh@1")
    forget()
