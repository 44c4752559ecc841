"""Occlusion, patch 32 every 16 pixels, ResNet-18 at 224 pixels: ours, captum's, and bare batched passes as the limit.

Random weights. captum and the limit run the plain network in the memory format that it comes in; the limit covers each
window by hand and runs eight pictures at once, which is faster than 32 or 64.
"""

from __future__ import annotations

import copy

import numpy as np
import torch
from captum.attr import Occlusion as Captum

from bench.measure import interleaved, report
from cnnviz.data.samples import sample
from cnnviz.models import NETWORKS, Network, load
from cnnviz.occlusion import FILLS, Occlusion, Patch, attribution, occlude, running

PATCH, AT_ONCE, ROUNDS = Patch(32, 32, 16, 16, "gray"), 8, 3


def run() -> None:
    """ResNet-18 with random weights, in float32 and in bfloat16; then the photo network."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    running.ALIKE = 0.9  # random weights agree less than trained ones; how much they do stands in the line
    spec = NETWORKS["resnet18"]
    resnet = Network(spec, spec.build(1000), classes=[str(k) for k in range(1000)])
    measure("ResNet-18", resnet, PATCH)
    measure("photo network", load("photo"), PATCH)


def measure(name: str, network: Network, patch: Patch) -> None:
    """Two lines: whole passes against the exact engine, and against bfloat16."""
    view = network.view(sample("cat"))
    plain = copy.deepcopy(network.model).to(memory_format=torch.contiguous_format)
    inputs, fill = (network.inputs(each).contiguous() for each in (view, FILLS[patch.fill](view)))
    target = ours(network, view, patch).target

    def captum(at_once: int) -> np.ndarray:
        shape, strides = (3, patch.height, patch.width), (3, patch.stride_down, patch.stride_across)
        with torch.no_grad():
            found = Captum(plain).attribute(
                inputs, shape, strides=strides, baselines=fill, target=target, perturbations_per_eval=at_once
            )
        return found[0, 0].numpy()

    def limit() -> None:
        pictures = covered(inputs, fill, patch)
        with torch.inference_mode():
            for start in range(0, len(pictures), AT_ONCE):
                plain(pictures[start : start + AT_ONCE])

    wanted = captum(16)
    exact, rounded = ours(network, view, patch), ours(network, view, patch, bf16=True)
    times = interleaved(
        {
            "ours": lambda: ours(network, view, patch),
            "bf16": lambda: ours(network, view, patch, bf16=True),
            "captum": lambda: captum(1),
            "captum, 16 per eval": lambda: captum(16),
            "limit": limit,
        },
        rounds=ROUNDS,
    )
    half = {("ours" if run == "bf16" else run): value for run, value in times.items() if run != "ours"}
    full = {run: value for run, value in times.items() if run != "bf16"}
    size = f"{name}, {view.shape[1]}×{view.shape[0]}, {exact.windows} windows"
    difference = np.abs(attribution(exact, "logit") - wanted).max() / np.abs(wanted).max()
    report(f"occlusion, {size}", full, agreement=f"relative {difference:.1e}")
    same = np.corrcoef(exact.drop.ravel(), rounded.drop.ravel())[0, 1]
    report(f"occlusion, bfloat16, {size}", half, agreement=f"correlation {same:.5f}")


def ours(network: Network, view: np.ndarray, patch: Patch, *, bf16: bool = False) -> Occlusion:
    """The last answer of all."""
    *_, found = occlude(network, view, patch, precision="bf16" if bf16 else "float32")
    return found


def covered(inputs: torch.Tensor, fill: torch.Tensor, patch: Patch) -> torch.Tensor:
    """A picture for every window."""
    down, across = patch.spans(*inputs.shape[-2:])
    windows = [(y, x) for y in zip(*down, strict=True) for x in zip(*across, strict=True)]
    pictures = inputs.repeat(len(windows), 1, 1, 1)
    for picture, ((top, bottom), (left, right)) in zip(pictures, windows, strict=True):
        picture[:, top:bottom, left:right] = fill[0, :, top:bottom, left:right]
    return pictures
