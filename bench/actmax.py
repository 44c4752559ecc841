"""A step of activation maximization on the photo network, stage 3: ours, lucent, and a bare forward and backward.

lucent is measured without its hooks' leftovers, with its own usual settings: Fourier, decorrelated colour and the
usual transforms. It asks for kornia, and for a GPU unless told otherwise; where it can't be imported, the row says so.
"""

from __future__ import annotations

import contextlib
import importlib
import io
from collections.abc import Callable
from typing import Any

import torch

from bench.measure import interleaved, report
from cnnviz.actmax import climb
from cnnviz.models import load

LAYER, CHANNEL, SIDE, STEPS = "stage3", 5, 160, 64


def run() -> None:
    """A channel in the middle of the network and a class, fp32 and bf16."""
    torch.set_num_threads(1)
    network = load("photo")
    start = torch.rand(1, 3, SIDE, SIDE).to(memory_format=torch.channels_last)
    trunk = _trunk(network.model)

    def limit() -> None:
        for _ in range(STEPS):
            pixels = start.clone().requires_grad_()
            torch.autograd.grad(trunk(pixels)[:, CHANNEL].mean(), [pixels])

    def ours(precision: torch.dtype) -> Callable[[], object]:
        settings: dict[str, Any] = {"steps": STEPS, "size": SIDE, "every": 512, "penalties": ""}
        told = f"channel:{LAYER}:{CHANNEL}"
        return lambda: _last(climb(network, told, jitters="usual", precision=precision, **settings))

    peer, why = _lucent(network.model)
    for name, precision in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
        runs: dict[str, Callable[[], object]] = {"ours": ours(precision), "limit": limit}
        if peer is not None:
            runs["lucent"] = peer
        times = {key: value / STEPS for key, value in interleaved(runs, rounds=3).items()}
        same = _agreement(network, precision)
        report(f"activation maximization, one step, {LAYER}, {name}", times, agreement=f"{same}{why}")


def _last(events: Any) -> Any:
    return list(events)[-1]


def _trunk(model: torch.nn.Module) -> torch.nn.Module:
    """The network up to the layer: what nobody can do without."""
    names = [name for name, _ in model.named_children()]
    return torch.nn.Sequential(*(model.get_submodule(name) for name in names[: names.index(LAYER) + 1]))


def _agreement(network: Any, precision: torch.dtype) -> str:
    """The value after 16 steps beside that of float32."""
    told = f"channel:{LAYER}:{CHANNEL}"
    exact, other = (_last(climb(network, told, steps=16, precision=each)).value for each in (torch.float32, precision))
    return f"value after 16 steps {other:.4g}, in float32 {exact:.4g}"


def _lucent(model: torch.nn.Module) -> tuple[Callable[[], object] | None, str]:
    """A run of lucent of as many steps, or why there is none."""
    try:
        render = importlib.import_module("lucent.optvis.render")
        param = importlib.import_module("lucent.optvis.param")
    except Exception as error:  # noqa: BLE001 (an old package fails in many ways)
        return None, f"; lucent can't be imported here ({type(error).__name__}: {str(error)[:60]})"

    def peer() -> None:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            render.render_vis(
                model,
                f"{LAYER}:{CHANNEL}",
                param_f=lambda: param.image(SIDE),
                thresholds=(STEPS,),
                show_image=False,
                show_inline=False,
                progress=False,
            )

    try:
        peer()
    except Exception as error:  # noqa: BLE001
        return None, f"; lucent does not run here ({type(error).__name__}: {str(error)[:60]})"
    return peer, ""
