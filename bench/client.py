"""An HTTP client that costs little, in a process of its own: requests made beforehand, answers only counted."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

_BUFFER_BYTES = 1 << 20


def request(path: str, api_key: str, access_token: str) -> bytes:
    """A GET as it goes over the wire."""
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
        f"x-trackstar-api-key: {api_key}\r\nx-trackstar-access-token: {access_token}\r\n\r\n"
    ).encode()


@dataclass(frozen=True)
class Load:
    """Requests to send over so many connections, each waiting for its answer before it sends the next."""

    port: int
    requests: Sequence[bytes]
    connections: int


@dataclass(frozen=True)
class Outcome:
    """How long all requests took, and each one, in seconds; and the bytes of all bodies."""

    seconds: float
    latencies: list[float]
    body_bytes: int

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds


class _Wire(asyncio.BufferedProtocol):
    """One connection. It takes requests from the shared iterator until none is left."""

    def __init__(self, requests: Iterator[bytes], latencies: list[float], done: asyncio.Future[int]) -> None:
        self._requests = requests
        self._latencies = latencies
        self._done = done
        self._buffer = bytearray(_BUFFER_BYTES)
        self._head = b""
        self._missing: int | None = None
        self._body_bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("not a stream")
        self._transport = transport
        self._send()

    def _send(self) -> None:
        wanted = next(self._requests, None)
        if wanted is None:
            self._transport.close()
            self._done.set_result(self._body_bytes)
            return
        self._started = time.perf_counter()
        self._transport.write(wanted)

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._buffer

    def buffer_updated(self, count: int) -> None:
        if self._missing is None:
            self._head += self._buffer[:count]
            head, found, rest = self._head.partition(b"\r\n\r\n")
            if not found:
                return
            length = self._length(head)
            if length is None:
                return
            self._body_bytes += length
            self._missing = length - len(rest)
        else:
            self._missing -= count
        if self._missing == 0:
            self._latencies.append(time.perf_counter() - self._started)
            self._head, self._missing = b"", None
            self._send()

    def _length(self, head: bytes) -> int | None:
        """The length of the body; None, and the connection given up, for anything but a plain success."""
        lowered = head.lower()
        place = lowered.find(b"content-length: ")
        if not head.startswith(b"HTTP/1.1 200 ") or place < 0:
            self._fail(f"unexpected answer: {self._head[:500]!r}")
            return None
        return int(lowered[place + 16 :].split(b"\r\n", 1)[0])

    def _fail(self, reason: str) -> None:
        self._transport.close()
        if not self._done.done():
            self._done.set_exception(ConnectionError(reason))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server closed the connection"))


async def _run(load: Load) -> Outcome:
    loop = asyncio.get_running_loop()
    requests, latencies = iter(load.requests), list[float]()
    started = time.perf_counter()
    ends = []
    for _ in range(load.connections):
        end = loop.create_future()
        ends.append(end)
        await loop.create_connection(lambda end=end: _Wire(requests, latencies, end), "127.0.0.1", load.port)  # type: ignore[misc]
    body_bytes = sum(await asyncio.gather(*ends))
    return Outcome(time.perf_counter() - started, latencies, body_bytes)


def _serve(pipe: Connection) -> None:
    """The client process: runs each load it is sent, until the pipe closes."""
    while True:
        try:
            load: Load = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(asyncio.run(_run(load)))
        except ConnectionError as error:
            pipe.send(error)


class Client:
    """The near side of the client process, which ends with this one."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, far = context.Pipe()
        self._process = context.Process(target=_serve, args=(far,), daemon=True)
        self._process.start()
        far.close()

    def run(self, load: Load) -> Outcome:
        """Runs a load; raises ConnectionError when an answer is not a success."""
        self._pipe.send(load)
        outcome: Outcome | ConnectionError = self._pipe.recv()
        if isinstance(outcome, ConnectionError):
            raise outcome
        return outcome

    def close(self) -> None:
        """Ends the process."""
        self._pipe.close()
        self._process.join(10)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
