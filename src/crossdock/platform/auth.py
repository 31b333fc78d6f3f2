"""Who is calling, and whether the call is within the caller's rights and budget."""

from __future__ import annotations

from dataclasses import dataclass

from crossdock.accounts.store import Caller, CallerConnection, find_caller
from crossdock.contract.errors import forbidden, unauthorized
from crossdock.contract.operations import ACCESS_TOKEN_HEADER, API_KEY_HEADER, Access, Kind, Operation
from crossdock.platform.engine import Engine
from crossdock.platform.limits import CallerLimits, Window
from crossdock.platform.sealing import hash_token

CATALOGUE_OPERATIONS = frozenset(
    {"get_get_integrations", "get_get_integration", "get_wms_get_integrations", "get_wms_get_integration"}
)
"""Calls with a budget of their own, once a minute."""


@dataclass(frozen=True)
class Authorized:
    """A call that may go ahead."""

    caller: Caller
    window: Window

    @property
    def connection(self) -> CallerConnection:
        """The connection of the token; only where the operation asks for one."""
        if self.caller.connection is None:
            raise TypeError("the operation does not ask for an access token")
        return self.caller.connection


async def identify(engine: Engine, operation: Operation, api_key: str | None, access_token: str | None) -> Caller:
    """Finds out who calls: the organization of the key and the connection of the token, where the operation has one."""
    if api_key is None:
        raise unauthorized(f"Missing {API_KEY_HEADER} header")
    if operation.access is Access.TOKEN and access_token is None:
        raise unauthorized(f"Missing {ACCESS_TOKEN_HEADER} header")
    token_hash = _token_hash(operation, access_token)
    caller = await find_caller(engine.database, hash_token(api_key), token_hash, _function_read(operation))
    if caller is None:
        raise unauthorized("Invalid API key")
    return caller


def _function_read(operation: Operation) -> str | None:
    """The function whose stored records an operation shows."""
    if operation.kind not in (Kind.LIST, Kind.SINGLE) or operation.action is None:
        return None
    return operation.action.name


def _token_hash(operation: Operation, access_token: str | None) -> bytes | None:
    wanted = access_token is not None and operation.access is not Access.KEY
    return hash_token(access_token) if wanted and access_token is not None else None


async def admit(
    engine: Engine, limits: CallerLimits, operation: Operation, caller: Caller, access_token: str | None
) -> Authorized:
    """Checks token, budget and rights of a caller, in this order."""
    if _token_hash(operation, access_token) is not None and caller.connection is None:
        raise unauthorized("Invalid access token")
    window = await _take(limits, operation, caller)
    if caller.access == "read" and operation.method != "GET":
        raise forbidden("This API key is read only")
    if caller.connection is not None:
        engine.count_use(caller.connection.id)
    return Authorized(caller, window)


async def _take(limits: CallerLimits, operation: Operation, caller: Caller) -> Window:
    if operation.operation_id in CATALOGUE_OPERATIONS:
        return await limits.take_catalogue(caller.key_id.hex, operation.operation_id)
    name = caller.connection.id.hex if caller.connection is not None else caller.key_id.hex
    return await limits.take(name, is_read=operation.method == "GET")
