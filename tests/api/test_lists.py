"""Lists: the envelope, every filter, and walks over pages that stay right while records change."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence

import httpx
import pytest

from crossdock.contract import filters
from crossdock.contract.catalogue import STORED
from crossdock.contract.filters import FilterKind
from crossdock.platform.engine import Engine
from tests.api.client import Account, Caller, DepotConnection, connected_depot, violations
from tests.api.depot_server import running_depot

pytestmark = pytest.mark.anyio

INVENTORY = "/wms/inventory"


@pytest.fixture(scope="module")
async def shelves(engine: Engine, http: httpx.AsyncClient) -> AsyncIterator[DepotConnection]:
    """A connection whose records differ in everything that can be filtered by; `c` has neither SKU nor customer."""
    async with running_depot() as depot, connected_depot(engine, http, depot) as connection:
        depot.stock("a", sku="red mug", customer="c1", made="2026-01-01T00:00:00Z", changed="2026-02-01T00:00:00Z")
        depot.stock("b", sku="red bowl", customer="c2", made="2026-01-02T00:00:00Z", active=False)
        depot.stock("c", sku="", customer=None, made="2026-01-03T00:00:00Z")
        depot.stock("d", sku="100%_mug", customer="c1", made="2026-01-04T00:00:00Z", active=False)
        depot.stock("e", sku="Grüße, 42", customer="c3", made="2026-01-05T00:00:00Z")
        await connection.sync()
        for item, tags in (("a", ["hot", {"zone": "north"}]), ("b", ["hot"]), ("d", [{"zone": "south"}, {"n": 7}])):
            answer = await connection.caller.put(f"{INVENTORY}/{item}/trackstar-tags", {"trackstar_tags": tags})
            assert answer.status_code == 200
        yield connection


class TestEnvelope:
    async def test_a_list_is_data_next_token_and_total_count(self, reader: Account) -> None:
        answer = await reader.warehouse.get("/wms/warehouses")
        said = answer.json()
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert list(said) == ["data", "next_token", "total_count"]
        assert said["next_token"] is None
        assert said["total_count"] == len(said["data"]) == 2

    async def test_an_empty_list_has_the_same_shape(self, reader: Account) -> None:
        answer = await reader.warehouse.get("/wms/warehouses", {"name": "nowhere"})
        assert answer.json() == {"data": [], "next_token": None, "total_count": 0}

    async def test_total_count_is_that_of_the_page(self, reader: Account) -> None:
        answer = await reader.warehouse.get(INVENTORY, {"limit": "3"})
        assert answer.json()["total_count"] == len(answer.json()["data"]) == 3
        assert answer.json()["next_token"]

    async def test_every_stored_resource_is_listed_with_its_dates(self, reader: Account) -> None:
        looked_at = 0
        for resource in STORED:
            caller = reader.warehouse if resource.vertical == "wms" else reader.shop
            path = resource.path.replace("{warehouse_id}", "warehouse_id_0")
            answer = await caller.get(path, {"limit": "1"})
            if answer.status_code == 501:
                continue
            [record] = answer.json()["data"]
            assert {"id", "created_date", "updated_date"} <= set(record)
            for name in ("created_date", "updated_date", "trackstar_created_date", "trackstar_updated_date"):
                assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", record[name]), (resource.key, name)
            assert ("trackstar_tags" in record) is resource.taggable
            looked_at += 1
        assert looked_at >= 6


def _case(query: str, ids: str) -> object:
    return pytest.param(query, set(ids), id=query)


class TestFilters:
    """A wrong filter is a wrong stock report, so each operator is tried on a real column of each type."""

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            _case("sku=red mug", "a"),
            _case("sku[eq]=red mug", "a"),
            _case("sku[neq]=red mug", "bcde"),
            _case("sku[in]=red mug,red bowl", "ab"),
            _case("sku[nin]=red mug,red bowl", "cde"),
            _case("sku[contains]=red", "ab"),
            _case("sku[contains]=RED", ""),
            _case("sku[contains]=%", "d"),
            _case("sku[contains]=_", "d"),
            _case("sku[contains]=ü", "e"),
            _case("sku[not_contains]=red", "cde"),
            _case("sku=Grüße, 42", "e"),
            _case("sku=", ""),
            _case("sku[in]=red mug&sku[in]=red bowl", "ab"),
            _case("warehouse_customer_id=c1", "ad"),
            _case("warehouse_customer_id[neq]=c1", "bce"),
            _case("warehouse_customer_id[nin]=c1,c2", "ce"),
            _case("active=true", "ace"),
            _case("active=FALSE", "bd"),
            _case("active[eq]=false", "bd"),
            _case("active[neq]=false", "ace"),
            _case("created_date=2026-01-02T00:00:00Z", "b"),
            _case("created_date[neq]=2026-01-02T00:00:00Z", "acde"),
            _case("created_date[gt]=2026-01-02T00:00:00Z", "cde"),
            _case("created_date[gte]=2026-01-02T00:00:00Z", "bcde"),
            _case("created_date[lt]=2026-01-02T00:00:00Z", "a"),
            _case("created_date[lte]=2026-01-02T00:00:00Z", "ab"),
            _case("created_date[in]=2026-01-02T00:00:00Z,2026-01-04T00:00:00Z", "bd"),
            _case("created_date[nin]=2026-01-02T00:00:00Z,2026-01-04T00:00:00Z", "ace"),
            _case("created_date[gte]=2026-01-02T00:00:00Z&created_date[lte]=2026-01-04T00:00:00Z", "bcd"),
            _case("updated_date=2026-02-01T00:00:00Z", "a"),
            _case("trackstar_created_date[gt]=2026-01-01T00:00:00Z", "abcde"),
            _case("trackstar_updated_date[lt]=2026-01-01T00:00:00Z", ""),
            _case("trackstar_tags[contains]=hot", "ab"),
            _case("trackstar_tags[contains]=hot,zone:north", "a"),
            _case("trackstar_tags[contains]=n:7", "d"),
            _case("trackstar_tags[contains]=zone", ""),
            _case("trackstar_tags[not_contains]=hot", "cde"),
            _case("trackstar_tags[not_contains]=hot,zone:south", "ce"),
            _case("sku[contains]=mug&active=false", "d"),
            _case("ids[in]=a,c,zzz", "ac"),
            _case("ids[in]=a,c&active=false&sku=nothing", "ac"),
            _case("ids[in]=", ""),
        ],
    )
    async def test_a_filter_finds_exactly_its_records(
        self, shelves: DepotConnection, query: str, expected: set[str]
    ) -> None:
        pairs = [tuple(part.split("=", 1)) for part in query.split("&")]
        assert await shelves.caller.ids(INVENTORY, pairs) == expected  # type: ignore[arg-type]

    def test_every_kind_and_operator_is_tried_above(self) -> None:
        """A new operator without a case here would go out untested."""
        kinds = {item.name: item.kind for item in next(r for r in STORED if r.path == INVENTORY).all_filters}
        cases = self.test_a_filter_finds_exactly_its_records.pytestmark[0].args[1]  # type: ignore[attr-defined]
        tried = set()
        for case in cases:
            for name in (part.split("=")[0] for part in case.id.split("&")):
                field, _, operator = name.partition("[")
                tried.add((kinds.get(field), operator.rstrip("]") or "eq"))
        wanted = {(kind, operator) for kind in set(kinds.values()) for operator in filters.OPERATORS[kind]}
        assert wanted - tried == set()
        assert FilterKind.TAGS in kinds.values()

    @pytest.mark.parametrize("operator", ["in", "nin"])
    async def test_100_values_are_taken_and_101_refused(self, shelves: DepotConnection, operator: str) -> None:
        name = f"sku[{operator}]"
        hundred = ",".join(str(number) for number in range(100))
        assert (await shelves.caller.get(INVENTORY, {name: hundred})).status_code == 200
        answer = await shelves.caller.get(INVENTORY, {name: f"{hundred},100"})
        assert violations(answer, "query") == {name: ["At most 100 values are allowed."]}

    async def test_101_ids_are_refused(self, shelves: DepotConnection) -> None:
        answer = await shelves.caller.get(INVENTORY, {"ids[in]": ",".join(["a"] * 101)})
        assert violations(answer, "query") == {"ids[in]": ["At most 100 values are allowed."]}

    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            ("colour", "red", "Unknown field."),
            ("onhand", "5", "Unknown field."),
            ("sku[like]", "r", "Unknown operator 'like'"),
            ("sku[gt]", "r", "Unknown operator 'gt'"),
            ("sku[", "r", "Unknown field."),
            ("sku[]", "r", "Unknown operator ''"),
            ("active[gt]", "true", "Unknown operator 'gt'"),
            ("active", "yes", "Not a valid boolean"),
            ("created_date", "2026-01-01", "Not a valid datetime"),
            ("created_date[gt]", "2026-13-01T00:00:00Z", "Not a valid datetime"),
            ("created_date[gt]", "2026-01-01T00:00:00", "Not a valid datetime"),
            ("created_date[gt]", "0001-01-01T00:00:00+14:00", "Not a valid datetime"),
            ("created_date[gt]", "٢٠٢٦-01-01T00:00:00Z", "Not a valid datetime"),
            ("trackstar_tags", "hot", "Name an operator"),
            ("trackstar_tags[eq]", "hot", "Unknown operator 'eq'"),
            ("ids", "a", "Unknown operator"),
            ("ids[nin]", "a", "Unknown operator"),
            ("limit", "0", "Not a valid integer"),
            ("limit", "-1", "Not a valid integer"),
            ("limit", "ten", "Not a valid integer"),
            ("limit", "1.5", "Not a valid integer"),
            ("limit", "٣", "Not a valid integer"),
            ("limit", "", "Not a valid integer"),
            ("page_token", "garbage", "Not a valid page token."),
            ("page_token", "@@@@", "Not a valid page token."),
            ("page_token", "A" * 22, "This page token belongs to another query"),
        ],
    )
    async def test_a_parameter_that_cannot_be_used_is_named(
        self, shelves: DepotConnection, name: str, value: str, said: str
    ) -> None:
        answer = await shelves.caller.get(INVENTORY, {name: value})
        found = violations(answer, "query")
        assert list(found) == [name]
        assert found[name][0].startswith(said)

    async def test_every_bad_parameter_is_listed_at_once(self, shelves: DepotConnection) -> None:
        answer = await shelves.caller.get(INVENTORY, {"colour": "red", "active": "x", "limit": "x", "page_token": "x"})
        assert set(violations(answer, "query")) == {"colour", "active", "limit", "page_token"}

    @pytest.mark.parametrize("name", ["sku", "limit", "page_token", "sku[contains]", "trackstar_tags[contains]"])
    async def test_a_repeated_parameter_is_refused_rather_than_guessed(
        self, shelves: DepotConnection, name: str
    ) -> None:
        answer = await shelves.caller.get(INVENTORY, [(name, "1"), (name, "2")])
        assert violations(answer, "query") == {name: ["Given more than once."]}

    @pytest.mark.parametrize("query", ["sku=%FF", "sku=%00", "%FF=1", "sk%00u=1"])
    async def test_a_value_no_text_can_have_is_a_422(self, shelves: DepotConnection, query: str) -> None:
        answer = await shelves.caller.get(f"{INVENTORY}?{query}")
        assert answer.status_code == 422

    async def test_no_filter_becomes_part_of_the_query(self, shelves: DepotConnection) -> None:
        """Text is data: an injection would show one merchant's stock to another."""
        for value in ("' or '1'='1", "a'); drop table wms_inventory; --", "%s", "\\"):
            assert await shelves.caller.ids(INVENTORY, {"sku": value}) == set()
        assert len(await shelves.caller.ids(INVENTORY)) == 5


class TestLimit:
    @pytest.mark.parametrize("limit", ["1000", "1001", "99999999999999999999"])
    async def test_a_limit_over_1000_counts_as_1000(self, shelves: DepotConnection, limit: str) -> None:
        assert len(await shelves.caller.ids(INVENTORY, {"limit": limit})) == 5

    async def test_a_page_never_holds_more_than_1000(self, depot_connection: DepotConnection) -> None:
        depot_connection.depot.stock(*(f"i{number}" for number in range(1003)))
        depot_connection.depot.page_size = 500
        await depot_connection.sync()
        answer = await depot_connection.caller.get(INVENTORY, {"limit": "5000"})
        assert answer.json()["total_count"] == 1000
        walked = [
            record["id"] async for page in depot_connection.caller.pages(INVENTORY, limit=1000) for record in page
        ]
        assert len(walked) == len(set(walked)) == 1003


async def _walk(caller: Caller, limit: int, params: Sequence[tuple[str, str]] = ()) -> list[str]:
    return [record["id"] async for page in caller.pages(INVENTORY, params, limit) for record in page]


class TestWalk:
    @pytest.mark.parametrize("limit", [1, 2, 5, 6])
    async def test_a_walk_gives_every_record_once(self, shelves: DepotConnection, limit: int) -> None:
        assert sorted(await _walk(shelves.caller, limit)) == list("abcde")

    async def test_a_walk_with_filters_keeps_them(self, shelves: DepotConnection) -> None:
        assert sorted(await _walk(shelves.caller, 1, [("active", "true")])) == list("ace")

    async def test_records_that_stay_are_walked_once_while_others_come_and_change(
        self, depot_connection: DepotConnection
    ) -> None:
        """An application that pages while a sync runs must not lose or double a stock item."""
        depot, caller = depot_connection.depot, depot_connection.caller
        there = [f"i{number}" for number in range(20)]
        depot.stock(*there)
        await depot_connection.sync()
        walked: list[str] = []
        async for page in caller.pages(INVENTORY, limit=4):
            walked += [record["id"] for record in page]
            number = len(walked)
            depot.stock("i0", "i7", "i19", onhand=100 + number)
            depot.stock(f"new{number}", f"a{number}")
            await depot_connection.sync()
            if number > 60:
                break
        assert [identifier for identifier in walked if identifier in there] == sorted(there, key=walked.index)
        assert set(there) <= set(walked)
        assert len(walked) == len(set(walked))

    @pytest.mark.parametrize(
        "changed",
        [[("sku[contains]", "red")], [("active", "true")], [("ids[in]", "a")]],
        ids=["filter", "another", "ids"],
    )
    async def test_a_token_of_another_query_is_refused(
        self, shelves: DepotConnection, changed: list[tuple[str, str]]
    ) -> None:
        """Followed blindly, it would skip records without a word."""
        token = (await shelves.caller.get(INVENTORY, {"limit": "2"})).json()["next_token"]
        answer = await shelves.caller.get(INVENTORY, [*changed, ("page_token", token)])
        [said] = violations(answer, "query")["page_token"]
        assert "belongs to another query" in said

    async def test_the_page_size_may_change_on_the_way(self, shelves: DepotConnection) -> None:
        first = (await shelves.caller.get(INVENTORY, {"limit": "2"})).json()
        rest = (await shelves.caller.get(INVENTORY, {"limit": "9", "page_token": first["next_token"]})).json()
        assert sorted(record["id"] for record in first["data"] + rest["data"]) == list("abcde")
        assert rest["next_token"] is None

    async def test_a_token_of_another_connection_or_resource_is_refused(
        self, shelves: DepotConnection, reader: Account
    ) -> None:
        token = (await shelves.caller.get(INVENTORY, {"limit": "2"})).json()["next_token"]
        for caller, path in ((reader.warehouse, INVENTORY), (shelves.caller, "/wms/products")):
            answer = await caller.get(path, {"page_token": token})
            assert set(violations(answer, "query")) == {"page_token"}

    async def test_an_empty_token_starts_a_walk(self, shelves: DepotConnection) -> None:
        assert len(await shelves.caller.ids(INVENTORY, {"page_token": ""})) == 5


class TestChildren:
    async def test_locations_are_those_of_their_warehouse(self, reader: Account) -> None:
        first = await reader.warehouse.ids("/wms/warehouses/warehouse_id_0/locations")
        second = await reader.warehouse.ids("/wms/warehouses/warehouse_id_1/locations")
        assert first
        assert second
        assert not first & second

    async def test_a_location_is_not_found_under_another_warehouse(self, reader: Account) -> None:
        [location, *_] = sorted(await reader.warehouse.ids("/wms/warehouses/warehouse_id_0/locations"))
        found = await reader.warehouse.get(f"/wms/warehouses/warehouse_id_0/locations/{location}")
        assert found.json()["data"]["warehouse_id"] == "warehouse_id_0"
        missed = await reader.warehouse.get(f"/wms/warehouses/warehouse_id_1/locations/{location}")
        assert missed.status_code == 404

    async def test_a_token_of_another_warehouse_is_refused(self, reader: Account) -> None:
        path = "/wms/warehouses/warehouse_id_{}/locations"
        token = (await reader.warehouse.get(path.format(0), {"limit": "1"})).json()["next_token"]
        answer = await reader.warehouse.get(path.format(1), {"page_token": token})
        assert set(violations(answer, "query")) == {"page_token"}
