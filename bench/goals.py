"""What each case is to reach: the largest ratio of our time to a peer's or to the limit, or the smallest of speeds.

A case is found by the start of its name; the first that fits counts. For speeds (``fps``, images or steps a second)
a ratio is to be at least the goal, for times and sizes at most.
"""

from __future__ import annotations

from collections.abc import Mapping

GOALS: dict[str, dict[str, float]] = {
    "cam, photo": {"captum": 0.87},
    "grad-cam, photo": {"captum": 0.87},
    "Grad-CAM, ResNet-18": {"captum": 0.87, "grad-cam": 0.30, "limit": 0.87},
    "six CAMs of one image": {"one grad-cam map": 0.30, "limit": 0.90},
    "Ablation-CAM": {"grad-cam": 1 / 300, "limit": 1.05},
    "Score-CAM in bfloat16": {"grad-cam": 0.36, "limit": 0.57},
    "Score-CAM": {"grad-cam": 0.66, "limit": 1.05},
    "occlusion, bfloat16, ResNet-18": {"limit": 0.30},
    "occlusion, ResNet-18": {"captum, 16 per eval": 0.36, "limit": 0.55},
    "activation maximization, one step, stage3, fp32": {"lucent": 0.52, "limit": 1.05},
    "8 rules x 500 steps in the browser": {},
    "8 rules x 500 steps": {"torch.optim": 1 / 150},
    "message of 300 frames x 8 rules": {"limit": 1.0},
    "dragging": {"limit": 0.9},
    "playing": {"limit": 0.9},
    "frames of the window": {"limit": 0.9},
    "training convnetjs": {"tutorial loop": 3.0, "limit": 0.95},
    "training cifar-resnet20": {"tutorial loop": 2.3, "limit": 0.97},
    "training cifar-fast": {"tutorial loop": 2.3, "limit": 0.97},
    "training in a worker": {"limit": 0.95},
    "first paint of home, wall": {"empty app": 1.1, "eager app": 0.30},
    "first paint of cam, wall": {"empty app": 1.1, "eager app": 0.30},
    "a map of 400×400": {"plotly, lists": 0.20},
    "rerun of": {"limit": 1.0},
}
FASTER = ("fps", "images_per_s", "steps_per_cpu_s")
"""Units of which more is better."""


def goals(case: str) -> dict[str, float]:
    """The goals of a case, by what it is compared with."""
    return next((wanted for start, wanted in GOALS.items() if case.startswith(start)), {})


def missed(case: str, ratios: Mapping[str, float], *, unit: str) -> list[str]:
    """What a case falls short of, among what was measured."""
    more = unit in FASTER
    return [
        name
        for name, goal in goals(case).items()
        if name in ratios and (ratios[name] < goal if more else ratios[name] > goal)
    ]
