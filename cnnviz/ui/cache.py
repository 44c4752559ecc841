"""What sessions share. The only module that names Streamlit's caches; every cache is bounded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.data.images import decode, encode_jpeg, thumbnail
from cnnviz.data.samples import SAMPLES, sample

if TYPE_CHECKING:
    from cnnviz.arithmetic.shifts import Moved
    from cnnviz.cam import Explanation
    from cnnviz.features import Maps
    from cnnviz.ledger import Layer
    from cnnviz.models import Network
    from cnnviz.ui.counting.counted import Counted

Image = NDArray[np.uint8]
SHOWN = 800  # longest side of a picture sent to a browser: enough for half of a 1920-pixel screen
SMALL = 320  # the same for one of many small pictures
THUMBNAIL = 96
M = TypeVar("M")


def digest(data: bytes) -> str:
    """The key of a picture: its content, never its name."""
    return hashlib.sha256(data).hexdigest()


@st.cache_data(max_entries=32, show_spinner=False)
def decoded(data: bytes) -> Image:
    """An uploaded picture as RGB; raises :class:`~cnnviz.data.images.BadImage`."""
    return decode(data)


@st.cache_data(max_entries=64, show_spinner=False)
def sample_picture(name: str) -> Image:
    """A sample picture as RGB."""
    return sample(name)


@st.cache_data(max_entries=1, show_spinner=False)
def thumbnails() -> str:
    """All sample pictures as one row of square thumbnails: a JPEG data address."""
    tiles = []
    for name in SAMPLES:
        picture = sample(name)
        side = min(picture.shape[:2])
        top, left = (picture.shape[0] - side) // 2, (picture.shape[1] - side) // 2
        tile = thumbnail(picture[top : top + side, left : left + side], THUMBNAIL)
        tiles.append(np.pad(tile, ((0, THUMBNAIL - len(tile)), (0, THUMBNAIL - len(tile)), (0, 0)), mode="edge"))
    return address(np.hstack(tiles))


@st.cache_data(max_entries=64, show_spinner=False)
def shown(_picture: Image, key: str) -> str:  # noqa: ARG001 (the key is the digest)
    """A picture as a JPEG data address of at most ``SHOWN`` pixels; ``key`` is its digest."""
    return address(thumbnail(_picture, SHOWN))


@st.cache_data(max_entries=64, show_spinner=False)
def small(_picture: Image, key: str) -> str:  # noqa: ARG001 (the key is the digest)
    """The same at ``SMALL`` pixels, for small multiples."""
    return address(thumbnail(_picture, SMALL))


def address(picture: Image) -> str:
    """RGB as a JPEG data address."""
    import base64

    return "data:image/jpeg;base64," + base64.b64encode(encode_jpeg(picture)).decode("ascii")


def network(name: str) -> Network:
    """A network with its lock, shared by all sessions (the models keep the last few). Imports torch on first use."""
    from cnnviz.models import load

    return load(name)


@st.cache_data(max_entries=256, show_spinner=False)
def explained(
    _picture: Image,
    key: str,  # noqa: ARG001 (the digest is what the cache looks at)
    *,
    network_name: str,
    method: str,
    target: int | None,
    layer: str,
) -> Explanation:
    """The map of one picture; ``key`` is the picture's digest. About 50 ms for a small network, then remembered."""
    from cnnviz.cam import explain

    return explain(network(network_name), _picture, method=method, target=target, layer=layer)


@st.cache_data(max_entries=512, show_spinner=False)
def covered(
    _view: Image,
    key: str,  # noqa: ARG001 (the digest is what the cache looks at)
    *,
    network_name: str,
    boxes: tuple[tuple[int, int, int, int], ...],
    fill: str,
) -> NDArray[np.float32]:
    """Probabilities ``(classes,)`` with parts of a view covered; ``key`` is the picture's digest. One forward pass."""
    from cnnviz.occlusion import cover

    return cover(network(network_name), _view, boxes, fill)


@st.cache_resource(max_entries=24, show_spinner=False)
def mapped(
    _picture: Image,
    key: str,  # noqa: ARG001 (the digest is what the cache looks at)
    *,
    network_name: str,
    layer: str,
) -> Maps:
    """The feature maps of one picture, shared by all sessions; ``key`` is its digest. 1 MB, 13 MB for VGG's first."""
    from cnnviz.features import maps

    return maps(network(network_name), _picture, layer)


@st.cache_resource(max_entries=64, show_spinner=False)
def counted(name: str, text: str, size: tuple[int, int, int]) -> Counted | None:
    """A network's ledger, frozen and shared; a stack of the student's own is known by its ``text``."""
    from cnnviz.ui.counting.counted import count

    return count(name, text, size)


@st.cache_data(max_entries=64, show_spinner=False)
def measured(
    _layers: tuple[Layer, ...],
    row: int,
    size: tuple[int, int, int],
    *,
    unit: tuple[int, int],
    key: str,  # noqa: ARG001 (it names the layers)
) -> NDArray[np.float32]:
    """The measured field of one unit; ``key`` names the network. At most 1 MB each at 512×512."""
    from cnnviz.ledger import measured_field

    return measured_field(_layers, row, size, index=unit)


@st.cache_data(max_entries=64, show_spinner=False)
def moved(
    _plane: NDArray[np.float64],
    key: str,  # noqa: ARG001 (the digest is what the cache looks at)
    *,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    blur: int,
) -> tuple[Moved, ...]:
    """What moving a plane does to each way of pooling it; ``key`` is its digest. About 15 ms for 64×64."""
    from cnnviz.arithmetic.shifts import WAYS, measure

    return tuple(measure(_plane, way, kernel=kernel, stride=stride, blur=blur) for way in WAYS)


@st.cache_data(max_entries=64, show_spinner=False)
def filtered(
    _picture: Image,
    key: str,  # noqa: ARG001 (the digest is what the cache looks at)
    *,
    weights: tuple[tuple[float, ...], ...],
    flip: bool,
    gray: bool,
    shown_as: str,
) -> tuple[bytes, float, float]:
    """A picture under an image kernel: PNG bytes, smallest and largest number. At most 0.5 MB each."""
    from cnnviz.ui.convolving.picture import render

    return render(_picture, np.array(weights), flip=flip, gray=gray, shown_as=shown_as)


def made(make: Callable[[], M], key: str) -> M:
    """What ``make`` makes, once per ``key``; shared by all sessions, so nobody may change it. For 2 MB at most each."""
    found: M = _made(make, key)
    return found


@st.cache_resource(max_entries=48, show_spinner=False)
def _made(_make: Callable[[], Any], key: str) -> Any:  # noqa: ARG001 (the key is what the cache looks at)
    return _make()
