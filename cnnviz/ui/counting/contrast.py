"""Two networks beside each other, and the networks that go by one name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.ledger import ARCHITECTURES
from cnnviz.ledger.comparisons import fully_connected_share
from cnnviz.ui import cache
from cnnviz.ui.controls import choose
from cnnviz.ui.counting.table import percent, short
from cnnviz.ui.presets import Preset, note, presets

if TYPE_CHECKING:
    from cnnviz.ui.counting.counted import Counted

PAIRS = (
    Preset(
        "ResNet-50 and VGG-16",
        {"ask": "two", "first": "resnet50", "second": "vgg16"},
        "25 M against 138 M parameters holds. The deck's “3.8B vs 15.3B **Flops**” are multiply-adds: 3.8 G for the "
        "paper's ResNet-50 (torchvision's form does 4.09 G) and 15.3 G for VGG-16's convolutions (15.47 G with its "
        "linear layers). As FLOPs they are twice that.",
        "Deck D1, ResNet50 vs VGG",
    ),
    Preset(
        "AlexNet and GoogLeNet",
        {"ask": "two", "first": "alexnet", "second": "googlenet"},
        "The deck says 12 times fewer weights. It is 9.2 times for torchvision's forms: 61.1 M against 6.62 M without "
        "the auxiliary classifiers; 12 times would need some 5 M. “Without FC” leaves one linear layer, 1024 → 1000.",
        "Deck D2, GoogLeNet",
    ),
    Preset(
        "EfficientNet-B0 and ResNet-50",
        {"ask": "two", "first": "resnet50", "second": "efficientnet_b0"},
        "“About 5 times fewer parameters” holds: 4.83 times. (The deck dates EfficientNet 2020; it is of 2019.)",
        "Deck D2, EfficientNet",
    ),
)


@presets(PAIRS, key="example-two", label="Pairs from the decks")
def two_networks() -> None:
    """Totals of two networks and their ratio."""
    names = list(ARCHITECTURES)
    left, right, table = st.columns([1, 1, 3], gap="medium")

    def title(name: str) -> str:
        return ARCHITECTURES[name].title

    with left:
        one = choose("First", names, key="first", default="resnet50", title=title)
    with right:
        two = choose("Second", names, key="second", default="vgg16", title=title)
    pair = [cache.counted(name, "", ARCHITECTURES[name].input) for name in (one, two)]
    if pair[0] and pair[1]:
        with table:
            st.markdown(_table(pair[0], pair[1]))
    note(PAIRS)


def facts(found: Counted) -> dict[str, tuple[float, str]]:
    """What is compared: a number and how it is shown."""
    made = found.made
    weighted = sum(1 for row in made.rows if row.kind in {"conv", "linear"} and row.params)
    fields = [row for row in made.rows if len(row.output) == 3 and row.output[1] > 1]
    share = fully_connected_share((row.kind, row.params) for row in made.rows)
    wide = fields[-1].receptive_field if fields else 0
    return {
        "Parameters": (made.params, f"{made.params:,}"),
        "Multiply-adds (MACs)": (made.macs, short(made.macs)),
        "FLOPs = 2 × MACs": (2 * made.macs, short(2 * made.macs)),
        "Multiply-adds per parameter": (made.macs / max(1, made.params), f"{made.macs / max(1, made.params):.0f}"),
        "Activations, float32": (made.activation_bytes, short(made.activation_bytes, "B")),
        "Weights, float32": (4 * made.params, short(4 * made.params, "B")),
        "Convolutions and linear layers": (weighted, str(weighted)),
        "Parameters in linear layers": (share, percent(share, 1)),
        "Field of the last map, pixels": (wide, f"{wide:,}"),
    }


def _table(one: Counted, two: Counted) -> str:
    lines = [f"| What is counted | {one.title} | {two.title} | ratio |", "|---|---:|---:|---:|"]
    lines.append(f"| Input | {_times(one.made.input)} | {_times(two.made.input)} | |")
    second = facts(two)
    for name, (value, told) in facts(one).items():
        other, shown = second[name]
        ratio = f"{value / other:.2f}" if other else "–"
        lines.append(f"| {name} | {told} | {shown} | {ratio} |")
    return "\n".join(lines)


def _times(size: tuple[int, ...]) -> str:
    return "×".join(map(str, size))


@dataclass(frozen=True)
class Form:
    """A number that is printed under a name, the network that has it, and what makes the difference."""

    printed: str
    where: str
    network: str
    why: str


FORMS = (
    Form("AlexNet, 60 M", "D3, D4, the paper", "alexnet-2012", "Two towers: conv2, 4 and 5 see half of the channels."),
    Form("AlexNet, 61 M", "D0", "alexnet", "torchvision: 64 kernels in the first layer, one tower, 224 pixels."),
    Form("AlexNet, 62 M", "D2", "alexnet-one-tower", "96 kernels first, and one tower: no groups."),
    Form("LeNet-5, 61,706", "D3", "lenet", "Every C3 kernel sees all six maps; pooling has no weights."),
    Form("LeNet-5, 60,000", "LeCun 1998", "lenet-1998", "C3 by a table, trained subsampling, fixed output patterns."),
    Form("ResNet-50, field 427", "torchvision", "resnet50", "The stride is in the 3×3: 4.09 G multiply-adds."),
    Form("ResNet-50, field 483", "He 2015", "resnet50-2015", "The stride is in the 1×1 before: 3.8 G multiply-adds."),
    Form("GoogLeNet, 6.8 M", "Szegedy 2015", "googlenet-2014", "5×5 windows, no batch norm."),
    Form("GoogLeNet, 6.6 M", "torchvision", "googlenet", "3×3 where the paper has 5×5; its auxiliaries are dropped."),
    Form(
        "VGG column C", "D1", "vgg-c", "The last convolution of blocks 3 to 5 is 1×1; torchvision has no such network."
    ),
)


def forms() -> None:
    """The networks that share a name, counted."""
    lines = ["| printed | where | parameters | MACs | field of the last map | why |", "|---|---|---:|---:|---:|---|"]
    for form in FORMS:
        found = cache.counted(form.network, "", ARCHITECTURES[form.network].input)
        if found is None:
            continue
        told = facts(found)
        numbers = (told[k][1] for k in ("Parameters", "Multiply-adds (MACs)", "Field of the last map, pixels"))
        link = f"[{form.printed}](ledger?net={form.network}&ask=forms)"
        lines.append(f"| {link} | {form.where} | {' | '.join(numbers)} | {form.why} |")
    st.markdown("\n".join(lines))
    st.caption(
        "LeNet-5 is of 1998 (decks D1 and D2 date it 1989, the year of the zip-code network), and has 4 layers (D4) or "
        "5 (D3) as C5 is taken for a linear layer or a convolution. Deck D2's “VGG-19 almost 143 M” is 143.7 M."
    )
