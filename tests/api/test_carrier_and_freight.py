"""What carriers charged, their files with fresh addresses, and goods on their way."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import time_machine

from crossdock.connections import sandboxes
from crossdock.contract.carrier.files import FILES as FILE_RECORDS
from crossdock.contract.values import timestamp_text
from crossdock.platform.engine import Engine
from crossdock.records import store
from tests.api.client import Account, Caller, open_account, violations

pytestmark = pytest.mark.anyio

CHARGES, FILES, SHIPMENTS = "/carrier/invoice-line-items", "/carrier/files", "/freight/shipments"


async def caller_of(engine: Engine, account: Account, vertical: str) -> Caller:
    made = await sandboxes.generate(engine, account.organization_id, vertical)
    return account.organization.with_(token=made.access_token)


@pytest.fixture(scope="module")
async def carrier(engine: Engine, account: Account) -> Caller:
    """A caller of the carrier sandbox."""
    return await caller_of(engine, account, "carrier")


@pytest.fixture(scope="module")
async def freight(engine: Engine, account: Account) -> Caller:
    """A caller of the freight sandbox."""
    return await caller_of(engine, account, "freight")


async def data(caller: Caller, path: str, query: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    answer = await caller.get(path, query or {})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def ago(**span: float) -> str:
    return timestamp_text(datetime.now(UTC) - timedelta(**span))


class TestInvoiceLineItems:
    async def test_what_a_shipment_cost(self, carrier: Caller) -> None:
        """The sum of the charges with a tracking number is what the guide tells people to compute."""
        [first, *_] = [one for one in await data(carrier, CHARGES) if one["tracking_number"]]
        found = await data(carrier, CHARGES, {"tracking_number": first["tracking_number"]})
        assert len(found) >= 2
        assert {one["charge_description"] for one in found} >= {"Transportation Charges", "Fuel Surcharge"}
        assert len({one["invoice_id"] for one in found}) == 1
        assert all(one["raw"]["Net Amount"] == f"{one['net_cost']:.2f}" for one in found)

    @pytest.mark.parametrize(
        ("query", "all_of"),
        [
            ({"invoice_id": "2684030503"}, lambda one: one["invoice_id"] == "2684030503"),
            ({"account_id": "196946120"}, lambda one: one["account_id"] == "196946120"),
            ({"tracking_number[contains]": "1Z999AA1"}, lambda one: "1Z999AA1" in one["tracking_number"]),
            ({"transaction_date[gte]": ago(days=30)}, lambda one: one["transaction_date"] >= ago(days=30)),
            ({"transaction_date[lt]": ago(days=60)}, lambda one: one["transaction_date"] < ago(days=60)),
        ],
        ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
    )
    async def test_filters(self, carrier: Caller, query: dict[str, str], all_of: Any) -> None:
        every = await data(carrier, CHARGES)
        found = await data(carrier, CHARGES, query)
        assert found
        assert [one["id"] for one in found] == [
            one["id"]
            for one in every
            if one["tracking_number"] is not None or "tracking" not in str(query)
            if all_of(one)
        ]

    async def test_single_and_tags(self, carrier: Caller) -> None:
        path = f"{CHARGES}/invoice_line_item_id_0"
        tagged = await carrier.put(f"{path}/trackstar-tags", {"trackstar_tags": ["disputed"]})
        assert tagged.json()["data"]["trackstar_tags"] == ["disputed"]
        assert (await carrier.get(path)).json() == {"data": tagged.json()["data"]}
        found = await carrier.ids(CHARGES, {"trackstar_tags[contains]": "disputed"})
        assert found == {"invoice_line_item_id_0"}
        assert (await carrier.get(f"{CHARGES}/nothing")).status_code == 404


class TestFileList:
    async def test_the_last_day_unless_said_otherwise(self, carrier: Caller) -> None:
        [newest] = await data(carrier, FILES)
        assert newest["id"] == "file_id_12"
        assert set(newest) == {
            "id",
            "file_name",
            "generated_time",
            "file_type",
            "download_url",
            "download_url_expires_at",
        }

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"start_time": ago(days=8)}, [11, 12]),
            ({"start_time": ago(days=22), "end_time": ago(days=8)}, [9, 10]),
            ({"end_time": ago(days=1)}, []),
            ({"start_time": ago(days=8), "file_type": "csv"}, [11, 12]),
            ({"start_time": ago(days=8), "file_type": "pdf"}, []),
            ({"start_time": ago(days=100), "file_name": "invoice-2684030503.csv"}, [3]),
            ({"start_time": ago(days=100), "file_name": "invoice"}, []),
        ],
    )
    async def test_its_own_parameters(self, carrier: Caller, query: dict[str, str], expected: list[int]) -> None:
        assert [one["id"] for one in await data(carrier, FILES, query)] == [f"file_id_{n}" for n in expected]

    async def test_pages(self, carrier: Caller) -> None:
        query = {"start_time": ago(days=100)}
        pages = [[one["id"] for one in page] async for page in carrier.pages(FILES, query, limit=5)]
        assert [len(page) for page in pages] == [5, 5, 3]
        assert len({identifier for page in pages for identifier in page}) == 13

    async def test_a_hundred_a_page(self, engine: Engine, http: httpx.AsyncClient) -> None:
        """A client that relies on the page size would miss files, or run out of memory."""
        account = await open_account(engine, http)
        caller = await caller_of(engine, account, "carrier")
        made = await sandboxes.generate(engine, account.organization_id, "carrier")
        record = FILE_RECORDS.record
        assert record is not None
        now = engine.now().replace(microsecond=0)
        records = [
            record(id=f"more_{number}", file_name=f"{number}.csv", generated_time=now, file_type="csv")
            for number in range(120)
        ]
        async with engine.database.transaction(account.organization_id) as connection:
            await store.upsert(
                connection,
                organization_id=account.organization_id,
                connection_id=made.connection_id,  # type: ignore[arg-type]
                resource=FILE_RECORDS,
                records=records,
                now=now,
            )
        answer = await caller.get(FILES)
        assert answer.json()["total_count"] == len(answer.json()["data"]) == 100
        assert (await caller.get(FILES, {"limit": "1000"})).json()["total_count"] == 121

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"start_time": "yesterday"}, "start_time"),
            ({"end_time": "2026-01-01"}, "end_time"),
            ({"limit": "0"}, "limit"),
            ({"ids[in]": "file_id_1"}, "ids[in]"),
            ({"created_date": "2026-01-01T00:00:00Z"}, "created_date"),
            ({"file_name[contains]": "a"}, "file_name[contains]"),
        ],
    )
    async def test_a_parameter_that_cannot_be_used(self, carrier: Caller, query: dict[str, str], field: str) -> None:
        assert list(violations(await carrier.get(FILES, query), "query")) == [field]


class TestSingleFile:
    async def test_the_address_gives_the_invoice(self, carrier: Caller) -> None:
        """The file and the charges that were read must be the same invoice."""
        found = (await carrier.get(f"{FILES}/file_id_3")).json()["data"]
        answer = await carrier.http.get(found["download_url"])
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/csv")
        assert "invoice-2684030503.csv" in answer.headers["content-disposition"]
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        charges = await data(carrier, CHARGES, {"invoice_id": "2684030503"})
        assert rows == [charge["raw"] for charge in charges]

    async def test_the_address_is_fresh_each_time(self, carrier: Caller) -> None:
        """An address kept in a cache would be dead when it is used."""
        first = await carrier.get(f"{FILES}/file_id_3")
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=19), tick=False):
            again = await carrier.get(f"{FILES}/file_id_3")
            ends = datetime.fromisoformat(again.json()["data"]["download_url_expires_at"])
            assert timedelta(minutes=19, seconds=59) <= ends - datetime.now(UTC) <= timedelta(minutes=20)
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=30), tick=False):
            assert (await carrier.http.get(first.json()["data"]["download_url"])).status_code == 403
            assert (await carrier.http.get(again.json()["data"]["download_url"])).status_code == 200
        assert "etag" not in again.headers
        stale = await carrier.get(f"{FILES}/file_id_3", if_none_match="*")
        assert stale.status_code == 200

    async def test_reading_it_again_is_no_change(self, carrier: Caller, engine: Engine, account: Account) -> None:
        count = "select count(*) from events where resource = 'carrier/files'"
        before = (await engine.database.rows(account.organization_id, count, []))[0][0]
        await carrier.get(f"{FILES}/file_id_3")
        await carrier.get(FILES)
        assert (await engine.database.rows(account.organization_id, count, []))[0][0] == before

    async def test_the_event_of_a_file_has_an_address_too(
        self, engine: Engine, carrier: Caller, account: Account
    ) -> None:
        """A subscriber that is told of an invoice wants the invoice."""
        rows = await engine.database.rows(
            account.organization_id,
            "select sequence from events where resource = 'carrier/files' and record_id = 'file_id_4'",
            [],
        )
        shown = await carrier.get(f"/webhook-events/evt_{rows[0][0]}/data")
        assert shown.status_code == 200, shown.text
        event = (await carrier.http.get(shown.json()["download_url"])).json()
        assert event["event_type"] == "carrier-file.created"
        path = event["data"]["download_url"].partition("/downloads/")[2]
        assert (await carrier.http.get(f"/downloads/{path}")).text.startswith("Account,")

    async def test_a_file_that_is_gone(self, engine: Engine, carrier: Caller, account: Account) -> None:
        address = (await carrier.get(f"{FILES}/file_id_2")).json()["data"]["download_url"]
        async with engine.database.transaction(account.organization_id) as connection:
            await connection.execute("delete from sandbox_objects where kind = 'file' and id = 'file_id_2'")
        assert (await carrier.http.get(address)).status_code == 404

    async def test_unknown(self, carrier: Caller) -> None:
        assert (await carrier.get(f"{FILES}/nothing")).status_code == 404


class TestShipments:
    async def test_list_and_single(self, freight: Caller) -> None:
        found = await data(freight, SHIPMENTS)
        assert len(found) == 20
        assert {one["status"] for one in found} == {"open", "in-transit", "arrived", "delivered", "cancelled"}
        assert (await freight.get(f"{SHIPMENTS}/{found[3]['id']}")).json() == {"data": found[3]}
        assert (await freight.get(f"{SHIPMENTS}/nothing")).status_code == 404

    async def test_what_arrived_has_departed(self, freight: Caller) -> None:
        for one in await data(freight, SHIPMENTS):
            departed, arrived = one["actual_departure_date"], one["actual_arrival_date"]
            assert (one["status"] in ("arrived", "delivered")) == (arrived is not None)
            assert arrived is None or departed < arrived

    async def test_tags_can_be_set_and_found(self, freight: Caller) -> None:
        answer = await freight.put(f"{SHIPMENTS}/shipment_id_1/trackstar-tags", {"trackstar_tags": ["urgent"]})
        assert answer.json()["data"]["trackstar_tags"] == ["urgent"]
        assert await freight.ids(SHIPMENTS, {"trackstar_tags[contains]": "urgent"}) == {"shipment_id_1"}


class TestGenerateSandbox:
    async def test_the_older_form_is_the_warehouse_system(self, account: Account) -> None:
        said = (await account.organization.post("/sandbox/generate-sandbox")).json()
        assert said["connection_id"] == account.wms.connection_id
        assert (await account.organization.post("/sandbox/generate-sandbox", {"a": 1})).status_code == 422
