"""Dropout: masks drawn first and applied second, the two ways to scale, and what the noise adds.

Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html. ``drop`` is the probability that a unit is left
out, as in ``torch.nn.Dropout(p)``; ``keep`` = 1 − drop is the p of the paper.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cnnviz.regularization.errors import BadRegularization

Array = NDArray[np.float64]
INVERTED, AT_TEST = "inverted", "at test"
SCALINGS = (INVERTED, AT_TEST)


@dataclass(frozen=True)
class Masks:
    """Frozen draws: ``kept`` is bool ``(masks, units)``, ``drop`` the probability they were drawn with."""

    kept: NDArray[np.bool_]
    drop: float

    @property
    def keep(self) -> float:
        """The probability that a unit stays."""
        return 1.0 - self.drop


def draw(units: int, drop: float, *, count: int, seed: int) -> Masks:
    """``count`` masks of ``units`` independent coins; the same seed gives the same masks.

    The coins are the same for every ``drop``: a larger one only adds units to those that are left out.
    Raises :class:`BadRegularization` if ``drop`` is not in [0, 1).
    """
    if not 0 <= drop < 1:
        raise BadRegularization(f"dropping units with probability {drop} is not possible; choose from 0 to below 1")
    coins = np.random.default_rng(seed).uniform(size=(count, units))
    return Masks(coins >= drop, drop)


def in_training(h: Array, masks: Masks, scaling: str) -> Array:
    """Outputs ``(masks, units)`` of units ``h`` in training.

    Inverted, as the frameworks do: h·m / keep. Scaled at test, as in the paper and the decks: h·m.
    """
    dropped = h * masks.kept
    return dropped / masks.keep if _known(scaling) == INVERTED else dropped


def at_test(h: Array, drop: float, scaling: str) -> Array:
    """Outputs of units ``h`` at test: h itself if the training was scaled, keep·h if not. No unit is left out."""
    return h if _known(scaling) == INVERTED else (1.0 - drop) * h


def noise(h: Array, drop: float, scaling: str) -> Array:
    """The variance that a mask gives to the output of each unit: h²·drop/keep inverted, h²·drop·keep otherwise."""
    keep = 1.0 - drop
    return h**2 * (drop / keep if _known(scaling) == INVERTED else drop * keep)


def _known(scaling: str) -> str:
    if scaling not in SCALINGS:
        raise BadRegularization(f"dropout is not scaled {scaling!r}; choose one of {', '.join(SCALINGS)}")
    return scaling


def running_mean(values: Array) -> Array:
    """The mean of the first 1, 2, …, N rows of ``(N, …)``: how an average over masks settles."""
    counts = np.arange(1, len(values) + 1, dtype=np.float64).reshape(-1, *[1] * (values.ndim - 1))
    return np.asarray(np.cumsum(values, axis=0) / counts)


@dataclass(frozen=True)
class Net:
    """A small network of one hidden layer: p = σ(v·relu(W x + b) + c). W ``(units, inputs)``, v and b ``(units,)``."""

    into: Array
    bias: Array
    out: Array
    shift: float

    def hidden(self, x: Array) -> Array:
        """The hidden units of one input, before any is left out."""
        return np.maximum(self.into @ x + self.bias, 0.0)

    def probability(self, hidden: Array) -> Array:
        """σ(v·h + c) of hidden units ``(…, units)``."""
        return np.asarray(sigmoid(hidden @ self.out + self.shift))


def sigmoid(z: Array) -> Array:
    """1 / (1 + e⁻ᶻ), for any z without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * z)))


@dataclass(frozen=True)
class Ensemble:
    """All 2ᴺ networks that dropout trains, asked together, and the one that is used instead.

    ``members`` are their probabilities, ``weights`` how probable each mask is. ``mean`` is their average, ``geometric``
    the renormalized geometric one, ``scaled`` the answer of the whole network with scaled units.
    """

    members: Array
    weights: Array
    mean: float
    geometric: float
    scaled: float


def ensemble(net: Net, x: Array, drop: float) -> Ensemble:
    """Average over every mask against the weight-scaling rule, without any sampling.

    For one hidden layer the rule is exactly the renormalized geometric mean (Goodfellow et al. 2016, §7.12), and close
    to the average. Raises :class:`BadRegularization` above 16 units (65,536 masks).
    """
    hidden = net.hidden(x)
    units = len(hidden)
    if units > 16:
        raise BadRegularization(f"{units} units have 2^{units} masks, too many to ask; use at most 16")
    kept = (np.arange(2**units)[:, None] >> np.arange(units)) & 1
    weights = np.prod(np.where(kept == 1, 1.0 - drop, drop), axis=1)
    members = net.probability(hidden * kept / (1.0 - drop))
    yes, no = (np.exp(np.sum(weights * np.log(part))) for part in (members, 1.0 - members))
    scaled = float(net.probability(hidden))
    return Ensemble(members, weights, float(weights @ members), float(yes / (yes + no)), scaled)
