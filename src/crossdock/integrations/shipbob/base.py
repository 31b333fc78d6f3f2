"""What every part of the adapter stands on: how ShipBob is reached, how it refuses and how it pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from crossdock.contract.errors import CrossdockError, NeedsReconnect, UnexpectedShape, VendorRejected
from crossdock.contract.values import timestamp_text
from crossdock.integrations.kit.adapter import Adapter, VendorMessage, Window
from crossdock.integrations.kit.auth import Credentials, bearer, credential
from crossdock.integrations.kit.budget import Budget, RateReport
from crossdock.integrations.kit.paging import by_cursor
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.shipbob.models import Channel, Listed

T = TypeVar("T")
NAME = "ShipBob"
API_VERSION = "2026-01"
HOSTS = {"production": "https://api.shipbob.com", "sandbox": "https://sandbox-api.shipbob.com"}
CHANNEL_HEADER = "shipbob_channel_id"
CLOCK_SLACK = timedelta(minutes=5)
"""How far ShipBob's clock may be off ours where it is to prove that an order is older."""
_CANCEL = ":cancel"
_REFUSED = "Failure"


class ShipBobCredentials(Credentials, kw_only=True, frozen=True):
    """A personal access token."""

    access_token: Annotated[
        str,
        credential(
            "Personal access token",
            "ShipBob > Integrations > API Tokens > Generate New Token, signed in as the root user of the account.",
            secret=True,
        ),
    ]
    environment: Annotated[
        Literal["production", "sandbox"], credential("Environment", "Sandbox accounts have tokens of their own.")
    ] = "production"
    channel_id: Annotated[
        str,
        credential(
            "Channel id",
            "Channel that new orders belong to. Left out, it is the first one in which the token may write orders.",
            example="100102",
        ),
    ] = ""


class CancelOutcome(msgspec.Struct):
    """What became of a cancellation that ShipBob answered with success."""

    status: str = ""
    canceled_shipment_results: list[dict[str, Any]] | None = None


class ShipBobBase(Adapter):
    """Facts and the ways of asking."""

    display_name = NAME
    vertical = "wms"
    description = "Fulfillment centers for shops and brands, by the public API."
    docs_url = "https://developer.shipbob.com/"
    auth = bearer("access_token")
    credentials_type = ShipBobCredentials
    credentials: ShipBobCredentials
    budget = Budget(150, 60, "https://developer.shipbob.com/rate-limit")
    retry_after_header = "x-retry-after"
    _channels: list[Channel] | None = None

    @property
    def base_url(self) -> str:
        return f"{HOSTS[self.credentials.environment]}/{API_VERSION}"

    async def check(self) -> dict[str, Any]:
        wanted, found = self.credentials.channel_id, await self._known_channels()
        if wanted and wanted not in [str(channel.id) for channel in found]:
            raise NeedsReconnect(f"The token has no channel {wanted}")
        return {"channels": [{"id": str(channel.id), "name": channel.name} for channel in found]}

    async def rights(self) -> Collection[str]:
        return {scope for channel in await self._known_channels() for scope in channel.scopes or []}

    async def channel(self, scope: str) -> str:
        """The channel that a write acts in."""
        if self.credentials.channel_id:
            return self.credentials.channel_id
        for channel in await self._known_channels():
            if scope in (channel.scopes or []):
                return str(channel.id)
        raise VendorRejected(f"The token has no channel with the right {scope}", status=403)

    async def _known_channels(self) -> list[Channel]:
        if self._channels is None:
            # https://developer.shipbob.com/2026-01/api/channels/get-channels
            self._channels = [item async for page, _ in self.walk("/channel", Listed[Channel], {}) for item in page]
        return self._channels

    async def walk(
        self, path: str, kind: type[Listed[T]], query: Mapping[str, str], start: str | None = None
    ) -> AsyncIterator[tuple[list[T], str | None]]:
        """The pages of a list, each with the query of the next one; None after the last.

        Only the query of a link is used: the links leave out the version, and what they are relative to is not
        documented.
        """

        async def fetch(cursor: str | None) -> tuple[list[T], str | None]:
            asked = query if cursor is None else parse_qsl(cursor)
            answer = await self.client.get(path, asked)
            page: Listed[T] = answer.json(kind)
            return page.items or [], urlsplit(page.next).query if page.next else None

        async for items, following in by_cursor(fetch, start=start):
            yield list(items), following

    def since(self, window: Window, parameter: str) -> dict[str, str]:
        """The filter for what changed. It may leave out its own second."""
        return {} if window.start is None else {parameter: timestamp_text(window.start - timedelta(seconds=1))}

    def read_error(self, answer: VendorAnswer) -> VendorMessage | None:
        """ShipBob refuses with messages by field, with problem details, or with a message alone."""
        try:
            found = msgspec.json.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        if not isinstance(found, dict):
            return None
        for name in ("detail", "message", "title"):
            if isinstance(found.get(name), str) and found[name]:
                return VendorMessage(found[name])
        told = [f"{name}: {text}" if name else str(text) for name, texts in found.items() for text in _texts(texts)]
        return VendorMessage("; ".join(told)) if told else None

    def find_problem(self, answer: VendorAnswer) -> CrossdockError | None:
        """A cancellation that did nothing is answered with 200 all the same."""
        if not urlsplit(answer.url).path.endswith(_CANCEL):
            return None
        try:
            outcome = answer.json(CancelOutcome)
        except UnexpectedShape as error:
            return error  # Returned and not raised, so that the order counts as possibly cancelled.
        if outcome.status != _REFUSED:
            return None
        reasons = [str(item["reason"]) for item in outcome.canceled_shipment_results or [] if item.get("reason")]
        return VendorRejected("; ".join(reasons) or "ShipBob did not cancel the order", status=409)

    def read_rate(self, answer: VendorAnswer) -> RateReport | None:
        left = answer.headers.get("x-remaining-calls", "")
        return RateReport(available=int(left)) if left.isdecimal() else None


def number(value: str, what: str) -> int:
    """An id as ShipBob has them; any other text cannot be one."""
    if not (value.isascii() and value.isdecimal()):
        raise VendorRejected(f"ShipBob has no {what} {value}: its ids are numbers", status=404)
    return int(value)


def _texts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
