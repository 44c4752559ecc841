"""A gallery of thumbnails to choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cnnviz.ui.components.source import component, script, style

_mount = component(
    "gallery", html='<div class="thumbs" role="group"></div>', css=style("gallery"), js=script("gallery")
)


def gallery(
    items: Sequence[tuple[str, str]], sprite: str, *, chosen: str, key: str, label: str, on_pick: Callable[[], None]
) -> None:
    """Draw thumbnails. ``items`` are (name, title); ``sprite`` is one data address with all thumbnails side by side.

    ``on_pick`` is called when one is clicked; its name is then ``picked`` in the state of ``key``.
    """
    data = {"items": [{"name": n, "title": t} for n, t in items], "sprite": sprite, "chosen": chosen, "label": label}
    _mount(key=key, data=data, on_picked_change=on_pick)
