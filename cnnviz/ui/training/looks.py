"""A look inside a training: what the network says, what it confuses, its first filters, and every layer's numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from cnnviz.training.events import Look, Pictures
from cnnviz.ui import state
from cnnviz.ui.components.bars import percent
from cnnviz.ui.components.confusion import confusion
from cnnviz.ui.components.kernels import Kernels, kernels
from cnnviz.ui.components.layers import layers
from cnnviz.ui.components.predictions import Prediction, predictions

NEWEST = "newest"
GUESSES = 3


def wanted(epochs: Sequence[int], *, key: str) -> int | None:
    """The epoch that the slider of :func:`section` stands on, to read its look; None where there is none."""
    chosen = state.get(f"{key}-epoch", NEWEST)
    if chosen in epochs:
        return int(chosen)
    return epochs[-1] if epochs else None


def section(
    look: Look | None,
    *,
    classes: Sequence[str],
    key: str,
    epochs: Sequence[int] = (),
    earlier: Look | None = None,
    title: str = "the earlier run",
) -> None:
    """Draw the look; ``epochs`` are those there are looks of, for the slider, and :func:`wanted` tells the chosen one.

    With ``earlier``, a look into another run called ``title``, its filters stand beside and its accuracies are marked.
    Nothing is drawn anew in the browser but what changed. About 6 ms.
    """
    if look is None:
        st.markdown("The look inside comes with the first epoch: predictions, confusions, filters and layers.")
        return
    _slider(epochs, key=key)
    if not _fits(look, len(classes)):
        st.markdown("This look is of other classes than the data set has now; train again to look inside.")
        return
    _says(look, classes, key=f"{key}-says")
    _confused(look, classes, earlier, title=title, key=f"{key}-confusion")
    _mistaken(look, classes, key=f"{key}-worst")
    _filters(look, earlier, title=title, key=f"{key}-filters")
    _layers(look, key=f"{key}-layers")


def _fits(look: Look, classes: int) -> bool:
    """Whether it speaks of as many classes as there are."""
    labels = (*look.samples.labels, *look.worst.labels)
    return look.confusion.shape == (classes, classes) and all(0 <= label < classes for label in labels)


def _slider(epochs: Sequence[int], *, key: str) -> None:
    """Which moment to look at; it stays on the newest until it is moved."""
    if len(epochs) < 2:
        return
    name = f"{key}-epoch"
    if state.get(name, NEWEST) not in (*epochs, NEWEST):
        state.put(name, NEWEST)

    def titled(option: int | str) -> str:
        return (
            f"newest: epoch {epochs[-1]}"
            if option == NEWEST
            else "before it began"
            if option == 0
            else f"epoch {option}"
        )

    st.select_slider(
        "Look inside after",
        [*epochs, NEWEST],
        value=NEWEST,
        format_func=titled,
        key=name,
        width=480,
        help="The saved epoch whose answers, mistakes, filters and layers are shown below.",
    )


def _says(look: Look, classes: Sequence[str], *, key: str) -> None:
    items = _predicted(look.samples, classes)
    right = sum(item.holds for item in items)
    st.subheader("What it says", anchor=False)
    st.markdown(f"{right} of {len(items)} right. It never learned from these pictures; they stay the same all along.")
    label = f"{len(items)} validation pictures with the three best guesses, {right} of them right"
    predictions(look.samples.pixels.data, items, size=_size(look.samples), label=label, key=key)


def _mistaken(look: Look, classes: Sequence[str], *, key: str) -> None:
    items = _predicted(look.worst, classes)
    st.subheader("Worst mistakes", anchor=False)
    if not items:
        st.markdown("Not one mistake on the validation pictures.")
        return
    sure = items[0].guesses[0]
    st.markdown(
        f"Where it is surest and wrong: it gives {percent(sure[1])} to **{_plain(sure[0])}** "
        f"for a picture of **{_plain(items[0].right)}**. Is the label right? Would you see it?"
    )
    label = f"The {len(items)} mistakes that the network is surest of"
    predictions(look.worst.pixels.data, items, size=_size(look.worst), label=label, key=key)


def _confused(look: Look, classes: Sequence[str], earlier: Look | None, *, title: str, key: str) -> None:
    counts = look.confusion.array()
    st.subheader("Confusion", anchor=False)
    st.markdown(
        _confusion_words(counts, classes) + (f" The lines mark {_plain(title)}." if earlier is not None else "")
    )
    label = f"Confusion matrix of {int(counts.sum())} validation pictures in {len(classes)} classes."
    others = None if earlier is None else earlier.confusion.array()
    confusion(counts, classes, label=label, key=key, earlier=others)


def _filters(look: Look, earlier: Look | None, *, title: str, key: str) -> None:
    groups = [
        Kernels(name, found.filters.array())
        for name, found in ((f"This run, epoch {look.epoch}", look), (title, earlier))
        if found is not None and found.filters.shape[0]
    ]
    if not groups:
        return
    st.subheader("First-layer filters", anchor=False)
    st.markdown(_filter_words(look))
    kernels(groups, key=key)


def _filter_words(look: Look) -> str:
    size = "×".join(str(n) for n in look.filters.shape[2:])
    noise = "Noise in them means that training has only begun, or that the learning rate or the weight decay is wrong."
    if look.layers and look.layers[0].kind == "Linear":
        return f"The weights of each output, seen as a picture of {size}: what it adds up over the whole image. {noise}"
    return f"Each {size} kernel looks for its own pattern of colours. {noise}"


def _layers(look: Look, *, key: str) -> None:
    st.subheader("Layers", anchor=False)
    st.markdown(
        "From the picture (blue) to the classes (green). The update ratio is the length of the last step over that of "
        "the weights: about 10⁻³, the mark, is healthy (Karpathy, CS231n). Click a layer to enlarge its maps."
    )
    layers(look.layers, label="Layers in the order in which they run", key=key)


def _predicted(pictures: Pictures, classes: Sequence[str]) -> list[Prediction]:
    """The right class and the best guesses of each picture."""
    probabilities = pictures.probabilities.array().astype(np.float64)
    order = np.argsort(-probabilities, axis=1, kind="stable")[:, :GUESSES].tolist()
    return [
        Prediction(classes[label], tuple((classes[k], float(row[k])) for k in best))
        for label, row, best in zip(pictures.labels, probabilities, order, strict=True)
    ]


def _size(pictures: Pictures) -> tuple[int, int]:
    return pictures.pixels.shape[1], pictures.pixels.shape[2]


def _confusion_words(counts: NDArray[np.integer], classes: Sequence[str]) -> str:
    """The accuracy, and the two classes that are taken for each other most."""
    total, right = int(counts.sum()), int(counts.trace())
    if not total:
        return "There are no validation pictures."
    words = f"{100 * right / total:.1f}\N{NO-BREAK SPACE}% of {total:,} validation pictures are named right."
    wrong = counts - np.diag(counts.diagonal())
    if not wrong.any():
        return words
    row, column = divmod(int(wrong.argmax()), counts.shape[1])
    pair = f"**{_plain(classes[row])}** taken for **{_plain(classes[column])}**"
    return f"{words} Most often, {int(wrong[row, column])} times: {pair}."


def _plain(text: str) -> str:
    """A name of somebody's class as text of a sentence: no markup."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+-.!|~$:" else c for c in text)
