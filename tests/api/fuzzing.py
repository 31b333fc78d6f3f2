"""What the fuzz tests share: a served API with real sandboxes, and what is known of them."""

from __future__ import annotations

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
        if operation.access is Access.TOKEN and operation.action is None:
            return self.apart
        given = {"x-trackstar-api-key": self.key}
        if operation.access is Access.TOKEN and operation.action is not None:
            given["x-trackstar-access-token"] = self.tokens[operation.action.vertical]
        return given


def _records(url: str, headers: dict[str, str], path: str) -> list[dict[str, Any]]:
    answer = httpx.get(f"{url}{path}", headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def _sandbox(served: Installation, key: str, vertical: str) -> dict[str, str]:
    """Credentials of a new sandbox."""
    path = f"{served.url}/sandbox/generate-sandbox/{vertical}"
    answer = httpx.post(path, headers={"x-trackstar-api-key": key}, timeout=30)
    assert answer.status_code == 200, answer.text
    return {"x-trackstar-api-key": key, "x-trackstar-access-token": answer.json()["access_token"]}


def look_around(served: Installation, key: str, key_apart: str) -> Target:
    tokens: dict[str, str] = {}
    ids: dict[tuple[str, str], list[str]] = {}
    for vertical in SANDBOXES:
        headers = _sandbox(served, key, vertical)
        tokens[vertical] = headers["x-trackstar-access-token"]
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
    return Target(served.url, key, tokens, document, ids, _sandbox(served, key_apart, "wms"))


def _note_ids(ids: dict[tuple[str, str], list[str]], resource: Resource, records: list[dict[str, Any]]) -> None:
    """Keeps the ids of a list under the name that paths and bodies have for them."""
    ids[resource.vertical, resource.id_param] = [record["id"] for record in records]
    if resource.key == "cart/products":
        variants = [record["id"] for record in records if record["parent_product_id"] != record["id"]]
        ids["cart", "product_id"] = variants
    if resource.key == "wms/products":
        ids["wms", "kit_id"] = [record["id"] for record in records if record["is_kit"]]


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
    _offer_ids(own, offered)
    components = {**target.document["components"]}
    components["schemas"] = {**components["schemas"], **own}
    written = {**served, "requestBody": body} if body else served
    paths = {operation.path: {operation.method.lower(): written}}
    return {**target.document, "paths": paths, "components": components}


def _offer_ids(schema: Any, offered: dict[str, list[str]]) -> None:
    """Lets fields hold ids that exist; the published schema cannot list a whole catalogue."""
    for name, value in schema.items() if isinstance(schema, dict) else enumerate(schema):
        if name in offered and isinstance(value, dict) and "enum" not in value:
            schema[name] = {"type": "string", "enum": offered[name]}
        elif isinstance(value, dict | list):
            _offer_ids(value, offered)


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
