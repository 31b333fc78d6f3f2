"""What every part of the adapter stands on: lists, messages of eBay and how they are asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, TypeVar
from urllib.parse import parse_qs, urlsplit

from crossdock.contract.errors import UnexpectedShape, VendorRejected
from crossdock.integrations.ebay import client, signature
from crossdock.integrations.ebay.client import INVENTORY, NOTIFICATION
from crossdock.integrations.ebay.models import (
    DestinationList,
    ItemList,
    Listing,
    PublicKey,
    SubscriptionList,
    Topic,
    TopicSubscription,
)
from crossdock.integrations.kit.adapter import Adapter, VendorMessage
from crossdock.integrations.kit.client import segment
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.kit.webhooks import (
    AddressOnly,
    Delivery,
    HashedChallenge,
    Subscribed,
    Subscription,
    Webhooks,
    in_body,
)

L = TypeVar("L", bound=Listing)
LONGEST_LIST = 100
_KEYS: dict[tuple[str, str], tuple[PublicKey, datetime]] = {}
"""eBay's public keys, which are the same for every seller, by system and id, with the time they were fetched."""
_MOST_KEYS = 32


class EbayBase(Adapter):
    """Facts and the ways of asking."""

    display_name = client.NAME
    vertical = "cart"
    description = "The marketplace, by its Inventory, Fulfillment and Notification APIs."
    docs_url = "https://developer.ebay.com/develop/apis"
    auth = client.SellerToken()
    credentials_type = client.EbayCredentials
    budget = client.BUDGET
    # https://developer.ebay.com/api-docs/commerce/notification/overview.html
    webhooks: ClassVar[Webhooks | None] = Webhooks(
        AddressOnly(),
        topic=in_body("metadata.topic"),
        delivery_id=lambda message: in_body("notification.notificationId")(message) or None,
        challenge=HashedChallenge("challenge_code", "challengeResponse"),
        kept_headers=(signature.HEADER,),
    )

    @property
    def base_url(self) -> str:
        return client.HOSTS[self.credentials.environment]

    @property
    def site(self) -> str:
        """Where people see what the records are about."""
        return client.SITES[self.credentials.environment]

    def read_error(self, answer: VendorAnswer) -> VendorMessage | None:
        return client.words_of(answer)

    async def check(self) -> dict[str, Any]:
        # https://developer.ebay.com/api-docs/sell/inventory/resources/inventory_item/methods/getInventoryItems
        answer = await self.ask(f"{INVENTORY}/inventory_item", {"limit": 1})
        return {"environment": self.credentials.environment, "products": answer.json(ItemList).total}

    async def ask(self, path: str, params: Mapping[str, Any] | None = None) -> VendorAnswer:
        """A read, counted for the API it goes to."""
        return await self.client.get(path, params, bucket=bucket_of(path))

    async def send(self, method: str, path: str, json: Any = None, *, allow: Collection[int] = ()) -> VendorAnswer:
        """A write, counted for the API it goes to."""
        return await self.client.request(method, path, json=json, bucket=bucket_of(path), allow=frozenset(allow))

    async def found(self, path: str, what: str, params: Mapping[str, Any] | None = None) -> VendorAnswer:
        """A read of one thing. That there is none is said with status 404, whatever eBay says it with."""
        try:
            return await self.ask(path, params)
        except VendorRejected as error:
            if error.status != 404 and error.vendor_code not in client.NOT_FOUND:
                raise
            message = f"{self.display_name} has no {what}"
            raise VendorRejected(message, status=404, vendor_code=error.vendor_code) from error

    async def walk(
        self, path: str, kind: type[L], size: int, start: int = 0, **filters: Any
    ) -> AsyncIterator[tuple[L, int | None]]:
        """The pages of a list, each with the offset of the next one.

        Some lists count their offset in records and some in pages, so it is taken from the address that eBay gives.
        """
        offset: int | None = start
        while offset is not None:
            answer = await self.ask(path, {"limit": size, "offset": offset, **filters})
            page = answer.json(kind)
            following = _offset_in(page.next)
            if following is not None and following <= offset:
                raise UnexpectedShape(f"{self.display_name} gave the same page twice, so the list would never end")
            offset = following
            yield page, offset

    async def subscribe(self, wanted: Subscription) -> Subscribed:
        await self._leave_email()
        held = await self._subscriptions()
        destination = await self._destination(wanted)
        made = [await self._subscribe(topic, destination, held.get(topic)) for topic in wanted.topics]
        return Subscribed(":".join((destination, *made)))

    async def unsubscribe(self, reference: str) -> None:
        destination, *subscriptions = reference.split(":")
        for identifier in subscriptions:
            # https://developer.ebay.com/api-docs/commerce/notification/resources/subscription/methods/deleteSubscription
            await self.send("DELETE", f"{NOTIFICATION}/subscription/{segment(identifier)}", allow={404})
        # One that another subscription still uses stays, with status 409.
        # https://developer.ebay.com/api-docs/commerce/notification/resources/destination/methods/deleteDestination
        await self.send("DELETE", f"{NOTIFICATION}/destination/{segment(destination)}", allow={404, 409})

    async def _leave_email(self) -> None:
        """Names an e-mail address where the application has none, since eBay makes no destinations without."""
        if not self.credentials.alert_email:
            return
        path = f"{NOTIFICATION}/config"
        # https://developer.ebay.com/api-docs/commerce/notification/resources/config/methods/getConfig
        answer = await self.client.get(path, bucket=bucket_of(path), allow=frozenset({404}))
        if answer.status == 404:
            # https://developer.ebay.com/api-docs/commerce/notification/resources/config/methods/updateConfig
            await self.send("PUT", path, {"alertEmail": self.credentials.alert_email})

    async def _destination(self, wanted: Subscription) -> str:
        """The id of our address at eBay, which calls it before it answers."""
        body = {
            "name": "Crossdock",
            "status": "ENABLED",
            "deliveryConfig": {"endpoint": wanted.url, "verificationToken": wanted.secret},
        }
        path = f"{NOTIFICATION}/destination"
        for known in [item async for page in self._listed(path, DestinationList) for item in page.destinations]:
            if known.delivery_config.endpoint == wanted.url:
                # https://developer.ebay.com/api-docs/commerce/notification/resources/destination/methods/updateDestination
                await self.send("PUT", f"{path}/{segment(known.destination_id)}", body)
                return known.destination_id
        # https://developer.ebay.com/api-docs/commerce/notification/resources/destination/methods/createDestination
        return _made(await self.send("POST", path, body))

    async def _subscriptions(self) -> dict[str, TopicSubscription]:
        """The subscription of each topic; an application has one of each for a seller."""
        pages = self._listed(f"{NOTIFICATION}/subscription", SubscriptionList)
        return {item.topic_id: item async for page in pages for item in page.subscriptions}

    async def _subscribe(self, topic: str, destination: str, known: TopicSubscription | None) -> str:
        # https://developer.ebay.com/api-docs/commerce/notification/resources/topic/methods/getTopic
        answer = await self.found(f"{NOTIFICATION}/topic/{segment(topic)}", f"topic {topic}")
        versions = [item.schema_version for item in answer.json(Topic).supported_payloads if not item.deprecated]
        if not versions:
            raise VendorRejected(f"{self.display_name} sends no messages about {topic} any more")
        body = {
            "status": "ENABLED",
            "payload": {"format": "JSON", "schemaVersion": versions[-1], "deliveryProtocol": "HTTPS"},
            "destinationId": destination,
        }
        path = f"{NOTIFICATION}/subscription"
        if known is not None:
            # https://developer.ebay.com/api-docs/commerce/notification/resources/subscription/methods/updateSubscription
            await self.send("PUT", f"{path}/{segment(known.subscription_id)}", body)
            return known.subscription_id
        # https://developer.ebay.com/api-docs/commerce/notification/resources/subscription/methods/createSubscription
        return _made(await self.send("POST", path, {"topicId": topic, **body}))

    async def _listed(self, path: str, kind: type[L]) -> AsyncIterator[L]:
        """The pages of a list of the Notification API, which goes on by tokens."""
        token: str | None = None
        seen: set[str] = set()
        while True:
            page = (await self.ask(path, {"limit": LONGEST_LIST, "continuation_token": token})).json(kind)
            yield page
            token = _parameter(page.next, "continuation_token")
            if token is None:
                return
            if token in seen:
                raise UnexpectedShape(f"{self.display_name} gave the same page twice, so the list would never end")
            seen.add(token)

    async def proves(self, delivery: Delivery) -> bool:
        head = signature.head_of(delivery.headers.get(signature.HEADER, ""))
        if head is None:
            return False
        key = await self._public_key(head.kid)
        return key is not None and signature.holds(head, key, delivery.body)

    async def _public_key(self, identifier: str) -> PublicKey | None:
        """A public key of eBay; None when it has none of that id."""
        place, now = (self.base_url, identifier), self.now()
        held = _KEYS.get(place)
        if held is not None and now - held[1] < client.KEY_LIFE:
            return held[0]
        # https://developer.ebay.com/api-docs/commerce/notification/resources/public_key/methods/getPublicKey
        try:
            answer = await self.found(f"{NOTIFICATION}/public_key/{segment(identifier)}", "such public key")
        except VendorRejected as error:
            if error.status != 404:
                raise
            return None
        key: PublicKey = answer.json(PublicKey)
        while len(_KEYS) >= _MOST_KEYS:
            del _KEYS[next(iter(_KEYS))]
        _KEYS[place] = key, now
        return key


def bucket_of(path: str) -> str:
    """The quota that a call counts for."""
    return next(bucket for start, bucket in client.BUCKETS.items() if path.startswith(start))


def _parameter(address: str | None, name: str) -> str | None:
    """A parameter of an address that eBay gave."""
    values: Sequence[str] = parse_qs(urlsplit(address or "").query).get(name, ())
    return values[0] if values else None


def _offset_in(address: str | None) -> int | None:
    text = _parameter(address, "offset")
    if address and not (text and text.isdecimal()):
        raise UnexpectedShape(f"{client.NAME} gave a next page without an offset: {address}")
    return None if text is None else int(text)


def _made(answer: VendorAnswer) -> str:
    """The id of what was made, which is the end of its address."""
    identifier = urlsplit(answer.headers.get("location", "")).path.rstrip("/").rpartition("/")[2]
    if not identifier:
        raise UnexpectedShape(f"{client.NAME} does not say where it put what it made")
    return identifier
