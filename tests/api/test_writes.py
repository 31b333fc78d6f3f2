"""Writes: what is refused before anything is sent, what is answered, and what can be read right after."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crossdock.contract.judge import MAX_DEPTH, MAX_VIOLATIONS
from crossdock.contract.values import INT64_MAX
from tests.api.client import Account, DepotConnection, violations

pytestmark = pytest.mark.anyio

ITEM = "/wms/inventory/inventory_item_id_1"
ADJUST = f"{ITEM}/adjust"
KITS = "/wms/kits"


def adjustment(**changes: Any) -> dict[str, Any]:
    """A body that is taken, with changes."""
    return {"quantity": 1, "adjustment_type": "increase", "warehouse_id": "warehouse_id_0", **changes}


def kit(**changes: Any) -> dict[str, Any]:
    """A kit that is taken, with changes."""
    items = [{"inventory_item_id": "inventory_item_id_1", "unit_quantity": 2}]
    return {"sku": "KIT", "inventory_items": items, **changes}


class TestAnswer:
    async def test_a_write_is_answered_with_the_record_and_read_back_at_once(self, account: Account) -> None:
        before = (await account.warehouse.get(ITEM)).json()["data"]["onhand"]
        answer = await account.warehouse.put(ADJUST, adjustment(quantity=3))
        said = answer.json()
        assert answer.status_code == 200
        assert list(said) == ["data", "id", "unused_fields"]
        assert said["id"] == said["data"]["id"] == "inventory_item_id_1"
        assert said["unused_fields"] == []
        assert said["data"]["onhand"] == before + 3
        assert (await account.warehouse.get(ITEM)).json()["data"] == said["data"]

    async def test_a_created_record_is_in_the_list_at_once(self, account: Account) -> None:
        answer = await account.warehouse.post(KITS, kit(sku="LISTED"))
        assert answer.status_code == 200
        made = answer.json()
        found = (await account.warehouse.get("/wms/products", {"sku": "LISTED"})).json()["data"]
        assert found == [made["data"]]
        changed = await account.warehouse.put(f"{KITS}/{made['id']}", {"name": "Gift set"})
        assert changed.json()["data"]["name"] == "Gift set"
        assert (await account.warehouse.get(f"/wms/products/{made['id']}")).json()["data"] == changed.json()["data"]

    async def test_a_batch_answers_a_list_without_an_id(self, account: Account) -> None:
        variants = [
            record["id"]
            for record in (await account.shop.get("/cart/products")).json()["data"]
            if record["parent_product_id"] != record["id"]
        ][:2]
        lines = [{"product_id": identifier, "quantity": 7, "warehouse_id": "warehouse_id_0"} for identifier in variants]
        answer = await account.shop.put("/cart/products/batch-adjust-inventory", {"line_items": lines})
        assert answer.status_code == 200, answer.text
        assert list(answer.json()) == ["data", "unused_fields"]
        assert [record["id"] for record in answer.json()["data"]] == variants
        for record in answer.json()["data"]:
            assert record["inventory_by_warehouse_id"]["warehouse_id_0"] == 7
            assert (await account.shop.get(f"/cart/products/{record['id']}")).json()["data"] == record

    async def test_a_batch_that_fails_in_part_says_what_became_of_each_line(self, account: Account) -> None:
        """Told only that it failed, a shop could not know which stock levels are now wrong."""
        variant = next(
            record
            for record in (await account.shop.get("/cart/products")).json()["data"]
            if record["parent_product_id"] != record["id"]
        )
        lines = [
            {"product_id": variant["id"], "quantity": 31, "warehouse_id": "warehouse_id_0"},
            {"product_id": "no such variant", "quantity": 1, "warehouse_id": "warehouse_id_0"},
        ]
        answer = await account.shop.put("/cart/products/batch-adjust-inventory", {"line_items": lines}, "partly")
        said = answer.json()
        assert 400 <= answer.status_code < 500
        assert said["origin"] == "integration"
        assert [(line["id"], line["outcome"]) for line in said["lines"]] == [
            (variant["id"], "applied"),
            ("no such variant", "refused"),
        ]
        assert said["lines"][1]["error"]
        stored = (await account.shop.get(f"/cart/products/{variant['id']}")).json()["data"]
        assert stored["inventory_by_warehouse_id"]["warehouse_id_0"] == 31

    async def test_a_parent_product_holds_no_stock(self, account: Account) -> None:
        parent = next(
            record["id"]
            for record in (await account.shop.get("/cart/products")).json()["data"]
            if record["parent_product_id"] == record["id"]
        )
        body = {"quantity": 1, "adjustment_type": "increase"}
        answer = await account.shop.put(f"/cart/products/{parent}/adjust-inventory", body)
        assert 400 <= answer.status_code < 500
        assert "variant" in answer.json()["error"].lower()

    async def test_fields_without_effect_are_named(self, depot_connection: DepotConnection) -> None:
        depot_connection.depot.stock("a")
        await depot_connection.sync()
        answer = await depot_connection.adjust("a", location_id="bin 7")
        assert answer.json()["unused_fields"] == ["location_id"]

    async def test_tags_of_a_create_are_stored_and_not_sent(self, depot_connection: DepotConnection) -> None:
        tags = ["gift", {"season": "winter"}]
        answer = await depot_connection.caller.post(KITS, {"sku": "S", "trackstar_tags": tags})
        assert answer.json()["data"]["trackstar_tags"] == tags
        assert b"gift" not in depot_connection.depot.loopback.received[-1].body
        found = await depot_connection.caller.ids("/wms/products", {"trackstar_tags[contains]": "season:winter"})
        assert found == {answer.json()["id"]}

    async def test_null_tags_of_a_create_are_none(self, depot_connection: DepotConnection) -> None:
        answer = await depot_connection.caller.post(KITS, {"sku": "S", "trackstar_tags": None})
        assert answer.status_code == 200
        assert answer.json()["data"]["trackstar_tags"] is None

    async def test_the_store_date_moves_with_the_change(self, account: Account) -> None:
        before = (await account.warehouse.get(ITEM)).json()["data"]
        after = (await account.warehouse.put(ADJUST, adjustment())).json()["data"]
        assert after["trackstar_created_date"] == before["trackstar_created_date"]
        assert after["trackstar_updated_date"] >= before["trackstar_updated_date"]


REFUSED: list[tuple[dict[str, Any], dict[str, str]]] = [
    (adjustment(quantity=None), {"quantity": "Field may not be null."}),
    (adjustment(warehouse_id=""), {"warehouse_id": "Field may not be empty."}),
    (adjustment(warehouse_id="none"), {"warehouse_id": "Must be one of: warehouse_id_0, warehouse_id_1."}),
    (adjustment(quantity=1.0), {"quantity": "Not a valid integer."}),
    (adjustment(quantity=1.5), {"quantity": "Not a valid integer."}),
    (adjustment(quantity="1"), {"quantity": "Not a valid integer."}),
    (adjustment(quantity=True), {"quantity": "Not a valid integer."}),
    (adjustment(quantity=-1), {"quantity": "Must be greater than or equal to 0."}),
    (adjustment(quantity=INT64_MAX + 1), {"quantity": f"Must be less than or equal to {INT64_MAX}."}),
    (adjustment(quantity=10**400), {"quantity": f"Must be less than or equal to {INT64_MAX}."}),
    (adjustment(adjustment_type="exact"), {"adjustment_type": "Must be one of: decrease, increase."}),
    (adjustment(adjustment_type="Increase"), {"adjustment_type": "Must be one of: decrease, increase."}),
    (adjustment(adjustment_type=["increase"]), {"adjustment_type": "Not a valid string."}),
    (adjustment(warehouse_id="elsewhere"), {"warehouse_id": "Must be one of: warehouse_id_0, warehouse_id_1."}),
    (adjustment(colour="red"), {"colour": "Unknown field."}),
    (adjustment(trackstar_tags=["a"]), {"trackstar_tags": "Unknown field."}),
    (
        {},
        {
            "quantity": "Missing data for required field.",
            "adjustment_type": "Missing data for required field.",
            "warehouse_id": "Missing data for required field.",
        },
    ),
    (
        {"quantity": None, "adjustment_type": "", "extra": 1},
        {
            "quantity": "Field may not be null.",
            "adjustment_type": "Field may not be empty.",
            "extra": "Unknown field.",
            "warehouse_id": "Missing data for required field.",
        },
    ),
]
REFUSED_KITS: list[tuple[dict[str, Any], dict[str, str]]] = [
    (kit(sku="a\0b"), {"sku": "Holds a character that no system stores."}),
    (kit(name="none"), {"name": "Field may not be 'none'."}),
    (kit(measurements={}), {"measurements.length": "Missing data for required field."}),
    (
        kit(measurements={"length": None, "width": "", "height": 1, "unit": "ft", "weight": 1, "weight_unit": "none"}),
        {
            "measurements.length": "Field may not be null.",
            "measurements.width": "Field may not be empty.",
            "measurements.unit": "Must be one of: cm, in.",
            "measurements.weight_unit": "Must be one of: kg, lb, oz.",
        },
    ),
    (kit(inventory_items=[]), {"inventory_items": "Shorter than minimum length 1."}),
    (kit(inventory_items={}), {"inventory_items": "Not a valid list."}),
    (kit(inventory_items=["x"]), {"inventory_items.0": "Invalid input type."}),
    (
        kit(inventory_items=[{"inventory_item_id": "inventory_item_id_1", "sku": "", "unit_quantity": 0}]),
        {
            "inventory_items.0.sku": "Field may not be empty.",
            "inventory_items.0.unit_quantity": "Must be greater than or equal to 1.",
        },
    ),
    (
        kit(inventory_items=[{"inventory_item_id": "inventory_item_id_1", "unit_quantity": 1}, {"sku": None}]),
        {
            "inventory_items.1.inventory_item_id": "Missing data for required field.",
            "inventory_items.1.unit_quantity": "Missing data for required field.",
            "inventory_items.1.sku": "Field may not be null.",
        },
    ),
]


class TestRefusedBodies:
    @pytest.mark.parametrize(("body", "expected"), REFUSED, ids=lambda value: json.dumps(value)[:60])
    async def test_an_adjustment(self, account: Account, body: dict[str, Any], expected: dict[str, str]) -> None:
        before = (await account.warehouse.get(ITEM)).json()
        found = violations(await account.warehouse.put(ADJUST, body))
        assert {name: texts[0] for name, texts in found.items()} == expected
        assert (await account.warehouse.get(ITEM)).json() == before

    @pytest.mark.parametrize(("body", "expected"), REFUSED_KITS, ids=lambda value: json.dumps(value)[:60])
    async def test_a_kit(self, account: Account, body: dict[str, Any], expected: dict[str, str]) -> None:
        found = violations(await account.warehouse.post(KITS, body))
        assert expected.items() <= {name: texts[0] for name, texts in found.items()}.items()

    @pytest.mark.parametrize("body", [None, [], "text", 1, True, [adjustment()]])
    async def test_a_body_that_is_no_object(self, account: Account, body: Any) -> None:
        answer = await account.warehouse.send("PUT", ADJUST, content=json.dumps(body).encode())
        assert set(violations(answer)) == {"_schema"}

    async def test_every_violation_is_listed_but_at_most_100(self, account: Account) -> None:
        for count, listed in ((40, 40), (MAX_VIOLATIONS + 50, MAX_VIOLATIONS)):
            body = adjustment(**{f"field_{number}": number for number in range(count)})
            found = violations(await account.warehouse.put(ADJUST, body))
            assert sum(len(texts) for texts in found.values()) == listed

    async def test_thousands_of_wrong_lines_are_answered_with_100(self, account: Account) -> None:
        lines = [{"product_id": "", "quantity": None, "x": 1}] * 5000
        answer = await account.shop.put("/cart/products/batch-adjust-inventory", {"line_items": lines})
        found = violations(answer)
        assert sum(len(texts) for texts in found.values()) == MAX_VIOLATIONS


class TestRefusedRequests:
    @pytest.mark.parametrize(
        "content",
        [b"", b"{", b"{'a': 1}", b"{} {}", b"\xff\xfe", b'{"quantity": 01}', b'{"a": NaN}', b'"\\ud800', b"\x00"],
    )
    async def test_invalid_json_is_a_400(self, account: Account, content: bytes) -> None:
        answer = await account.warehouse.send("PUT", ADJUST, content=content)
        assert answer.status_code == 400
        assert answer.json()["origin"] == "trackstar"
        assert answer.json()["error"].startswith("Invalid JSON body")

    @pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
    async def test_another_content_type_is_a_415(self, account: Account, kind: str) -> None:
        body = json.dumps(adjustment()).encode()
        answer = await account.warehouse.send("PUT", ADJUST, content=body, headers={"content-type": kind})
        assert answer.status_code == 415
        assert answer.json() == {"error": "Content-Type must be application/json", "origin": "trackstar"}

    async def test_a_charset_is_no_other_content_type(self, account: Account) -> None:
        body = json.dumps(adjustment()).encode()
        kind = {"content-type": "Application/JSON; charset=utf-8"}
        assert (await account.warehouse.send("PUT", ADJUST, content=body, headers=kind)).status_code == 200

    @pytest.mark.parametrize("path", [ADJUST, f"{ITEM}/trackstar-tags", "/connections/sync"])
    async def test_ten_megabytes_are_a_413(self, account: Account, path: str) -> None:
        method = "POST" if path == "/connections/sync" else "PUT"
        answer = await account.warehouse.send(method, path, content=b'{"a": "' + b"x" * 10_000_000 + b'"}')
        assert answer.status_code == 413
        assert answer.json() == {"error": "The body is too large", "origin": "trackstar"}

    @pytest.mark.parametrize("nested", [b"[" * 5_000 + b"]" * 5_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000])
    async def test_deep_nesting_is_a_422(self, account: Account, nested: bytes) -> None:
        answer = await account.warehouse.send("PUT", ADJUST, content=nested)
        assert violations(answer) == {"_schema": [f"Nested more than {MAX_DEPTH} levels deep."]}

    @pytest.mark.parametrize(("depth", "status"), [(MAX_DEPTH - 1, 422), (MAX_DEPTH + 2, 422)])
    async def test_nesting_at_the_border(self, account: Account, depth: int, status: int) -> None:
        content = b'{"extra":' + b"[" * depth + b"]" * depth + b"}"
        answer = await account.warehouse.send("PUT", ADJUST, content=content)
        assert answer.status_code == status
        deep = "_schema" in violations(answer)
        assert deep is (depth > MAX_DEPTH)

    async def test_a_write_to_an_unknown_record_does_not_reach_the_connected_system(
        self, depot_connection: DepotConnection
    ) -> None:
        before = len(depot_connection.depot.requests)
        answer = await depot_connection.adjust("unknown")
        assert answer.status_code == 404
        assert answer.json() == {"error": "Not found", "origin": "trackstar", "id": "unknown"}
        assert len(depot_connection.depot.requests) == before

    async def test_every_refusal_of_ours_is_said_to_be_ours(self, account: Account) -> None:
        answers = [
            await account.warehouse.put(ADJUST, {}),
            await account.warehouse.put("/wms/inventory/unknown/adjust", adjustment()),
            await account.warehouse.send("PUT", ADJUST, content=b"{"),
            await account.shop.put(ADJUST, adjustment()),
        ]
        assert [answer.status_code for answer in answers] == [422, 404, 400, 501]
        assert {answer.json()["origin"] for answer in answers} == {"trackstar"}

    async def test_a_refusal_of_the_connected_system_is_said_to_be_its_own(self, account: Account) -> None:
        answer = await account.warehouse.put(ADJUST, adjustment(adjustment_type="decrease", quantity=10**9))
        assert 400 <= answer.status_code < 500
        assert answer.json()["origin"] == "integration"


class TestTags:
    PATH = f"{ITEM}/trackstar-tags"

    async def test_the_whole_list_is_replaced(self, account: Account) -> None:
        first = await account.warehouse.put(self.PATH, {"trackstar_tags": ["a", {"b": "c"}]})
        assert first.status_code == 200
        assert first.json()["id"] == "inventory_item_id_1"
        assert first.json()["unused_fields"] == []
        assert first.json()["data"]["trackstar_tags"] == ["a", {"b": "c"}]
        assert (await account.warehouse.get(ITEM)).json()["data"] == first.json()["data"]
        second = await account.warehouse.put(self.PATH, {"trackstar_tags": []})
        assert second.json()["data"]["trackstar_tags"] == []

    async def test_tags_outlive_writes_and_syncs(self, depot_connection: DepotConnection) -> None:
        """A tag is the caller's own note; a change in the warehouse must not wipe it."""
        depot_connection.depot.stock("a")
        await depot_connection.sync()
        await depot_connection.caller.put("/wms/inventory/a/trackstar-tags", {"trackstar_tags": ["mine"]})
        await depot_connection.adjust("a")
        depot_connection.depot.stock("a", onhand=99)
        await depot_connection.sync()
        record = (await depot_connection.caller.get("/wms/inventory/a")).json()["data"]
        assert (record["onhand"], record["trackstar_tags"]) == (99, ["mine"])

    @pytest.mark.parametrize(
        "tags",
        [
            *(None, "a", [""], ["none"], [None], [1], [True], [[]], [{}], ["a\0"]),
            *([{"a": "1", "b": "2"}], [{"a": None}], [{"": "x"}], [{"a": ["list"]}], [{"a": {}}]),
        ],
    )
    async def test_what_is_no_tag_is_refused(self, account: Account, tags: Any) -> None:
        found = violations(await account.warehouse.put(self.PATH, {"trackstar_tags": tags}))
        assert all(name.startswith("trackstar_tags") for name in found)

    @pytest.mark.parametrize("body", [{}, {"tags": []}, {"trackstar_tags": [], "x": 1}, []])
    async def test_the_body_is_the_list_and_nothing_else(self, account: Account, body: Any) -> None:
        assert violations(await account.warehouse.put(self.PATH, body))

    async def test_the_connected_system_is_not_called(self, depot_connection: DepotConnection) -> None:
        depot_connection.depot.stock("a")
        await depot_connection.sync()
        before = len(depot_connection.depot.requests)
        await depot_connection.caller.put("/wms/inventory/a/trackstar-tags", {"trackstar_tags": ["x"]})
        assert len(depot_connection.depot.requests) == before

    async def test_an_unknown_record_is_a_404(self, account: Account) -> None:
        answer = await account.warehouse.put("/wms/inventory/unknown/trackstar-tags", {"trackstar_tags": []})
        assert answer.status_code == 404
        assert answer.json()["id"] == "unknown"
