"""The list of runs: which one is in sight, which are drawn behind it, and what may be done with them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from cnnviz import runs
from cnnviz.ui import state
from cnnviz.ui.components.shelf import Row, shelf
from cnnviz.ui.lecture import sentence
from cnnviz.ui.plain import quoted
from cnnviz.ui.training import sets, uploading, words
from cnnviz.ui.training.commands import ADOPTED, RUN
from cnnviz.ui.training.setup import adopt
from cnnviz.ui.training.shown import Shown, known

COMPARE = "compare"  # the link's name for the runs behind the one in sight
MOST = 3
LISTED = 60
TABLE = "train-shelf"
DELETED = "train-deleted"
TOLD = "train-shelf-told"


def compared(shown: Shown | None) -> tuple[runs.Summary, ...]:
    """The runs to draw behind the one in sight."""
    text = state.linked(COMPARE, "", _is_list)
    names = [name for name in text.split(",") if name and (shown is None or name != shown.run)]
    return tuple(runs.summary(name) for name in names if known(name))


def _is_list(text: str) -> bool:
    names = [name for name in text.split(",") if name]
    return len(names) <= MOST and all(len(name) <= 40 for name in names)


def section(shown: Shown | None) -> None:
    """The table, and a row of what may be done with the run in sight."""
    st.subheader("Earlier trainings", anchor=False)
    listed = runs.listed()[:LISTED]
    if listed:
        shelf(
            [_row(each) for each in listed],
            shown=shown.run if shown is not None else "",
            compared=[each.id for each in compared(shown)],
            most=MOST,
            key=TABLE,
            on_show=_show,
            on_compare=_compare,
        )
    _tools(shown)


def _row(each: runs.Summary) -> Row:
    standing = "recorded" if each.recorded else each.state
    accuracy = words.percent(each.val_accuracy)
    epochs = f"{each.epoch:g} of {each.config.epochs}"
    date = each.created[:16].replace("T", " ")
    name, network = words.named(each), words.network(each.config)
    return Row(each.id, (name, network, sets.title(each.config.data), epochs, accuracy, standing, date))


def _tools(shown: Shown | None) -> None:
    own = shown is not None and not shown.summary.recorded
    run = shown.run if shown is not None else ""
    with st.container(horizontal=True, vertical_alignment="bottom", key="train-tools"):
        state.put("train-label", shown.summary.label if shown is not None else "")
        st.text_input(
            "Name of the run in sight",
            key="train-label",
            max_chars=80,
            disabled=not own,
            on_change=_rename,
            args=(run,),
            width=300,
        )
        st.button(
            "Delete",
            icon=":material/delete:",
            key="train-delete",
            disabled=not own or (shown is not None and shown.active),
            on_click=_delete,
            args=(run,),
        )
        gone = state.get(DELETED, "")
        st.button("Undo", icon=":material/undo:", key="train-undo", disabled=not gone, on_click=_restore, args=(gone,))
        st.download_button(
            "Export",
            lambda: runs.export(run),
            file_name=f"run-{run}.zip",
            mime="application/zip",
            on_click="ignore",
            key="train-export",
            disabled=shown is None or not shown.summary.saved,
            help="Settings, events and the weights of the last epoch.",
        )
        with st.popover("Import", icon=":material/upload:"):
            _import()
        st.markdown(str(state.get(TOLD, "")))


def _import() -> None:
    st.markdown("A zip that **Export** made, here or elsewhere.")
    name, data = uploading.fresh("An exported run", key="train-import")
    if not name:
        return
    try:
        run = runs.admit(data)
    except ValueError as refused:
        st.error(quoted(sentence(refused)), icon=":material/error:")
        return
    uploading.taken(data, key="train-import")
    _look_at(run)
    st.rerun()


def _look_at(run: str) -> None:
    state.put(RUN, run)


def _show() -> None:
    run = getattr(state.get(TABLE), "show", None)
    if isinstance(run, str) and known(run):
        _look_at(run)
        state.put(ADOPTED, run)
        adopt(runs.summary(run).config)


def _compare() -> None:
    text = getattr(state.get(TABLE), "compare", None)
    if isinstance(text, str) and _is_list(text):
        state.put(COMPARE, "" if text == "none" else text)


def _rename(run: str) -> None:
    _tell(lambda: runs.rename(run, str(state.get("train-label") or "")))


def _delete(run: str) -> None:
    if _tell(lambda: runs.delete(run)):
        state.put(DELETED, run)
        state.put(RUN, "")
        state.put(TOLD, "Deleted; **Undo** brings it back.")


def _restore(run: str) -> None:
    if _tell(lambda: runs.restore(run)):
        state.put(DELETED, "")
        _look_at(run)


def _tell(do: Callable[[], object]) -> bool:
    """Do it; what is refused becomes the sentence beside the buttons."""
    state.put(TOLD, "")
    try:
        do()
    except (ValueError, OSError) as refused:
        state.put(TOLD, quoted(sentence(refused)))
        return False
    return True
