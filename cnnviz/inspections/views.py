"""A picture on its way to the worker process: as text among the settings of an inspection.

``sample:cat`` names a sample picture. ``png:…`` carries, without loss, the pixels that the network sees of an upload:
at most some hundred kilobytes, whatever was uploaded.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cnnviz.data.images import BadImage, decode, encode_png
from cnnviz.data.samples import SAMPLES, sample

if TYPE_CHECKING:
    from cnnviz.models import Network

SAMPLE, CARRIED = "sample:", "png:"


def carried(view: NDArray[np.uint8]) -> str:
    """Text for ``view`` ``(h, w, 3)``, which :meth:`Network.view` gave."""
    return CARRIED + base64.b64encode(encode_png(view)).decode("ascii")


def unpacked(text: str, network: Network) -> NDArray[np.uint8]:
    """The view ``(h, w, 3)`` of the picture that ``text`` stands for; :class:`BadImage` if it stands for none."""
    if text.startswith(SAMPLE) and text.removeprefix(SAMPLE) in SAMPLES:
        return network.view(sample(text.removeprefix(SAMPLE)))
    if text.startswith(CARRIED):
        try:
            return decode(base64.b64decode(text.removeprefix(CARRIED), validate=True))
        except binascii.Error:
            pass
    raise BadImage("There is no such picture; choose one of the samples or upload your own.")
