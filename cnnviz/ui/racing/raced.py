"""What is raced: the state of the optimizers page, and the paths that Python walks for its words and downloads."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property

from cnnviz.landscapes import Landscape
from cnnviz.optim import RULES, SCHEDULES, Form, Rule, Trajectory, trajectory
from cnnviz.optim.trajectory import errors
from cnnviz.ui.components.race import Runner, Scene

NEAR = 1e-3  # of the way down from the landscape's own start: what counts as arrived


@dataclass(frozen=True)
class Raced:
    """The state of the page. ``focus`` is the place of the runner that is set up and whose step is written out.

    ``step`` is None at the end of the race; ``told`` is the sentence about what could not be.
    """

    landscape: Landscape
    start: tuple[float, float]
    rules: tuple[str, ...]
    settings: tuple[object, ...]
    focus: int
    steps: int
    convention: str
    schedule: str
    noise: float
    seed: int
    step: int | None
    text: str = ""
    told: str = ""

    @cached_property
    def paths(self) -> tuple[Trajectory, ...]:
        """Every runner's path; about 0.3 ms each for 100 steps."""
        return tuple(self.walk(place) for place in range(len(self.rules)))

    def walk(self, place: int, seen: list[tuple[float, float]] | None = None) -> Trajectory:
        """One runner's path; ``seen`` is filled with the gradients that it asked for."""
        return trajectory(
            self.rules[place],
            self.landscape,
            start=self.start,
            steps=self.steps,
            settings=self.settings[place],
            convention=self.convention,
            schedule=self.schedule,
            noise=self.noise,
            seed=self.seed,
            seen=seen,
        )

    @property
    def rule(self) -> Rule:
        """The rule in focus."""
        return RULES[self.rules[self.focus]]

    @property
    def form(self) -> Form:
        """Its form in the convention."""
        return self.rule.form(self.convention)

    @property
    def goal(self) -> float | None:
        """The value that counts as arrived: almost the lowest, where that is known."""
        if not self.landscape.minima:
            return None
        lowest = min(self.landscape.value(*point) for point in self.landscape.minima)
        return lowest + NEAR * (self.landscape.value(*self.landscape.start) - lowest)

    @property
    def label(self) -> str:
        """The picture in words."""
        titles = ", ".join(RULES[rule].title for rule in self.rules)
        x, y = self.start
        return f"{titles} on {self.landscape.title} from ({x:.3g}, {y:.3g}), {self.steps} steps"

    def scene(self) -> Scene:
        """What travels to the browser, which walks the paths itself."""
        rates = SCHEDULES[self.schedule]
        return Scene(
            landscape=self.landscape.name,
            parameters=self.landscape.parameters,
            program=self.landscape.program,
            title=self.landscape.title,
            domain=self.landscape.domain,
            start=self.start,
            minima=self.landscape.minima,
            runners=[
                Runner(rule, RULES[rule].title, asdict(used), self.convention, colour)  # type: ignore[call-overload]
                for rule, used, colour in zip(self.rules, self.settings, colours(self.rules), strict=True)
            ],
            steps=self.steps,
            factors=None if self.schedule == "constant" else rates.rates(1.0, self.steps),
            noise=errors(self.steps, self.noise, self.seed) if self.noise else None,
            goal=self.goal,
            label=self.label,
        )


# the rules of the registry in its order; those that race most often are the easiest to tell apart, also from ∇f
_ORDER = ("#0072B2", "#E69F00", "#56B4E9", "#8A8A8A", "#009E73", "#CC79A7", "#882255", "#332288", "#B8A900")


def colours(rules: tuple[str, ...]) -> list[str]:
    """A colour per rule: the rule's own, by its place in the registry, or the next that is free."""
    order, taken = list(RULES), dict[str, str]()
    for rule in rules:
        own = order.index(rule)
        free = [colour for k in range(len(_ORDER)) if (colour := _ORDER[(own + k) % len(_ORDER)]) not in taken.values()]
        taken[rule] = free[0] if free else _ORDER[own % len(_ORDER)]
    return list(taken.values())
