"""Below the curves: the step and the loss with their numbers, what to notice, what to take home."""

from __future__ import annotations

import json
import math

import streamlit as st

from cnnviz.optim import RULES
from cnnviz.training.config import Config
from cnnviz.ui.strip import columns, download, show_code
from cnnviz.ui.training import words
from cnnviz.ui.training.changing import settings
from cnnviz.ui.training.code import command, program
from cnnviz.ui.training.following import Followed
from cnnviz.ui.training.shown import Shown

BROWSER = 48  # images per second of ConvNetJS's own demo in a browser tab, measured


def strip(shown: Shown | None, config: Config) -> None:
    """Three columns; of the run in sight, or of what the controls say."""
    told = shown.followed if shown is not None else None
    used = shown.config if shown is not None else config
    left, middle, right = columns()
    with left:
        for line in formulas(used, told, settings(shown)):
            st.latex(line)
    with middle:
        st.markdown("\n".join(f"- {line}" for line in notices(told)))
    with right:
        _take_home(shown, used, told)


def formulas(config: Config, told: Followed | None, now: dict[str, float]) -> list[str]:
    """The update with the rate of the last step, the loss as a probability, and the steps of an epoch."""
    rates = [step.lr for step in told.steps[-2:] if step.lr] if told is not None else []  # a schedule may end at 0
    rate = rates[-1] if rates else config.lr
    found = [update(config, {**now, "lr": rate})]
    if told is not None and told.steps:
        loss = told.steps[-1].loss
        if math.isfinite(loss):
            found.append(rf"\text{{loss}} = -\ln p = -\ln {_number(math.exp(-min(loss, 700.0)))} = {_number(loss)}")
        else:
            found.append(r"\text{loss} = -\ln p = -\ln 0 = \infty")
    if told is not None and told.begun is not None:
        begun = told.begun
        found.append(
            rf"\lceil {_whole(begun.training)} / {begun.batch} \rceil = {_whole(begun.steps_per_epoch)}"
            r"\ \text{steps per epoch}"
            if math.ceil(begun.training / begun.batch) == begun.steps_per_epoch
            else rf"\lfloor {_whole(begun.training)} / {begun.batch} \rfloor = {_whole(begun.steps_per_epoch)}"
            r"\ \text{steps per epoch}"
        )
    return found


def update(config: Config, now: dict[str, float]) -> str:
    """One step of the rule, with the numbers of this moment where the rule is a short one."""
    rate = _number(now["lr"])
    momentum = _number(now.get("momentum", config.momentum))
    decay = now.get("weight_decay", config.weight_decay)
    gradient = rf"g + {_number(decay)}\,\theta" if decay else "g"
    if config.rule == "sgd":
        return rf"\theta \leftarrow \theta - {rate}\,{f'({gradient})' if decay else 'g'}"
    if config.rule == "momentum":
        return rf"b \leftarrow {momentum}\,b + {gradient},\quad \theta \leftarrow \theta - {rate}\,b"
    if config.rule == "nesterov":
        return (
            rf"\begin{{aligned}}d &= {gradient},\quad b \leftarrow {momentum}\,b + d\\"
            rf"\theta &\leftarrow \theta - {rate}\,(d + {momentum}\,b)\end{{aligned}}"
        )
    formula = RULES[config.rule].formula if config.rule in RULES else ""
    return rf"\begin{{gathered}}{formula}\\ \varepsilon = {rate}\end{{gathered}}"


def notices(told: Followed | None) -> list[str]:
    """Two to four sentences, computed from the run in sight."""
    if told is None or not told.steps or told.begun is None:
        return ["Press **Start**: the first loss will be near ln C, that of guessing among C classes."]
    found = [_beginning(told), _now(told)]
    if told.epochs:
        found.append(_gap(told))
    found.append(_speed(told))
    return [line for line in found if line]


def _beginning(told: Followed) -> str:
    count = max(2, len(told.classes))
    first = told.steps[0]
    where = f"after the first {first.step} steps" if first.step > 1 else "at the first step"
    guess = f"ln {count} = {math.log(count):.3f}"
    return f"Guessing among {count} classes costs {guess}; {where} the loss was **{first.loss:.3g}**."


def _now(told: Followed) -> str:
    loss = told.steps[-1].loss
    if not math.isfinite(loss):
        return "The loss is **no number** any more: a score overflowed, and with it every weight it reaches."
    share = words.percent(math.exp(-min(max(loss, 0.0), 700.0)))
    return f"A loss of {loss:.3g} means: the right class gets **{share}** of the probability (geometric mean)."


def _gap(told: Followed) -> str:
    last = told.epochs[-1]
    ahead = 100 * (last.accuracy - last.val_accuracy)
    side = "ahead of" if ahead >= 0 else "behind"
    text = (
        f"Training images are **{abs(ahead):.1f} points** {side} validation images ({words.percent(last.accuracy)} "
        f"and {words.percent(last.val_accuracy)})"
    )
    if ahead < 0:
        return f"{text}: they are measured on the way, augmented, by a network that still changes."
    return f"{text}."


def _speed(told: Followed) -> str:
    begun, speed = told.begun, told.speed
    if begun is None or not speed:
        return ""
    threads = f" with {begun.threads} threads" if begun.device == "cpu" and begun.threads > 1 else ""
    faster = speed / BROWSER
    line = f"**{speed:,.0f} images/s** on {begun.device}{threads}, {begun.precision}"
    return f"{line}: {faster:,.0f} times ConvNetJS in a browser tab." if faster > 1.5 else f"{line}."


def _take_home(shown: Shown | None, config: Config, told: Followed | None) -> None:
    with st.container(horizontal=True):
        if told is not None:
            download("Curves (CSV)", lambda: csv(told), name="curves.csv", mime="text/csv")
        download("Settings (JSON)", lambda: _json(config), name="settings.json", mime="application/json")
    show_code(program(config))
    st.code(command(config), language="bash", wrap_lines=True)
    if shown is not None and shown.summary.saved:
        run, epoch = shown.summary.id, shown.summary.saved[-1]
        count = len(shown.summary.saved)
        kept = "Its weights are kept" if count == 1 else f"Its weights are kept at {count} moments, the last of them"
        after = f"after {epoch} epoch{'s' if epoch != 1 else ''}"
        st.markdown(f"{kept} {after}: [where does it look?](cam?network=run-{run}@{epoch})")


def csv(told: Followed) -> bytes:
    """One line per step event and per epoch; what an event does not have stays empty."""
    lines = ["event,step,epoch,loss,accuracy,val_loss,val_accuracy,lr,images_per_s,seconds"]
    lines += [
        f"step,{s.step},{s.epoch!r},{s.loss!r},{s.accuracy!r},,,{s.lr!r},{s.images_per_s!r},{s.seconds!r}"
        for s in told.steps
    ]
    lines += [
        f"epoch,{e.step},{e.epoch},{e.loss!r},{e.accuracy!r},{e.val_loss!r},{e.val_accuracy!r},{e.lr!r},"
        f"{e.images_per_s!r},{e.seconds!r}"
        for e in told.epochs
    ]
    return ("\n".join(lines) + "\n").encode()


def _json(config: Config) -> bytes:
    return (json.dumps(config.told(), indent=2) + "\n").encode()


def _number(value: float) -> str:
    text = f"{value:.3g}"
    if "e" not in text:
        return text
    head, power = text.split("e")
    return rf"{head}\cdot 10^{{{int(power)}}}"


def _whole(count: int) -> str:
    return f"{count:,}".replace(",", "{,}")
