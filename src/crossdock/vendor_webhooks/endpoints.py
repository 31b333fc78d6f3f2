"""The route that connected systems send their messages to: address and signature are the permission."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Litestar, Request, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response.base import ASGIResponse

from crossdock.contract.actions import JSON_TYPE
from crossdock.contract.errors import CrossdockError, unauthorized
from crossdock.integrations.kit.transport import ASGIApp
from crossdock.integrations.kit.webhooks import Incoming
from crossdock.platform.engine import Engine
from crossdock.platform.http import EXCEPTION_HANDLERS, client_address
from crossdock.platform.limits import CallerLimits
from crossdock.vendor_webhooks import service
from crossdock.vendor_webhooks.service import PATH, Received
from crossdock.vendor_webhooks.store import SubscriptionRow

_ADDRESS = f"{PATH}/{{connection_id:str}}/{{token:str}}"


def routes(engine: Engine, limits: CallerLimits | None = None) -> list[HTTPRouteHandler]:
    """`POST /vendor-webhooks/{connection_id}/{token}`: 200 as soon as a message is kept, 401 when it is not real.

    The same address by GET is for systems that want to know first whether it is ours.

    Messages that are not real count against the `limits` of the address they come from. Real ones do not: systems
    deliver those of many customers from a few addresses.
    """
    proxies = engine.settings.proxies()

    async def refuse(request: Request[Any, Any, Any]) -> CrossdockError:
        if limits is not None:
            await limits.take_public(client_address(request, proxies))
        return unauthorized("Invalid signature")

    @get(_ADDRESS, name="vendor_webhook_challenges")
    async def prove(request: Request[Any, Any, Any]) -> ASGIResponse:
        request.scope["path"] = PATH
        sender = await _sender(engine, request.path_params)
        answer = None if sender is None else service.answer_challenge(engine, sender, request.query_params)
        if answer is None:
            raise await refuse(request)
        return ASGIResponse(body=answer, media_type=JSON_TYPE)

    @post(_ADDRESS, status_code=200, name="vendor_webhooks")
    async def receive(request: Request[Any, Any, Any]) -> ASGIResponse:
        # The address is a secret; whatever is logged of this request is without it.
        request.scope["path"] = PATH
        sender = await _sender(engine, request.path_params)
        if sender is None:
            raise await refuse(request)
        message = Incoming({name.lower(): value for name, value in request.headers.items()}, await request.body())
        if await service.take(engine, sender, message) is Received.REFUSED:
            raise await refuse(request)
        return ASGIResponse(body=service.answer(sender), media_type=JSON_TYPE)

    return [prove, receive]


async def _sender(engine: Engine, path: dict[str, str]) -> SubscriptionRow | None:
    """Whose address was called, before anything of the message is read."""
    try:
        connection_id = UUID(path["connection_id"])
    except ValueError:
        return None
    return await service.find_sender(engine, connection_id, path["token"])


def make_receiver(engine: Engine) -> ASGIApp:
    """The route alone, for systems inside this process."""
    return Litestar(
        route_handlers=routes(engine),
        openapi_config=None,
        request_max_body_size=engine.settings.max_body_bytes,
        exception_handlers=EXCEPTION_HANDLERS,
        logging_config=None,
    )
