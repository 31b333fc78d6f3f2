"""The servers that are compared, all on granian with the same options, each in one process of its own.

Run as `python -m bench.servers NAME PORT`, with `CROSSDOCK_DATABASE_URL` in the environment.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from granian.constants import Interfaces
from granian.server import Server

from crossdock.integrations.kit.transport import ASGIApp

STATIC_BODY = "BENCH_STATIC_BODY"
"""The environment variable that names the file with the body of the static server."""


def ours() -> ASGIApp:
    """Crossdock as it is served, all its middleware on, and one more integration."""
    from bench import adapter
    from crossdock.platform import asgi

    adapter.register()
    return asgi.make()


def fastapi() -> Any:
    """The same reads as a FastAPI application."""
    from bench.fastapi_app import make

    return make(os.environ["CROSSDOCK_DATABASE_URL"])


def fastapi_shared() -> Any:
    """The same reads as a FastAPI application on Crossdock's database module."""
    from bench.fastapi_app import make_shared

    return make_shared(os.environ["CROSSDOCK_DATABASE_URL"])


def static() -> ASGIApp:
    """Answers every request with the same bytes: what the server and the client cost by themselves."""
    with open(os.environ[STATIC_BODY], "rb") as file:
        body = file.read()
    head = {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())],
    }

    async def app(scope: Any, receive: Any, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        if scope["type"] == "http":
            await send(head)
            await send({"type": "http.response.body", "body": body})

    return app


def main() -> None:
    name, port = sys.argv[1:]
    Server(
        f"bench.servers:{name}",
        address="127.0.0.1",
        port=int(port),
        interface=Interfaces.ASGI,
        workers=1,
        factory=True,
        log_access=False,
        websockets=False,
    ).serve()


if __name__ == "__main__":
    main()
