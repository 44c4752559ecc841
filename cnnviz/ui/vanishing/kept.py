"""Settings that are kept for comparison: a few networks as one short text that fits a link."""

from __future__ import annotations

from cnnviz.signals import ACTIVATIONS, INITIALIZATIONS, BadNet, Net
from cnnviz.ui import state

KEY, MOST = "grad-kept", 3


def write(net: Net) -> str:
    """``sigmoid,20,normal,0.05,bn,res,64,64,2,0``; :func:`read` is the way back."""
    switches = ("bn" if net.norm else "-", "res" if net.residual else "-")
    sizes = (net.width, net.batch, net.draws, net.seed)
    return ",".join(map(str, (net.activation, net.depth, net.initialization, f"{net.scale:g}", *switches, *sizes)))


def read(text: str) -> Net:
    """A network from its text; raises :class:`cnnviz.signals.BadNet`."""
    parts = text.split(",")
    try:
        activation, depth, initialization, scale, norm, residual, *sizes = parts
        width, batch, draws, seed = map(int, sizes)
        return Net(
            int(depth),
            width,
            activation,
            initialization,
            float(scale),
            norm == "bn",
            residual == "res",
            batch,
            draws,
            seed,
        )
    except ValueError as wrong:
        raise wrong if isinstance(wrong, BadNet) else BadNet("write a kept curve as the button does") from None


def allowed(text: str) -> bool:
    """Whether a text is one to :data:`MOST` networks, or none."""
    try:
        return not text or len([read(each) for each in text.split(";")]) <= MOST
    except BadNet:
        return False


def kept() -> tuple[Net, ...]:
    """The networks kept, oldest first."""
    text = state.linked(KEY, "", allowed)
    return tuple(read(each) for each in text.split(";")) if text else ()


def keep(net: Net) -> None:
    """Keep this one too; the oldest leaves if there are more than fit. A callback."""
    texts = [each for each in str(state.get(KEY, "")).split(";") if each and each != write(net)]
    state.put(KEY, ";".join([*texts, write(net)][-MOST:]))


def forget() -> None:
    """Keep none; a callback."""
    state.put(KEY, "")


def title(net: Net, other: Net) -> str:
    """A network in few words: what differs from ``other`` beyond activation and depth is said, the rest is not."""
    words = [ACTIVATIONS[net.activation].title, f"{net.depth} layers"]
    if net.initialization == "normal":
        words.append(f"σ {net.scale:g}")
    elif (net.initialization, net.scale) != (other.initialization, other.scale):
        name = INITIALIZATIONS[net.initialization].title.partition(" (")[0]
        words.append(name if net.scale == 1 else f"{name}, gain {net.scale:g}")
    words += ["batch norm"] * net.norm + ["residual"] * net.residual
    return ", ".join(words)
