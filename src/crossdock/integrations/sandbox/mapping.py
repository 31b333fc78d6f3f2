"""Conversions that both products of the vendor need."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType

from crossdock.contract.records import Measurements, WarehouseAddress
from crossdock.integrations.kit.mapping import money
from crossdock.integrations.sandbox.models import SandboxAddress, SandboxSize


def to_measurements(size: SandboxSize | None) -> Measurements:
    """Size and weight; all empty when the vendor knows neither."""
    if size is None:
        return Measurements()
    return Measurements(
        length=money(size.length),
        width=money(size.width),
        height=money(size.height),
        unit=size.unit,
        weight=money(size.weight),
        weight_unit=size.weight_unit,
    )


def to_address(address: SandboxAddress) -> WarehouseAddress:
    """Where a warehouse stands."""
    return WarehouseAddress(
        address1=address.street,
        city=address.city,
        state=address.region,
        postal_code=address.postal_code,
        country=address.country,
    )


def signed(quantity: int, adjustment_type: str) -> int:
    """A change as the vendor takes it: negative when units go away."""
    return -quantity if adjustment_type == "decrease" else quantity


def given(fields: dict[str, Any | UnsetType]) -> dict[str, Any]:
    """The fields that the caller sent."""
    return {name: value for name, value in fields.items() if value is not UNSET}
