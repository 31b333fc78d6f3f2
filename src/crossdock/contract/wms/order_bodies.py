"""Bodies of the writes of orders."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import BodyPart, MeasurementsBody, Tags, WriteBody, at_least_one
from crossdock.contract.statuses import WmsOrderStatus
from crossdock.contract.values import Timestamp

_DEPRECATED = {"deprecated": True}

CustomerID = Annotated[
    str,
    Meta(
        description="Merchant that owns the order, where one system holds several.", examples=["warehouse_customer_id"]
    ),
]
ReferenceID = Annotated[
    str, Meta(description="Your own unique reference of the order.", examples=["order_reference_id"])
]
OrderNumber = Annotated[str, Meta(description="Number shown to people.", examples=["order_number"])]
DeprecatedChannel = Annotated[
    str,
    Meta(description="Deprecated: send `channel_object`.", examples=["channel_id"], extra_json_schema=_DEPRECATED),
]
TradingPartner = Annotated[str, Meta(description="Retailer that ordered, as in EDI.", examples=["Target"])]
ShippingMethodID = Annotated[
    str,
    Meta(
        description="Shipping method to use; counts more than its name where both are taken.", examples=["fedex_ground"]
    ),
]
DeprecatedShippingMethod = Annotated[
    str,
    Meta(
        description="Deprecated: send `service_level` and `shipping_method_id`.",
        examples=["shipping_method_id"],
        extra_json_schema=_DEPRECATED,
    ),
]
ServiceLevel = Annotated[str, Meta(description="Shipping service the buyer chose.", examples=["Standard"])]
CurrencyCode = Annotated[str, Meta(description="Currency of every amount; USD when it is left out.", examples=["USD"])]
TotalPrice = Annotated[Decimal, Meta(description="Amount paid in all.", examples=[13.49])]
TotalTax = Annotated[Decimal, Meta(description="Taxes in it.", examples=[1.5])]
TotalDiscount = Annotated[Decimal, Meta(description="Reductions in all.", examples=[2.5])]
TotalShipping = Annotated[Decimal, Meta(description="What the buyer pays for shipping.", examples=[3.5])]
NewStatus = Annotated[WmsOrderStatus, Meta(description="Status to move the order to.", examples=["open"])]


class OrderChannelBody(BodyPart, kw_only=True):
    """Where the order was sold; say its id or its name."""

    channel_id: Annotated[str | UnsetType, Meta(description="Identifier of the channel.", examples=["channel_id"])] = (
        UNSET
    )
    channel_name: Annotated[str | UnsetType, Meta(description="Name of the channel.", examples=["channel_name"])] = (
        UNSET
    )


ChannelObject = Annotated[OrderChannelBody, Meta(description="Where it was sold, by id or by name."), at_least_one()]


class ShipToAddressBody(BodyPart, kw_only=True):
    """Where the goods go, and to whom."""

    full_name: Annotated[str | UnsetType, Meta(description="Name of the recipient.", examples=["John Doe"])] = UNSET
    company: Annotated[str | UnsetType, Meta(description="Company of the recipient.", examples=["Company"])] = UNSET
    address1: Annotated[
        str | UnsetType, Meta(description="First line of the street address.", examples=["123 Main St"])
    ] = UNSET
    address2: Annotated[str | UnsetType, Meta(description="Second line.", examples=["Apt 2"])] = UNSET
    city: Annotated[str | UnsetType, Meta(description="City.", examples=["San Francisco"])] = UNSET
    state: Annotated[str | UnsetType, Meta(description="State, province or region.", examples=["CA"])] = UNSET
    postal_code: Annotated[str | UnsetType, Meta(description="Postal code.", examples=["94105"])] = UNSET
    country: Annotated[
        str | UnsetType, Meta(description="Country as the connected system writes it.", examples=["United States"])
    ] = UNSET


ShipTo = Annotated[ShipToAddressBody, Meta(description="Where it goes.")]


class OrderLineBody(BodyPart, kw_only=True):
    """A product to send. Which of id and SKU identifies it depends on the integration."""

    product_id: Annotated[
        str | UnsetType, Meta(description="The product; an `id` of the product list.", examples=["product_id"])
    ] = UNSET
    sku: Annotated[str | UnsetType, Meta(description="Stock keeping unit.", examples=["sku"])] = UNSET
    quantity: Annotated[int, Meta(description="Units ordered.", examples=[1], ge=1)] | UnsetType = UNSET
    unit_price: Annotated[
        Decimal | UnsetType, Meta(description="Price of one unit, in the order's currency.", examples=[10.99])
    ] = UNSET
    discount_amount: Annotated[
        Decimal | UnsetType, Meta(description="Reduction on the whole line.", examples=[1.5])
    ] = UNSET


OrderLines = Annotated[
    list[OrderLineBody],
    Meta(
        description="Products to send.",
        examples=[
            [{"product_id": "product_id", "sku": "sku", "quantity": 1, "unit_price": 10.99, "discount_amount": 1.5}]
        ],
    ),
]


class CreateOrderBody(WriteBody, kw_only=True):
    """A new order. The base body asks for nearly everything; what is really required, the integration says."""

    warehouse_customer_id: CustomerID
    reference_id: ReferenceID
    order_number: OrderNumber
    channel: DeprecatedChannel | UnsetType = UNSET
    channel_object: ChannelObject
    trading_partner: TradingPartner
    shipping_method_id: ShippingMethodID
    shipping_method: DeprecatedShippingMethod | UnsetType = UNSET
    service_level: ServiceLevel
    invoice_currency_code: CurrencyCode
    total_price: TotalPrice
    total_tax: TotalTax
    total_discount: TotalDiscount
    total_shipping: TotalShipping
    ship_to_address: ShipTo
    line_items: OrderLines
    trackstar_tags: Tags | UnsetType = UNSET


class UpdateOrderBody(WriteBody, kw_only=True):
    """New values of an order; what is left out stays as it is, and the lines are replaced as a whole."""

    warehouse_customer_id: CustomerID | UnsetType = UNSET
    reference_id: ReferenceID | UnsetType = UNSET
    order_number: OrderNumber | UnsetType = UNSET
    channel: DeprecatedChannel | UnsetType = UNSET
    channel_object: ChannelObject | UnsetType = UNSET
    trading_partner: TradingPartner | UnsetType = UNSET
    shipping_method_id: ShippingMethodID | UnsetType = UNSET
    shipping_method: DeprecatedShippingMethod | UnsetType = UNSET
    service_level: ServiceLevel | UnsetType = UNSET
    invoice_currency_code: CurrencyCode | UnsetType = UNSET
    total_price: TotalPrice | UnsetType = UNSET
    total_tax: TotalTax | UnsetType = UNSET
    total_discount: TotalDiscount | UnsetType = UNSET
    total_shipping: TotalShipping | UnsetType = UNSET
    ship_to_address: ShipTo | UnsetType = UNSET
    line_items: OrderLines | UnsetType = UNSET
    status: NewStatus | UnsetType = UNSET
    trackstar_tags: Tags | UnsetType = UNSET


class ShippedPackageBody(BodyPart, kw_only=True):
    """One box of the shipment."""

    package_id: Annotated[
        str | UnsetType,
        Meta(description="The pack that leaves; a `pack_id` of the order's packs.", examples=["package_id"]),
    ] = UNSET
    tracking_number: Annotated[
        str | UnsetType, Meta(description="The carrier's number of the box.", examples=["tracking_number"])
    ] = UNSET


class CreateOrderShipmentBody(WriteBody, kw_only=True):
    """Goods of an order that leave together."""

    shipped_date: Annotated[
        Timestamp | UnsetType, Meta(description="When it left.", examples=["2022-05-06T01:02:03Z"])
    ] = UNSET
    tracking_number: Annotated[
        str | UnsetType, Meta(description="The carrier's number of the shipment.", examples=["tracking_number"])
    ] = UNSET
    tracking_url: Annotated[
        str | UnsetType, Meta(description="Page that shows where it is.", examples=["https://example.com/track/1"])
    ] = UNSET
    carrier_id: Annotated[
        str | UnsetType,
        Meta(description="Identifier of the carrier; counts more than its name.", examples=["fedex"]),
    ] = UNSET
    carrier: Annotated[
        str | UnsetType,
        Meta(
            description="Deprecated: send `carrier_id` or the carrier's name.",
            examples=["FedEx"],
            extra_json_schema=_DEPRECATED,
        ),
    ] = UNSET
    shipping_method_id: ShippingMethodID | UnsetType = UNSET
    shipping_method: DeprecatedShippingMethod | UnsetType = UNSET
    shipping_cost: Annotated[
        Decimal | UnsetType, Meta(description="What the warehouse pays to ship it.", examples=[2.5])
    ] = UNSET
    measurements: Annotated[MeasurementsBody | UnsetType, Meta(description="Size and weight of the shipment.")] = UNSET
    warehouse_id: Annotated[
        str | UnsetType, Meta(description="Warehouse it leaves from.", examples=["warehouse_id"])
    ] = UNSET
    packages: Annotated[
        list[ShippedPackageBody] | UnsetType,
        Meta(
            description="Its boxes, with a tracking number each.",
            examples=[[{"package_id": "package_id", "tracking_number": "tracking_number"}]],
        ),
    ] = UNSET


class CreateOrderFileBody(WriteBody, kw_only=True):
    """A document that goes with an order, such as a label. It is sent as a form."""

    file_url: Annotated[
        str | UnsetType,
        Meta(
            description="Address of the document, handed on to the connected system as it is; it is not fetched here.",
            examples=["https://example.com/label.pdf"],
        ),
    ] = UNSET
    file_name: Annotated[
        str | UnsetType,
        Meta(description="Name of the document; that of the uploaded part when left out.", examples=["label.pdf"]),
    ] = UNSET
    file: Annotated[bytes, Meta(description="The document itself.", min_length=1)] | UnsetType = UNSET
