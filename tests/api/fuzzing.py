"""What the fuzz tests share: a served API with real sandboxes, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import schemathesis
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from crossdock.contract.operations import Access, Kind, Operation
from crossdock.contract.resources import Resource
from crossdock.integrations import registry
from crossdock.platform.openapi import OPERATIONS
from tests.api.processes import Installation

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
]
CHANGEABLE = {"open", "confirmed", "processing", "picked", "packed"}
"""Statuses of orders that a warehouse still works on."""
SANDBOXES = [adapter.vertical for adapter in registry.adapters() if adapter.slug == "sandbox"]


def _implemented(operation: Operation) -> bool:
    if operation.action is None:
        return True
    adapter = registry.find(operation.action.vertical, "sandbox")
    return adapter is not None and adapter.can(operation.action)


# Removing a connection takes no input, and after the first time every call with its token is a 401.
LEFT_OUT = "delete_delete_connection"
READS = [
    item for item in OPERATIONS if item.kind is not Kind.WRITE and _implemented(item) and item.operation_id != LEFT_OUT
]
WRITES = [item for item in OPERATIONS if item.kind is Kind.WRITE and _implemented(item)]


@dataclass
class Target:
    """A served API, a sandbox of each vertical, and what is known of them: `ids` by vertical and name of the id."""

    url: str
    key: str
    tokens: dict[str, str]
    document: dict[str, Any]
    ids: dict[tuple[str, str], list[str]]
    apart: dict[str, str]
    """Credentials of another sandbox, for operations that pause and switch off: nobody else misses anything there."""

    def headers(self, operation: Operation) -> dict[str, str]:
        """Real credentials of the vertical that the operation is about."""
        vertical = operation.path.split("/")[1]
        if operation.access is Access.TOKEN and vertical not in self.tokens:
            return self.apart
        given = {"x-trackstar-api-key": self.key}
        if operation.access is Access.TOKEN:
            given["x-trackstar-access-token"] = self.tokens[vertical]
        return given


def _records(url: str, headers: dict[str, str], path: str) -> list[dict[str, Any]]:
    answer = httpx.get(f"{url}{path}", headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def regenerate(url: str, key: str, vertical: str) -> str:
    """Makes a sandbox or puts its data back; gives its token."""
    path = f"{url}/sandbox/generate-sandbox/{vertical}"
    answer = httpx.post(path, headers={"x-trackstar-api-key": key}, timeout=30)
    assert answer.status_code == 200, answer.text
    token: str = answer.json()["access_token"]
    return token


def look_around(served: Installation, key: str, key_apart: str) -> Target:
    tokens: dict[str, str] = {}
    ids: dict[tuple[str, str], list[str]] = {}
    for vertical in SANDBOXES:
        tokens[vertical] = regenerate(served.url, key, vertical)
        headers = {"x-trackstar-api-key": key, "x-trackstar-access-token": tokens[vertical]}
        lists = [
            item for item in READS if item.kind is Kind.LIST and item.resource and item.resource.vertical == vertical
        ]
        # Lists that lie under a record come after the list of those records.
        for operation in sorted(lists, key=lambda item: len(item.path_parameters)):
            resource = operation.resource
            assert resource is not None
            path = operation.path.format(**{name: ids[vertical, name][0] for name in operation.path_parameters})
            _note_ids(ids, resource, _records(served.url, headers, path))
    document = httpx.get(f"{served.url}/openapi.json").json()
    apart = {"x-trackstar-api-key": key_apart, "x-trackstar-access-token": regenerate(served.url, key_apart, "wms")}
    return Target(served.url, key, tokens, document, ids, apart)


def _note_ids(ids: dict[tuple[str, str], list[str]], resource: Resource, records: list[dict[str, Any]]) -> None:
    """Keeps the ids of a list under the name that paths and bodies have for them."""
    ids[resource.vertical, resource.id_param] = [record["id"] for record in records]
    if resource.key == "cart/products":
        variants = [record["id"] for record in records if record["parent_product_id"] != record["id"]]
        ids["cart", "product_id"] = variants
    if resource.key == "wms/orders":
        # Of the others nothing can be changed any more.
        ids["wms", "order_id"] = [record["id"] for record in records if record["status"] in CHANGEABLE]
    if resource.key == "cart/orders":
        shippable = [record for record in records if record["status"] in ("confirmed", "processing")]
        ids["cart", "order_id"] = [record["id"] for record in shippable]
        ids["cart", "line_item_id"] = [line["line_item_id"] for record in shippable for line in record["line_items"]]
    if resource.key == "wms/products":
        ids["wms", "kit_id"] = [record["id"] for record in records if record["is_kit"]]
    if resource.key in ("erp/sales_orders", "erp/purchase_orders"):
        _note_open_orders(ids, resource.id_param, records)


def _note_open_orders(ids: dict[tuple[str, str], list[str]], name: str, records: list[dict[str, Any]]) -> None:
    """Keeps orders that can still be changed. Bodies that move goods get the one with the most units, and its lines:
    an order and a line that are chosen apart never fit."""
    open_orders = [record for record in records if record["status"] in ("open", "pending_approval")]
    ready = [record for record in open_orders if record["status"] == "open"]
    largest = max(ready, key=lambda record: max(line["quantity"] for line in record["line_items"]))
    # Nothing else happens to that one, such as a cancel.
    ids["erp", name] = [record["id"] for record in open_orders if record is not largest]
    ids["erp", f"{name} of goods"] = [largest["id"]]
    ids["erp", f"lines of {name}"] = [line["line_item_id"] for line in largest["line_items"]]


def _goods_of_one_order(operation: Operation, ids: dict[tuple[str, str], list[str]]) -> dict[str, list[str]]:
    """An order and its lines, for a body that names both."""
    name = {"/erp/sales-order-shipments": "sales_order_id", "/erp/purchase-order-receipts": "purchase_order_id"}.get(
        operation.path
    )
    return {name: ids["erp", f"{name} of goods"], "line_item_id": ids["erp", f"lines of {name}"]} if name else {}


def written_document(target: Target, operation: Operation) -> dict[str, Any]:
    """The served document with the body of a write as this account's write-info has it."""
    assert operation.action is not None
    vertical = operation.action.vertical
    path = f"{target.url}/integrations/{vertical}/sandbox/write-info"
    info = httpx.get(path, headers=target.headers(operation)).json()
    body = info["paths"][operation.path][operation.method.lower()].get("requestBody")
    served = target.document["paths"][operation.path][operation.method.lower()]
    own = info["components"]["schemas"]
    offered = {name: ids for (where, name), ids in target.ids.items() if where == vertical and ids}
    # Any text is no address, and no system takes one for it.
    offered["file_url"] = ["https://files.example/label.pdf", "http://files.example"]
    _offer_ids(own, offered | _goods_of_one_order(operation, target.ids))
    if operation.path.startswith("/wms/returns"):
        _offer_ids(own, _returnable(target, operation), replace=True)
    components = {**target.document["components"]}
    components["schemas"] = {**components["schemas"], **own}
    written = {**served, "requestBody": body} if body else served
    paths = {operation.path: {operation.method.lower(): written}}
    return {**target.document, "paths": paths, "components": components}


def _offer_ids(schema: Any, offered: Mapping[str, Sequence[Any]], *, replace: bool = False) -> None:
    """Lets fields hold values that exist; the published schema cannot list a whole catalogue."""
    for name, value in schema.items() if isinstance(schema, dict) else enumerate(schema):
        if name == "quantity" and isinstance(value, dict) and "line_item_id" in schema:
            # More than an order has open is refused, and a number chosen freely is nearly always more.
            schema[name] = {**value, "maximum": 4}
        elif name in offered and isinstance(value, dict) and (replace or "enum" not in value):
            schema[name] = {"enum": list(offered[str(name)])}
        elif isinstance(value, dict | list):
            _offer_ids(value, offered, replace=replace)


def _returnable(target: Target, operation: Operation) -> dict[str, list[Any]]:
    """Orders that left with the same item, which any of them can bring back; of others nothing can come back."""
    headers = target.headers(operation)
    came_back = {found["order_id"] for found in _records(target.url, headers, "/wms/returns")}
    orders: dict[str, list[str]] = {}
    for entry in _records(target.url, headers, "/wms/inventory/ledger?event_type=order_shipment"):
        if entry["object_id"] not in came_back:
            orders.setdefault(entry["inventory_item_id"], []).append(entry["object_id"])
    item = max(orders, key=lambda name: len(orders[name]))
    found = httpx.get(f"{target.url}/wms/inventory/{item}", headers=headers).json()["data"]
    return {"order_id": orders[item], "sku": [found["sku"]], "quantity": [1]}


def fresh_record(target: Target, operation: Operation) -> dict[str, list[str]]:
    """A record to change, where those of the seed are in states that allow few changes or only one."""
    headers = target.headers(operation)
    if "return_id" in operation.path_parameters:
        offered = _returnable(target, operation)
        path = "/wms/returns"
        lines = [{"sku": offered["sku"][0], "quantity": 1}]
        body = {"order_id": offered["order_id"][0], "warehouse_id": "warehouse_id_0", "line_items": lines}
    elif "inbound_shipment_id" in operation.path_parameters:
        path = "/wms/inbound-shipments"
        skus = [found["sku"] for found in _records(target.url, headers, "/wms/inventory") if found["sku"]]
        lines = [{"sku": sku, "expected_quantity": 1_000_000} for sku in skus]
        body = {"warehouse_id": "warehouse_id_0", "line_items": lines}
    else:
        return {}
    made = httpx.post(f"{target.url}{path}", headers=headers, json=body)
    assert made.status_code == 200, made.text
    return {operation.path_parameters[-1]: [made.json()["id"]]}


def fits_document(case: schemathesis.Case[Any]) -> bool:
    """Whether the case was made to fit the document."""
    return case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE


def refused_fields(answer: schemathesis.Response) -> dict[str, list[str]]:
    """Fields that our judge refused."""
    if answer.status_code != 422 or answer.json()["origin"] != "trackstar":
        return {}
    fields: dict[str, list[str]] = answer.json()["detail"].get("json", {})
    return fields


def without_fractions(body: Any) -> Any:
    """Whole numbers written without `.0`: as an integer it is refused, which JSON Schema cannot say."""
    if isinstance(body, dict):
        return {name: without_fractions(value) for name, value in body.items()}
    if isinstance(body, list):
        return [without_fractions(value) for value in body]
    return int(body) if isinstance(body, float) and body.is_integer() else body


def name_of(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"
