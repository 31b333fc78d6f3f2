"""The integrations of the connections that are measured. Their records are in the store already; nothing is fetched."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any

from crossdock.contract.actions import Action
from crossdock.contract.catalogue import READ_OF, STORED
from crossdock.contract.errors import VendorUnavailable
from crossdock.contract.resources import Resource
from crossdock.contract.values import VERTICALS, Vertical
from crossdock.integrations import registry
from crossdock.integrations.kit.adapter import Adapter, FileContent, Page, Snapshot, Window, downloads, implements
from crossdock.integrations.kit.auth import Credentials, bearer, credential


class BenchCredentials(Credentials, kw_only=True, frozen=True):
    """The key of a system that does not exist."""

    api_key: Annotated[str, credential("API key", "Never used.", secret=True)]


class BenchSystem(Adapter):
    """A system that is never asked."""

    slug = "bench"
    display_name = "Bench"
    description = "Records to measure with."
    docs_url = ""
    auth = bearer("api_key")
    credentials_type = BenchCredentials

    @property
    def base_url(self) -> str:
        return "https://bench.invalid"

    async def check(self) -> dict[str, Any]:
        raise VendorUnavailable("this system cannot be reached", may_have_applied=False)


def _read(action: Action) -> Callable[..., AsyncIterator[Page[Any]]]:
    @implements(action, mode=Snapshot(because="nothing ever changes in it"))
    async def read(self: BenchSystem, window: Window) -> AsyncIterator[Page[Any]]:
        yield Page([])

    return read


def _download(resource: Resource) -> Callable[..., Awaitable[FileContent]]:
    @downloads(resource)
    async def download(self: BenchSystem, record_id: str) -> FileContent:
        raise VendorUnavailable("this system cannot be reached", may_have_applied=False)

    return download


def _system(vertical: Vertical) -> type[BenchSystem]:
    """A system that has every list of a vertical."""
    own = [resource for resource in STORED if resource.vertical == vertical]
    reads = {READ_OF[resource.key].name: _read(READ_OF[resource.key]) for resource in own}
    files = {f"download_{resource.name}": _download(resource) for resource in own if resource.downloadable}
    return type(f"Bench{vertical.title()}", (BenchSystem,), {"vertical": vertical, **reads, **files})


def register() -> None:
    """Makes this process know the integrations, which are no folder of the package."""
    known = (*registry.adapters(), *(_system(vertical) for vertical in VERTICALS))
    registry.adapters = lambda: known  # type: ignore[assignment]
