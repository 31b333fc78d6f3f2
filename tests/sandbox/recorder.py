"""Records the sandbox's cassettes: calls of the real adapters, answered by the real vendor inside this process.

Every scenario starts from a fresh account at a fixed time, so that recording twice gives the same text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import msgspec

from crossdock.contract.catalogue import ACTION_BY_KEY
from crossdock.contract.errors import CrossdockError
from crossdock.contract.values import timestamp_text
from crossdock.integrations.kit import exchanges
from crossdock.integrations.kit.adapter import Adapter, Applied, Attempt, NotApplied, Runtime, Window
from crossdock.integrations.kit.batches import BatchWritten
from crossdock.integrations.kit.client import VendorClient
from crossdock.integrations.kit.transport import AnswerLost, InProcessTransport, Transport, VendorAnswer, VendorRequest
from crossdock.integrations.sandbox import CarrierSandbox, CartSandbox, FreightSandbox, Sandbox
from crossdock.integrations.sandbox.base import SandboxCredentials
from crossdock.platform.database import Database
from crossdock.sandbox import accounts
from crossdock.sandbox.app import make_app
from crossdock.sandbox.store import Product

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ORGANIZATION = UUID("00000000-0000-4000-8000-000000000001")
REFERENCE = "5eed0000000000000000000000000001"
KEYS: dict[Product, str] = {
    "wms": "test-key-of-the-warehouse",
    "cart": "test-key-of-the-shop",
    "erp": "test-key-of-the-erp",
    "carrier": "test-key-of-the-carrier",
    "freight": "test-key-of-the-forwarder",
}
LINE_LENGTH = 120
NOTE = "The sandbox of this project, recorded inside the test process."


@dataclass(frozen=True)
class Call:
    """One call of an adapter. `start_days_ago` and `cursor` are of a read, `ids` and `body` of a write."""

    adapter: type[Adapter]
    action: str
    ids: tuple[str, ...] = ()
    body: Mapping[str, Any] | None = None
    start_days_ago: int | None = None
    cursor: str | None = None
    key: str | None = None
    lost: bool = False
    """Whether the answer gets lost after the vendor has acted."""
    settle: bool = False
    reference: str = REFERENCE
    download: bool = False
    """Whether the file of the record in `ids` is fetched; the action is the read of its list."""


@dataclass(frozen=True)
class Scenario:
    """A call that is recorded, and calls and resets that come before it and are not."""

    name: str
    call: Call
    before: Sequence[Call] = ()
    reset_before: bool = False


KIT = {
    "sku": "KIT-TEA",
    "name": "Tea and mug",
    "inventory_items": [
        {"inventory_item_id": "inventory_item_id_4", "sku": "TEA-SENCHA-100", "unit_quantity": 1},
        {"inventory_item_id": "inventory_item_id_10", "unit_quantity": 2},
    ],
}
SIZED_KIT = {
    **KIT,
    "gtin": "2000000000176",
    "measurements": {"length": 30, "width": 20.5, "height": 15, "unit": "cm", "weight": 1.25, "weight_unit": "kg"},
}
INCREASE = {"quantity": 5, "adjustment_type": "increase", "warehouse_id": "warehouse_id_0"}
DECREASE = {"quantity": 50, "adjustment_type": "decrease", "warehouse_id": "warehouse_id_1"}
CART_INCREASE = {"quantity": 4, "adjustment_type": "increase"}


def wms(action: str, *ids: str, **rest: Any) -> Call:
    return Call(Sandbox, action, ids, **rest)


def cart(action: str, *ids: str, **rest: Any) -> Call:
    return Call(CartSandbox, action, ids, **rest)


def carrier(action: str, *ids: str, **rest: Any) -> Call:
    return Call(CarrierSandbox, action, ids, **rest)


def freight(action: str, *ids: str, **rest: Any) -> Call:
    return Call(FreightSandbox, action, ids, **rest)


LOST_ADJUSTMENT = wms("adjust_inventory", "inventory_item_id_6", body=INCREASE, lost=True)
LOST_KIT = wms("create_kit", body=KIT, lost=True)
LOST_KIT_CHANGE = wms("update_kit", "product_id_15", body={"name": "Two mugs"}, lost=True)
SHIPMENT = {
    "tracking_number": "1Z999AA20000005600",
    "carrier_name": "UPS",
    "shipping_method_name": "Ground",
    "tracking_url": "https://tracking.example.com/1Z999AA20000005600",
}
PART = {"line_items": [{"line_item_id": "order_id_56_line_0", "quantity": 1}]}
LINE_REFUND = {
    "line_items": [{"line_item_id": "order_id_40_line_0", "quantity": 1, "restock": True}],
    "reason": "damaged",
    "note": "Cracked in transit",
}
LOST_SHOP_SHIPMENT = cart("create_order_shipment", "order_id_56", body=SHIPMENT, lost=True)
LOST_REFUND = cart("refund_order", "order_id_40", body=LINE_REFUND, lost=True)
LOST_CART = cart("adjust_inventory", "product_id_9", body=CART_INCREASE, lost=True)


def again(call: Call) -> Call:
    """The settling of a lost write."""
    return Call(call.adapter, call.action, call.ids, call.body, settle=True)


ORDER = {
    "order_number": "1001",
    "reference_id": "shop-1001",
    "channel_object": {"channel_name": "Web shop"},
    "shipping_method_id": "shipping_method_id_1",
    "ship_to_address": {"full_name": "Ada Brunner", "address1": "12 Hill Road", "city": "Denver", "country": "US"},
    "line_items": [
        {"product_id": "product_id_0", "quantity": 30},
        {"product_id": "product_id_16", "sku": "KIT-OAT-6", "quantity": 1, "unit_price": 15.5, "discount_amount": 0.5},
    ],
    "total_shipping": 4.9,
}
LOST_ORDER = wms("create_order", body=ORDER, lost=True)
LOST_CANCEL = wms("cancel_order", "order_id_70", lost=True)
LOST_SHIPMENT = wms("create_order_shipment", "order_id_70", body={"partial": True}, lost=True)
LOST_CHANGE = wms("update_order", "order_id_80", body={"status": "packed"}, lost=True)
LABEL = {"file_name": "label.txt", "file": "VG86IEFkYQ=="}
LOST_FILE = wms("create_order_file", "order_id_70", body=LABEL, lost=True)
ORDER_SCENARIOS = (
    Scenario("get_orders", wms("get_orders", cursor="order_id_97")),
    Scenario("get_orders_packed", wms("get_orders", start_days_ago=0), before=[replace(LOST_CHANGE, lost=False)]),
    Scenario("get_orders_lost", wms("get_orders", lost=True)),
    Scenario("get_order_channels", wms("get_order_channels")),
    Scenario("get_order_channels_wrong_key", wms("get_order_channels", key="test-wrong-key")),
    Scenario("get_order_packs", wms("get_order_packs", "order_id_84")),
    Scenario("get_order_packs_unknown", wms("get_order_packs", "order_id_999")),
    Scenario("create_order", wms("create_order", body=ORDER)),
    Scenario(
        "create_order_backordered",
        wms("create_order", body={"line_items": [{"product_id": "product_id_8", "quantity": 5000}]}),
    ),
    Scenario("create_order_number_taken", wms("create_order", body={**ORDER, "order_number": "order_number_3"})),
    Scenario(
        "create_order_unknown_product",
        wms("create_order", body={"line_items": [{"product_id": "nothing", "quantity": 1}]}),
    ),
    Scenario("create_order_lost", LOST_ORDER),
    Scenario("create_order_settle_applied", again(LOST_ORDER), before=[LOST_ORDER]),
    Scenario("create_order_settle_not_applied", again(LOST_ORDER)),
    Scenario(
        "update_order",
        wms(
            "update_order",
            "order_id_80",
            body={"line_items": [{"product_id": "product_id_4", "quantity": 2}], "status": "processing"},
        ),
    ),
    Scenario(
        "update_order_waiting",
        wms(
            "update_order", "order_id_77", body={"channel": "channel_A", "channel_object": {"channel_id": "channel_C"}}
        ),
    ),
    Scenario("update_order_shipped", wms("update_order", "order_id_0", body={"service_level": "Express"})),
    Scenario("update_order_settle_applied", again(LOST_CHANGE), before=[LOST_CHANGE]),
    Scenario("update_order_settle_not_applied", again(LOST_CHANGE)),
    Scenario("cancel_order", wms("cancel_order", "order_id_70")),
    Scenario("cancel_order_shipped", wms("cancel_order", "order_id_75")),
    Scenario("cancel_order_settle_applied", again(LOST_CANCEL), before=[LOST_CANCEL]),
    Scenario("cancel_order_settle_not_applied", again(LOST_CANCEL)),
    Scenario(
        "create_order_shipment_pack",
        wms(
            "create_order_shipment",
            "order_id_84",
            body={
                "shipped_date": "2026-11-20T10:00:00.250+02:00",
                "carrier_id": "UPS",
                "shipping_method_id": "shipping_method_id_0",
                "shipping_cost": 7.25,
                "warehouse_id": "warehouse_id_0",
                "packages": [{"package_id": "pack_order_id_84_1", "tracking_number": "1Z1"}],
            },
        ),
    ),
    Scenario(
        "create_order_shipment_lots",
        wms(
            "create_order_shipment",
            "order_id_100",
            body={
                "line_items": [{"product_id": "product_id_3", "quantity": 70}],
                "packages": [{"package_id": "A"}, {"package_id": "B", "tracking_number": "1Z2"}],
                "measurements": SIZED_KIT["measurements"],
            },
        ),
        before=[
            wms(
                "create_order", body={"line_items": [{"product_id": "product_id_3", "quantity": 90}]}, reference="first"
            )
        ],
    ),
    Scenario(
        "create_order_shipment_unknown_pack",
        wms("create_order_shipment", "order_id_84", body={"packages": [{"package_id": "nothing"}]}),
    ),
    Scenario("create_order_shipment_on_hold", wms("create_order_shipment", "order_id_78", body={})),
    Scenario("create_order_shipment_lost", LOST_SHIPMENT),
    Scenario("create_order_shipment_settle_applied", again(LOST_SHIPMENT), before=[LOST_SHIPMENT]),
    Scenario("create_order_shipment_settle_not_applied", again(LOST_SHIPMENT)),
    Scenario("create_order_file", wms("create_order_file", "order_id_70", body=LABEL)),
    Scenario(
        "create_order_file_by_address",
        wms("create_order_file", "order_id_70", body={"file_url": "https://files.example/labels/7.pdf"}),
    ),
    Scenario("create_order_file_nothing_sent", wms("create_order_file", "order_id_70", body={"file_name": "x"})),
    Scenario("create_order_file_settle_applied", again(LOST_FILE), before=[LOST_FILE]),
    Scenario("create_order_file_settle_not_applied", again(LOST_FILE)),
)

SCENARIOS = (
    Scenario("check", wms("check")),
    Scenario("check_wrong_key", wms("check", key="test-wrong-key")),
    Scenario("get_warehouses", wms("get_warehouses")),
    Scenario("get_warehouses_key_of_the_shop", wms("get_warehouses", key=KEYS["cart"])),
    Scenario("get_warehouse_locations", wms("get_warehouse_locations", cursor="location_id_15")),
    Scenario("get_warehouse_locations_lost", wms("get_warehouse_locations", lost=True)),
    Scenario("get_inventory", wms("get_inventory", cursor="inventory_item_id_12")),
    Scenario("get_inventory_changed", wms("get_inventory", start_days_ago=3, cursor="inventory_item_id_5")),
    Scenario(
        "get_inventory_adjusted",
        wms("get_inventory", start_days_ago=0),
        before=[wms("adjust_inventory", "inventory_item_id_5", body=DECREASE)],
    ),
    Scenario("get_inventory_wrong_key", wms("get_inventory", key="test-wrong-key")),
    Scenario("get_products", wms("get_products", cursor="product_id_14")),
    Scenario("get_products_changed", wms("get_products", start_days_ago=3)),
    Scenario(
        "get_products_removed",
        wms("get_products", start_days_ago=0, cursor="product_id_16"),
        before=[wms("create_kit", body=KIT)],
        reset_before=True,
    ),
    Scenario("get_products_bad_cursor", wms("get_products", cursor="product_id_99")),
    Scenario("adjust_inventory_increase", wms("adjust_inventory", "inventory_item_id_6", body=INCREASE)),
    Scenario("adjust_inventory_lots", wms("adjust_inventory", "inventory_item_id_5", body=DECREASE)),
    Scenario(
        "adjust_inventory_location",
        wms("adjust_inventory", "inventory_item_id_6", body={**INCREASE, "location_id": "location_id_8"}),
    ),
    Scenario(
        "adjust_inventory_location_elsewhere",
        wms("adjust_inventory", "inventory_item_id_6", body={**INCREASE, "location_id": "location_id_9"}),
    ),
    Scenario("adjust_inventory_too_many", wms("adjust_inventory", "inventory_item_id_8", body=DECREASE)),
    Scenario("adjust_inventory_unknown_item", wms("adjust_inventory", "inventory_item_id_99", body=INCREASE)),
    Scenario("adjust_inventory_lost", LOST_ADJUSTMENT),
    Scenario("adjust_inventory_settle_applied", again(LOST_ADJUSTMENT), before=[LOST_ADJUSTMENT]),
    Scenario("adjust_inventory_settle_not_applied", again(LOST_ADJUSTMENT)),
    Scenario("create_kit", wms("create_kit", body=SIZED_KIT)),
    Scenario("create_kit_without_name", wms("create_kit", body={k: v for k, v in KIT.items() if k != "name"})),
    Scenario("create_kit_sku_taken", wms("create_kit", body={**KIT, "sku": "KIT-OAT-6"})),
    Scenario(
        "create_kit_unknown_item",
        wms("create_kit", body={**KIT, "inventory_items": [{"inventory_item_id": "nothing", "unit_quantity": 1}]}),
    ),
    Scenario("create_kit_lost", LOST_KIT),
    Scenario("create_kit_settle_applied", again(LOST_KIT), before=[LOST_KIT]),
    Scenario("create_kit_settle_not_applied", again(LOST_KIT)),
    Scenario("update_kit", wms("update_kit", "product_id_15", body={"inventory_items": KIT["inventory_items"]})),
    Scenario("update_kit_not_a_kit", wms("update_kit", "product_id_3", body={"name": "Two mugs"})),
    Scenario("update_kit_unknown", wms("update_kit", "product_id_99", body={"name": "Two mugs"})),
    Scenario("update_kit_settle_applied", again(LOST_KIT_CHANGE), before=[LOST_KIT_CHANGE]),
    Scenario("update_kit_settle_not_applied", again(LOST_KIT_CHANGE)),
    *ORDER_SCENARIOS,
    Scenario("check", cart("check")),
    Scenario("check_wrong_key", cart("check", key="test-wrong-key")),
    Scenario("get_warehouses", cart("get_warehouses")),
    Scenario("get_warehouses_key_of_the_warehouse", cart("get_warehouses", key=KEYS["wms"])),
    Scenario("get_products", cart("get_products", cursor="product_id_13")),
    Scenario("get_products_changed", cart("get_products", start_days_ago=1, cursor="product_id_3")),
    Scenario("get_products_lost", cart("get_products", lost=True)),
    Scenario("adjust_inventory_increase", cart("adjust_inventory", "product_id_9", body=CART_INCREASE)),
    Scenario(
        "adjust_inventory_decrease",
        cart("adjust_inventory", "product_id_9", body={"quantity": 50, "adjustment_type": "decrease"}),
    ),
    Scenario(
        "adjust_inventory_too_many",
        cart("adjust_inventory", "product_id_9", body={"quantity": 999, "adjustment_type": "decrease"}),
    ),
    Scenario("adjust_inventory_parent", cart("adjust_inventory", "product_id_8", body=CART_INCREASE)),
    Scenario("adjust_inventory_lost", LOST_CART),
    Scenario("adjust_inventory_settle_applied", again(LOST_CART), before=[LOST_CART]),
    Scenario("adjust_inventory_settle_not_applied", again(LOST_CART)),
    Scenario(
        "batch_adjust_inventory",
        cart(
            "batch_adjust_inventory",
            body={
                "line_items": [
                    {"product_id": "product_id_16", "quantity": 12},
                    {"product_id": "product_id_14", "quantity": 0, "warehouse_id": "warehouse_id_1"},
                ]
            },
        ),
    ),
    Scenario(
        "batch_adjust_inventory_some_refused",
        cart(
            "batch_adjust_inventory",
            body={
                "line_items": [
                    {"product_id": "product_id_16", "quantity": 12},
                    {"product_id": "product_id_15", "quantity": 1},
                    {"product_id": "product_id_99", "quantity": 1},
                ]
            },
        ),
    ),
    Scenario(
        "batch_adjust_inventory_lost",
        cart(
            "batch_adjust_inventory", body={"line_items": [{"product_id": "product_id_16", "quantity": 12}]}, lost=True
        ),
    ),
    Scenario("get_orders", cart("get_orders", cursor="order_id_57")),
    Scenario("get_orders_changed", cart("get_orders", start_days_ago=1)),
    Scenario("get_orders_lost", cart("get_orders", lost=True)),
    Scenario("create_order_shipment", cart("create_order_shipment", "order_id_56", body=SHIPMENT)),
    Scenario("create_order_shipment_part", cart("create_order_shipment", "order_id_56", body={**SHIPMENT, **PART})),
    Scenario(
        "create_order_shipment_too_many",
        cart(
            "create_order_shipment",
            "order_id_56",
            body={"line_items": [{"line_item_id": "order_id_56_line_0", "quantity": 9}]},
        ),
    ),
    Scenario("create_order_shipment_not_paid", cart("create_order_shipment", "order_id_37", body={})),
    Scenario("create_order_shipment_lost", LOST_SHOP_SHIPMENT),
    Scenario("create_order_shipment_settle_applied", again(LOST_SHOP_SHIPMENT), before=[LOST_SHOP_SHIPMENT]),
    Scenario("create_order_shipment_settle_not_applied", again(LOST_SHOP_SHIPMENT)),
    Scenario("refund_order", cart("refund_order", "order_id_40", body={})),
    Scenario("refund_order_line", cart("refund_order", "order_id_40", body=LINE_REFUND)),
    Scenario("refund_order_shipping", cart("refund_order", "order_id_40", body={"shipping_amount": 1.5})),
    Scenario("refund_order_too_much", cart("refund_order", "order_id_40", body={"amount": 5000})),
    Scenario("refund_order_not_paid", cart("refund_order", "order_id_37", body={})),
    Scenario("refund_order_lost", LOST_REFUND),
    Scenario("refund_order_settle_applied", again(LOST_REFUND), before=[LOST_REFUND]),
    Scenario("refund_order_settle_not_applied", again(LOST_REFUND)),
    Scenario("check", carrier("check")),
    Scenario("check_wrong_key", carrier("check", key="test-wrong-key")),
    Scenario("get_invoice_line_items", carrier("get_invoice_line_items", start_days_ago=8)),
    Scenario("get_invoice_line_items_lost", carrier("get_invoice_line_items", lost=True)),
    Scenario("get_files", carrier("get_files", start_days_ago=20)),
    Scenario("get_files_key_of_the_shop", carrier("get_files", key=KEYS["cart"])),
    Scenario("get_files_download", carrier("get_files", "file_id_12", download=True)),
    Scenario("get_files_download_unknown", carrier("get_files", "file_id_99", download=True)),
    Scenario("check", freight("check")),
    Scenario("check_wrong_key", freight("check", key="test-wrong-key")),
    Scenario("get_shipments", freight("get_shipments", cursor="shipment_id_17")),
    Scenario("get_shipments_changed", freight("get_shipments", start_days_ago=2, cursor="shipment_id_11")),
    Scenario("get_shipments_lost", freight("get_shipments", lost=True)),
)


@dataclass
class RecordingTransport:
    """Passes requests on and keeps them with their answers."""

    inner: Transport
    lost: bool = False
    kept: list[dict[str, Any]] = field(default_factory=list)

    async def send(self, request: VendorRequest) -> VendorAnswer:
        answer = await self.inner.send(request)
        parts = urlsplit(request.url)
        shown: dict[str, Any] = {"method": request.method, "path": parts.path}
        if parts.query:
            shown["query"] = dict(parse_qsl(parts.query))
        if request.body:
            shown["json"] = json.loads(request.body)
        if self.lost:
            self.kept.append({"request": shown, "lost": True})
            raise AnswerLost("lost in the cassette")
        said: dict[str, Any] = {"status": answer.status}
        if answer.headers["content-type"].startswith("application/json"):
            said["json"] = json.loads(answer.body)
        else:
            said |= {"headers": {"content-type": answer.headers["content-type"]}, "text": answer.body.decode()}
        self.kept.append({"request": shown, "response": said})
        return answer


class Recorder:
    """Runs scenarios against one vendor."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._app = make_app(database, clock=lambda: NOW)

    async def record(self, scenario: Scenario) -> str:
        """The cassette of a scenario as text."""
        await self._fresh_accounts(scenario)
        for call in scenario.before:
            await self._quietly(call)
        if scenario.reset_before:
            await self._reset(scenario)
        call = scenario.call
        transport = RecordingTransport(InProcessTransport(self._app), lost=call.lost)
        client, adapter = self._adapter(call, transport)
        try:
            expect = await self._expected(adapter, call)
        except CrossdockError as error:
            found = {"kind": type(error).__name__, "status": error.status, "message": error.message}
            may_have_applied = getattr(error, "may_have_applied", None)
            if may_have_applied is not None:
                found["may_have_applied"] = may_have_applied
            expect = {"error": {**found, "effect": client.effect.value, **error.extra()}}
        return _text(self._cassette(call, transport.kept, expect)) + "\n"

    async def _fresh_accounts(self, scenario: Scenario) -> None:
        async with self._database.system() as connection:
            await connection.execute(
                "insert into organizations (id, name) values (%s, 'recorder') on conflict do nothing", (ORGANIZATION,)
            )
        async with self._database.transaction(ORGANIZATION) as connection:
            await connection.execute("delete from sandbox_accounts where organization_id = %s", (ORGANIZATION,))
        await self._reset(scenario)

    async def _reset(self, scenario: Scenario) -> None:
        """Brings back the accounts that the call of a scenario has to do with."""
        own, given = scenario.call.adapter.vertical, scenario.call.key
        for product, key in ((product, key) for product, key in KEYS.items() if product == own or key == given):
            await accounts.reset(self._database, ORGANIZATION, product, api_key=key, now=NOW)

    async def _quietly(self, call: Call) -> None:
        transport = RecordingTransport(InProcessTransport(self._app), lost=call.lost)
        _, adapter = self._adapter(call, transport)
        try:
            await self._expected(adapter, call)
        except CrossdockError:
            if not call.lost:
                raise

    def _adapter(self, call: Call, transport: Transport) -> tuple[VendorClient, Adapter]:
        client = VendorClient(transport, attempts=1)
        credentials = SandboxCredentials(api_key=call.key or KEYS[call.adapter.vertical])
        return client, call.adapter(credentials, Runtime(client, lambda: NOW, call.reference))

    async def _expected(self, adapter: Adapter, call: Call) -> dict[str, Any]:
        if call.action == exchanges.CHECK:
            return {"me": await adapter.check()}
        action = ACTION_BY_KEY[f"{adapter.vertical}/{call.action}"]
        if call.download:
            file = await adapter.download(action.resource, call.ids[0])
            return {"media_type": file.media_type, "text": file.body.decode()}
        if action.is_read:
            pages = [page async for page in adapter.read_pages(action, _window(call))]
            records = [record for page in pages for record in page.records]
            deleted = [identifier for page in pages for identifier in page.deleted]
            return {"records": [_pruned(one) for one in exchanges.checked(action, records)], "deleted": deleted}
        if action.is_live:
            found = exchanges.checked(action, [await adapter.run_live(action, call.ids)])[0]
            return {"record": _pruned(found)}
        variant = adapter.implementations[action.key].body
        body = None if variant is None else msgspec.convert(call.body, variant)
        if call.settle:
            settled = await adapter.settle(action, Attempt(call.ids, body, REFERENCE, NOW))
            if isinstance(settled, Applied):
                return {"settled": "applied", "record": _pruned(exchanges.checked(action, [settled.record])[0])}
            return {"settled": "not applied" if isinstance(settled, NotApplied) else "unknown"}
        written = await adapter.run_write(action, call.ids, body)
        if isinstance(written, BatchWritten):
            return {"records": [_pruned(one) for one in exchanges.checked(action, list(written.records))]}
        record = _pruned(exchanges.checked(action, [written.record])[0])
        return {"record": record, "unused_fields": list(written.unused_fields)}

    def _cassette(self, call: Call, kept: list[dict[str, Any]], expect: dict[str, Any]) -> dict[str, Any]:
        cassette: dict[str, Any] = {
            "action": call.action,
            "source": "sandbox",
            "note": NOTE,
            "credentials": {"api_key": call.key or KEYS[call.adapter.vertical]},
            "now": timestamp_text(NOW),
        }
        if call.settle:
            cassette["settle"] = True
        if call.download:
            return cassette | {"download": True, "ids": list(call.ids), "exchanges": kept, "expect": expect}
        if call.body is not None:
            cassette |= {"reference": REFERENCE, "ids": list(call.ids), "body": call.body}
        elif call.ids:
            cassette |= {"reference": REFERENCE, "ids": list(call.ids)}
        elif call.action != exchanges.CHECK:
            window = _window(call)
            start = None if window.start is None else timestamp_text(window.start)
            cassette["window"] = {"start": start, "end": timestamp_text(window.end), "cursor": window.cursor}
        return cassette | {"exchanges": kept, "expect": expect}


def _window(call: Call) -> Window:
    start = None if call.start_days_ago is None else NOW - timedelta(days=call.start_days_ago)
    return Window(start, NOW, call.cursor)


def _pruned(record: dict[str, Any]) -> dict[str, Any]:
    """The record without what is empty, which keeps cassettes short."""
    return {name: value for name, value in record.items() if value not in (None, [], {})}


def _text(value: Any, indent: str = "") -> str:
    """JSON with what fits into a line on one line."""
    short = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(short) <= LINE_LENGTH or not value or not isinstance(value, dict | list):
        return short
    deeper = f"{indent}  "
    if isinstance(value, dict):
        inner = [f"{json.dumps(name)}: {_text(item, deeper)}" for name, item in value.items()]
    else:
        inner = [_text(item, deeper) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n" + ",\n".join(f"{deeper}{line}" for line in inner) + f"\n{indent}{closing}"
