"""Documents as the API shows them: with the quantities and amounts that follow from what is stored."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from crossdock.sandbox.documents import Part
from crossdock.sandbox.erp import purchasing
from crossdock.sandbox.erp.documents import (
    CURRENCY,
    Contact,
    Order,
    OrderLine,
    Posting,
    PurchaseOrder,
    Receipt,
    SalesOrder,
    Shipment,
    Source,
    StockCard,
)
from crossdock.sandbox.erp.money import Amounts, Totals, amounts, totals
from crossdock.sandbox.erp.stock import Level, committed_parts, levels


class LotShown(Part, kw_only=True, frozen=True):
    """Units of one lot at one location."""

    number: str
    location_id: str
    expires_at: datetime
    on_hand: int
    committed: int


class BinShown(Part, kw_only=True, frozen=True):
    """Units in one bin, of one lot where the item has lots."""

    bin_id: str
    name: str
    location_id: str
    lot: str | None
    on_hand: int
    committed: int


class CardShown(Part, kw_only=True, frozen=True):
    """Stock of one item."""

    id: str
    created_at: datetime
    updated_at: datetime
    item_id: str
    sku: str
    name: str
    active: bool
    unit_cost: Decimal
    sources: list[Source]
    levels: list[Level]
    lots: list[LotShown]
    bins: list[BinShown]


def show_card(card: StockCard) -> CardShown:
    """A stock card with the quantities that follow from it."""
    lots: dict[tuple[str, str], tuple[int, int]] = {}
    bins = []
    for part, committed in committed_parts(card):
        if part.lot is not None:
            held, promised = lots.get((part.lot, part.location_id), (0, 0))
            lots[part.lot, part.location_id] = (held + part.units, promised + committed)
        if part.bin_id is not None:
            shown = BinShown(
                bin_id=part.bin_id,
                name=card.bin_names[part.bin_id],
                location_id=part.location_id,
                lot=part.lot,
                on_hand=part.units,
                committed=committed,
            )
            bins.append(shown)
    expiry = {lot.number: lot.expires_at for lot in card.lots}
    return CardShown(
        id=card.id,
        created_at=card.created_at,
        updated_at=card.updated_at,
        item_id=card.item_id,
        sku=card.sku,
        name=card.name,
        active=card.active,
        unit_cost=card.unit_cost,
        sources=card.sources,
        levels=levels(card),
        lots=[
            LotShown(number=lot, location_id=where, expires_at=expiry[lot], on_hand=held, committed=promised)
            for (lot, where), (held, promised) in lots.items()
        ],
        bins=bins,
    )


class LineShown(Part, kw_only=True, frozen=True):
    """A line of an order with its money."""

    id: str
    item_id: str
    sku: str
    description: str
    location_id: str
    units: int
    done: int
    closed: bool
    price: Decimal
    discount: Decimal
    tax: Decimal


class OrderShown(Part, kw_only=True, frozen=True, omit_defaults=True):
    """An order of either direction, with the money that follows from its lines."""

    id: str
    created_at: datetime
    updated_at: datetime
    number: str
    state: str
    supplier_id: str | None = None
    customer_id: str | None = None
    employee_id: str | None
    location_id: str
    ordered_at: datetime
    expected_at: datetime | None = None
    ship_by: datetime | None = None
    currency: str
    subtotal: Decimal
    discount: Decimal
    tax: Decimal
    shipping: Decimal
    total: Decimal
    bill_to: Contact
    ship_to: Contact
    external_reference: str | None
    memo: str | None
    lines: list[LineShown]


def show_purchase_order(order: PurchaseOrder) -> OrderShown:
    """A purchase order with its money."""
    money = {line.id: amounts(line.units, line.price, Decimal(0), order.tax_percent) for line in order.lines}
    return OrderShown(
        **_shared(order, money, purchasing.totals_of(order), ended=order.state in ("void", "closed_short")),
        state=order.state,
        supplier_id=order.supplier_id,
        expected_at=order.expected_at,
    )


def show_sales_order(order: SalesOrder) -> OrderShown:
    """A sales order with its money."""
    money = {line.id: _sold(order, line) for line in order.lines}
    return OrderShown(
        **_shared(order, money, totals(money.values(), shipping=True), ended=order.state in ("void", "closed_short")),
        state=order.state,
        customer_id=order.customer_id,
        ship_by=order.ship_by,
    )


def _sold(order: SalesOrder, line: OrderLine) -> Amounts:
    return amounts(line.units, line.price, order.discount_percent, order.tax_percent)


def _shared(order: Order, money: dict[str, Amounts], sums: Totals, *, ended: bool) -> dict[str, Any]:
    return {
        "id": order.id,
        "created_at": order.created_at,
        "updated_at": order.updated_at,
        "number": order.number,
        "employee_id": order.employee_id,
        "location_id": order.location_id,
        "ordered_at": order.ordered_at,
        "currency": CURRENCY,
        "subtotal": sums.subtotal,
        "discount": sums.discount,
        "tax": sums.tax,
        "shipping": sums.shipping,
        "total": sums.total,
        "bill_to": order.bill_to,
        "ship_to": order.ship_to,
        "external_reference": order.external_reference,
        "memo": order.memo,
        "lines": [_line(line, money[line.id], ended=ended) for line in order.lines],
    }


def _line(line: OrderLine, money: Amounts, *, ended: bool) -> LineShown:
    return LineShown(
        id=line.id,
        item_id=line.item_id,
        sku=line.sku,
        description=line.description,
        location_id=line.location_id,
        units=line.units,
        done=line.done,
        closed=ended and line.done < line.units,
        price=line.price,
        discount=money.discount,
        tax=money.tax,
    )


class Posted(Part, kw_only=True, frozen=True, omit_defaults=True):
    """The answer to a change of the books: every document it touched, as it is after it."""

    posting: Posting
    purchase_order: OrderShown | None = None
    receipt: Receipt | None = None
    sales_order: OrderShown | None = None
    shipment: Shipment | None = None
    stock: list[CardShown]
