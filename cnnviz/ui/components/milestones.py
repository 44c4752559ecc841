"""One image that grows: large, with the strip of its milestones; click or arrow keys enlarge one of them, in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from cnnviz.ui.components.source import component, script, style

_HTML = """<div class="root"><div class="stage" tabindex="0" role="group"></div>
<p class="told"><strong></strong><span></span></p><div class="strip" role="group"></div></div>"""
_mount = component("milestones", html=_HTML, css=style("milestones"), js=script("milestones"))
COARSE = 64  # below this side, pixels are shown as squares: smoothing would hide what was climbed


@dataclass(frozen=True)
class Frame:
    """What is there after a step: ``address`` is one picture with all images of the frame side by side."""

    title: str
    value: str
    address: str


def milestones(
    frames: Sequence[Frame], *, images: int = 1, side: int, label: str, key: str, aspect: float = 1.0
) -> None:
    """Draw ``frames``, the newest large until another one is chosen; ``images`` is how many stand in a frame.

    ``side`` is the height of one image in its own pixels, ``aspect`` its width by its height. ``label`` says in words
    what is climbed. What is chosen stays chosen while frames are added.
    """
    data = {
        "frames": [asdict(frame) for frame in frames],
        "images": images,
        "aspect": round(aspect, 4),
        "coarse": side < COARSE,
        "label": label,
    }
    _mount(key=key, data=data)
