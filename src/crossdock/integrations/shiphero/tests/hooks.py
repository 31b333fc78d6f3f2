"""Webhooks of the fake account, and the messages that they bring."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any, ClassVar

from crossdock.contract.resources import Resource
from crossdock.contract.wms.billing import BILLS
from crossdock.contract.wms.customers import WAREHOUSE_CUSTOMERS
from crossdock.contract.wms.inbound_shipments import INBOUND_SHIPMENT_SUPPLIERS, INBOUND_SHIPMENTS
from crossdock.contract.wms.inventory import INVENTORY
from crossdock.contract.wms.labor import LABOR_ACTIVITIES
from crossdock.contract.wms.ledger import INVENTORY_LEDGER
from crossdock.contract.wms.orders import ORDERS
from crossdock.contract.wms.products import PRODUCTS
from crossdock.contract.wms.warehouses import WAREHOUSE_LOCATIONS, WAREHOUSES
from crossdock.integrations.kit.fake.graphql import GraphQLRefusal, resolves
from crossdock.integrations.kit.webhooks import Incoming
from crossdock.integrations.shiphero import client, messages
from crossdock.integrations.shiphero.tests.answers import Answers
from crossdock.integrations.shiphero.tests.documents import gid, number


class Hooks(Answers):
    """One webhook for each type and shop; each has a secret that is shown once."""

    silent: ClassVar[tuple[Resource, ...]] = (
        WAREHOUSES,
        WAREHOUSE_LOCATIONS,
        WAREHOUSE_CUSTOMERS,
        INVENTORY_LEDGER,
        INBOUND_SHIPMENT_SUPPLIERS,
        BILLS,
        LABOR_ACTIVITIES,
    )
    hooks: dict[int, dict[str, Any]]
    unknown_types: frozenset[str] = frozenset()
    """Types that the account does not know, as those that are newer than it."""

    @resolves("Query", "webhooks")
    def list_hooks(self) -> Any:
        return self.listed("webhooks", list(self.hooks.values()))

    @resolves("Mutation", "webhook_create")
    def create_hook(self, data: dict[str, Any]) -> Any:
        if data["name"] in self.unknown_types:
            raise GraphQLRefusal(f"Unknown webhook type {data['name']}", code=3)
        if self._hook(data) is not None:
            raise GraphQLRefusal("There already is a webhook with this name and shop", code=3)
        key = self.new_number()
        hook = {"id": gid("Webhook", key), "shop_name": None, **data, "secret": f"test-secret-{key}"}
        self.hooks[key] = hook
        return self.answered("webhook_create", webhook={**hook, "shared_signature_secret": hook["secret"]})

    @resolves("Mutation", "webhook_delete")
    def delete_hook(self, data: dict[str, Any]) -> Any:
        key = self._hook(data)
        if key is None:
            raise self.unknown("webhook")
        del self.hooks[key]
        return self.answered("webhook_delete")

    def _hook(self, data: dict[str, Any]) -> int | None:
        wanted = (data["name"], data.get("shop_name"))
        return next((key for key, hook in self.hooks.items() if (hook["name"], hook["shop_name"]) == wanted), None)

    def subscribed(self) -> list[str]:
        return sorted(hook["name"] for hook in self.hooks.values())

    def tell(self, resource: Resource, changed: set[str]) -> list[Incoming]:
        return [self.message(*self._news(resource, number(one))) for one in sorted(changed)]

    def _news(self, resource: Resource, key: int) -> tuple[str, dict[str, Any]]:
        if resource is INVENTORY:
            return messages.INVENTORY_UPDATE, {"inventory": [{"sku": self.products[key]["sku"]}]}
        if resource is PRODUCTS:
            return messages.PRODUCT_UPDATE, {"product": [{"sku": self.products[key]["sku"]}]}
        if resource is ORDERS:
            return messages.ORDER_ALLOCATED, {"order_id": key, "order_uuid": gid("Order", key)}
        if resource is INBOUND_SHIPMENTS:
            return messages.PO_UPDATE, {"purchase_order": {"id": key, "po_uuid": gid("PurchaseOrder", key)}}
        return messages.RETURN_UPDATE, {"return_id": key, "return_uuid": gid("Return", key)}

    def message(self, topic: str, body: dict[str, Any]) -> Incoming:
        """A message as it arrives. Purchase orders and parcels say the type inside."""
        inner = body.get("purchase_order") or body.get("fulfillment") or body
        inner["webhook_type"] = topic
        [secret] = [hook["secret"] for hook in self.hooks.values() if hook["name"] == topic]
        sent = json.dumps(body).encode()
        signature = base64.b64encode(hmac.new(secret.encode(), sent, "sha256").digest()).decode()
        return Incoming({client.HMAC_HEADER: signature, client.MESSAGE_HEADER: f"m-{self.new_number()}"}, sent)
