"""What every part of the adapter stands on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from crossdock.contract.errors import InvalidBody, UnexpectedShape, VendorRejected
from crossdock.integrations.extensiv_3pl_central import client
from crossdock.integrations.extensiv_3pl_central.models import Customer, Envelope, Identifier
from crossdock.integrations.kit.adapter import Adapter, VendorMessage
from crossdock.integrations.kit.budget import Budget
from crossdock.integrations.kit.transport import VendorAnswer

T = TypeVar("T")
Change = Callable[[VendorAnswer], tuple[str, str, dict[str, Any]]]
"""Makes, from a record as it is, the request that changes it: method, path behind its own, and body."""


class ExtensivBase(Adapter):
    """Facts and the ways of asking."""

    display_name = client.NAME
    vertical = "wms"
    description = (
        "3PL Warehouse Manager, formerly 3PL Central: warehouse management of third-party logistics providers."
    )
    docs_url = "https://3w.extensiv.com/Rels/"
    auth = client.ClientCredentials()
    credentials_type = client.ExtensivCredentials
    budget = Budget(client.RATE, client.RATE_SECONDS, client.RATE_SOURCE, concurrency=4)

    @property
    def base_url(self) -> str:
        return client.HOST

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the warehouse, which all times are in."""
        return ZoneInfo(self.credentials.time_zone)

    def read_error(self, answer: VendorAnswer) -> VendorMessage | None:
        return client.words_of(answer)

    async def check(self) -> dict[str, Any]:
        # https://3w.extensiv.com/rels/customers/customers
        found = await self.ask("/customers", Envelope, {"pgsiz": 1, "pgnum": 1, "rql": self._only(client.CUSTOMER_ID)})
        return {"customers": found.total_results}

    def _only(self, name: str) -> str | None:
        """The condition that limits a list to the customer of the credentials; None where they name none."""
        given = self.credentials.customer_id
        return f"{name}=={client.value(given)}" if given else None

    @property
    def own(self) -> str | None:
        """The condition that a transaction is one of the customer of the credentials."""
        return self._only(client.OWNER_ID)

    async def ask(self, path: str, kind: type[T], params: Mapping[str, str | int | None] | None = None) -> T:
        """The answer to a question."""
        answer = await self.client.get(path, params or {}, headers=client.HAL)
        return answer.json(kind)

    async def walk(
        self,
        path: str,
        kind: type[T],
        key: Callable[[T], int],
        *,
        by: str,
        size: int,
        after: int | None = None,
        condition: str | None = None,
        more: Mapping[str, str | int] | None = None,
    ) -> AsyncIterator[tuple[list[T], int | None]]:
        """The pages of a list in the order of its numbers, each with the number to go on behind; None at the end.

        Every page is the first of what lies behind the last number, so nothing is left out when the list changes.
        """
        while True:
            behind = None if after is None else f"{by}=gt={after}"
            asked = {**(more or {}), "pgsiz": size, "pgnum": 1, "sort": by, "rql": client.rql(condition, behind)}
            envelope = await self.ask(path, Envelope, asked)
            found = self.listed(envelope, kind)
            numbers = [key(item) for item in found]
            if numbers != sorted(set(numbers)) or (numbers and after is not None and numbers[0] <= after):
                raise UnexpectedShape(f"{self.display_name} answered {path} in another order than it was asked for")
            last = None if len(found) >= envelope.total_results else numbers[-1] if numbers else after
            if last is not None and not found:
                raise UnexpectedShape(
                    f"{self.display_name} answered {path} without the {envelope.total_results} it counts"
                )
            yield found, last
            if last is None:
                return
            after = last

    def listed(self, envelope: Envelope, kind: type[T]) -> list[T]:
        """What a list holds; it is the only thing that is embedded."""
        parts = list((envelope.embedded or {}).values())
        if len(parts) > 1:
            raise UnexpectedShape(f"{self.display_name} embedded several lists in one")
        return [item for part in parts for item in self.decoded(part, list[kind])]  # type: ignore[valid-type]

    def decoded(self, part: msgspec.Raw, kind: type[T]) -> T:
        """A part of an answer in its shape."""
        try:
            return msgspec.json.decode(part, type=kind)
        except msgspec.DecodeError as error:
            raise UnexpectedShape(f"{self.display_name} answered an unexpected shape: {error}") from None

    async def customers(self, after: int | None = None) -> AsyncIterator[tuple[list[Customer], int | None]]:
        """The customers that the credentials see."""
        # https://3w.extensiv.com/rels/customers/customers
        pages = self.walk(
            "/customers",
            Customer,
            lambda item: item.read_only.customer_id,
            by=client.CUSTOMER_ID,
            size=client.CUSTOMERS_PER_PAGE,
            after=after,
            condition=self._only(client.CUSTOMER_ID),
        )
        async for page in pages:
            yield page

    async def all_customers(self) -> list[Customer]:
        return [item async for page, _ in self.customers() for item in page]

    def number(self, cursor: str) -> int:
        """The number that a cursor goes on behind."""
        found = client.number_in(cursor)
        if found is None:
            raise UnexpectedShape(f"{cursor!r} is no place in a list of {self.display_name}")
        return found

    def known(self, text: str, what: str) -> int:
        """The number of a record that is changed; the system has none that is no number."""
        number = client.number_in(text)
        if number is None:
            raise VendorRejected(f"There is no {what} {text}", status=404)
        return number

    def is_foreign(self, owner: Identifier | None) -> bool:
        """Whether a record is one of a customer that the connection is not for."""
        own = self.credentials.customer_id
        return bool(own) and (owner is None or str(owner.id) != own)

    def owner_of(self, given: str | None) -> int:
        """The customer that something new is made for: the one that is named, or that of the credentials."""
        own = self.credentials.customer_id
        if given and own and given != own:
            raise InvalidBody.field("warehouse_customer_id", "The connection is limited to another customer.")
        number = client.number_in(given or own)
        if number is None:
            text = (
                "No id of a customer." if given else "Required, because the connection is not limited to one customer."
            )
            raise InvalidBody.field("warehouse_customer_id", text)
        return number

    async def state(self, path: str, details: Mapping[str, str] = client.ALL_DETAILS) -> VendorAnswer:
        """A record as it is, with the ETag that its changes have to name."""
        return await self.client.get(path, details, headers=client.HAL)

    async def change(
        self, path: str, named: str, made: Change, details: Mapping[str, str] = client.ALL_DETAILS
    ) -> None:
        """Changes a record as it was read.

        The change names the state it was made from, and is made anew from the present one when somebody was faster.
        """
        for _ in range(client.ATTEMPTS):
            before = await self.state(path, details)
            method, behind, body = made(before)
            if (await self.send(method, path + behind, body, before)).status != client.CONFLICT:
                return
        raise self.contested(named)

    async def send(self, method: str, path: str, body: dict[str, Any], before: VendorAnswer) -> VendorAnswer:
        """Sends a change of what another answer said; a conflict is answered, not raised."""
        tag = before.headers.get("etag")
        if not tag:
            raise UnexpectedShape(f"{self.display_name} gave a record without the ETag that changes have to name")
        headers = {**client.HAL, "if-match": tag}
        return await self.client.request(method, path, json=body, headers=headers, allow=frozenset({client.CONFLICT}))

    def contested(self, named: str) -> VendorRejected:
        return VendorRejected(f"{named} is being changed by somebody else; try again later", status=409)
