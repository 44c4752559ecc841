"""The inspection ``climb``: what its events carry, and what it refuses."""

from __future__ import annotations

import base64
from dataclasses import replace

import numpy as np
import pytest

from cnnviz.actmax import ClimbError, climb
from cnnviz.data.images import decode
from cnnviz.inspections.climb import SHOWN, SMALL, Event, Settings, packed, run
from cnnviz.models import load

SHORT = Settings(network="cifar-resnet20", objective="logit:ship", steps=18)


def picture(event: Event) -> np.ndarray:
    return decode(base64.b64decode(event.image))


def test_it_tells_every_step_and_shows_the_milestones() -> None:
    told = list(run(SHORT))
    assert [each.step for each in told] == list(range(1, 19))  # so a stop waits for a step at most
    assert [each.step for each in told if each.milestone] == [1, 4, 16, 18]
    assert [each.step for each in told if each.image] == [1, 4, 16, 18]
    assert told[-1].progress == 1 and told[-1].value > told[0].value + 5
    assert told[-1].terms[0] == "logit:ship" and told[-1].values[0] == told[-1].value == told[-1].each[0]


def test_the_picture_is_that_of_the_notebook() -> None:
    settings = replace(SHORT, steps=5, count=2, size=32, jitter="usual", penalties="1*tv", rate=0.1, seed=3)
    event = list(run(settings))[-1]
    own = {"size": 32, "jitters": "usual", "penalties": "1*tv", "rate": 0.1, "seed": 3}
    last = list(climb(load("cifar-resnet20"), "logit:ship", steps=5, count=2, **own))[-1]
    assert (event.format, event.count, event.side) == ("png", 2, 32)
    assert np.array_equal(picture(event), np.concatenate(list(last.image), axis=1))
    assert event.each == last.each and event.value == last.value


def test_automatic_settings_are_the_advice() -> None:
    first = next(iter(run(SHORT)))
    advised = next(iter(climb(load("cifar-resnet20"), "logit:ship", steps=18)))
    assert first.side == advised.image.shape[1] and first.value == advised.value


def test_pictures_between_are_small() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (2, 128, 128, 3), dtype=np.uint8)
    large, kind = packed(noise)
    assert kind == "jpeg" and decode(base64.b64decode(large)).shape == (128, 256, 3)
    small, kind = packed(noise, small=True)
    assert kind == "jpeg" and len(small) < len(large) / 3
    assert decode(base64.b64decode(small)).shape == (SMALL, 2 * SMALL, 3)
    assert SHOWN % 4 == 0  # only measured steps have a picture of their own


@pytest.mark.parametrize(
    "changed",
    [
        {"objective": "logit:no such class"},
        {"objective": "dog"},
        {"count": 9, "size": 224},
        {"objective": ";".join(["logit:ship"] * 10), "size": 128},
        {"jitter": "shake"},
        {"parameterization": "oil"},
        {"penalties": "logit:dog"},
        {"size": 8, "network": "convnetjs"},
    ],
    ids=str,
)
def test_nonsense_is_one_sentence(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r".{10,140}") as told:
        next(iter(run(replace(SHORT, **changed))))
    assert type(told.value).__module__.startswith("cnnviz.") and len(str(told.value)) <= 140


def test_a_sentence_about_too_much_names_what_fits() -> None:
    with pytest.raises(ClimbError, match="choose up to 2"):
        next(iter(run(replace(SHORT, count=3, size=224))))
