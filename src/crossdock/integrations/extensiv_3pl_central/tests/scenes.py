"""Calls that are recorded from the fake."""

from __future__ import annotations

from typing import Any

from crossdock.contract.wms.products import PRODUCTS
from crossdock.integrations.kit.fake.faults import Fault
from crossdock.integrations.kit.fake.scenes import Scene


def _changed(resource: Any) -> Any:
    return lambda fake: fake.change(resource)


SCENES = (
    Scene("check"),
    Scene("check", "wrong_secret", wrong_key=True),
    Scene("get_warehouse_customers"),
    Scene("get_warehouse_customers", "denied", fault=Fault.FORBIDDEN, fault_on=("GET", "/customers")),
    Scene("get_products"),
    Scene("get_products", "changed", start_hours_ago=0.5, before=_changed(PRODUCTS)),
    Scene("get_products", "half_a_page", fault=Fault.HALF, fault_on=("GET", "/customers/{customerId}/items")),
    Scene("get_warehouses"),
    Scene("get_warehouses", "broken", fault=Fault.BROKEN, fault_on=("GET", "/properties/facilities")),
    Scene("get_warehouse_locations"),
    Scene(
        "get_warehouse_locations",
        "busy",
        fault=Fault.BUSY,
        fault_on=("GET", "/properties/facilities/{id}/locations"),
    ),
    Scene("get_shipping_methods"),
    Scene("get_shipping_methods", "too_fast", fault=Fault.TOO_MANY, fault_on=("GET", "/properties/carriers")),
)
