"""Orders of the shop: reading them, telling what was sent, paying back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Annotated, Any

from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import BodyPart, WriteBody, vendor_only
from crossdock.contract.cart import orders
from crossdock.contract.cart.products import PRODUCTS
from crossdock.contract.cart.products import Product as ProductRecord
from crossdock.contract.management.simulations import (
    SIMULATE_CART_ORDER,
    SIMULATE_CART_PRODUCT,
    SimulateCartOrderBody,
    SimulateCartProductBody,
)
from crossdock.integrations.kit.adapter import (
    Applied,
    Attempt,
    NotApplied,
    Page,
    Related,
    Settlement,
    Window,
    Written,
    implements,
    receives,
    settles,
    simulates,
)
from crossdock.integrations.kit.client import segment
from crossdock.integrations.kit.webhooks import Changed, Delivery
from crossdock.integrations.sandbox.base import CHANGED, each
from crossdock.integrations.sandbox.cart import mapping as shop
from crossdock.integrations.sandbox.cart import order_mapping as mapping
from crossdock.integrations.sandbox.cart.base import ShopBase
from crossdock.integrations.sandbox.cart.models import ShopProduct
from crossdock.integrations.sandbox.cart.order_models import ShopOrder, ShopOrderChanged
from crossdock.integrations.sandbox.mapping import given


class LineToShip(BodyPart, kw_only=True):
    """Units of one line that were sent."""

    line_item_id: Annotated[str, Meta(description="The line of the order.", examples=["order_id_48_line_0"])]
    quantity: Annotated[int, Meta(description="Units sent; never more than are left.", examples=[1], ge=1)]


LinesToShip = Annotated[list[LineToShip], Meta(min_length=1)]


class CreateCartOrderShipment(WriteBody, kw_only=True):
    """Goods of an order that were sent. Without lines, everything that is left."""

    tracking_number: str | UnsetType = UNSET
    tracking_url: str | UnsetType = UNSET
    carrier_name: str | UnsetType = UNSET
    shipping_method_name: str | UnsetType = UNSET
    line_items: Annotated[
        LinesToShip | UnsetType, vendor_only("What was sent, when it is not everything that is left.")
    ] = UNSET


class ShopOrders(ShopBase):
    """Reading orders and changing them."""

    @implements(orders.GET_ORDERS, mode=CHANGED)
    async def get_orders(self, window: Window) -> AsyncIterator[Page[orders.Order]]:
        async for page in self.walk("orders", ShopOrder, window, each(mapping.to_order)):
            yield page

    @receives("order.changed")
    async def hear_of_order(self, delivery: Delivery) -> Sequence[Changed]:
        identifier, found = await self.told(delivery, "orders", ShopOrder)
        if found is None:
            return [Changed(orders.ORDERS, deleted=[identifier])]
        return [Changed(orders.ORDERS, [mapping.to_order(found)])]

    @implements(orders.CREATE_ORDER_SHIPMENT, CreateCartOrderShipment, needs=["orders.write"])
    async def create_order_shipment(self, order_id: str, body: CreateCartOrderShipment) -> Written[orders.Order]:
        lines = body.line_items
        shipment = {
            "carrier": body.carrier_name,
            "service": body.shipping_method_name,
            "trackingNumber": body.tracking_number,
            "trackingUrl": body.tracking_url,
            "lines": UNSET
            if isinstance(lines, UnsetType)
            else [{"lineId": line.line_item_id, "units": line.quantity} for line in lines],
        }
        return await self._change_order(f"{segment(order_id)}/shipments", given(shipment))

    @implements(orders.REFUND_ORDER, orders.RefundOrderBody, needs=["orders.write"])
    async def refund_order(self, order_id: str, body: orders.RefundOrderBody) -> Written[orders.Order]:
        return await self._change_order(f"{segment(order_id)}/refunds", mapping.from_refund(body))

    @simulates(SIMULATE_CART_ORDER.operation_id)
    async def simulate_order(self, body: SimulateCartOrderBody) -> Written[orders.Order]:
        return await self._change_order("", mapping.from_simulated_order(body))

    @simulates(SIMULATE_CART_PRODUCT.operation_id)
    async def simulate_product(self, body: SimulateCartProductBody) -> Written[ProductRecord]:
        answer = await self.client.post(
            f"{self.root}/products", self._with_reference(mapping.from_simulated_product(body))
        )
        made: ShopProduct = answer.json(ShopProduct)
        # The variant is what can be bought and has a price; the parent comes along.
        return Written(shop.to_variant(made, made.variants[0]), related=[Related(PRODUCTS, shop.to_records(made))])

    async def _change_order(self, path: str, change: dict[str, Any]) -> Written[orders.Order]:
        """Makes or changes an order; products whose stock changed come along."""
        address = f"{self.root}/orders/{path}".rstrip("/")
        answer = await self.client.post(address, self._with_reference(change))
        changed: ShopOrderChanged = answer.json(ShopOrderChanged)
        return Written(mapping.to_order(changed.order), related=_products(changed.products))

    def _with_reference(self, change: dict[str, Any]) -> dict[str, Any]:
        return {"reference": self.reference, **change} if self.reference else change

    @settles(orders.CREATE_ORDER_SHIPMENT, orders.REFUND_ORDER)
    async def settle_order(self, attempt: Attempt) -> Settlement:
        """An order names the references of every request that made or changed it."""
        found = await self.look_up("orders", ShopOrder, reference=attempt.reference)
        if found is None:
            return NotApplied()
        variants = dict.fromkeys(line.variant_id for line in found.lines)
        products = [await self.look_up("products", ShopProduct, variantId=variant) for variant in variants]
        unique = {product.id: product for product in products if product is not None}
        return Applied(mapping.to_order(found), related=_products(unique.values()))


def _products(found: Iterable[ShopProduct]) -> Sequence[Related]:
    records = [record for product in found for record in shop.to_records(product)]
    return [Related(PRODUCTS, records)] if records else []
