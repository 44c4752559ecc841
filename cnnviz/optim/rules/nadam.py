"""NAdam: Adam with Nesterov's look ahead."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from cnnviz.optim.registry import RULES, Gradient, Rule, Trail
from cnnviz.optim.rules.adam import Adam

DECAY = 0.004  # of the momentum's warm-up, as in Dozat's table and in PyTorch


def walk(settings: Adam, gradient: Gradient, trail: Trail, rates: Sequence[float]) -> None:
    r"""Dozat 2016: the step uses :math:`g` and the *next* momentum :math:`\mu_{t+1}`, which warms up to β₁.

    :math:`\mu_t = \beta_1 (1 - \tfrac12\, 0.96^{0.004 t})`
    """
    b1, b2, eps = settings.beta1, settings.beta2, settings.eps
    n1, n2 = 1 - b1, 1 - b2
    x, y = trail[0]
    mx = my = vx = vy = 0.0
    product = p2 = 1.0
    t = 0
    for lr in rates:
        gx, gy = gradient(x, y)
        t += 1  # noqa: SIM113 (enumerate is not in the subset that the browser gets)
        mu, ahead = b1 * (1 - 0.5 * 0.96 ** (t * DECAY)), b1 * (1 - 0.5 * 0.96 ** ((t + 1) * DECAY))
        product, p2 = product * mu, p2 * b2
        mx, my = mx + n1 * (gx - mx), my + n1 * (gy - my)
        vx, vy = b2 * vx + n2 * gx * gx, b2 * vy + n2 * gy * gy
        now, then = lr * (1 - mu) / (1 - product), lr * ahead / (1 - product * ahead)
        dx, dy = sqrt(vx / (1 - p2)) + eps, sqrt(vy / (1 - p2)) + eps
        x, y = x - now * gx / dx - then * mx / dx, y - now * gy / dy - then * my / dy
        trail.append((x, y, mx, my, vx, vy))


RULES.add(
    Rule(
        name="nadam",
        title="NAdam",
        summary="Adam with Nesterov's look ahead.",
        reference="Dozat 2016, https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ",
        formula=r"\theta \leftarrow \theta - \frac{\varepsilon}{\sqrt{\hat v} + \delta}\left("
        r"\frac{\mu_{t+1}\, m}{1 - \prod_{i \le t+1} \mu_i} + \frac{(1-\mu_t)\, g}{1 - \prod_{i \le t} \mu_i}\right)",
        settings=Adam,
        walk=walk,
        state=("m_x", "m_y", "v_x", "v_y"),
        torch="NAdam",
        order=100,
    )
)
