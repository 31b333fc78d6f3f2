"""Extensiv's shapes of orders; only fields that are read."""

from __future__ import annotations

from decimal import Decimal

from msgspec import field

from crossdock.integrations.extensiv_3pl_central.client import REL
from crossdock.integrations.extensiv_3pl_central.models import Identifier, ItemIdentifier, Shape


class Person(Shape, kw_only=True, frozen=True):
    company_name: str | None = None
    name: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    country: str | None = None
    phone_number: str | None = None
    email_address: str | None = None


class NameKey(Shape, kw_only=True, frozen=True):
    name: str | None = None


class Retailer(Shape, kw_only=True, frozen=True):
    name_key: NameKey | None = None


class ShipTo(Person, kw_only=True, frozen=True):
    retailer_info: Retailer | None = None


class Routing(Shape, kw_only=True, frozen=True):
    """How an order is sent: a carrier, and one of its services as `mode`."""

    carrier: str | None = None
    mode: str | None = None
    scac_code: str | None = None
    account: str | None = None
    tracking_number: str | None = None
    load_number: str | None = None
    bill_of_lading: str | None = None
    trailer_number: str | None = None
    seal_number: str | None = None


class InvoiceFacts(Shape, kw_only=True, frozen=True):
    fulfill_inv_shipping_and_handling: Decimal | None = None
    fulfill_inv_tax: Decimal | None = None
    fulfill_inv_discount_amount: Decimal | None = None


class ParcelOption(Shape, kw_only=True, frozen=True):
    saturday_delivery_flag: bool | None = None


class SavedElement(Shape, kw_only=True, frozen=True):
    name: str | None = None
    value: str | None = None


class PackageContent(Shape, kw_only=True, frozen=True):
    order_item_id: int | None = None
    qty: Decimal | None = None
    lot_number: str | None = None
    expiration_date: str | None = None


class Package(Shape, kw_only=True, frozen=True):
    package_id: int
    package_def_identifier: Identifier | None = None
    tracking_number: str | None = None
    length: Decimal | None = None
    width: Decimal | None = None
    height: Decimal | None = None
    weight: Decimal | None = None
    package_contents: list[PackageContent] | None = None


class Allocation(Shape, kw_only=True, frozen=True):
    qty: Decimal | None = None
    properly_picked_primary: Decimal | None = None


class LineFacts(Shape, kw_only=True, frozen=True):
    order_item_id: int | None = None
    fully_allocated: bool | None = None
    allocations: list[Allocation] | None = None


class Line(Shape, kw_only=True, frozen=True):
    """A line of an order."""

    read_only: LineFacts = LineFacts()
    item_identifier: ItemIdentifier | None = None
    qualifier: str | None = None
    qty: Decimal | None = None


class Lines(Shape, kw_only=True, frozen=True):
    items: list[Line] | None = field(name=f"{REL}orders/item", default=None)


class OrderFacts(Shape, kw_only=True, frozen=True):
    order_id: int
    status: int | None = None
    is_closed: bool | None = None
    fully_allocated: bool | None = None
    on_hold_date: str | None = None
    on_hold_reason: str | None = None
    pick_started: bool | None = None
    pick_done_date: str | None = None
    pack_started: bool | None = None
    pack_done_date: str | None = None
    ship_date: str | None = None
    process_date: str | None = None
    creation_date: str | None = None
    last_modified_date: str | None = None
    customer_identifier: Identifier | None = None
    facility_identifier: Identifier | None = None
    packages: list[Package] | None = None


class ExtensivOrder(Shape, kw_only=True, frozen=True):
    read_only: OrderFacts
    reference_num: str | None = None
    description: str | None = None
    po_num: str | None = None
    external_id: str | None = None
    order_type: str | None = None
    billing_code: str | None = None
    earliest_ship_date: str | None = None
    ship_cancel_date: str | None = None
    notes: str | None = None
    shipping_notes: str | None = None
    invoice_number: str | None = None
    master_bill_of_lading_id: str | None = None
    routing_info: Routing | None = None
    fulfill_inv_info: InvoiceFacts | None = None
    parcel_option: ParcelOption | None = None
    ship_to: ShipTo | None = None
    saved_elements: list[SavedElement] | None = None
    embedded: Lines | None = field(name="_embedded", default=None)

    @property
    def lines(self) -> list[Line]:
        return (self.embedded.items if self.embedded else None) or []
