"""What every part of the adapter stands on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from crossdock.contract.errors import UnexpectedShape
from crossdock.contract.values import timestamp_text
from crossdock.integrations.kit.adapter import Adapter, VendorMessage
from crossdock.integrations.kit.auth import HeaderKey
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.mirakl import client
from crossdock.integrations.mirakl.models import Offers

PAGE_SIZE = 100
"""The most that public clients of Mirakl ask for; the specification does not say."""
T = TypeVar("T")


class Listed(Protocol[T]):
    """A page of a list that is read by offset."""

    @property
    def items(self) -> list[T]: ...
    @property
    def total_count(self) -> int: ...


class MiraklBase(Adapter):
    """Facts and the ways of asking."""

    display_name = client.NAME
    vertical = "cart"
    description = "A shop on a marketplace that runs on Mirakl, by the API for sellers."
    docs_url = "https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3"
    auth = HeaderKey("api_key", "Authorization")
    credentials_type = client.MiraklCredentials
    budget = client.BUDGET

    @property
    def base_url(self) -> str:
        return f"{client.site(self.credentials)}/api"

    def read_error(self, answer: VendorAnswer) -> VendorMessage | None:
        return client.words_of(answer)

    async def check(self) -> dict[str, Any]:
        # The account itself (A01) may be asked for once a day only.
        # https://developer.mirakl.com/content/product/mmp/rest/seller/openapi3/offers/of21
        answer = await self.client.get("/offers", self.asked(max=1))
        return {"marketplace": client.site(self.credentials), "offers": answer.json(Offers).total_count}

    def asked(self, **query: Any) -> dict[str, Any]:
        """The query of a request, with the shop where the user has several."""
        return {**query, "shop_id": client.shop(self.credentials)}

    async def walk(
        self, path: str, kind: type[Listed[T]], start: int = 0, *, bucket: str = "", **filters: Any
    ) -> AsyncIterator[tuple[Sequence[T], int]]:
        """The pages of a list, each with the offset of the next one; 0 after the last. Only its start is counted in
        the bucket."""
        offset, before = start, None
        while True:
            query = self.asked(offset=offset, max=PAGE_SIZE, **filters)
            answer = await self.client.get(path, query, bucket=bucket, cost=0 if offset else 1)
            page = answer.json(kind)
            items = page.items
            if items and items == before:
                raise UnexpectedShape(f"{self.display_name} gave the same page of {path} twice")
            if not items and offset < page.total_count:
                raise UnexpectedShape(f"{self.display_name} gave {offset} of {page.total_count} entries of {path}")
            before = items
            offset += len(items)
            last = offset >= page.total_count
            yield items, 0 if last else offset
            if last:
                return

    async def pause(self, seconds: float) -> None:
        """Waits between two looks at something that Mirakl does in the background."""
        await asyncio.sleep(seconds)

    @staticmethod
    def time(value: datetime) -> str:
        """A moment as Mirakl's filters take it."""
        return timestamp_text(value)
