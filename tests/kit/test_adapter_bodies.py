"""Write bodies that cannot work are refused when the adapter is made, in words that lead to the line."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from msgspec import UNSET, Meta, UnsetType

from crossdock.contract.bodies import WriteBody
from crossdock.contract.wms import orders
from crossdock.integrations.kit.adapter import Adapter, implements


class Unreadable(WriteBody, kw_only=True):
    """A limit around the whole of an optional field, which no decoder takes."""

    order_number: Annotated[str | UnsetType, Meta(max_length=9)] = UNSET


class Unknown(WriteBody, kw_only=True):
    """A field that no other system has."""

    moon_phase: str


@pytest.mark.parametrize(
    ("body", "words"),
    [(Unreadable, r"create_order: Unreadable cannot be read: .*stands inside"), (Unknown, "moon_phase.*vendor_only")],
)
def test_the_body_and_the_way_out_are_named(body: type[WriteBody], words: str) -> None:
    """Otherwise every test of the project fails to be collected, and none of them says where to look."""

    async def create_order(self: Any, given: Any) -> Any: ...

    with pytest.raises(TypeError, match=words):
        type(
            "Acme", (Adapter,), {"vertical": "wms", "create_order": implements(orders.CREATE_ORDER, body)(create_order)}
        )
