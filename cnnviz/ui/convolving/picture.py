"""Image processing by convolution: a kernel of nine numbers on a photograph."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.arithmetic.convolution import convolve
from cnnviz.arithmetic.geometry import Setting
from cnnviz.arithmetic.kernels import KERNELS, Shape, kernel
from cnnviz.arithmetic.written import number
from cnnviz.data.images import encode_png, thumbnail
from cnnviz.params import param
from cnnviz.ui import cache
from cnnviz.ui.controls import controls, menu
from cnnviz.ui.pictures import Chosen, choose_picture
from cnnviz.ui.strip import columns, download, show_code

LONGEST = 512
SHOWN_AS = {
    "size": "their size: −5 is as bright as 5",
    "cut": "black, as after ReLU",
    "gray": "darker than gray; 0 is gray",
}


@dataclass(frozen=True)
class Look:
    """What is asked beside the kernel."""

    side: int = param(5, low=3, high=9, step=2, label="kernel size", help="Of identity, blurs and Gabor.")
    gray: bool = param(default=False, label="gray picture", help="The mean of red, green and blue first.")
    flip: bool = param(
        default=False, label="true convolution: turn the kernel first", help="Changes the sign of derivatives."
    )


@dataclass(frozen=True)
class Waves:
    """What is asked of a Gabor kernel only."""

    turn: int = param(0, low=0, high=165, step=15, label="stripes turned by", help="In degrees.")
    wave: int = param(4, low=2, high=12, label="pixels per stripe pair", help="The wavelength.")


@dataclass(frozen=True)
class Filtered:
    """The picture, the kernel, and the result as it is shown: PNG bytes, with the smallest and largest number."""

    picture: Chosen
    name: str
    weights: NDArray[np.float64]
    look: Look
    shown: bytes
    low: float
    high: float


def choose() -> Filtered:
    """Draw the controls; filter."""
    picture = choose_picture()
    name = menu("Kernel", KERNELS, key="c-filter", default="sobel-x")
    options = {key: _Shown(key, title) for key, title in SHOWN_AS.items()}
    shown_as = menu("Negative numbers are shown as", options, key="c-negative")
    look = controls(Look, key="cp")
    waves = controls(Waves, key="cp") if name == "gabor" else Waves()
    weights = kernel(name, Shape(look.side, waves.turn, waves.wave))
    png, low, high = cache.filtered(
        picture.pixels,
        picture.key,
        weights=tuple(map(tuple, weights.tolist())),
        flip=look.flip,
        gray=look.gray,
        shown_as=shown_as,
    )
    return Filtered(picture, name, weights, look, png, low, high)


@dataclass(frozen=True)
class _Shown:
    name: str
    title: str
    summary: str = ""
    reference: str = ""


def draw(filtered: Filtered) -> None:
    """Before and after, side by side."""
    title = KERNELS[filtered.name].title
    span = f"{number(round(filtered.low, 1))} to {number(round(filtered.high, 1))}".replace("-", "−")
    before, after = st.columns(2, gap="medium")
    before.image(
        cache.shown(filtered.picture.pixels, filtered.picture.key), width="stretch", alt=filtered.picture.title
    )
    after.image(filtered.shown, width="stretch", alt=f"{filtered.picture.title} after the kernel {title}")
    after.caption(f"{title}: numbers from {span}; the picture has 0 to 255.")


def strip(filtered: Filtered) -> None:
    """The kernel, what to notice, the code."""
    left, middle, right = columns(("The kernel", "What to notice", "Take it with you"))
    with left:
        st.latex(matrix(filtered.weights))
    with middle:
        st.markdown("\n".join(f"- {line}" for line in notice(filtered)))
    with right:
        download("Result (PNG)", lambda: filtered.shown, name=f"{filtered.name}.png", mime="image/png")
        show_code(code(filtered))
        if filtered.picture.credit:
            st.caption(f"Picture: {filtered.picture.credit}")


def matrix(weights: NDArray[np.float64]) -> str:
    """The kernel in LaTeX, to two decimals; of a box blur the common factor stands in front."""
    rows = r" \\ ".join(" & ".join(number(round(v, 2)) for v in row) for row in weights.tolist())
    return rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}"


def notice(filtered: Filtered) -> list[str]:
    """Two or three sentences about this kernel on this picture."""
    total = float(filtered.weights.sum())
    lines = [KERNELS[filtered.name].summary]
    if abs(total) < 1e-9:
        lines.append("The weights add up to 0, so an even area gives 0, however bright it is: only changes are left.")
    else:
        lines.append(f"The weights add up to {number(total)}, so an even area keeps its brightness.")
    turned = filtered.weights[::-1, ::-1]
    if np.allclose(turned, filtered.weights):
        lines.append("Turned by 180° this kernel is the same: convolution and correlation agree.")
    elif np.allclose(turned, -filtered.weights):
        lines.append("Turned by 180° this kernel changes its sign, and so does the picture: show negatives as gray.")
    return lines


def render(
    picture: NDArray[np.uint8], weights: NDArray[np.float64], *, flip: bool, gray: bool, shown_as: str
) -> tuple[bytes, float, float]:
    """PNG of the filtered picture, and its smallest and largest number. About 30 ms for 512 pixels and 9×9."""
    result = apply(thumbnail(picture, LONGEST), weights, flip=flip, gray=gray)
    levels = {"size": np.abs(result), "cut": result, "gray": 127.5 + result / 2}[shown_as]
    pixels = np.rint(np.clip(levels, 0, 255)).astype(np.uint8)
    shown = encode_png(np.ascontiguousarray(pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0)))
    return shown, float(result.min()), float(result.max())


def apply(pixels: NDArray[np.uint8], weights: NDArray[np.float64], *, flip: bool, gray: bool) -> NDArray[np.float32]:
    """Each colour plane (C, H, W) under the kernel, its border replicated so that no frame appears."""
    planes = pixels.transpose(2, 0, 1).astype(np.float32)
    if gray:
        planes = planes.mean(axis=0, keepdims=True)
    setting = Setting(padding="same", padding_mode="replicate", flip=flip)
    result: NDArray[np.float32] = convolve(planes, weights.astype(np.float32), setting)
    return result


def code(filtered: Filtered) -> str:
    """Runnable as it stands: torch on the same picture."""
    name = filtered.picture.key.removeprefix("sample ")
    own = name == filtered.picture.key
    source = 'read_image(Path("photo.jpg"))  # your photo' if own else f'sample("{name}")'
    lines = [
        *(["from pathlib import Path", ""] if own else []),
        "import torch",
        "from torch.nn import functional as F",
        "",
        f"from cnnviz.data.images import {'read_image, ' if own else ''}thumbnail",
        *([] if own else ["from cnnviz.data.samples import sample"]),
        "",
        f"picture = {source}",
        f"x = torch.tensor(thumbnail(picture, {LONGEST})).permute(2, 0, 1).float()[:, None]  # colours one by one",
        *(["x = x.mean(dim=0, keepdim=True)"] if filtered.look.gray else []),
        f"w = torch.tensor({filtered.weights.tolist()})",
        *(["w = w.flip(0, 1)  # true convolution"] if filtered.look.flip else []),
        "p = w.shape[0] // 2",
        'y = F.conv2d(F.pad(x, (p, p, p, p), mode="replicate"), w[None, None])[:, 0]',
        "print(y.min(), y.max())",
    ]
    return "\n".join(lines) + "\n"
