"""Operations that are not about records, one module a topic, with the shapes they answer."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from crossdock.contract.operations import Operation


def _gather() -> Iterator[Operation]:
    for found in pkgutil.iter_modules(__path__, f"{__name__}."):
        module = importlib.import_module(found.name)
        for value in vars(module).values():
            several = value if isinstance(value, tuple) else (value,)
            yield from (item for item in several if isinstance(item, Operation))


MANAGEMENT_OPERATIONS = tuple({operation.operation_id: operation for operation in _gather()}.values())
