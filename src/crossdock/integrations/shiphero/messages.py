"""What ShipHero tells of its own accord. https://developer.shiphero.com/webhooks/

A message is signed with the secret of its own webhook, and says in its body what it is about, some of them one level
down.
Types that no record here depends on (totes, labels, packages, automation) are not asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from crossdock.contract.errors import UnexpectedShape, VendorRejected
from crossdock.contract.wms import inbound_shipments, inventory, orders, products, returns
from crossdock.integrations.kit.adapter import receives
from crossdock.integrations.kit.webhooks import (
    Changed,
    Delivery,
    HMACSignature,
    Incoming,
    SecretByTopic,
    Subscribed,
    Subscription,
    Webhooks,
    in_body,
    in_header,
)
from crossdock.integrations.shiphero import client, mapping, queries
from crossdock.integrations.shiphero.goods import Goods
from crossdock.integrations.shiphero.models import ShipHeroProduct, StockedProduct
from crossdock.integrations.shiphero.purchases import Purchases
from crossdock.integrations.shiphero.returning import Returning

# Each has a page of its own behind https://developer.shiphero.com/webhooks/ that shows its body.
INVENTORY_UPDATE = "Inventory Update"
PRODUCT_UPDATE = "Product Update"
ORDER_ALLOCATED, ORDER_DEALLOCATED, ORDER_CANCELED = "Order Allocated", "Order Deallocated", "Order Canceled"
SHIPMENT_UPDATE = "Shipment Update"
PO_UPDATE = "PO Update"
RETURN_UPDATE = "Return Update"
_PLACES = ("webhook_type", "fulfillment.webhook_type", "purchase_order.webhook_type")
"""Where a body names its type."""


def type_of(message: Incoming) -> str:
    """What a message is about."""
    return next((found for place in _PLACES if (found := in_body(place)(message))), "")


class _Named(msgspec.Struct):
    sku: str


class _InventoryUpdate(msgspec.Struct):
    inventory: list[_Named]


class _ProductUpdate(msgspec.Struct):
    product: list[_Named]


class _OrderMessage(msgspec.Struct):
    order_uuid: str


class _Fulfillment(msgspec.Struct):
    shipment_uuid: str


class _ShipmentUpdate(msgspec.Struct):
    fulfillment: _Fulfillment


class _Purchase(msgspec.Struct):
    po_uuid: str


class _PurchaseUpdate(msgspec.Struct):
    purchase_order: _Purchase


class _ReturnUpdate(msgspec.Struct):
    return_uuid: str


class _Hook(msgspec.Struct):
    name: str | None = None
    shop_name: str | None = None


class _NewHook(msgspec.Struct):
    shared_signature_secret: str | None = None


class Messages(Returning, Purchases, Goods):
    """Asking for messages, and what they mean."""

    webhooks = Webhooks(
        SecretByTopic(HMACSignature(client.HMAC_HEADER, "base64"), type_of),
        topic=type_of,
        delivery_id=in_header(client.MESSAGE_HEADER),
        # https://developer.shiphero.com/webhooks/
        answer=b'{"code":"200","Status":"Success"}',
    )

    async def subscribe(self, wanted: Subscription) -> Subscribed:
        """One webhook for each type. Their name of a shop, which only tells them apart, is made from the address."""
        shop = f"crossdock-{hashlib.sha256(wanted.url.encode()).hexdigest()[:16]}"
        await self.unsubscribe(shop)
        secrets: dict[str, str] = {}
        for topic in wanted.topics:
            asked = {"name": topic, "url": wanted.url, "shop_name": shop}
            try:
                made = await self.change(queries.CREATE_WEBHOOK, asked)
            except VendorRejected:
                if topic != PRODUCT_UPDATE:
                    raise
                # Newer than the schema; an account that does not know it has the others all the same.
                continue
            secret = self.read(made.get("webhook"), _NewHook).shared_signature_secret
            if not secret:
                raise UnexpectedShape(f"{client.NAME} gave no secret for its webhook {topic}")
            secrets[topic] = secret
        return Subscribed(shop, SecretByTopic.join(secrets))

    async def unsubscribe(self, reference: str) -> None:
        pages = self.walk(queries.WEBHOOKS, "webhooks", _Hook, {"first": queries.ENTRIES_PER_PAGE})
        hooks = [hook async for found, _ in pages for hook in found]
        for hook in hooks:
            if hook.name and hook.shop_name == reference:
                await self.change(queries.DELETE_WEBHOOK, {"name": hook.name, "shop_name": reference})

    @receives(INVENTORY_UPDATE)
    async def receive_inventory(self, delivery: Delivery) -> Sequence[Changed]:
        found: list[inventory.InventoryItem] = []
        for sku in _skus(delivery.json(_InventoryUpdate).inventory):
            asked = {"sku": sku, "first": queries.SAME_SKU_PER_PAGE}
            async for page, _ in self.walk(queries.STOCKS_BY_SKU, "products", StockedProduct, asked):
                found += await self.stock_records(page)
        return [Changed(inventory.INVENTORY, found)]

    @receives(PRODUCT_UPDATE)
    async def receive_products(self, delivery: Delivery) -> Sequence[Changed]:
        found: list[products.Product] = []
        for sku in _skus(delivery.json(_ProductUpdate).product):
            asked = {"sku": sku, "first": queries.SAME_SKU_PER_PAGE}
            async for page, _ in self.walk(queries.PRODUCTS_BY_SKU, "products", ShipHeroProduct, asked):
                found += [mapping.product_record(product) for product in page]
        return [Changed(products.PRODUCTS, found)]

    @receives(ORDER_ALLOCATED, ORDER_DEALLOCATED, ORDER_CANCELED)
    async def receive_order(self, delivery: Delivery) -> Sequence[Changed]:
        return await self._changed_order(delivery.json(_OrderMessage).order_uuid)

    @receives(SHIPMENT_UPDATE)
    async def receive_shipment(self, delivery: Delivery) -> Sequence[Changed]:
        asked = {"id": delivery.json(_ShipmentUpdate).fulfillment.shipment_uuid}
        data = await self.ask(queries.SHIPMENT_ORDER, asked, dict[str, Any])
        return await self._changed_order(self.inside(data, ("shipment", "data", "order_id")))

    async def _changed_order(self, order_id: str) -> Sequence[Changed]:
        try:
            return [Changed(orders.ORDERS, [await self.order_now(order_id)])]
        except VendorRejected as error:
            return _gone(orders.ORDERS, order_id, error)

    @receives(PO_UPDATE)
    async def receive_purchase(self, delivery: Delivery) -> Sequence[Changed]:
        purchase_id = delivery.json(_PurchaseUpdate).purchase_order.po_uuid
        try:
            return [Changed(inbound_shipments.INBOUND_SHIPMENTS, [await self.purchase_now(purchase_id)])]
        except VendorRejected as error:
            return _gone(inbound_shipments.INBOUND_SHIPMENTS, purchase_id, error)

    @receives(RETURN_UPDATE)
    async def receive_return(self, delivery: Delivery) -> Sequence[Changed]:
        return_id = delivery.json(_ReturnUpdate).return_uuid
        try:
            return [Changed(returns.RETURNS, [await self.return_now(return_id)])]
        except VendorRejected as error:
            return _gone(returns.RETURNS, return_id, error)


def _skus(found: Sequence[_Named]) -> list[str]:
    return list(dict.fromkeys(item.sku for item in found))


def _gone(resource: Any, identifier: str, error: VendorRejected) -> Sequence[Changed]:
    """What ShipHero has no more; any other refusal stands."""
    if error.status != 404:
        raise error
    return [Changed(resource, deleted=[identifier])]
