"""The whole API as a Postman collection (format 2.1) that runs against the sandboxes.

The first folder makes the sandboxes, takes their tokens, and looks around for the ids that later requests name. Bodies
come from the schemas of the sandbox's own writes; what a record makes is what the next requests change.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from typing import Any

from crossdock import __version__
from crossdock.contract.management.sandboxes import GENERATE_SANDBOX
from crossdock.contract.operations import ACCESS_TOKEN_HEADER, API_KEY_HEADER, Access, Kind, Operation
from crossdock.contract.values import VERTICALS
from crossdock.documents import postman_scripts as scripts
from crossdock.documents.calls import topic
from crossdock.documents.postman_bodies import SANDBOX, Variables, example_body, sandbox_of
from crossdock.platform.openapi import OPERATIONS

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
START = "Start"


def vertical_of(operation: Operation) -> str:
    """The vertical whose sandbox a request is made with; warehouses where the call is about none."""
    named = [part for part in operation.path.split("/") if part in VERTICALS]
    return named[0] if named else VERTICALS[0]


def callable_on_sandbox(operation: Operation) -> bool:
    """Whether there is a sandbox that can do it."""
    if operation.action is None:
        return True
    adapter = sandbox_of(operation.action.vertical)
    return adapter is not None and adapter.can(operation.action)


def _order(operation: Operation) -> tuple[int, int, str]:
    """Reads first, then what makes records, then what changes them, and last what ends them."""
    if operation.method == "DELETE" or "cancel" in operation.path:
        return 4, 0, operation.path
    if operation.method == "GET":
        # A single record is asked for once there is one that was made.
        return (1, 0, operation.path) if not operation.path_parameters else (3, 0, operation.path)
    return (2 if not operation.path_parameters else 3), 1, operation.path


def _folders() -> Iterator[tuple[str, list[Operation]]]:
    """The operations by topic: those about records first, because the others may end the connection."""
    grouped: dict[str, list[Operation]] = {}
    for operation in sorted(OPERATIONS, key=lambda item: item.kind is Kind.MANAGEMENT):
        if callable_on_sandbox(operation) and operation is not GENERATE_SANDBOX:
            grouped.setdefault(topic(operation.tags), []).append(operation)
    for title, found in grouped.items():
        yield title, sorted(found, key=_order)


def _url(path: str, variables: Variables, query: dict[str, str]) -> dict[str, Any]:
    filled = "/".join(variables.of_path(part[1:-1]) if part.startswith("{") else part for part in path.split("/"))
    address: dict[str, Any] = {
        "raw": "{{base_url}}" + filled,
        "host": ["{{base_url}}"],
        "path": filled.lstrip("/").split("/"),
    }
    if query:
        address["query"] = [{"key": name, "value": value} for name, value in query.items()]
        address["raw"] += "?" + "&".join(f"{name}={value}" for name, value in query.items())
    return address


def _headers(operation: Operation, vertical: str) -> list[dict[str, str]]:
    found = {}
    if operation.access is not Access.PUBLIC:
        found[API_KEY_HEADER] = "{{api_key}}"
    if operation.access in (Access.TOKEN, Access.OPTIONAL_TOKEN):
        found[ACCESS_TOKEN_HEADER] = f"{{{{{vertical}_access_token}}}}"
    if operation.body is not None or operation.kind in (Kind.WRITE, Kind.TAGS):
        found["Content-Type"] = "application/json"
    return [{"key": name, "value": value} for name, value in found.items()]


def _request(operation: Operation, variables: Variables) -> dict[str, Any]:
    request: dict[str, Any] = {
        "method": operation.method,
        "header": _headers(operation, variables.vertical),
        "url": _url(operation.path, variables, {"limit": "100"} if operation.kind is Kind.LIST else {}),
        "description": operation.description,
    }
    body = example_body(operation, variables)
    if body is not None:
        raw = json.dumps(body, indent=2, ensure_ascii=False)
        request["body"] = {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}
    return request


def _item(operation: Operation, variables: Variables, script: list[str], name: str = "") -> dict[str, Any]:
    return {
        "name": name or operation.summary,
        "request": _request(operation, variables),
        "response": [],
        "event": [{"listen": "test", "script": {"type": "text/javascript", "exec": script}}],
    }


def _made_parameters(operation: Operation) -> list[str]:
    """The path parameters of other calls that the answer of this one fills in: it makes what they are about."""
    if operation.method != "POST" or operation.path_parameters:
        return []
    below = [other.path_parameters[0] for other in OPERATIONS if other.path.startswith(f"{operation.path}/{{")]
    resource = operation.resource
    return list(dict.fromkeys([*below, *([resource.id_param] if resource is not None else [])]))


def _start(variables: Mapping[str, Variables]) -> list[dict[str, Any]]:
    """Makes every sandbox, then reads every list once for what later requests need."""
    items = []
    for vertical, own in variables.items():
        generate = _item(
            GENERATE_SANDBOX, own, scripts.take_tokens(vertical), f"{GENERATE_SANDBOX.summary}: {vertical}"
        )
        items.append(generate)
    # Lists that lie under a record come after the others, one of which has that record.
    for operation in sorted(OPERATIONS, key=lambda item: len(item.path_parameters)):
        resource = operation.resource
        if operation.kind is Kind.LIST and resource is not None and callable_on_sandbox(operation):
            own = variables[resource.vertical]
            items.append(_item(operation, own, scripts.look_around(own.wanted_of(resource)), f"Look at {resource.key}"))
    return items


@functools.cache
def _items() -> tuple[tuple[str, list[dict[str, Any]]], ...]:
    """The folders with their requests."""
    variables: dict[str, Variables] = {name: Variables(name) for name in VERTICALS if sandbox_of(name) is not None}
    folders = []
    for title, operations in _folders():
        items = []
        for operation in operations:
            own = variables[vertical_of(operation)]
            script = scripts.expect(operation, own.vertical, _made_parameters(operation))
            items.append(_item(operation, own, script))
        folders.append((title, items))
    # The bodies above say what has to be looked for, so the beginning is made at the end.
    return ((START, _start(variables)), *folders)


def collection(base_url: str) -> dict[str, Any]:
    """The collection, for the server at this address."""
    return {
        "info": {
            "name": "Crossdock",
            "description": f"The API of Crossdock {__version__} against its sandboxes. Set `api_key` and run it from "
            f"the top: the folder {START} puts the {SANDBOX} data back and fills in the other variables.",
            "schema": SCHEMA,
        },
        "item": [{"name": title, "item": items} for title, items in _items()],
        # The limits of calls a second hold for the collection too.
        "event": [{"listen": "prerequest", "script": {"type": "text/javascript", "exec": scripts.PAUSE}}],
        "variable": [
            {"key": "base_url", "value": base_url},
            {"key": "api_key", "value": ""},
            *({"key": f"{name}_access_token", "value": ""} for name in VERTICALS if sandbox_of(name) is not None),
        ],
    }
