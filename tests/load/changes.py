"""The changes that the controls on a screen allow: as a browser would send them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.load.screen import Screen

INTERNAL = "$$STREAMLIT_INTERNAL_KEY"  # how Streamlit begins the id of a component's events


@dataclass(frozen=True)
class Change:
    """A control's new state; what ``passes``, a click, is sent once; a ``primary`` button begins something longer."""

    label: str
    state: WidgetState
    fragment: str = ""
    passes: bool = False
    primary: bool = False


def changes(screen: Screen) -> list[Change]:
    """Everything that can be done on this screen, two or three values per control."""
    found = []
    for _, shown in sorted(screen.elements.items()):
        offer = OFFERS.get(shown.kind)
        free = not getattr(shown.proto, "disabled", False) and not getattr(shown.proto, "ignore_rerun", False)
        if offer is not None and free:
            passes = shown.kind in ("button", "bidi_component")
            label = getattr(shown.proto, "label", "") or getattr(shown.proto, "component_name", shown.kind)
            primary = getattr(shown.proto, "type", "") == "primary"
            found += [Change(label, state, shown.fragment, passes, primary) for state in offer(shown.proto)]
    return found


def _state(identity: str, **value: Any) -> WidgetState:
    state = WidgetState(id=identity)
    for name, each in value.items():
        if isinstance(each, list):
            getattr(state, name).data.extend(each)
        else:
            setattr(state, name, each)
    return state


def _slider(proto: Any) -> Iterator[WidgetState]:
    if proto.options:
        ends = ([proto.options[0]], [proto.options[-1]], [proto.options[len(proto.options) // 2]])
        for end in ends if len(proto.default) == 1 else ():
            yield _state(proto.id, string_array_value=end)
        return
    steps = round((proto.max - proto.min) / proto.step) if proto.step else 0
    for value in dict.fromkeys((proto.min, proto.max, proto.min + steps // 2 * proto.step)):
        if len(proto.default) == 1:
            yield _state(proto.id, double_array_value=[value])


def _selectbox(proto: Any) -> Iterator[WidgetState]:
    return (_state(proto.id, string_value=option) for option in _some(proto.options))


def _checkbox(proto: Any) -> Iterator[WidgetState]:
    return (_state(proto.id, bool_value=on) for on in (not proto.default, proto.default))


def _button_group(proto: Any) -> Iterator[WidgetState]:
    return (_state(proto.id, string_array_value=[option.content]) for option in _some(proto.options))


def _multiselect(proto: Any) -> Iterator[WidgetState]:
    return (_state(proto.id, string_array_value=[option]) for option in _some(proto.options))


def _number(proto: Any) -> Iterator[WidgetState]:
    step = proto.step or 1.0
    up = proto.default + step <= proto.max or not proto.has_max
    yield _state(proto.id, double_value=proto.default + step if up else proto.default - step)
    yield _state(proto.id, double_value=proto.default)


def _text(proto: Any) -> Iterator[WidgetState]:
    return (_state(proto.id, string_value=text) for text in ("1 2 3", proto.default))


def _button(proto: Any) -> Iterator[WidgetState]:
    yield _state(proto.id, trigger_value=True)


def _some(options: Iterable[Any]) -> list[Any]:
    """First, last and one between."""
    listed = list(options)
    return (
        list({id(each): each for each in (listed[-1], listed[len(listed) // 2], listed[0])}.values()) if listed else []
    )


def _component(proto: Any) -> Iterator[WidgetState]:
    """What a click does in the components of which one is clicked most."""
    told = json.loads(proto.json or proto.mixed.json or "null")
    for value in _some(PICKED[proto.component_name](told) if proto.component_name in PICKED else ()):
        events = json.dumps([{"event": "picked", "value": value}])
        yield _state(f"{INTERNAL}_{proto.id}__events", json_trigger_value=events)


PICKED: dict[str, Callable[[Any], list[str]]] = {
    "gallery": lambda told: [item["name"] for item in told["items"]],
    "bars": lambda told: [bar["name"] for bar in told["bars"]],
    "mapgrid": lambda told: list(told["names"]),
    "mosaic": lambda told: [str(k) for k in range(len(told["tiles"]))] if told["pickable"] else [],
}
OFFERS: dict[str, Callable[[Any], Iterator[WidgetState]]] = {
    "slider": _slider,
    "selectbox": _selectbox,
    "radio": _selectbox,
    "checkbox": _checkbox,
    "button_group": _button_group,
    "multiselect": _multiselect,
    "number_input": _number,
    "text_input": _text,
    "text_area": _text,
    "button": _button,
    "bidi_component": _component,
}
