"""The carrier and the freight forwarder: invoices that add up, and goods that move on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

import msgspec
import pytest

from crossdock.platform.database import Database
from crossdock.sandbox import accounts
from crossdock.sandbox.app import make_app
from crossdock.sandbox.carrier import data as carrier_data
from crossdock.sandbox.carrier.documents import Charge, File, Invoice
from crossdock.sandbox.carrier.invoice_file import invoice_csv, row
from crossdock.sandbox.freight import data as freight_data
from crossdock.sandbox.freight.documents import Consignment, State
from crossdock.sandbox.freight.moving import move
from crossdock.sandbox.goods import DAYS_SHOWN, GOODS
from crossdock.sandbox.wms import data as wms_data
from tests.sandbox.conftest import Caller, open_account

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BILLED = list(carrier_data.seed(NOW))
CHARGES = [item for item in BILLED if isinstance(item, Charge)]
INVOICES = [item for item in BILLED if isinstance(item, Invoice)]
FILES = [item for item in BILLED if isinstance(item, File)]
CONSIGNMENTS = [item for item in freight_data.seed(NOW) if isinstance(item, Consignment)]


def of_invoice(number: str) -> list[Charge]:
    return [charge for charge in CHARGES if charge.invoice_number == number]


@pytest.mark.parametrize("seed", [carrier_data.seed, freight_data.seed])
def test_is_the_same_every_time_and_lies_in_the_past(seed: Any) -> None:
    """Two people who compare notes must see the same sandbox, and an incremental read goes by these dates."""
    assert [msgspec.json.encode(item) for item in seed(NOW)] == [msgspec.json.encode(item) for item in seed(NOW)]
    for item in seed(NOW):
        assert NOW - timedelta(days=DAYS_SHOWN) <= item.created_at <= item.updated_at <= NOW, item
        assert item.created_at.microsecond == item.updated_at.microsecond == 0


class TestInvoices:
    def test_there_are_some(self) -> None:
        assert (len(INVOICES), len(FILES)) == (13, 13)
        assert [charge.id for charge in CHARGES] == [f"invoice_line_item_id_{n}" for n in range(len(CHARGES))]

    @pytest.mark.parametrize("invoice", INVOICES, ids=lambda item: item.number)
    def test_an_invoice_is_the_sum_of_its_charges(self, invoice: Invoice) -> None:
        """A merchant who checks an invoice must come to the carrier's own total."""
        charges = of_invoice(invoice.number)
        assert [charge.position for charge in charges] == list(range(1, invoice.lines + 1))
        assert sum((charge.net for charge in charges), Decimal(0)) == invoice.total > 0
        for charge in charges:
            assert charge.net == charge.gross - charge.discount
            assert charge.arose_at <= invoice.issued_at <= NOW < invoice.issued_at + timedelta(days=92)

    @pytest.mark.parametrize("invoice", INVOICES, ids=lambda item: item.number)
    def test_the_file_holds_exactly_the_charges(self, invoice: Invoice) -> None:
        charges = of_invoice(invoice.number)
        assert list(csv.DictReader(io.StringIO(invoice_csv(charges)))) == [row(charge) for charge in charges]

    def test_the_parcels_are_those_of_the_warehouse_sandbox(self) -> None:
        """Otherwise what an order cost to ship could not be found."""
        orders = msgspec.json.encode(list(wms_data.seed(NOW))).decode()
        numbers = {charge.parcel.tracking_number for charge in CHARGES if charge.parcel}
        assert len(numbers) > 50
        assert [number for number in sorted(numbers) if f'"{number}"' not in orders] == []

    def test_special_cases_exist(self) -> None:
        """Credits, and charges without a parcel, are where reports break."""
        assert any(charge.net < 0 for charge in CHARGES)
        assert any(charge.parcel is None for charge in CHARGES)
        assert any(charge.discount for charge in CHARGES)

    async def test_over_http(self, app: Any, database: Database, organization_id: UUID) -> None:
        caller = await open_account(app, database, organization_id, "carrier")
        [invoice] = (await caller.get("/v1/carrier/invoices", number=INVOICES[3].number))[1]["data"]
        charges = [one for one in await caller.walk("/v1/carrier/charges") if one["invoiceNumber"] == invoice["number"]]
        assert sum(Decimal(one["net"]) for one in charges) == Decimal(invoice["total"])
        assert (await caller.get("/v1/carrier/files/file_id_99/content"))[1]["code"] == "not_found"


def happened(found: Consignment) -> Iterator[datetime]:
    return (item.happened_at for item in found.milestones if item.happened_at is not None)


class TestFreight:
    @pytest.mark.parametrize("found", CONSIGNMENTS, ids=lambda item: item.id)
    def test_dates_follow_each_other(self, found: Consignment) -> None:
        """Goods do not arrive before they leave."""
        planned = [item.planned_at for item in found.milestones]
        assert planned == sorted(planned)
        real = list(happened(found))
        assert real == sorted(real)
        assert all(found.created_at <= at <= NOW for at in real)
        reached = [item.happened_at is not None for item in found.milestones]
        assert reached == sorted(reached, reverse=True), "a milestone was reached before the one that comes first"

    def test_every_state_occurs(self) -> None:
        """A status nobody sees in the sandbox is met in production first."""
        assert {item.state for item in CONSIGNMENTS} == set(get_args(State))
        assert {item.mode for item in CONSIGNMENTS} == {"ocean", "air"}
        assert any(len(item.containers) > 1 for item in CONSIGNMENTS)
        assert any(not item.containers for item in CONSIGNMENTS)

    def test_goods_are_those_of_the_warehouse(self) -> None:
        skus = {good.sku: good.supplier for good in GOODS}
        for found in CONSIGNMENTS:
            assert {skus[part.sku] for part in found.goods} == {int(found.id.rsplit("_", 1)[1]) % 3}

    @pytest.mark.parametrize("number", ["CSQU3054383", "TOLU4734787"])
    def test_container_numbers_have_their_check_digit(self, number: str) -> None:
        """A terminal refuses a number whose check digit is wrong."""
        assert freight_data.container_number(number[:4], int(number[4:10])) == number

    def test_they_move_until_they_are_there(self) -> None:
        later = [msgspec.structs.replace(item) for item in freight_data.seed(NOW) if isinstance(item, Consignment)]
        for item in later:
            move(item, NOW + timedelta(days=120))
        assert {item.state for item in later} == {"delivered", "cancelled"}
        late = [item for item in later if item.hours_late and item.state == "delivered"]
        for item in late:
            assert item.milestones[-1].happened_at == item.milestones[-1].planned_at + timedelta(hours=item.hours_late)
        assert late

    async def test_readers_of_changes_see_them_move(self, database: Database, organization_id: UUID) -> None:
        """Without this a synced copy would show goods at sea for ever."""
        clock = [NOW]
        app = make_app(database, clock=lambda: clock[0])
        caller = Caller(app, await accounts.reset(database, organization_id, "freight", now=NOW))
        path = "/v1/freight/consignments"
        since = "2026-11-20T11:59:00Z"
        assert await caller.walk(path, changedSince=since) == []
        clock[0] = NOW + timedelta(days=3)
        moved = {one["id"]: one["state"] for one in await caller.walk(path, changedSince=since)}
        assert moved["shipment_id_15"] == "under_way"
        assert moved["shipment_id_19"] == "picked_up"
        assert "shipment_id_0" not in moved
        _, one = await caller.get(f"{path}/shipment_id_19")
        assert (one["state"], one["updatedAt"]) == ("picked_up", "2026-11-23T12:00:00Z")
        assert "hoursLate" not in one
