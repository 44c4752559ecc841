"""Learning rates up to 1e8 under every rule, in every network: each run ends in words and keeps finite weights."""

from __future__ import annotations

import dataclasses
import itertools
import math
import random
import warnings
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
import torch

from cnnviz.data.generated import shapes
from cnnviz.data.splits import Part, Splits
from cnnviz.optim import RULES
from cnnviz.training import rules
from cnnviz.training.config import BadConfig, Config
from cnnviz.training.engine import Training
from cnnviz.training.events import Ended
from cnnviz.training.networks import defaults, trainable
from tests.promises import quick_and_full

pytestmark = pytest.mark.usefixtures("one_thread")

LIGHT = ("convnetjs", "linear", "stack")
RATES = (1.0, 1e2, 1e4, 1e6, 1e8)


@pytest.fixture(scope="module")
def splits() -> Splits:
    def part(count: int, seed: int) -> Part:
        made = shapes(count, seed=seed)
        return Part(np.stack(made.images), made.labels)

    return Splits("s", "S", shapes(0).classes, train=part(64, 1), validation=part(20, 2), test=part(20, 3))


def known(rule: str) -> bool:
    """Whether the rule trains networks."""
    try:
        rules.optimizer(rule, torch.nn.Linear(2, 2), lr=0.1, momentum=0.9, weight_decay=0.0)
    except BadConfig:
        return False
    return True


def grid(count: int) -> list[Config]:
    """So many corners of network x rule x rate; few of them are networks whose step takes long."""
    able = [rule for rule in RULES if known(rule)]
    light = list(itertools.product(LIGHT, able, RATES))
    heavy = list(itertools.product((n.name for n in trainable() if n.name not in LIGHT), able, RATES))
    rng = random.Random(0)
    few = 0 if count < 100 else count // 4
    chosen = rng.sample(light, count - few) + rng.sample(heavy, few)
    return [
        dataclasses.replace(defaults(network), rule=rule, lr=rate, batch=16, epochs=2, device="cpu")
        for network, rule, rate in chosen
    ]


def losses(config: Config, splits: Splits) -> tuple[Training, Ended, list[float]]:
    """Train; what every step's loss was, also those that nobody was told of."""
    training = Training(config, splits, looking=False)
    training.pace = 0.0
    real, seen = training.learner.gradients, []

    def gradients(*args: torch.Tensor, **kwargs: object) -> tuple[torch.Tensor, torch.Tensor]:
        loss, logits = real(*args, **kwargs)  # type: ignore[arg-type]
        seen.append(float(loss))
        return loss, logits

    training.learner.gradients = gradients  # type: ignore[method-assign]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        *_, last = training.events()
    assert isinstance(last, Ended)
    return training, last, seen


@pytest.mark.promise("divergence")
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("count", quick_and_full(10, 200))
def test_every_rate_ends_in_words(count: int, splits: Splits, figure: Callable[[str], None]) -> None:
    states: Counter[str] = Counter()
    late = 0
    for config in grid(count):
        training, ended, seen = losses(config, splits)
        bad = [k for k, loss in enumerate(seen) if not math.isfinite(loss)]
        assert ended.state in {"done", "diverged"}, (config, ended)
        assert ended.state == "diverged" or not bad, config
        if ended.state == "diverged":
            assert "learning rate" in ended.message and len(ended.message) <= 140
        late = max(late, len(seen) - 1 - bad[0] if bad else 0)
        assert late <= 1, config
        assert training.state().finite and all(t.isfinite().all() for t in training.state().network.values()), config
        states[ended.state] += 1
    told = ", ".join(f"{number} {state}" for state, number in states.most_common())
    figure(
        f"{count} runs, rates 1 to 1e8: 0 exceptions; {told}; at most {late} steps after a loss that is no number; "
        f"all kept finite weights"
    )
