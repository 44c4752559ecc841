"""CAMs on ResNet-18 at 224×224, random weights: captum and grad-cam as they come, and what the plain net must do.

The plain net is torchvision's, in the memory format that it comes in. ``limit`` is its forward pass and the backward
pass down to the layer for Grad-CAM and the six maps, its forward pass for Ablation-CAM, 512 forward passes in batches
of 8 for Score-CAM.
"""

from __future__ import annotations

import contextlib
import copy
import io
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytorch_grad_cam as peers
import torch
import torchvision
from captum.attr import LayerGradCam
from pytorch_grad_cam.utils.image import scale_cam_image
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import Tensor

from bench.measure import QUICK, interleaved, report
from cnnviz.cam import METHODS, Context, all_maps, explain
from cnnviz.models import NETWORKS, Network
from cnnviz.probe import look

TARGET, LAST, EARLIER = 5, "layer4", "layer3"
SIX = ("grad-cam", "grad-cam-plus-plus", "layer-cam", "xgrad-cam", "hires-cam", "eigen-cam")
Run = Callable[[], Any]


class Setting:
    """One picture, our network and the plain one with the same weights."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        model = torchvision.models.resnet18(weights=None)
        self.plain = copy.deepcopy(model).eval()
        self.network = Network(NETWORKS["resnet18"], model, classes=[str(k) for k in range(1000)])
        self.picture = np.random.default_rng(0).integers(0, 256, (224, 224, 3), dtype=np.uint8)
        self.inputs = self.network.prepare(self.picture).contiguous()

    def ours(self, method: str, layer: str = LAST) -> np.ndarray:
        """Our map."""
        return explain(self.network, self.picture, method=method, target=TARGET, layer=layer).map

    def peer(self, kind: str, layer: str = LAST) -> Run:
        """A map of ``grad-cam``, drawn to the size of the picture and scaled to 0 … 1."""
        model = copy.deepcopy(self.plain)  # its hooks stay as long as it lives
        cam = getattr(peers, kind)(model, [model.get_submodule(layer)])

        def made() -> np.ndarray:
            with contextlib.redirect_stderr(io.StringIO()):  # its progress bars
                return cam(self.inputs, [ClassifierOutputTarget(TARGET)])[0]

        return made

    def down_to(self, layer: str) -> Run:
        """The plain net, forward and backward down to the layer: no less gives the gradients of any map."""

        def passes() -> None:
            kept: list[Tensor] = []
            handle = self.plain.get_submodule(layer).register_forward_hook(lambda *told: kept.append(told[2]))
            scores = self.plain(self.inputs)
            handle.remove()
            torch.autograd.grad(scores[0, TARGET], kept)

        return passes

    def forwards(self, count: int) -> Run:
        """The plain net's forward pass on ``count`` pictures, 8 at once."""
        batch = self.inputs.repeat(min(8, count), 1, 1, 1)

        def passes() -> None:
            with torch.inference_mode():
                for _ in range(count // len(batch)):
                    self.plain(batch)

        return passes


def apart(ours: np.ndarray, theirs: np.ndarray) -> str:
    """The largest difference between our map, drawn as grad-cam draws, and its map."""
    drawn = scale_cam_image(scale_cam_image(np.maximum(ours, 0)[None], theirs.shape[::-1]))[0]
    return f"drawn 0 … 1, difference {float(np.abs(drawn - theirs).max()):.1e}"


def once(runs: Mapping[str, Run], *, rounds: int) -> tuple[dict[str, float], dict[str, Any]]:
    """As ``interleaved``, for what takes long: no round is thrown away. Also gives the last answers."""
    spent: dict[str, list[float]] = {name: [] for name in runs}
    answers: dict[str, Any] = {}
    for _ in range(rounds):
        for name, run in runs.items():
            start = time.process_time()
            answers[name] = run()
            spent[name].append(1000 * (time.process_time() - start))
    return {name: statistics.median(values) for name, values in spent.items()}, answers


def grad_cam(setting: Setting) -> None:
    """At the last map, where no backward pass is needed, and below, where one is."""
    for layer in (LAST, EARLIER):
        captum = LayerGradCam(setting.plain, setting.plain.get_submodule(layer))
        runs = {
            "ours": lambda layer=layer: setting.ours("grad-cam", layer),
            "captum": lambda captum=captum: captum.attribute(setting.inputs, TARGET),
            "grad-cam": setting.peer("GradCAM", layer),
            "limit": setting.down_to(layer),
        }
        theirs = captum.attribute(setting.inputs, TARGET).detach().numpy()[0, 0]
        difference = np.abs(setting.ours("grad-cam", layer) - theirs).max() / np.abs(theirs).max()
        times = interleaved(runs)
        told = f"relative {difference:.1e} to captum; {times['ours'] / times['grad-cam']:.3f} of grad-cam"
        report(f"Grad-CAM, ResNet-18 224², {layer}", times, agreement=told)


def six_maps(setting: Setting) -> None:
    """Six of ours against one of theirs."""
    runs = {
        "ours": lambda: all_maps(setting.network, setting.picture, methods=SIX, target=TARGET),
        "one grad-cam map": setting.peer("GradCAM"),
        "limit": setting.down_to(LAST),
    }
    told = apart(setting.ours("grad-cam"), setting.peer("GradCAM")())
    report("six CAMs of one image, ResNet-18 224², layer4", interleaved(runs), agreement=f"{told} (Grad-CAM)")


def ablation_cam(setting: Setting) -> None:
    """The closed form against 512 passes; theirs once, ours and a forward pass as often as usual."""
    quick = interleaved({"ours": lambda: setting.ours("ablation-cam"), "limit": setting.forwards(1)})
    slow, answers = once({"grad-cam": setting.peer("AblationCAM")}, rounds=1)
    told = apart(answers_signed(setting), answers["grad-cam"])
    report("Ablation-CAM, ResNet-18 224², layer4", {**quick, **slow}, agreement=told)


def answers_signed(setting: Setting) -> np.ndarray:
    """Our map, turned as grad-cam turns it: it divides by the score, whatever its sign."""
    found = explain(setting.network, setting.picture, method="ablation-cam", target=TARGET, layer=LAST)
    return found.map * np.sign(found.logit)


def score_cam(setting: Setting) -> None:
    """512 masked pictures, in float32 and where the processor has it in bfloat16."""
    runs = {
        "ours": lambda: setting.ours("score-cam"),
        "grad-cam": setting.peer("ScoreCAM"),
        "limit": setting.forwards(512),
        "half": lambda: in_half(setting),
    }
    times, answers = once(runs, rounds=2)
    half = times.pop("half")
    told = apart(answers["ours"], answers["grad-cam"])
    report("Score-CAM, 512 channels, ResNet-18 224²", times, agreement=told)
    if setting.network.half is not setting.network.lean:
        correlation = float(np.corrcoef(answers["half"].ravel(), answers["ours"].ravel())[0, 1])
        report(
            "Score-CAM in bfloat16, 512 channels, ResNet-18 224²",
            {**times, "ours": half},
            agreement=f"correlation {correlation:.4f} with float32",
        )


def in_half(setting: Setting) -> np.ndarray:
    """Our map with the masked pictures in bfloat16, 8 at once as in float32."""
    seen = look(setting.network.lean, LAST, setting.network.prepare(setting.picture), target=TARGET)
    return METHODS["score-cam"](seen, Context(setting.network.half, LAST))[0].numpy()


def run() -> None:
    """All rows, about two minutes; the quick ones, seconds."""
    torch.set_num_threads(1)
    setting = Setting()
    for case in (grad_cam, six_maps) if QUICK else (grad_cam, six_maps, ablation_cam, score_cam):
        case(setting)
