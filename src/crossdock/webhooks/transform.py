"""Users' JavaScript between an event and its delivery: `handler(webhook)` may change address and payload, or cancel.

It runs in V8 in a child process. V8 ends it when its heap is full; what V8 does not count, such as typed arrays, the
parent sees as memory of the child and kills it, and it kills a child that takes too long. A killed child is replaced.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec

from crossdock.webhooks import transform_child

SECONDS = 1.0
HEAP_BYTES = 64 * 1024 * 1024
RESIDENT_BYTES = 192 * 1024 * 1024
"""How much a call may add to the child's memory."""
CHILDREN = 4
"""How many run at a time in one process; each endpoint uses one at most."""
MAX_CODE = 64 * 1024
_START_SECONDS = 20.0
_WATCH_SECONDS = 0.01
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_LENGTH = transform_child.LENGTH_BYTES


class TransformFailed(Exception):
    """The code failed, took too long or too much; the text says which."""


@dataclass(frozen=True)
class Transformed:
    """What became of a message."""

    url: str
    body: bytes
    cancelled: bool


class _Result(msgspec.Struct):
    url: str
    cancel: bool
    payload: msgspec.Raw = msgspec.Raw(b"null")


class _Answer(msgspec.Struct):
    result: str | None = None
    error: str | None = None


class _Child:
    """One child process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(cls) -> _Child:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            str(Path(transform_child.__file__)),
            str(os.getpid()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,
        )
        child = cls(process)
        try:
            async with asyncio.timeout(_START_SECONDS):
                await child._read()
        except BaseException:
            await child.kill()
            raise
        return child

    async def _read(self) -> bytes:
        assert self.process.stdout is not None  # noqa: S101 - it was asked for
        length = int.from_bytes(await self.process.stdout.readexactly(_LENGTH), "big")
        return await self.process.stdout.readexactly(length)

    async def ask(self, request: bytes) -> bytes:
        """The answer to a request; kills the child when it takes too long or too much."""
        watch = asyncio.create_task(self._watch(self._resident()))
        try:
            async with asyncio.timeout(SECONDS):
                assert self.process.stdin is not None  # noqa: S101 - it was asked for
                self.process.stdin.write(len(request).to_bytes(_LENGTH, "big") + request)
                await self.process.stdin.drain()
                return await self._read()
        except TimeoutError:
            raise TransformFailed(f"it took longer than {SECONDS:g} s") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            reason = "it used too much memory" if watch.done() else "the process that ran it ended; too much memory?"
            raise TransformFailed(reason) from None
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)

    async def _watch(self, before: int) -> None:
        """Kills the child as soon as it has grown too much."""
        while self._resident() - before <= RESIDENT_BYTES:  # noqa: ASYNC110 - memory has no event to wait for
            await asyncio.sleep(_WATCH_SECONDS)
        self._signal()

    def _resident(self) -> int:
        try:
            return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * _PAGE_BYTES
        except (FileNotFoundError, ProcessLookupError):
            return 0

    def _signal(self) -> None:
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)

    async def kill(self) -> None:
        self._signal()
        await self.process.wait()
        # The pipe's end would otherwise be closed only when it is collected.
        self.process._transport.close()  # type: ignore[attr-defined]


class Transformer:
    """Runs transformations in a few child processes, which are started as they are needed."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(CHILDREN)
        self._idle: list[_Child] = []

    async def run(self, code: str, url: str, body: bytes) -> Transformed:
        """What `code` makes of a message; `TransformFailed` when it fails."""
        request = msgspec.json.encode(
            {"code": code, "url": url, "payload": msgspec.Raw(body), "seconds": SECONDS, "heap_bytes": HEAP_BYTES}
        )
        async with self._room:
            child = self._idle.pop() if self._idle else await self._start()
            try:
                said = await child.ask(request)
            except BaseException:
                await child.kill()
                raise
            self._idle.append(child)
        return _result(msgspec.json.decode(said, type=_Answer))

    @staticmethod
    async def _start() -> _Child:
        try:
            return await _Child.start()
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise TransformFailed(f"no process to run it could be started: {error}") from error

    async def close(self) -> None:
        """Ends the children."""
        while self._idle:
            await self._idle.pop().kill()


def _result(answer: _Answer) -> Transformed:
    if answer.result is None:
        raise TransformFailed(answer.error or "no reason was given")
    try:
        given = msgspec.json.decode(answer.result, type=_Result)
    except msgspec.ValidationError as error:
        raise TransformFailed(f"handler returned something unusable: {error}") from None
    return Transformed(given.url, bytes(given.payload), given.cancel)
