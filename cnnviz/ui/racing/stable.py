"""Theory on the quadratic: the plane of α and β, the best settings, and the measured rate beside the predicted."""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache, partial

import streamlit as st

from cnnviz.landscapes import quadratic
from cnnviz.optim import settings_of, theory, trajectory
from cnnviz.ui import state
from cnnviz.ui.components.stability import Plane, pointed, stability
from cnnviz.ui.racing import settings
from cnnviz.ui.racing.raced import Raced
from cnnviz.ui.racing.written import number

TITLE = "How fast can momentum be? On the quadratic, theory knows"
MEASURED = 300  # steps of the path whose rate is measured


def section(raced: Raced) -> None:
    """The plane on the left, what it says on the right; α and β are momentum's settings in the race."""
    st.subheader(TITLE, anchor=False)
    kappa = max(raced.landscape.parameters.get("kappa", 10.0), 1.0)
    used = settings.given("momentum")
    best = theory.optimal_momentum(1.0, kappa)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        plane = Plane(
            kappa=kappa,
            alpha=used.lr,
            beta=used.momentum,
            best=best,
            reach=4.0 / kappa,
            label=f"Rate of momentum on the ravine with κ = {kappa:g}: best at α = {best[0]:.4g}, β = {best[1]:.4g}.",
        )
        stability(plane, key="stability", on_point=partial(_keep_point, settings.written("momentum", asdict(used))))
    with right:
        _words(kappa, used.lr, used.momentum)
        st.button("Use the optimal α and β", on_click=_use_best, args=(kappa,), key="use-best")


def _words(kappa: float, alpha: float, beta: float) -> None:
    (best_alpha, best_beta), predicted = theory.optimal_momentum(1.0, kappa), theory.slowest(alpha, beta, (1.0, kappa))
    limit = theory.bound(beta, kappa)
    st.latex(rf"0 < \alpha < \tfrac{{2 + 2\beta}}{{\kappa}} = {number(limit)}")
    star = r"\alpha^* = \Bigl(\tfrac{2}{1+\sqrt\kappa}\Bigr)^2 = "
    st.latex(
        rf"{star}{number(best_alpha)},\quad \beta^* = \Bigl(\tfrac{{\sqrt\kappa-1}}{{\sqrt\kappa+1}}\Bigr)^2 = "
        f"{number(best_beta)}"
    )
    measured = _measured(kappa, alpha, beta)
    told = "its path is too short to measure" if measured is None else f"measured on its path **{measured:.4f}**"
    st.markdown(
        f"- Momentum now, α = {alpha:.4g} and β = {beta:.4g}: each step keeps **{predicted:.4f}** of the distance; "
        f"{told}.\n{_critical(kappa, alpha, beta)}\n{_best(kappa)}"
    )


@lru_cache(maxsize=64)
def _measured(kappa: float, alpha: float, beta: float) -> float | None:
    path = trajectory(
        "momentum", quadratic(kappa), steps=MEASURED, settings=settings_of("momentum", {"lr": alpha, "momentum": beta})
    )
    return theory.measured_rate(path.path)


def _critical(kappa: float, alpha: float, beta: float) -> str:
    """Where β stands along y: above the dashed line the path swings, below it creeps or jumps from side to side."""
    edge = theory.critical_beta(alpha, kappa)
    below = "below it the path creeps" if alpha * kappa <= 1 else "below it the path jumps from side to side"
    return (
        f"- Dashed: β = (1 − √(αλ))² for λ = 1 and λ = κ, critical damping. Along y it is **{edge:.3f}** at this α: "
        f"above it the path swings, {below}. β is {beta:.3g}."
    )


def _best(kappa: float) -> str:
    descent, momentum = theory.best_rates(kappa)
    return (
        f"- At their best, gradient descent keeps (κ−1)/(κ+1) = **{descent:.4f}** and momentum (√κ−1)/(√κ+1) = "
        f"**{momentum:.4f}**. Quiz: a draft of Goh's article has these two captions swapped. How would you notice?"
    )


def _keep_point(drawn: str) -> None:
    """Take over the point, unless another control has set momentum in the same moment; a callback."""
    point = pointed("stability")
    if point is not None and state.get(settings.key("momentum")) == drawn:
        settings.change("momentum", lr=point[0], momentum=point[1])


def _use_best(kappa: float) -> None:
    """Momentum with the best α and β, and gradient descent with its best rate, race on this ravine; a callback."""
    alpha, beta = theory.optimal_momentum(1.0, kappa)
    settings.change("momentum", lr=alpha, momentum=beta)
    settings.change("sgd", lr=theory.optimal_descent(1.0, kappa))
    state.put("landscape", "quadratic")
    racing = str(state.get("rules", "")).split(",")
    state.put("rules", ",".join([*racing, *(rule for rule in ("sgd", "momentum") if rule not in racing)][:12]))
    state.put("runner", "momentum")
