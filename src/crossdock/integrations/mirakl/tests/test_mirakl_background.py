"""What Mirakl does in the background: it is waited for a while, and what is not known by then is said to be so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from crossdock.contract.cart import products
from crossdock.contract.errors import VendorUnavailable
from crossdock.integrations.kit.adapter import Window
from crossdock.integrations.kit.client import Effect
from crossdock.integrations.kit.fake import Fault
from crossdock.integrations.mirakl import client
from crossdock.integrations.mirakl.goods import AdjustInventory
from crossdock.integrations.mirakl.tests.fake import FakeMirakl

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(bool(FakeMirakl.missing()), reason="the specification of Mirakl is not beside this project"),
]
LEVEL = AdjustInventory(quantity=9, adjustment_type="exact")


def patient(fake: FakeMirakl) -> tuple[Any, list[float]]:
    """An adapter, and how long it has paused each time."""
    paused: list[float] = []

    async def pause(seconds: float) -> None:
        paused.append(seconds)

    adapter = fake.connect(reference="5eed")
    adapter.pause = pause  # type: ignore[attr-defined]
    return adapter, paused


async def changed(adapter: Any, fake: FakeMirakl) -> list[Any]:
    window = Window(fake.now - timedelta(hours=1), fake.now)
    return [record async for page in adapter.read_pages(products.GET_PRODUCTS, window) for record in page.records]


class TestStock:
    async def test_an_import_is_waited_for(self) -> None:
        """Most imports take some seconds; a user would else never hear of a success."""
        fake = FakeMirakl()
        fake.looks = 2
        adapter, paused = patient(fake)
        assert (await adapter.adjust_inventory("2130", LEVEL)).inventory == 9
        assert paused == [client.STOCK_PAUSE_SECONDS] * 2

    async def test_an_import_that_takes_too_long_stays_open(self) -> None:
        """Called off, it would be sent again, and the older level might come last."""
        fake = FakeMirakl()
        fake.looks = 99
        adapter, paused = patient(fake)
        with pytest.raises(VendorUnavailable, match="import-1") as error:
            await adapter.adjust_inventory("2130", LEVEL)
        assert error.value.may_have_applied
        assert adapter.client.effect is Effect.DONE
        assert len(paused) == client.STOCK_LOOKS - 1

    async def test_a_status_that_cannot_be_asked_for_leaves_the_write_open(self) -> None:
        fake = FakeMirakl()
        fake.fail(Fault.FORBIDDEN, method="GET", path="/api/offers/stock/imports/{import_id}/status", times=9)
        adapter, _ = patient(fake)
        with pytest.raises(VendorUnavailable) as error:
            await adapter.adjust_inventory("2130", LEVEL)
        assert error.value.may_have_applied

    async def test_a_refusal_without_its_report_is_a_refusal(self) -> None:
        """The report may be asked for once a minute only, and the status has said already that nothing was set."""
        fake = FakeMirakl()
        fake.fail(Fault.BUSY, method="GET", path="/api/offers/stock/imports/{import_id}/error_report", times=9)
        adapter, _ = patient(fake)
        body = AdjustInventory(quantity=9, adjustment_type="exact", warehouse_id="ROME")
        with pytest.raises(Exception, match="refused"):
            await adapter.adjust_inventory("2131", body)
        assert adapter.client.effect is Effect.NONE


class TestExport:
    async def test_an_export_is_waited_for(self) -> None:
        fake = FakeMirakl()
        fake.change(products.PRODUCTS)
        fake.looks = 1
        adapter, paused = patient(fake)
        assert [record.id for record in await changed(adapter, fake)] == ["2130"]
        assert paused == [client.EXPORT_PAUSE_SECONDS]

    async def test_an_export_that_takes_too_long_fails_the_sync(self) -> None:
        """A sync that counts it as empty would never bring what changed."""
        fake = FakeMirakl()
        fake.looks = 99
        adapter, paused = patient(fake)
        with pytest.raises(VendorUnavailable):
            await changed(adapter, fake)
        assert len(paused) == client.EXPORT_LOOKS - 1
        assert adapter.client.effect is Effect.NONE

    async def test_the_key_goes_to_the_marketplace_alone(self) -> None:
        """An address in an answer must not be able to send the shop's key anywhere else."""
        fake = FakeMirakl()
        fake.change(products.PRODUCTS)
        fake.site = "https://elsewhere.example.net"
        asked: list[str] = []
        send = fake.send

        async def note(request: Any) -> Any:
            asked.append(request.url)
            return await send(request)

        fake.send = note  # type: ignore[method-assign]
        adapter, _ = patient(fake)
        assert len(await changed(adapter, fake)) == 1
        assert all(url.startswith("https://market.example.com/api/") for url in asked)

    async def test_many_changes_are_read_as_a_list(self) -> None:
        """One request a changed offer would take a shop with a new price list hours."""
        fake = FakeMirakl()
        fake.crowd()
        fake.touched = dict.fromkeys(fake.offers, fake.now)
        adapter, _ = patient(fake)
        assert len(await changed(adapter, fake)) == len(fake.offers)
        assert len([call for call in fake.calls if call.path == "/api/offers/{offer}"]) == 0
