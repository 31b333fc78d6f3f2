"""The adapters of the sandbox on the real vendor, from the judged body to the stored stock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from crossdock.contract.actions import Action
from crossdock.contract.cart import products as cart_products
from crossdock.contract.cart import warehouses as cart_warehouses
from crossdock.contract.errors import InvalidBody, NeedsReconnect, VendorRejected
from crossdock.contract.judge import Judge
from crossdock.contract.schemas import variant_schema
from crossdock.contract.wms import inbound_shipments, inventory, products, returns, warehouses
from crossdock.integrations.kit.adapter import (
    Adapter,
    Applied,
    Attempt,
    NotApplied,
    Runtime,
    Window,
    Written,
)
from crossdock.integrations.kit.batches import BatchFailed
from crossdock.integrations.kit.client import VendorClient
from crossdock.integrations.kit.exchanges import checked
from crossdock.integrations.kit.transport import ASGIApp, InProcessTransport
from crossdock.integrations.sandbox import CartSandbox, Sandbox
from crossdock.integrations.sandbox.base import SandboxCredentials
from crossdock.platform.database import Database
from crossdock.sandbox import accounts
from crossdock.sandbox.app import make_app

pytestmark = pytest.mark.anyio


@dataclass
class Connection:
    """A connection as the platform would use it: every call gets an adapter of its own."""

    kind: type[Adapter]
    app: ASGIApp
    key: str

    def adapter(self, reference: str = "") -> Adapter:
        client = VendorClient(InProcessTransport(self.app), attempts=1)
        return self.kind(SandboxCredentials(api_key=self.key), Runtime(client, reference=reference))

    async def read(self, action: Action, start: datetime | None = None) -> tuple[dict[str, dict[str, Any]], list[str]]:
        """Records by id, each checked against the contract, and ids of deleted ones."""
        records: list[Any] = []
        deleted: list[str] = []
        async for page in self.adapter().read_pages(action, Window(start, datetime.now(UTC))):
            records += page.records
            deleted += page.deleted
        return {record["id"]: record for record in checked(action, records)}, deleted

    async def write(self, action: Action, *ids: str, reference: str | None = None, **body: Any) -> Any:
        """The record of a write whose body the published schema has judged."""
        made = self.adapter(uuid4().hex if reference is None else reference)
        variant = made.implementations[action.key].body
        assert variant is not None
        Judge(variant_schema(variant, action.body, made.display_name)).check(body)
        written = await made.run_write(action, ids, msgspec.convert(body, variant))
        records = written.records if hasattr(written, "records") else [written.record]
        shown = checked(action, list(records))
        return shown if hasattr(written, "records") else shown[0]


@pytest.fixture
async def wms(database: Database, organization_id: UUID) -> Connection:
    return Connection(Sandbox, make_app(database), await accounts.reset(database, organization_id, "wms"))


@pytest.fixture
async def cart(database: Database, organization_id: UUID) -> Connection:
    return Connection(CartSandbox, make_app(database), await accounts.reset(database, organization_id, "cart"))


class TestWarehouseSystem:
    async def test_product_to_stock_by_location(self, wms: Connection) -> None:
        """The guide's way from a product over its inventory items to levels by warehouse and location."""
        catalogue, _ = await wms.read(products.GET_PRODUCTS)
        stock, _ = await wms.read(inventory.GET_INVENTORY)
        buildings, _ = await wms.read(warehouses.GET_WAREHOUSES)
        places, _ = await wms.read(warehouses.GET_WAREHOUSE_LOCATIONS)
        assert (len(catalogue), len(stock), len(buildings), len(places)) == (17, 14, 2, 18)
        assert sum(product["is_kit"] for product in catalogue.values()) == 3
        for product in catalogue.values():
            for part in product["inventory_items"]:
                assert stock[part["inventory_item_id"]]["sku"] == part["sku"]
        for item in stock.values():
            by_warehouse = item["inventory_by_warehouse_id"]
            for name in ("onhand", "committed", "unfulfillable", "fulfillable", "sellable", "awaiting"):
                assert item[name] == sum(here[name] for here in by_warehouse.values())
            for where, here in by_warehouse.items():
                lying = [part for part in item["locations"] if part["warehouse_id"] == where]
                assert here["onhand"] == sum(part["quantity"] for part in lying)
                assert all(places[part["location_id"]]["warehouse_id"] == where for part in lying)
            if item["lots"]:
                assert item["onhand"] == sum(lot["onhand"] for lot in item["lots"])

    async def test_adjust(self, wms: Connection) -> None:
        before = (await wms.read(inventory.GET_INVENTORY))[0]["inventory_item_id_0"]
        body: dict[str, Any] = {"quantity": 7, "warehouse_id": "warehouse_id_1"}
        up = await wms.write(inventory.ADJUST_INVENTORY, before["id"], adjustment_type="increase", **body)
        assert up["onhand"] == before["onhand"] + 7
        down = await wms.write(
            inventory.ADJUST_INVENTORY,
            before["id"],
            adjustment_type="decrease",
            location_id="location_id_15",
            **body,
        )
        assert down["onhand"] == before["onhand"]
        assert (await wms.read(inventory.GET_INVENTORY))[0]["inventory_item_id_0"] == down

    async def test_a_kit_is_read_with_the_products(self, wms: Connection) -> None:
        body: dict[str, Any] = {
            "sku": "KIT-NEW",
            "name": "New",
            "gtin": "2000000000176",
            "measurements": {
                "length": 1.5,
                "width": 2,
                "height": 0.1,
                "unit": "in",
                "weight": 1e-7,
                "weight_unit": "oz",
            },
            "inventory_items": [{"inventory_item_id": "inventory_item_id_4", "unit_quantity": 3}],
        }
        made = await wms.write(products.CREATE_KIT, **body)
        assert (made["is_kit"], made["gtin"], made["name"]) == (True, "2000000000176", "New")
        assert made["inventory_items"] == [
            {"inventory_item_id": "inventory_item_id_4", "sku": "TEA-SENCHA-100", "unit_quantity": 3}
        ]
        assert made["additional_fields"]["measurements"] == body["measurements"]
        changed = await wms.write(products.UPDATE_KIT, made["id"], name="Newer")
        assert changed == {**made, "name": "Newer", "updated_date": changed["updated_date"]}
        assert (await wms.read(products.GET_PRODUCTS))[0][made["id"]] == changed

    async def test_reads_only_what_changed(self, wms: Connection, database: Database, organization_id: UUID) -> None:
        start = datetime.now(UTC) + timedelta(seconds=30)
        assert (await wms.read(inventory.GET_INVENTORY, start))[0] == {}
        written = await wms.write(
            inventory.ADJUST_INVENTORY,
            "inventory_item_id_3",
            quantity=1,
            adjustment_type="increase",
            warehouse_id="warehouse_id_0",
        )
        # The window begins after the change was stamped, as it can when the change took its time to be stored.
        assert (await wms.read(inventory.GET_INVENTORY, start))[0] == {written["id"]: written}
        await accounts.reset(database, organization_id, "wms", api_key=wms.key)
        assert len((await wms.read(inventory.GET_INVENTORY, start))[0]) == 14

    async def test_a_kit_that_a_reset_removed_is_reported(
        self, wms: Connection, database: Database, organization_id: UUID
    ) -> None:
        parts = [{"inventory_item_id": "inventory_item_id_4", "unit_quantity": 3}]
        made = await wms.write(products.CREATE_KIT, sku="KIT-NEW", inventory_items=parts)
        await accounts.reset(database, organization_id, "wms", api_key=wms.key)
        assert (await wms.read(products.GET_PRODUCTS, datetime.now(UTC)))[1] == [made["id"]]

    async def test_uncertain_writes_are_settled(self, wms: Connection) -> None:
        """Without this a lost answer would leave a person to count the shelf."""
        parts = [{"inventory_item_id": "inventory_item_id_4", "unit_quantity": 3}]
        adjustment = {"quantity": 1, "adjustment_type": "increase", "warehouse_id": "warehouse_id_0"}
        calls: list[tuple[Action, tuple[str, ...], dict[str, Any]]] = [
            (inventory.ADJUST_INVENTORY, ("inventory_item_id_3",), adjustment),
            (products.CREATE_KIT, (), {"sku": "KIT-NEW", "inventory_items": parts}),
            (products.UPDATE_KIT, ("product_id_16",), {"name": "Crate of oat drink"}),
        ]
        for number, (action, ids, body) in enumerate(calls):
            reference = f"{number:032x}"
            variant = Sandbox.implementations[action.key].body
            assert variant is not None
            attempt = Attempt(ids, msgspec.convert(body, variant), reference, datetime.now(UTC))
            assert isinstance(await wms.adapter().settle(action, attempt), NotApplied)
            written = await wms.write(action, *ids, reference=reference, **body)
            settled = await wms.adapter().settle(action, attempt)
            assert isinstance(settled, Applied)
            assert checked(action, [settled.record]) == [written]

    async def test_settling_finds_everything_that_a_write_touched(self, wms: Connection) -> None:
        """A settled receipt without its stock would sell goods that lie there one sync too late."""
        calls: list[tuple[Action, tuple[str, ...], dict[str, Any]]] = [
            (
                inventory.ADJUST_INVENTORY,
                ("inventory_item_id_5",),
                {"quantity": 50, "adjustment_type": "decrease", "warehouse_id": "warehouse_id_1"},
            ),
            (
                inbound_shipments.RECEIVE_INBOUND_SHIPMENT,
                ("inbound_shipment_id_7",),
                {"line_items": [{"sku": "TEA-SENCHA-100", "quantity": 4}]},
            ),
            (products.UPDATE_PRODUCT, ("product_id_10",), {"sku": "MUG-COBALT"}),
            (returns.CANCEL_RETURN, ("return_id_1",), {}),
        ]
        touched = []
        for number, (action, ids, body) in enumerate(calls):
            reference = f"{number:032x}"
            variant = Sandbox.implementations[action.key].body
            sent = None if variant is None else msgspec.convert(body, variant)
            written = await wms.adapter(reference).run_write(action, ids, sent)
            assert isinstance(written, Written)
            settled = await wms.adapter().settle(action, Attempt(ids, sent, reference, datetime.now(UTC)))
            assert settled == Applied(written.record, written.related)
            touched.append({related.resource.name: len(related.records) for related in written.related})
        assert touched == [
            {"inventory_ledger": 2},
            {"inventory": 1, "inventory_ledger": 1, "bills": 1},
            {"products": 1, "inventory": 2},
            {},
        ]

    async def test_refusals_keep_the_vendors_words(self, wms: Connection) -> None:
        parts = [{"inventory_item_id": "inventory_item_id_4", "unit_quantity": 3}]
        with pytest.raises(VendorRejected, match="SKU KIT-OAT-6 is taken by product_id_16") as refusal:
            await wms.write(products.CREATE_KIT, sku="KIT-OAT-6", inventory_items=parts)
        assert (refusal.value.status, refusal.value.vendor_code) == (409, "duplicate_sku")
        wms.key = "sbx_wrong"
        with pytest.raises(NeedsReconnect, match="Invalid Sandbox credentials"):
            await wms.adapter().check()

    @pytest.mark.parametrize(
        "change", [{"inventory_items": []}, {"inventory_items": [{"inventory_item_id": "i", "unit_quantity": 0}]}]
    )
    async def test_what_the_vendor_never_takes_is_in_the_schema(self, wms: Connection, change: dict[str, Any]) -> None:
        """A rule that only shows up as the vendor's refusal cannot be read before."""
        with pytest.raises(InvalidBody):
            await wms.write(products.CREATE_KIT, sku="KIT-NEW", **change)


class TestShop:
    async def test_parents_and_variants(self, cart: Connection) -> None:
        found, _ = await cart.read(cart_products.GET_PRODUCTS)
        assert len(found) == 17
        parents = [item for item in found.values() if item["parent_product_id"] == item["id"]]
        assert len(parents) == 7
        assert all(item["inventory"] is None and item["price"] is None for item in parents)
        for variant in (item for item in found.values() if item not in parents):
            assert variant["inventory"] == sum(variant["inventory_by_warehouse_id"].values())
            assert variant["name"].startswith(found[variant["parent_product_id"]]["name"])
        assert len((await cart.read(cart_warehouses.GET_WAREHOUSES))[0]) == 2

    async def test_adjust(self, cart: Connection) -> None:
        before = (await cart.read(cart_products.GET_PRODUCTS))[0]["product_id_2"]
        after = await cart.write(cart_products.ADJUST_INVENTORY, "product_id_2", quantity=3, adjustment_type="decrease")
        assert after["inventory"] == before["inventory"] - 3
        found, _ = await cart.read(cart_products.GET_PRODUCTS)
        assert found["product_id_2"] == after
        assert found["product_id_0"]["updated_date"] < after["updated_date"]

    async def test_a_parent_is_refused(self, cart: Connection) -> None:
        with pytest.raises(VendorRejected, match="product_id_0 is a parent product"):
            await cart.write(cart_products.ADJUST_INVENTORY, "product_id_0", quantity=3, adjustment_type="increase")

    async def test_batch(self, cart: Connection) -> None:
        lines = [
            {"product_id": "product_id_2", "quantity": 3},
            {"product_id": "product_id_1", "quantity": 9, "warehouse_id": "warehouse_id_1"},
        ]
        written = await cart.write(cart_products.BATCH_ADJUST_INVENTORY, line_items=lines)
        assert [record["id"] for record in written] == ["product_id_2", "product_id_1"]
        assert written[0]["inventory"] == 3
        assert written[1]["inventory_by_warehouse_id"]["warehouse_id_1"] == 9

    async def test_a_batch_says_what_became_of_each_line(self, cart: Connection) -> None:
        """Nobody may believe that a refused line was applied, or the other way round."""
        lines = [{"product_id": f"product_id_{number}", "quantity": 4} for number in (0, 1, 99)]
        with pytest.raises(BatchFailed) as failed:
            await cart.write(cart_products.BATCH_ADJUST_INVENTORY, line_items=lines)
        assert [(line.id, line.outcome) for line in failed.value.lines] == [
            ("product_id_0", "refused"),
            ("product_id_1", "applied"),
            ("product_id_99", "refused"),
        ]
        records = checked(cart_products.BATCH_ADJUST_INVENTORY, list(failed.value.records))
        found, _ = await cart.read(cart_products.GET_PRODUCTS)
        assert records == [found["product_id_1"]]
        assert found["product_id_1"]["inventory"] == 4

    async def test_an_uncertain_write_is_settled(self, cart: Connection) -> None:
        action = cart_products.ADJUST_INVENTORY
        body = {"quantity": 3, "adjustment_type": "increase"}
        variant = CartSandbox.implementations[action.key].body
        assert variant is not None
        attempt = Attempt(("product_id_2",), msgspec.convert(body, variant), "r", datetime.now(UTC))
        assert isinstance(await cart.adapter().settle(action, attempt), NotApplied)
        written = await cart.write(action, "product_id_2", reference="r", **body)
        settled = await cart.adapter().settle(action, attempt)
        assert isinstance(settled, Applied)
        assert checked(action, [settled.record]) == [written]

    def test_the_variant_is_the_published_one(self) -> None:
        """A client written for the published schema would be refused."""
        action = cart_products.ADJUST_INVENTORY
        variant = CartSandbox.implementations[action.key].body
        assert variant is not None
        schema = variant_schema(variant, action.body, CartSandbox.display_name)
        assert schema["title"] == "Cart Sandbox"
        assert sorted(schema["required"]) == ["adjustment_type", "quantity"]
        assert schema["additionalProperties"] is False
        assert set(schema["properties"]) == {"quantity", "adjustment_type"}
        assert schema["properties"]["quantity"]["type"] == "integer"
        assert sorted(schema["properties"]["adjustment_type"]["enum"], reverse=True) == ["increase", "decrease"]
