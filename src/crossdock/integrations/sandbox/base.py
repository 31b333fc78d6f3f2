"""What the adapters of all products of the sandbox have in common."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import timedelta
from typing import Annotated, Any, ClassVar, TypeVar

import msgspec

from crossdock.contract.records import Record
from crossdock.contract.values import timestamp_text
from crossdock.integrations.kit.adapter import (
    Adapter,
    Incremental,
    Page,
    VendorMessage,
    Window,
)
from crossdock.integrations.kit.auth import Credentials, bearer, credential
from crossdock.integrations.kit.client import segment
from crossdock.integrations.kit.paging import by_cursor
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.kit.webhooks import (
    Delivery,
    HMACSignature,
    Subscribed,
    Subscription,
    Webhooks,
    in_header,
)
from crossdock.integrations.sandbox.models import (
    SandboxAccount,
    SandboxHook,
    SandboxMessage,
    SandboxPage,
    SandboxProblem,
)

R = TypeVar("R", bound=Record)
V = TypeVar("V")

PAGE_SIZE = 100
LOOK_BACK = timedelta(minutes=1)
"""The vendor stamps a change when it is made, but shows it only once it is stored; nothing takes longer than this."""
CHANGED = Incremental(by="changedSince")
_HOOKS = "/v1/account/hooks"


class SandboxCredentials(Credentials, kw_only=True, frozen=True):
    """The key of a sandbox account."""

    api_key: Annotated[str, credential("API key", "Given when the sandbox is generated.", secret=True)]


class SandboxBase(Adapter):
    """What both products of the vendor have in common."""

    slug = "sandbox"
    # The vendor is described in README.md of this folder and nowhere else.
    docs_url = ""
    auth = bearer("api_key")
    credentials_type = SandboxCredentials
    in_process = "sandbox"
    webhooks = Webhooks(
        HMACSignature("sandbox-signature", prefix="v1=", timestamp_header="sandbox-time"),
        topic=in_header("sandbox-topic"),
        delivery_id=in_header("sandbox-delivery"),
    )
    root: ClassVar[str]
    """Where the addresses of the product begin."""

    @property
    def base_url(self) -> str:
        return "http://sandbox.internal"

    async def check(self) -> dict[str, Any]:
        return {"account_id": (await self._account()).id}

    async def rights(self) -> Collection[str]:
        found = (await self._account()).rights
        every = {right for made in self.implementations.values() for right in made.needs}
        return every if found is None else found

    async def _account(self) -> SandboxAccount:
        answer = await self.client.get("/v1/account")
        account: SandboxAccount = answer.json(SandboxAccount)
        return account

    async def subscribe(self, wanted: Subscription) -> Subscribed:
        hook = {"url": wanted.url, "secret": wanted.secret, "topics": list(wanted.topics)}
        answer = await self.client.post(_HOOKS, hook)
        made: SandboxHook = answer.json(SandboxHook)
        return Subscribed(made.id)

    async def unsubscribe(self, reference: str) -> None:
        await self.client.request("DELETE", f"{_HOOKS}/{segment(reference)}", allow=frozenset({404}))

    async def told(self, delivery: Delivery, name: str, kind: type[V]) -> tuple[str, V | None]:
        """The id that a message names, and the document as it is now; None when it is gone."""
        message: SandboxMessage = delivery.json(SandboxMessage)
        path = f"{self.root}/{name}/{segment(message.document_id)}"
        answer = await self.client.get(path, allow=frozenset({404}))
        return message.document_id, None if answer.status == 404 else answer.json(kind)

    def read_error(self, answer: VendorAnswer) -> VendorMessage | None:
        try:
            problem = msgspec.json.decode(answer.body, type=SandboxProblem)
        except msgspec.DecodeError:
            return None
        return VendorMessage(problem.message, problem.code)

    async def walk(
        self, name: str, kind: type[V], window: Window, convert: Callable[[V], Sequence[R]]
    ) -> AsyncIterator[Page[R]]:
        """The pages of a list. What was removed is named in the list itself."""
        since = None if window.start is None else timestamp_text(window.start - LOOK_BACK)

        async def fetch(after: str | None) -> tuple[list[SandboxPage[V]], str | None]:
            params = {"changedSince": since, "size": PAGE_SIZE, "after": after}
            answer = await self.client.get(f"{self.root}/{name}", params)
            page: SandboxPage[V] = answer.json(SandboxPage[kind])  # type: ignore[valid-type]
            return [page], page.next

        async for pages, following in by_cursor(fetch, start=window.cursor):
            for page in pages:
                records = [record for item in page.data for record in convert(item)]
                yield Page(records, following, page.removed)

    async def look_up(self, name: str, kind: type[V], **having: str) -> V | None:
        """The one entry of a list that has these values."""
        found = await self.look_up_all(name, kind, **having)
        return found[0] if found else None

    async def look_up_all(self, name: str, kind: type[V], **having: str) -> list[V]:
        """The entries of a list that have these values."""
        answer = await self.client.get(f"{self.root}/{name}", having)
        page: SandboxPage[V] = answer.json(SandboxPage[kind])  # type: ignore[valid-type]
        return page.data


def each(convert: Callable[[V], R]) -> Callable[[V], list[R]]:
    """For lists whose entries are one record each."""
    return lambda item: [convert(item)]
