"""What Extensiv's adapter keeps to, beyond what every adapter does."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from crossdock.contract.errors import InvalidBody, UnexpectedShape, VendorRejected
from crossdock.contract.wms import inbound_shipments, inventory, orders, products, returns
from crossdock.integrations.extensiv_3pl_central import client
from crossdock.integrations.extensiv_3pl_central.order_bodies import CreateOrder, UpdateOrder
from crossdock.integrations.extensiv_3pl_central.product_bodies import UpdateProduct
from crossdock.integrations.extensiv_3pl_central.receiving_bodies import (
    ReceivedLine,
    ReceiveInboundShipment,
    UpdateInboundShipment,
)
from crossdock.integrations.extensiv_3pl_central.returning import CreateReturn
from crossdock.integrations.extensiv_3pl_central.stock_writes import AdjustInventory
from crossdock.integrations.extensiv_3pl_central.tests.fake import FakeExtensiv
from crossdock.integrations.extensiv_3pl_central.tests.goods import refusal
from crossdock.integrations.extensiv_3pl_central.tests.scenes import LESS, NEW_ORDER, NEW_RETURN, TAKEN_IN
from crossdock.integrations.extensiv_3pl_central.tests.written import RECEIVED
from crossdock.integrations.kit.adapter import Attempt, NotApplied, Window
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


class TestTakingIn:
    async def test_only_what_was_counted_becomes_stock(self) -> None:
        """Somebody who changes the lines between count and confirmation would have other units taken in."""

        class Hurried(FakeExtensiv):
            @serves("POST", "/inventory/receivers/{receiverId}/confirmer")
            def take_in(self, call: Call) -> Any:
                if not self.hurried:
                    self.hurried = True
                    self.receivers[507]["_embedded"][RECEIVED][0]["qty"] = 99
                return super().take_in(call)

            hurried = False

        fake = Hurried()
        body = msgspec.convert(TAKEN_IN, ReceiveInboundShipment)
        await fake.connect().run_write(inbound_shipments.RECEIVE_INBOUND_SHIPMENT, ("507",), body)
        assert [fake.receipts[number]["left"] for number in (50700, 50701)] == [11, 3]

    async def test_a_refused_confirmation_can_be_made_up_for(self) -> None:
        """The count is in the lines already, so the shipment has to be there to take in once more."""

        class Strict(FakeExtensiv):
            @serves("POST", "/inventory/receivers/{receiverId}/confirmer")
            def take_in(self, call: Call) -> Any:
                if self.strict:
                    return refusal(403, "Required", "LotNumber is required")
                return super().take_in(call)

            strict = True

        fake = Strict()
        adapter, action = fake.connect(), inbound_shipments.RECEIVE_INBOUND_SHIPMENT
        body = msgspec.convert(TAKEN_IN, ReceiveInboundShipment)
        with pytest.raises(VendorRejected, match="LotNumber"):
            await adapter.run_write(action, ("507",), body)
        assert isinstance(await adapter.settle(action, Attempt(("507",), body, "r", fake.now)), NotApplied)
        fake.strict = False
        await fake.connect().run_write(action, ("507",), body)
        assert [fake.receipts[number]["left"] for number in (50700, 50701)] == [11, 3]

    async def test_what_somebody_else_took_in_is_not_ours(self) -> None:
        """An uncertain receipt would be reported as made, with quantities that nobody sent."""
        fake = FakeExtensiv()
        adapter, action = fake.connect(), inbound_shipments.RECEIVE_INBOUND_SHIPMENT
        body = msgspec.convert(TAKEN_IN, ReceiveInboundShipment)
        await adapter.run_write(action, ("507",), body)
        other = msgspec.structs.replace(body, line_items=[ReceivedLine(sku="TEA-1", quantity=1), body.line_items[1]])
        assert await adapter.settle(action, Attempt(("507",), other, "r", fake.now)) is None


class TestOtherMerchants:
    @pytest.mark.parametrize(
        ("action", "ids", "body"),
        [
            (products.UPDATE_PRODUCT, ("11",), UpdateProduct(name="Mine")),
            (inventory.ADJUST_INVENTORY, ("11",), msgspec.convert(LESS, AdjustInventory)),
            (orders.CANCEL_ORDER, ("701",), None),
            (returns.CREATE_RETURN, (), msgspec.convert(NEW_RETURN, CreateReturn)),
            (returns.CANCEL_RETURN, ("504",), None),
            (inbound_shipments.UPDATE_INBOUND_SHIPMENT, ("507",), UpdateInboundShipment(tracking_number="1Z")),
        ],
    )
    async def test_their_records_are_not_there(self, action: Any, ids: tuple[str, ...], body: Any) -> None:
        """A connection that is limited to one merchant would write into another's."""
        fake = FakeExtensiv()
        with pytest.raises((InvalidBody, VendorRejected)):
            await fake.connect(credentials=GARDEN).run_write(action, ids, body)
        assert not [call for call in fake.calls if fake.changes(call)]


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
