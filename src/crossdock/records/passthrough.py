"""Calls of the connected system that are passed through: its own addresses, the stored credentials, nothing stored."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec

from crossdock.accounts.store import CallerConnection
from crossdock.connections import service as connections
from crossdock.contract.errors import InvalidBody, NotSupported
from crossdock.contract.judge import Judge, decode
from crossdock.contract.management.passthrough import (
    ACTION,
    BODY_METHODS,
    OWN_HEADERS,
    PASSTHROUGHS,
    PassthroughAnswer,
    PassthroughRequest,
)
from crossdock.contract.values import ENCODER
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.platform.engine import Engine

_JUDGES = {operation.operation_id: Judge(operation.body or {}) for operation in PASSTHROUGHS}
# The body is handed on unpacked and in one piece, and a cookie or token of the system is nothing a caller may hold.
_NOT_PASSED_ON = re.compile(
    r"(connection|keep-alive|transfer-encoding|content-encoding|content-length|trailer|upgrade)$|"
    r".*(cookie|authorization|authenticate|token|secret|password|api-?key|signature)",
    re.I,
)


def read_request(operation_id: str, raw: bytes) -> PassthroughRequest:
    """The call to make; 422 names what cannot be sent."""
    given = decode(raw)
    _JUDGES[operation_id].check(given)
    request = msgspec.convert(given, PassthroughRequest)
    refused = {
        f"headers.{name}": ["Not a header that a caller can set."]
        for name in request.headers
        if name.lower() in OWN_HEADERS
    }
    if refused:
        raise InvalidBody({"json": refused})
    return request


async def forward(
    engine: Engine, organization_id: UUID, connection: CallerConnection, vertical: str, request: PassthroughRequest
) -> PassthroughAnswer:
    """Makes the call; every answer of the system is a success, an answer that never came is not."""
    adapter_type = connections.adapter_of(connection.vertical, connection.integration_name)
    if connection.vertical != vertical or not adapter_type.plain_http:
        raise NotSupported.action(ACTION, adapter_type.display_name)
    adapter = await connections.open_adapter(engine, organization_id, connection.id, adapter_type)
    has_body = request.method in BODY_METHODS and request.data not in (msgspec.UNSET, None)
    answer = await adapter.client.forward(
        request.method,
        request.path,
        params=list(_pairs(request.params)),
        headers=request.headers,
        content=ENCODER.encode(request.data) if has_body else None,
    )
    headers = {name: value for name, value in answer.headers.items() if not _NOT_PASSED_ON.match(name)}
    return PassthroughAnswer(status_code=answer.status, headers=headers, body=_body(answer))


def _pairs(params: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in params.items():
        for item in value if isinstance(value, list) else [value]:
            if item is not None:
                yield name, item


def _body(answer: VendorAnswer) -> Any:
    if not answer.body:
        return None
    try:
        msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _text(answer)
    # As it came: decoding it for good would round its numbers.
    return msgspec.Raw(answer.body)


def _text(answer: VendorAnswer) -> str:
    found = re.search(r"charset=\"?([\w.:-]+)", answer.headers.get("content-type", ""), re.I)
    for name in (found[1] if found else "utf-8", "utf-8"):
        try:
            return answer.body.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return base64.b64encode(answer.body).decode()
