"""The seed of the ERP: the same for every account, its dates counted back from the reset.

The past is played through the very rules that later changes follow, so that stock fits the orders. No value is random.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from crossdock.sandbox.documents import Document
from crossdock.sandbox.erp import purchasing, sales
from crossdock.sandbox.erp.documents import (
    FIRST_PURCHASE,
    FIRST_RECEIPT,
    FIRST_SALE,
    FIRST_SHIPMENT,
    TRACKING_PAGE,
    Contact,
    Customer,
    Employee,
    Order,
    Package,
    PurchaseOrder,
    PurchaseState,
    Receipt,
    SalesOrder,
    SalesState,
    Shipment,
    Supplier,
)
from crossdock.sandbox.erp.master import customers, employees, items, locations, stock_cards, suppliers
from crossdock.sandbox.erp.orders import Books, NewLine, NewMove, set_lines
from crossdock.sandbox.goods import DAYS_SHOWN, GOODS

PURCHASE_ORDERS = 24
SALES_ORDERS = 40
_SOLD = len(GOODS) - 1
"""The last good is not sold any more."""
_PURCHASE_STATES: tuple[PurchaseState, ...] = (
    "requested",
    "sent",
    "confirmed",
    "part_received",
    "received",
    "closed_short",
    "void",
    "disputed",
)
_PAST_PURCHASES = PURCHASE_ORDERS - 2 * len(_PURCHASE_STATES)
_SALES_STATES: tuple[SalesState, ...] = (
    "released",
    "part_shipped",
    "shipped",
    "draft",
    "released",
    "on_hold",
    "closed_short",
    "void",
    "released",
    "shipped",
)
_PAST_SALES = SALES_ORDERS - 2 * len(_SALES_STATES)
_SCARCE = 8
"""The last sales order wants more kettles than there are, so that some of it waits for stock."""
_SCARCE_UNITS = 400
_SERVICES = (("UPS", "Ground"), ("FedEx", "Two-day air"), ("DHL", "Express"))
_WAREHOUSES = ("location_id_0", "location_id_1")


def seed(now: datetime) -> Iterator[Document]:
    """Every document of a fresh account."""
    past = Past(now)
    past.play()
    yield from past.books.locations.values()
    yield from past.customers
    yield from past.employees
    yield from past.suppliers
    yield from past.books.items.values()
    yield from past.books.cards.values()
    yield from past.purchase_orders
    yield from past.receipts
    yield from past.sales_orders
    yield from past.shipments


@dataclass
class Past:
    """The history of an account, up to now."""

    now: datetime
    purchase_orders: list[PurchaseOrder] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    sales_orders: list[SalesOrder] = field(default_factory=list)
    shipments: list[Shipment] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.customers: list[Customer] = list(customers(self.now))
        self.employees: list[Employee] = list(employees(self.now))
        self.suppliers: list[Supplier] = list(suppliers(self.now))
        self.books = Books(
            {found.id: found for found in locations(self.now)},
            {found.id: found for found in items(self.now)},
            {card.item_id: card for card in stock_cards(self.now)},
        )

    def play(self) -> None:
        """Everything that happened, in the order in which it did."""
        events: list[tuple[datetime, Callable[[datetime], None]]] = []
        for number in range(PURCHASE_ORDERS):
            order = self._purchase_order(number)
            self.purchase_orders.append(order)
            events += self._life_of_purchase(number, order)
        for number in range(SALES_ORDERS):
            sale = self._sales_order(number)
            self.sales_orders.append(sale)
            events += self._life_of_sale(number, sale)
        for moment, happen in sorted(events, key=lambda event: event[0]):
            before = {card.id: msgspec.json.encode(card) for card in self.books.cards.values()}
            happen(moment)
            for card in self.books.cards.values():
                if msgspec.json.encode(card) != before[card.id]:
                    card.updated_at = max(card.updated_at, moment)

    # -- buying ----------------------------------------------------------------------------------------------------

    def _purchase_order(self, number: int) -> PurchaseOrder:
        made = self._day(number, PURCHASE_ORDERS)
        supplier = self.suppliers[number % 3]
        place = self.books.locations[_WAREHOUSES[number % 2]]
        main = self.books.main_place()
        order = PurchaseOrder(
            id=f"purchase_order_id_{number}",
            created_at=made,
            updated_at=made,
            number=f"PO-{FIRST_PURCHASE + number}",
            state="confirmed",
            supplier_id=supplier.id,
            employee_id=self.employees[2 if _purchase_state(number) == "requested" else 1].id,
            location_id=place.id,
            ordered_at=made,
            expected_at=made + timedelta(days=14),
            bill_to=main.address or Contact(),
            ship_to=place.address or Contact(),
            tax_percent=supplier.tax_percent,
            external_reference=f"EDI-{77000 + number}" if number % 4 == 0 else None,
            memo="Call ahead for the dock" if number % 5 == 0 else None,
            lines=[],
            lines_made=0,
        )
        goods = [index for index, good in enumerate(GOODS[:_SOLD]) if good.supplier == number % 3]
        chosen = dict.fromkeys(goods[(number + step) % len(goods)] for step in range(1 + number % 3))
        lines = [NewLine(item_id=f"item_id_{good}", units=48 + 24 * ((number + good) % 4)) for good in chosen]
        set_lines(self.books, order, lines, buying=True)
        return order

    def _life_of_purchase(
        self, number: int, order: PurchaseOrder
    ) -> Iterator[tuple[datetime, Callable[[datetime], None]]]:
        state = _purchase_state(number)
        employee = self.employees[2 if state == "requested" else 1]

        def place(_moment: datetime) -> None:
            purchasing.bring_up_to_date(self.books, order, employee)

        def arrive(moment: datetime) -> None:
            self._receive(order, moment, whole=state == "received")

        def end(moment: datetime) -> None:
            order.state, order.updated_at = state, moment
            purchasing.bring_up_to_date(self.books, order, employee)

        yield order.created_at, place
        if state in ("part_received", "received", "closed_short"):
            yield self._later(order, 10), arrive
        if state in ("closed_short", "void", "disputed", "sent"):
            yield self._later(order, 12), end

    def _receive(self, order: PurchaseOrder, moment: datetime, *, whole: bool) -> None:
        number = len(self.receipts)
        lines = order.lines if whole else order.lines[:1]
        moves = [NewMove(line_id=line.id, units=line.units if whole else line.units // 2) for line in lines]
        moved = purchasing.receive(
            self.books, order, moves, None, arrived=moment, new_lot=f"RC-{FIRST_RECEIPT + number}"
        )
        self.receipts.append(
            Receipt(
                id=f"receipt_id_{number}",
                created_at=moment,
                updated_at=moment,
                number=f"RC-{FIRST_RECEIPT + number}",
                order_id=order.id,
                supplier_id=order.supplier_id,
                location_id=order.location_id,
                received_at=moment,
                lines=moved,
            )
        )
        order.updated_at = moment

    # -- selling ---------------------------------------------------------------------------------------------------

    def _sales_order(self, number: int) -> SalesOrder:
        made = self._day(number, SALES_ORDERS)
        customer = self.customers[number % (len(self.customers) - 1)]
        wholesale = bool(customer.discount_percent)
        place = _WAREHOUSES[number % 2] if wholesale or number % 3 else "location_id_2"
        order = SalesOrder(
            id=f"sales_order_id_{number}",
            created_at=made,
            updated_at=made,
            number=f"SO-{FIRST_SALE + number}",
            state="draft" if _sales_state(number) == "draft" else "released",
            customer_id=customer.id,
            employee_id=self.employees[2].id,
            location_id=place,
            ordered_at=made,
            ship_by=made + timedelta(days=5),
            bill_to=customer.billing,
            ship_to=customer.shipping or customer.billing,
            discount_percent=customer.discount_percent,
            tax_percent=customer.tax_percent,
            external_reference=f"WEB-{5000 + number}" if number % 3 == 0 else None,
            memo="Leave at the back door" if number % 7 == 0 else None,
            lines=[],
            lines_made=0,
        )
        times = 6 if wholesale else 1
        chosen = dict.fromkeys((number * 5 + step * 4) % _SOLD for step in range(1 + number % 3))
        lines = [NewLine(item_id=f"item_id_{good}", units=times * (1 + (number + good) % 4)) for good in chosen]
        if number == SALES_ORDERS - 1:
            lines.append(NewLine(item_id=f"item_id_{_SCARCE}", units=_SCARCE_UNITS))
        set_lines(self.books, order, lines, buying=False)
        return order

    def _life_of_sale(self, number: int, order: SalesOrder) -> Iterator[tuple[datetime, Callable[[datetime], None]]]:
        state = _sales_state(number)

        def place(_moment: datetime) -> None:
            sales.bring_up_to_date(self.books, order)

        def leave(moment: datetime) -> None:
            self._ship(order, moment, whole=state == "shipped")

        def end(moment: datetime) -> None:
            order.state, order.updated_at = state, moment
            sales.bring_up_to_date(self.books, order)

        yield order.created_at, place
        if state in ("part_shipped", "shipped", "closed_short"):
            yield self._later(order, 2), leave
        if state in ("closed_short", "void", "on_hold"):
            yield self._later(order, 3), end

    def _ship(self, order: SalesOrder, moment: datetime, *, whole: bool) -> None:
        number = len(self.shipments)
        lines = order.lines if whole else order.lines[:1]
        moves = [NewMove(line_id=line.id, units=line.units if whole else max(1, line.units - 1)) for line in lines]
        carrier, service = _SERVICES[number % len(_SERVICES)]
        moved = sales.ship(self.books, order, moves, None)
        tracking = f"1Z999AA2{number:010d}"
        parcel = Package(
            id=f"package_id_{number}_0",
            tracking_number=tracking,
            tracking_url=TRACKING_PAGE + tracking,
            size=self.books.items[moved[0].item_id].size,
        )
        self.shipments.append(
            Shipment(
                id=f"shipment_id_{number}",
                created_at=moment,
                updated_at=moment,
                number=f"SH-{FIRST_SHIPMENT + number}",
                order_id=order.id,
                location_id=moved[0].location_id,
                shipped_at=moment,
                carrier=carrier,
                service=service,
                lines=moved,
                packages=[parcel],
            )
        )
        order.updated_at = moment

    # -- time ------------------------------------------------------------------------------------------------------

    def _day(self, number: int, count: int) -> datetime:
        """When the order of this number was made, the days spread evenly."""
        start = self.now - timedelta(days=DAYS_SHOWN)
        return (start + number * timedelta(days=DAYS_SHOWN) / (count + 1)).replace(microsecond=0)

    def _later(self, order: Order, days: int) -> datetime:
        return min(order.created_at + timedelta(days=days), self.now)


def _purchase_state(number: int) -> PurchaseState:
    return "received" if number < _PAST_PURCHASES else _PURCHASE_STATES[(number - _PAST_PURCHASES) % 8]


def _sales_state(number: int) -> SalesState:
    if number == SALES_ORDERS - 1:
        return "released"
    return "shipped" if number < _PAST_SALES else _SALES_STATES[(number - _PAST_SALES) % 10]
