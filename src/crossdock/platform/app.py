"""The web application: one route an operation, made from the catalogue."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog
from litestar import Litestar, Response, Router, get
from litestar.params import FromPath

from crossdock.api_logs import endpoints as api_log_endpoints
from crossdock.api_logs.recorder import CallRecorder
from crossdock.connections import endpoints as connection_endpoints
from crossdock.connections import integration_requests
from crossdock.contract.errors import not_found
from crossdock.contract.operations import Access, Kind
from crossdock.documents import endpoints as document_endpoints
from crossdock.integrations import registry
from crossdock.integrations.kit.transport import ASGIApp, InProcessTransport
from crossdock.link import browser as link_browser
from crossdock.link import endpoints as link_endpoints
from crossdock.link import pages as link_pages
from crossdock.platform import downloads
from crossdock.platform.engine import Engine
from crossdock.platform.http import (
    EXCEPTION_HANDLERS,
    Endpoint,
    RequestShell,
    handler,
    public_guard,
    public_handler,
)
from crossdock.platform.limits import CallerLimits
from crossdock.platform.openapi import OPERATIONS
from crossdock.records import endpoints as record_endpoints
from crossdock.records import files
from crossdock.records import meta as meta_endpoints
from crossdock.sandbox.app import make_app as make_sandbox
from crossdock.syncs import endpoints as sync_endpoints
from crossdock.vendor_webhooks import endpoints as vendor_webhook_endpoints
from crossdock.webhooks import endpoints as webhook_endpoints

log = structlog.get_logger(__name__)

MANAGEMENT_ENDPOINTS: dict[str, Endpoint] = {
    **connection_endpoints.ENDPOINTS,
    **meta_endpoints.ENDPOINTS,
    **sync_endpoints.ENDPOINTS,
    **link_endpoints.ENDPOINTS,
    **integration_requests.ENDPOINTS,
    **api_log_endpoints.ENDPOINTS,
    **record_endpoints.MANAGEMENT_ENDPOINTS,
    **webhook_endpoints.ENDPOINTS,
}
"""The endpoints of everything that is not about records, by operation."""
DOWNLOAD_SOURCES: dict[str, downloads.Source] = {files.KIND: files.fetch, **webhook_endpoints.DOWNLOAD_SOURCES}
"""Where the files come from that signed addresses name, by kind."""
USAGE_SECONDS = 5.0
"""How often the counted calls of connections are written down."""


def mount_servers(engine: Engine) -> None:
    """Gives the engine the vendors that run inside this process."""
    messages = InProcessTransport(vendor_webhook_endpoints.make_receiver(engine))
    engine.servers["sandbox"] = InProcessTransport(make_sandbox(engine.database, messages=messages))


@get("/healthz", sync_to_thread=False)
def healthz() -> dict[str, str]:
    """Answers as soon as calls are taken."""
    return {"status": "ok"}


def monogram(name: str) -> str:
    """A picture of an integration: its initials on a colour made from its name."""
    letters = "".join(word[0] for word in name.replace("(", "").split()[:2]).upper()
    hue = sum(name.encode()) * 47 % 360
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img" aria-label="{letters}">'
        f'<rect width="64" height="64" rx="14" fill="hsl({hue} 55% 42%)"/>'
        '<text x="32" y="42" font-family="system-ui, sans-serif" font-size="26" font-weight="600" '
        f'fill="#fff" text-anchor="middle">{letters}</text></svg>'
    )


@get("/logos/{vertical:str}/{file:str}", sync_to_thread=False)
def logo(vertical: FromPath[str], file: FromPath[str]) -> Response[str]:
    """The picture of an integration."""
    adapter = registry.find(vertical, file.removesuffix(".svg"))
    if adapter is None:
        raise not_found(file)
    return Response(
        monogram(adapter.display_name), media_type="image/svg+xml", headers={"cache-control": "max-age=86400"}
    )


async def _write_usage(engine: Engine) -> None:
    while True:
        await asyncio.sleep(USAGE_SECONDS)
        await engine.write_usage()


def make_app(engine: Engine) -> ASGIApp:
    """The application of one API process; its lifespan opens the engine and closes it."""
    limits = CallerLimits(engine.settings)
    calls = CallRecorder(engine)
    routes, public = [], []
    for operation in OPERATIONS:
        if operation.access is Access.PUBLIC:
            made = document_endpoints.PUBLIC_ENDPOINTS[operation.operation_id]
            public.append(public_handler(operation, made, engine))
            continue
        if operation.kind is Kind.MANAGEMENT:
            endpoint = MANAGEMENT_ENDPOINTS[operation.operation_id]
        else:
            endpoint = record_endpoints.endpoint_of(operation)
        routes.append(handler(operation, endpoint, engine, limits))

    @contextlib.asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        await engine.open()
        tasks = [asyncio.create_task(_write_usage(engine)), asyncio.create_task(calls.run())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await calls.flush()
            await engine.close()

    app = Litestar(
        route_handlers=[
            *routes,
            *vendor_webhook_endpoints.routes(engine, limits),
            healthz,
            # Whoever calls these is known by address only.
            Router(
                "/",
                route_handlers=[
                    *public,
                    downloads.route(engine, DOWNLOAD_SOURCES),
                    *document_endpoints.routes(engine),
                    *link_pages.routes(engine),
                    *link_browser.routes(engine, limits),
                    logo,
                ],
                guards=[public_guard(engine, limits)],
            ),
        ],
        openapi_config=None,
        lifespan=[lifespan],
        request_max_body_size=engine.settings.max_body_bytes,
        exception_handlers=EXCEPTION_HANDLERS,
        logging_config=None,
    )
    return RequestShell(app, calls)
