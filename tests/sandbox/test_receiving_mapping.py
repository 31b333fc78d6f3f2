"""What the vendor's words mean in ours: the tables, and what a table cannot say."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, get_args

import msgspec
import pytest

from crossdock.contract.wms.inbound_shipments import INBOUND_SHIPMENTS
from crossdock.contract.wms.inventory import INVENTORY
from crossdock.contract.wms.labor import ActivityType
from crossdock.contract.wms.ledger import INVENTORY_LEDGER
from crossdock.contract.wms.products import PRODUCTS
from crossdock.integrations.sandbox.wms import receiving_mapping as mapping
from crossdock.integrations.sandbox.wms.receiving_models import (
    SandboxActivity,
    SandboxCharge,
    SandboxInboundShipment,
    SandboxLedgerEntry,
    SandboxOutcome,
    SandboxReturn,
)
from crossdock.sandbox.wms.inbound_documents import InboundState
from crossdock.sandbox.wms.ledger import EntryType
from crossdock.sandbox.wms.return_documents import ReturnState
from crossdock.sandbox.wms.work_documents import Task

STAMPS = {"id": "x", "createdAt": "2026-11-20T12:00:00.9+01:00", "updatedAt": "2026-11-20T12:00:00Z", "clientId": "c"}
INBOUND: dict[str, Any] = {
    **STAMPS,
    "warehouseId": "w",
    "state": "announced",
    "lines": [],
    "receipts": [],
    "trackingNumbers": [],
    "notes": [],
}
RETURN: dict[str, Any] = {
    **STAMPS,
    "orderId": "o",
    "warehouseId": "w",
    "state": "announced",
    "lines": [],
    "parcels": [],
    "notes": [],
}
ENTRY: dict[str, Any] = {
    **STAMPS,
    "type": "dispatch",
    "itemId": "i",
    "sku": "s",
    "warehouseId": "w",
    "binId": "b",
    "units": -2,
}
ACTIVITY: dict[str, Any] = {
    **STAMPS,
    "workerId": "u",
    "firstName": "f",
    "lastName": "l",
    "warehouseId": "w",
    "task": "pick",
    "startedAt": "2026-11-20T12:00:00Z",
    "subjectKind": "order",
    "subjectId": "o",
    "units": 3,
}


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("announced", "open"),
        ("on_the_way", "in-transit"),
        ("unloading", "receiving"),
        ("stored", "received"),
        ("cancelled", "cancelled"),
        ("impounded", "other"),
    ],
)
def test_inbound_statuses(state: str, status: str) -> None:
    """A state that came with a new version of the vendor must not pass for one we know."""
    found = mapping.to_inbound_shipment(msgspec.convert({**INBOUND, "state": state}, SandboxInboundShipment))
    assert (found.status, found.raw_status) == (status, state)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("announced", "open"),
        ("on_the_way", "in-transit"),
        ("unpacking", "receiving"),
        ("done", "received"),
        ("cancelled", "cancelled"),
        ("lost", "other"),
    ],
)
def test_return_statuses(state: str, status: str) -> None:
    found = mapping.to_return(msgspec.convert({**RETURN, "state": state}, SandboxReturn))
    assert (found.status, found.raw_status) == (status, state)


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        ("correction", "adjustment"),
        ("goods_in", "inbound_receipt"),
        ("customer_return", "return_receipt"),
        ("dispatch", "order_shipment"),
        ("opening", "other"),
        ("melted", "other"),
    ],
)
def test_ledger_events(kind: str, event: str) -> None:
    found = mapping.to_ledger_entry(msgspec.convert({**ENTRY, "type": kind}, SandboxLedgerEntry))
    assert (found.event_type, found.raw_event_type, found.quantity) == (event, kind, -2)


def test_every_word_of_the_vendor_is_known() -> None:
    """A word the tables miss would be shown as `other` without need."""
    assert set(mapping.INBOUND_STATUSES) == set(get_args(InboundState))
    assert set(mapping.RETURN_STATUSES) == set(get_args(ReturnState))
    assert {*mapping.LEDGER_TYPES, "opening"} == set(get_args(EntryType))
    assert set(mapping.TASKS) == set(get_args(Task))
    assert set(mapping.TASKS.values()) <= set(get_args(ActivityType))


def test_what_is_absent_stays_empty() -> None:
    found = mapping.to_inbound_shipment(msgspec.convert(INBOUND, SandboxInboundShipment))
    assert (found.supplier, found.supplier_object.supplier_id, found.expected_arrival_date) == (None, None, None)
    assert found.ship_from_address.address1 is None
    assert found.created_date == datetime(2026, 11, 20, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "shown"), [("order", ("order", "o")), ("return", ("return", "o")), ("warehouse", (None, None))]
)
def test_work_on_something_the_contract_does_not_name(kind: str, shown: tuple[str | None, str | None]) -> None:
    found = mapping.to_labor_activity(msgspec.convert({**ACTIVITY, "subjectKind": kind}, SandboxActivity))
    assert (found.associated_object_type, found.associated_object_id) == shown
    assert found.activity_end_time is None


def test_a_charge_keeps_its_cents() -> None:
    """An amount that went through a float no longer matches the invoice."""
    charge = {**STAMPS, "type": "pack", "subjectKind": "order", "subjectId": "o", "amount": "0.10", "currency": "USD"}
    assert str(mapping.to_bill(msgspec.convert(charge, SandboxCharge, strict=False)).amount) == "0.10"
    assert mapping.to_bill(msgspec.convert({**charge, "amount": "1E+2"}, SandboxCharge)).amount == Decimal(100)


def test_an_outcome_is_the_record_and_what_came_with_it() -> None:
    """A record left out here would be stale until the next sync."""
    nothing: dict[str, Any] = {"returns": [], "products": [], "items": [], "charges": []}
    outcome = {**nothing, "inboundShipments": [INBOUND, {**INBOUND, "id": "y"}], "ledger": [ENTRY]}
    record, related = mapping.split(msgspec.convert(outcome, SandboxOutcome), INBOUND_SHIPMENTS)
    assert record.id == "x"
    assert [(one.resource, [found.id for found in one.records]) for one in related] == [  # type: ignore[attr-defined]
        (INBOUND_SHIPMENTS, ["y"]),
        (INVENTORY_LEDGER, ["x"]),
    ]
    assert not {INVENTORY, PRODUCTS} & {one.resource for one in related}
