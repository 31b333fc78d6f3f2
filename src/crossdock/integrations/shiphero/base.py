"""What every part of the adapter stands on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from crossdock.contract.errors import CrossdockError, UnexpectedShape, VendorRejected
from crossdock.integrations.kit.adapter import Adapter, VendorMessage, Window
from crossdock.integrations.kit.budget import Budget, RateReport
from crossdock.integrations.kit.paging import by_cursor
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.shiphero import client, queries
from crossdock.integrations.shiphero.mapping import Units
from crossdock.integrations.shiphero.models import Connection, Ref
from crossdock.integrations.shiphero.queries import Query

T = TypeVar("T")


class ShipHeroBase(Adapter):
    """Facts and the ways of asking."""

    display_name = client.NAME
    vertical = "wms"
    description = "Warehouse management for shops and 3PLs, by the public GraphQL API."
    docs_url = "https://developer.shiphero.com/"
    auth = client.RefreshedToken()
    credentials_type = client.ShipHeroCredentials
    _account: str | None = None
    budget = Budget(
        client.CREDITS_PER_SECOND,
        1,
        "https://developer.shiphero.com/getting-started/#throttling-quotas",
        burst=client.CREDITS,
        concurrency=4,
    )

    @property
    def base_url(self) -> str:
        return client.HOST

    @property
    def units(self) -> Units:
        """What the account measures in."""
        return Units(self.credentials.length_unit, self.credentials.weight_unit)

    def read_error(self, answer: VendorAnswer) -> VendorMessage | None:
        return client.words_of(answer)

    def find_problem(self, answer: VendorAnswer) -> CrossdockError | None:
        return client.problem_in(answer)

    def read_rate(self, answer: VendorAnswer) -> RateReport | None:
        charged = client.charge_of(answer)
        return None if charged is None else RateReport(charged)

    async def check(self) -> dict[str, Any]:
        data = await self.ask(queries.ACCOUNT, {}, dict[str, Any])
        account = self.inside(data, ("account", "data"))
        return {"account": account["username"], "email": account["email"], "is_3pl": account["is_3pl"]}

    async def account_id(self) -> str:
        """The account that asks."""
        if self._account is None:
            data = await self.ask(queries.ACCOUNT, {}, dict[str, Any])
            self._account = self.read(self.inside(data, ("account", "data")), Ref).id
        return self._account

    async def ask(self, query: Query, variables: Mapping[str, Any], kind: type[T], *, changes: bool = False) -> T:
        """The data of an answer."""
        given = {name: value for name, value in variables.items() if value is not None}
        # https://developer.shiphero.com/schema/
        answer = await self.client.request(
            "POST",
            client.API,
            json={"query": query.text, "variables": given},
            changes=changes,
            cost=max(query.cost, client.SMALLEST_CHARGE),
        )
        return self.read(answer.json(client.Envelope).data, kind)

    def read(self, value: Any, kind: type[T]) -> T:
        """A part of an answer in its shape."""
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            raise UnexpectedShape(f"{self.display_name} answered an unexpected shape: {error}") from None

    async def change(self, query: Query, data: Mapping[str, Any]) -> dict[str, Any]:
        """Carries out a mutation; what it answers stands under its name."""
        given = {name: value for name, value in data.items() if value is not None}
        answered = await self.ask(query, {"data": given}, dict[str, Any], changes=True)
        [result] = answered.values()
        if not isinstance(result, dict):
            raise UnexpectedShape(f"{self.display_name} did not say what became of the change")
        return result

    async def walk(
        self,
        query: Query,
        root: str,
        kind: type[T],
        variables: Mapping[str, Any],
        start: str | None = None,
    ) -> AsyncIterator[tuple[list[T], str | None]]:
        """The pages of a list at the root, each with the cursor of the next."""

        async def fetch(after: str | None) -> tuple[list[T], str | None]:
            data = await self.ask(query, {**variables, "after": after}, dict[str, Any])
            found: Connection[T] = self.read(self.inside(data, (root, "data")), Connection[kind])  # type: ignore[valid-type]
            return found.nodes, found.following

        async for nodes, following in by_cursor(fetch, start=start):
            yield list(nodes), following

    def inside(self, data: Any, path: Sequence[str | int]) -> Any:
        """What lies in an answer behind some names and places."""
        found = data
        for part in path:
            try:
                found = found[part]
            except (LookupError, TypeError):
                found = None
            if found is None:
                raise UnexpectedShape(f"{self.display_name} answered without {'.'.join(map(str, path))}")
        return found

    async def rest(
        self,
        first: Connection[T],
        query: Query,
        variables: Mapping[str, Any],
        kind: type[T],
        within: Sequence[str | int],
    ) -> list[T]:
        """All nodes of a list inside something, of which the first page is there already."""
        found, after = list(first.nodes), first.following
        while after is not None:
            asked = {**variables, "first": queries.ENTRIES_PER_PAGE, "after": after}
            data = await self.ask(query, asked, dict[str, Any])
            page: Connection[T] = self.read(self.inside(data, within), Connection[kind])  # type: ignore[valid-type]
            found += page.nodes
            after = self.onward(after, page)
        return found

    def onward(self, after: str | None, page: Connection[Any]) -> str | None:
        """The cursor behind a page; one that does not move is refused."""
        if page.following is not None and page.following == after:
            raise UnexpectedShape(f"{self.display_name} gave the same cursor twice, so the list would never end")
        return page.following

    async def one(self, query: Query, root: str, identifier: str, kind: type[T]) -> T:
        """A thing by its id; the account that asks is noted."""
        data = await self.ask(query, {"id": identifier}, dict[str, Any])
        found = data.get(root)
        if found is None or found.get("data") is None:
            raise VendorRejected(f"{self.display_name} has no {root} {identifier}", status=404)
        self._account = self.read(self.inside(data, ("account", "data")), Ref).id
        return self.read(found["data"], kind)

    async def customer(self, owner: str | None) -> str | None:
        """The merchant to act for, where it is not the account itself."""
        return None if owner is None or owner == await self.account_id() else owner

    def span(self, window: Window) -> dict[str, str | None]:
        """The filter for what changed in a window."""
        if window.start is None:
            return {"since": None, "until": None}
        return {"since": time_text(window.start), "until": time_text(window.end)}


def time_text(moment: datetime) -> str:
    """A time as the API takes it."""
    return moment.astimezone(client.ZONE).strftime("%Y-%m-%dT%H:%M:%S")
