"""The vendor as one ASGI application."""

from __future__ import annotations

from datetime import UTC, datetime

from litestar import Litestar
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp

from crossdock.integrations.kit.transport import Transport
from crossdock.platform.database import Database
from crossdock.sandbox import account_routes, api, hook_routes
from crossdock.sandbox.api import Clock
from crossdock.sandbox.carrier import routes as carrier
from crossdock.sandbox.cart import routes as cart
from crossdock.sandbox.erp import routes as erp
from crossdock.sandbox.freight import routes as freight
from crossdock.sandbox.messages import Messenger
from crossdock.sandbox.problems import Problem
from crossdock.sandbox.wms import order_routes
from crossdock.sandbox.wms import routes as wms


def make_app(database: Database, *, clock: Clock | None = None, messages: Transport | None = None) -> ASGIApp:
    """The whole API; `clock` gives the time that changes are stamped with, `messages` is the way out for webhooks."""
    app = Litestar(
        route_handlers=[
            *account_routes.ROUTES,
            *hook_routes.ROUTES,
            *wms.ROUTES,
            *order_routes.ROUTES,
            *cart.ROUTES,
            *erp.ROUTES,
            *carrier.ROUTES,
            *freight.ROUTES,
        ],
        exception_handlers={
            Problem: api.refused,
            HTTPException: api.refused_by_router,
            Exception: api.broken,
        },
        openapi_config=None,
        # The default would take over the logging of the whole process.
        logging_config=None,
    )
    app.state.vendor = api.Vendor(database, clock or (lambda: datetime.now(UTC)), Messenger(messages))
    return app
