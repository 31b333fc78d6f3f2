"""Single records: an id is the connected system's own text, whatever it holds."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.api.client import Account, DepotConnection

pytestmark = pytest.mark.anyio

STRANGE_IDS = [
    "A/B",
    "A%2FB",
    "a b+c",
    "Größe 42 ☃ 🧦",
    "...",
    "..",
    "?x=1#y",
    "adjust",
    "quote ' \" \\",
    "{inventory_id}",
    "x" * 1000,
    "\u202etfel",
    "line\nbreak\ttab",
]


def path_of(identifier: str) -> str:
    """The address of an item; dots are encoded too, since clients resolve `..` themselves."""
    return f"/wms/inventory/{quote(identifier, safe='').replace('.', '%2E')}"


class TestSingle:
    async def test_a_record_is_the_one_of_the_list(self, reader: Account) -> None:
        [listed] = (await reader.warehouse.get("/wms/inventory", {"limit": "1"})).json()["data"]
        answer = await reader.warehouse.get(f"/wms/inventory/{listed['id']}")
        assert answer.json() == {"data": listed}

    @pytest.mark.parametrize("identifier", STRANGE_IDS, ids=lambda text: ascii(text[:12]))
    async def test_any_text_is_an_id(self, depot_connection: DepotConnection, identifier: str) -> None:
        """A warehouse whose item numbers hold a slash would otherwise be unreadable and unwritable."""
        depot_connection.depot.stock(identifier, "A", onhand=4)
        await depot_connection.sync()
        caller, path = depot_connection.caller, path_of(identifier)
        assert (await caller.get(path)).json()["data"]["id"] == identifier
        adjusted = await caller.put(f"{path}/adjust", {"quantity": 2, "adjustment_type": "increase"})
        assert adjusted.json()["id"] == identifier
        assert depot_connection.depot.effects == [f"{identifier} +2"]
        tagged = await caller.put(f"{path}/trackstar-tags", {"trackstar_tags": ["x"]})
        assert tagged.json()["data"]["trackstar_tags"] == ["x"]
        assert (await caller.get(path)).json()["data"]["onhand"] == 6

    @pytest.mark.parametrize("path", ["unknown", "%00", "a%00b", "%FF", "%C3%28", "%ED%A0%80", "%2F", "%2E%2E"])
    @pytest.mark.parametrize("method", ["GET", "PUT"])
    async def test_what_is_not_there_is_a_404(self, reader: Account, method: str, path: str) -> None:
        body = {"quantity": 1, "adjustment_type": "increase", "warehouse_id": "warehouse_id_0"}
        where = f"/wms/inventory/{path}" + ("/adjust" if method == "PUT" else "")
        answer = await reader.warehouse.send(method, where, json=body if method == "PUT" else None)
        assert answer.status_code == 404
        assert answer.json()["origin"] == "trackstar"
        assert isinstance(answer.json()["id"], str)

    async def test_the_missing_id_is_named(self, reader: Account) -> None:
        answer = await reader.warehouse.get("/wms/inventory/no%2Fsuch")
        assert answer.json()["id"] == "no/such"

    async def test_a_record_of_another_connection_is_not_found(
        self, reader: Account, depot_connection: DepotConnection
    ) -> None:
        [other, *_] = sorted(await reader.warehouse.ids("/wms/inventory"))
        assert (await depot_connection.caller.get(f"/wms/inventory/{other}")).status_code == 404


class TestNoSuchRoute:
    @pytest.mark.parametrize("path", ["/wms", "/wms/nothing", "/wms/inventory/a/b/c", "/WMS/inventory"])
    async def test_an_unknown_address_is_a_404_in_json(self, reader: Account, path: str) -> None:
        answer = await reader.warehouse.get(path)
        assert answer.status_code == 404
        assert answer.json() == {"error": "Not found", "origin": "trackstar"}

    @pytest.mark.parametrize(("method", "path"), [("DELETE", "/wms/inventory/a"), ("POST", "/wms/inventory")])
    async def test_a_wrong_method_is_a_405_that_names_the_right_ones(
        self, reader: Account, method: str, path: str
    ) -> None:
        answer = await reader.warehouse.send(method, path)
        assert answer.status_code == 405
        assert "GET" in answer.headers["allow"]


class TestETag:
    @pytest.mark.parametrize("path", ["/wms/inventory?limit=2", "/wms/inventory/inventory_item_id_0"])
    async def test_an_unchanged_answer_is_not_sent_again(self, reader: Account, path: str) -> None:
        first = await reader.warehouse.get(path)
        tag = first.headers["etag"]
        for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = await reader.warehouse.get(path, if_none_match=given)
            assert again.status_code == 304
            assert again.content == b""
            assert again.headers["etag"] == tag
            assert again.headers["x-ratelimit-limit"]
        other = await reader.warehouse.get(path, if_none_match='"other"')
        assert other.status_code == 200
        assert other.content == first.content

    async def test_a_change_makes_another_tag(self, account: Account) -> None:
        path = "/wms/inventory/inventory_item_id_3"
        before = (await account.warehouse.get(path)).headers["etag"]
        await account.warehouse.put(f"{path}/trackstar-tags", {"trackstar_tags": ["changed"]})
        answer = await account.warehouse.get(path, if_none_match=before)
        assert answer.status_code == 200
        assert answer.headers["etag"] != before


class TestRequestId:
    async def test_each_answer_has_one_of_its_own(self, reader: Account) -> None:
        ids = {(await reader.warehouse.get("/wms/warehouses")).headers["x-request-id"] for _ in range(3)}
        assert len(ids) == 3

    async def test_a_given_one_is_kept_also_on_errors(self, reader: Account) -> None:
        for caller in (reader.warehouse, reader.warehouse.with_(key="wrong"), reader.warehouse.with_(key=None)):
            answer = await caller.get("/wms/warehouses", x_request_id="order-17.retry_2")
            assert answer.headers["x-request-id"] == "order-17.retry_2"

    @pytest.mark.parametrize("given", ["", "a b", "x" * 129, "<script>", 'a"b'])
    async def test_one_that_could_harm_a_log_is_replaced(self, reader: Account, given: str) -> None:
        answer = await reader.warehouse.get("/wms/warehouses", x_request_id=given)
        assert answer.headers["x-request-id"] != given
