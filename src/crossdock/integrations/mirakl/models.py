"""Mirakl's shapes; only fields that are read. Numbers of money are read as they are written, never as floats."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec


class MiraklStruct(msgspec.Struct, kw_only=True, frozen=True):
    """A part of an answer."""


class Coded(MiraklStruct, kw_only=True, frozen=True):
    code: str | None = None


class Reference(MiraklStruct, kw_only=True, frozen=True):
    """A number of a product, such as its EAN."""

    reference: str
    reference_type: str


class Discount(MiraklStruct, kw_only=True, frozen=True):
    discount_price: Decimal | None = None
    origin_price: Decimal | None = None
    start_date: str | None = None
    end_date: str | None = None


class WarehouseStock(MiraklStruct, kw_only=True, frozen=True):
    code: str
    quantity: int


class Offer(MiraklStruct, kw_only=True, frozen=True):
    """What a shop asks for a product of the marketplace's catalogue."""

    offer_id: int
    shop_sku: str
    product_sku: str
    product_title: str
    product_brand: str | None = None
    product_references: list[Reference] | None = None
    active: bool
    inactivity_reasons: list[str] | None = None
    category_code: str | None = None
    category_label: str | None = None
    channels: list[str] | None = None
    currency_iso_code: str
    discount: Discount | None = None
    leadtime_to_ship: int | None = None
    logistic_class: Coded | None = None
    min_order_quantity: int | None = None
    max_order_quantity: int | None = None
    package_quantity: int | None = None
    msrp: Decimal | None = None
    price: Decimal | None = None
    quantity: int
    state_code: str | None = None
    warehouses: list[WarehouseStock] | None = None

    @property
    def stores(self) -> Sequence[WarehouseStock]:
        """The stock by warehouse; empty where the shop has only one."""
        return self.warehouses or ()


class Offers(MiraklStruct, kw_only=True, frozen=True):
    offers: list[Offer]
    total_count: int

    @property
    def items(self) -> list[Offer]:
        return self.offers


class ExportedOffer(MiraklStruct, kw_only=True, frozen=True):
    """An offer that changed or was deleted, as exports name it."""

    offer_id: int
    deleted: bool = False


class ExportStarted(MiraklStruct, kw_only=True, frozen=True):
    tracking_id: str


class ExportError(MiraklStruct, kw_only=True, frozen=True):
    code: str | None = None
    detail: str | None = None


class ExportStatus(MiraklStruct, kw_only=True, frozen=True):
    status: str
    urls: list[str] | None = None
    error: ExportError | None = None


class ImportStarted(MiraklStruct, kw_only=True, frozen=True):
    import_id: str


class ImportStatus(MiraklStruct, kw_only=True, frozen=True):
    import_id: str
    status: str
    has_error_report: bool = False
    lines_in_error: int | None = None
    lines_in_success: int | None = None


class Tax(MiraklStruct, kw_only=True, frozen=True):
    code: str
    amount: Decimal


class Promotion(MiraklStruct, kw_only=True, frozen=True):
    deduced_amount: Decimal = Decimal(0)


class Taken(MiraklStruct, kw_only=True, frozen=True):
    """What a cancelation took off a line, without its taxes where the order's amounts are without them."""

    id: str
    created_date: str
    quantity: int | None = None
    amount: Decimal | None = None
    shipping_amount: Decimal | None = None
    taxes: list[Tax] | None = None
    shipping_taxes: list[Tax] | None = None
    reason_code: str | None = None


class Refund(Taken, kw_only=True, frozen=True):
    refund_state: str | None = None


class From(MiraklStruct, kw_only=True, frozen=True):
    warehouse: Coded | None = None


class OrderLine(MiraklStruct, kw_only=True, frozen=True):
    order_line_id: str
    order_line_state: str | None = None
    offer_id: int
    offer_sku: str
    product_sku: str | None = None
    product_title: str | None = None
    quantity: int
    price: Decimal
    price_unit: Decimal
    shipping_price: Decimal
    taxes: list[Tax] | None = None
    shipping_taxes: list[Tax] | None = None
    promotions: list[Promotion] | None = None
    refunds: list[Refund] | None = None
    cancelations: list[Taken] | None = None
    shipped_date: str | None = None
    shipping_from: From | None = None

    @property
    def warehouse(self) -> str | None:
        """The code of the warehouse that ships the line, where Mirakl says."""
        return self.shipping_from.warehouse.code if self.shipping_from and self.shipping_from.warehouse else None

    @property
    def taken(self) -> Sequence[Taken]:
        """All that was paid back or canceled of it."""
        return [*(self.refunds or ()), *(self.cancelations or ())]


class Address(MiraklStruct, kw_only=True, frozen=True):
    firstname: str | None = None
    lastname: str | None = None
    company: str | None = None
    company_2: str | None = None
    street_1: str | None = None
    street_2: str | None = None
    city: str | None = None
    state: str | None = None
    zip_code: str | None = None
    country_iso_code: str | None = None
    country: str | None = None
    phone: str | None = None
    phone_secondary: str | None = None
    additional_info: str | None = None


class Customer(MiraklStruct, kw_only=True, frozen=True):
    customer_id: str
    firstname: str | None = None
    lastname: str | None = None
    locale: str | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None


class Deducted(MiraklStruct, kw_only=True, frozen=True):
    total_deduced_amount: Decimal = Decimal(0)


class References(MiraklStruct, kw_only=True, frozen=True):
    order_reference_for_customer: str | None = None
    order_reference_for_seller: str | None = None


class Order(MiraklStruct, kw_only=True, frozen=True):
    order_id: str
    commercial_id: str
    order_state: str
    order_state_reason_code: str | None = None
    order_tax_mode: str
    created_date: str
    last_updated_date: str
    customer_debited_date: str | None = None
    currency_iso_code: str
    price: Decimal
    shipping_price: Decimal
    total_price: Decimal
    total_commission: Decimal | None = None
    customer: Customer
    customer_notification_email: str | None = None
    order_lines: list[OrderLine]
    promotions: Deducted | None = None
    references: References | None = None
    channel: Coded | None = None
    payment_type: str | None = None
    payment_workflow: str | None = None
    has_incident: bool = False
    fully_refunded: bool = False
    shipping_carrier_code: str | None = None
    shipping_company: str | None = None
    shipping_tracking: str | None = None
    shipping_tracking_url: str | None = None
    shipping_type_code: str | None = None
    shipping_type_label: str | None = None
    shipping_zone_code: str | None = None
    shipping_pudo_id: str | None = None
    shipping_deadline: str | None = None


class Orders(MiraklStruct, kw_only=True, frozen=True):
    orders: list[Order]
    total_count: int

    @property
    def items(self) -> list[Order]:
        return self.orders


class Tracking(MiraklStruct, kw_only=True, frozen=True):
    carrier_code: str | None = None
    carrier_name: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None


class ShipmentLine(MiraklStruct, kw_only=True, frozen=True):
    order_line_id: str | None = None
    offer_sku: str | None = None
    quantity: int


class Shipment(MiraklStruct, kw_only=True, frozen=True):
    id: str
    order_id: str
    status: str
    created_date: str
    shipped_date: str | None = None
    shipment_lines: list[ShipmentLine] | None = None
    shipping_from: From | None = None
    tracking: Tracking | None = None


class Shipments(MiraklStruct, kw_only=True, frozen=True):
    data: list[Shipment]
    next_page_token: str | None = None


class ShipmentError(MiraklStruct, kw_only=True, frozen=True):
    message: str | None = None


class ShipmentsMade(MiraklStruct, kw_only=True, frozen=True):
    shipment_errors: list[ShipmentError] | None = None
    shipment_success: list[Shipment] | None = None


class Reason(MiraklStruct, kw_only=True, frozen=True):
    code: str
    label: str
    type: str
    is_shop_right: bool


class Reasons(MiraklStruct, kw_only=True, frozen=True):
    reasons: list[Reason]


class ShipmentFeatures(MiraklStruct, kw_only=True, frozen=True):
    multi_shipment: bool = False


class Features(MiraklStruct, kw_only=True, frozen=True):
    shipment: ShipmentFeatures = ShipmentFeatures()


class Platform(MiraklStruct, kw_only=True, frozen=True):
    features: Features


class ErrorBody(MiraklStruct, kw_only=True, frozen=True):
    """A refusal. The specification shows none."""

    message: str | None = None
    status: int | None = None
