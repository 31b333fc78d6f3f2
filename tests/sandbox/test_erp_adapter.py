"""The adapter of the ERP on the real vendor, and what its states and absent values become."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest

from crossdock.contract.actions import Action
from crossdock.contract.erp import inventory, master_data, purchasing, sales
from crossdock.contract.errors import InvalidBody, VendorRejected
from crossdock.integrations.kit.adapter import Applied, Attempt, NotApplied, Written
from crossdock.integrations.sandbox import ErpSandbox
from crossdock.integrations.sandbox.erp import mapping
from crossdock.integrations.sandbox.erp.models import SandboxContact, SandboxMovement, SandboxOrder, SandboxStock
from crossdock.platform.database import Database
from crossdock.sandbox import accounts
from crossdock.sandbox.app import make_app
from tests.sandbox.erp_scenarios import WRITES
from tests.sandbox.recorder import Call
from tests.sandbox.test_adapters import Connection

pytestmark = pytest.mark.anyio
NOW = "2026-11-20T12:00:00Z"
DATES = {"createdAt": NOW, "updatedAt": NOW}
ORDER: dict[str, Any] = {
    **DATES,
    "id": "o",
    "number": "1",
    "state": "new",
    "locationId": "l",
    "orderedAt": "2026-11-20T13:00:00+01:00",
    "currency": "USD",
    **dict.fromkeys(("subtotal", "discount", "tax", "shipping", "total"), "0.00"),
    "billTo": {},
    "shipTo": {"city": "Reno"},
    "lines": [],
}
MOVEMENT: dict[str, Any] = {
    **DATES,
    "id": "m",
    "number": "1",
    "state": "posted",
    "orderId": "o",
    "locationId": "l",
    "lines": [],
}


@pytest.fixture
async def erp(database: Database, organization_id: UUID) -> Connection:
    return Connection(ErpSandbox, make_app(database), await accounts.reset(database, organization_id, "erp"))


def order(**changes: Any) -> SandboxOrder:
    return msgspec.convert({**ORDER, **changes}, SandboxOrder)


def movement(**changes: Any) -> SandboxMovement:
    return msgspec.convert({**MOVEMENT, **changes}, SandboxMovement)


class TestMapping:
    @pytest.mark.parametrize(
        ("state", "status"),
        [
            ("requested", "pending_approval"),
            ("sent", "pending_supplier"),
            ("confirmed", "open"),
            ("part_received", "partially_received"),
            ("received", "received"),
            ("closed_short", "closed"),
            ("void", "cancelled"),
            ("disputed", "other"),
            ("never heard of", "other"),
        ],
    )
    def test_purchase_order_states(self, state: str, status: str) -> None:
        found = mapping.to_purchase_order(order(state=state))
        assert (found.status, found.raw_status) == (status, state)

    @pytest.mark.parametrize(
        ("state", "status"),
        [
            ("draft", "pending_approval"),
            ("released", "open"),
            ("part_shipped", "partially_fulfilled"),
            ("shipped", "fulfilled"),
            ("closed_short", "closed"),
            ("void", "cancelled"),
            ("on_hold", "other"),
            ("never heard of", "other"),
        ],
    )
    def test_sales_order_states(self, state: str, status: str) -> None:
        found = mapping.to_sales_order(order(state=state))
        assert (found.status, found.raw_status) == (status, state)

    @pytest.mark.parametrize(
        ("state", "arrived", "left"), [("posted", "received", "shipped"), ("new", "other", "other")]
    )
    def test_movement_states(self, state: str, arrived: str, left: str) -> None:
        assert mapping.to_receipt(movement(state=state)).status == arrived
        assert mapping.to_shipment(movement(state=state)).status == left

    def test_what_is_absent_stays_absent(self) -> None:
        """A made-up date or address would be believed."""
        sold = mapping.to_sales_order(order())
        assert (sold.required_ship_date, sold.customer_id, sold.memo, sold.reference_id) == (None, None, None, None)
        assert sold.order_date == datetime(2026, 11, 20, 12, tzinfo=UTC)
        assert sold.ship_to_address is not None
        assert (sold.ship_to_address.city, sold.ship_to_address.address1) == ("Reno", None)
        assert mapping.to_purchase_order(order()).expected_date is None
        assert mapping.to_receipt(movement()).received_date is None
        assert mapping.to_shipment(movement(packages=[{"id": "p"}])).packages[0].measurements is None
        assert mapping.to_address(None) is None

    def test_every_part_of_an_address(self) -> None:
        names = ("name", "company", "street", "street2", "street3", "city", "region", "postal_code", "country", "phone")
        contact = SandboxContact(**{name: name.upper() for name in (*names, "email")})
        found = msgspec.structs.asdict(mapping.to_address(contact) or pytest.fail("no address"))
        assert list(found.values()) == [name.upper() for name in (*names, "email")]

    def test_a_lot_in_several_bins_comes_once(self) -> None:
        moves = [
            {"lot": "A", "binId": "b1", "units": 2, "expiresAt": NOW},
            {"lot": "A", "binId": "b2", "units": 3, "expiresAt": NOW},
            {"lot": "B", "units": 1},
        ]
        line = {"lineId": "x", "itemId": "i", "sku": "S", "locationId": "l", "units": 6, "moves": moves}
        [found] = mapping.to_shipment(movement(lines=[line])).line_items
        assert [(lot.lot_number, lot.quantity, lot.expiration_date is None) for lot in found.lots] == [
            ("A", Decimal(5), False),
            ("B", Decimal(1), True),
        ]
        assert [(place.bin_id, place.lot_id, place.quantity) for place in found.bins] == [
            ("b1", "A", Decimal(2)),
            ("b2", "A", Decimal(3)),
        ]

    def test_stock_of_nothing_is_zero(self) -> None:
        card = {**DATES, "id": "i", "itemId": "x", "sku": "S", "name": "n", "active": False, "unitCost": "0"}
        empty: dict[str, list[Any]] = {name: [] for name in ("sources", "levels", "lots", "bins")}
        found = mapping.to_inventory(msgspec.convert({**card, **empty}, SandboxStock))
        assert [found.onhand, found.committed, found.available] == [Decimal(0)] * 3
        assert found.additional_fields == {"on_order": 0, "backordered": 0, "on_order_by_location_id": {}}


class TestReads:
    async def test_records_join(self, erp: Connection) -> None:
        """An id that leads nowhere is an order nobody can ship."""
        found = {
            action.resource.name: (await erp.read(action))[0]
            for action in (item.action for item in ErpSandbox.implementations.values())
            if action.is_read
        }
        assert len(found) == 10
        skus = {item["sku"]: item["id"] for item in found["items"].values()}
        for card in found["inventory"].values():
            assert skus[card["sku"]] == card["item_id"]
            assert set(card["inventory_by_location_id"]) <= set(found["locations"])
            for name in ("onhand", "committed", "available"):
                assert card[name] == sum(here[name] for here in card["inventory_by_location_id"].values())
            assert card["onhand"] == card["committed"] + card["available"]
            assert {source["vendor_id"] for source in card["vendors"]} <= set(found["vendors"])
        for orders, moves, parent in (
            ("sales_orders", "sales_order_shipments", "sales_order_id"),
            ("purchase_orders", "purchase_order_receipts", "purchase_order_id"),
        ):
            lines = {one["line_item_id"]: one for item in found[orders].values() for one in item["line_items"]}
            assert len(lines) == sum(len(item["line_items"]) for item in found[orders].values())
            for moved in found[moves].values():
                assert moved[parent] in found[orders]
                assert {line["line_item_id"] for line in moved["line_items"]} <= set(lines)
        for sold in found["sales_orders"].values():
            assert sold["customer_id"] in found["customers"]
            assert sold["employee_id"] in found["employees"]

    async def test_money_adds_up(self, erp: Connection) -> None:
        """To the cent, in every order, from what the records show alone."""
        orders = (await erp.read(sales.GET_SALES_ORDERS))[0].values()
        assert any(found["total_discount"] for found in orders)
        for found in orders:
            lines = [
                {name: Decimal(str(line[name])) for name in ("quantity", "unit_price", "discount", "tax")}
                for line in found["line_items"]
            ]
            totals = {name: Decimal(str(found[name])) for name in found if name.startswith("total_")}
            subtotal = Decimal(str(found["subtotal"]))
            assert subtotal == sum(line["quantity"] * line["unit_price"] for line in lines)
            assert totals["total_discount"] == sum(line["discount"] for line in lines)
            assert totals["total_tax"] == sum(line["tax"] for line in lines)
            assert (
                totals["total_price"]
                == subtotal - totals["total_discount"] + totals["total_tax"] + totals["total_shipping"]
            )
        for found in (await erp.read(purchasing.GET_PURCHASE_ORDERS))[0].values():
            lines = [
                {name: Decimal(str(line[name])) for name in ("quantity", "unit_cost", "tax")}
                for line in found["line_items"]
            ]
            assert Decimal(str(found["total_price"])) == sum(
                line["quantity"] * line["unit_cost"] + line["tax"] for line in lines
            )

    async def test_locations_form_a_tree(self, erp: Connection) -> None:
        places, _ = await erp.read(master_data.GET_LOCATIONS)
        roastery = next(place for place in places.values() if place["name"] == "Roastery")
        assert roastery["full_path"] == "East coast : Bethlehem (PA) : Roastery"
        assert places[roastery["parent_location_id"]]["name"] == "Bethlehem (PA)"


class TestWrites:
    @pytest.mark.parametrize("call", WRITES, ids=lambda call: call.action)
    async def test_an_uncertain_write_is_settled(self, erp: Connection, call: Any) -> None:
        """Without this a lost answer would leave a person to compare the books. The records beside are settled too."""
        action, body = _sent(call)
        attempt = Attempt(call.ids, body, "r", datetime.now(UTC))
        assert isinstance(await erp.adapter().settle(action, attempt), NotApplied)
        written = await erp.adapter("r").run_write(action, call.ids, body)
        assert isinstance(written, Written)
        settled = await erp.adapter().settle(action, attempt)
        assert isinstance(settled, Applied)
        assert settled.record == written.record
        assert list(settled.related) == list(written.related)

    @pytest.mark.parametrize("call", WRITES, ids=lambda call: call.action)
    async def test_everything_a_write_touched_comes_with_it(self, erp: Connection, call: Any) -> None:
        """A copy that knows the shipment but not the stock it took sells the stock again."""
        action, body = _sent(call)
        before = await _everything(erp)
        written = await erp.adapter("r").run_write(action, call.ids, body)
        assert isinstance(written, Written)
        changed = {key for key, record in (await _everything(erp)).items() if before.get(key) != record}
        told = {(action.resource.name, written.record.id)}
        for item in written.related:
            told |= {(item.resource.name, record["id"]) for record in msgspec.to_builtins(list(item.records))}
        assert told == changed

    async def test_a_body_that_can_never_be_taken_is_refused_by_the_schema(self, erp: Connection) -> None:
        """A rule that only shows up as the vendor's refusal cannot be read before."""
        line = {"item_id": "item_id_9", "quantity": 1}
        for wrong, field in (
            ({"line_items": []}, "line_items"),
            ({"line_items": [{**line, "quantity": 0}]}, "line_items.0.quantity"),
            ({"line_items": [{**line, "quantity": 1.5}]}, "line_items.0.quantity"),
            ({"line_items": [{**line, "unit_price": -1}]}, "line_items.0.unit_price"),
            ({"line_items": [line], "currency_code": "EUR"}, "currency_code"),
            ({"line_items": [line], "employee_id": "employee_id_0"}, "employee_id"),
            ({"line_items": [line], "ship_to_address": {"street": "x"}}, "ship_to_address.street"),
        ):
            with pytest.raises(InvalidBody) as refused:
                await erp.write(sales.CREATE_SALES_ORDER, customer_id="customer_id_0", **wrong)
            assert list(refused.value.violations["json"]) == [field]

    async def test_refusals_keep_the_vendors_words(self, erp: Connection) -> None:
        line = {"line_item_id": "sales_line_id_39_1", "quantity": 300}
        with pytest.raises(VendorRejected, match="Only 187 units of KTL-GOOSE-09 can leave Reno") as refusal:
            await erp.write(sales.CREATE_SALES_ORDER_SHIPMENT, sales_order_id="sales_order_id_39", line_items=[line])
        assert (refusal.value.status, refusal.value.vendor_code) == (409, "insufficient_stock")


def _sent(call: Call) -> tuple[Action, Any]:
    """The action of a recorded call, and its body as the adapter takes it."""
    made = next(item for item in ErpSandbox.implementations.values() if item.action.name == call.action)
    return made.action, None if made.body is None else msgspec.convert(call.body, made.body)


async def _everything(erp: Connection) -> dict[tuple[str, str], Any]:
    found: dict[tuple[str, str], Any] = {}
    actions: tuple[Action, ...] = (
        inventory.GET_INVENTORY,
        purchasing.GET_PURCHASE_ORDERS,
        purchasing.GET_PURCHASE_ORDER_RECEIPTS,
        sales.GET_SALES_ORDERS,
        sales.GET_SALES_ORDER_SHIPMENTS,
    )
    for action in actions:
        for identifier, record in (await erp.read(action))[0].items():
            found[action.resource.name, identifier] = record
    return found
