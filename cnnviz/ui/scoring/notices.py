"""What to notice about scores and their loss: sentences with the numbers on screen."""

from __future__ import annotations

import math

import numpy as np

from cnnviz.scores import written
from cnnviz.scores.losses import hinge
from cnnviz.ui.plain import plain
from cnnviz.ui.scoring.controls import Scored


def notice(shown: Scored) -> list[str]:
    """Sentences about these very scores, the most telling first."""
    return [_guess(shown), _loss(shown), _pull(shown), _hinge(shown) if shown.temperature == 1 else _heat(shown)]


def _name(shown: Scored, k: int) -> str:
    return f"*{plain(shown.rows[k].name)}*"


def _guess(shown: Scored) -> str:
    best = int(np.argmax(shown.p))
    if np.isclose(shown.p, shown.p[best]).all():
        return "All scores are equal, so all classes are equally likely: the largest uncertainty there is."
    if not shown.known:
        return f"The guess is {_name(shown, best)}. Nobody said what this picture is: click *true* in a row to say it."
    lead = shown.rows[best].score - shown.rows[shown.label].score
    if best == shown.label:
        return f"The largest score is that of the true class, {_name(shown, best)}: the guess is **right**."
    return (
        f"The guess is {_name(shown, best)}, the truth {_name(shown, shown.label)}: **wrong**, {lead:.2f} behind. "
        f"Softmax makes it {math.exp(min(lead / shown.temperature, 700)):.3g} times as likely."
    )


def _loss(shown: Scored) -> str:
    chance = math.log(shown.classes)
    told = (
        "as much as"
        if math.isclose(shown.loss, chance, rel_tol=1e-9)
        else "less than"
        if shown.loss < chance
        else "more than"
    )
    return f"The loss is **{told}** that of a blind guess, ln {shown.classes} = {chance:.3f}."


def _pull(shown: Scored) -> str:
    rest = [k for k in range(len(shown.rows)) if k != shown.label]
    pushed = f", pushes {_name(shown, max(rest, key=lambda k: shown.p[k]))} down most" if rest else ""
    return (
        f"The gradient pulls {_name(shown, shown.label)} up by 1 − p = **{1 - shown.p[shown.label]:.3f}**{pushed}, and "
        "sums to 0. The surer and righter, the less is learned."
    )


def _heat(shown: Scored) -> str:
    return (
        f"T = {shown.temperature:g} divides the scores: it changes how sure, never who is first. The gradient is "
        f"(p − y)/T."
    )


def _hinge(shown: Scored) -> str:
    loss, slope = hinge(written.every(shown.rows), written.first(shown.rows, shown.label))
    count = round(-slope.min())
    told = "no class is" if count == 0 else "1 class is" if count == 1 else f"{count} classes are"
    return (
        f"A support vector machine's **hinge loss** (margin 1) would be {loss:.3f}: {told} within the margin, the rest "
        "don't count. Cross-entropy is never quite content."
    )
