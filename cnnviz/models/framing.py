"""Which part of a picture a network sees, and that part in the network's resolution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from cnnviz.data.images import fit_shorter_side

if TYPE_CHECKING:
    from cnnviz.models.registry import Spec

Pixels = NDArray[np.uint8]
LONGEST_ASPECT = 2.5


@dataclass(frozen=True)
class Box:
    """A rectangle in the pixels of a picture."""

    top: int
    left: int
    height: int
    width: int

    def cut(self, image: Pixels) -> Pixels:
        """The part of ``image`` ``(..., H, W, 3)`` inside the box, as a view."""
        return image[..., self.top : self.top + self.height, self.left : self.left + self.width, :]


def frame(spec: Spec, height: int, width: int) -> Box:
    """The part of a ``height`` × ``width`` picture that the network sees, to the nearest pixel.

    ``"whole"``: all of it, up to an aspect of 2.5:1, beyond which both ends of the longer side are left out.
    ``"square"``: the middle square of side ``shorter · input_size / resize``.
    """
    shorter = min(height, width)
    if spec.framing == "whole":
        longest = max(shorter, int(LONGEST_ASPECT * shorter))
        return _centred(height, width, min(height, longest), min(width, longest))
    side = max(1, round(shorter * spec.input_size / (spec.resize or spec.input_size)))
    return _centred(height, width, side, side)


def _centred(height: int, width: int, box_height: int, box_width: int) -> Box:
    return Box((height - box_height) // 2, (width - box_width) // 2, box_height, box_width)


def views(spec: Spec, images: Pixels) -> Pixels:
    """What the network sees of ``images`` ``(N, H, W, 3)``, scaled to its resolution: uint8 ``(N, h, w, 3)``."""
    if spec.scaling != "area":
        return _published_views(spec, images)
    box = frame(spec, images.shape[1], images.shape[2])
    return np.stack([fit_shorter_side(part, spec.side) for part in box.cut(images)])


def _published_views(spec: Spec, images: Pixels) -> Pixels:
    """Scale, then cut, with torchvision's rounding, so that the published accuracy holds."""
    height, width = images.shape[1:3]
    shorter, crop = min(height, width), spec.input_size
    size = [max(crop, int(spec.resize * side / shorter)) for side in (height, width)]
    # a copy: a decoded picture may be read-only, which torch does not know
    tensor = torch.tensor(images).permute(0, 3, 1, 2)
    scaled = F.interpolate(tensor, size=size, mode=spec.scaling, antialias=True, align_corners=False)
    top, left = (round((side - crop) / 2) for side in size)
    return scaled[:, :, top : top + crop, left : left + crop].permute(0, 2, 3, 1).numpy()
