"""A network that is ready to answer: module, classes, framing and the lock that sharing it needs."""

from __future__ import annotations

import difflib
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from cnnviz.models.errors import UnknownClass
from cnnviz.models.folding import Folded, fold, halved, stamp
from cnnviz.models.framing import Box, frame, views

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from cnnviz.models.registry import Layer, Spec

# At most 64 images at once, and no more pixels than 64 of photo's size: VGG-16 then needs about 1 GB for activations.
BATCH, BATCH_PIXELS = 64, 64 * 160 * 160
# a class's name may be a stranger's, and stands in sentences: no mark of markdown or HTML gets that far
LABEL = str.maketrans("[]`$*<>|\\~:", "()'＄∗‹›¦∕∼∶")


class Network:
    """A network with its classes and card, on the CPU, in evaluation mode, parameters frozen.

    One object serves all sessions: whoever runs ``model`` holds ``lock`` meanwhile; :meth:`predict` does so itself.
    """

    def __init__(
        self, spec: Spec, model: nn.Module, *, classes: Sequence[str], card: Mapping[str, Any] | None = None
    ) -> None:
        self.spec = spec
        frozen = model.eval().requires_grad_(requires_grad=False)
        self.model: nn.Module = frozen.to(memory_format=torch.channels_last)
        self.classes = tuple(each.translate(LABEL) for each in classes)
        self.card: dict[str, Any] = dict(card or {})
        self.lock = threading.RLock()
        self._lean: tuple[int, Folded] | None = None
        self._half: tuple[nn.Module, nn.Module] | None = None

    @property
    def name(self) -> str:
        """Short name, as typed: ``photo``."""
        return self.spec.name

    @property
    def title(self) -> str:
        """Name as shown: ``Photo (112 things)``."""
        return self.spec.title

    @property
    def input_size(self) -> int:
        """Side of the square that it was made for, in pixels."""
        return self.spec.input_size

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Layers worth looking at, the last map first."""
        return self.spec.layers

    @property
    def lean(self) -> nn.Module:
        """``model`` for looking: batch norms folded into convolutions, same module paths, made when first asked for.

        Scores agree with the model's to 1e-4 of the largest. Made anew when weights of ``model`` were written to.
        """
        return self._folded().model

    @property
    def half(self) -> nn.Module:
        """``lean`` in bfloat16, or ``lean`` itself where the processor does not compute in it (AVX-512 BF16, AMX)."""
        with self.lock:
            lean = self.lean
            if not torch.ops.mkldnn._is_mkldnn_bf16_supported():  # noqa: SLF001 (there is no other name)
                return lean
            if self._half is None or self._half[0] is not lean:
                self._half = lean, halved(lean)
            return self._half[1]

    def looking_at(self, *layers: str) -> nn.Module:
        """``lean``, unless one of ``layers`` answers otherwise there, as a convolution does that took in its norm."""
        folded = self._folded()
        return folded.model if folded.same.issuperset(layers) else self.model

    def _folded(self) -> Folded:
        with self.lock:
            now = stamp(self.model)
            if self._lean is None or self._lean[0] != now:
                side = self.spec.side
                noise = torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(0))
                self._lean = now, fold(self.model, noise.to(memory_format=torch.channels_last))
            return self._lean[1]

    def frame(self, image_h_w: tuple[int, int]) -> Box:
        """The part of a picture of that height and width that the network sees, in the picture's pixels."""
        return frame(self.spec, *image_h_w)

    def prepare(self, images: NDArray[np.uint8]) -> Tensor:
        """Frame, scale and normalize uint8 ``(N, H, W, 3)`` or ``(H, W, 3)``: float32 ``(N, 3, h, w)``."""
        images = _batch(images)
        if not len(images):
            return torch.empty((0, 3, self.input_size, self.input_size))
        return self.inputs(views(self.spec, images))

    def view(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """What the network sees of a picture ``(H, W, 3)``, framed and scaled: uint8 ``(h, w, 3)``."""
        seen: NDArray[np.uint8] = views(self.spec, _batch(image))[0]
        return seen

    def inputs(self, seen: NDArray[np.uint8]) -> Tensor:
        """Normalize views, uint8 ``(N, h, w, 3)`` or ``(h, w, 3)``: float32 ``(N, 3, h, w)``."""
        # a copy only if it must be: a decoded picture may be read-only, which torch does not know
        pixels = torch.from_numpy(np.require(_batch(seen), requirements="W"))
        # line by line: an inner loop over the width and not over three numbers, a third of the time
        mean, std = ((255 * torch.tensor(values)).repeat(pixels.shape[2]) for values in (self.spec.mean, self.spec.std))
        lines = pixels.reshape(-1, 3 * pixels.shape[2]).to(torch.float32).sub_(mean).div_(std)
        return lines.view(pixels.shape).permute(0, 3, 1, 2)

    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probabilities ``(N, classes)`` for uint8 ``(N, H, W, 3)`` or ``(H, W, 3)`` of any size."""
        images = _batch(images)
        found = np.zeros((len(images), len(self.classes)), np.float32)
        step = self._batch_size(images)
        for start in range(0, len(images), step):
            inputs = self.prepare(images[start : start + step])
            with self.lock, torch.inference_mode():
                found[start : start + step] = self.model(inputs).softmax(1).numpy()
        return found

    def _batch_size(self, images: NDArray[np.uint8]) -> int:
        box = self.frame((images.shape[1], images.shape[2]))
        pixels = self.spec.side**2 * max(box.height, box.width) / min(box.height, box.width)
        return max(1, min(BATCH, int(BATCH_PIXELS / pixels)))

    def index(self, target: str | int) -> int:
        """The number of a class, given its number or name: exact first, then the only name that starts so.

        Case, underscores and blanks do not matter. Raises :class:`UnknownClass`, which lists near names.
        """
        if isinstance(target, str):
            found = _named(self.classes, target)
            if found is not None:
                return found
            if not target.strip().isdecimal():
                raise UnknownClass(_unknown(self.classes, target, self.title))
        number = int(target)
        if not 0 <= number < len(self.classes):
            raise UnknownClass(f"there is no class {number}; {self.title} numbers them 0 to {len(self.classes) - 1}")
        return number


def _batch(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Check dtype and shape; a single image becomes a batch of one."""
    if images.dtype != np.uint8 or images.ndim not in (3, 4) or images.shape[-1] != 3 or 0 in images.shape[-3:]:
        raise ValueError(
            f"images must be uint8 (N, H, W, 3) or (H, W, 3), not {images.dtype} {images.shape}; "
            "cnnviz.data.images.decode gives such an image"
        )
    return images if images.ndim == 4 else images[None]


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").casefold().split())


def _named(classes: tuple[str, ...], target: str) -> int | None:
    """The class called ``target``, or the only one whose name starts so; None if there is none."""
    wanted, names = _plain(target), [_plain(name) for name in classes]
    found = [k for k, name in enumerate(names) if name == wanted]
    if not found and wanted:
        found = [k for k, name in enumerate(names) if name.startswith(wanted)]
    if len(found) > 1:
        some = ", ".join(f"{classes[k]} ({k})" for k in found[:5])
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        raise UnknownClass(f"{target!r} fits several classes: {some}{more}; give more letters or the number")
    return found[0] if found else None


def _unknown(classes: tuple[str, ...], target: str, title: str) -> str:
    names = {_plain(name): name for name in classes}
    near = difflib.get_close_matches(_plain(target), names, n=5, cutoff=0.5) or list(names)[:5]
    return f"{title} has no class {target!r}; near names: {', '.join(names[name] for name in near)}"
