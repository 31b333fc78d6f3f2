"""The adapter base: an action exists for an integration because a decorated method exists."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Generic, TypeVar

from crossdock.contract.actions import Action, Answer
from crossdock.contract.bodies import WriteBody
from crossdock.contract.errors import CrossdockError, VendorRejected
from crossdock.contract.records import Record
from crossdock.contract.resources import Resource
from crossdock.contract.values import Vertical
from crossdock.integrations.kit.auth import AuthScheme, Credentials
from crossdock.integrations.kit.batches import BatchWritten
from crossdock.integrations.kit.budget import Budget, RateReport
from crossdock.integrations.kit.client import VendorClient
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.kit.webhooks import Changed, Delivery, Subscribed, Subscription, Webhooks
from crossdock.integrations.kit.write_bodies import verify_body

R = TypeVar("R", bound=Record)
M = TypeVar("M", bound=Callable[..., Any])


@dataclass(frozen=True)
class Incremental:
    """A read that asks only for what changed; `by` names the field or parameter it filters with.

    `until` names the one that limits the end of the window. Without it, a read of a span of the past gets everything
    since its start, and what lies behind its end is left out here, by the dates of the records.

    A system that leaves no trace of what it deletes is read in full every `full_every`; what is missing then twice in
    a row counts as deleted.
    """

    by: str
    until: str | None = None
    full_every: timedelta | None = None


@dataclass(frozen=True)
class Snapshot:
    """A read that fetches everything each time; `because` names the limitation that forces it."""

    because: str


SyncMode = Incremental | Snapshot


@dataclass(frozen=True)
class Window:
    """What one sync run asks for: changes from `start` (None: everything) to `end`.

    `cursor` is where an interrupted run stopped, in the adapter's own words, as it was given with the last page.
    """

    start: datetime | None
    end: datetime
    cursor: str | None = None


@dataclass(frozen=True)
class Page(Generic[R]):
    """Records of one page, and the cursor that resumes the run after it. `deleted` are ids the system says are gone."""

    records: Sequence[R]
    cursor: str | None = None
    deleted: Sequence[str] = ()


@dataclass(frozen=True)
class Related:
    """Records of another resource, as the system holds them after a write."""

    resource: Resource
    records: Sequence[Record]


@dataclass(frozen=True)
class Written(Generic[R]):
    """The outcome of a write: the record as the system holds it now, and accepted fields that had no effect."""

    record: R
    unused_fields: Sequence[str] = ()
    related: Sequence[Related] = ()
    """Records of other resources that the write changed too, such as the stock that a shipment took."""


@dataclass(frozen=True)
class Attempt:
    """A write whose outcome is unknown, as it was sent."""

    ids: tuple[str, ...]
    body: Any
    reference: str
    sent_at: datetime


@dataclass(frozen=True)
class Applied(Generic[R]):
    """A settled write that took effect; `record` and `related` are the system's present state."""

    record: R
    related: Sequence[Related] = ()


@dataclass(frozen=True)
class NotApplied:
    """A settled write that never took effect; it may be sent again."""


Settlement = Applied[Any] | BatchWritten[Any] | NotApplied | None
"""A batch that took effect settles as `BatchWritten`. None: the system cannot tell, so the write stays uncertain."""


@dataclass(frozen=True)
class Implementation:
    """One action as one adapter does it."""

    action: Action
    method: str
    body: type[WriteBody] | None
    mode: SyncMode | None
    settler: str | None = None
    prober: str | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileContent:
    """What a file of the connected system holds."""

    body: bytes
    media_type: str


_MARK = "__implements__"
_SETTLES = "__settles__"
_PROBES = "__probes__"
_DOWNLOADS = "__downloads__"
_RECEIVES = "__receives__"
_SIMULATES = "__simulates__"


def implements(
    action: Action,
    body: type[WriteBody] | None = None,
    *,
    mode: SyncMode | None = None,
    needs: Sequence[str] = (),
) -> Callable[[M], M]:
    """Declares that the method carries out `action`.

    A read takes a `Window` and yields `Page`s; `mode` says how it keeps up with changes. A live read takes the ids of
    its path and returns its object. A write takes the ids of its path and `body`, and returns the record, `Written`, or
    for a batch `BatchWritten`. `needs` are the rights it takes at the system, by the names that `rights` gives.
    """

    def mark(method: M) -> M:
        setattr(method, _MARK, (action, body, mode, tuple(needs)))
        return method

    return mark


def settles(*actions: Action) -> Callable[[M], M]:
    """Declares that the method finds out whether an uncertain write of these kinds took effect, by reading only."""

    def mark(method: M) -> M:
        setattr(method, _SETTLES, actions)
        return method

    return mark


def probes(*actions: Action) -> Callable[[M], M]:
    """Declares that the method finds out, by one cheap request that changes nothing, whether `actions` are allowed.

    It takes nothing, and raises what the system says. A read without one is tried out with its first page.
    """

    def mark(method: M) -> M:
        setattr(method, _PROBES, actions)
        return method

    return mark


def downloads(resource: Resource) -> Callable[[M], M]:
    """Declares that the method fetches the file that a record of `resource` stands for; it takes the record's id.

    Raise `VendorRejected` with status 404 when the system has it no more.
    """

    def mark(method: M) -> M:
        setattr(method, _DOWNLOADS, resource)
        return method

    return mark


def simulates(name: str) -> Callable[[M], M]:
    """Declares that the method does at a sandbox what somebody else does at a real system, such as a buyer who orders.

    It takes the ids of its path, then its body if it has one or the switches of its query by name, and gives `Written`.
    It is no action: no connection offers it.
    """

    def mark(method: M) -> M:
        setattr(method, _SIMULATES, name)
        return method

    return mark


def receives(*topics: str) -> Callable[[M], M]:
    """Declares that the method finds out what messages about these topics mean; `Adapter.webhooks` says how they come.

    It takes a `Delivery`, asks the system for the present state of what it names, and gives a list of `Changed`.
    """

    def mark(method: M) -> M:
        setattr(method, _RECEIVES, topics)
        return method

    return mark


@dataclass(frozen=True)
class VendorMessage:
    """A refusal in the connected system's own words."""

    message: str
    code: str | None = None


@dataclass
class Runtime:
    """What an adapter may see of the world around it: a client, a clock and the reference of the write at hand."""

    client: VendorClient
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    reference: str = ""


class Adapter:
    """One connected system. Facts on top, then one short method an action.

    Subclasses state `slug` (as on the wire), `display_name`, `vertical`, `description`, `docs_url`, `auth` and
    `credentials_type`, and decorate methods with `implements`. Everything else is computed.
    """

    slug: ClassVar[str]
    display_name: ClassVar[str]
    vertical: ClassVar[Vertical]
    description: ClassVar[str]
    docs_url: ClassVar[str]
    auth: ClassVar[AuthScheme]
    credentials_type: ClassVar[type[Credentials]]
    budget: ClassVar[Budget | None] = None
    retry_after_header: ClassVar[str] = "retry-after"
    """Where a 429 says for how many seconds nobody should ask, in lower case."""
    in_process: ClassVar[str | None] = None
    """Name of a server inside this process to talk to instead of the network; only the sandbox has one."""
    plain_http: ClassVar[bool] = True
    """Whether callers may be passed through: false where the system has no plain HTTP interface, such as files, e-mail
    or SOAP."""
    implementations: ClassVar[Mapping[str, Implementation]] = {}
    downloaders: ClassVar[Mapping[str, str]] = {}
    """The method that fetches the file of a record, by the key of its resource."""
    simulations: ClassVar[Mapping[str, str]] = {}
    """The method of each thing that can be simulated."""
    webhooks: ClassVar[Webhooks | None] = None
    """How the system tells of changes by itself; None when it is only asked."""
    receivers: ClassVar[Mapping[str, str]] = {}
    """The method of each topic that is listened to."""

    def __init__(self, credentials: Any, runtime: Runtime) -> None:
        self.credentials = credentials
        self.client = runtime.client
        self.now = runtime.now
        self.reference = runtime.reference
        self.client.bind(self)

    @property
    def base_url(self) -> str:
        """Address every relative path of the client starts from, without a trailing slash."""
        raise NotImplementedError

    async def check(self) -> dict[str, Any]:
        """Proves the credentials with a cheap read and returns account facts worth showing; raises when they fail."""
        raise NotImplementedError

    def read_error(self, answer: VendorAnswer) -> VendorMessage | None:
        """The system's own words in a refused answer, when it has a shape of its own for them."""
        return None

    def find_problem(self, answer: VendorAnswer) -> CrossdockError | None:
        """An error hidden in an answer whose status says success, as GraphQL has them.

        It is returned, also an `UnexpectedShape` of the answer itself: raised, a write would count as not carried out.
        """
        return None

    def forbids(self, error: CrossdockError) -> bool:
        """Whether an error says that the credentials are good, but not for this call."""
        return isinstance(error, VendorRejected) and error.status == 403

    async def rights(self) -> Collection[str] | None:
        """What the system says the credentials may do (scopes, roles); None when it does not say."""
        return None

    def read_rate(self, answer: VendorAnswer) -> RateReport | None:
        """What the answer says of the budget, where the system tells."""
        return None

    def session_ended(self, answer: VendorAnswer) -> bool:
        """Whether the answer says that the token no longer serves, so that nothing was done and a new one may help."""
        return answer.status == 401

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        found: dict[str, Implementation] = {}
        # A class may be put together from several, one a resource.
        for base in reversed(cls.__mro__[1:]):
            found.update(vars(base).get("implementations", {}))
        for name, member in vars(cls).items():
            if mark := getattr(member, _MARK, None):
                action, body, mode, needs = mark
                implementation = Implementation(action, name, body, mode, needs=needs)
                _verify(cls, implementation, member)
                found[action.key] = implementation
        for key, name in _about(cls, _SETTLES, found).items():
            found[key] = replace(found[key], settler=name)
        for key, name in _about(cls, _PROBES, found).items():
            found[key] = replace(found[key], prober=name)
        cls.implementations = found
        cls.downloaders = {**_inherited(cls, "downloaders"), **_marked(cls, _DOWNLOADS, lambda item: item.key)}
        cls.receivers = {**_inherited(cls, "receivers"), **_receivers(cls)}
        _verify_webhooks(cls)
        cls.simulations = {**_inherited(cls, "simulations"), **_marked(cls, _SIMULATES, str)}
        for made in found.values():
            resource = made.action.resource
            if made.action.is_read and resource.downloadable and resource.key not in cls.downloaders:
                raise TypeError(f"{cls.__name__} reads {resource.key}, so it needs a method with @downloads")

    @classmethod
    def can(cls, action: Action) -> bool:
        """Whether the integration implements the action."""
        return action.key in cls.implementations

    @classmethod
    def action_names(cls) -> list[str]:
        """The actions it implements, sorted, as lists show them."""
        return sorted(item.action.name for item in cls.implementations.values())

    def read_pages(self, action: Action, window: Window) -> AsyncIterator[Page[Any]]:
        """Runs the read of an action."""
        method = getattr(self, self.implementations[action.key].method)
        pages: AsyncIterator[Page[Any]] = method(window)
        return pages

    async def run_live(self, action: Action, ids: tuple[str, ...]) -> Record:
        """Runs the live read of an action."""
        method: Callable[..., Awaitable[Record]] = getattr(self, self.implementations[action.key].method)
        return await method(*ids)

    async def run_write(self, action: Action, ids: tuple[str, ...], body: Any) -> Written[Any] | BatchWritten[Any]:
        """Runs the write of an action and gives its outcome in one shape."""
        implementation = self.implementations[action.key]
        method = getattr(self, implementation.method)
        arguments = ids if implementation.body is None else (*ids, body)
        outcome = await method(*arguments)
        if isinstance(outcome, Written | BatchWritten):
            return outcome
        return Written(outcome)

    async def download(self, resource: Resource, record_id: str) -> FileContent:
        """Fetches the file that a record stands for."""
        method: Callable[[str], Awaitable[FileContent]] = getattr(self, self.downloaders[resource.key])
        return await method(record_id)

    async def subscribe(self, wanted: Subscription) -> Subscribed:
        """Asks the system for messages. Asked again for the same address, it must not end with two subscriptions."""
        raise NotImplementedError

    async def unsubscribe(self, reference: str) -> None:
        """Ends a subscription; one that is gone already is no error."""
        raise NotImplementedError

    async def proves(self, delivery: Delivery) -> bool:
        """Whether a message is real, where only the system can tell, such as by its public key; before `receive`."""
        return True

    async def receive(self, delivery: Delivery) -> Sequence[Changed]:
        """What a message of a known topic comes down to."""
        method: Callable[[Delivery], Awaitable[Sequence[Changed]]] = getattr(self, self.receivers[delivery.topic])
        return await method(delivery)

    async def simulate(self, name: str, *arguments: Any, **switches: bool) -> Written[Any]:
        """Does at a sandbox what somebody else does at a real system."""
        method: Callable[..., Awaitable[Written[Any]]] = getattr(self, self.simulations[name])
        return await method(*arguments, **switches)

    async def probe(self, action: Action) -> bool:
        """Tries out whether an action is allowed, by reading only; false when there is no way to. Raises a refusal."""
        made = self.implementations[action.key]
        if made.prober is not None:
            ask: Callable[[], Awaitable[None]] = getattr(self, made.prober)
            await ask()
            return True
        if not action.is_read:
            return False
        now = self.now()
        method: Callable[[Window], AsyncGenerator[Page[Any], None]] = getattr(self, made.method)
        async with aclosing(method(Window(now, now))) as pages:
            await anext(pages, None)
        return True

    async def settle(self, action: Action, attempt: Attempt) -> Settlement:
        """Finds out what became of an uncertain write; None when the system cannot tell."""
        settler = self.implementations[action.key].settler
        if settler is None:
            return None
        method: Callable[[Attempt], Awaitable[Settlement]] = getattr(self, settler)
        return await method(attempt)


def _inherited(cls: type[Adapter], name: str) -> dict[str, str]:
    """Declarations of the classes it is put together from."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__[1:]):
        found.update(vars(base).get(name, {}))
    return found


def _marked(cls: type[Adapter], mark: str, key: Callable[[Any], str]) -> dict[str, str]:
    """The methods of this class that carry a mark, by what it says."""
    return {key(getattr(member, mark)): name for name, member in vars(cls).items() if hasattr(member, mark)}


def _receivers(cls: type[Adapter]) -> dict[str, str]:
    """The method of each topic, of this class alone."""
    found = {name: getattr(member, _RECEIVES) for name, member in vars(cls).items() if hasattr(member, _RECEIVES)}
    return {topic: name for name, topics in found.items() for topic in topics}


def _verify_webhooks(cls: type[Adapter]) -> None:
    """Refuses webhooks that nobody would listen to, or that could not be asked for."""
    if cls.receivers and cls.webhooks is None:
        raise TypeError(f"{cls.__name__} receives messages, so it says in `webhooks` how they come")
    if cls.webhooks is not None and cls.receivers:
        for name in ("subscribe", "unsubscribe"):
            if getattr(cls, name) is getattr(Adapter, name):
                raise TypeError(f"{cls.__name__} receives messages, so it needs {name}")


def _about(cls: type[Adapter], mark: str, implemented: Collection[str]) -> dict[str, str]:
    """The methods of this class that carry a mark with actions, by the key of each."""
    found = {action.key: name for name, member in vars(cls).items() for action in getattr(member, mark, ())}
    for key, name in found.items():
        if key not in implemented:
            raise TypeError(f"{cls.__name__}.{name} {mark.strip('_')} {key}, which the class does not implement")
    return found


def _verify(cls: type[Adapter], made: Implementation, member: Any) -> None:
    """Refuses a declaration that could not work, when the class is made rather than when it is called."""
    where = f"{cls.__name__}.{made.method}"
    action = made.action
    if action.vertical != cls.vertical:
        raise TypeError(f"{where} implements {action.key} in a {cls.vertical} adapter")
    if action.is_read:
        if made.mode is None:
            raise TypeError(f"{where}: a read says mode=Incremental(by=...) or mode=Snapshot(because=...)")
        if not inspect.isasyncgenfunction(member):
            raise TypeError(f"{where}: a read is an async generator of pages")
        if isinstance(made.mode, Incremental) and made.mode.full_every and not action.resource.full_first_sync:
            raise TypeError(f"{where}: {action.resource.key} is never read in full, so full_every has no effect")
        return
    if action.is_live:
        if made.mode is not None or made.body is not None or not inspect.iscoroutinefunction(member):
            raise TypeError(f"{where}: a live read is a coroutine without mode and body")
        return
    if (action.body is None) is not (made.body is None):
        raise TypeError(f"{where}: {action.key} {'needs its' if action.body else 'takes no'} write body")
    if action.answer is Answer.RECORDS and made.body is not None and made.body is not action.body:
        raise TypeError(f"{where}: {action.key} has one body for all integrations")
    if made.body is not None and action.body is not None:
        verify_body(where, made.body, action.body)
