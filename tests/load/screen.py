"""What a browser has on screen: Streamlit's messages folded into elements, as its front end folds them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

GENERAL = "Something went wrong here"  # how ui/lecture.py begins the sentence for a fault of ours


@dataclass(frozen=True)
class Shown:
    """An element, the fragment that drew it, and the run that did."""

    kind: str
    proto: Any
    fragment: str
    run: int


@dataclass
class Screen:
    """The elements by their place, what the address says, and which pages there are."""

    elements: dict[tuple[int, ...], Shown] = field(default_factory=dict)
    query: str = ""
    page: str = ""
    pages: dict[str, str] = field(default_factory=dict)
    session: str = ""
    timers: dict[str, float] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    run: int = 0

    def take(self, message: ForwardMsg) -> None:
        """Fold one message in."""
        handle = getattr(self, f"_on_{message.WhichOneof('type')}", None)
        if handle is not None:
            handle(message)

    def of(self, kind: str) -> Iterator[Any]:
        """The elements of one kind, in the order of their places."""
        return (shown.proto for _, shown in sorted(self.elements.items()) if shown.kind == kind)

    def _on_new_session(self, message: ForwardMsg) -> None:
        self.run += 1
        self.page = message.new_session.page_script_hash
        self.session = message.new_session.initialize.session_id or self.session
        if not message.metadata.run.fragment_ids:
            self.timers.clear()

    def _on_delta(self, message: ForwardMsg) -> None:
        delta, place = message.delta, tuple(message.metadata.delta_path)
        if delta.WhichOneof("type") != "new_element":
            self.elements.pop(place, None)
            return
        kind = delta.new_element.WhichOneof("type")
        proto = getattr(delta.new_element, kind)
        self.elements[place] = Shown(kind, proto, delta.fragment_id, self.run)
        if kind == "exception":
            self.faults.append(f"exception: {proto.type} {proto.message}"[:300])
        if kind == "alert" and proto.body.startswith(GENERAL):
            self.faults.append(f"alert: {proto.body}")

    def _on_script_finished(self, message: ForwardMsg) -> None:
        """What this run did not draw again is gone: of its fragments, or of the whole page."""
        drawn = set(message.metadata.run.fragment_ids)
        if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            self.elements = {place: each for place, each in self.elements.items() if each.run == self.run}
        elif message.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
            self.elements = {
                place: each
                for place, each in self.elements.items()
                if each.run == self.run or each.fragment not in drawn
            }
        elif message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
            self.faults.append("the page does not compile")

    def _on_page_info_changed(self, message: ForwardMsg) -> None:
        self.query = message.page_info_changed.query_string

    def _on_navigation(self, message: ForwardMsg) -> None:
        self.page = message.navigation.page_script_hash or self.page  # a new session names only the main script
        self.pages = {
            page.url_pathname: page.page_script_hash for page in message.navigation.app_pages if not page.external_url
        }

    def _on_page_not_found(self, message: ForwardMsg) -> None:
        self.faults.append(f"page not found: {message.page_not_found.page_name}")

    def _on_auto_rerun(self, message: ForwardMsg) -> None:
        self.timers[message.auto_rerun.fragment_id] = message.auto_rerun.interval

    def _on_stop_auto_rerun(self, message: ForwardMsg) -> None:
        for fragment in message.stop_auto_rerun.fragment_ids:
            self.timers.pop(fragment, None)
