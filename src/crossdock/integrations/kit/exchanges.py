"""Recorded exchanges: what an adapter sends and what it makes of the answers, replayed without a network.

A cassette is a JSON file in `tests/cassettes/` of a vendor's folder, one call of the adapter each:

    {
      "action": "create_kit",            the action; or "check" for the proof of the credentials
      "settle": false,                   true for the settling of an uncertain write of that action
      "download": false,                 true for the file of the record in "ids"; the action is the read of its list
      "source": "real system",           docs | specification | sandbox | real system: where the answers come from
      "note": "Vendor 8.2, recorded 2026-11-20",
      "credentials": {...},              made up; secrets start with "test-"
      "now": "2026-11-20T12:00:00Z",
      "reference": "...",                of the write, where the adapter uses it
      "ids": ["5"], "body": {...},       of a write
      "window": {"start": null, "end": "2026-11-20T12:00:00Z", "cursor": null},     of a read
      "exchanges": [{"request": {"method", "path", "query", "json", "form" or "text", "headers"},
                     "response": {"status", "headers", "json" or "text"}, "lost": false}],
      "expect": {"records": [...], "deleted": [...]} | {"record": {...}, "unused_fields": []} | {"me": {...}} |
                {"settled": "applied" | "not applied" | "unknown"} | {"media_type": "...", "text": "..."} |
                {"error": {"kind": "VendorRejected", "status": 400, "message": "...", "may_have_applied": false}}
    }

Requests must match exactly in order, method, path, query and body; of headers only those listed are compared.
Expected records may leave out fields. `lost` stands for an answer that never came.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import parse_qsl, urlsplit

import jsonschema_rs
import msgspec

from crossdock.contract.actions import Action
from crossdock.contract.bodies import TAGS_FIELD
from crossdock.contract.catalogue import ACTION_BY_KEY, READ_OF
from crossdock.contract.errors import CrossdockError
from crossdock.contract.judge import Judge
from crossdock.contract.records import Record, encode_record
from crossdock.contract.schemas import record_schema, store_fields, variant_schema
from crossdock.integrations.kit.adapter import (
    Adapter,
    Applied,
    Attempt,
    NotApplied,
    Runtime,
    Settlement,
    Window,
)
from crossdock.integrations.kit.batches import BatchWritten
from crossdock.integrations.kit.client import Effect, VendorClient
from crossdock.integrations.kit.transport import AnswerLost, VendorAnswer, VendorRequest

Source = Literal["docs", "specification", "sandbox", "real system"]
CHECK = "check"
_SECRET_NAMES = re.compile(r"pass(word|wd)|secret|token|(api|application)[-_]?key|authorization|cookie", re.I)
_HARMLESS = re.compile(r"test-|$")
_READERS: dict[str, Callable[[str], Any]] = {
    "json": json.loads,
    "form": lambda text: dict(parse_qsl(text)),
    "text": str,
}
_STORED = {
    "trackstar_created_date": "2026-01-01T00:00:00Z",
    "trackstar_updated_date": "2026-01-01T00:00:00Z",
    "download_url": "https://crossdock.example.com/downloads/4fQ2",
    "download_url_expires_at": "2026-01-01T00:20:00Z",
}


class ExchangeMismatch(AssertionError):
    """The adapter did something else than the cassette holds; the text says where they part."""


class Recorded(msgspec.Struct, forbid_unknown_fields=True):
    """One request and its answer."""

    request: dict[str, Any]
    response: dict[str, Any] = {}
    lost: bool = False


class CassetteWindow(msgspec.Struct, forbid_unknown_fields=True):
    """The window of a recorded read."""

    end: datetime
    start: datetime | None = None
    cursor: str | None = None


class Cassette(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One recorded call of an adapter."""

    action: str
    source: Source
    note: str
    exchanges: list[Recorded]
    expect: dict[str, Any]
    credentials: dict[str, Any] = {}
    now: datetime
    settle: bool = False
    download: bool = False
    reference: str = ""
    ids: list[str] = []
    body: dict[str, Any] | None = None
    window: CassetteWindow | None = None

    @property
    def failure(self) -> bool:
        return "error" in self.expect


@dataclass(frozen=True)
class StoredCassette:
    """A cassette with the file it came from and the adapter it belongs to."""

    path: Path
    adapter: type[Adapter]
    cassette: Cassette

    @property
    def name(self) -> str:
        return f"{self.adapter.vertical}-{self.adapter.slug}-{self.path.stem}"


def folder_of(adapter: type[Adapter]) -> Path:
    """The vendor's folder."""
    module = __import__(adapter.__module__, fromlist=["__file__"])
    return Path(cast(str, module.__file__)).parent


def cassette_folder(adapter: type[Adapter]) -> Path:
    """Where the cassettes of an adapter lie."""
    root = folder_of(adapter) / "tests" / "cassettes"
    own = root / adapter.vertical
    return own if own.is_dir() else root


def load(adapter: type[Adapter]) -> Iterator[StoredCassette]:
    """The cassettes of an adapter. Where a folder holds several verticals, each has a subfolder of its own."""
    for path in sorted(cassette_folder(adapter).glob("*.json")):
        yield StoredCassette(path, adapter, msgspec.json.decode(path.read_bytes(), type=Cassette))


class ReplayTransport:
    """Answers from a cassette and refuses any request it does not hold."""

    def __init__(self, exchanges: list[Recorded], base_url: str = "") -> None:
        self._left = list(exchanges)
        self._count = 0
        self.base_path = urlsplit(base_url).path

    async def send(self, request: VendorRequest) -> VendorAnswer:
        self._count += 1
        if not self._left:
            raise ExchangeMismatch(f"request {self._count} is not in the cassette: {request.method} {request.url}")
        recorded = self._left.pop(0)
        self._compare(recorded.request, request)
        if recorded.lost:
            raise AnswerLost("lost in the cassette")
        response = recorded.response
        body = json.dumps(response["json"]).encode() if "json" in response else response.get("text", "").encode()
        headers = {name.lower(): value for name, value in response.get("headers", {}).items()}
        headers.setdefault("content-type", "application/json" if "json" in response else "text/html")
        return VendorAnswer(response["status"], headers, body, request.url)

    def _compare(self, wanted: dict[str, Any], request: VendorRequest) -> None:
        parts = urlsplit(request.url)
        found: dict[str, Any] = {
            "method": request.method,
            "path": parts.path.removeprefix(self.base_path),
            "query": dict(parse_qsl(parts.query, keep_blank_values=True)),
        }
        expected: dict[str, Any] = {
            "query": {},
            **{key: wanted[key] for key in ("method", "path", "query") if key in wanted},
        }
        if "json" in wanted or request.body:
            shape = next((name for name in ("form", "text") if name in wanted), "json")
            text = (request.body or b"null").decode()
            found[shape] = _READERS[shape](text)
            expected[shape] = wanted.get(shape)
        sent = {name.lower(): value for name, value in request.headers.items()}
        for name, value in wanted.get("headers", {}).items():
            found[f"header {name}"] = sent.get(name.lower())
            expected[f"header {name}"] = value
        for key, value in expected.items():
            if found[key] != value:
                raise ExchangeMismatch(
                    f"request {self._count} differs in {key}:\n  cassette {value!r}\n  sent     {found[key]!r}"
                )

    def finish(self) -> None:
        """Raises when the cassette holds requests that were never sent."""
        if self._left:
            raise ExchangeMismatch(f"{len(self._left)} requests of the cassette were not sent: {self._left[0].request}")


async def replay(stored: StoredCassette) -> None:
    """Runs the call of a cassette and compares what is sent and what comes out."""
    cassette = stored.cassette
    transport = ReplayTransport(cassette.exchanges)
    client = VendorClient(transport, attempts=1)
    credentials = msgspec.convert(cassette.credentials, stored.adapter.credentials_type)
    adapter = stored.adapter(credentials, Runtime(client, lambda: cassette.now, cassette.reference))
    transport.base_path = urlsplit(adapter.base_url).path
    try:
        outcome = await run(adapter, cassette)
    except CrossdockError as error:
        _compare_error(cassette, error, client.effect)
        transport.finish()
        return
    if cassette.failure:
        raise ExchangeMismatch(f"expected {cassette.expect['error']}, but the call succeeded")
    transport.finish()
    _compare_outcome(cassette.expect, outcome)


def as_call(ids: tuple[str, ...], body: dict[str, Any] | None, now: datetime, action: str) -> Cassette:
    """A call that nothing is recorded of, to `run`."""
    return Cassette(
        action=action, source="specification", note="", exchanges=[], expect={}, now=now, ids=list(ids), body=body
    )


async def run(adapter: Adapter, cassette: Cassette) -> Any:
    """The call of a cassette, and what came of it in the words of `expect`."""
    if cassette.action == CHECK:
        return {"me": await adapter.check()}
    action = action_of(adapter, cassette)
    if cassette.download:
        file = await adapter.download(action.resource, cassette.ids[0])
        return {"media_type": file.media_type, "text": file.body.decode()}
    if action.is_read:
        return await _read(adapter, action, cassette)
    if action.is_live:
        found = await adapter.run_live(action, tuple(cassette.ids))
        return {"record": checked(action, [found])[0]}
    body = _body(adapter, action, cassette)
    ids = tuple(cassette.ids)
    if cassette.settle:
        settled = await adapter.settle(action, Attempt(ids, body, cassette.reference, cassette.now))
        return _settled(action, settled)
    written = await adapter.run_write(action, ids, body)
    if isinstance(written, BatchWritten):
        return {"records": checked(action, list(written.records)), "unused_fields": list(written.unused_fields)}
    return {"record": checked(action, [written.record])[0], "unused_fields": list(written.unused_fields)}


async def _read(adapter: Adapter, action: Action, cassette: Cassette) -> dict[str, Any]:
    if cassette.window is None:
        raise ExchangeMismatch("a read needs a window")
    window = Window(cassette.window.start, cassette.window.end, cassette.window.cursor)
    records: list[Record] = []
    deleted: list[str] = []
    pages: AsyncIterator[Any] = adapter.read_pages(action, window)
    async for page in pages:
        records.extend(page.records)
        deleted.extend(page.deleted)
    return {"records": checked(action, records), "deleted": deleted}


def action_of(adapter: Adapter, cassette: Cassette) -> Action:
    """The action a cassette is about."""
    return ACTION_BY_KEY[f"{adapter.vertical}/{cassette.action}"]


def _body(adapter: Adapter, action: Action, cassette: Cassette) -> Any:
    implementation = adapter.implementations[action.key]
    if implementation.body is None:
        return None
    Judge(variant_schema(implementation.body, action.body, adapter.display_name)).check(cassette.body)
    given = {name: value for name, value in (cassette.body or {}).items() if name != TAGS_FIELD}
    return msgspec.convert(given, implementation.body)


def _settled(action: Action, settled: Settlement) -> dict[str, Any]:
    if isinstance(settled, Applied):
        return {"settled": "applied", "record": checked(action, [settled.record])[0]}
    if isinstance(settled, BatchWritten):
        return {"settled": "applied", "records": checked(action, list(settled.records))}
    return {"settled": "not applied" if isinstance(settled, NotApplied) else "unknown"}


def checked(action: Action, records: list[Record]) -> list[dict[str, Any]]:
    """Records as they are served, each held against its schema and the rules a schema cannot state."""
    kind = action.resource.record
    if kind is None:
        raise ExchangeMismatch(f"{action.resource.key} has no record schema")
    validator = jsonschema_rs.Draft202012Validator(record_schema(action.resource), validate_formats=True)
    shown = []
    for record in records:
        if not isinstance(record, kind):
            raise ExchangeMismatch(f"{action.key} gave a {type(record).__name__}, not a {kind.__name__}")
        text = encode_record(record).decode()
        value: dict[str, Any] = json.loads(text)
        own = store_fields(action.resource) if action.resource.stored else ()
        served = value | {name: _STORED.get(name) for name in own}
        problems = [f"{'/'.join(map(str, e.instance_path))}: {e.message}" for e in validator.iter_errors(served)]
        problems += broken_rules(value) if action.resource.stored else []
        if problems:
            raise ExchangeMismatch(f"record {value.get('id')!r}: " + "; ".join(problems))
        shown.append(value)
    return shown


def broken_rules(record: dict[str, Any]) -> list[str]:
    """What is wrong with a record although it fits its schema."""
    problems = [
        f"{name} has fractions of a second"
        for name, value in record.items()
        if name.endswith("_date") and isinstance(value, str) and "." in value
    ]
    if not record.get("id"):
        problems.append("the id is empty")
    for place in [record, *(record.get("inventory_by_warehouse_id") or {}).values()]:
        if not isinstance(place, dict) or place.get("committed") is None or "onhand" not in place:
            continue
        parts = [place.get(name) for name in ("committed", "unfulfillable", "fulfillable")]
        if None not in parts and place["onhand"] != sum(cast(list[int], parts)):
            problems.append(f"onhand {place['onhand']} is not committed + unfulfillable + fulfillable {parts}")
    return problems


def _compare_error(cassette: Cassette, error: CrossdockError, effect: Effect) -> None:
    wanted = cassette.expect.get("error")
    if wanted is None:
        raise error
    found = {
        "kind": type(error).__name__,
        "status": error.status,
        "message": error.message,
        "effect": effect.value,
        **{name: getattr(error, name) for name in ("may_have_applied", "retry_after") if hasattr(error, name)},
        **error.extra(),
    }
    _compare_outcome(wanted, found)


def _compare_outcome(wanted: Any, found: Any, where: str = "") -> None:
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key, value in wanted.items():
            if key not in found:
                raise ExchangeMismatch(f"{where}{key} is missing from {sorted(found)}")
            _compare_outcome(value, found[key], f"{where}{key}.")
        return
    if isinstance(wanted, list) and isinstance(found, list):
        if len(wanted) != len(found):
            raise ExchangeMismatch(f"{where.rstrip('.')}: expected {len(wanted)} entries, got {len(found)}: {found}")
        for index, (left, right) in enumerate(zip(wanted, found, strict=True)):
            _compare_outcome(left, right, f"{where}{index}.")
        return
    if wanted != found:
        raise ExchangeMismatch(f"{where.rstrip('.')}: expected {wanted!r}, got {found!r}")


def secrets_in(value: Any, name: str = "") -> list[str]:
    """Names of members that look like a secret and do not hold a made-up one."""
    if isinstance(value, dict):
        return [found for key, item in value.items() for found in secrets_in(item, str(key))]
    if isinstance(value, list):
        return [found for item in value for found in secrets_in(item, name)]
    suspicious = isinstance(value, str) and _SECRET_NAMES.search(name) and not _HARMLESS.match(value)
    return [name] if suspicious else []


def gaps(adapter: type[Adapter]) -> list[str]:
    """Actions of an adapter, and downloads, without a success or without a failure among its cassettes."""
    stored = [item.cassette for item in load(adapter) if not item.cassette.settle]
    wanted = [(name, False) for name in (CHECK, *adapter.action_names())]
    wanted += [(READ_OF[key].name, True) for key in sorted(adapter.downloaders)]
    missing = []
    for name, download in wanted:
        kinds = {item.failure for item in stored if (item.action, item.download) == (name, download)}
        shown = f"download of {name}" if download else name
        missing += [f"{shown}: no success"] if False not in kinds else []
        missing += [f"{shown}: no failure"] if True not in kinds else []
    return missing
