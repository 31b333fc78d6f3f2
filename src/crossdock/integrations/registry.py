"""Finds every integration: the folders beside this module, and what installed packages announce.

There is no list to keep. A package from elsewhere announces its module with an entry point of the group
`crossdock.integrations`.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterator
from importlib import metadata
from types import ModuleType

import crossdock.integrations as package
from crossdock.integrations.kit.adapter import Adapter

ENTRY_POINTS = package.__name__


def _modules() -> Iterator[ModuleType]:
    for entry in pkgutil.iter_modules(package.__path__):
        if entry.ispkg and entry.name != "kit":
            yield importlib.import_module(f"{package.__name__}.{entry.name}")
    for point in metadata.entry_points(group=ENTRY_POINTS):
        yield importlib.import_module(point.module)


@functools.cache
def adapters() -> tuple[type[Adapter], ...]:
    """All adapters, sorted by vertical and slug."""
    found: dict[tuple[str, str], type[Adapter]] = {}
    for module in _modules():
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Adapter) and value is not Adapter:
                key = (value.vertical, value.slug)
                if found.setdefault(key, value) is not value:
                    raise TypeError(f"two adapters are called {value.slug} in {value.vertical}")
    return tuple(found[key] for key in sorted(found))


def of_vertical(vertical: str) -> list[type[Adapter]]:
    """The adapters of one vertical."""
    return [adapter for adapter in adapters() if adapter.vertical == vertical]


def find(vertical: str, slug: str) -> type[Adapter] | None:
    """The adapter with this name in this vertical; names are compared without case."""
    wanted = slug.lower()
    return next((item for item in of_vertical(vertical) if item.slug == wanted), None)
