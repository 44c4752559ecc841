"""What a training's curves say, in one sentence: what is seen, and what to try next.

The rules stand in :data:`RULES`, each with its numbers; the first that recognizes the curve speaks. Losses are natural
logarithms: a network that guesses among C classes has the loss ln C. Standard library only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from cnnviz.training.curves import WINDOW, Curves, curves_of, roughness
from cnnviz.training.events import Event
from cnnviz.training.schedules import lower

Kind = Literal[
    "waiting",
    "guessing",
    "learning",
    "too-slow",
    "too-fast",
    "diverging",
    "diverged",
    "dead",
    "overfitting",
    "memorized",
    "plateau",
    "failed",
    "done-well",
    "could-go-on",
]
TONES: dict[str, tuple[Kind, ...]] = {
    "good": ("learning", "done-well"),
    "neutral": ("waiting", "guessing", "could-go-on"),
    "warning": ("too-slow", "too-fast", "overfitting", "memorized", "plateau"),
    "bad": ("diverging", "diverged", "dead", "failed"),
}
SETTLED = 0.25  # a rate below this share of its peak is meant to stand still


@dataclass(frozen=True)
class Verdict:
    """``sentence`` has at most 140 characters."""

    kind: Kind
    sentence: str

    @property
    def tone(self) -> str:
        """``good``, ``neutral``, ``warning`` or ``bad``."""
        return next(tone for tone, kinds in TONES.items() if self.kind in kinds)


Rule = Callable[[Curves], Verdict | None]


def verdict(events: Sequence[Event], *, classes: int) -> Verdict:
    """Judge a training by its ``events`` so far, in the order in which they came; any of them may be missing."""
    curves = curves_of(events, classes=classes)
    for rule in RULES:
        found = rule(curves)
        if found is not None:
            return found
    return learning(curves)


def failed(curves: Curves) -> Verdict | None:
    """It ended with an error, which tells itself."""
    if curves.ended is None or curves.ended.state != "failed":
        return None
    return Verdict("failed", (curves.ended.message or "It failed; go on from its last checkpoint.")[:140])


def diverged(curves: Curves) -> Verdict | None:
    """The last loss, of steps or of validation, is no finite number, or it ended so."""
    losses = [(step.step, step.loss) for step in curves.steps[-1:]]
    losses += [(epoch.step, value) for epoch in curves.epochs[-1:] for value in (epoch.loss, epoch.val_loss)]
    wrong = [at for at, loss in losses if not math.isfinite(loss)]
    if curves.ended is not None and curves.ended.state == "diverged":
        wrong = [curves.ended.step]
    if not wrong:
        return None
    rate = f"a rate of {lower(curves.peak):.1g} or less" if losses else "a tenth of the rate"
    return Verdict(
        "diverged", f"The loss was no number any more by step {wrong[0]}: it diverged; start again with {rate}."
    )


def waiting(curves: Curves) -> Verdict | None:
    """Nothing is known before the first step."""
    if curves.steps or curves.epochs:
        return None
    return Verdict("waiting", f"No step yet. A network that guesses begins with a loss of {_ln(curves)}.")


def diverging(curves: Curves) -> Verdict | None:
    """The loss is above 1.5 ln C and above 1.25 times the window before; or, with few steps yet, above 4 ln C.

    With few steps the last one must not lie below the one before it.
    """
    before, now, far = curves.smooth(1), curves.smooth(0), 1.5 * curves.guess
    if len(curves.steps) < 2 * WINDOW:
        last = [step.loss for step in curves.steps[-2:]] or [0.0]
        before, now, far = last[0] / 1.3, last[-1], 4 * curves.guess
    if now <= far or now <= 1.25 * before:
        return None
    told = f"The loss grows to {now:.3g}, far above guessing ({_ln(curves)})"
    return Verdict("diverging", f"{told}: it diverges; lower the learning rate to {curves.lr / 10:.1g}.")


def dead(curves: Curves) -> Verdict | None:
    """Back at, or never off, the loss of guessing with a rate that moves weights.

    Told late (see :attr:`Curves.late`), after an epoch, when the curves are at guessing (:attr:`Curves.at_guessing`)
    and do not move; never off it only for a peak rate of at least 0.03.
    """
    if not curves.late or curves.seen < 1 or not curves.at_guessing:
        return None
    best = min(curves.epochs, key=lambda each: each.val_loss, default=None)
    if best is not None and best.val_loss < 0.9 * curves.guess:
        told = f"It had learned until epoch {best.epoch} and now only guesses"
        return Verdict("dead", f"{told}: one step was too long; start again with a rate of {curves.peak / 3:.1g}.")
    if curves.peak < 0.03 or curves.moves:
        return None
    told = f"After {_times(curves.seen, 'epoch')} it still guesses (loss {_ln(curves)})"
    rate = f"start again with a rate of {curves.peak / 10:.1g}, or He's weights"
    return Verdict("dead", f"{told}: its units may be dead; {rate}.")


def too_fast(curves: Curves) -> Verdict | None:
    """The curve gets nowhere because the steps are too long for the valley.

    Late (see :attr:`Curves.late`) the loss is above 1.02 ln C and has not fallen by 5 % from window to window. Or: step
    events differ from their neighbours by 0.15 ln C on average over two windows, which did not fall by 3 %. Or: the
    validation accuracy went up and down over the last four epochs by 8 points each on average.
    """
    cure = f"lower the rate to {curves.lr / 3:.1g}" + (" or take a larger batch" if 0 < curves.batch < 16 else "")
    full = len(curves.steps) >= 2 * WINDOW
    if curves.late and curves.loss > 1.02 * curves.guess and curves.loss > 0.95 * curves.smooth(1):
        return Verdict("too-fast", f"The loss stays at {curves.loss:.2f}, above guessing ({_ln(curves)}): {cure}.")
    jump = roughness([step.loss for step in curves.steps[-2 * WINDOW :]])
    if full and jump > 0.15 * curves.guess and curves.smooth(0) > 0.97 * curves.smooth(1):
        return Verdict("too-fast", f"The loss jumps by {jump:.2f} from one moment to the next and stays high: {cure}.")
    shares = [each.val_accuracy for each in curves.epochs[-4:]]
    turns = sum((b - a) * (c - b) < 0 for a, b, c in zip(shares, shares[1:], shares[2:], strict=False))
    if len(shares) == 4 and turns == 2 and roughness(shares) > 0.08:
        told = f"Validation accuracy jumps by {100 * roughness(shares):.0f} points per epoch"
        return Verdict("too-fast", f"{told}: {cure}.")
    return None


def too_slow(curves: Curves) -> Verdict | None:
    """The loss lies between 0.9 and 1.02 ln C, and its fall would not reach 0.8 ln C by the end.

    Told late (see :attr:`Curves.late`), when the rate does not rise any more and its peak lies below 0.03; from 0.005
    on it may as well be too large. The fall is that from the first two step events to the last window, continued as a
    line.
    """
    if not curves.late or curves.peak >= 0.03 or len(curves.steps) < 4:
        return None
    if not 0.9 * curves.guess < curves.loss < 1.02 * curves.guess or curves.steps[-1].lr > curves.steps[-2].lr:
        return None
    first = (curves.steps[0].loss + curves.steps[1].loss) / 2
    fall = (first - curves.loss) / curves.seen
    if curves.loss - fall * max(curves.planned - curves.seen, 0) < 0.8 * curves.guess:
        return None
    told = f"The loss hardly falls ({first:.3f} to {curves.loss:.3f} in {_times(curves.seen, 'epoch')})"
    if curves.peak < 0.005:
        return Verdict("too-slow", f"{told}: the steps are too short; try ten times the rate, {10 * curves.peak:.1g}.")
    return Verdict(
        "too-slow", f"{told}: try a rate of {5 * curves.peak:.1g}, and if that is worse {curves.peak / 5:.1g}."
    )


def memorized(curves: Curves) -> Verdict | None:
    """Every training image is right (99.9 %), and of the validation images 5 points fewer or worse."""
    if not curves.epochs or curves.epochs[-1].accuracy < 0.999:
        return None
    last = curves.epochs[-1]
    if last.accuracy - last.val_accuracy < 0.05:
        return None
    told = f"It knows all training images by heart, but only {_percent(last.val_accuracy)} of the validation images"
    return Verdict("memorized", f"{told}: try more images, augmentation or weight decay.")


def overfitting(curves: Curves) -> Verdict | None:
    """The validation loss rises while the training loss falls, or the training images are far ahead.

    See :attr:`Curves.rising_since`. Or: 15 points lie between the accuracies, and three epochs have won half a point
    at most.
    """
    since = curves.rising_since
    if since is not None:
        told = f"Validation loss has risen since epoch {since} while training loss falls"
        return Verdict("overfitting", f"{told}: it overfits; try augmentation or weight decay.")
    if len(curves.epochs) < 4:
        return None
    last = curves.epochs[-1]
    if last.accuracy - last.val_accuracy < 0.15:
        return None
    if max(each.val_accuracy for each in curves.epochs[-3:]) > curves.epochs[-4].val_accuracy + 0.005:
        return None
    told = f"Training images {_percent(last.accuracy)}, validation images {_percent(last.val_accuracy)}"
    return Verdict("overfitting", f"{told}: it overfits; try augmentation, or stop here.")


def plateau(curves: Curves) -> Verdict | None:
    """Nothing moves: over four epochs of 50 steps the training loss fell by less than 2 % and no half point was won.

    Not told of the first four epochs, nor when the rate has fallen below a quarter of its peak: then it is meant to
    stand still.
    """
    if len(curves.epochs) < 6 or curves.lr < SETTLED * curves.peak:
        return None
    before, late = curves.epochs[:-4], curves.epochs[-4:]
    if late[-1].step - before[-1].step < 200:
        return None
    best = max(each.val_accuracy for each in before)
    if late[-1].loss < 0.98 * before[-1].loss or max(each.val_accuracy for each in late) > best + 0.005:
        return None
    told = f"Nothing has moved for four epochs (validation {_percent(late[-1].val_accuracy)})"
    return Verdict(
        "plateau", f"{told}: lower the rate to {curves.lr / 10:.1g}; if that changes nothing, a larger network."
    )


def done(curves: Curves) -> Verdict | None:
    """It ran to its end: how well, and whether the last epochs still won a point.

    With a loss above 0.97 ln C it has learned nothing: the rate was too large if its peak was 0.03 or more.
    """
    if curves.ended is None or curves.ended.state != "done" or not curves.epochs:
        return None
    share = curves.ended.test_accuracy
    told = f"Done: {_percent(share)} of the test images are right" if math.isfinite(share) else "Done"
    if curves.loss > 0.97 * curves.guess:
        kind: Kind = "too-fast" if curves.peak >= 0.03 else "too-slow"
        rate = curves.peak / 10 if kind == "too-fast" else curves.peak * 10
        return Verdict(kind, f"{told}: it still guesses (loss {curves.loss:.3g}); try a rate of {rate:.1g}.")
    shares = [each.val_accuracy for each in curves.epochs]
    if len(shares) < 3 or max(shares[-2:]) > max(shares[:-2]) + 0.01:
        return Verdict("could-go-on", f"{told}, and it was still rising: more epochs would help.")
    last = curves.epochs[-1]
    gap = f" (training {_percent(last.accuracy)}, validation {_percent(last.val_accuracy)})"
    return Verdict("done-well", f"{told}{gap}. More would need a larger network or more images.")


def guessing(curves: Curves) -> Verdict | None:
    """The loss lies within 3 % of ln C, where every network begins, or above."""
    if curves.loss < 0.97 * curves.guess:
        return None
    if curves.loss > 1.03 * curves.guess:
        return Verdict("guessing", f"The loss, {curves.loss:.3g}, is above guessing ({_ln(curves)}): see if it falls.")
    told = f"The loss is near {_ln(curves)}: it guesses among {curves.classes} classes"
    return Verdict("guessing", f"{told}, as every network does at first.")


def learning(curves: Curves) -> Verdict:
    """None of the others: the loss falls."""
    if not curves.epochs:
        told = f"The loss has fallen to {curves.loss:.2f} from guessing ({_ln(curves)})"
        return Verdict("learning", f"{told}: it learns.")
    last = curves.epochs[-1]
    told = f"It learns: {_percent(last.val_accuracy)} of the validation images after {_times(last.epoch, 'epoch')}"
    if curves.ended is not None:
        return Verdict("could-go-on", f"{told}, then it was stopped; it can go on from there.")
    ahead = last.val_accuracy - last.accuracy > 0.02
    why = " (ahead of training, whose images are harder)" if ahead else ""
    return Verdict("learning", f"{told}{why}; let it run.")


RULES: tuple[Rule, ...] = (
    failed,
    diverged,
    waiting,
    diverging,
    dead,
    too_fast,
    too_slow,
    memorized,
    overfitting,
    plateau,
    done,
    guessing,
)


def _ln(curves: Curves) -> str:
    return f"ln {curves.classes} = {curves.guess:.2f}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"


def _times(count: float, unit: str) -> str:
    told = f"{count:.1f}".removesuffix(".0")
    return f"{told} {unit}{'' if told == '1' else 's'}"
