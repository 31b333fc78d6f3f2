"""Asking for a system that cannot be connected yet."""

from __future__ import annotations

from typing import Any

import pytest

from crossdock.contract.catalogue import ACTIONS
from crossdock.platform.engine import Engine
from tests.api.client import Account, violations

pytestmark = pytest.mark.anyio

PATH = "/integration-requests"
WANTED: dict[str, Any] = {"integration_name": "Some WMS", "integration_type": "wms"}


class TestFlows:
    async def test_every_action_can_be_asked_for(self, reader: Account) -> None:
        found = (await reader.organization.get(f"{PATH}/flows")).json()["data"]
        assert {f"{item['integration_type']}/{item['flow']}" for item in found} == {action.key for action in ACTIONS}
        assert {"flow": "get_orders", "display_name": "Read orders", "integration_type": "wms"} in found

    async def test_of_one_vertical(self, reader: Account) -> None:
        found = (await reader.organization.get(f"{PATH}/flows", {"integration_type": "carrier"})).json()["data"]
        assert {item["integration_type"] for item in found} == {"carrier"}

    @pytest.mark.parametrize("name", ["integration_type", "limit"])
    async def test_a_bad_parameter_is_named(self, reader: Account, name: str) -> None:
        assert set(violations(await reader.organization.get(f"{PATH}/flows", {name: "bank"}), "query")) == {name}


class TestCreate:
    async def test_it_is_kept_for_whoever_runs_the_server(self, engine: Engine, account: Account) -> None:
        body = {**WANTED, "flows": ["get_orders", "create_order"], "contact_email": "ops@example.com", "notes": None}
        said = (await account.organization.post(PATH, body)).json()["data"]
        assert said == {**said, **WANTED, "flows": ["get_orders", "create_order"], "status": "open"}
        async with engine.database.transaction(account.organization_id) as connection:
            cursor = await connection.execute("select id, contact_email, notes from integration_requests")
            [row] = await cursor.fetchall()
        assert (row["id"].hex, row["contact_email"], row["notes"]) == (said["id"], "ops@example.com", None)

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"integration_type": "wms"}, "integration_name"),
            ({**WANTED, "integration_name": ""}, "integration_name"),
            ({**WANTED, "integration_type": "bank"}, "integration_type"),
            ({**WANTED, "flows": ["get_orders", "refund_order"]}, "flows.1"),
            ({**WANTED, "notes": "a\0b"}, "notes"),
            ({**WANTED, "colour": "red"}, "colour"),
        ],
    )
    async def test_a_wrong_body_is_refused(self, account: Account, body: object, field: str) -> None:
        assert set(violations(await account.organization.post(PATH, body))) == {field}
