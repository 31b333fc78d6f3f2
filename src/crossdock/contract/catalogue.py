"""Every action and resource of the contract, gathered from the vertical packages; nothing is listed twice."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import crossdock.contract as package
from crossdock.contract.actions import Action
from crossdock.contract.resources import Resource
from crossdock.contract.values import VERTICALS


def _modules() -> Iterator[ModuleType]:
    for vertical in VERTICALS:
        root = importlib.import_module(f"{package.__name__}.{vertical}")
        yield root
        for found in pkgutil.iter_modules(root.__path__, f"{root.__name__}."):
            yield importlib.import_module(found.name)


def _gather() -> tuple[tuple[Action, ...], tuple[Resource, ...]]:
    actions: dict[str, Action] = {}
    resources: dict[str, Resource] = {}
    for module in _modules():
        for value in vars(module).values():
            if isinstance(value, Action):
                actions.setdefault(value.key, value)
            elif isinstance(value, Resource):
                resources.setdefault(value.key, value)
    return tuple(actions.values()), tuple(resources.values())


ACTIONS, RESOURCES = _gather()
ACTION_BY_KEY = {action.key: action for action in ACTIONS}
RESOURCE_BY_KEY = {resource.key: resource for resource in RESOURCES}
STORED = tuple(resource for resource in RESOURCES if resource.record is not None and resource.stored)
"""Resources with a record schema whose records are kept, and so with a table."""
LIVE = tuple(resource for resource in RESOURCES if resource.record is not None and not resource.stored)
"""Resources with a record schema that are asked for with every read."""
PUBLISHED = tuple(action for action in ACTIONS if action.published)
"""Actions that are routed and documented."""
READ_OF = {action.resource.key: action for action in ACTIONS if action.is_read}
"""The action that reads a resource; also the name of its sync."""
