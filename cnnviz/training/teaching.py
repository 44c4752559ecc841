"""Learning from networks that were trained before: their answer takes the place of the label."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn


@torch.no_grad()
def answer(teachers: Sequence[nn.Module], pixels: Tensor, rng: np.random.Generator) -> Tensor:
    """Mean probabilities ``(B, classes)`` of ``teachers``, in evaluation, for normalized ``pixels`` ``(B, 3, H, W)``.

    Hinton, Vinyals & Dean 2015, https://arxiv.org/abs/1503.02531: an answer tells more than a label, also of an image
    that is mixed of two (Beyer et al. 2022, https://arxiv.org/abs/2106.05237). Every other teacher sees the images
    mirrored, by chance the even or the odd ones: over many steps an image and its mirror image get the same answer.
    """
    if not teachers:
        raise ValueError("nobody to learn from: a recipe that is taught needs one before it")
    said: list[Tensor] = []
    for number, teacher in enumerate(teachers, int(rng.integers(2))):
        with torch.autocast(pixels.device.type, torch.bfloat16):
            logits = teacher(pixels.flip(3) if number % 2 else pixels)
        said.append(logits.float().softmax(1))
    return torch.stack(said).mean(0)
