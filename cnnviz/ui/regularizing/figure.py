"""The main figure: the boundary between the classes while the network learns, and both losses."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import streamlit as st

from cnnviz import jobs
from cnnviz.data.points import Points, points
from cnnviz.training.tasks.overfit import EXTENT, FRESH, GRID, VALIDATION, Overfit, Overfitted
from cnnviz.ui.components.boundary import Plane, boundary
from cnnviz.ui.components.curves import Axis, Curve, Mark, curves
from cnnviz.ui.live import live
from cnnviz.ui.regularizing.controls import named
from cnnviz.ui.regularizing.runs import Run, run_of

TRAIN, HELD_OUT = "#0072B2", "#D55E00"
HEIGHT = 400
HIGHEST = 4.0  # of the loss axis: above, a curve says only that it is lost


def show(settings: Overfit, held: Overfit | None) -> tuple[Overfitted, ...]:
    """The training with its button; until there is one, the points alone. Returns the events drawn."""
    drawing = Drawing(settings, held)
    events: tuple[Overfitted, ...] = live(
        "overfit", settings, key="fit", draw=drawing, untrained=lambda: draw_untrained(settings)
    )
    return events


@dataclass(frozen=True)
class Drawing:
    """Draws a run of ``settings``, beside the one that was ``held``, if any."""

    settings: Overfit
    held: Overfit | None

    def __call__(self, events: Sequence[Overfitted], _finished: bool) -> None:  # noqa: FBT001 (as live calls it)
        """The plane left, the curves right."""
        run, held = run_of(events), self.held
        other = None if held in (None, self.settings) else events_of(held)
        compared = run_of(other) if other else None
        left, right = st.columns([8, 7] if compared else [5, 6], gap="medium")
        with left:
            self._planes(run, held if compared else None, compared)
        with right:
            draw_losses(run, compared)
            if held is not None and held != self.settings and compared is None:
                st.markdown(f"The run that you kept ({named(held)}) is no longer here: train it again to compare.")

    def _planes(self, run: Run, held: Overfit | None, compared: Run | None) -> None:
        planes = [plane(self.settings, run, named(self.settings) if compared else "")]
        if held is not None and compared is not None:
            planes.append(plane(held, compared, f"kept: {named(held)}"))
        boundary(planes, label="What the network says in the plane: blue one class, red the other.", key="fit-plane")


def draw_untrained(settings: Overfit) -> None:
    """The points alone, while these settings have no run."""
    left, right = st.columns([5, 6], gap="medium")
    with left:
        undecided = base64.b64encode(bytes([127]) * GRID**2).decode("ascii")
        boundary(
            [_plane(settings, [undecided], ["not trained yet"], "")],
            label="The points of both classes.",
            key="fit-plane",
        )
    with right:
        st.markdown(
            f"{settings.points} training points and {VALIDATION} for validation. Press *Train it now*: within seconds "
            "the boundary and both losses grow here. The examples above are recorded and show at once."
        )


def events_of(settings: Overfit | None) -> tuple[Overfitted, ...]:
    """The events of an earlier run of these settings, here or recorded; none if there is none."""
    if settings is None:
        return ()
    found = jobs.find("overfit", settings) or jobs.recorded("overfit", settings)
    if found is not None and found.events and found.state == "done":
        return found.events
    recorded = jobs.recorded("overfit", settings)
    return recorded.events if recorded is not None else ()


@lru_cache(maxsize=64)
def _dealt(kind: str, count: int, noise: float, seed: int) -> Points:
    return points(kind, count, noise=noise, seed=seed)


def plane(settings: Overfit, run: Run, title: str) -> Plane:
    """A run as the browser draws it."""
    told = [
        f"step {run.step[at]}: loss {run.train[at]:.2f} in training, {run.validation[at]:.2f} in validation"
        for at in run.moments
    ]
    return _plane(settings, run.surfaces, told, title)


def _plane(settings: Overfit, surfaces: Sequence[str], told: Sequence[str], title: str) -> Plane:
    kind, noise, seed = settings.kind, settings.noise, settings.seed
    return Plane(
        title=title,
        surfaces=surfaces,
        told=told,
        training=_dealt(kind, settings.points, noise, seed),
        validation=_dealt(kind, VALIDATION, noise, seed + FRESH),
        grid=GRID,
        extent=EXTENT,
    )


def draw_losses(run: Run, compared: Run | None) -> None:
    """Loss over steps, with the step that early stopping would keep."""
    lines = [Curve("training", run.step, run.train, TRAIN), Curve("validation", run.step, run.validation, HELD_OUT)]
    if compared is not None:
        lines += [
            Curve("training, kept run", compared.step, compared.train, TRAIN, dashed=True),
            Curve("validation, kept run", compared.step, compared.validation, HELD_OUT, dashed=True),
        ]
    last, best = len(run.step) - 1, run.best
    told = (
        f"Loss over {run.step[last]} steps: training {run.train[0]:.2f} to {run.train[last]:.2f}; validation "
        f"{run.validation[best]:.2f} at its best, step {run.step[best]}, and {run.validation[last]:.2f} at the end."
    )
    highest = max(value for line in lines for value in line.y)
    curves(
        lines,
        x=Axis("step"),
        y=Axis("cross-entropy", low=0.0, high=min(HIGHEST, 1.05 * highest)),
        label=told,
        key="fit-losses",
        height=HEIGHT,
        marks=[Mark(run.step[best], f"best: step {run.step[best]}")],
    )
