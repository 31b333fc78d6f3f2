"""What is peculiar to ShipHero: credits, tokens, errors under status 200, merchants of a 3PL."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crossdock.contract.errors import (
    CrossdockError,
    NeedsReconnect,
    RateLimited,
    UnexpectedShape,
    VendorRejected,
    VendorUnavailable,
)
from crossdock.integrations.kit.fake import Fault
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.shiphero import arrival_queries, client, queries, work_queries
from crossdock.integrations.shiphero.queries import Query
from crossdock.integrations.shiphero.stock import AdjustInventory
from crossdock.integrations.shiphero.tests.costs import MOST, charges
from crossdock.integrations.shiphero.tests.documents import gid
from crossdock.integrations.shiphero.tests.fake import FakeShipHero
from crossdock.integrations.shiphero.tests.seed import MERCHANT, PRIMARY

SIZES = {
    "PRODUCTS": queries.PRODUCTS_PER_PAGE,
    "STOCKS": queries.STOCKS_PER_PAGE,
    "CHANGED_STOCKS": queries.STOCK_CHANGES_PER_PAGE,
    "PURCHASES": arrival_queries.PURCHASES_PER_PAGE,
    "BILLS": work_queries.BILLS_PER_PAGE,
    "ORDERS": queries.ORDERS_PER_PAGE,
    "ORDERS_BY_REFERENCE": queries.ORDERS_PER_PAGE,
    "PRODUCTS_BY_SKU": queries.SAME_SKU_PER_PAGE,
    "STOCKS_BY_SKU": queries.SAME_SKU_PER_PAGE,
}
MODULES = (queries, arrival_queries, work_queries)
QUERIES = {name: value for module in MODULES for name, value in vars(module).items() if isinstance(value, Query)}
specified = pytest.mark.skipif(bool(FakeShipHero.missing()), reason="the schema of ShipHero is not beside this project")


@specified
@pytest.mark.parametrize("name", QUERIES)
def test_a_document_costs_what_it_says(name: str) -> None:
    """A call that takes more than was reserved runs out of credits in the middle of a sync."""
    query = QUERIES[name]
    asked = charges(FakeShipHero().schema, query.text, {"first": SIZES.get(name, queries.ENTRIES_PER_PAGE)})
    assert sum(asked.values()) == query.cost
    assert query.cost <= MOST


@pytest.mark.parametrize(
    ("problem", "kind", "status"),
    [
        ({"message": "Order not found", "code": 5}, VendorRejected, 404),
        ({"message": "Invalid quantity", "code": 3}, VendorRejected, 400),
        ({"message": "You do not have permission for this"}, VendorRejected, 403),
        ({"message": "An unexpected error occurred", "operation": "orders"}, VendorUnavailable, 502),
        ({"message": "An unexpected error occurred", "operation": "order_create"}, UnexpectedShape, 502),
        ({"message": "Not enough credits", "code": 30}, RateLimited, 429),
        ({"message": "Failed", "path": ["order_create", "order"]}, UnexpectedShape, 502),
    ],
)
def test_an_error_under_status_200(problem: dict[str, Any], kind: type[CrossdockError], status: int) -> None:
    """ShipHero answers 200 to everything, so a refusal that is not seen would count as done."""
    body = json.dumps({"errors": [problem], "data": {"order": None}}).encode()
    found = client.problem_in(VendorAnswer(200, {}, body, "https://example.com"))
    assert isinstance(found, kind)
    assert found.status == status


@pytest.mark.parametrize(("needs", "has", "seconds"), [(1001, 401, 10), (10, 9, 1), (4004, 0, 4004 / 60)])
def test_a_lack_of_credits_says_how_long_to_wait(needs: int, has: int, seconds: float) -> None:
    problem = {"message": "Not enough credits", "code": 30, "required_credits": needs, "remaining_credits": has}
    body = json.dumps({"errors": [problem]}).encode()
    found = client.problem_in(VendorAnswer(200, {}, body, "https://example.com"))
    assert isinstance(found, RateLimited)
    assert found.retry_after == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"orders": {"complexity": 120}, "account": {"complexity": 1}}, 121),
        ({"account": {"complexity": 1}}, client.SMALLEST_CHARGE),
        ({"order": None}, None),
        (None, None),
    ],
)
def test_credits_that_were_taken(data: Any, expected: float | None) -> None:
    """A cheap call counts for more than it takes, because calls are limited as well."""
    answer = VendorAnswer(200, {}, json.dumps({"data": data}).encode(), "https://example.com")
    assert client.charge_of(answer) == expected


@specified
def test_operations_that_change_nothing_are_queries() -> None:
    """A change that failed in the middle would count as not made, and be made twice."""
    kind = FakeShipHero().schema.query_type
    assert kind is not None
    assert set(kind.fields) >= client.READS


@specified
@pytest.mark.anyio
class TestAccess:
    async def test_a_token_is_asked_for_once(self) -> None:
        fake = FakeShipHero()
        adapter = fake.connect()
        await adapter.check()
        await adapter.check()
        assert [call.path for call in fake.calls] == [client.REFRESH, "query account", "query account"]

    async def test_an_ended_token_is_replaced(self) -> None:
        """Tokens end after 28 days, and a connection that dies of it every month is none."""
        fake = FakeShipHero()
        adapter = fake.connect()
        await adapter.check()
        fake.fail(Fault.UNAUTHORIZED, path="query account")
        await adapter.check()
        assert [call.path for call in fake.calls].count(client.REFRESH) == 2

    async def test_a_refresh_token_that_was_withdrawn_has_to_be_renewed_by_a_person(self) -> None:
        fake = FakeShipHero()
        fake.fail(Fault.UNAUTHORIZED, path=client.REFRESH)
        with pytest.raises(NeedsReconnect):
            await fake.connect().check()

    async def test_a_3pl_acts_for_the_merchant_who_owns_the_goods(self) -> None:
        """Without the merchant, ShipHero looks for the SKU among the 3PL's own goods."""
        fake = FakeShipHero()
        body = AdjustInventory(quantity=1, adjustment_type="increase", warehouse_id=gid("Warehouse", PRIMARY))
        adapter: Any = fake.connect(reference="5eed")
        await adapter.adjust_inventory(gid("Product", 12), body)
        [sent] = [call for call in fake.calls if fake.changes(call)]
        data = sent.body["variables"]["data"]
        assert data["customer_account_id"] == gid("CustomerAccount", MERCHANT)
        assert data["reason"] == "[5eed]"
