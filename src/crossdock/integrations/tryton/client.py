"""How Tryton is asked: a search by domain, a document and its buttons, and values that name their own type.

Searches go through the RPC method `search_read` that Tryton's own clients use, posted as JSON, rather than through
`GET` with a domain in the address: a domain of some hundred ids does not fit an address, and `GET` silently leaves out
fields the key may not read, where `search_read` answers 403.
REST: https://discuss.tryton.org/t/rest-api-for-user-application/6157, domains:
https://docs.tryton.org/latest/server/topics/domain.html
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from crossdock.integrations.kit.client import VendorClient
from crossdock.integrations.kit.paging import by_cursor
from crossdock.integrations.tryton.models import (
    OPTIONAL_MODULES,
    TrytonModule,
    TrytonPreferences,
    TrytonRow,
    fields_of,
)

T = TypeVar("T", bound=msgspec.Struct)
PAGE_ROWS = 500
"""Rows of one search. Tryton sets no limit of its own; this keeps one answer below about a megabyte."""
Context = dict[str, Any]
Domain = list[Any]


def typed(moment: datetime) -> dict[str, Any]:
    """A moment as Tryton's JSON writes it; it keeps all its times in UTC."""
    value = moment.astimezone(UTC)
    names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
    return {"__class__": "datetime", **{name: getattr(value, name) for name in names}}


class TrytonAPI:
    """The REST API of one database, acting for one company in its user's language."""

    def __init__(self, client: VendorClient) -> None:
        self._client = client
        self._preferences: TrytonPreferences | None = None
        self._modules: frozenset[str] | None = None

    async def preferences(self) -> TrytonPreferences:
        """Whom the key acts for."""
        if self._preferences is None:
            path = "/rest/model/res.user/get_preferences"
            answer = await self._client.post(path, {"context_only": True}, changes=False)
            self._preferences = answer.json(TrytonPreferences)
        return self._preferences

    async def company(self) -> int | None:
        """The company the key acts for."""
        return (await self.preferences()).company

    async def modules(self) -> frozenset[str]:
        """Which of the optional modules are activated; they decide what models and fields there are."""
        if self._modules is None:
            domain: Domain = [["state", "=", "activated"], ["name", "in", list(OPTIONAL_MODULES)]]
            body = {"domain": domain, "fields_names": ["name"]}
            answer = await self._client.post("/rest/model/ir.module/search_read", body, changes=False)
            modules: list[TrytonModule] = answer.json(list[TrytonModule])
            self._modules = frozenset(module.name for module in modules)
        return self._modules

    async def search(
        self,
        model: str,
        kind: type[T],
        domain: Domain,
        *,
        context: Context | None = None,
        order: str = "id",
        descending: bool = False,
        limit: int | None = None,
    ) -> list[T]:
        """The records that match a domain, inactive ones included, by id unless another order is named."""
        direction = "DESC" if descending else "ASC"
        body: dict[str, Any] = {
            "domain": domain,
            "fields_names": fields_of(kind, await self.modules()),
            "order": [[order, direction]] if order == "id" else [[order, direction], ["id", direction]],
        }
        if limit is not None:
            body["limit"] = limit
        answer = await self._client.post(
            f"/rest/model/{model}/search_read", body, changes=False, headers=await self._headers(context)
        )
        return answer.json(list[kind])  # type: ignore[valid-type]

    async def walk(
        self,
        model: str,
        kind: type[T],
        domain: Domain,
        *,
        context: Context | None = None,
        after: str | None = None,
        size: int = PAGE_ROWS,
    ) -> AsyncIterator[tuple[Sequence[T], str | None]]:
        """All records that match a domain, page by page, each with the cursor after it.

        By id rather than by offset, so that a record which appears or goes during the walk moves no other one.
        """

        async def fetch(cursor: str | None) -> tuple[list[T], str | None]:
            beyond = [["id", ">", int(cursor)]] if cursor else []
            rows = await self.search(model, kind, [*domain, *beyond], context=context, limit=size)
            full = len(rows) == size
            return rows, str(rows[-1].id) if full else None  # type: ignore[attr-defined]

        async for page in by_cursor(fetch, start=after):
            yield page

    async def every(self, model: str, kind: type[T], domain: Domain, *, context: Context | None = None) -> list[T]:
        """All records that match a domain."""
        return [row async for rows, _ in self.walk(model, kind, domain, context=context) for row in rows]

    async def create(self, model: str, values: dict[str, Any], kind: type[T], show: str, *, changes: bool = True) -> T:
        """Makes a record and reads its field `show`. `changes=False` is for drafts, which have no effect on stock."""
        answer = await self._client.post(
            f"/rest/model/{model}", values, params={"f": show}, **await self._writing(changes)
        )
        return answer.json(kind)

    async def update(self, model: str, record: int, values: dict[str, Any], *, changes: bool = True) -> None:
        """Changes a record. An answer that is not the record, such as a page of a proxy, is refused."""
        answer = await self._client.put(f"/rest/model/{model}/{record}", values, **await self._writing(changes))
        answer.json(TrytonRow)

    async def press(self, model: str, record: int, button: str, *, changes: bool = True) -> None:
        """Presses a button of a record, such as confirming a document."""
        answer = await self._client.post(f"/rest/model/{model}/{record}/{button}", {}, **await self._writing(changes))
        answer.json(TrytonRow)

    async def delete(self, model: str, record: int, *, changes: bool = True) -> None:
        """Deletes a record."""
        await self._client.request("DELETE", f"/rest/model/{model}/{record}", **await self._writing(changes))

    async def _writing(self, changes: bool) -> dict[str, Any]:
        return {"changes": changes, "retry": False, "headers": await self._headers(None)}

    async def _headers(self, context: Context | None) -> dict[str, str]:
        preferences = await self.preferences()
        # Prices, costs and stock depend on the company; without a language Tryton answers names in English.
        whole = {"company": preferences.company, "active_test": False, **(context or {})}
        if preferences.language:
            whole["language"] = preferences.language
        return {"x-tryton-context": base64.urlsafe_b64encode(msgspec.json.encode(whole)).decode()}
