"""Layers as rows: what each answers, how its weights and gradients are spread, and how far its last step went."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cnnviz.training.events import Histogram, LayerLook
from cnnviz.ui.components.bars import percent
from cnnviz.ui.components.source import component, script, style

_HTML = '<div class="layers"><div class="head" aria-hidden="true"></div><ol></ol></div>'
_SCRIPT = script("packing", "axes", "raster", "layers_draw", "layers")
_mount = component("layers", html=_HTML, css=style("layers"), js=_SCRIPT)

INPUT, OUTPUT = (0, 114, 178), (0, 158, 115)
KINDS = {
    "Conv2d": "convolution",
    "Whitening": "whitening",
    "BatchNorm2d": "batch norm",
    "BatchNorm1d": "batch norm",
    "GroupNorm": "group norm",
    "LayerNorm": "layer norm",
    "LocalResponseNorm": "response norm",
    "MaxPool2d": "max pooling",
    "AvgPool2d": "average pooling",
    "AdaptiveAvgPool2d": "average pooling",
    "Linear": "linear",
    "Block": "residual block",
    "FastBlock": "residual block",
}
DEAD = 0.95  # share of zeros from which a layer looks dead
FAIR = (1e-4, 1e-2)  # ten times to either side of the rule of thumb


def layers(looks: Sequence[LayerLook], *, label: str, key: str) -> None:
    """Draw a row per layer. Steps near 10⁻³ of the weights are the rule of thumb (Karpathy, CS231n)."""
    last = max(1, len(looks) - 1)
    rows = [_row(look, k / last) for k, look in enumerate(looks)]
    _mount(key=key, data={"rows": rows, "label": label})


def _row(look: LayerLook, depth: float) -> dict[str, object]:
    shape = "×".join(str(n) for n in look.shape)
    flat = len(look.maps.shape) != 3
    return {
        "path": look.path,
        "words": f"{KINDS.get(look.kind, look.kind)} · {shape}",
        "count": f"{look.parameters:,} weights" if look.parameters else "",
        "colour": [round(a + depth * (b - a)) for a, b in zip(INPUT, OUTPUT, strict=True)],
        "maps": look.maps.data,
        "size": [] if flat else list(look.maps.shape),
        "vector": f"{look.shape[0]} numbers, no maps" if flat else "",
        "low": _finite(look.low),
        "high": _finite(look.high),
        "outputs": _histogram(look.outputs, _spread(look), broken=not math.isfinite(look.mean)),
        "weights": _histogram(
            look.weights, f"length {short(look.weight_norm)}", broken=not math.isfinite(look.weight_norm)
        ),
        "gradients": _histogram(
            look.gradients, f"length {short(look.gradient_norm)}", broken=not math.isfinite(look.gradient_norm)
        ),
        "zeros": {
            "share": round(look.zeros, 3),
            "text": percent(look.zeros) if look.zeros else "none",
            "alarm": "yes" if look.zeros >= DEAD else "no",
        },
        "ratio": _ratio(look),
        "more": _more(look),
    }


def _ratio(look: LayerLook) -> dict[str, object]:
    value = look.update_ratio
    if not look.parameters or value == 0:
        return {"value": None, "text": "–", "alarm": "no"}
    word = " large" if value > FAIR[1] else " small" if value < FAIR[0] else ""
    # small ones are no fault: a schedule ends with them
    alarm = "yes" if word == " large" or not math.isfinite(value) else "no"
    return {"value": _finite(value), "text": f"{short(value)}{word}", "alarm": alarm}


def _more(look: LayerLook) -> str:
    if len(look.maps.shape) != 3:
        return f"It answers with {look.shape[0]} numbers per picture: mean {_spread(look)}."
    told, channels = look.maps.shape[0], look.shape[0]
    which = f"All {channels} channels" if told == channels else f"The first {told} of {channels} channels"
    return f"{which}, on one scale from {short(look.low)} to {short(look.high)}."


def _spread(look: LayerLook) -> str:
    return f"{short(look.mean)} ± {short(look.std)}" if math.isfinite(look.mean) else "not finite"


def _histogram(found: Histogram, words: str, *, broken: bool) -> dict[str, object]:
    alarm = "yes" if broken else "no"
    return {
        "low": _finite(found.low),
        "high": _finite(found.high),
        "counts": found.counts,
        "words": words,
        "alarm": alarm,
    }


def _finite(value: float) -> float | None:
    """JSON knows no nan: where a browser reads, it is null."""
    return value if math.isfinite(value) else None


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def short(value: float) -> str:
    """Two or three digits: ``0.23``, ``−1.4``, ``2.1·10⁻⁵``, ``not finite``."""
    if not math.isfinite(value):
        return "not finite"
    size = abs(value)
    if size and (size < 1e-2 or size >= 1e4):
        head, _, power = f"{value:.1e}".partition("e")
        return f"{head}·10{str(int(power)).translate(_RAISED)}".replace("-", "−", 1)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2
    return f"{value:.{digits}f}".replace("-", "−")
