"""Page tokens and query strings, on whatever is sent."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossdock.contract.errors import InvalidBody
from crossdock.contract.filters import BadFilter
from crossdock.contract.wms.inventory import INVENTORY
from crossdock.records import query

CONNECTION = UUID(int=1)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@given(st.binary(min_size=8, max_size=8), st.integers(0, 2**63 - 1))
def test_a_token_leads_back_to_its_row(fingerprint: bytes, seq: int) -> None:
    token = query.make_token(fingerprint, seq)
    assert query.read_token(token, fingerprint) == seq
    with pytest.raises(BadFilter):
        query.read_token(token, bytes(8) if fingerprint != bytes(8) else b"x" * 8)


@given(st.text(max_size=40))
def test_any_other_text_is_refused(token: str) -> None:
    with pytest.raises(BadFilter):
        query.read_token(token, b"\xff" * 8)


@pytest.mark.parametrize(
    "moment", ["2026-01-01T01:00:00%2B01:00", "2025-12-31T19:00:00-05:00", "2026-01-01T00:00:00.000000%2B00:00"]
)
def test_a_moment_may_be_written_with_an_offset(moment: str) -> None:
    """Generated clients write it so; the same moment must select the same records."""
    [documented] = query.parse(b"created_date[gte]=2026-01-01T00:00:00Z", INVENTORY, CONNECTION, {}, NOW).conditions
    [written] = query.parse(f"created_date[gte]={moment}".encode(), INVENTORY, CONNECTION, {}, NOW).conditions
    assert written.values == documented.values


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_query_string_is_read_or_refused(raw: bytes) -> None:
    with contextlib.suppress(InvalidBody):
        asked = query.parse(raw, INVENTORY, CONNECTION, {}, NOW)
        assert 1 <= asked.limit <= 1000
        assert asked.after >= 0


def test_the_order_of_parameters_does_not_matter() -> None:
    """Clients build query strings from maps; the next page must not fail for it."""
    one = query.parse(b"sku=a&active=true", INVENTORY, CONNECTION, {}, NOW)
    other = query.parse(b"active=true&sku=a", INVENTORY, CONNECTION, {}, NOW)
    assert one.fingerprint == other.fingerprint


@pytest.mark.parametrize("changed", [b"sku=b", b"sku[contains]=a", b"", b"sku=a&active=true"])
def test_every_change_of_the_query_does(changed: bytes) -> None:
    usual = query.parse(b"sku=a", INVENTORY, CONNECTION, {}, NOW).fingerprint
    assert query.parse(changed, INVENTORY, CONNECTION, {}, NOW).fingerprint != usual
    assert query.parse(b"sku=a", INVENTORY, uuid4(), {}, NOW).fingerprint != usual
    assert query.parse(b"sku=a", INVENTORY, CONNECTION, {"warehouse_id": "1"}, NOW).fingerprint != usual
