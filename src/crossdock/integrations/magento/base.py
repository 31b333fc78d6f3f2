"""What every part of the adapter stands on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol, TypeVar

from crossdock.contract.errors import CrossdockError, NeedsReconnect, UnexpectedShape, VendorRejected
from crossdock.integrations.kit.adapter import Adapter, VendorMessage, Window
from crossdock.integrations.kit.client import segment
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.magento import client
from crossdock.integrations.magento.models import Found, StoreConfig

PAGE_SIZE = 100
"""Items of a page; a shop may be configured to refuse larger ones, from 300 on by default."""
Filter = tuple[str, str, str]
"""Field, condition and value."""


class Numbered(Protocol):
    """Something with a number that the shop's lists can be sorted by."""

    @property
    def number(self) -> int: ...


T = TypeVar("T", bound=Numbered)


def criteria(filters: Sequence[Filter], *, sort: str, page: int = 1) -> dict[str, Any]:
    """A search in which all filters have to hold.

    https://developer.adobe.com/commerce/webapi/rest/use-rest/performing-searches/
    """
    query: dict[str, Any] = {}
    for number, (field, condition, value) in enumerate(filters):
        place = f"searchCriteria[filterGroups][{number}][filters][0]"
        query |= {f"{place}[field]": field, f"{place}[value]": value, f"{place}[conditionType]": condition}
    return query | {
        "searchCriteria[sortOrders][0][field]": sort,
        "searchCriteria[sortOrders][0][direction]": "ASC",
        "searchCriteria[pageSize]": PAGE_SIZE,
        "searchCriteria[currentPage]": page,
    }


class MagentoBase(Adapter):
    """Facts and the ways of asking."""

    display_name = client.NAME
    vertical = "cart"
    description = "Magento Open Source and Adobe Commerce, by their REST API (V1)."
    docs_url = "https://developer.adobe.com/commerce/webapi/rest/"
    auth = client.MagentoAuth()
    credentials_type = client.MagentoCredentials

    @property
    def base_url(self) -> str:
        store = segment(self.credentials.store_code.strip() or "all")
        return f"{client.site(self.credentials)}/rest/{store}/V1"

    def read_error(self, answer: VendorAnswer) -> VendorMessage | None:
        return client.words_of(answer)

    def forbids(self, error: CrossdockError) -> bool:
        if isinstance(error, NeedsReconnect) and client.NOT_AUTHORIZED in (error.vendor_message or ""):
            return True
        return super().forbids(error)

    async def check(self) -> dict[str, Any]:
        stores = await self.store_configs()
        return {"store": client.site(self.credentials), "store_views": [store.code for store in stores]}

    async def store_configs(self) -> list[StoreConfig]:
        # https://developer.adobe.com/commerce/webapi/rest/quick-reference/
        answer = await self.client.get("/store/storeConfigs")
        found: list[StoreConfig] = answer.json(list[StoreConfig])
        return found

    async def walk(
        self, path: str, kind: type[T], *filters: Filter, after: int = 0
    ) -> AsyncIterator[tuple[list[T], int | None]]:
        """The pages of a list by ascending id, each with the id to go on after; None after the last.

        Asking for what comes after an id, rather than for page numbers, misses nothing when something is deleted
        meanwhile; and behind the last page, Magento gives the last page again.
        """
        while True:
            query = criteria([*filters, ("entity_id", "gt", str(after))], sort="entity_id")
            answer = await self.client.get(path, query)
            items: list[T] = answer.json(Found[kind]).items or []  # type: ignore[valid-type]
            for item in items:
                if item.number <= after:
                    raise UnexpectedShape(f"{self.display_name} does not list {path} by ascending id")
                after = item.number
            last = len(items) < PAGE_SIZE
            yield items, None if last else after
            if last:
                return

    async def gathered(self, path: str, kind: type[T], *filters: Filter) -> list[T]:
        """All pages of a list."""
        return [item async for items, _ in self.walk(path, kind, *filters) for item in items]

    def since(self, window: Window) -> list[Filter]:
        """The filter for what changed; it includes its own second, and its times are in UTC."""
        if window.start is None:
            return []
        return [("updated_at", "gteq", window.start.strftime("%Y-%m-%d %H:%M:%S"))]

    def number(self, value: str, what: str) -> int:
        """An id as Magento has them; any other text cannot be one."""
        if not (value.isascii() and value.isdecimal()):
            raise VendorRejected(f"{self.display_name} has no {what} {value}: its ids are numbers", status=404)
        return int(value)

    def admin_page(self, path: str) -> str | None:
        """A page of the administration, where its address is known."""
        address = self.credentials.admin_url.strip().rstrip("/")
        return f"{address}/{path}/" if address else None
