"""Pictures with what a network says of each: the right class, and its three best guesses as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnviz.ui.components.bars import percent
from cnnviz.ui.components.source import component, script, style

_HTML = '<div class="predictions"><div class="grid" role="group"></div></div>'
_mount = component("predictions", html=_HTML, css=style("predictions"), js=script("packing", "raster", "predictions"))


@dataclass(frozen=True)
class Prediction:
    """The right class of a picture, and (class, probability) of the best guesses, the best first."""

    right: str
    guesses: tuple[tuple[str, float], ...]

    @property
    def holds(self) -> bool:
        """Whether the best guess is right."""
        return bool(self.guesses) and self.guesses[0][0] == self.right

    def message(self) -> dict[str, object]:
        """What travels to the browser."""
        return {
            "right": self.right,
            "mark": "yes" if self.holds else "no",
            "title": f"✓ {self.right}" if self.holds else f"✗ is {self.right}",
            "bars": [
                {"name": name, "share": round(share, 4), "text": percent(share), "right": "yes" if own else "no"}
                for name, share, own in ((name, share, name == self.right) for name, share in self.guesses)
            ],
        }


def predictions(pixels: str, items: Sequence[Prediction], *, size: tuple[int, int], label: str, key: str) -> None:
    """Draw ``items``; ``pixels`` are theirs as base64 bytes, RGB row by row, each of ``size`` (height, width)."""
    data = {"pixels": pixels, "size": size, "cards": [item.message() for item in items], "label": label}
    _mount(key=key, data=data)
