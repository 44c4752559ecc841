"""What to notice in the race on screen, in sentences with its numbers."""

from __future__ import annotations

from itertools import pairwise

from cnnviz.optim import RULES, Trajectory, theory
from cnnviz.ui.racing.raced import Raced

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
OSCILLATING = 6  # crossings of the valley's floor that are worth a sentence


def notices(raced: Raced) -> list[str]:
    """Who arrives first, who diverged and why, who overshoots."""
    found = [*_divergence(raced), *_arrivals(raced), *_crossings(raced), *_climbing(raced), *_conventions(raced)]
    return found[:4]


def plain(value: float) -> str:
    """Three figures, powers of ten as such: 3.1·10¹³."""
    digits, _, power = f"{value:.3g}".replace("-", "−").partition("e")
    raised = f"{int(power.replace('−', '-'))}".translate(RAISED) if power else ""
    return f"{digits}·10{raised}" if power else digits


def _name(path: Trajectory) -> str:
    return f"**{RULES[path.rule].title}**"


def arrived(raced: Raced, path: Trajectory) -> int | None:
    """The first step at which the loss counts as arrived."""
    goal = raced.goal
    return None if goal is None else next((k for k, value in enumerate(path.loss) if value <= goal), None)


def _arrivals(raced: Raced) -> list[str]:
    if raced.goal is None:
        lowest = min((p for p in raced.paths if not p.diverged), key=lambda p: p.loss[-1], default=None)
        return [f"{_name(lowest)} gets lowest: {plain(lowest.loss[-1])} after {raced.steps} steps."] if lowest else []
    times = sorted((k, place) for place, p in enumerate(raced.paths) if (k := arrived(raced, p)) is not None)
    lines = []
    if times:
        told = [f"{RULES[raced.paths[place].rule].title} after {k}{_stays(raced, place, k)}" for k, place in times]
        lines.append(f"At the bottom: **{told[0]}**" + "".join(f", {each}" for each in told[1:]) + " steps.")
    there = {place for _, place in times}
    away = [p for place, p in enumerate(raced.paths) if place not in there and not (p.diverged or _why(raced, p))]
    if away:
        listed = ", ".join(f"{RULES[p.rule].title} (loss {plain(p.loss[-1])})" for p in away)
        lines.append(f"Not there after {raced.steps} steps: {listed}.")
    return lines


def _stays(raced: Raced, place: int, first: int) -> str:
    """From when on a path does not leave the bottom any more, if it first ran past it."""
    losses, goal = raced.paths[place].loss, raced.goal or 0.0
    last = next((k for k in range(len(losses) - 1, first, -1) if losses[k] > goal), None)
    if last is None:
        return ""
    return " (runs past)" if last == len(losses) - 1 else f" (stays from {last + 1})"


def _divergence(raced: Raced) -> list[str]:
    gone = [p for p in raced.paths if p.diverged]
    lines = [f"{_name(p)} diverged: at step {len(p.loss)} it has left the numbers.{_why(raced, p)}" for p in gone]
    growing = [p for p in raced.paths if not p.diverged and (why := _why(raced, p)) and why]
    return lines + [f"{_name(p)} will diverge.{_why(raced, p)}" for p in growing]


def _why(raced: Raced, path: Trajectory) -> str:
    """On the quadratic, the rate against its bound."""
    if raced.landscape.name != "quadratic" or path.rule not in ("sgd", "momentum") or raced.schedule != "constant":
        return ""
    kappa, beta = raced.landscape.parameters["kappa"], getattr(path.settings, "momentum", 0.0)
    limit = theory.bound(beta, max(kappa, 1.0))
    if path.settings.lr <= limit:
        return ""
    above = f"(2 + 2·{beta:g})/κ" if beta else "2/κ"
    return f" Its rate of {path.settings.lr:.4g} is above the bound {above} = {limit:.4g}."


def _crossings(raced: Raced) -> list[str]:
    """How often a path swings through the valley of the quadratic."""
    if raced.landscape.name != "quadratic" or raced.noise:
        return []
    counted = []
    for path in raced.paths:
        heights = [y for _, y in path.path]
        crossed = sum(a * b < 0 for a, b in pairwise(heights))
        if crossed >= OSCILLATING and not (path.diverged or _why(raced, path)):
            counted.append(f"{RULES[path.rule].title} {crossed} times")
    return [f"They swing through the valley's floor: {', '.join(counted)}."] if counted else []


def _climbing(raced: Raced) -> list[str]:
    up = [p for p in raced.paths if not p.diverged and p.loss[-1] > 1.05 * p.loss[0] > 0 and not _why(raced, p)]
    return [f"{_name(p)} climbs: from {plain(p.loss[0])} to {plain(p.loss[-1])}." for p in up]


def _conventions(raced: Raced) -> list[str]:
    if raced.convention == "torch":
        return []
    own = [RULES[rule].title for rule in raced.rules if raced.convention in RULES[rule].forms]
    name = {"deck": "deck D1", "distill": "Distill"}[raced.convention]
    if not own:
        return [f"None of these rules has a form of its own in {name}: all walk as in PyTorch."]
    return [f"As {name} writes them: {', '.join(own)}. The others walk as in PyTorch."]
