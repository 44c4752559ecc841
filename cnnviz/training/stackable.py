"""Whether a stack of the ledger can be trained here, before any torch: what is too large, what has no gradient here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cnnviz.ledger import Activation, Branches, Identity, Layer, PartialConv, Pool, RadialBasis, Row, Subsample
from cnnviz.ledger.lines import Lined, lined

SIDE = 32
MOST_CHARACTERS, MOST_PARAMETERS, MOST_MACS, MOST_LAYERS = 4000, 5_000_000, 500_000_000, 30
_OTHERS = (Identity, PartialConv, RadialBasis, Subsample)


def checked(text: str, *, classes: int) -> Lined:
    """The stack ``text`` by lines for 3 × 32 × 32; its problem is the first thing that keeps it from being trained."""
    found = lined(text[:MOST_CHARACTERS], (3, SIDE, SIDE))
    if found.problem or found.made is None:
        return found
    for why in (_untrained, _too_large, _end(classes)):
        problem, row = why(found)
        if problem:
            return Lined(found.lines, found.layers, found.made, problem, found.line_of(row))
    return found


def _untrained(found: Lined) -> tuple[str, int]:
    """Layers that the engine does not build."""
    for row in range(len(_rows(found))):
        layer = _rows(found)[row].layer
        if isinstance(layer, _OTHERS) or (isinstance(layer, Pool) and layer.mode == "lp"):
            return f"{layer.stem} is not trained here; use conv, pool, bn, relu, fc, global or dropout", row
        if isinstance(layer, Activation) and layer.function == "softmax":
            return "softmax is part of the loss here; remove it", row
    if any(map(_aside, found.layers)):
        return "an aside branch is not trained here; remove it", 0
    return "", 0


def _aside(layer: Layer) -> bool:
    if not isinstance(layer, Branches):
        return False
    return layer.join == "aside" or any(_aside(inner) for branch in layer.branches for inner in branch)


def _too_large(found: Lined) -> tuple[str, int]:
    """More than a classroom's computer should be asked for; told at the row that passes the limit."""
    rows = _rows(found)
    for counts, most, what in (
        ([row.params for row in rows], MOST_PARAMETERS, "parameters"),
        ([row.macs for row in rows], MOST_MACS, "multiply-adds for one picture"),
        ([int(row.kind in {"conv", "linear"}) for row in rows], MOST_LAYERS, "layers with weights"),
    ):
        if sum(counts) > most:
            row = next(k for k in range(len(counts)) if sum(counts[: k + 1]) > most)
            return (
                f"the stack has {sum(counts):,} {what}; {most:,} are the most here: use fewer or narrower layers",
                row,
            )
    return "", 0


def _end(classes: int) -> Callable[[Lined], tuple[str, int]]:
    def why(found: Lined) -> tuple[str, int]:
        """One score per class."""
        rows = _rows(found)
        output = rows[-1].output
        if output == (classes,):
            return "", 0
        told = f"a map of {'×'.join(map(str, output))}" if len(output) > 1 else f"{output[0]} scores"
        return f"the stack ends with {told} and the data has {classes} classes; end it with fc {classes}", len(rows) - 1

    return why


def _rows(found: Lined) -> Sequence[Row]:
    return found.made.rows if found.made is not None else ()
