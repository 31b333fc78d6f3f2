"""`GET /wms/{resource}/meta`: schemas of single writes for clients that do not know write-info."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from crossdock.contract.catalogue import PUBLISHED
from crossdock.contract.management.meta import META_OPERATIONS, WRITES_OF
from crossdock.contract.schemas import PLACEHOLDER
from tests.api.client import Account, DepotConnection, violations

pytestmark = pytest.mark.anyio

ORDER_META = "/wms/orders/meta"


def body_of(document: dict[str, Any]) -> dict[str, Any]:
    name = document["$ref"].removeprefix("#/definitions/")
    found: dict[str, Any] = document["definitions"][name]
    return found


def test_every_create_and_change_has_one() -> None:
    """A write added later has to appear here by itself."""
    shown = {action.key for actions in WRITES_OF.values() for action in actions.values()}
    wanted = {
        action.key
        for action in PUBLISHED
        if action.vertical == "wms" and action.body and action.name.split("_")[0] in ("create", "update")
    }
    assert shown == wanted - {"wms/create_order_shipment", "wms/create_order_file"}
    assert len(META_OPERATIONS) >= 4


async def test_it_is_the_schema_that_write_info_shows(account: Account) -> None:
    info = (await account.warehouse.get("/integrations/wms/sandbox/write-info")).json()["components"]["schemas"]
    for path in ("/wms/orders/meta", "/wms/kits/meta"):
        for method in ("POST", "PUT"):
            document = (await account.warehouse.get(path, {"method": method})).json()
            assert document["$schema"] == "http://json-schema.org/draft-07/schema#"
            assert "has_connection_specific_fields" not in document
            assert body_of(document) == info[document["$ref"].rpartition("/")[2]]
            jsonschema_rs.meta.validate(document)


async def test_it_judges_as_the_write_does(account: Account) -> None:
    document = (await account.warehouse.get(ORDER_META, {"method": "POST"})).json()
    validator = jsonschema_rs.Draft7Validator(document)
    fits = {"line_items": [{"product_id": "product_id_6", "quantity": 1}], "channel_object": {"channel_name": "x"}}
    assert validator.is_valid(fits)
    changes: list[dict[str, Any]] = [
        {"line_items": []},
        {"colour": "red"},
        {"channel_object": {}},
        {"warehouse_id": "nowhere"},
    ]
    for wrong in changes:
        assert not validator.is_valid({**fits, **wrong})


async def test_without_an_account_its_values_are_placeholders(account: Account) -> None:
    answer = await account.organization.get(f"{ORDER_META}/sandbox", {"method": "PUT"})
    document = answer.json()
    assert document["has_connection_specific_fields"] is True
    assert body_of(document)["properties"]["warehouse_id"]["enum"] == [PLACEHOLDER]
    own = (await account.warehouse.get(ORDER_META, {"method": "PUT"})).json()
    assert body_of(own)["properties"]["warehouse_id"]["enum"] == ["warehouse_id_0", "warehouse_id_1"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"method": "Missing data for required field."}),
        ({"method": "GET"}, {"method": "Must be one of: POST, PUT."}),
        ({"method": "POST", "x": "1"}, {"x": "Unknown field."}),
    ],
)
async def test_bad_parameters_are_named(account: Account, query: dict[str, str], expected: dict[str, str]) -> None:
    for caller, path in ((account.warehouse, ORDER_META), (account.organization, f"{ORDER_META}/sandbox")):
        found = violations(await caller.get(path, query), "query")
        assert {name: texts[0] for name, texts in found.items()} == expected


async def test_what_is_not_there(account: Account, depot_connection: DepotConnection) -> None:
    unknown = await account.organization.get(f"{ORDER_META}/nobody", {"method": "POST"})
    assert (unknown.status_code, unknown.json()["id"]) == (404, "nobody")
    for answer in (
        await depot_connection.caller.get(ORDER_META, {"method": "POST"}),
        await account.organization.get(f"{ORDER_META}/depot", {"method": "POST"}),
    ):
        assert answer.status_code == 501
        assert answer.json()["error"] == "Endpoint create_order is not implemented for Depot"
    assert (await account.shop.get(ORDER_META, {"method": "POST"})).status_code == 501
