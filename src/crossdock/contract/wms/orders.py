"""Orders that a warehouse fulfils, and their shipments."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta

from crossdock.contract import filters
from crossdock.contract.actions import Answer, read, read_live, write
from crossdock.contract.records import (
    AdditionalFields,
    CreatedDate,
    ExternalURL,
    Measurements,
    Part,
    Record,
    ShipToAddress,
    UpdatedDate,
    WarehouseAddress,
)
from crossdock.contract.resources import Resource
from crossdock.contract.statuses import WmsOrderStatus
from crossdock.contract.values import Timestamp
from crossdock.contract.wms.order_bodies import (
    CreateOrderBody,
    CreateOrderFileBody,
    CreateOrderShipmentBody,
    UpdateOrderBody,
)

OrderType = Literal["d2c", "b2b", "dropship", "transfer"]
DutyPayer = Literal["sender", "recipient", "third_party"]
ShipmentStatus = Literal["open", "shipped", "cancelled", "other"]

_DEPRECATED = {"deprecated": True}

ShippingMethodID = Annotated[
    str | None, Meta(description="Shipping method used; an `id` of the shipping methods.", examples=["fedex_ground"])
]
ShippingMethodName = Annotated[str | None, Meta(description="Its name.", examples=["FedEx Ground"])]
CarrierID = Annotated[str | None, Meta(description="Identifier of the carrier.", examples=["fedex"])]
CarrierName = Annotated[str | None, Meta(description="Name of the carrier.", examples=["FedEx"])]
SCAC = Annotated[str | None, Meta(description="Standard Carrier Alpha Code.", examples=["FEDX"])]
KitProductID = Annotated[
    str | None, Meta(description="The kit these units belong to, when they are part of one.", examples=["product_id"])
]


class OrderChannel(Part, kw_only=True, frozen=True):
    """Where the order was sold."""

    channel_id: Annotated[str | None, Meta(description="Identifier of the channel.", examples=["channel_id"])] = None
    channel_name: Annotated[str | None, Meta(description="Name of the channel.", examples=["channel_name"])] = None


class OrderLineItem(Part, kw_only=True, frozen=True):
    """A product ordered."""

    product_id: Annotated[str, Meta(description="The product; the `id` of the product list.", examples=["product_id"])]
    sku: Annotated[str | None, Meta(description="Stock keeping unit.", examples=["sku"])] = None
    quantity: Annotated[int, Meta(description="Units ordered.", examples=[1])]
    unit_price: Annotated[
        Decimal | None, Meta(description="Price of one unit, in the order's currency.", examples=[10.99])
    ] = None
    is_picked: Annotated[bool, Meta(description="Whether it was taken from the shelf.", examples=[False])] = False
    discount_amount: Annotated[Decimal | None, Meta(description="Reduction on the whole line.", examples=[1.5])] = None


class ShipmentLineItem(Part, kw_only=True, frozen=True):
    """Units of one item in a shipment."""

    inventory_item_id: Annotated[
        str, Meta(description="The item; the `id` of the inventory list.", examples=["item_id"])
    ]
    sku: Annotated[str | None, Meta(description="Stock keeping unit.", examples=["sku"])] = None
    quantity: Annotated[int, Meta(description="Units shipped.", examples=[1])]
    parent_product_id: KitProductID = None


class PackageLineItem(Part, kw_only=True, frozen=True):
    """Units of one item in a package."""

    inventory_item_id: Annotated[
        str, Meta(description="The item; the `id` of the inventory list.", examples=["item_id"])
    ]
    sku: Annotated[str | None, Meta(description="Stock keeping unit.", examples=["sku"])] = None
    quantity: Annotated[int, Meta(description="Units packed.", examples=[1])]
    lot_id: Annotated[str | None, Meta(description="Batch the units were taken from.", examples=["lot_id"])] = None
    expiration_date: Annotated[
        Timestamp | None, Meta(description="When that batch expires.", examples=["2022-06-06T01:02:03Z"])
    ] = None
    parent_product_id: KitProductID = None


class Package(Part, kw_only=True, frozen=True):
    """One box of a shipment."""

    package_id: Annotated[str, Meta(description="Identifier of the package.", examples=["package_id"])]
    package_name: Annotated[
        str | None, Meta(description="Name or kind of the box, such as `12x9x4`.", examples=["package_name"])
    ] = None
    tracking_number: Annotated[
        str | None, Meta(description="The carrier's number of the package.", examples=["tracking_number"])
    ] = None
    tracking_url: Annotated[
        str | None, Meta(description="Page that shows where the package is.", examples=["tracking_url"])
    ] = None
    shipping_method: Annotated[
        str | None,
        Meta(
            description="Deprecated: read `shipping_method_id`.",
            examples=["fedex_ground"],
            extra_json_schema=_DEPRECATED,
        ),
    ] = None
    carrier: Annotated[
        str | None,
        Meta(
            description="Deprecated: read `carrier_id` and `carrier_name`.",
            examples=["carrier"],
            extra_json_schema=_DEPRECATED,
        ),
    ] = None
    shipping_method_id: ShippingMethodID = None
    shipping_method_name: ShippingMethodName = None
    carrier_id: CarrierID = None
    carrier_name: CarrierName = None
    scac: SCAC = None
    shipping_cost: Annotated[Decimal | None, Meta(description="What the warehouse pays to ship it.", examples=[1])] = (
        None
    )
    measurements: Annotated[Measurements, Meta(description="Size and weight of the package.")] = Measurements()
    line_items: Annotated[list[PackageLineItem], Meta(description="What is inside.")] = []


class OrderShipment(Part, kw_only=True, frozen=True):
    """Goods of an order that leave together."""

    shipment_id: Annotated[str, Meta(description="Identifier of the shipment.", examples=["shipment_id"])]
    warehouse_id: Annotated[str, Meta(description="Warehouse it leaves from.", examples=["wh_id"])]
    shipped_date: Annotated[Timestamp, Meta(description="When it left.", examples=["2022-05-06T01:02:03Z"])]
    raw_status: Annotated[
        str | None, Meta(description="Status in the connected system's words.", examples=["raw_status"])
    ] = None
    status: Annotated[ShipmentStatus, Meta(description="How far the shipment is.", examples=["shipped"])]
    shipping_method: Annotated[
        str | None, Meta(description="Shipping method of the whole shipment.", examples=["shipping_method_id"])
    ] = None
    line_items: Annotated[list[ShipmentLineItem], Meta(description="What is shipped.")] = []
    ship_to_address: Annotated[ShipToAddress, Meta(description="Where it goes.")] = ShipToAddress()
    ship_from_address: Annotated[WarehouseAddress, Meta(description="Where it leaves from.")] = WarehouseAddress()
    packages: Annotated[list[Package], Meta(description="Its boxes.")] = []


class Order(Record, kw_only=True):
    """An order for the warehouse to fulfil."""

    id: Annotated[str, Meta(description="The order's identifier in the connected system.", examples=["order_id"])]
    warehouse_customer_id: Annotated[
        str | None,
        Meta(
            description="Merchant that owns the order, where one system holds several.",
            examples=["warehouse_customer_id"],
        ),
    ] = None
    warehouse_id: Annotated[
        str | None, Meta(description="Warehouse that is to ship it.", examples=["warehouse_id"])
    ] = None
    created_date: CreatedDate
    updated_date: UpdatedDate
    reference_id: Annotated[
        str,
        Meta(
            description="Unique reference from outside; the `id` when there is none.", examples=["order_reference_id"]
        ),
    ]
    order_number: Annotated[
        str, Meta(description="Number shown to people; the reference when there is none.", examples=["order_number"])
    ]
    status: Annotated[WmsOrderStatus, Meta(description="How far the order is.", examples=["open"])]
    raw_status: Annotated[
        str | None,
        Meta(
            description="Status in the connected system's words; tells more when `status` is `other`.",
            examples=["raw_status"],
        ),
    ] = None
    channel: Annotated[
        str | None,
        Meta(description="Deprecated: read `channel_object`.", examples=["channel_id"], extra_json_schema=_DEPRECATED),
    ] = None
    channel_object: Annotated[OrderChannel, Meta(description="Where it was sold.")] = OrderChannel()
    type: Annotated[OrderType | None, Meta(description="Kind of buyer or movement.", examples=["d2c"])] = None
    trading_partner: Annotated[
        str | None, Meta(description="Retailer that ordered, as in EDI.", examples=["Target"])
    ] = None
    shipping_method: Annotated[
        str | None,
        Meta(
            description="Deprecated: read `service_level` and `shipping_method_id`.",
            examples=["shipping_method_id"],
            extra_json_schema=_DEPRECATED,
        ),
    ] = None
    service_level: Annotated[
        str | None, Meta(description="Shipping service the buyer chose.", examples=["Standard"])
    ] = None
    shipping_method_id: ShippingMethodID = None
    shipping_method_name: ShippingMethodName = None
    carrier_id: CarrierID = None
    carrier_name: CarrierName = None
    scac: SCAC = None
    is_third_party_freight: Annotated[
        bool | None, Meta(description="Whether somebody else's freight account pays.", examples=[False])
    ] = None
    third_party_freight_account_number: Annotated[
        str | None, Meta(description="That freight account.", examples=["123456"])
    ] = None
    first_party_freight_account_number: Annotated[
        str | None, Meta(description="The merchant's own freight account.", examples=["123456"])
    ] = None
    invoice_currency_code: Annotated[str, Meta(description="Currency of every amount.", examples=["USD"])] = "USD"
    total_price: Annotated[Decimal | None, Meta(description="Amount paid in all.", examples=[13.49])] = None
    total_tax: Annotated[Decimal | None, Meta(description="Taxes in it.", examples=[1.5])] = None
    total_discount: Annotated[Decimal | None, Meta(description="Reductions in all.", examples=[2.5])] = None
    total_shipping: Annotated[Decimal | None, Meta(description="What the buyer pays for shipping.", examples=[3.5])] = (
        None
    )
    ship_to_address: Annotated[ShipToAddress, Meta(description="Where it goes.")] = ShipToAddress()
    line_items: Annotated[list[OrderLineItem], Meta(description="Products ordered.")] = []
    tags: Annotated[
        list[str],
        Meta(description="The connected system's own tags; a keyed tag is written `key:value`.", examples=[["tag_0"]]),
    ] = []
    required_ship_date: Annotated[
        Timestamp | None, Meta(description="When it has to leave at the latest.", examples=["2021-01-01T12:00:00Z"])
    ] = None
    saturday_delivery: Annotated[
        bool | None, Meta(description="Whether it may arrive on a Saturday.", examples=[False])
    ] = None
    signature_required: Annotated[
        bool | None, Meta(description="Whether the recipient has to sign.", examples=[False])
    ] = None
    international_duty_paid_by: Annotated[
        DutyPayer | None, Meta(description="Who pays import duties.", examples=["sender"])
    ] = None
    shipments: Annotated[
        list[OrderShipment], Meta(description="What was shipped so far; empty on a new or cancelled order.")
    ] = []
    external_system_url: ExternalURL = None
    additional_fields: AdditionalFields = {}


class OrderPackLineItem(Part, kw_only=True, frozen=True):
    """Units of one item in a pack."""

    inventory_item_id: Annotated[
        str, Meta(description="The item; the `id` of the inventory list.", examples=["item_id"])
    ]
    sku: Annotated[str | None, Meta(description="Stock keeping unit.", examples=["sku"])] = None
    quantity: Annotated[int, Meta(description="Units packed.", examples=[1])]


class OrderPack(Part, kw_only=True, frozen=True):
    """A box that is packed and has not left yet."""

    pack_id: Annotated[
        str,
        Meta(description="Identifier of the pack; name it as `package_id` to ship it.", examples=["package_id"]),
    ]
    measurements: Annotated[Measurements, Meta(description="Size and weight of the pack.")] = Measurements()
    line_items: Annotated[list[OrderPackLineItem], Meta(description="What is inside.")] = []


class OrderPackOrderLineItem(Part, kw_only=True, frozen=True):
    """A line of the order, in short."""

    product_id: Annotated[str | None, Meta(description="The product.", examples=["product_id"])] = None
    sku: Annotated[str | None, Meta(description="Stock keeping unit.", examples=["sku"])] = None
    quantity: Annotated[int, Meta(description="Units ordered.", examples=[1])]


class OrderPacks(Record, kw_only=True):
    """The packs of one order, and what is needed to ship them."""

    packs: Annotated[list[OrderPack], Meta(description="Boxes that are packed and have not left yet.")] = []
    carrier: Annotated[
        str | None,
        Meta(
            description="Deprecated: read `carrier_id` and `carrier_name`.",
            examples=["carrier_name"],
            extra_json_schema=_DEPRECATED,
        ),
    ] = None
    carrier_id: CarrierID = None
    carrier_name: CarrierName = None
    scac: SCAC = None
    shipping_method: Annotated[
        str | None,
        Meta(
            description="Deprecated: read `shipping_method_id`.",
            examples=["shipping_method_name"],
            extra_json_schema=_DEPRECATED,
        ),
    ] = None
    shipping_method_id: ShippingMethodID = None
    shipping_method_name: ShippingMethodName = None
    ship_to_address: Annotated[ShipToAddress, Meta(description="Where the order goes.")] = ShipToAddress()
    order_line_items: Annotated[list[OrderPackOrderLineItem], Meta(description="Lines of the order.")] = []
    additional_fields: AdditionalFields = {}


class Channel(Record, kw_only=True):
    """A place where orders are sold."""

    id: Annotated[str, Meta(description="The channel's identifier in the connected system.", examples=["channel_id"])]
    warehouse_customer_id: Annotated[
        str | None,
        Meta(
            description="Merchant that owns the channel, where one system holds several.",
            examples=["warehouse_customer_id"],
        ),
    ] = None
    created_date: CreatedDate
    updated_date: UpdatedDate
    name: Annotated[str | None, Meta(description="Name of the channel.", examples=["order_channel_name"])] = None


ORDERS = Resource(
    vertical="wms",
    name="orders",
    path="/wms/orders",
    id_param="order_id",
    singular="order",
    title="Orders",
    event="order",
    schema_name="WmsOrderApiItemSchema",
    record=Order,
    filters=(
        filters.text("warehouse_customer_id"),
        filters.text("status"),
        filters.text("channel"),
        filters.text("type"),
        filters.text("order_number"),
        filters.text("reference_id"),
        filters.time("required_ship_date"),
    ),
    taggable=True,
    more_events=("shipment.created",),
    on_demand=True,
)
GET_ORDERS = read(ORDERS)
CREATE_ORDER = write(
    "create_order",
    "POST",
    "/wms/orders",
    ORDERS,
    "Create Order",
    body=CreateOrderBody,
    description="Orders goods to be sent. The warehouse promises stock to the order, or lets it wait for stock.",
)
UPDATE_ORDER = write(
    "update_order",
    "PUT",
    "/wms/orders/{order_id}",
    ORDERS,
    "Update Order",
    body=UpdateOrderBody,
    description="Changes an order that has not left yet; the lines are replaced as a whole.",
)
CANCEL_ORDER = write(
    "cancel_order",
    "PUT",
    "/wms/orders/{order_id}/cancel",
    ORDERS,
    "Cancel Order",
    takes_body=False,
    description="Calls an order off and frees its stock. What has been shipped cannot be cancelled.",
)
CREATE_ORDER_SHIPMENT = write(
    "create_order_shipment",
    "POST",
    "/wms/orders/{order_id}/shipments",
    ORDERS,
    "Create Order Shipment",
    body=CreateOrderShipmentBody,
    description="Notes that goods of the order have left. The units leave the stock.",
)
CREATE_ORDER_FILE = write(
    "create_order_file",
    "POST",
    "/wms/orders/{order_id}/file",
    ORDERS,
    "Attach File to Order",
    body=CreateOrderFileBody,
    answer=Answer.WORD,
    varies=False,
    form=True,
    description="Attaches a document to the order. The body is a form (`multipart/form-data`).",
)

ORDER_PACKS = Resource(
    vertical="wms",
    name="order_packs",
    path="/wms/orders/{order_id}/packs",
    id_param="order_id",
    singular="order_packs",
    title="Orders",
    event="order",
    schema_name="WmsOrderPacksApiItemSchema",
    record=OrderPacks,
    single=False,
    stored=False,
    changes=(),
)
GET_ORDER_PACKS = read_live(
    ORDER_PACKS,
    ORDERS,
    summary="Get Order Packs",
    description="The boxes of an order that are packed and have not left yet.",
)
ORDER_CHANNELS = Resource(
    vertical="wms",
    name="order_channels",
    path="/wms/orders/channels",
    id_param="channel_id",
    singular="order_channel",
    title="Order Channels",
    event="order",
    schema_name="WmsOrderChannelApiItemSchema",
    record=Channel,
    filters=(filters.text("warehouse_customer_id"),),
    single=False,
    changes=(),
    full_first_sync=True,
)
GET_ORDER_CHANNELS = read(ORDER_CHANNELS)
