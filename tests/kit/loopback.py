"""A loopback HTTP server that answers exactly what a test says, byte for byte where it matters."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Received:
    """One request as the server read it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Answer = bytes | None
"""The bytes to send; None closes the connection without an answer."""
Responder = Callable[[Received], Awaitable[Answer]]


def http(status: int, body: bytes | str = b"", content_type: str = "application/json", **headers: str) -> bytes:
    """A complete answer; header names have underscores for dashes."""
    raw = body.encode() if isinstance(body, str) else body
    lines = [
        f"HTTP/1.1 {status} X",
        f"content-length: {len(raw)}",
        f"content-type: {content_type}",
        "connection: close",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + raw


@dataclass
class Loopback:
    """The running server: its address, and what it has received."""

    url: str
    received: list[Received] = field(default_factory=list)


@contextlib.asynccontextmanager
async def serve(respond: Responder) -> AsyncIterator[Loopback]:
    """Serves on a free loopback port for as long as the context lasts."""
    state = Loopback("")

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = head[0].split(" ")
            headers = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)
            }
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            request = Received(method, path, headers, body)
            state.received.append(request)
            answer = await respond(request)
            if answer is not None:
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        state.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield state
