"""Augmentations as one line of text: ``random-crop:border=6.25,filled=mirror horizontal-flip``; no torch."""

from __future__ import annotations

from collections.abc import Sequence

from cnnviz.augment import AUGMENTATIONS, BadAugmentation, Step, step
from cnnviz.params import params
from cnnviz.registry import UnknownItem
from cnnviz.training.config import BadConfig

MOST = 20


def parse(text: str) -> tuple[Step, ...]:
    """The steps that a line names, in its order. Raises :class:`BadConfig`."""
    words = text.split()
    if len(words) > MOST:
        raise BadConfig(f"{len(words)} augmentations are named; {MOST} are the most")
    return tuple(_step(word) for word in words)


def _step(word: str) -> Step:
    name, _, settings = word.partition(":")
    values: dict[str, str] = {}
    for setting in settings.split(",") if settings else ():
        key, sign, value = setting.partition("=")
        if not (key and sign and value):
            raise BadConfig(f"{name[:20]} has {setting[:20]!r}; write NAME:SETTING=VALUE, such as cutout:side=0.25")
        values[key] = value
    try:
        return step(name, values)
    except UnknownItem:
        raise BadConfig(f"no augmentation is called {name[:20]!r}; try horizontal-flip or cutout") from None
    except BadAugmentation as error:
        raise BadConfig(f"{error}"[:140]) from None


def written(steps: Sequence[Step]) -> str:
    """The line that :func:`parse` reads, settings that are as usual left out."""
    return " ".join(_written(each) for each in steps)


def _written(each: Step) -> str:
    values = ((p, getattr(each.settings, p.name)) for p in params(AUGMENTATIONS[each.name].settings))
    changed = [f"{p.name}={value}" for p, value in values if value != p.default]
    return each.name + (":" + ",".join(changed) if changed else "")
