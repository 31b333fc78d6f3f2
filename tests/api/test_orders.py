"""Orders over the API: every call, what it answers, what can be read after it, and what becomes of the stock."""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import UUID

import httpx
import pytest

from crossdock.connections import service as connections
from crossdock.contract.records import encode_record
from crossdock.contract.wms.inventory import GET_INVENTORY
from crossdock.contract.wms.orders import GET_ORDERS
from crossdock.integrations.kit.adapter import Window
from crossdock.integrations.kit.transport import AnswerLost, Transport, VendorAnswer, VendorRequest
from crossdock.integrations.sandbox import Sandbox
from crossdock.platform.engine import Engine
from crossdock.records import writes
from tests.api.client import Account, DepotConnection, violations

pytestmark = pytest.mark.anyio

ORDERS = "/wms/orders"


def line(product: int, quantity: int, **more: Any) -> dict[str, Any]:
    return {"product_id": f"product_id_{product}", "quantity": quantity, **more}


async def made(account: Account, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A new order."""
    answer = await account.warehouse.post(ORDERS, {"line_items": list(lines), **more})
    assert answer.status_code == 200, answer.text
    record: dict[str, Any] = answer.json()["data"]
    return record


async def stored(account: Account, path: str) -> dict[str, Any]:
    answer = await account.warehouse.get(path)
    assert answer.status_code == 200, answer.text
    record: dict[str, Any] = answer.json()["data"]
    return record


async def item(account: Account, number: int) -> dict[str, Any]:
    """Stock as it is stored here; it adds up."""
    found = await stored(account, f"/wms/inventory/inventory_item_id_{number}")
    assert found["onhand"] == found["committed"] + found["unfulfillable"] + found["fulfillable"]
    return found


async def check_in_step(engine: Engine, account: Account) -> None:
    """What is stored is what the connected system holds; nobody has to wait for the next sync."""
    adapter = await connections.open_adapter(engine, account.organization_id, UUID(account.wms.connection_id), Sandbox)
    for action in (GET_ORDERS, GET_INVENTORY):
        theirs: dict[str, Any] = {}
        async for page in adapter.read_pages(action, Window(None, engine.now())):
            theirs |= {record.id: json.loads(encode_record(record)) for record in page.records}
        ours = (await account.warehouse.get(action.path)).json()["data"]
        own = [{name: value for name, value in one.items() if not name.startswith("trackstar_")} for one in ours]
        assert {one["id"]: one for one in own} == theirs


class TestCreate:
    async def test_it_is_answered_stored_and_holds_stock(self, engine: Engine, account: Account) -> None:
        before = await item(account, 6)
        body = {
            "order_number": "W-1",
            "reference_id": "shop-1",
            "channel_object": {"channel_id": "channel_B"},
            "trading_partner": "Target",
            "shipping_method_id": "shipping_method_id_1",
            "service_level": "Standard",
            "total_tax": 1.25,
            "ship_to_address": {"full_name": "Ada", "address1": "1 Road", "city": "Denver", "phone_number": "1"},
            "warehouse_id": "warehouse_id_0",
            "line_items": [line(6, 2, unit_price=10.5, discount_amount=1)],
            "trackstar_tags": ["rush"],
        }
        answer = await account.warehouse.post(ORDERS, body)
        said = answer.json()
        assert answer.status_code == 200, answer.text
        record = said["data"]
        assert (said["id"], said["unused_fields"]) == (record["id"], [])
        assert (record["status"], record["raw_status"], record["shipments"]) == ("open", "new", [])
        assert (record["order_number"], record["reference_id"], record["type"]) == ("W-1", "shop-1", "b2b")
        assert record["channel_object"] == {"channel_id": "channel_B", "channel_name": "Wholesale"}
        assert (record["carrier_name"], record["shipping_method_name"]) == ("FedEx", "Two-day air")
        assert (record["total_price"], record["total_tax"]) == (21.25, 1.25)
        assert record["ship_to_address"]["phone_number"] == "1"
        assert record["trackstar_tags"] == ["rush"]
        assert await stored(account, f"{ORDERS}/{record['id']}") == record
        found = (await account.warehouse.get(ORDERS, {"order_number": "W-1", "status": "open"})).json()["data"]
        assert found == [record]
        after = await item(account, 6)
        assert (after["committed"], after["onhand"]) == (before["committed"] + 2, before["onhand"])
        await check_in_step(engine, account)

    async def test_without_stock_it_is_backordered(self, account: Account) -> None:
        record = await made(account, line(8, 5000))
        assert (record["status"], record["raw_status"]) == ("backordered", "waiting_for_stock")

    async def test_a_number_is_taken_once(self, account: Account) -> None:
        """Sent twice, the same order would be paid once and shipped twice."""
        body = {"line_items": [line(6, 1)], "order_number": "order_number_5"}
        answer = await account.warehouse.post(ORDERS, body)
        assert (answer.status_code, answer.json()["origin"]) == (409, "integration")
        assert answer.json()["code"] == "duplicate_number"

    async def test_fields_that_count_for_nothing_are_named(self, account: Account) -> None:
        body = {
            "line_items": [line(6, 1)],
            "warehouse_customer_id": "me",
            "channel": "channel_A",
            "channel_object": {"channel_name": "Wholesale"},
            "shipping_method": "shipping_method_id_0",
            "shipping_method_id": "shipping_method_id_2",
        }
        said = (await account.warehouse.post(ORDERS, body)).json()
        assert said["unused_fields"] == ["shipping_method", "channel", "warehouse_customer_id"]
        assert said["data"]["channel"] == "channel_B"
        assert said["data"]["shipping_method_id"] == "shipping_method_id_2"

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"line_items": []}, {"line_items": "Shorter than minimum length 1."}),
            ({"line_items": [line(0, 1)] * 501}, {"line_items": "Longer than maximum length 500."}),
            ({"line_items": [line(0, 0)]}, {"line_items.0.quantity": "Must be greater than or equal to 1."}),
            ({"line_items": [{"quantity": 1}]}, {"line_items.0.product_id": "Missing data for required field."}),
            ({"channel_object": {}}, {"channel_object": "Fits none of the forms that the schema offers."}),
            ({"channel_object": {"name": "x"}}, {"channel_object.name": "Unknown field."}),
            ({"ship_to_address": {"city": ""}}, {"ship_to_address.city": "Field may not be empty."}),
            ({"status": "open"}, {"status": "Unknown field."}),
            ({"warehouse_id": "nowhere"}, {"warehouse_id": "Must be one of: warehouse_id_0, warehouse_id_1."}),
        ],
    )
    async def test_what_is_refused_here(
        self, account: Account, change: dict[str, Any], expected: dict[str, str]
    ) -> None:
        found = violations(await account.warehouse.post(ORDERS, {"line_items": [line(0, 1)], **change}))
        assert expected.items() <= {name: texts[0] for name, texts in found.items()}.items()


class TestUpdate:
    async def test_new_lines_move_the_promise(self, engine: Engine, account: Account) -> None:
        before = [await item(account, number) for number in (6, 7)]
        record = await made(account, line(6, 3))
        path = f"{ORDERS}/{record['id']}"
        answer = await account.warehouse.put(path, {"line_items": [line(7, 2)], "status": "processing"})
        assert answer.status_code == 200, answer.text
        assert answer.json()["data"]["status"] == "processing"
        assert await stored(account, path) == answer.json()["data"]
        after = [await item(account, number) for number in (6, 7)]
        assert [now["committed"] - then["committed"] for now, then in zip(after, before, strict=True)] == [0, 2]
        await check_in_step(engine, account)

    async def test_a_status_that_comes_about_by_itself_cannot_be_set(self, account: Account) -> None:
        for status in ("fulfilled", "partially_fulfilled", "backordered", "cancelled", "other"):
            found = violations(await account.warehouse.put(f"{ORDERS}/order_id_71", {"status": status}))
            assert list(found) == ["status"]

    async def test_an_order_that_has_left_is_refused_by_the_warehouse(self, account: Account) -> None:
        answer = await account.warehouse.put(f"{ORDERS}/order_id_0", {"service_level": "Express"})
        assert (answer.status_code, answer.json()["origin"]) == (409, "integration")

    async def test_an_unknown_order_is_a_404(self, account: Account) -> None:
        answer = await account.warehouse.put(f"{ORDERS}/nothing", {"service_level": "Express"})
        assert answer.json() == {"error": "Not found", "origin": "trackstar", "id": "nothing"}


class TestCancel:
    async def test_the_stock_is_free_and_no_body_is_needed(self, engine: Engine, account: Account) -> None:
        before = await item(account, 6)
        record = await made(account, line(6, 3))
        path = f"{ORDERS}/{record['id']}"
        answer = await account.warehouse.send("PUT", f"{path}/cancel", headers={"Idempotency-Key": "call it off"})
        data = answer.json()["data"]
        assert (answer.status_code, data["status"], data["shipments"]) == (200, "cancelled", [])
        assert await stored(account, path) == data
        assert (await item(account, 6))["committed"] == before["committed"]
        again = await account.warehouse.send("PUT", f"{path}/cancel", headers={"Idempotency-Key": "call it off"})
        assert again.headers["Idempotent-Replayed"] == "true"
        assert again.json() == answer.json()
        await check_in_step(engine, account)

    async def test_what_has_left_stays(self, account: Account) -> None:
        for number in (0, 75):
            answer = await account.warehouse.send("PUT", f"{ORDERS}/order_id_{number}/cancel")
            assert (answer.status_code, answer.json()["code"]) == (409, "already_shipped")
            assert answer.json()["origin"] == "integration"

    async def test_a_lost_answer_is_settled_with_its_stock(
        self, engine: Engine, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The order would be cancelled there and its units sold out here."""
        before = await item(account, 6)
        record = await made(account, line(6, 4))
        path = f"{ORDERS}/{record['id']}/cancel"
        with monkeypatch.context() as patch:
            patch.setitem(engine.servers, "sandbox", _Losing(engine.servers["sandbox"]))
            lost = await account.warehouse.send("PUT", path, headers={"Idempotency-Key": "lost"})
        assert (lost.status_code, lost.json()["origin"]) == (504, "integration")
        settled = await account.warehouse.send("PUT", path, headers={"Idempotency-Key": "lost"})
        assert (settled.status_code, settled.json()["data"]["status"]) == (200, "cancelled")
        assert (await item(account, 6))["committed"] == before["committed"]
        await check_in_step(engine, account)


class _Losing:
    """A way to the sandbox on which the answers of changes get lost."""

    def __init__(self, inner: Transport) -> None:
        self._inner = inner

    async def send(self, request: VendorRequest) -> VendorAnswer:
        answer = await self._inner.send(request)
        if request.method != "GET":
            raise AnswerLost("lost on the way")
        return answer


class TestShip:
    async def test_units_leave_the_stock(self, engine: Engine, account: Account) -> None:
        before = await item(account, 5)
        record = await made(account, line(16, 2), line(5, 1))
        body = {
            "shipped_date": "2022-05-06T03:02:03.5+02:00",
            "tracking_number": "T1",
            "tracking_url": "https://example.com/T1",
            "carrier_id": "UPS",
            "shipping_cost": 2.5,
        }
        answer = await account.warehouse.post(f"{ORDERS}/{record['id']}/shipments", body)
        assert answer.status_code == 200, answer.text
        data = answer.json()["data"]
        assert (data["status"], data["line_items"][0]["is_picked"]) == ("fulfilled", True)
        [shipment] = data["shipments"]
        assert shipment["shipped_date"] == "2022-05-06T01:02:03Z"
        assert [
            (part["inventory_item_id"], part["quantity"], part["parent_product_id"]) for part in shipment["line_items"]
        ] == [("inventory_item_id_5", 12, "product_id_16"), ("inventory_item_id_5", 1, None)]
        [package] = shipment["packages"]
        assert (package["tracking_number"], package["carrier_id"], package["shipping_cost"]) == ("T1", "UPS", 2.5)
        assert all(part["lot_id"] and part["expiration_date"] for part in package["line_items"])
        after = await item(account, 5)
        assert (after["onhand"], after["committed"]) == (before["onhand"] - 13, before["committed"])
        await check_in_step(engine, account)

    async def test_packs_are_read_live_and_leave_one_by_one(self, engine: Engine, account: Account) -> None:
        record = await made(account, line(6, 8))
        path = f"{ORDERS}/{record['id']}"
        assert (await stored(account, f"{path}/packs"))["packs"] == []
        assert (await account.warehouse.put(path, {"status": "packed"})).json()["data"]["status"] == "packed"
        packs = await stored(account, f"{path}/packs")
        assert [[part["quantity"] for part in pack["line_items"]] for pack in packs["packs"]] == [[4], [4]]
        assert packs["order_line_items"] == [{"product_id": "product_id_6", "sku": "DRP-CERAMIC", "quantity": 8}]
        first, second = (pack["pack_id"] for pack in packs["packs"])
        packages = [{"package_id": first, "tracking_number": "T1"}]
        part = (await account.warehouse.post(f"{path}/shipments", {"packages": packages})).json()["data"]
        assert part["status"] == "partially_fulfilled"
        assert [pack["pack_id"] for pack in (await stored(account, f"{path}/packs"))["packs"]] == [second]
        rest = (await account.warehouse.post(f"{path}/shipments", {})).json()["data"]
        assert (rest["status"], len(rest["shipments"])) == ("fulfilled", 2)
        await check_in_step(engine, account)

    async def test_named_units_leave(self, account: Account) -> None:
        record = await made(account, line(6, 5))
        path = f"{ORDERS}/{record['id']}/shipments"
        size = {"length": 1, "width": 2, "height": 3, "unit": "in", "weight": 4, "weight_unit": "lb"}
        body = {
            "line_items": [line(6, 2)],
            "packages": [{"package_id": "A"}, {"package_id": "B"}],
            "measurements": size,
        }
        said = (await account.warehouse.post(path, body)).json()
        assert (said["data"]["status"], said["unused_fields"]) == ("partially_fulfilled", ["measurements"])
        said = (await account.warehouse.post(path, {"line_items": [line(6, 1)], "measurements": size})).json()
        assert said["data"]["shipments"][1]["packages"][0]["measurements"] == size
        assert said["unused_fields"] == []

    @pytest.mark.parametrize(("number", "code"), [(0, "already_shipped"), (77, "waiting_for_stock"), (78, "on_hold")])
    async def test_what_cannot_leave_is_refused(self, account: Account, number: int, code: str) -> None:
        answer = await account.warehouse.post(f"{ORDERS}/order_id_{number}/shipments", {})
        assert (answer.status_code, answer.json()["code"]) == (409, code)

    @pytest.mark.parametrize("date", ["2022-05-06T23:59:60Z", "0000-01-01T00:00:00Z", "2022-05-06T00:00:00", "soon"])
    async def test_a_time_that_no_clock_shows_is_a_422(self, account: Account, date: str) -> None:
        answer = await account.warehouse.post(f"{ORDERS}/order_id_71/shipments", {"shipped_date": date})
        assert list(violations(answer)) == ["shipped_date"]


class TestPacks:
    async def test_an_unknown_order_is_a_404(self, account: Account) -> None:
        answer = await account.warehouse.get(f"{ORDERS}/nothing/packs")
        assert answer.json() == {"error": "Not found", "origin": "trackstar", "id": "nothing"}

    async def test_a_failure_of_the_connected_system_is_said_to_be_its_own(
        self, engine: Engine, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Broken:
            async def send(self, request: VendorRequest) -> VendorAnswer:
                return VendorAnswer(404, {}, b'{"code": "gone", "message": "No such thing"}', request.url)

        monkeypatch.setitem(engine.servers, "sandbox", Broken())
        answer = await account.warehouse.get(f"{ORDERS}/order_id_74/packs")
        assert answer.status_code == 404
        assert answer.json() == {"error": "No such thing", "origin": "integration", "code": "gone"}

    async def test_a_system_without_packs_is_a_501(self, depot_connection: DepotConnection) -> None:
        answer = await depot_connection.caller.get(f"{ORDERS}/x/packs")
        assert answer.status_code == 501
        assert answer.json()["error"] == "Endpoint get_order_packs is not implemented for Depot"


class TestChannels:
    async def test_they_are_listed_and_not_taken_for_an_order(self, account: Account) -> None:
        found = (await account.warehouse.get(f"{ORDERS}/channels")).json()["data"]
        assert [(channel["id"], channel["name"]) for channel in found][:2] == [
            ("channel_A", "Web shop"),
            ("channel_B", "Wholesale"),
        ]
        assert (await account.warehouse.get(f"{ORDERS}/channels", {"ids[in]": "channel_C"})).json()["total_count"] == 1


class TestFile:
    PATH = f"{ORDERS}/order_id_72/file"

    async def send(
        self, account: Account, files: Any = None, data: Any = None, path: str = PATH, **headers: str
    ) -> httpx.Response:
        given = {"x-trackstar-api-key": account.key, "x-trackstar-access-token": account.wms.access_token}
        shown = {name.replace("_", "-"): value for name, value in headers.items()}
        return await account.http.post(path, files=files, data=data, headers={**given, **shown})

    async def files(self, account: Account) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await stored(account, f"{ORDERS}/order_id_72"))["additional_fields"]["files"]
        return found

    async def test_the_very_bytes_are_kept(self, engine: Engine, account: Account) -> None:
        content = bytes(range(256)) * 40
        answer = await self.send(account, {"file": ("label é.pdf", content, "application/pdf")})
        assert answer.status_code == 200, answer.text
        assert answer.json() == {"data": "success", "id": "order_id_72", "unused_fields": []}
        file = (await self.files(account))[-1]
        assert (file["name"], file["size_bytes"]) == ("label é.pdf", len(content))
        adapter = await connections.open_adapter(
            engine, account.organization_id, UUID(account.wms.connection_id), Sandbox
        )
        kept = (await adapter.client.get(f"/v1/wms/files/{file['id']}")).json()
        assert base64.b64decode(kept["content"]) == content

    async def test_an_address_is_handed_on_and_never_fetched(self, account: Account) -> None:
        """Fetched, an address of the caller's choice would open the network that this server stands in."""
        url = "http://169.254.169.254/latest/meta-data"
        answer = await self.send(account, {"file_url": (None, url), "file_name": (None, "meta")})
        assert answer.status_code == 200, answer.text
        file = (await self.files(account))[-1]
        assert (file["url"], file["size_bytes"]) == (url, 0)

    async def test_the_key_stands_for_the_parts_and_not_for_their_boundary(self, account: Account) -> None:
        parts = {"file": ("a.txt", b"one")}
        first = await self.send(account, parts, {"file_name": "n"}, idempotency_key="file")
        count = len(await self.files(account))
        again = await self.send(account, parts, {"file_name": "n"}, idempotency_key="file")
        assert again.headers["Idempotent-Replayed"] == "true"
        assert again.json() == first.json()
        assert len(await self.files(account)) == count
        other = await self.send(account, {"file": ("a.txt", b"two")}, {"file_name": "n"}, idempotency_key="file")
        assert other.status_code == 400

    async def test_nothing_sent_is_refused_by_the_vendor(self, account: Account) -> None:
        answer = await self.send(account, files={"file_name": (None, "x")})
        assert (answer.status_code, answer.json()["code"]) == (422, "no_file")

    @pytest.mark.parametrize(
        ("parts", "expected"),
        [
            ([("file", ("a", b""))], {"file": "Field may not be empty."}),
            ([("file_url", (None, ""))], {"file_url": "Field may not be empty."}),
            ([("file_name", (None, "none")), ("file", ("a", b"x"))], {"file_name": "Field may not be 'none'."}),
            ([("colour", (None, "red"))], {"colour": "Unknown field."}),
            ([("file", ("a", b"x")), ("file", ("b", b"y"))], {"file": "Sent more than once."}),
            ([("file_url", ("a", b"x"))], {"file_url": "Not a valid string."}),
        ],
    )
    async def test_bad_parts_are_named(self, account: Account, parts: Any, expected: dict[str, str]) -> None:
        found = violations(await self.send(account, parts))
        assert {name: texts[0] for name, texts in found.items()} == expected

    @pytest.mark.parametrize(
        ("kind", "content", "status"),
        [
            ("application/json", b"{}", 415),
            ("", b"", 415),
            ("multipart/form-data", b"x", 400),
            ("multipart/form-data; boundary=b", b"nonsense", 400),
            ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff', 400),
            (
                "multipart/form-data; boundary=b",
                b'--b\r\nContent-Disposition: form-data; name="file_name"\r\n\r\n\xff\r\n--b--\r\n',
                400,
            ),
            (
                "multipart/form-data; boundary=b",
                b'--b\r\nContent-Disposition: form-data; name="file_name"\r\nContent-Type: text/plain; charset=no\r\n'
                b"\r\nx\r\n--b--\r\n",
                400,
            ),
        ],
    )
    async def test_what_is_no_form(self, account: Account, kind: str, content: bytes, status: int) -> None:
        headers = {"content-type": kind}
        answer = await account.warehouse.send("POST", self.PATH, content=content, headers=headers)
        assert (answer.status_code, answer.json()["origin"]) == (status, "trackstar")

    async def test_a_file_above_the_limit_is_a_413(self, account: Account) -> None:
        answer = await self.send(account, {"file": ("big", b"x" * 3_000_000)})
        assert answer.status_code == 413

    async def test_an_unknown_order_is_a_404(self, account: Account) -> None:
        answer = await self.send(account, {"file": ("a", b"x")}, path=f"{ORDERS}/nothing/file")
        assert (answer.status_code, answer.json()["id"]) == (404, "nothing")

    async def test_a_lost_answer_is_settled(
        self, engine: Engine, account: Account, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setitem(engine.servers, "sandbox", _Losing(engine.servers["sandbox"]))
            lost = await self.send(account, {"file": ("lost.txt", b"x")}, idempotency_key="lost file")
        assert lost.status_code == 504
        await writes.settle_due(engine)
        settled = await self.send(account, {"file": ("lost.txt", b"x")}, idempotency_key="lost file")
        assert (settled.status_code, settled.json()["data"]) == (200, "success")
        assert [file["name"] for file in await self.files(account)].count("lost.txt") == 1


class TestSimulatedFulfilment:
    async def fulfill(self, account: Account, order: str, **query: str) -> httpx.Response:
        return await account.organization.send("PUT", f"/sandbox/simulate/orders/{order}/fulfill", params=query)

    async def test_in_part_and_then_whole(self, engine: Engine, account: Account) -> None:
        before = await item(account, 6)
        record = await made(account, line(6, 4))
        answer = await self.fulfill(account, record["id"], partial="true")
        said = answer.json()
        assert answer.status_code == 200, answer.text
        assert (said["id"], said["unused_fields"]) == (record["id"], [])
        assert said["data"]["status"] == "partially_fulfilled"
        assert (await item(account, 6))["onhand"] == before["onhand"] - 2
        done = (await self.fulfill(account, record["id"], partial="false")).json()
        assert done["data"]["status"] == "fulfilled"
        assert await stored(account, f"{ORDERS}/{record['id']}") == done["data"]
        assert (await self.fulfill(account, record["id"])).status_code == 409
        await check_in_step(engine, account)

    async def test_an_unknown_order_is_a_404(self, account: Account) -> None:
        answer = await self.fulfill(account, "nothing")
        assert answer.json() == {"error": "Not found", "origin": "trackstar", "id": "nothing"}

    @pytest.mark.parametrize("query", [{"partial": "maybe"}, {"partial": ""}, {"part": "true"}])
    async def test_bad_parameters_are_named(self, account: Account, query: dict[str, str]) -> None:
        assert list(violations(await self.fulfill(account, "order_id_71", **query), "query")) == list(query)

    async def test_a_read_only_key_may_not(self, account: Account) -> None:
        caller = account.organization.with_(key=account.read_key)
        assert (await caller.send("PUT", "/sandbox/simulate/orders/order_id_71/fulfill")).status_code == 403
