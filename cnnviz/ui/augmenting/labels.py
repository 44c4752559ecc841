"""Does it keep the label? Every augmentation on a picture of the chosen data, with a verdict and its reason."""

from __future__ import annotations

from collections import Counter

import numpy as np
import streamlit as st

from cnnviz.augment import AUGMENTATIONS, KINDS, compose, step
from cnnviz.augment.subjects import subject
from cnnviz.ui import cache, state
from cnnviz.ui.augmenting.controls import Shown
from cnnviz.ui.augmenting.sheets import Image, sheet
from cnnviz.ui.components.mosaic import Sheet, Tile, mosaic

TITLE = "Does it keep the label?"
# strong enough to show what is at stake: the worst that these settings can do
STRONG: dict[str, dict[str, float | str]] = {
    "horizontal-flip": {"share": 1.0},
    "vertical-flip": {"share": 1.0},
    "random-crop": {"border": 25.0},
    "resized-crop": {"area": 0.15},
    "rotation": {"degrees": 180.0},
    "perspective": {"strength": 0.7},
    "barrel": {"strength": 1.5},
    "pincushion": {"strength": 0.33},
    "colour-cast": {"amount": 110, "channel": "green"},
    "colour-jitter": {"hue": 140.0},
    "grayscale": {"share": 1.0},
    "blur": {"spread": 4.0},
    "erasing": {"share": 1.0, "area": 0.35},
    "noise": {"level": 70.0},
}
SEED = 5
SEEDS = {"resized-crop": 34}  # a small window
LETTERS = {"yes": "keep it", "partly": "keep it up to a point", "no": "change it"}
# said of the drawn picture, where it is more than the verdict
SEEN = {
    "digits": "The 6 of these tiles, turned by 180°, **is** a 9: nothing in the pixels tells them apart.",
    "scenes": "A car may drive to the left or to the right, but not on its roof.",
    "signs": "Mirrored, the sign orders to turn **right**: a picture with the wrong label, worse than none.",
    "faces": "The mirror costs a face nothing but the side of its parting.",
    "medical": "Mirrored, the heart's shadow lies on the wrong side: dextrocardia, one patient in 12,000.",
}


def section(shown: Shown) -> None:
    """The menu of data, and a tile per augmentation with its verdict."""
    st.subheader(TITLE, anchor=False)
    kind = state.linked("augment-data", "digits", KINDS)
    st.pills(
        "What the pictures show",
        list(KINDS),
        format_func=KINDS.__getitem__,
        key="augment-data",
        label_visibility="collapsed",
        required=True,
    )

    st.markdown(reading(kind, shown))
    made = cache.made(lambda: _sheet(kind), f"labels {kind}")
    mosaic(made, tiles(kind), label=f"Every augmentation on {KINDS[kind]}", key="labels")
    st.caption("Drawn pictures, and strong settings: what each can do at its worst. Weaker ones keep more labels.")


def _sheet(kind: str) -> Sheet:
    picture = subject(kind)
    return sheet([picture, *(_changed(name, picture, kind) for name in AUGMENTATIONS)], 7, longest=128)


def _changed(name: str, picture: Image, kind: str) -> Image:
    if name == "rotation" and kind == "digits":
        return np.ascontiguousarray(picture[::-1, ::-1])
    chosen = step(name, STRONG.get(name))
    return compose([chosen], picture, np.random.default_rng(SEEDS.get(name, SEED)))[0]


def tiles(kind: str) -> list[Tile]:
    """The original, then every augmentation with its verdict for ``kind``."""
    found = [Tile("the picture", f"one of the {KINDS[kind]}")]
    for item in AUGMENTATIONS.values():
        verdict = item.keeps_label[kind]
        found.append(Tile(item.title, verdict.reason, mark=verdict.answer))
    return found


def reading(kind: str, shown: Shown) -> str:
    """How many keep the label, and which of the steps above do not."""
    counted = Counter(item.keeps_label[kind].answer for item in AUGMENTATIONS.values())
    told = ", ".join(f"**{counted[answer]}** {words}" for answer, words in LETTERS.items())
    above = [s.augmentation.title.lower() for s in shown.steps if s.augmentation.keeps_label[kind].answer == "no"]
    chosen = f" Of the steps above, it is not for {KINDS[kind]}: {', '.join(above)}." if above else ""
    return f"Of {len(AUGMENTATIONS)} augmentations {told}. {SEEN[kind]}{chosen}"
