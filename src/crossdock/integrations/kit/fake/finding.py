"""Finds the fake of an adapter: `tests/fake.py` in the vendor's folder."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from crossdock.integrations.kit.adapter import Adapter
from crossdock.integrations.kit.exchanges import folder_of

if TYPE_CHECKING:
    from crossdock.integrations.kit.fake.vendor import FakeVendor


def find(adapter: type[Adapter]) -> type[FakeVendor] | None:
    """The fake whose `adapter` it is, or None where the folder has none."""
    from crossdock.integrations.kit.fake.vendor import FakeVendor

    if not (folder_of(adapter) / "tests" / "fake.py").is_file():
        return None
    module = importlib.import_module(f"{adapter.__module__.rpartition('.')[0]}.tests.fake")
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, FakeVendor) and getattr(value, "adapter", None) is adapter:
            return value
    return None
