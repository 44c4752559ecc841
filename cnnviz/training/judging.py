"""What a network does on images that it does not train on."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cnnviz.training.feeding import Feeding

AT_ONCE = 500


@torch.no_grad()
def scores(model: nn.Module, images: Feeding, *, dtype: torch.dtype, at_once: int = AT_ONCE) -> Tensor:
    """Logits float32 ``(N, classes)`` on the device, in evaluation mode; the mode is as before afterwards."""
    was, device = model.training, images.device
    model.eval()
    try:
        with torch.autocast(device.type, torch.bfloat16, enabled=dtype == torch.bfloat16):
            found = [model(images.normalized(pixels)).float() for pixels in images.pixels.split(at_once)]
    finally:
        model.train(was)
    return torch.cat(found)


def judged(logits: Tensor, labels: Tensor) -> tuple[float, float]:
    """Mean cross-entropy and the share that is right."""
    return float(F.cross_entropy(logits, labels)), float((logits.argmax(1) == labels).float().mean())
