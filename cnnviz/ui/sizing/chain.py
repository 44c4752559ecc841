"""A chain of layers as text, and the size after each."""

from __future__ import annotations

import streamlit as st

from cnnviz.arithmetic import BadChain, BadSize, parse_chain, walk
from cnnviz.arithmetic.chains import Step, describe
from cnnviz.ui import state
from cnnviz.ui.plain import quoted
from cnnviz.ui.sizing.figure import counted

LONGEST = 1200  # characters: it travels in the link
KNOWN = {
    "AlexNet": "input 227x227x3\nconv 11 s4 f96\npool 3 s2\nconv 5 p2 f256\npool 3 s2\nconv 3 p1 f384\nconv 3 p1 f384\n"
    "conv 3 p1 f256\npool 3 s2",
    "LeNet-5": "input 32x32x1\nconv 5 f6\npool 2\nconv 5 f16\npool 2\nconv 5 f120",
    "ConvNetJS": "input 32x32x3\nconv 5 p2 f16\npool 2\nconv 5 p2 f20\npool 2\nconv 5 p2 f20\npool 2",
    "ResNet stem": "input 224x224x3\nconv 7 s2 p3 f64\npool 3 s2 p1",
    "Autoencoder": "input 28x28x1\nconv 3 s2 p1 f16\nconv 3 s2 p1 f32\ndeconv 3 s2 p1 o1 f16\ndeconv 3 s2 p1 o1 f1",
}
HELP = (
    "One layer per line: conv, pool or deconv (transposed), its kernel, then s stride, p padding, d dilation, "
    "f filters, o output padding, and floor, ceil, same or error. Rows and columns may differ: conv 3x5 s2x1."
)


def chain() -> None:
    """The text on the left, the sizes on the right."""
    st.subheader("A chain of layers", anchor=False)
    default = KNOWN["AlexNet"]
    state.linked("size-chain", default, lambda text: len(text) <= LONGEST)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        with st.container(horizontal=True, gap="small"):
            for name, text in KNOWN.items():
                st.button(name, key=f"chain {name}", on_click=state.put, args=("size-chain", text), type="tertiary")
        text = str(st.text_area("Layers", key="size-chain", height=272, max_chars=LONGEST, help=HELP))
    with right:
        _drawn(text)


def _drawn(text: str) -> None:
    try:
        steps = walk(parse_chain(text))
    except (BadChain, BadSize) as error:
        st.warning(quoted(_sentence(error)), icon=":material/edit:")
        return
    if not steps:
        st.markdown("Add a layer below the input, for example `conv 3 p1 f16`.")
        return
    st.markdown(f"**{describe(steps)}**")
    st.markdown(table(steps))
    if steps[-1].problem:
        st.warning(quoted(_sentence(steps[-1].problem)), icon=":material/fit_screen:")


def _sentence(text: object) -> str:
    return f"{str(text)[:1].upper()}{str(text)[1:]}."


def table(steps: list[Step]) -> str:
    """The layers as a markdown table; their text is made of the parsed numbers."""
    lost = any(any(step.dropped) for step in steps)
    lines = ["| layer | output | cells |" + " never read |" * lost, "|---|--:|--:|" + "--:|" * lost]
    for step in steps:
        after = f"**{step.after[0]}×{step.after[1]}×{step.channels}**" if step.after else "**does not fit**"
        cells = f"{step.after[0] * step.after[1] * step.channels:,}" if step.after else ""
        lines.append(f"| {step.layer.text} | {after} | {cells} |" + f" {counted(*step.dropped)} |" * lost)
    return "\n".join(lines)
