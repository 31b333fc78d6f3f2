"""The integration of the connections that are measured. Its orders are in the store already; nothing is fetched."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from crossdock.contract.errors import VendorUnavailable
from crossdock.contract.wms.orders import GET_ORDERS, Order
from crossdock.integrations import registry
from crossdock.integrations.kit.adapter import Adapter, Page, Snapshot, Window, implements
from crossdock.integrations.kit.auth import Credentials, bearer, credential


class BenchCredentials(Credentials, kw_only=True, frozen=True):
    """The key of a system that does not exist."""

    api_key: Annotated[str, credential("API key", "Never used.", secret=True)]


class BenchWarehouse(Adapter):
    """A warehouse system with orders."""

    slug = "bench"
    display_name = "Bench"
    vertical = "wms"
    description = "Orders to measure with."
    docs_url = ""
    auth = bearer("api_key")
    credentials_type = BenchCredentials

    @property
    def base_url(self) -> str:
        return "https://bench.invalid"

    async def check(self) -> dict[str, Any]:
        raise VendorUnavailable("this system cannot be reached", may_have_applied=False)

    @implements(GET_ORDERS, mode=Snapshot(because="nothing ever changes in it"))
    async def get_orders(self, window: Window) -> AsyncIterator[Page[Order]]:
        yield Page([])


def register() -> None:
    """Makes this process know the integration, which is no folder of the package."""
    known = (*registry.adapters(), BenchWarehouse)
    registry.adapters = lambda: known  # type: ignore[assignment]
