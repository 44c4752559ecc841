"""Downloads of data sets in the background: who asks for one that is on its way sees that one."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field

from cnnviz.data.downloads import DownloadCancelled, DownloadError
from cnnviz.data.sets import DATASETS


@dataclass
class Fetching:
    """One download: ``done`` of ``total`` bytes, and the sentence it ended with, if it did not end well."""

    name: str
    done: int = 0
    total: int | None = None
    told: str = ""
    active: bool = True
    _cancel: threading.Event = field(default_factory=threading.Event)

    @property
    def share(self) -> float:
        """How much of it has arrived, 0…1."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    def cancel(self) -> None:
        """End it soon; what has arrived stays, and the next one goes on from there."""
        self._cancel.set()

    def run(self) -> None:
        """Fetch it all; for the thread."""
        try:
            fetch = DATASETS[self.name].download
            for step in fetch(cancelled=self._cancel.is_set) if fetch is not None else ():
                self.done, self.total = step.done, step.total
        except DownloadCancelled:
            self.told = "Stopped; the next download goes on from there."
        except (DownloadError, ValueError) as error:
            self.told = str(error)
        except Exception:
            logging.getLogger("cnnviz").exception("a download failed")
            self.told = "The download failed; the server's log has the details."
        finally:
            self.active = False


_LOCK = threading.Lock()
_LAST: dict[str, Fetching] = {}


def fetch(name: str) -> None:
    """Begin the download of ``name``, unless it is on its way."""
    with _LOCK:
        last = _LAST.get(name)
        if last is None or not last.active:
            _LAST[name] = one = Fetching(name, total=DATASETS[name].size)
            # a daemon: the server ends without waiting for it, and the part file stays
            threading.Thread(target=one.run, daemon=True, name=f"download-{name}").start()


def last(name: str) -> Fetching | None:
    """The download on its way, or the last one."""
    return _LAST.get(name)


def cancel(name: str) -> None:
    """Stop the download of ``name``."""
    one = _LAST.get(name)
    if one is not None:
        one.cancel()
