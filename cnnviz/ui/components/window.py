"""The window that slides: input ∗ kernel = output, played, stepped, hovered and edited in the browser.

The arrays travel once; no frame and no hover costs a trip to the server. The browser never computes an output of its
own: it shows the one it is given, and writes out the sum that led to it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, cast

from numpy.typing import NDArray

from cnnviz.ui import state
from cnnviz.ui.components.packing import packed
from cnnviz.ui.components.source import component, script, style

_PARTS = ("geometry", "layout", "colours", "words", "paint", "overlay", "controls", "events")
_JS = script("packing", "settling", *(f"window_{part}" for part in _PARTS), "window")
_HTML = '<div class="window"></div>'
_mount = component("window", html=_HTML, css=style("window"), js=_JS)
_RANKS = {"input": 3, "weights": 4, "bias": 1}
Which = Literal["input", "weights", "bias"]


class BadScene(ValueError):
    """The arrays of a scene do not belong together."""


@dataclass(frozen=True)
class Scene:
    """What the window slides over. A 1-D scene has ``H = 1``.

    ``padded`` is the input as the padding mode fills it (−inf where a max pool pads), ``output`` what the tested code
    computed. ``weights`` stand as the student wrote them: ``(O, C/groups, kh, kw)``, transposed
    ``(C, O/groups, kh, kw)``; with ``flipped`` they are turned by 180° before they slide. ``padding`` is (top, bottom,
    left, right); of a transposed convolution it is what is cut off the output, and ``padded`` is the input.
    ``gradient`` (pooling only, ``(C, H, W)``) is drawn over the input in purple.
    """

    kind: str
    input: NDArray[Any]
    padded: NDArray[Any]
    output: NDArray[Any]
    weights: NDArray[Any] | None = None
    bias: NDArray[Any] | None = None
    kernel: tuple[int, int] = (1, 1)
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int, int, int] = (0, 0, 0, 0)
    dilation: tuple[int, int] = (1, 1)
    groups: int = 1
    flipped: bool = False
    editable: bool = False
    picture: bool = False
    gradient: NDArray[Any] | None = None

    def __post_init__(self) -> None:
        """Refuse what the browser could not draw, in one sentence."""
        if self.kind not in ("convolution", "transposed", "max", "average"):
            raise BadScene(f"A window slides as convolution, transposed, max or average, not as {self.kind!r}.")
        if any(a.ndim != 3 or not a.size for a in (self.input, self.padded, self.output)):
            raise BadScene("Input, padded input and output need the shape (channels, rows, columns), none of them 0.")
        if (self.weights is None) != (self.kind in ("max", "average")):
            raise BadScene("A convolution needs weights, pooling has none.")

    def message(self) -> dict[str, Any]:
        """What travels to the browser: 4 bytes per number, as base64."""
        arrays = ("input", "padded", "output", "weights", "bias", "gradient")
        plain = ("kind", "kernel", "stride", "padding", "dilation", "groups", "flipped", "editable", "picture")
        message: dict[str, Any] = {name: getattr(self, name) for name in plain}
        # a transposed convolution pads nothing: whatever a page gives, the input itself is drawn
        message |= {name: array(getattr(self, name)) for name in arrays}
        if self.kind == "transposed":
            message["padded"] = message["input"]
        return message


@dataclass(frozen=True)
class Edit:
    """A number that the student wrote into a cell; ``index`` counts as the scene's array does."""

    which: Which
    index: tuple[int, ...]
    value: float


def array(values: NDArray[Any] | None) -> dict[str, Any] | None:
    """Shape and little-endian float32 bytes in base64."""
    if values is None:
        return None
    return {"shape": list(values.shape), "values": packed(values, "<f4")}


def window(
    scene: Scene,
    *,
    key: str,
    cell: tuple[int, int, int],
    on_cell: Callable[[], None] | None = None,
    on_edit: Callable[[], None] | None = None,
) -> None:
    """Draw the scene, the window at the output ``cell`` (filter, row, column).

    ``on_cell`` is called when the student settles on a cell (:func:`clicked`), ``on_edit`` when a number was written
    (:func:`edited`). The browser keeps its position while the geometry stays; a new ``cell`` from here moves it.
    """
    inside = [max(0, min(int(at), size - 1)) for at, size in zip(cell, scene.output.shape, strict=True)]
    data = scene.message() | {"cell": inside, "generation": state.generation()}
    _mount(key=key, data=data, on_cell_change=on_cell or _nothing, on_edit_change=on_edit or _nothing)


def _nothing() -> None:
    """The component reports only what has a callback."""


def clicked(key: str, *, shape: tuple[int, ...] | None = None) -> tuple[int, int, int] | None:
    """The output cell (filter, row, column) on which the student settled, since the page was last reset.

    With ``shape`` (of the output as it is now) a cell that an earlier, larger output had gives None.
    """
    found = _whole(getattr(state.get(key), "cell", None))
    if len(found) not in (3, 4) or found[3:] not in ((), (state.generation(),)):
        return None
    if shape is not None and any(at >= size for at, size in zip(found, shape, strict=False)):
        return None
    return found[0], found[1], found[2]


def edited(key: str) -> Edit | None:
    """What the student wrote into a cell just now: once per edit, None otherwise."""
    found = getattr(state.get(key), "edit", None)
    if not isinstance(found, dict):
        return None
    which, index, value = found.get("which"), _whole(found.get("index")), found.get("value")
    if not isinstance(which, str) or which not in _RANKS or len(index) != _RANKS[which]:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return Edit(cast("Which", which), index, float(value))


def _whole(found: object) -> tuple[int, ...]:
    """A list of whole numbers from 0, or nothing: what a browser sends is not trusted."""
    numbers = found if isinstance(found, list | tuple) else ()
    good = all(type(at) in (int, float) and 0 <= at < 1e9 and at == int(at) for at in numbers)
    return tuple(int(at) for at in numbers) if good else ()
