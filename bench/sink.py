"""A receiver of webhooks that costs next to nothing: notes when each message came, and answers.

Run as `python -m bench.sink PORT`. A POST to `/hang` is never answered; `GET /received` tells id and time of every
other one since the last `GET /forget`, with the clock that all processes of a machine share.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

_OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
_received: list[tuple[str, float]] = []


class Wire(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("not a stream")
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while (end := self._waiting.find(b"\r\n\r\n")) >= 0:
            head = self._waiting[:end]
            size = int(_header(head, b"content-length") or 0)
            if len(self._waiting) < end + 4 + size:
                return
            self._waiting = self._waiting[end + 4 + size :]
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        path = head.split(b" ", 2)[1]
        if path == b"/hang":
            return
        if path == b"/received":
            body = json.dumps(_received).encode()
            self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))
            return
        if path == b"/forget":
            _received.clear()
        else:
            _received.append((_header(head, b"svix-id").decode(), time.monotonic()))
        self._transport.write(_OK)


def _header(head: bytes, name: bytes) -> bytes:
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.lower() == name:
            return value.strip()
    return b""


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Wire, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
