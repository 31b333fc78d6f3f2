"""What every part of the adapter stands on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from crossdock.contract.errors import NeedsReconnect, VendorRejected
from crossdock.integrations.kit.adapter import Adapter, VendorMessage, Window
from crossdock.integrations.kit.auth import Basic
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.kit.webhooks import HMACSignature, Subscribed, Subscription, Webhooks, in_header
from crossdock.integrations.woocommerce import client
from crossdock.integrations.woocommerce.mapping import Shop
from crossdock.integrations.woocommerce.models import MARK, Hook, Setting

T = TypeVar("T")
PAGE_SIZE = 100
CLOCK_SLACK = timedelta(minutes=5)
"""How far the shop's clock may be off ours where it is to prove that nothing has changed."""
_HIDDEN = frozenset({401, 403, 404})


class WooCommerceBase(Adapter):
    """Facts and the ways of asking."""

    display_name = client.NAME
    vertical = "cart"
    description = "The shop plugin of WordPress, by its REST API (wc/v3)."
    docs_url = "https://woocommerce.github.io/woocommerce-rest-api-docs/"
    auth = Basic("consumer_key", "consumer_secret")
    credentials_type = client.WooCommerceCredentials
    # https://woocommerce.github.io/woocommerce-rest-api-docs/#webhooks
    webhooks = Webhooks(
        HMACSignature("x-wc-webhook-signature", "base64"),
        topic=in_header("x-wc-webhook-topic"),
        delivery_id=in_header("x-wc-webhook-delivery-id"),
    )
    _shop: Shop | None = None

    @property
    def base_url(self) -> str:
        return f"{client.site(self.credentials)}{client.API}"

    def read_error(self, answer: VendorAnswer) -> VendorMessage | None:
        return client.words_of(answer)

    async def check(self) -> dict[str, Any]:
        # https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-orders
        answer = await self.client.get("/orders", {"per_page": 1})
        if "x-wp-total" not in answer.headers:
            raise NeedsReconnect("There is no WooCommerce REST API at the store address")
        return {"store": client.site(self.credentials), "orders": int(answer.headers["x-wp-total"])}

    async def subscribe(self, wanted: Subscription) -> Subscribed:
        # A webhook has one topic, so there is one for each.
        await self._forget([hook.id for hook in await self._hooks() if hook.delivery_url == wanted.url])
        made = []
        for topic in wanted.topics:
            hook = {"name": f"Crossdock: {topic}", "topic": topic, "delivery_url": wanted.url, "secret": wanted.secret}
            # https://woocommerce.github.io/woocommerce-rest-api-docs/#create-a-webhook
            answer = await self.client.post("/webhooks", {**hook, "status": "active"})
            made.append(answer.json(Hook).id)
        return Subscribed(",".join(str(number) for number in made))

    async def unsubscribe(self, reference: str) -> None:
        await self._forget([int(number) for number in reference.split(",") if number])

    async def _forget(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            # https://woocommerce.github.io/woocommerce-rest-api-docs/#delete-a-webhook
            path = f"/webhooks/{number}"
            await self.client.request("DELETE", path, params={"force": True}, allow=frozenset({404}))

    async def _hooks(self) -> list[Hook]:
        # https://woocommerce.github.io/woocommerce-rest-api-docs/#list-all-webhooks
        return [hook async for page, _ in self.walk("/webhooks", Hook) for hook in page]

    async def shop(self) -> Shop:
        """The shop's units, read once. A key of a user who may not read settings leaves them unknown."""
        if self._shop is None:
            units = [await self._setting(name) for name in ("woocommerce_weight_unit", "woocommerce_dimension_unit")]
            self._shop = Shop(client.site(self.credentials), *units)
        return self._shop

    async def _setting(self, name: str) -> str | None:
        # https://woocommerce.github.io/woocommerce-rest-api-docs/#retrieve-a-setting-option
        try:
            answer = await self.client.get(f"/settings/products/{name}", allow=_HIDDEN - {401})
        except NeedsReconnect as error:
            # WordPress says 401 also where a good key may not see something; then other reads still work.
            if error.vendor_message is None:
                raise
            return None
        if answer.status in _HIDDEN:
            return None
        value = answer.json(Setting).value
        return value if isinstance(value, str) else None

    async def walk(
        self, path: str, kind: type[T], start: int = 1, **filters: Any
    ) -> AsyncIterator[tuple[list[T], int]]:
        """The pages of a list in the order of ids, each with the number of the next one; 0 after the last."""
        number = start
        while True:
            query = {"page": number, "per_page": PAGE_SIZE, "orderby": "id", "order": "asc", **filters}
            answer = await self.client.get(path, query)
            items: list[T] = answer.json(list[kind])  # type: ignore[valid-type]
            pages = answer.headers.get("x-wp-totalpages", "")
            last = number >= int(pages) if pages.isdecimal() else len(items) < PAGE_SIZE
            number += 1
            yield items, 0 if last or not items else number
            if last or not items:
                return

    def since(self, window: Window) -> dict[str, Any]:
        """The filter for what changed. It is exclusive, and its times are read without a zone."""
        if window.start is None:
            return {}
        start = window.start - timedelta(seconds=1)
        return {"modified_after": start.strftime("%Y-%m-%dT%H:%M:%S"), "dates_are_gmt": True}

    def marked(self, body: dict[str, Any]) -> dict[str, Any]:
        """A write that leaves its reference with what it changes, so that it can be found again."""
        if not self.reference:
            return body
        return {**body, "meta_data": [*body.get("meta_data", ()), {"key": MARK, "value": self.reference}]}

    def number(self, value: str, what: str) -> int:
        """An id as WooCommerce has them; any other text cannot be one."""
        if not (value.isascii() and value.isdecimal()):
            raise VendorRejected(f"WooCommerce has no {what} {value}: its ids are numbers", status=404)
        return int(value)
