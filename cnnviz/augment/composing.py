"""Several augmentations one after the other: each draws its numbers, then is applied to what the last one left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from cnnviz.augment.registry import AUGMENTATIONS, Augmentation, Image, Random
from cnnviz.params import params


class BadAugmentation(ValueError):
    """An augmentation or setting that cannot be; the message tells what can."""


@dataclass(frozen=True)
class Step:
    """An augmentation by name, and its settings."""

    name: str
    settings: Any

    @property
    def augmentation(self) -> Augmentation:
        """The item of the registry."""
        return AUGMENTATIONS[self.name]


@dataclass(frozen=True)
class Drawn:
    """An augmentation by name, and the numbers that were drawn for it."""

    name: str
    record: Any

    @property
    def augmentation(self) -> Augmentation:
        """The item of the registry."""
        return AUGMENTATIONS[self.name]

    def words(self) -> str:
        """What was drawn, as one says it: ``turned by −12.3°``."""
        return self.augmentation.words(self.record)

    def row(self) -> dict[str, Any]:
        """The same for JSON."""
        return {"name": self.name, **asdict(self.record), "words": self.words()}


Pipeline = Sequence[str | Step]


def step(name: str, values: Mapping[str, Any] | None = None) -> Step:
    """The step ``name`` with its default settings, except for ``values``.

    Raises :class:`cnnviz.registry.UnknownItem` for the name and :class:`BadAugmentation` for a setting.
    """
    settings = AUGMENTATIONS[name].settings()
    known = {p.name: p for p in params(settings)}
    for key, value in (values or {}).items():
        if key not in known:
            raise BadAugmentation(f"{name} has no setting {key!r}; it has: {', '.join(known) or 'none'}")
        try:
            converted = _as(type(known[key].default), value)
        except (TypeError, ValueError):
            raise BadAugmentation(f"{name}: {key} takes a number such as {known[key].default}, not {value!r}") from None
        try:
            settings = replace(settings, **{key: known[key].check(converted)})
        except ValueError as error:
            raise BadAugmentation(f"{name}: {error}") from None
    return Step(name, settings)


def _as(kind: type, value: Any) -> Any:
    """A number or text as the kind that the setting has; ``true`` and ``0`` are switches."""
    if kind is bool:
        return str(value).lower() in {"true", "yes", "1", "1.0"}
    return kind(value)


def compose(pipeline: Pipeline, picture: Image, rng: Random) -> tuple[Image, tuple[Drawn, ...]]:
    """The picture after all steps, and what was drawn for each; ``picture`` itself is not changed."""
    records = []
    for each in pipeline:
        chosen = each if isinstance(each, Step) else step(each)
        item = chosen.augmentation
        record = item.draw(chosen.settings, rng, picture.shape[:2])
        picture = item.apply(picture, record)
        records.append(Drawn(chosen.name, record))
    return picture, tuple(records)


def replay(records: Sequence[Drawn], picture: Image) -> Image:
    """Apply numbers that were drawn before: the same records give the same pixels."""
    for drawn in records:
        picture = drawn.augmentation.apply(picture, drawn.record)
    return picture


def batch(images: Image, pipeline: Pipeline, rng: Random) -> Image:
    """A batch uint8 ``(N, H, W, 3)``, each image with its own draws: what a training loop calls every epoch."""
    steps = [each if isinstance(each, Step) else step(each) for each in pipeline]
    items = [(one.augmentation, one.settings) for one in steps]
    changed = np.empty_like(images)
    size = images.shape[1:3]
    for k, image in enumerate(images):
        for item, settings in items:
            image = item.apply(image, item.draw(settings, rng, size))  # noqa: PLW2901 (each step takes the last one's)
        changed[k] = image
    return changed
