"""A training as a :class:`State` and back: weights, the rule's memory, random numbers, position, live settings."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from torch import Tensor

from cnnviz.training import rules
from cnnviz.training.config import BadConfig
from cnnviz.training.state import State
from cnnviz.training.tallies import Sums

if TYPE_CHECKING:
    from cnnviz.training.engine import Training

LIVE = ("lr", "momentum", "weight_decay")
POSITION = ("step", "epoch", "seen", "number", "batch")


def stored(training: Training) -> State:
    """Its state: tensors are copies on the CPU."""
    learner = training.learner
    tensors = _prefixed("network.", learner.model.state_dict())
    if learner.kept is not learner.model:
        tensors |= _prefixed("kept.", learner.kept.state_dict())
    remembered, rest = rules.stored(learner.optimizer)
    tensors |= _prefixed("optimizer.", remembered)
    tensors |= {f"random.{k}": state.clone() for k, state in enumerate(training.random.state)}
    facts: dict[str, Any] = {name: getattr(training.course, name) for name in POSITION}
    facts |= {name: getattr(training.live, name) for name in LIVE}
    facts |= {"sums": training.sums.told(), "optimizer": rest, "images": len(training.course.images)}
    facts["seconds"] = training.seconds
    return State(tensors, facts)


def restore(training: Training, state: State) -> None:
    """Put ``training``, just made, where ``state`` stands. Raises :class:`BadConfig` if it is of another run."""
    facts, course, learner = state.facts, training.course, training.learner
    try:
        if facts["images"] != len(course.images):
            raise BadConfig(
                f"the run began with {facts['images']} training images, not {len(course.images)}; begin anew"
            )
        for name in POSITION:
            setattr(course, name, int(facts[name]))
        training.seconds = float(facts["seconds"])
        live: dict[str, Any] = {name: float(facts[name]) for name in LIVE}
        training.live = dataclasses.replace(training.config, **live)
        training.sums = Sums(**facts["sums"])
        learner.model.load_state_dict(_under("network.", state.tensors))
        if learner.kept is not learner.model:
            learner.kept.load_state_dict(_under("kept.", state.tensors))
        rules.restore(learner.optimizer, _under("optimizer.", state.tensors), facts["optimizer"])
        training.random.state = [state.tensors[f"random.{k}"].clone() for k in range(len(training.random.state))]
    except (KeyError, TypeError, RuntimeError) as error:
        raise BadConfig(f"the saved state is of another network or rule ({type(error).__name__}); begin anew") from None
    rules.change(learner.optimizer, training.live.rule, momentum=live["momentum"], weight_decay=live["weight_decay"])
    learner.step = course.step
    learner.remember()


def _prefixed(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {prefix + name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in tensors.items()}


def _under(prefix: str, tensors: Any) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
