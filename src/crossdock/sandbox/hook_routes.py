"""Addresses of hooks: who is told of changes of the account."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID, uuid4

import msgspec
from litestar import Response, delete, get, post
from litestar.handlers import HTTPRouteHandler
from msgspec import Meta

from crossdock.sandbox import store
from crossdock.sandbox.api import AnyRequest, answer, body_of, vendor_of
from crossdock.sandbox.documents import RequestPart, Text
from crossdock.sandbox.problems import missing
from crossdock.sandbox.store import Hook

_HOOKS = "/v1/account/hooks"


class NewHook(RequestPart, kw_only=True, frozen=True):
    """Where messages go, what signs them, and which are wanted."""

    url: Annotated[str, Meta(pattern="^https?://[^\\x00\\s]+$", max_length=2000)]
    secret: Annotated[str, Meta(min_length=16, max_length=200, pattern="^[^\\x00]*$")]
    topics: list[Text]


class HookShown(msgspec.Struct, kw_only=True):
    """A hook, without its secret."""

    id: str
    url: str
    topics: list[str]


class HooksShown(msgspec.Struct, kw_only=True):
    """The hooks of an account."""

    data: list[HookShown]


def _shown(hook: Hook) -> HookShown:
    return HookShown(id=hook.id.hex, url=hook.url, topics=list(hook.topics))


@get(_HOOKS)
async def list_hooks(request: AnyRequest) -> Response[bytes]:
    """Every hook of the account."""
    vendor = vendor_of(request)
    account = await vendor.account(request)
    async with vendor.database.transaction(account.organization_id) as connection:
        found = await store.list_hooks(connection, account)
    return answer(HooksShown(data=[_shown(hook) for hook in found]))


@post(_HOOKS)
async def post_hook(request: AnyRequest) -> Response[bytes]:
    """Makes a hook. The same address again changes the one that is there."""
    vendor = vendor_of(request)
    account = await vendor.account(request)
    wanted = await body_of(request, NewHook)
    hook = Hook(uuid4(), wanted.url, wanted.secret, wanted.topics)
    async with vendor.database.transaction(account.organization_id) as connection:
        made = await store.put_hook(connection, account, hook)
    return answer(_shown(made), 201)


@delete(f"{_HOOKS}/{{identifier:str}}", status_code=200)
async def delete_hook(request: AnyRequest) -> Response[bytes]:
    """Ends a hook."""
    vendor = vendor_of(request)
    account = await vendor.account(request)
    identifier = request.path_params["identifier"]
    try:
        hook_id = UUID(identifier)
    except ValueError:
        raise missing("hook", identifier) from None
    async with vendor.database.transaction(account.organization_id) as connection:
        if not await store.delete_hook(connection, account, hook_id):
            raise missing("hook", identifier)
    return answer({"id": hook_id.hex})


ROUTES: list[HTTPRouteHandler] = [list_hooks, post_hook, delete_hook]
