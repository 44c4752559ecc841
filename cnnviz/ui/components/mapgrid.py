"""Small multiples of heat maps over one picture; a click chooses one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cnnviz.ui.components.heatmap import Panel
from cnnviz.ui.components.source import component, script, style

_mount = component(
    "mapgrid",
    html='<div class="grid" role="group"></div>',
    css=style("mapgrid"),
    js=script("packing", "heat", "mapgrid"),
)


def mapgrid(
    panels: Mapping[str, Panel],
    scene: Mapping[str, Any],
    *,
    chosen: str,
    label: str,
    key: str,
    on_pick: Callable[[], None],
) -> None:
    """Draw one small map per panel, each on its own scale; ``scene`` is :func:`~cnnviz.ui.components.heatmap.scene`'s.

    ``on_pick`` is called when one is clicked; its name is then ``picked`` in the state of ``key``.
    """
    data = {
        **scene,
        "maps": [panel.message() for panel in panels.values()],
        "names": list(panels),
        "chosen": chosen,
        "label": label,
    }
    _mount(key=key, data=data, on_picked_change=on_pick)
