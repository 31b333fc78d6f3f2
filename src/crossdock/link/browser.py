"""What the connect window asks the server. It shows a link token each time; there is no session and no other right.

Bodies are JSON and answers depend on no cookie, so no other site can make a customer's browser ask anything here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, post
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler

from crossdock.accounts import store as accounts
from crossdock.connections.permissions import Outcome, Permission
from crossdock.contract.actions import JSON_TYPE
from crossdock.contract.errors import RequestRefused
from crossdock.contract.forms import Form
from crossdock.contract.values import ENCODER, Vertical
from crossdock.integrations.kit.adapter import Adapter
from crossdock.integrations.kit.auth import CredentialField, credential_fields
from crossdock.link import brands, offers, service, sign_ins
from crossdock.link.offers import Wish
from crossdock.platform.engine import Engine
from crossdock.platform.http import PublicCall, client_address
from crossdock.platform.limits import CallerLimits
from crossdock.platform.sealing import hash_token

CALLBACK = "/link/oauth/callback"
BROWSER_COOKIE = "crossdock_sign_in"
"""What says that an answer of a system's own page comes from the browser that began there. It opens nothing."""
_COOKIE_SECONDS = 30 * 60
_SECRET_LENGTH = 43
_READ = "get_"
_VERBS = {"get": "Read"}
_SYSTEMS: dict[Vertical, str] = {
    "wms": "warehouse system",
    "cart": "online shop",
    "carrier": "carrier account",
    "freight": "freight forwarder",
    "erp": "ERP system",
}
"""What customers call a system of each vertical."""


class MagicRequest(msgspec.Struct, kw_only=True):
    """Follows a magic link."""

    magic_link_id: str


class Held(msgspec.Struct, kw_only=True):
    """The link token, which is all that a browser has."""

    link_token: str


class SessionRequest(Held, kw_only=True):
    """Asks what there is to choose."""

    integration_type: Vertical = "wms"
    integration_allow_list: list[str] = []
    integration_block_list: list[str] = []
    integrations_with_endpoints: list[str] = []
    sandbox: bool = False
    integration_id: str | None = None


class SignInRequest(Held, kw_only=True):
    """Signs in with what was typed."""

    integration_type: Vertical
    integration_name: str
    credentials: dict[str, Any] = {}
    disabled_functions: list[str] = []


class ShownIntegration(msgspec.Struct, kw_only=True):
    """One system to choose."""

    name: str
    display_name: str
    description: str
    logo: str
    method: str
    fields: list[CredentialField]
    help_url: str
    problem: str | None


class Session(msgspec.Struct, kw_only=True):
    """What the window shows."""

    organization: str
    vertical: Vertical
    system: str
    reinstall: bool
    integrations: list[ShownIntegration]
    chosen: str | None
    color: str | None
    logo: str | None


class ShownPermission(msgspec.Struct, kw_only=True):
    """One row of the permission check."""

    label: str
    outcome: Outcome
    reason: str | None


MAGIC_FORM = Form(MagicRequest, "MagicRequest")
HELD_FORM = Form(Held, "Held")
SESSION_FORM = Form(SessionRequest, "SessionRequest")
SIGN_IN_FORM = Form(SignInRequest, "SignInRequest")


def _method(adapter: type[Adapter]) -> str:
    return "none" if sign_ins.is_sandbox(adapter) else adapter.auth.install_method


def _shown(engine: Engine, adapter: type[Adapter]) -> ShownIntegration:
    return ShownIntegration(
        name=adapter.slug,
        display_name=adapter.display_name,
        description=adapter.description,
        logo=f"logos/{adapter.vertical}/{adapter.slug}.svg",
        method=_method(adapter),
        fields=credential_fields(adapter.credentials_type),
        help_url=adapter.docs_url,
        problem=sign_ins.missing_application(engine, adapter),
    )


def _label(permission: Permission) -> str:
    verb, _, noun = permission.action.partition("_")
    return f"{_VERBS.get(verb, verb.title())} {noun.replace('_', ' ')}"


async def _session(engine: Engine, given: SessionRequest) -> Session:
    offer = await offers.find_offer(engine, given.link_token)
    wish = Wish(
        vertical=given.integration_type,
        allow=given.integration_allow_list,
        block=given.integration_block_list,
        able_to=given.integrations_with_endpoints,
        sandbox=given.sandbox,
        chosen=given.integration_id,
    )
    vertical: Vertical = offers.vertical_of(offer, wish)
    found = offers.narrowed(offer, wish)
    names = [item.slug for item in found]
    asked_for = (given.integration_id or "").lower()
    organization_id = offer.token.organization_id
    async with engine.database.transaction(organization_id) as connection:
        organization = await accounts.organization_name(connection, organization_id)
        brand = await brands.find(connection)
    return Session(
        organization=organization,
        vertical=vertical,
        system=_SYSTEMS[vertical],
        reinstall=offer.connection is not None,
        integrations=[_shown(engine, item) for item in found],
        chosen=names[0] if len(names) == 1 else asked_for if asked_for in names else None,
        color=brand.color,
        logo=brand.logo_uri,
    )


def _answer(value: Any, cookies: list[Cookie] | None = None) -> Response[bytes]:
    return Response(
        ENCODER.encode(value), media_type=JSON_TYPE, headers={"cache-control": "no-store"}, cookies=cookies or []
    )


async def _body(request: Request[Any, Any, Any]) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON_TYPE:
        raise RequestRefused(415, f"Content-Type must be {JSON_TYPE}")
    return await request.body()


def _browser_secret(cookies: Mapping[str, str]) -> str | None:
    """What the browser keeps already, when it can be one of ours."""
    found = cookies.get(BROWSER_COOKIE, "")
    return found if len(found) == _SECRET_LENGTH else None


def routes(engine: Engine, limits: CallerLimits) -> list[HTTPRouteHandler]:
    """The calls of the connect window."""
    proxies = engine.settings.proxies()

    async def count_sign_in(request: Request[Any, Any, Any], link_token: str) -> None:
        await limits.take_sign_in(client_address(request, proxies), hash_token(link_token))

    @post("/link/magic-session", status_code=200)
    async def magic_session(request: Request[Any, Any, Any]) -> Response[bytes]:
        """A link token for whoever follows a magic link."""
        given = MAGIC_FORM.read(await _body(request))
        try:
            link_id = UUID(given.magic_link_id)
        except ValueError:
            raise offers.link_refused() from None
        return _answer({"link_token": await offers.open_magic_link(engine, link_id)})

    @post("/link/session", status_code=200)
    async def session(request: Request[Any, Any, Any]) -> Response[bytes]:
        """What there is to choose."""
        return _answer(await _session(engine, SESSION_FORM.read(await _body(request))))

    @post("/link/sign-in", status_code=200)
    async def sign_in(request: Request[Any, Any, Any]) -> Response[bytes]:
        """Proves what was typed."""
        given = SIGN_IN_FORM.read(await _body(request))
        await count_sign_in(request, given.link_token)
        await sign_ins.sign_in(
            engine,
            given.link_token,
            given.integration_type,
            given.integration_name,
            given.credentials,
            disabled_functions=given.disabled_functions,
        )
        return _answer({})

    @post("/link/depart", status_code=200)
    async def depart(request: Request[Any, Any, Any]) -> Response[bytes]:
        """Where to sign in at the system's own page."""
        given = SIGN_IN_FORM.read(await _body(request))
        await count_sign_in(request, given.link_token)
        base_url = PublicCall(request, engine).base_url
        left = await sign_ins.depart(
            engine,
            given.link_token,
            given.integration_type,
            given.integration_name,
            given.credentials,
            redirect_uri=f"{base_url}{CALLBACK}",
            browser_secret=_browser_secret(request.cookies),
            disabled_functions=given.disabled_functions,
        )
        kept = Cookie(
            key=BROWSER_COOKIE,
            value=left.browser_secret,
            max_age=_COOKIE_SECONDS,
            httponly=True,
            secure=base_url.startswith("https://"),
            samesite="lax",
        )
        return _answer({"authorize_url": left.authorize_url}, [kept])

    @post("/link/progress", status_code=200)
    async def progress(request: Request[Any, Any, Any]) -> Response[bytes]:
        """How far the sign-in at the system's own page is."""
        found = await sign_ins.progress(engine, HELD_FORM.read(await _body(request)).link_token)
        return _answer({"waiting": found.waiting, "problem": found.problem})

    @post("/link/permissions", status_code=200)
    async def permissions(request: Request[Any, Any, Any]) -> Response[bytes]:
        """What the sign-in may do."""
        given = HELD_FORM.read(await _body(request))
        await count_sign_in(request, given.link_token)
        found = await sign_ins.check_permissions(engine, given.link_token)
        ordered = sorted(found, key=lambda item: (not item.action.startswith(_READ), item.action))
        rows = [ShownPermission(label=_label(item), outcome=item.outcome, reason=item.reason) for item in ordered]
        return _answer({"permissions": rows})

    @post("/link/finish", status_code=200)
    async def finish(request: Request[Any, Any, Any]) -> Response[bytes]:
        """Ends the sign-in."""
        done = await service.finish(engine, HELD_FORM.read(await _body(request)).link_token)
        return _answer({"auth_code": done.auth_code, "integration_name": done.integration_name})

    return [magic_session, session, sign_in, depart, progress, permissions, finish]
