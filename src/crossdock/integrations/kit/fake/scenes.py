"""Scenes: calls of an adapter that are recorded from its fake as cassettes, and compared with them ever after."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from crossdock.contract.errors import CrossdockError
from crossdock.contract.values import timestamp_text
from crossdock.integrations.kit import exchanges
from crossdock.integrations.kit.adapter import Adapter
from crossdock.integrations.kit.exchanges import CHECK, Cassette
from crossdock.integrations.kit.fake.faults import Fault
from crossdock.integrations.kit.transport import AnswerLost, NotSent, Transport, VendorAnswer, VendorRequest

if TYPE_CHECKING:
    from crossdock.integrations.kit.fake.vendor import FakeVendor

REFERENCE = "5eed0000000000000000000000000001"
NOTE = "The fake of this folder, which holds every request and answer against the vendor's specification."
LINE_LENGTH = 120
_SHOWN_HEADERS = frozenset({"link", "location", "etag", "retry-after"})


@dataclass(frozen=True)
class Scene:
    """One call of the adapter on a fresh fake.

    `name` is added to the action to name the cassette. `before` changes the vendor first, `earlier` are calls that come
    first and are not recorded. `start_hours_ago` makes a read incremental.
    """

    action: str
    name: str = ""
    ids: tuple[str, ...] = ()
    body: dict[str, Any] | None = None
    start_hours_ago: float | None = None
    cursor: str | None = None
    before: Callable[[Any], object] | None = None
    earlier: Sequence[Scene] = ()
    fault: Fault | None = None
    fault_on: tuple[str, str] | None = None
    fault_after: int = 0
    wrong_key: bool = False
    settle: bool = False
    reference: str = REFERENCE
    show_headers: tuple[str, ...] = ()
    """Headers of the requests that matter, beside the usual ones."""

    @property
    def cassette(self) -> str:
        return "_".join(part for part in (self.action, self.name) if part)

    @property
    def succeeds(self) -> bool:
        """Whether nothing is meant to go wrong on the way; the vendor may still refuse."""
        return self.fault is None and not self.wrong_key and not self.settle


async def record(kind: type[FakeVendor], scene: Scene) -> str:
    """The cassette of a scene as text."""
    fake = kind()
    if scene.before is not None:
        scene.before(fake)
    for call in scene.earlier:
        await _play(fake, call, fake)
    window = RecordingTransport(fake, scene.show_headers)
    expect = await _play(fake, scene, window)
    cassette = _cassette(fake, scene)
    return _text({**cassette, "exchanges": window.kept, "expect": expect}) + "\n"


async def _play(fake: FakeVendor, scene: Scene, transport: Transport) -> dict[str, Any]:
    """Runs a call and gives what came of it as a cassette says it."""
    if scene.fault is not None:
        method, path = scene.fault_on or (None, None)
        fake.fail(scene.fault, method=method, path=path, after=scene.fault_after, times=9)
    given = fake.wrong_credentials if scene.wrong_key else fake.credentials
    adapter = fake.connect(transport=transport, reference=scene.reference, credentials=given)
    try:
        return _pruned(await exchanges.run(adapter, _as_cassette(fake, scene)))
    except CrossdockError as error:
        return {"error": _error(adapter, error)}
    finally:
        fake.heal()


def _error(adapter: Adapter, error: CrossdockError) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": type(error).__name__, "status": error.status, "message": error.message}
    may_have_applied = getattr(error, "may_have_applied", None)
    if may_have_applied is not None:
        found["may_have_applied"] = may_have_applied
    return {**found, "effect": adapter.client.effect.value, **error.extra()}


def _as_cassette(fake: FakeVendor, scene: Scene) -> Cassette:
    return msgspec.convert({**_cassette(fake, scene), "exchanges": [], "expect": {}}, Cassette)


def _cassette(fake: FakeVendor, scene: Scene) -> dict[str, Any]:
    made: dict[str, Any] = {
        "action": scene.action,
        "source": "specification",
        "note": NOTE,
        "credentials": fake.wrong_credentials if scene.wrong_key else fake.credentials,
        "now": timestamp_text(fake.now),
    }
    if scene.settle:
        made["settle"] = True
    if scene.ids or scene.body is not None:
        made |= {"reference": scene.reference, "ids": list(scene.ids)}
        return made if scene.body is None else made | {"body": scene.body}
    if scene.action != CHECK:
        hours = scene.start_hours_ago
        start = None if hours is None else timestamp_text(fake.now - timedelta(hours=hours))
        made["window"] = {"start": start, "end": timestamp_text(fake.now), "cursor": scene.cursor}
    return made


class RecordingTransport:
    """Passes requests on and keeps them with their answers as a cassette holds them."""

    def __init__(self, inner: FakeVendor, show_headers: Sequence[str] = ()) -> None:
        self._inner = inner
        self._headers = tuple(show_headers)
        self.kept: list[dict[str, Any]] = []

    async def send(self, request: VendorRequest) -> VendorAnswer:
        entry: dict[str, Any] = {"request": self._request(request)}
        try:
            answer = await self._inner.send(request)
        except NotSent:
            raise
        except AnswerLost:
            self.kept.append({**entry, "lost": True})
            raise AnswerLost("lost in the cassette") from None
        self.kept.append({**entry, "response": _response(answer)})
        return answer

    def _request(self, request: VendorRequest) -> dict[str, Any]:
        parts = urlsplit(request.url)
        root = urlsplit(self._inner.connect().base_url).path
        shown: dict[str, Any] = {"method": request.method, "path": parts.path.removeprefix(root)}
        if parts.query:
            shown["query"] = dict(parse_qsl(parts.query, keep_blank_values=True))
        if request.body:
            sent = {name.lower(): value for name, value in request.headers.items()}
            kind = sent.get("content-type", "")
            if "x-www-form-urlencoded" in kind:
                shown["form"] = dict(parse_qsl(request.body.decode()))
            elif kind.startswith(("multipart/", "text/")):
                shown["text"] = request.body.decode()
            else:
                shown["json"] = json.loads(request.body)
        wanted = {name: value for name, value in request.headers.items() if name.lower() in self._headers}
        return shown | ({"headers": wanted} if wanted else {})


def _response(answer: VendorAnswer) -> dict[str, Any]:
    shown: dict[str, Any] = {"status": answer.status}
    headers = {name: value for name, value in answer.headers.items() if name in _SHOWN_HEADERS or name.startswith("x-")}
    if headers:
        shown["headers"] = headers
    try:
        return shown | {"json": json.loads(answer.body)}
    except ValueError:
        kept = {"content-type": answer.headers["content-type"], **headers}
        return {**shown, "headers": kept, "text": answer.body.decode()}


def _pruned(expect: dict[str, Any]) -> dict[str, Any]:
    """The outcome without fields that are empty, which keeps cassettes short."""
    if "record" in expect:
        expect["record"] = _filled(expect["record"])
    if "records" in expect:
        expect["records"] = [_filled(one) for one in expect["records"]]
    return {name: value for name, value in expect.items() if name not in ("deleted", "unused_fields") or value}


def _filled(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value not in (None, [], {})}


def _text(value: Any, indent: str = "") -> str:
    """JSON with what fits into a line on one line."""
    short = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(short) <= LINE_LENGTH or not value or not isinstance(value, dict | list):
        return short
    deeper = f"{indent}  "
    if isinstance(value, dict):
        inner = [f"{json.dumps(name)}: {_text(item, deeper)}" for name, item in value.items()]
    else:
        inner = [_text(item, deeper) for item in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n" + ",\n".join(f"{deeper}{line}" for line in inner) + f"\n{indent}{closing}"
