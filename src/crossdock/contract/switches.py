"""Switching functions off: which names there are, and which of them another one needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from crossdock.contract.catalogue import ACTIONS, READ_OF, RESOURCES

OLD_NAMES = {"get_inbound_shipment": "get_inbound_shipments"}
"""Names that older clients send, and what they are called now."""


def functions_of(vertical: str) -> list[str]:
    """Every function of a vertical, sorted."""
    return sorted(action.name for action in ACTIONS if action.vertical == vertical)


def spelled(names: Iterable[str]) -> list[str]:
    """The names as they are today, sorted, each once."""
    return sorted({OLD_NAMES.get(name, name) for name in names})


def unmet_needs(vertical: str, known: Collection[str], off: Collection[str]) -> list[tuple[str, str]]:
    """Functions that would stay on without one they need, each with that one. `known` are those that exist at all."""
    found = []
    for resource in RESOURCES:
        if resource.vertical != vertical or resource.key not in READ_OF:
            continue
        name = READ_OF[resource.key].name
        if name not in known or name in off:
            continue
        needed = [READ_OF[f"{vertical}/{other}"].name for other in resource.needs]
        found += [(name, other) for other in needed if other in off and other in known]
    return found
