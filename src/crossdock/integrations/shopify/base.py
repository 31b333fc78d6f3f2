"""What every part of the adapter stands on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID, uuid5

import msgspec

from crossdock.contract.errors import CrossdockError, NotSupported, UnexpectedShape, VendorRejected
from crossdock.integrations.kit.adapter import Adapter, VendorMessage, Window
from crossdock.integrations.kit.auth import HeaderKey
from crossdock.integrations.kit.budget import Budget, RateReport
from crossdock.integrations.kit.paging import by_cursor
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.kit.webhooks import HMACSignature, Subscribed, Subscription, Webhooks, in_header
from crossdock.integrations.shopify import client, queries
from crossdock.integrations.shopify.mapping import gid, number
from crossdock.integrations.shopify.models import Connection, Ref
from crossdock.integrations.shopify.queries import Query

T = TypeVar("T")
_KEYS = UUID("0b7ee2a5-6a3c-4f0e-9c0a-6f4d3f7d3c11")
"""The space that keys of repeated calls are made in."""


class ShopifyBase(Adapter):
    """Facts and the ways of asking."""

    display_name = client.NAME
    vertical = "cart"
    description = "Online shops with several locations, by the Admin API in GraphQL."
    docs_url = "https://shopify.dev/docs/api/admin-graphql"
    auth = HeaderKey("access_token", "x-shopify-access-token")
    credentials_type = client.ShopifyCredentials
    # Points of the standard plan. Answers say what is left, so a shop with a larger plan is soon used to the full.
    budget = Budget(
        100, 1, "https://shopify.dev/docs/api/usage/limits#the-graphql-admin-api-rate-limit", burst=2000, concurrency=4
    )

    # https://shopify.dev/docs/apps/build/webhooks/subscribe/https
    webhooks = Webhooks(
        HMACSignature("x-shopify-hmac-sha256", "base64"),
        topic=in_header("x-shopify-topic"),
        delivery_id=in_header("x-shopify-webhook-id"),
    )

    @property
    def shop(self) -> str:
        return client.shop_of(self.credentials)

    @property
    def base_url(self) -> str:
        return f"https://{self.shop}{client.DOMAIN}"

    def read_error(self, answer: VendorAnswer) -> VendorMessage | None:
        return client.words_of(answer)

    def find_problem(self, answer: VendorAnswer) -> CrossdockError | None:
        return client.problem_in(answer)

    def read_rate(self, answer: VendorAnswer) -> RateReport | None:
        return client.rate_of(answer)

    async def check(self) -> dict[str, Any]:
        # https://shopify.dev/docs/api/admin-graphql/2026-10/queries/shop
        data = await self.ask(queries.ACCOUNT, {}, dict[str, Any])
        shop = data["shop"]
        return {"shop": shop["myshopifyDomain"], "name": shop["name"], "currency": shop["currencyCode"]}

    async def rights(self) -> Collection[str] | None:
        # https://shopify.dev/docs/api/admin-graphql/2026-10/queries/currentAppInstallation
        data = await self.ask(queries.ACCOUNT, {}, dict[str, Any])
        scopes = {item["handle"] for item in data["currentAppInstallation"]["accessScopes"]}
        # Writing a thing includes reading it. https://shopify.dev/docs/api/usage/access-scopes
        return scopes | {scope.replace("write_", "read_", 1) for scope in scopes if scope.startswith("write_")}

    async def subscribe(self, wanted: Subscription) -> Subscribed:
        # Shopify signs with the secret of the app, whatever is asked for.
        secret = self.credentials.api_secret
        if not secret:
            raise NotSupported("Without the app's API secret key nobody can tell Shopify's webhooks from others")
        # https://shopify.dev/docs/api/admin-graphql/2026-10/queries/webhookSubscriptions
        data = await self.ask(queries.HOOKS, {"uri": wanted.url}, dict[str, Connection[Ref]])
        await self._forget([hook.id for hook in data["webhookSubscriptions"].nodes])
        made = []
        for topic in wanted.topics:
            variables = {"topic": topic.upper().replace("/", "_"), "hook": {"uri": wanted.url, "format": "JSON"}}
            # https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/webhookSubscriptionCreate
            added = await self.ask(queries.ADD_HOOK, variables, dict[str, Any], changes=True)
            made.append(number(added["webhookSubscriptionCreate"]["webhookSubscription"]["id"]))
        return Subscribed(",".join(made), secret)

    async def unsubscribe(self, reference: str) -> None:
        await self._forget([gid("WebhookSubscription", value) for value in reference.split(",") if value])

    async def _forget(self, ids: Sequence[str]) -> None:
        for identifier in ids:
            try:
                # https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/webhookSubscriptionDelete
                await self.ask(queries.DROP_HOOK, {"id": identifier}, dict[str, Any], changes=True)
            except VendorRejected as error:
                # A subscription that is gone already.
                if error.status not in (400, 404):
                    raise

    async def ask(
        self, query: Query, variables: Mapping[str, Any], kind: type[T], *, changes: bool = False, again: bool = False
    ) -> T:
        """The data of an answer. `again` is for changes that Shopify recognises by their key."""
        answer = await self.client.request(
            "POST",
            client.API,
            json={"query": query.text, "variables": variables},
            changes=changes,
            retry=again or not changes,
            cost=query.cost,
        )
        data = answer.json(client.Envelope).data
        try:
            return msgspec.convert(data, kind)
        except msgspec.ValidationError as error:
            raise UnexpectedShape(f"{self.display_name} answered an unexpected shape: {error}") from None

    async def walk(
        self, query: Query, root: str, kind: type[T], variables: Mapping[str, Any], start: str | None = None
    ) -> AsyncIterator[tuple[list[T], str | None]]:
        """The pages of a connection at the root, each with the cursor of the next."""

        async def fetch(after: str | None) -> tuple[list[T], str | None]:
            data = await self.ask(query, {**variables, "after": after}, dict[str, Connection[kind]])  # type: ignore[valid-type]
            return _page(data[root])

        async for nodes, following in by_cursor(fetch, start=start):
            yield list(nodes), following

    async def whole(
        self,
        first: Connection[T],
        query: Query,
        owner: str,
        kind: type[T],
        within: Callable[[dict[str, Any]], Any],
    ) -> list[T]:
        """All nodes of a connection inside something, of which the first page is there already."""
        nodes, after = _page(first)
        found = list(nodes)
        while after is not None:
            data = await self.ask(query, {"id": owner, "after": after}, dict[str, Any])
            nodes, after = _page(msgspec.convert(within(data), Connection[kind]))  # type: ignore[valid-type]
            found += nodes
        return found

    def since(self, window: Window) -> str | None:
        """The filter for what changed."""
        return None if window.start is None else f"updated_at:>='{window.start:%Y-%m-%dT%H:%M:%SZ}'"

    def key(self, attempt: int = 0) -> str:
        """The key by which Shopify knows a repeated call; each attempt with other numbers has its own."""
        return str(uuid5(_KEYS, f"{self.reference}/{attempt}"))

    def global_id(self, kind: str, value: str) -> str:
        """A global id; any text that is no number cannot be one."""
        if not (value.isascii() and value.isdecimal()):
            raise VendorRejected(f"Shopify has no {kind} {value}: its ids are numbers", status=404)
        return gid(kind, value)


def _page(found: Connection[T]) -> tuple[list[T], str | None]:
    return found.nodes, found.page_info.end_cursor if found.page_info.has_next_page else None
