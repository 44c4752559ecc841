"""Below the scoreboard: the formulas with their numbers, what to notice, code and downloads."""

from __future__ import annotations

import re

import numpy as np
import streamlit as st

from cnnviz.data.arrays import encode_npy
from cnnviz.scores import written
from cnnviz.ui.plain import cell
from cnnviz.ui.scoring.controls import Scored
from cnnviz.ui.scoring.notices import notice
from cnnviz.ui.strip import columns, download, show_code

COLOURS = ("red", "green", "blue")
LISTED = 3  # terms of the sum that are written out


def strip(shown: Scored) -> None:
    """Three columns under the figure."""
    left, middle, right = columns()
    with left:
        for line in formulas(shown):
            st.latex(line)
        if shown.classifier is not None:
            st.markdown(largest(shown))
    with middle:
        st.markdown("\n".join(f"- {line}" for line in notice(shown)))
    with right:
        downloads(shown)
        show_code(code(shown))


def formulas(shown: Scored) -> list[str]:
    """The score in view, the probability of the true class, the loss and its gradient, in LaTeX."""
    return [*_sum(shown), _softmax(shown), _gradient(shown)]


def _sum(shown: Scored) -> list[str]:
    if shown.classifier is None:
        return []
    terms = shown.classifier.terms(shown.x, shown.watched)
    row, bias = shown.rows[shown.watched], shown.classifier.bias[shown.watched]
    parts = f"{terms[terms > 0].sum():.2f}{terms[terms < 0].sum():+.2f} {bias:+.2f}"
    return [rf"z_{{\text{{{plain(row.name)}}}}} = \sum_{{d=1}}^{{3072}} w_d x_d + b = {parts} = {row.score:.2f}"]


def _softmax(shown: Scored) -> str:
    """``p`` and the loss; the largest score is taken off, as the program does."""
    most = max(row.score for row in shown.rows)
    own = (shown.rows[shown.label].score - most) / shown.temperature
    total = float(np.exp((written.every(shown.rows) - most) / shown.temperature).sum())
    over = rf"/{shown.temperature:g}" if shown.temperature != 1 else ""
    power = rf"e^{{({shown.rows[shown.label].score:.2f}{-most or 0.0:+.2f}){over}}}"
    name = plain(shown.rows[shown.label].name)
    return (
        rf"\begin{{aligned}}p_{{\text{{{name}}}}} &= \frac{{{power}}}{{\sum_j e^{{(z_j-\max z){over}}}}}"
        rf" = \frac{{{_figure(float(np.exp(own)))}}}{{{_figure(total)}}}"
        rf" = {_figure(float(shown.p[shown.label]))}\\[4pt]"
        rf"L &= -\ln p_{{\text{{{name}}}}} = {shown.loss:.6f}\end{{aligned}}"
    )


def _gradient(shown: Scored) -> str:
    """``(p − y)/T`` row by row; as many as a line holds, the true class always among them."""
    below = rf"\frac{{1}}{{{shown.temperature:g}}}" if shown.temperature != 1 else ""
    inner = r"(p-y)" if below else "p-y"
    values = [
        (f"{value:.3f}" if abs(value) >= 5e-4 or value == 0 else _figure(float(value)))
        + (r"\text{ each}" if row.count > 1 else "")
        for value, row in zip(shown.slope, shown.rows, strict=True)
    ]
    kept = sorted({*range(min(3, len(values))), shown.label, len(values) - 1})
    listed: list[str] = []
    for place, k in enumerate(kept):
        if place and k > kept[place - 1] + 1:
            listed.append(r"\dots")
        listed.append(rf"\underline{{{values[k]}}}" if k == shown.label else values[k])
    row = r",\; ".join(listed)
    return rf"\frac{{\partial L}}{{\partial z}} = {below}{inner} = ({row}),\quad \textstyle\sum = 0"


def _figure(value: float) -> str:
    """A number in LaTeX: three digits, powers of ten written out."""
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.4g}"
    mantissa, power = f"{value:.2e}".split("e")
    return rf"{mantissa}\cdot10^{{{int(power)}}}"


def plain(name: str) -> str:
    """A name as LaTeX text: what is no letter, digit or dash is a space."""
    return re.sub(r"[^\w-]|_", " ", name) or "class"


def largest(shown: Scored) -> str:
    """The largest terms of the sum in view: where in the picture, weight times value."""
    if shown.classifier is None:
        return ""
    terms = shown.classifier.terms(shown.x, shown.watched)
    lines = []
    for d in np.argsort(-np.abs(terms))[:LISTED]:
        channel, row, column = np.unravel_index(int(d), (3, 32, 32))
        weight, value = shown.classifier.weights[shown.watched, d], shown.x[d]
        product = f"{weight:+.4f} · {value:+.3f} = {terms[d]:+.4f}".replace("-", "−")
        lines.append(f"- {COLOURS[int(channel)]} of row {row}, column {column}: {product}")
    return "The largest of the 3072 terms $w_d x_d$:\n\n" + "\n".join(lines)


def downloads(shown: Scored) -> None:
    """All numbers of the board, the templates and the sum in view."""
    with st.container(horizontal=True):
        download("Scores (CSV)", lambda: csv(shown), name="scores.csv", mime="text/csv")
        if shown.classifier is not None:
            weights, terms = shown.classifier.weights, shown.classifier.terms(shown.x, shown.watched)
            binary = "application/octet-stream"
            download("W (npy)", lambda: encode_npy(weights), name="weights.npy", mime=binary)
            download("Terms (npy)", lambda: encode_npy(terms.reshape(3, 32, 32)), name="terms.npy", mime=binary)


def csv(shown: Scored) -> bytes:
    """A line per row: class, how many of it, score, probability, target, gradient."""
    lines = ["class,count,score,probability,target,gradient"]
    for k, row in enumerate(shown.rows):
        target = int(k == shown.label)
        name = cell(row.name)
        lines.append(f'"{name}",{row.count},{row.score:.9g},{shown.p[k]:.9g},{target},{shown.slope[k]:.9g}')
    return ("\n".join(lines) + "\n").encode()


def code(shown: Scored) -> str:
    """The PyTorch lines that give the numbers on screen, runnable as they stand."""
    return f"""import numpy as np
import torch
import torch.nn.functional as F
{_scores_code(shown)}
label = {written.first(shown.rows, shown.label)}  # {plain(shown.rows[shown.label].name)}
p = torch.softmax(z / {shown.temperature:g}, dim=0)
loss = F.cross_entropy(z[None] / {shown.temperature:g}, torch.tensor([label]))
loss.backward()
print(p, loss)
print(z.grad)  # (p − y) / T
"""


def _scores_code(shown: Scored) -> str:
    if shown.classifier is None or shown.pictured is None:
        scores = ", ".join(f"{row.score!r}" for row in shown.rows)
        counts = ", ".join(str(row.count) for row in shown.rows)
        repeated = f"np.repeat([{scores}], [{counts}])" if shown.classes > len(shown.rows) else f"np.array([{scores}])"
        return f"\nz = torch.tensor({repeated}, dtype=torch.float64, requires_grad=True)"
    if shown.weights == "untrained":
        made = (
            "from cnnviz.scores.classifier import untrained\n\n"
            f"names = {shown.classifier.classes}\n"
            f"classifier = untrained(names, scale={shown.start.scale}, seed={shown.start.seed})"
        )
    else:
        made = f'from cnnviz.scores.shelf import load\n\nclassifier, card = load("{shown.weights}")'
    return f"""{shown.pictured.code}
{made}
x = torch.from_numpy(picture).permute(2, 0, 1).flatten().double() / 127.5 - 1  # 3 × 32 × 32 → 3072
W, b = torch.tensor(classifier.weights), torch.tensor(classifier.bias)  # 10 × 3072, 10
z = (W @ x + b).requires_grad_()"""
