"""A registry is a menu that fills itself: an item registers in its own file, and the whole folder is imported.

Standard library only: everything may import this module.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Generic, Protocol, TypeVar


class Item(Protocol):
    """What every registered item says about itself."""

    @property
    def name(self) -> str:
        """Short name, as typed on a command line and written into a link: ``grad-cam``."""

    @property
    def title(self) -> str:
        """Name as the field writes it: ``Grad-CAM``."""

    @property
    def summary(self) -> str:
        """One line that says what it does."""

    @property
    def reference(self) -> str:
        """The paper or page it comes from."""


T = TypeVar("T", bound=Item)


class Registry(Mapping[str, T], Generic[T]):
    """Items by name, in the order in which they say they should be shown.

    ``kind`` is the singular noun used in messages. ``package`` is the folder whose modules register the items; it is
    imported when the registry is first read, so importing a registry costs nothing.
    """

    def __init__(self, kind: str, package: str) -> None:
        self.kind = kind
        self._package = package
        self._items: dict[str, T] = {}
        self._complete = False

    def add(self, item: T) -> T:
        """Register ``item`` under its name and return it; a name can be taken only once."""
        if item.name in self._items:
            raise ValueError(f"there is already a {self.kind} called {item.name!r}; choose another name")
        self._items[item.name] = item
        return item

    def __getitem__(self, name: str) -> T:
        self._load()
        if name not in self._items:
            raise UnknownItem(f"no {self.kind} is called {name!r}; there are: {', '.join(self)}")
        return self._items[name]

    def __contains__(self, name: object) -> bool:
        self._load()
        return name in self._items

    def __iter__(self) -> Iterator[str]:
        self._load()
        return iter(sorted(self._items, key=self._rank))

    def __len__(self) -> int:
        self._load()
        return len(self._items)

    def _rank(self, name: str) -> tuple[int, str]:
        return getattr(self._items[name], "order", 1000), name

    def _load(self) -> None:
        if not self._complete:
            import_siblings(self._package)
            self._complete = True


class UnknownItem(KeyError):
    """A name that no item of a registry has. The message lists the names there are."""

    def __str__(self) -> str:
        return str(self.args[0])


def import_siblings(package: str) -> None:
    """Import every module of ``package``, so that the items in them register."""
    module = importlib.import_module(package)
    for found in pkgutil.iter_modules(module.__path__):
        importlib.import_module(f"{package}.{found.name}")
