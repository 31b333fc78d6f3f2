"""What the fake seller has to begin with."""

from __future__ import annotations

from typing import Any

MARKETPLACE = "ATVPDKIKX0DER"
NETWORK = "AMAZON_NA"
EAST = "55448834-8d2b-4f1c-9a52-6a0f9d7c0001"
SOURCES: dict[str, dict[str, Any]] = {
    EAST: {
        "supplySourceCode": "EAST",
        "alias": "Bethlehem",
        "status": "Active",
        "address": {
            "name": "Tea House",
            "addressLine1": "1 Main St",
            "city": "Bethlehem",
            "stateOrRegion": "PA",
            "postalCode": "18015",
            "countryCode": "US",
        },
    },
    "55448834-8d2b-4f1c-9a52-6a0f9d7c0002": {
        "supplySourceCode": "OLD",
        "alias": "Old store",
        "status": "Archived",
        "address": {"name": "Old store", "addressLine1": "9 Side St", "stateOrRegion": "NJ", "countryCode": "US"},
    },
}


def value(text: Any, **more: Any) -> list[dict[str, Any]]:
    return [{"value": text, "marketplace_id": MARKETPLACE, **more}]


def side(number: float, unit: str = "inches") -> dict[str, Any]:
    return {"value": number, "unit": unit}


def offer(amount: str, kind: str = "B2C") -> dict[str, Any]:
    return {"marketplaceId": MARKETPLACE, "offerType": kind, "price": {"currencyCode": "USD", "amount": amount}}


def listing(
    sku: str,
    name: str,
    at: str,
    *,
    asin: str = "B0TEA00001",
    kind: str = "TEA",
    status: tuple[str, ...] = ("BUYABLE", "DISCOVERABLE"),
    stock: dict[str, int | None] | None = None,
    offers: tuple[dict[str, Any], ...] = (),
    attributes: dict[str, Any] | None = None,
    parents: tuple[str, ...] = (),
    children: tuple[str, ...] = (),
) -> dict[str, Any]:
    """A listing with every data set."""
    summary = {
        "marketplaceId": MARKETPLACE,
        "asin": asin,
        "productType": kind,
        "conditionType": "new_new",
        "status": list(status),
        "itemName": name,
        "createdDate": at,
        "lastUpdatedDate": at,
        "mainImage": {"link": f"https://images.example.com/{asin}.jpg", "height": 500, "width": 500},
    }
    family: dict[str, Any] = {"type": "VARIATION"}
    if children:
        family["childSkus"] = list(children)
    if parents:
        family["parentSkus"] = list(parents)
    relationships = [{"marketplaceId": MARKETPLACE, "relationships": [family] if len(family) > 1 else []}]
    channels = [
        {"fulfillmentChannelCode": code} | ({} if units is None else {"quantity": units})
        for code, units in (stock or {}).items()
    ]
    return {
        "sku": sku,
        "summaries": [summary],
        "attributes": {"item_name": value(name), **(attributes or {})},
        "offers": list(offers),
        "fulfillmentAvailability": channels,
        "relationships": relationships,
        "productTypes": [{"marketplaceId": MARKETPLACE, "productType": kind}],
    }


def listings(at: str) -> dict[str, dict[str, Any]]:
    """Listings by SKU."""
    package = {
        "item_package_dimensions": [
            {"length": side(7.5), "width": side(3), "height": side(3), "marketplace_id": MARKETPLACE}
        ],
        "item_package_weight": value(8.8, unit="ounces"),
        "externally_assigned_product_identifier": value("4006381333931", type="ean"),
    }
    draft = listing("CUP DRAFT/1", "Cup", at, kind="CUP")
    draft |= {"summaries": [], "productTypes": []}
    made = [
        listing("TEA", "Tea", at, status=("DISCOVERABLE",), children=("TEA-RED", "TEA-GREEN")),
        listing(
            "TEA-RED",
            "Tea, red",
            at,
            asin="B0TEA00002",
            stock={"DEFAULT": 40},
            offers=(offer("12.99"), offer("11.50", "B2B")),
            attributes=package,
            parents=("TEA",),
        ),
        listing(
            "TEA-GREEN",
            "Tea, green",
            at,
            asin="B0TEA00003",
            stock={"DEFAULT": 6, EAST: 4},
            offers=(offer("0.00"),),
            parents=("TEA",),
        ),
        listing("POT-1", "Pot", at, asin="B0POT00001", kind="POT", stock={NETWORK: None}, offers=(offer("30.00"),)),
        listing("MUG-1", "Mug", at, asin="B0MUG00001", kind="MUG", stock={"DEFAULT": 3}, offers=(offer("8.00"),)),
        draft,
    ]
    return {item["sku"]: item for item in made}


def held(sku: str, at: str, units: int) -> dict[str, Any]:
    """What Amazon's warehouses have of a listing."""
    return {
        "asin": "B0POT00001",
        "fnSku": "X000POT001",
        "sellerSku": sku,
        "condition": "NewItem",
        "inventoryDetails": {
            "fulfillableQuantity": units,
            "inboundWorkingQuantity": 0,
            "inboundShippedQuantity": 12,
            "inboundReceivingQuantity": 3,
            "reservedQuantity": {
                "totalReservedQuantity": 2,
                "pendingCustomerOrderQuantity": 2,
                "pendingTransshipmentQuantity": 0,
                "fcProcessingQuantity": 0,
            },
            "researchingQuantity": {"totalResearchingQuantity": 0, "researchingQuantityBreakdown": []},
            "unfulfillableQuantity": {"totalUnfulfillableQuantity": 1, "customerDamagedQuantity": 1},
        },
        "lastUpdatedTime": at,
        "productName": "Pot",
        "totalQuantity": units + 18,
    }


def usd(amount: str) -> dict[str, str]:
    return {"amount": amount, "currencyCode": "USD"}


def part(kind: str, amount: str) -> dict[str, Any]:
    return {"type": kind, "subtotal": usd(amount)}


def item(key: str, sku: str, units: int, price: str, done: int = 0, parts: tuple[Any, ...] = ()) -> dict[str, Any]:
    """A line of an order."""
    return {
        "orderItemId": key,
        "quantityOrdered": units,
        "product": {"asin": "B0TEA00002", "title": sku.title(), "sellerSku": sku, "price": {"unitPrice": usd(price)}},
        "proceeds": {"proceedsTotal": usd(price), "breakdowns": list(parts)},
        "fulfillment": {"quantityFulfilled": done, "quantityUnfulfilled": units - done},
    }


def order(
    key: str, status: str, at: str, items: tuple[dict[str, Any], ...], *, by: str = "MERCHANT", **more: Any
) -> dict[str, Any]:
    """An order with every data set that is asked for."""
    return {
        "orderId": key,
        "createdTime": at,
        "lastUpdatedTime": at,
        "programs": [],
        "salesChannel": {"channelName": "AMAZON", "marketplaceId": MARKETPLACE, "marketplaceName": "Amazon.com"},
        "buyer": {"buyerName": "Ann Buyer", "buyerEmail": "a1b2c3@marketplace.amazon.example"},
        "recipient": {
            "deliveryAddress": {
                "name": "Ann Buyer",
                "addressLine1": "123 Main St",
                "addressLine2": "Apt 2",
                "city": "New York",
                "stateOrRegion": "NY",
                "postalCode": "10001",
                "countryCode": "US",
                "phone": "123-456-7890",
            }
        },
        "fulfillment": {
            "fulfillmentStatus": status,
            "fulfilledBy": by,
            "fulfillmentServiceLevel": "STANDARD",
            "shipByWindow": {"earliestDateTime": "2026-11-20T08:00:00Z", "latestDateTime": "2026-11-23T07:59:59Z"},
            "deliverByWindow": {"latestDateTime": "2026-11-30T07:59:59Z"},
        },
        "orderItems": list(items),
        "packages": [],
        **more,
    }


OPEN, PENDING, BY_AMAZON, PARTLY, GONE = (f"902-1845936-543506{digit}" for digit in range(1, 6))


def orders(at: str) -> dict[str, dict[str, Any]]:
    """Orders by id."""
    proceeds = {
        "grandTotal": usd("38.97"),
        "breakdowns": [part("ITEM", "33.98"), part("SHIPPING", "5.99"), part("TAX", "1.00"), part("DISCOUNT", "-2.00")],
    }
    lines = (
        item("05015851154158", "TEA-RED", 2, "12.99", parts=(part("TAX", "1.00"), part("DISCOUNT", "-2.00"))),
        item("05015851154159", "MUG-1", 1, "8.00"),
    )
    unpaid = order(PENDING, "PENDING", at, (item("05015851154160", "TEA-RED", 1, "12.99"),))
    del unpaid["recipient"], unpaid["buyer"]
    sent = {
        "packageReferenceId": "1",
        "createdTime": at,
        "packageStatus": {"status": "IN_TRANSIT", "detailedStatus": "PICKED_UP"},
        "carrier": "UPS",
        "shipTime": at,
        "shippingService": "Ground",
        "trackingNumber": "1Z0001",
        "packageItems": [{"orderItemId": "05015851154162", "quantity": 1}],
    }
    made = [
        order(OPEN, "UNSHIPPED", at, lines, proceeds=proceeds),
        unpaid,
        order(BY_AMAZON, "SHIPPED", at, (item("05015851154161", "POT-1", 1, "30.00", 1),), by="AMAZON"),
        order(PARTLY, "PARTIALLY_SHIPPED", at, (item("05015851154162", "TEA-RED", 3, "12.99", 1),), packages=[sent]),
        order(GONE, "CANCELLED", at, (item("05015851154163", "MUG-1", 0, "8.00"),)),
    ]
    return {item["orderId"]: item for item in made}
