"""Announcing goods, changing what was announced, and taking in what arrived.

ShipHero keeps stock and purchase orders apart: to receive is to add the units to stock and then to count them in the
lines. https://developer.shiphero.com/flows/purchase-orders/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import BodyPart, WriteBody, choices, vendor_only
from crossdock.contract.errors import InvalidBody, VendorRejected
from crossdock.contract.values import Timestamp
from crossdock.contract.wms import inbound_shipments
from crossdock.contract.wms.inventory import INVENTORY
from crossdock.integrations.kit.adapter import (
    Applied,
    Attempt,
    NotApplied,
    Related,
    Settlement,
    Written,
    implements,
    settles,
)
from crossdock.integrations.shiphero import arrival_queries, client, queries
from crossdock.integrations.shiphero.base import time_text
from crossdock.integrations.shiphero.bodies import money, text
from crossdock.integrations.shiphero.mapping import when, when_or_none
from crossdock.integrations.shiphero.receiving import PURCHASE_STATUSES, Receiving, product_of, purchase_record
from crossdock.integrations.shiphero.receiving_models import Purchase, PurchaseLine, Vendor
from crossdock.integrations.shiphero.stock import StockKeeping

NOTHING = "0.00"
"""Prices and weights that ShipHero wants and nobody gave."""
NEW = "pending"
OVER = frozenset({"received", "cancelled"})
MOST_LINES = 25
"""Lines that are received at once: each is a call of its own, and a receipt that takes too long is left half done."""
Units = Annotated[int, Meta(ge=1, le=1_000_000)]


class ExpectedLine(BodyPart, kw_only=True):
    """Units of a product that are to come, by its SKU."""

    sku: str
    expected_quantity: Units


class NewLine(ExpectedLine, kw_only=True):
    """Units of a product that are ordered, by its SKU."""

    unit_cost: Annotated[
        Decimal | UnsetType,
        vendor_only(
            "What one unit costs, in the account's currency; left out, nothing.",
            examples=[4.6],
            extra_json_schema={"minimum": 0, "maximum": 1_000_000_000},
        ),
    ] = UNSET


class CreateInboundShipment(WriteBody, kw_only=True):
    """Goods to announce, as a purchase order."""

    warehouse_customer_id: Annotated[
        str | UnsetType,
        vendor_only(
            "Merchant that owns them; left out, the account itself.", examples=["Q3VzdG9tZXJBY2NvdW50OjcwMDI="]
        ),
        choices("warehouse_customers"),
    ] = UNSET
    supplier_object: inbound_shipments.SupplierChoice | UnsetType = UNSET
    purchase_order_number: str
    expected_arrival_date: Timestamp | UnsetType = UNSET
    warehouse_id: Annotated[str, choices("warehouses")]
    tracking_number: str | UnsetType = UNSET
    line_items: Annotated[list[NewLine], Meta(min_length=1, max_length=500)]


class UpdateInboundShipment(WriteBody, kw_only=True):
    """New values of a purchase order. Lines are all of those that are there: ShipHero changes their units alone."""

    expected_arrival_date: Timestamp | UnsetType = UNSET
    tracking_number: str | UnsetType = UNSET
    line_items: Annotated[list[ExpectedLine], Meta(min_length=1)] | UnsetType = UNSET


class ArrivedLine(BodyPart, kw_only=True):
    """Units of a product that arrived, by its SKU. The same SKU twice is added up."""

    sku: str
    quantity: Units


class ReceiveInboundShipment(WriteBody, kw_only=True):
    """Goods that arrived, at the warehouse that the purchase order goes to."""

    warehouse_id: Annotated[str | UnsetType, choices("warehouses")] = UNSET
    warehouse_location_id: Annotated[
        str | UnsetType,
        Meta(description="Where they were put; required where the account uses dynamic slotting."),
        choices("warehouse_locations"),
    ] = UNSET
    line_items: Annotated[list[ArrivedLine], Meta(min_length=1, max_length=MOST_LINES)]


Inbound = inbound_shipments.InboundShipment


class Purchases(StockKeeping, Receiving):
    """Writing purchase orders."""

    @implements(inbound_shipments.CREATE_INBOUND_SHIPMENT, CreateInboundShipment)
    async def create_inbound_shipment(self, body: CreateInboundShipment) -> Written[Inbound]:
        asked = new_purchase(body, await self._vendor(body.supplier_object), self.reference)
        made = await self.change(arrival_queries.CREATE_PURCHASE, asked)
        return await self._stored(self.read(made["purchase_order"], dict[str, str])["id"])

    @settles(inbound_shipments.CREATE_INBOUND_SHIPMENT)
    async def settle_create_inbound_shipment(self, attempt: Attempt) -> Settlement:
        """A purchase order that was made carries the reference of the write as its partner's number."""
        since = time_text(attempt.sent_at - client.CLOCK_SLACK)
        asked = {"made_since": since, "customer": text(attempt.body.warehouse_customer_id)}
        async for found, _ in self.purchases(asked):
            for purchase in found:
                if purchase.partner_order_number == attempt.reference:
                    return await self._applied(purchase)
        return NotApplied()

    @implements(inbound_shipments.UPDATE_INBOUND_SHIPMENT, UpdateInboundShipment)
    async def update_inbound_shipment(self, inbound_shipment_id: str, body: UpdateInboundShipment) -> Written[Inbound]:
        purchase = await self.purchase(inbound_shipment_id)
        asked: dict[str, Any] = {
            "po_date": None
            if isinstance(body.expected_arrival_date, UnsetType)
            else time_text(body.expected_arrival_date),
            "tracking_number": text(body.tracking_number),
            "line_items": None
            if isinstance(body.line_items, UnsetType)
            else [{"sku": sku, "quantity": units} for sku, units in expected(purchase, body.line_items).items()],
        }
        if any(value is not None for value in asked.values()):
            owner = await self.customer(purchase.account_id)
            given = {**asked, "po_id": purchase.id, "customer_account_id": owner}
            await self.change(arrival_queries.UPDATE_PURCHASE, given)
        return await self._stored(inbound_shipment_id)

    @settles(inbound_shipments.UPDATE_INBOUND_SHIPMENT)
    async def settle_update_inbound_shipment(self, attempt: Attempt) -> Settlement:
        """Sending the same values again changes nothing, so only whether they are there counts."""
        body: UpdateInboundShipment = attempt.body
        purchase = await self.purchase(attempt.ids[0])
        date, lines = body.expected_arrival_date, body.line_items
        same = text(body.tracking_number) in (None, purchase.tracking_number)
        if not isinstance(date, UnsetType):
            same = same and when_or_none(purchase.po_date) == when(time_text(date))
        if not isinstance(lines, UnsetType):
            there = {line.sku: line.quantity for line in purchase.line_items.nodes}
            same = same and all(there.get(line.sku) == line.expected_quantity for line in lines)
        return await self._applied(purchase) if same else NotApplied()

    @implements(inbound_shipments.RECEIVE_INBOUND_SHIPMENT, ReceiveInboundShipment)
    async def receive_inbound_shipment(
        self, inbound_shipment_id: str, body: ReceiveInboundShipment
    ) -> Written[Inbound]:
        purchase = await self.purchase(inbound_shipment_id)
        arrived = taken_in(purchase, body)
        owner = await self.customer(purchase.account_id)
        for line, units in arrived:
            asked: dict[str, Any] = {
                "sku": line.sku,
                "customer_account_id": owner,
                "warehouse_id": purchase.warehouse_id,
                "location_id": text(body.warehouse_location_id),
                "quantity": units,
                "reason": f"Purchase order {purchase.po_number or purchase.id} received [{self.reference}]",
            }
            await self.change(queries.ADD_STOCK, asked)
        # Read again, so that as little as possible of what others count in the meantime is written over.
        now = {line.id: line.quantity_received or 0 for line in (await self.purchase(purchase.id)).line_items.nodes}
        lines = [{"sku": line.sku, "quantity_received": now.get(line.id, 0) + units} for line, units in arrived]
        counted = {"po_id": purchase.id, "customer_account_id": owner, "line_items": lines}
        await self.change(arrival_queries.UPDATE_PURCHASE, counted)
        items = [item for line, _ in arrived if (item := product_of(line)) is not None]
        record = await self.purchase_now(inbound_shipment_id)
        return Written(record, related=[Related(INVENTORY, await self.stock_of(items))])

    @settles(inbound_shipments.RECEIVE_INBOUND_SHIPMENT)
    async def settle_receive_inbound_shipment(self, attempt: Attempt) -> Settlement:
        """The stock log keeps the reference of all that was added. Lines that were touched behind that are counted."""
        purchase = await self.purchase(attempt.ids[0])
        lines = lines_of(purchase)
        owner = await self.customer(purchase.account_id)
        wanted = list(dict.fromkeys(line.sku for line in attempt.body.line_items))
        found = [await self.logged(attempt, sku, purchase.warehouse_id, owner) for sku in wanted]
        entries = [entry for entry in found if entry is not None]
        if not entries:
            return NotApplied()
        last = max(when(entry.created_at) for entry in entries)
        dates = [when_or_none(lines[sku].updated_at) for sku in wanted if sku in lines]
        counted = all(date is not None and date >= last for date in dates)
        return await self._applied(purchase) if len(entries) == len(wanted) and counted else None

    async def _vendor(self, given: inbound_shipments.SupplierBody | UnsetType) -> str | None:
        """The id of a vendor that is named by its id or its name."""
        if isinstance(given, UnsetType):
            return None
        identifier, name = text(given.supplier_id), text(given.supplier_name)
        if identifier is not None:
            return identifier
        asked = {"first": queries.ENTRIES_PER_PAGE}
        pages = self.walk(arrival_queries.VENDORS, "vendors", Vendor, asked)
        same = [vendor.id async for found, _ in pages for vendor in found if vendor.name == name]
        if len(same) != 1:
            problem = "several vendors" if same else "no vendor"
            raise InvalidBody.field("supplier_object", f"The account has {problem} of this name.")
        return same[0]

    async def _stored(self, purchase_id: str) -> Written[Inbound]:
        """A purchase order as it is now, with the stock of what is on it."""
        done = await self._applied(await self.purchase(purchase_id))
        return Written(done.record, related=done.related)

    async def _applied(self, purchase: Purchase) -> Applied[Inbound]:
        items = [item for line in purchase.line_items.nodes if (item := product_of(line)) is not None]
        # Items are read one by one; those of a longer order come with the next sync.
        stock = await self.stock_of(items) if len(items) <= MOST_LINES else []
        return Applied(purchase_record(purchase), [Related(INVENTORY, stock)])


def new_purchase(body: CreateInboundShipment, vendor: str | None, reference: str) -> dict[str, Any]:
    """The purchase order as ShipHero takes it."""
    prices = [Decimal(0) if isinstance(line.unit_cost, UnsetType) else line.unit_cost for line in body.line_items]
    units = [line.expected_quantity for line in body.line_items]
    total = money(sum((price * count for price, count in zip(prices, units, strict=True)), Decimal(0)))
    return {
        "customer_account_id": text(body.warehouse_customer_id),
        "po_number": body.purchase_order_number,
        "partner_order_number": reference or None,
        "po_date": None if isinstance(body.expected_arrival_date, UnsetType) else time_text(body.expected_arrival_date),
        "warehouse_id": body.warehouse_id,
        "vendor_id": vendor,
        "tracking_number": text(body.tracking_number),
        "fulfillment_status": NEW,
        "subtotal": total,
        "shipping_price": NOTHING,
        "total_price": total,
        "line_items": [
            {
                "sku": line.sku,
                "quantity": line.expected_quantity,
                "price": format(price, "f"),
                "expected_weight_in_lbs": NOTHING,
                "fulfillment_status": NEW,
                **({} if vendor is None else {"vendor_id": vendor}),
            }
            for line, price in zip(body.line_items, prices, strict=True)
        ],
    }


def lines_of(purchase: Purchase) -> Mapping[str, PurchaseLine]:
    """The lines by SKU, by which ShipHero tells them apart when they are changed; without those that have it twice."""
    found: dict[str, list[PurchaseLine]] = {}
    for line in purchase.line_items.nodes:
        found.setdefault(line.sku or "", []).append(line)
    return {sku: lines[0] for sku, lines in found.items() if len(lines) == 1}


def expected(purchase: Purchase, given: Sequence[ExpectedLine]) -> Mapping[str, int]:
    """The new units of all lines, by SKU."""
    lines = lines_of(purchase)
    problems: dict[str, list[str]] = {}
    wanted: dict[str, int] = {}
    for at, line in enumerate(given):
        if line.sku not in lines or line.sku in wanted:
            problems[f"line_items.{at}.sku"] = [
                "Not one line of the purchase order; ShipHero neither adds nor splits lines."
            ]
        wanted[line.sku] = line.expected_quantity
    if missing := sorted({line.sku or line.id for line in purchase.line_items.nodes} - set(wanted)):
        problems["line_items"] = [f"ShipHero removes no lines, so all have to be here; missing: {', '.join(missing)}."]
    if problems:
        raise InvalidBody({"json": problems})
    return wanted


def taken_in(purchase: Purchase, body: ReceiveInboundShipment) -> list[tuple[PurchaseLine, int]]:
    """The lines that units arrived of. Whatever ShipHero might refuse in the middle is refused before."""
    if (state := PURCHASE_STATUSES.get((purchase.fulfillment_status or "").lower())) in OVER:
        raise VendorRejected(f"Purchase order {purchase.po_number or purchase.id} is {state}")
    if text(body.warehouse_id) not in (None, purchase.warehouse_id):
        raise InvalidBody.field("warehouse_id", "The purchase order goes to another warehouse.")
    lines = lines_of(purchase)
    problems: dict[str, list[str]] = {}
    units: dict[str, int] = {}
    for at, asked in enumerate(body.line_items):
        if asked.sku not in lines:
            problems[f"line_items.{at}.sku"] = ["Not one line of the purchase order."]
        elif product_of(lines[asked.sku]) is None:
            problems[f"line_items.{at}.sku"] = ["The warehouse does not keep this product any more."]
        units[asked.sku] = units.get(asked.sku, 0) + asked.quantity
    if problems:
        raise InvalidBody({"json": problems})
    return [(lines[sku], count) for sku, count in units.items()]
