"""What Extensiv's adapter keeps to, beyond what every adapter does."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from crossdock.contract.errors import InvalidBody, UnexpectedShape, VendorRejected
from crossdock.contract.wms import inventory, orders, products
from crossdock.integrations.extensiv_3pl_central import client
from crossdock.integrations.extensiv_3pl_central.order_bodies import CreateOrder, UpdateOrder
from crossdock.integrations.extensiv_3pl_central.tests.fake import FakeExtensiv
from crossdock.integrations.extensiv_3pl_central.tests.scenes import NEW_ORDER
from crossdock.integrations.kit.adapter import Window
from crossdock.integrations.kit.fake import Call, serves

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(bool(FakeExtensiv.missing()), reason="the specification is not on this machine"),
]
GARDEN = {**FakeExtensiv.credentials, "customer_id": "9"}


async def read(fake: FakeExtensiv, action: Any, **credentials: Any) -> list[Any]:
    adapter = fake.connect(credentials={**FakeExtensiv.credentials, **credentials})
    return [record async for page in adapter.read_pages(action, Window(None, fake.now)) for record in page.records]


class TestOneCustomer:
    @pytest.mark.parametrize("action", [products.GET_PRODUCTS, inventory.GET_INVENTORY, orders.GET_ORDERS])
    async def test_other_customers_stay_out_of_it(self, action: Any) -> None:
        """A merchant would see the goods and buyers of another."""
        fake = FakeExtensiv()
        assert {record.warehouse_customer_id for record in await read(fake, action, customer_id="9")} == {"9"}
        assert {record.warehouse_customer_id for record in await read(fake, action)} == {"5", "9"}

    async def test_nothing_is_made_for_another(self) -> None:
        fake = FakeExtensiv()
        adapter = fake.connect(credentials=GARDEN)
        body = msgspec.convert(NEW_ORDER, CreateOrder)
        with pytest.raises(InvalidBody):
            await adapter.run_write(orders.CREATE_ORDER, (), body)
        assert not [call for call in fake.calls if fake.changes(call)]


class TestSignIn:
    @pytest.mark.parametrize(
        ("credentials", "sent"),
        [
            ({"user_login": "ann"}, {"user_login": "ann"}),
            ({"user_login": "17", "tpl_key": "{k}"}, {"user_login_id": "17", "tpl": "{k}"}),
        ],
    )
    async def test_a_number_is_no_name(self, credentials: dict[str, str], sent: dict[str, str]) -> None:
        """Sent under the other name, the login is not found and nobody can connect."""
        fake = FakeExtensiv()
        await fake.connect(credentials={**FakeExtensiv.credentials, **credentials}).check()
        assert fake.calls[0].body == {"grant_type": "client_credentials", **sent}


class TestChangingOrders:
    async def test_what_somebody_else_wrote_in_between_stays(self) -> None:
        """The older copy would overwrite it without a word."""
        fake = FakeExtensiv()
        fake.meddle()
        await fake.connect().run_write(orders.UPDATE_ORDER, ("701",), UpdateOrder(notes="Ring twice"))
        assert (fake.orders[701]["notes"], fake.orders[701]["shippingNotes"]) == ("Ring twice", "Leave at the door")

    async def test_it_does_not_try_forever(self) -> None:
        fake = FakeExtensiv()
        fake.meddles = 99
        with pytest.raises(VendorRejected, match="somebody else") as error:
            await fake.connect().run_write(orders.UPDATE_ORDER, ("701",), UpdateOrder(notes="Ring twice"))
        assert error.value.status == 409
        assert 99 - fake.meddles == client.ATTEMPTS


class TestLists:
    async def test_a_list_that_is_not_sorted_is_refused(self) -> None:
        """What lies before the last number of a page would never be read."""

        class Unsorted(FakeExtensiv):
            @serves("GET", "/orders")
            def list_orders(self, call: Call) -> Any:
                found = super().list_orders(call)
                found["_embedded"][f"{client.REL}orders/order"].reverse()
                return found

        with pytest.raises(UnexpectedShape, match="another order"):
            await read(Unsorted(), orders.GET_ORDERS)

    async def test_a_list_that_ends_early_is_refused(self) -> None:
        """Orders that are counted and not shown would be missing without anybody noticing."""

        class Short(FakeExtensiv):
            @serves("GET", "/orders")
            def list_orders(self, call: Call) -> Any:
                return {**super().list_orders(call), "totalResults": 50}

        with pytest.raises(UnexpectedShape, match="it counts"):
            await read(Short(), orders.GET_ORDERS)
