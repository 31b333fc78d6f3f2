"""Changes of orders, each inside one transaction of its caller."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlsplit

from msgspec import UNSET
from msgspec.structs import asdict

from crossdock.sandbox.api import existing
from crossdock.sandbox.problems import conflict, duplicate_reference, invalid
from crossdock.sandbox.store import Objects
from crossdock.sandbox.wms.documents import (
    CHANGEABLE,
    AttachedFile,
    Channel,
    DeliveryAddress,
    FileContent,
    Item,
    Order,
    OrderLine,
    OrderState,
    Product,
    Recipient,
    ShippingMethod,
    Warehouse,
)
from crossdock.sandbox.wms.ledger import LedgerEntry
from crossdock.sandbox.wms.order_requests import (
    Cancellation,
    NewFile,
    NewLine,
    NewOrder,
    NewRecipient,
    OrderChanges,
    OrderFields,
)
from crossdock.sandbox.wms.packing import pack
from crossdock.sandbox.wms.shelves import Shelves
from crossdock.sandbox.wms.work_documents import Charge

MOST_MONEY = Decimal(10) ** 12
_PACKED: frozenset[OrderState] = frozenset({"picked", "packed"})
_REFUSALS = {
    "part_shipped": ("already_shipped", "has left in part"),
    "shipped": ("already_shipped", "has left"),
    "cancelled": ("already_cancelled", "is cancelled"),
    "waiting_for_stock": ("waiting_for_stock", "waits for stock"),
    "on_hold": ("on_hold", "is on hold"),
}


@dataclass(frozen=True)
class Changed:
    """An order after a change, the items whose stock or promises the change moved, and what that left in the books."""

    order: Order
    items: Sequence[Item] = ()
    ledger: Sequence[LedgerEntry] = ()
    charges: Sequence[Charge] = ()


async def create_order(objects: Objects, wanted: NewOrder, now: datetime) -> Changed:
    """Makes an order. It holds the stock it needs, or waits for all of it."""
    await objects.lock_for_catalogue()
    await refuse_repetition(objects, wanted.reference)
    identifier = f"order_id_{await objects.next_number(Order)}"
    order = Order(
        id=identifier,
        created_at=now,
        updated_at=now,
        number=identifier,
        state="new",
        warehouse_id="",
        lines=await _lines(objects, wanted.lines),
        total=Decimal(0),
        references=[wanted.reference] if wanted.reference else [],
    )
    await _apply(objects, order, wanted)
    if wanted.number is UNSET:
        order.number = order.shop_order_id or identifier
    await _refuse_taken_number(objects, order)
    shelves = Shelves(objects)
    await shelves.load_for(order)
    if not order.warehouse_id:
        order.warehouse_id = await _warehouse_for(objects, shelves, order)
    order.state = "new" if shelves.hold(order) else "waiting_for_stock"
    if wanted.total is UNSET:
        order.total = _total(order)
    await objects.add(order)
    return Changed(order, await shelves.save(now))


async def change_order(objects: Objects, identifier: str, wanted: OrderChanges, now: datetime) -> Changed:
    """Changes an order of which nothing has left. Its stock is freed and promised anew."""
    order = await open_order(objects, identifier, wanted.reference)
    refuse_closed(order, CHANGEABLE)
    state = order.state if wanted.state is UNSET else wanted.state
    moved = wanted.warehouse_id not in (UNSET, order.warehouse_id)
    if state in _PACKED and (moved or wanted.lines is not UNSET):
        raise conflict("already_picked", f"Order {order.id} is {state}; lines and warehouse stay until it is not")
    shelves = Shelves(objects)
    await shelves.load_for(order)
    shelves.free(order)
    if wanted.lines is not UNSET:
        order.lines = await _lines(objects, wanted.lines)
        await shelves.load_for(order)
    await _apply(objects, order, wanted)
    await _refuse_taken_number(objects, order)
    if wanted.total is UNSET and _amounts_change(wanted):
        order.total = _total(order)
    _move(order, "new" if state == "waiting_for_stock" else state, shelves)
    await store_order(objects, order, wanted.reference, now)
    return Changed(order, await shelves.save(now))


async def cancel_order(objects: Objects, identifier: str, wanted: Cancellation, now: datetime) -> Changed:
    """Calls an order off and frees its stock."""
    order = await open_order(objects, identifier, wanted.reference)
    refuse_closed(order, CHANGEABLE)
    shelves = Shelves(objects)
    await shelves.load_for(order)
    shelves.free(order)
    order.state, order.packs = "cancelled", []
    await store_order(objects, order, wanted.reference, now)
    return Changed(order, await shelves.save(now))


async def attach_file(objects: Objects, identifier: str, wanted: NewFile, now: datetime) -> Changed:
    """Keeps a file with an order. An address is kept as it is; nothing is fetched from it."""
    order = await open_order(objects, identifier, wanted.reference)
    if not wanted.content and wanted.link is None:
        raise invalid("Send the file or the address it can be had from", "no_file")
    if wanted.link is not None and not _is_web_address(wanted.link):
        raise invalid("The address of a file begins with http:// or https:// and names a host", "bad_link")
    name = wanted.name or (wanted.link or "").rstrip("/").rpartition("/")[2] or "file"
    content = FileContent(
        id=f"file_{order.id}_{len(order.files) + 1}",
        created_at=now,
        updated_at=now,
        order_id=order.id,
        name=name,
        content=wanted.content,
        link=wanted.link,
    )
    await objects.add(content)
    order.files.append(
        AttachedFile(id=content.id, name=name, size_bytes=len(wanted.content), link=wanted.link, attached_at=now)
    )
    await store_order(objects, order, wanted.reference, now)
    return Changed(order)


async def open_order(objects: Objects, identifier: str, reference: str | None) -> Order:
    """The order a change is about, with every other change of the account held off."""
    await objects.lock_for_catalogue()
    order = await existing(objects, Order, identifier, lock=True)
    await refuse_repetition(objects, reference)
    return order


async def store_order(objects: Objects, order: Order, reference: str | None, now: datetime) -> None:
    """Stores the new state of an order, and the reference of the request that made it."""
    if reference:
        order.references.append(reference)
    order.updated_at = now
    await objects.save(order, now)


async def refuse_repetition(objects: Objects, reference: str | None) -> None:
    """A reference counts once among all changes of orders."""
    if reference and await objects.find(Order, {"references": [reference]}):
        raise duplicate_reference(reference)


def refuse_closed(order: Order, allowed: frozenset[OrderState]) -> None:
    """Refuses what cannot be done any more."""
    if order.state in allowed:
        return
    code, words = _REFUSALS[order.state]
    raise conflict(code, f"Order {order.id} {words}")


def _move(order: Order, state: OrderState, shelves: Shelves) -> None:
    """Brings the order into a state, with the stock that goes with it."""
    if state == "on_hold" or shelves.hold(order):
        order.state = state
    elif state in ("new", "released"):
        order.state = "waiting_for_stock"
    else:
        raise conflict("insufficient_stock", f"Warehouse {order.warehouse_id} lacks stock for order {order.id}")
    if order.state != "packed":
        order.packs = []
    elif not order.packs:
        pack(order, shelves.sizes)


async def _apply(objects: Objects, order: Order, wanted: OrderFields) -> None:
    """Takes over what was said of an order, lines and state aside."""
    for name in ("number", "shop_order_id", "trading_partner", "service_level", "currency"):
        value = getattr(wanted, name)
        if value is not UNSET:
            setattr(order, name, value)
    for name in ("total", "tax", "discount", "shipping"):
        amount = getattr(wanted, name)
        if amount is not UNSET:
            setattr(order, name, check_money(amount, name))
    if wanted.recipient is not UNSET:
        order.recipient = _recipient(wanted.recipient)
    if wanted.channel_id is not UNSET or wanted.channel_name is not UNSET:
        channel = await _channel(objects, wanted)
        order.channel_id, order.channel_name = channel.id, channel.name
    if wanted.shipping_method_id is not UNSET:
        method = await shipping_method(objects, wanted.shipping_method_id)
        order.shipping_method_id, order.shipping_method_name = method.id, method.name
        order.carrier = method.carrier
    if wanted.warehouse_id is not UNSET:
        if await objects.get(Warehouse, wanted.warehouse_id) is None:
            raise invalid(f"There is no warehouse {wanted.warehouse_id}", "unknown_warehouse")
        order.warehouse_id = wanted.warehouse_id


def _recipient(wanted: NewRecipient) -> Recipient:
    """The recipient as it was said; it replaces the old one as a whole."""
    fields = asdict(wanted)
    return Recipient(**{**fields, "address": DeliveryAddress(**asdict(wanted.address))})


async def _channel(objects: Objects, wanted: OrderFields) -> Channel:
    for channel in await objects.all(Channel):
        fits = wanted.channel_id in (UNSET, channel.id) and wanted.channel_name in (UNSET, channel.name)
        if fits:
            return channel
    said = " named ".join(str(part) for part in (wanted.channel_id, wanted.channel_name) if part is not UNSET)
    raise invalid(f"There is no channel {said}", "unknown_channel")


async def shipping_method(objects: Objects, identifier: str) -> ShippingMethod:
    """The way to send parcels that a caller names."""
    found = await objects.get(ShippingMethod, identifier)
    if found is None:
        raise invalid(f"There is no shipping method {identifier}", "unknown_shipping_method")
    return found


async def _lines(objects: Objects, wanted: Iterable[NewLine]) -> list[OrderLine]:
    """The lines of an order. What each product is made of is noted, so that it stays the same."""
    lines = []
    for entry in wanted:
        product = await objects.get(Product, entry.product_id)
        if product is None:
            raise invalid(f"There is no product {entry.product_id}", "unknown_product")
        if entry.sku is not None and entry.sku != product.sku:
            raise invalid(f"The SKU of product {product.id} is {product.sku}, not {entry.sku}", "wrong_sku")
        if not product.active:
            raise conflict("inactive_product", f"Product {product.id} is not sold any more")
        price = entry.price if entry.price is not None else product.price or Decimal(0)
        lines.append(
            OrderLine(
                product_id=product.id,
                sku=product.sku,
                units=entry.units,
                price=check_money(price, "price"),
                discount=check_money(entry.discount, "discount"),
                kit=product.type == "kit",
                parts=product.components,
            )
        )
    return lines


async def _warehouse_for(objects: Objects, shelves: Shelves, order: Order) -> str:
    """The first warehouse that has everything, or the first there is."""
    warehouses = await objects.all(Warehouse)
    return next((place.id for place in warehouses if shelves.suffice(order, place.id)), warehouses[0].id)


async def _refuse_taken_number(objects: Objects, order: Order) -> None:
    """Two orders with one number, or from one order of a shop, would be sent twice."""
    if any(other.id != order.id for other in await objects.find(Order, {"number": order.number})):
        raise conflict("duplicate_number", f"There is an order with the number {order.number} already")
    shop = order.shop_order_id
    if shop and any(other.id != order.id for other in await objects.find(Order, {"shopOrderId": shop})):
        raise conflict("duplicate_shop_order", f"There is an order for {shop} already")


def check_money(amount: Decimal, name: str) -> Decimal:
    """The amount, unless it is absurd."""
    if not 0 <= amount <= MOST_MONEY:
        raise invalid(f"{name} lies between 0 and {MOST_MONEY}", "bad_amount")
    return amount


def _amounts_change(wanted: OrderChanges) -> bool:
    return any(part is not UNSET for part in (wanted.lines, wanted.tax, wanted.discount, wanted.shipping))


def _total(order: Order) -> Decimal:
    goods = sum((line.price * line.units - line.discount for line in order.lines), Decimal(0))
    return max(goods + order.tax + order.shipping - order.discount, Decimal(0))


def _is_web_address(link: str) -> bool:
    try:
        parts = urlsplit(link)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
