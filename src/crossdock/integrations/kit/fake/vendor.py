"""What fakes of every kind of interface share: state of their own, credentials, faults and the count of checks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlsplit

import msgspec

from crossdock.contract.resources import Resource
from crossdock.contract.values import ENCODER
from crossdock.integrations.kit.adapter import Adapter, Runtime
from crossdock.integrations.kit.client import SAFE_METHODS, VendorClient
from crossdock.integrations.kit.fake.faults import STATUSES, Fault, Planned
from crossdock.integrations.kit.fake.scenes import Scene
from crossdock.integrations.kit.fake.specification import Specification, SpecificationViolation
from crossdock.integrations.kit.transport import AnswerLost, NotSent, Transport, VendorAnswer, VendorRequest
from crossdock.integrations.kit.webhooks import Incoming

M = TypeVar("M", bound=Callable[..., Any])
START = datetime(2026, 11, 20, 12, tzinfo=UTC)
"""When every fake begins."""
_SERVES = "__serves__"


@dataclass(frozen=True)
class Call:
    """A request that fits the specification. `path` is the specification's; values have the types it says."""

    method: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


@dataclass(frozen=True)
class Reply:
    """An answer: JSON in `body`, or `text` as it is."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None


def serves(method: str, path: str) -> Callable[[M], M]:
    """Declares that the method answers an operation; `path` is as the specification writes it."""

    def mark(function: M) -> M:
        setattr(function, _SERVES, (*getattr(function, _SERVES, ()), (method, path)))
        return function

    return mark


class FakeVendor:
    """A vendor inside this process. Subclasses hold its state and say what it answers."""

    adapter: ClassVar[type[Adapter]]
    specifications: ClassVar[tuple[Specification, ...]]
    credentials: ClassVar[dict[str, Any]]
    """Credentials of the connect form that hold; secrets start with `test-`."""
    wrong_credentials: ClassVar[dict[str, Any]]
    scenes: ClassVar[Sequence[Scene]] = ()
    silent: ClassVar[tuple[Resource, ...]] = ()
    """What a vendor with webhooks sends no messages about."""
    passthrough: ClassVar[dict[str, Any] | None] = None
    """A call that a user may make of the vendor directly, as the body of a passthrough; None where there is none."""

    def __init__(self) -> None:
        self.now = START
        self.requests_checked = 0
        self.answers_checked = 0
        self.calls: list[Call] = []
        """Every request that was carried out."""
        self.violations: list[str] = []
        self._planned: list[Planned] = []
        self._last: dict[tuple[str, str], VendorAnswer] = {}

    @classmethod
    def missing(cls) -> list[str]:
        """Specifications that are not on this machine."""
        return [item.file for item in cls.specifications if not item.there]

    def connect(
        self,
        *,
        transport: Transport | None = None,
        reference: str = "",
        attempts: int = 1,
        credentials: Mapping[str, Any] | None = None,
    ) -> Adapter:
        """The adapter, connected to this fake and nothing else."""
        given = self.credentials if credentials is None else credentials
        made = msgspec.convert(given, self.adapter.credentials_type)
        client = VendorClient(transport or self, attempts=attempts)
        return self.adapter(made, Runtime(client, lambda: self.now, reference))

    def admits(self, request: VendorRequest) -> bool:
        """Whether the credentials of a request hold."""
        raise NotImplementedError

    def held(self, resource: Resource) -> set[str]:
        """Ids of all records that the adapter has to find of a resource."""
        raise NotImplementedError

    def change(self, resource: Resource) -> set[str]:
        """Something happens at the vendor. Ids of the records that changed, of one or a few; the clock has moved."""
        raise NotImplementedError

    def crowd(self) -> None:
        """Puts so many records into the vendor that lists have several pages."""

    def changes(self, call: Call) -> bool:
        """Whether a request changes anything at the vendor."""
        return call.method not in SAFE_METHODS

    def subscribed(self) -> list[str]:
        """Topics that the vendor sends messages about, each as often as it does; of vendors with webhooks."""
        raise NotImplementedError

    def tell(self, resource: Resource, changed: set[str]) -> list[Incoming]:
        """The messages that the vendor sends about records that have just changed."""
        raise NotImplementedError

    def problem(self, status: int) -> Reply:
        """How the vendor words an answer with this status; see `faults`."""
        return Reply({"message": f"status {status}"}, status)

    def pass_time(self, **span: float) -> datetime:
        """Moves the clock by a `timedelta` and gives the new time."""
        self.now += timedelta(**span)
        return self.now

    def fail(
        self,
        fault: Fault,
        *,
        method: str | None = None,
        path: str | None = None,
        times: int = 1,
        after: int = 0,
        retry_after: float = 1,
    ) -> None:
        """Lets requests go wrong that fit `method` and `path` (as the specification writes it)."""
        self._planned.append(Planned(fault, method, path, times, after, retry_after))

    def heal(self) -> None:
        """Nothing planned goes wrong any more."""
        self._planned.clear()

    async def send(self, request: VendorRequest) -> VendorAnswer:
        """Carries out one request."""
        try:
            return self._carry_out(request)
        except SpecificationViolation as error:
            self.violations.append(str(error))
            raise

    def _carry_out(self, request: VendorRequest) -> VendorAnswer:
        call = self.check_request(request)
        self.requests_checked += 1
        fault = next((p for p in self._planned if p.strikes(call.method, call.path)), None)
        if fault is not None and fault.fault is Fault.UNREACHABLE:
            raise NotSent("no route to the vendor")
        if not self.admits(request):
            return self._shown(self.problem(401), request)
        if fault is not None and fault.fault in STATUSES:
            return self._shown(self._told(self.problem(STATUSES[fault.fault]), fault), request)
        place = (call.method, call.path)
        if fault is not None and fault.fault is Fault.DUPLICATED and place in self._last:
            return self._last[place]
        reply = self.answer(call)
        self.calls.append(call)
        answer = self._last[place] = self._shown(reply, request)
        if fault is not None and fault.fault is Fault.SLOW:
            raise AnswerLost("no answer in time")
        if fault is not None and fault.fault is Fault.HALF:
            return VendorAnswer(answer.status, answer.headers, answer.body[: len(answer.body) // 2], answer.url)
        return answer

    def check_request(self, request: VendorRequest) -> Call:
        """The request as the specification sees it, or `SpecificationViolation`."""
        raise NotImplementedError

    def answer(self, call: Call) -> Reply:
        """Carries the request out; the answer fits the specification, or `SpecificationViolation`."""
        raise NotImplementedError

    def _told(self, reply: Reply, fault: Planned) -> Reply:
        """With the seconds to wait, where the fault is about speed."""
        if fault.fault is not Fault.TOO_MANY:
            return reply
        headers = {self.adapter.retry_after_header: f"{fault.retry_after:g}", **reply.headers}
        return Reply(reply.body, reply.status, headers, reply.text)

    def _shown(self, reply: Reply, request: VendorRequest) -> VendorAnswer:
        headers = {name.lower(): value for name, value in reply.headers.items()}
        if reply.text is not None:
            headers.setdefault("content-type", "text/plain")
            return VendorAnswer(reply.status, headers, reply.text.encode(), request.url)
        headers.setdefault("content-type", "application/json")
        body = b"" if reply.body is None and reply.status == 204 else ENCODER.encode(reply.body)
        return VendorAnswer(reply.status, headers, body, request.url)


def served(kind: type[FakeVendor]) -> dict[tuple[str, str], str]:
    """The method of a fake for each operation it answers."""
    found: dict[tuple[str, str], str] = {}
    for base in reversed(kind.__mro__):
        for name, member in vars(base).items():
            for operation in getattr(member, _SERVES, ()):
                found[operation] = name
    return found


def as_json(value: Any) -> Any:
    """A value as it reads after a way through JSON."""
    return json.loads(ENCODER.encode(value))


def path_of(request: VendorRequest) -> str:
    """The path of a request."""
    return urlsplit(request.url).path
