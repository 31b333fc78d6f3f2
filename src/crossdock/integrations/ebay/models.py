"""eBay's shapes; only fields that are read. Nearly every field may be absent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec


class EbayStruct(msgspec.Struct, kw_only=True, frozen=True, rename="camel"):
    """A part of an answer."""


class EbayError(EbayStruct, kw_only=True, frozen=True):
    error_id: int = 0
    message: str = ""
    long_message: str | None = None

    @property
    def words(self) -> str:
        return self.long_message or self.message


class ErrorBody(EbayStruct, kw_only=True, frozen=True):
    """Every refusal of the REST APIs."""

    errors: list[EbayError]


class Amount(EbayStruct, kw_only=True, frozen=True):
    """An amount as a decimal text."""

    value: str
    currency: str = ""


class Listing(EbayStruct, kw_only=True, frozen=True):
    """A page of a list; `next` is the address of the next one."""

    next: str | None = None


class TimeDuration(EbayStruct, kw_only=True, frozen=True):
    unit: str = ""
    value: int = 0


class Distribution(EbayStruct, kw_only=True, frozen=True, omit_defaults=True):
    """Units at one location."""

    merchant_location_key: str
    quantity: int
    fulfillment_time: TimeDuration | None = None


class ShipTo(EbayStruct, kw_only=True, frozen=True):
    """Units that can be sent to buyers, in all and by location where the seller divides them."""

    quantity: int | None = None
    availability_distributions: list[Distribution] = []


class Availability(EbayStruct, kw_only=True, frozen=True):
    ship_to_location_availability: ShipTo = ShipTo()


class Dimension(EbayStruct, kw_only=True, frozen=True):
    length: Decimal | None = None
    width: Decimal | None = None
    height: Decimal | None = None
    unit: str = ""


class Weight(EbayStruct, kw_only=True, frozen=True):
    value: Decimal | None = None
    unit: str = ""


class Package(EbayStruct, kw_only=True, frozen=True):
    dimensions: Dimension = Dimension()
    weight: Weight = Weight()


class CatalogProduct(EbayStruct, kw_only=True, frozen=True):
    title: str = ""
    image_urls: list[str] = []
    aspects: dict[str, list[str]] = {}
    brand: str | None = None
    mpn: str | None = None
    epid: str | None = None
    ean: list[str] = []
    upc: list[str] = []
    isbn: list[str] = []


class EbayItem(EbayStruct, kw_only=True, frozen=True):
    """An inventory item: what a SKU stands for."""

    sku: str
    product: CatalogProduct = CatalogProduct()
    availability: Availability = Availability()
    condition: str | None = None
    package_weight_and_size: Package = Package()
    group_ids: list[str] = []
    inventory_item_group_keys: list[str] = []

    @property
    def groups(self) -> list[str]:
        """Keys of the groups it is a variation of."""
        return self.group_ids or self.inventory_item_group_keys

    @property
    def stock(self) -> ShipTo:
        return self.availability.ship_to_location_availability


class ItemList(Listing, kw_only=True, frozen=True):
    inventory_items: list[EbayItem] = []
    total: int = 0


class ItemAnswer(EbayStruct, kw_only=True, frozen=True):
    """One of several items that were asked for at once."""

    sku: str = ""
    status_code: int = 200
    inventory_item: EbayItem | None = None
    errors: list[EbayError] = []


class ItemAnswers(EbayStruct, kw_only=True, frozen=True):
    responses: list[ItemAnswer] = []


class EbayGroup(EbayStruct, kw_only=True, frozen=True):
    """A product with variations."""

    title: str = ""
    image_urls: list[str] = []


class OfferPricing(EbayStruct, kw_only=True, frozen=True):
    price: Amount | None = None


class OfferListing(EbayStruct, kw_only=True, frozen=True):
    listing_id: str | None = None
    listing_status: str | None = None
    listing_on_hold: bool = False


class EbayOffer(EbayStruct, kw_only=True, frozen=True):
    """What a SKU is, or may be, listed for. `available_quantity` limits what the listing shows."""

    offer_id: str
    sku: str
    format: str = ""
    marketplace_id: str | None = None
    status: str = ""
    available_quantity: int | None = None
    category_id: str | None = None
    listing: OfferListing = OfferListing()
    pricing_summary: OfferPricing = OfferPricing()
    store_category_names: list[str] = []


class OfferList(Listing, kw_only=True, frozen=True):
    offers: list[EbayOffer] = []


class StockOutcome(EbayStruct, kw_only=True, frozen=True):
    """What became of a SKU, or of one of its offers."""

    sku: str = ""
    offer_id: str | None = None
    status_code: int = 200
    errors: list[EbayError] = []

    @property
    def refused(self) -> bool:
        return self.status_code >= 400


class StockOutcomes(EbayStruct, kw_only=True, frozen=True):
    responses: list[StockOutcome] = []


class LocationAddress(EbayStruct, kw_only=True, frozen=True):
    address_line1: str | None = None
    address_line2: str | None = None
    city: str | None = None
    state_or_province: str | None = None
    postal_code: str | None = None
    country: str | None = None


class Place(EbayStruct, kw_only=True, frozen=True):
    address: LocationAddress = LocationAddress()
    location_id: str | None = None


class EbayLocation(EbayStruct, kw_only=True, frozen=True):
    merchant_location_key: str
    name: str | None = None
    merchant_location_status: str = ""
    location_types: list[str] = []
    location: Place = Place()
    phone: str | None = None


class LocationList(Listing, kw_only=True, frozen=True):
    locations: list[EbayLocation] = []


class OrderAddress(EbayStruct, kw_only=True, frozen=True):
    address_line1: str | None = None
    address_line2: str | None = None
    city: str | None = None
    state_or_province: str | None = None
    postal_code: str | None = None
    country_code: str | None = None


class Phone(EbayStruct, kw_only=True, frozen=True):
    phone_number: str | None = None


class Contact(EbayStruct, kw_only=True, frozen=True):
    full_name: str | None = None
    company_name: str | None = None
    contact_address: OrderAddress = OrderAddress()
    primary_phone: Phone = Phone()
    email: str | None = None


class Buyer(EbayStruct, kw_only=True, frozen=True):
    username: str | None = None
    buyer_registration_address: Contact = Contact()


class ShippingStep(EbayStruct, kw_only=True, frozen=True):
    ship_to: Contact = Contact()
    shipping_carrier_code: str | None = None
    shipping_service_code: str | None = None


class PickupStep(EbayStruct, kw_only=True, frozen=True):
    merchant_location_key: str | None = None


class Instruction(EbayStruct, kw_only=True, frozen=True):
    """How the buyer is to get the order."""

    fulfillment_instructions_type: str | None = None
    shipping_step: ShippingStep = ShippingStep()
    pickup_step: PickupStep = PickupStep()


class LineTax(EbayStruct, kw_only=True, frozen=True):
    amount: Amount


class Refunded(EbayStruct, kw_only=True, frozen=True):
    """A refund of an order or of one line."""

    amount: Amount | None = None
    refund_id: str | None = None
    refund_date: str | None = None
    refund_status: str | None = None


class LineDates(EbayStruct, kw_only=True, frozen=True):
    ship_by_date: str | None = None


class OrderLine(EbayStruct, kw_only=True, frozen=True):
    """A line. Costs are those of all its units."""

    line_item_id: str
    sku: str | None = None
    title: str = ""
    quantity: int = 0
    line_item_cost: Amount
    discounted_line_item_cost: Amount | None = None
    taxes: list[LineTax] = []
    refunds: list[Refunded] = []
    legacy_item_id: str | None = None
    legacy_variation_id: str | None = None
    line_item_fulfillment_instructions: LineDates = LineDates()


class Cancel(EbayStruct, kw_only=True, frozen=True):
    cancel_state: str = "NONE_REQUESTED"


class OrderPricing(EbayStruct, kw_only=True, frozen=True):
    """What the order comes to. Discounts are negative."""

    total: Amount
    tax: Amount | None = None
    price_discount: Amount | None = None
    delivery_cost: Amount | None = None
    delivery_discount: Amount | None = None


class Paid(EbayStruct, kw_only=True, frozen=True):
    payment_method: str | None = None
    payment_date: str | None = None


class PaymentSummary(EbayStruct, kw_only=True, frozen=True):
    payments: list[Paid] = []
    refunds: list[Refunded] = []


class EbayOrder(EbayStruct, kw_only=True, frozen=True):
    order_id: str
    creation_date: str
    last_modified_date: str
    order_fulfillment_status: str = ""
    order_payment_status: str = ""
    cancel_status: Cancel = Cancel()
    buyer: Buyer = Buyer()
    buyer_checkout_notes: str | None = None
    sales_record_reference: str | None = None
    fulfillment_hrefs: list[str] = []
    fulfillment_start_instructions: list[Instruction] = []
    line_items: list[OrderLine] = []
    pricing_summary: OrderPricing
    payment_summary: PaymentSummary = PaymentSummary()


class OrderList(Listing, kw_only=True, frozen=True):
    orders: list[EbayOrder] = []


class ParcelLine(EbayStruct, kw_only=True, frozen=True):
    line_item_id: str
    quantity: int = 1


class Parcel(EbayStruct, kw_only=True, frozen=True):
    """A shipping fulfilment. Its id is the tracking number where it has one, and else not unique."""

    fulfillment_id: str
    shipment_tracking_number: str | None = None
    shipping_carrier_code: str | None = None
    shipped_date: str | None = None
    line_items: list[ParcelLine] = []


class ParcelList(EbayStruct, kw_only=True, frozen=True):
    fulfillments: list[Parcel] = []


class RefundAnswer(EbayStruct, kw_only=True, frozen=True):
    refund_id: str | None = None
    refund_status: str = ""


class DeliveryConfig(EbayStruct, kw_only=True, frozen=True):
    endpoint: str = ""


class Destination(EbayStruct, kw_only=True, frozen=True):
    destination_id: str
    delivery_config: DeliveryConfig = DeliveryConfig()


class DestinationList(Listing, kw_only=True, frozen=True):
    destinations: list[Destination] = []


class TopicSubscription(EbayStruct, kw_only=True, frozen=True):
    subscription_id: str
    topic_id: str


class SubscriptionList(Listing, kw_only=True, frozen=True):
    subscriptions: list[TopicSubscription] = []


class TopicPayload(EbayStruct, kw_only=True, frozen=True):
    schema_version: str
    deprecated: bool = False


class Topic(EbayStruct, kw_only=True, frozen=True):
    supported_payloads: list[TopicPayload] = []


class PublicKey(EbayStruct, kw_only=True, frozen=True):
    key: str
    algorithm: str = ""
    digest: str = ""


class SignatureHead(msgspec.Struct, frozen=True):
    """The header of a message, which is JSON in base64."""

    kid: str
    signature: str
    digest: str = "SHA1"


class MessageBody(EbayStruct, kw_only=True, frozen=True):
    data: Any = None


class Message(EbayStruct, kw_only=True, frozen=True):
    """What a message is about; anything but the number of its order is asked for anew."""

    notification: MessageBody
