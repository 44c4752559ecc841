"""CAMs of one picture, from pixels to maps: the photo network, then ResNet-18 (:mod:`bench.cam_resnet18`)."""

from __future__ import annotations

import numpy as np
import torch
from captum.attr import LayerGradCam

from bench import cam_resnet18
from bench.measure import interleaved, report
from cnnviz.cam import explain
from cnnviz.data.samples import sample
from cnnviz.models import load


def run() -> None:
    """CAM and Grad-CAM on the photo network, the limit a bare forward pass; then the rows of ResNet-18."""
    torch.set_num_threads(1)
    network = load("photo")
    picture = sample("coffee")
    inputs = network.prepare(picture)
    layer = network.layers[0].path
    target = explain(network, picture).target.index
    captum = LayerGradCam(network.model, network.model.get_submodule(layer))

    def peer() -> np.ndarray:
        pixels = network.prepare(picture).requires_grad_()
        return captum.attribute(pixels, target).detach().numpy()[0, 0]

    def forward() -> None:
        with torch.inference_mode():
            network.model(inputs)

    for method in ("cam", "grad-cam"):
        ours = explain(network, picture, method=method, target=target).map
        theirs = peer() * (ours.size if method == "cam" else 1)
        difference = float(np.abs(ours - theirs).max() / np.abs(theirs).max())
        times = interleaved(
            {
                "ours": lambda m=method: explain(network, picture, method=m, target=target),
                "captum": peer,
                "limit": forward,
            }
        )
        report(
            f"{method}, photo network, {picture.shape[1]}×{picture.shape[0]}",
            times,
            agreement=f"relative {difference:.1e}",
        )
    cam_resnet18.run()
