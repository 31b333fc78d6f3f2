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
from crossdock.documents.postman_bodies import (
    SANDBOX,
    Variables,
    can,
    example_body,
    given_value,
    is_end,
    made_parameters,
    sandbox_of,
)
from crossdock.platform.openapi import OPERATIONS

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
START = "Start"
AGAIN = ", once more"
"""Marks the making of a record that is there to be ended."""


def vertical_of(operation: Operation) -> str:
    """The vertical whose sandbox a request is made with; warehouses where the call is about none."""
    named = [part for part in operation.path.split("/") if part in VERTICALS]
    return named[0] if named else VERTICALS[0]


def _order(operation: Operation) -> tuple[int, bool, str]:
    """Lists first, then what makes records, then what is done with them, and last what ends them."""
    # What lies under a record may be there only once something was done with it.
    deep = operation.method == "GET" and len(operation.path_parameters) > 1
    if operation.method == "DELETE":
        # A connection goes last of all.
        return 5 + (not operation.path_parameters), deep, operation.path
    if is_end(operation):
        return 4, deep, operation.path
    if operation.path_parameters:
        return 3, deep, operation.path
    return (1 if operation.method == "GET" else 2), deep, operation.path


def _folders() -> Iterator[tuple[str, list[Operation]]]:
    """The operations by topic: those about records first, and last those that end a connection."""
    grouped: dict[str, list[Operation]] = {}
    for operation in sorted(OPERATIONS, key=lambda item: item.kind is Kind.MANAGEMENT):
        if can(operation) and operation is not GENERATE_SANDBOX:
            grouped.setdefault(topic(operation.tags), []).append(operation)
    for title, found in sorted(grouped.items(), key=lambda item: max(max(map(_order, item[1]))[0], 4)):
        yield title, sorted(found, key=_order)


def _query(operation: Operation) -> dict[str, str]:
    """The query of a request: what is required."""
    if operation.kind is Kind.LIST:
        return {"limit": "100"}
    needed = [item for item in operation.parameters if item.place == "query" and item.required]
    return {item.name: given_value(item.schema) or "" for item in needed}


def _url(operation: Operation, variables: Variables) -> dict[str, Any]:
    parts = [
        variables.of_path(part[1:-1], operation) if part.startswith("{") else part
        for part in operation.path.lstrip("/").split("/")
    ]
    address: dict[str, Any] = {
        "raw": "/".join(["{{base_url}}", *parts]),
        "host": ["{{base_url}}"],
        "path": parts,
    }
    query = _query(operation)
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
    # Of a form, the program that sends it says the type, with the boundary it chose.
    if (operation.body is not None or operation.kind in (Kind.WRITE, Kind.TAGS)) and not _is_form(operation):
        found["Content-Type"] = "application/json"
    return [{"key": name, "value": value} for name, value in found.items()]


def _is_form(operation: Operation) -> bool:
    return operation.kind is Kind.WRITE and operation.action is not None and operation.action.form


def _request(operation: Operation, variables: Variables, mark: str) -> dict[str, Any]:
    request: dict[str, Any] = {
        "method": operation.method,
        "header": _headers(operation, variables.vertical),
        "url": _url(operation, variables),
        "description": operation.description,
    }
    body = example_body(operation, variables, mark)
    if body is not None and _is_form(operation):
        parts = [{"key": name, "value": value, "type": "text"} for name, value in body.items()]
        request["body"] = {"mode": "formdata", "formdata": parts}
    elif body is not None:
        raw = json.dumps(body, indent=2, ensure_ascii=False)
        request["body"] = {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}
    return request


def _item(
    operation: Operation, variables: Variables, script: list[str], name: str = "", mark: str = ""
) -> dict[str, Any]:
    return {
        "name": name or operation.summary,
        "request": _request(operation, variables, mark),
        "response": [],
        "event": [{"listen": "test", "script": {"type": "text/javascript", "exec": script}}],
    }


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
        if operation.kind is Kind.LIST and resource is not None and can(operation):
            own = variables[resource.vertical]
            items.append(_item(operation, own, scripts.look_around(own.wanted_of(resource)), f"Look at {resource.key}"))
    return items


def _made(operation: Operation, own: Variables, name: str = "", mark: str = "") -> dict[str, Any]:
    """A request whose answer may fill in what the next ones are about."""
    filled = [own.made(parameter) for parameter in made_parameters(operation, own.vertical)]
    return _item(operation, own, scripts.expect(operation, filled), name, mark)


def _maker(operation: Operation, own: Variables) -> Operation | None:
    """The call that makes what an operation ends; what was made before is in use by then."""
    wanted = operation.path_parameters[-1:]
    found = [item for item in OPERATIONS if set(wanted) & set(made_parameters(item, own.vertical))]
    return next((item for item in found if item.resource is operation.resource), None)


@functools.cache
def _items() -> tuple[tuple[str, list[dict[str, Any]]], ...]:
    """The folders with their requests."""
    variables: dict[str, Variables] = {name: Variables(name) for name in VERTICALS if sandbox_of(name) is not None}
    folders = []
    for title, operations in _folders():
        items = []
        for operation in operations:
            own = variables[vertical_of(operation)]
            if operation.method != "DELETE" and is_end(operation) and (maker := _maker(operation, own)) is not None:
                items.append(_made(maker, own, f"{maker.summary}{AGAIN}", "-again"))
            items.append(_made(operation, own))
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
