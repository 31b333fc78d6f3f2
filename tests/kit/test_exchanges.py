"""What a recorded exchange holds of a request is compared, whatever shape its body has."""

from __future__ import annotations

from typing import Any

import pytest

from crossdock.integrations.kit.exchanges import ExchangeMismatch, Recorded, ReplayTransport
from crossdock.integrations.kit.transport import VendorRequest

pytestmark = pytest.mark.anyio
BODIES: list[tuple[dict[str, Any], bytes]] = [
    ({"json": {"units": 5}}, b'{"units":5}'),
    ({"form": {"units": "5"}}, b"units=5"),
    ({"text": '"sku";"units"\n"A";"5"\n'}, b'"sku";"units"\n"A";"5"\n'),
]


@pytest.mark.parametrize(("wanted", "body"), BODIES, ids=["json", "form", "text"])
async def test_a_body_that_differs_is_noticed(wanted: dict[str, Any], body: bytes) -> None:
    """A file with the wrong level would set the wrong stock, and the cassette would still be green."""
    recorded = Recorded({"method": "POST", "path": "/stock", **wanted}, {"status": 200, "json": {}})
    address = "https://vendor.example.com/stock"
    answer = await ReplayTransport([recorded]).send(VendorRequest("POST", address, {}, body))
    assert answer.status == 200
    with pytest.raises(ExchangeMismatch):
        await ReplayTransport([recorded]).send(VendorRequest("POST", address, {}, body.replace(b"5", b"6")))
