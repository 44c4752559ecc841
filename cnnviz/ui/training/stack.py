"""The layers of one's own: typed, counted line by line as the ledger does, and refused in one sentence."""

from __future__ import annotations

from cnnviz.training.networks import trainable
from cnnviz.training.networks.stack import STACK
from cnnviz.training.stackable import MOST_CHARACTERS, checked
from cnnviz.ui import cache, state
from cnnviz.ui.components import stack as component
from cnnviz.ui.counting.table import short

ADDS = (
    ("conv", "conv 32 3 p1; relu"),
    ("bn", "bn"),
    ("relu", "relu"),
    ("pool", "pool 2"),
    ("residual", "residual { conv 32 3 p1; bn; relu; conv 32 3 p1; bn }"),
    ("dropout", "dropout 0.5"),
    ("global", "global"),
    ("fc", "fc 10"),
)


def text(*, key: str) -> str:
    """The layers as they stand in the address, without drawing them."""
    return state.linked(key, STACK, lambda told: 0 < len(told) <= MOST_CHARACTERS)


def section(*, key: str, classes: int = 10) -> str:
    """Draw the editor and what each line costs; returns the text, which stands in the address as ``key``."""
    told = text(key=key)
    drawn = f"{key}-editor"

    def keep() -> None:
        typed = getattr(state.get(drawn), "text", None)
        if isinstance(typed, str) and 0 < len(typed) <= MOST_CHARACTERS:
            state.put(key, typed)

    sheet = cache.made(lambda: sheet_of(told, classes), f"stack {classes} {told}")
    component.stack(sheet, key=drawn, on_text=keep)
    return told


def sheet_of(told: str, classes: int) -> component.Sheet:
    """What the editor shows of a text."""
    found = checked(told, classes=classes)
    params, macs = (found.made.params, found.made.macs) if found.made else (0, 0)
    cells = [
        component.Cell(
            line=line.number,
            output="×".join(map(str, line.output)),
            params=f"{line.params:,}" if line.params else "",
            macs=short(line.macs) if line.macs else "",
            field=f"{line.field}×{line.field}",
            params_share=line.params / max(params, 1),
            macs_share=line.macs / max(macs, 1),
        )
        for line in found.lines
    ]
    seen = found.lines[-1].field if found.lines else 1
    return component.Sheet(
        text=told,
        cells=cells,
        totals=[
            (f"{params:,}", "parameters"),
            (short(macs), "multiply-adds per picture"),
            (f"{seen}×{seen}", "pixels seen at the end"),
        ],
        problem=found.problem.rstrip("."),
        at=found.at,
        starts=starts(classes),
        adds=[(title, _fitting(each, classes)) for title, each in ADDS],
        longest=MOST_CHARACTERS,
        label="Layers of the network, one per line",
    )


def starts(classes: int) -> list[tuple[str, str]]:
    """Networks to begin with: all that a stack can say and that can be trained."""
    texts = [(each.title, _fitting(each.stack, classes)) for each in trainable() if each.stack]
    return [(title, told) for title, told in texts if not checked(told, classes=classes).problem]


def _fitting(told: str, classes: int) -> str:
    """A text whose last layer has ten scores, with as many as there are classes."""
    return told.replace("fc 10", f"fc {classes}")
