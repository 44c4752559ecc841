"""Below the figure: the best patches of the enlarged unit, and which filter of the layer answers most at each place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from cnnviz.inspections.patches import Patched, Patches
from cnnviz.inspections.statistics import EVERY, Statistics, Tallied
from cnnviz.ui import state
from cnnviz.ui.components.winners import Winner, Winning, winners
from cnnviz.ui.controls import choose
from cnnviz.ui.features.choosing import SUITS
from cnnviz.ui.features.patches import show, strip_of
from cnnviz.ui.live import live

if TYPE_CHECKING:
    from cnnviz.features.pictures import Choice
    from cnnviz.models import Network

COUNTS = ("1000", "4000", "250")


def choose_data(network: Network) -> tuple[str, int]:
    """Which pictures both panels look at, and how many. Returns the name and the number."""
    from cnnviz.features import default_data, sources

    here: Mapping[str, Choice] = sources()
    help_ = "The program ships no photographs but its samples: a network for photographs looks at crops of those."
    left, right, _ = st.columns([2, 1, 2], gap="medium")
    with left:
        suits = default_data(network)
        name = choose(
            "Pictures to look at",
            [SUITS, *here],
            key="data",
            default=SUITS,
            title=lambda name: f"What suits this network: {here[suits].title}" if name == SUITS else here[name].title,
            help=help_,
        )
    with right:
        count = choose(
            "How many", COUNTS, key="pictures-count", default=COUNTS[0], title=lambda n: f"{int(n):,}", help=help_
        )
    return suits if name == SUITS else name, int(count)


def patches(network: Network, layer: str, *, unit: int, data: str, count: int) -> None:
    """The nine patches that the unit answers most to: from disk, else found when asked for."""
    from cnnviz.features import default_data
    from cnnviz.features.keeping import address, best_in

    st.subheader(f"Best patches of unit {unit}", anchor=False)
    found = best_in(address(network, layer, data, count=count), unit)
    if found is not None:
        show(found, key="patches-kept")
        st.caption(f"{patch_words(found.scores)} Looked at: {found.told}. Kept on disk for all units of this layer.")
        return
    asked = "" if data == default_data(network) else data
    settings = Patches(network=network.name, layer=layer, unit=unit, data=asked, count=count)

    def draw(events: Sequence[Patched], finished: bool) -> None:  # noqa: ARG001, FBT001 (the interface of live)
        drawn = next((each for each in reversed(events) if each.sheet), None)
        if drawn is not None:
            strip_of(drawn.sheet, drawn.scores, key="patches-found", unit=unit)
            st.caption(f"{patch_words(drawn.scores)} {looked_at(events[-1])}.")
        else:
            st.caption(f"{looked_at(events[-1])}.")

    live("patches", settings, key="patches-run", draw=draw, label="Find the best patches")
    st.caption("One search finds them for all units of this layer.")


def looked_at(event: Patched | Tallied) -> str:
    """How far a search is, in words."""
    if not event.told or not event.seen:
        return (event.told or "beginning").capitalize()
    return f"Looked at {event.seen:,} of {event.total:,}: {event.told}"


def patch_words(scores: Sequence[float]) -> str:
    """What the numbers below the patches are."""
    if scores and max(scores) <= 0:
        return "This unit answers to none of them: it is silent here."
    return "Below each patch is the unit's strongest answer to that picture; the patch is what it sees there."


def statistics(network: Network, layer: str, *, data: str, count: int) -> None:
    """Which filter answers most at each place, over all pictures of a class."""
    from cnnviz.features import default_data

    st.subheader("Which filter answers most, and where?", anchor=False)
    names = classes(data)
    state.remember_default("statistics-standard", False)
    side, main = st.columns([1, 3], gap="medium")
    with side:
        target = choose(
            "Pictures of the class",
            [*names, EVERY],
            key="statistics-class",
            default=names[0],
            title=lambda name: name.replace("_", " "),
            help="Only pictures of this class are counted.",
        )
        standard = st.toggle(
            "Each filter on its own scale",
            key="statistics-standard",
            bind="query-params",
            help="Compare how far each filter is above its own mean, in its own deviations: large weights win no more.",
        )
        st.markdown(
            "At every place of the layer's map the filter with the largest answer wins. Counted over all pictures of a "
            "class, this is deck D2's *filter activation statistics*. Where no filter answers above 0, nobody wins."
        )
    asked = "" if data == default_data(network) else data
    settings = Statistics(
        network=network.name,
        layer=layer,
        data=asked,
        target="" if target == names[0] else target,
        count=count,
        standard=standard,
    )
    with main:
        live("statistics", settings, key="statistics-run", draw=draw_statistics, label="Count the winners")


def classes(data: str) -> tuple[str, ...]:
    """The classes of what is looked at, without opening it; of the crops: the photographs."""
    from cnnviz.features.pictures import CROPS, photographs

    if data == CROPS:
        return tuple(photographs().values())
    from cnnviz.data.sets import known

    return tuple(known(data).classes)


def draw_statistics(events: Sequence[Tallied], finished: bool) -> None:  # noqa: FBT001 (the interface of live)
    """The last maps that came, with the newest numbers; at the end, in words."""
    drawn, last = next((each for each in reversed(events) if each.best), None), events[-1]
    if drawn is None:
        st.caption(f"{looked_at(last)}.")
        return
    rows = [
        Winner(unit, share, *((drawn.low[k], drawn.high[k]) if k < len(drawn.low) else (0.0, 0.0)))
        for k, (unit, share) in enumerate(zip(drawn.winners, drawn.shares, strict=True))
    ]
    label = f"Map of {drawn.rows}×{drawn.columns} places, coloured by the filter that wins most often there."
    winners(
        Winning(label, drawn.rows, drawn.columns, drawn.best, drawn.sure, drawn.small, drawn.means, rows, drawn.silent),
        key="winners",
    )
    st.caption(f"{looked_at(last)}. The small pictures are the mean maps of the first filters.")
    if finished:
        st.markdown("\n".join(f"- {line}" for line in statistics_words(drawn)))


def statistics_words(told: Tallied) -> list[str]:
    """Two or three sentences about these very numbers."""
    if not told.winners:
        return ["No filter answers above 0 anywhere."]
    first, share = told.winners[0], told.shares[0]
    even = 1 / max(1, told.filters)
    lines = [
        f"Filter **{first}** wins **{100 * share:.1f} %** of all places; an even share would be {100 * even:.1f} %.",
    ]
    top = sum(told.shares[:3])
    lines.append(f"The first three together win {100 * top:.0f} %.")
    lines.append(
        "Filters answer on scales of their own: one with large weights wins often. Compare two classes: what changes "
        "belongs to the class."
    )
    return lines
