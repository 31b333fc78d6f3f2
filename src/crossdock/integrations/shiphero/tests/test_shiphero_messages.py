"""What ShipHero's messages come down to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crossdock.contract.errors import UnexpectedShape, VendorRejected
from crossdock.contract.wms.inventory import INVENTORY
from crossdock.contract.wms.orders import ORDERS
from crossdock.integrations.kit.webhooks import Delivery, Incoming, Subscription
from crossdock.integrations.shiphero import messages
from crossdock.integrations.shiphero.tests.documents import gid
from crossdock.integrations.shiphero.tests.fake import FakeShipHero

URL, OTHER_URL = "https://hooks.example.com/one", "https://hooks.example.com/two"
specified = pytest.mark.skipif(bool(FakeShipHero.missing()), reason="the schema of ShipHero is not beside this project")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"webhook_type": "Order Canceled"}', "Order Canceled"),
        (b'{"test": "0", "purchase_order": {"webhook_type": "PO Update"}}', "PO Update"),
        (b'{"fulfillment": {"webhook_type": "Shipment Update"}}', "Shipment Update"),
        (b'{"webhook_type": null, "purchase_order": null}', ""),
        (b"[]", ""),
        (b"no JSON", ""),
    ],
)
def test_where_a_body_names_its_type(body: bytes, expected: str) -> None:
    assert messages.type_of(Incoming({}, body)) == expected


async def connected(fake: FakeShipHero, url: str = URL) -> Any:
    adapter = fake.connect()
    await adapter.subscribe(Subscription(url, "unused", sorted(type(adapter).receivers)))
    return adapter


async def told(adapter: Any, message: Incoming) -> Any:
    return await adapter.receive(Delivery(messages.type_of(message), message.body))


def parcel_of(fake: FakeShipHero) -> dict[str, Any]:
    fake.ship(901)
    return {"fulfillment": {"shipment_uuid": gid("Shipment", fake.orders[901]["parcels"][0]["number"])}}


ORDER = {"order_uuid": gid("Order", 901)}


@specified
@pytest.mark.anyio
class TestMessages:
    async def test_a_type_that_is_too_new_does_not_cost_the_others(self) -> None:
        """Without any messages, stock that was sold is on offer until the next sync."""
        fake = FakeShipHero()
        fake.unknown_types = frozenset({messages.PRODUCT_UPDATE})
        adapter = await connected(fake)
        assert fake.subscribed() == sorted(set(adapter.receivers) - fake.unknown_types)
        fake.unknown_types = frozenset({messages.INVENTORY_UPDATE})
        with pytest.raises(VendorRejected):
            await connected(fake)

    @pytest.mark.parametrize(
        ("topic", "body", "status"),
        [
            (messages.ORDER_ALLOCATED, lambda fake: dict(ORDER), "open"),
            (messages.ORDER_DEALLOCATED, lambda fake: dict(ORDER), "open"),
            (messages.ORDER_CANCELED, lambda fake: {"order_uuid": gid("Order", 902)}, "cancelled"),
            (messages.SHIPMENT_UPDATE, parcel_of, "fulfilled"),
        ],
    )
    async def test_an_order_is_asked_for_anew(
        self, topic: str, body: Callable[[FakeShipHero], dict[str, Any]], status: str
    ) -> None:
        """A message may be old; what it says of the order itself is not believed."""
        fake = FakeShipHero()
        adapter = await connected(fake)
        [changed] = await told(adapter, fake.message(topic, {**body(fake), "fulfillment-status": "made up"}))
        assert changed.resource is ORDERS
        assert [record.status for record in changed.records] == [status]

    async def test_what_is_gone_is_reported_gone(self) -> None:
        fake = FakeShipHero()
        message = Delivery(messages.ORDER_CANCELED, b'{"order_uuid": "T3JkZXI6OTk="}')
        [changed] = await fake.connect().receive(message)
        assert (changed.resource, changed.records, changed.deleted) == (ORDERS, (), ["T3JkZXI6OTk="])

    async def test_a_sku_that_several_merchants_have_brings_the_stock_of_all(self) -> None:
        """The message of a 3PL names the SKU alone, and the stock of the wrong merchant would stay old."""
        fake = FakeShipHero()
        fake.products[12]["sku"] = "TEA"
        adapter: Any = fake.connect()
        [changed] = await adapter.receive(
            Delivery(messages.INVENTORY_UPDATE, b'{"inventory": [{"sku": "TEA"}, {"sku": "TEA"}]}')
        )
        assert changed.resource is INVENTORY
        assert [record.id for record in changed.records] == [gid("Product", 11), gid("Product", 12)]

    async def test_a_body_without_what_it_is_about_is_unexpected(self) -> None:
        with pytest.raises(UnexpectedShape):
            await FakeShipHero().connect().receive(Delivery(messages.PO_UPDATE, b'{"purchase_order": {}}'))


@specified
@pytest.mark.anyio
async def test_connections_of_one_account_do_not_end_each_others_webhooks() -> None:
    """ShipHero ends webhooks by their type and shop, so two connections must not have the same shop."""
    fake = FakeShipHero()
    first, second = fake.connect(), fake.connect()
    topics = [messages.PO_UPDATE]
    one = await first.subscribe(Subscription(URL, "unused", topics))
    other = await second.subscribe(Subscription(OTHER_URL, "unused", topics))
    await first.unsubscribe(one.reference)
    assert [hook["url"] for hook in fake.hooks.values()] == [OTHER_URL]
    await second.unsubscribe(other.reference)
    assert fake.subscribed() == []
