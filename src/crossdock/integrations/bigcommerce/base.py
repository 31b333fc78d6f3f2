"""What every part of the adapter stands on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, TypeVar

from crossdock.contract.errors import UnexpectedShape, VendorRejected
from crossdock.integrations.bigcommerce import client
from crossdock.integrations.bigcommerce.models import Hook, Listed, Store
from crossdock.integrations.kit.adapter import Adapter, VendorMessage
from crossdock.integrations.kit.auth import HeaderKey
from crossdock.integrations.kit.budget import RateReport
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.kit.webhooks import SecretHeader, Subscribed, Subscription, Webhooks, in_body

T = TypeVar("T")
PAGE_SIZE = 250
SECRET_HEADER = "x-crossdock-secret"  # noqa: S105 - the name of a header


class BigCommerceBase(Adapter):
    """Facts and the ways of asking."""

    display_name = client.NAME
    vertical = "cart"
    description = "Hosted shops with several locations, by the REST Management API (V2 and V3)."
    docs_url = "https://developer.bigcommerce.com/docs"
    auth = HeaderKey("access_token", "x-auth-token")
    credentials_type = client.BigCommerceCredentials
    budget = client.BUDGET
    # https://developer.bigcommerce.com/docs/integrations/webhooks
    webhooks = Webhooks(SecretHeader(SECRET_HEADER), topic=in_body("scope"))
    _store: Store | None = None

    @property
    def store_hash(self) -> str:
        return client.store_of(self.credentials)

    @property
    def base_url(self) -> str:
        return f"{client.API}/{self.store_hash}"

    def read_error(self, answer: VendorAnswer) -> VendorMessage | None:
        return client.words_of(answer)

    def read_rate(self, answer: VendorAnswer) -> RateReport | None:
        return client.rate_of(answer)

    async def check(self) -> dict[str, Any]:
        store = await self.store()
        return {"store": store.domain, "name": store.name, "currency": store.currency, "plan": store.plan_name}

    async def store(self) -> Store:
        """What the store says of itself, read once."""
        if self._store is None:
            # https://developer.bigcommerce.com/docs/rest-management/store-information
            self._store = (await self.client.get("/v2/store")).json(Store)
        return self._store

    async def subscribe(self, wanted: Subscription) -> Subscribed:
        # A webhook has one scope, so there is one for each.
        # https://developer.bigcommerce.com/docs/rest-management/webhooks
        there = [hook async for page in self.pages("/v3/hooks", Hook, {"destination": wanted.url}) for hook in page]
        await self._forget([hook.id for hook in there if hook.destination == wanted.url])
        made = []
        for topic in wanted.topics:
            headers = {SECRET_HEADER: wanted.secret}
            hook = {"scope": topic, "destination": wanted.url, "is_active": True, "headers": headers}
            # https://developer.bigcommerce.com/docs/rest-management/webhooks
            answer = await self.client.post("/v3/hooks", hook)
            made.append(answer.json(dict[str, Any])["data"]["id"])
        return Subscribed(",".join(str(number) for number in made))

    async def unsubscribe(self, reference: str) -> None:
        await self._forget([int(number) for number in reference.split(",") if number])

    async def _forget(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            # https://developer.bigcommerce.com/docs/rest-management/webhooks
            await self.client.request("DELETE", f"/v3/hooks/{number}", allow=frozenset({404}))

    async def pages(
        self, path: str, kind: type[T], filters: Mapping[str, Any] | None = None, start: int = 1
    ) -> AsyncIterator[list[T]]:
        """The numbered pages of a list of version 3."""
        number = start
        while True:
            answer = await self.client.get(path, {**(filters or {}), "page": number, "limit": PAGE_SIZE})
            found: Listed[T] = answer.json(Listed[kind])  # type: ignore[valid-type]
            if found.data:
                yield found.data
            pages = found.meta.pagination.total_pages
            last = len(found.data) < PAGE_SIZE if pages is None else number >= pages
            if last or not found.data:
                return
            number += 1

    async def listed(self, path: str) -> list[Any]:
        """All of a list of version 2, which answers 204 where there is nothing more."""
        found: list[Any] = []
        number = 1
        while True:
            answer = await self.client.get(path, {"page": number, "limit": PAGE_SIZE})
            page: list[Any] = [] if answer.status == 204 else answer.json(list[Any])
            found += page
            if len(page) < PAGE_SIZE:
                return found
            number += 1

    def number(self, value: str, what: str) -> int:
        """An id as BigCommerce has them; any other text cannot be one."""
        if not (value.isascii() and value.isdecimal()):
            raise VendorRejected(f"{self.display_name} has no {what} {value}: its ids are numbers", status=404)
        return int(value)

    def admin_page(self, path: str) -> str:
        """A page of the store's control panel."""
        return f"https://store-{self.store_hash}.mybigcommerce.com/manage/{path}"

    def ascending(self, numbers: Sequence[int], after: int, what: str) -> int:
        """The last of the ids of a page, which have to rise; a page that came before would let a walk never end."""
        for number in numbers:
            if number <= after:
                raise UnexpectedShape(f"{self.display_name} does not list {what} by ascending id")
            after = number
        return after
