"""Lists: the envelope, every filter, and walks over pages."""

from __future__ import annotations

import pytest

from tests.api.client import Account, violations

pytestmark = pytest.mark.anyio


class TestEnvelope:
    async def test_a_list_is_data_next_token_and_total_count(self, reader: Account) -> None:
        answer = await reader.warehouse.get("/wms/warehouses")
        assert answer.status_code == 200
        said = answer.json()
        assert set(said) == {"data", "next_token", "total_count"}
        assert said["next_token"] is None
        assert said["total_count"] == len(said["data"]) == 2
