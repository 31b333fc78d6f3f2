"""What every part of the adapter stands on."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from crossdock.contract.errors import CrossdockError, InvalidBody
from crossdock.integrations.amazon import client, mapping
from crossdock.integrations.amazon.client import MARKETPLACES, Marketplace
from crossdock.integrations.amazon.models import Listing, Listings, Memberships, StockAnswer, StockSummary
from crossdock.integrations.kit.adapter import Adapter, VendorMessage
from crossdock.integrations.kit.budget import Budget
from crossdock.integrations.kit.client import segment
from crossdock.integrations.kit.paging import by_cursor
from crossdock.integrations.kit.transport import VendorAnswer

LISTINGS = "/listings/2021-08-01/items"
INCLUDED = "summaries,attributes,offers,fulfillmentAvailability,relationships,productTypes"
_GONE = frozenset({404})


class AmazonBase(Adapter):
    """Facts and the ways of asking."""

    display_name = client.NAME
    vertical = "cart"
    description = "Sellers in Amazon's stores, by the Selling Partner API."
    docs_url = "https://developer-docs.amazon.com/sp-api/"
    auth = client.LoginWithAmazon()
    credentials_type = client.AmazonCredentials
    budget = Budget(math.inf, 1, client.LIMITS, buckets=client.RATES)

    @property
    def place(self) -> Marketplace:
        """The store that the connection is about."""
        return MARKETPLACES[self.credentials.marketplace]

    @property
    def base_url(self) -> str:
        return client.host(self.place.region)

    def read_error(self, answer: VendorAnswer) -> VendorMessage | None:
        return client.words_of(answer)

    def find_problem(self, answer: VendorAnswer) -> CrossdockError | None:
        return client.problem_in(answer)

    def session_ended(self, answer: VendorAnswer) -> bool:
        return client.token_ended(answer)

    async def check(self) -> dict[str, Any]:
        # https://developer-docs.amazon.com/sp-api/docs/sellers-api-v1-reference
        answer = await self.client.get("/sellers/v1/marketplaceParticipations", bucket=client.PARTICIPATIONS)
        found: Memberships = answer.json(Memberships)
        here = [item for item in found.payload if item.participation.is_participating]
        own = next((item for item in here if item.marketplace.id == self.place.id), None)
        if own is None:
            known = ", ".join(sorted(item.marketplace.name for item in here))
            raise InvalidBody.field("marketplace", f"The seller does not sell there, but in: {known or 'no store'}.")
        return {
            "selling_partner_id": self.credentials.seller_id,
            "store": own.store_name,
            "currency": own.marketplace.default_currency_code,
            "suspended_listings": own.participation.has_suspended_listings,
            "marketplaces": sorted(item.marketplace.id for item in here),
        }

    @property
    def listings_path(self) -> str:
        return f"{LISTINGS}/{segment(self.credentials.seller_id)}"

    async def listing(self, sku: str) -> Listing:
        """A listing by its SKU."""
        return (await self.client.get(**self._one(sku))).json(Listing)

    def _one(self, sku: str) -> dict[str, Any]:
        """The request for one listing."""
        # https://developer-docs.amazon.com/sp-api/reference/getlistingsitem
        return {
            "path": f"{self.listings_path}/{segment(sku)}",
            "params": {"marketplaceIds": self.place.id, "includedData": INCLUDED},
            "bucket": client.GET_LISTING,
        }

    async def listings(self, skus: Sequence[str]) -> dict[str, Listing]:
        """Those of the listings that exist, by SKU. A SKU with a comma cannot stand in a list."""
        wanted = list(dict.fromkeys(skus))
        plain = [sku for sku in wanted if "," not in sku]
        found: dict[str, Listing] = {}
        for start in range(0, len(plain), client.IDENTIFIERS_PER_CALL):
            part = plain[start : start + client.IDENTIFIERS_PER_CALL]
            answer = await self.search({"identifiers": ",".join(part), "identifiersType": "SKU"})
            found |= {item.sku: item for item in answer.items}
        for sku in wanted:
            if sku in plain:
                continue
            one = await self.client.get(**self._one(sku), allow=_GONE)
            if one.status not in _GONE:
                found[sku] = one.json(Listing)
        return found

    async def search(self, filters: Mapping[str, str | int | None]) -> Listings:
        """One page of a search."""
        # https://developer-docs.amazon.com/sp-api/reference/searchlistingsitems
        query = {
            "marketplaceIds": self.place.id,
            "includedData": INCLUDED,
            "pageSize": client.LISTINGS_PER_PAGE,
            **filters,
        }
        answer = await self.client.get(self.listings_path, query, bucket=client.SEARCH_LISTINGS)
        found: Listings = answer.json(Listings)
        return found

    async def held(self, listings: Sequence[Listing]) -> dict[str, StockSummary]:
        """What Amazon's warehouses have of listings, by SKU; nothing is asked where they hold none."""
        skus = [listing.sku for listing in listings if mapping.needs_stock(listing)]
        plain = [sku for sku in skus if "," not in sku]
        asked: list[dict[str, str]] = [
            {"sellerSkus": ",".join(plain[start : start + client.SUMMARIES_PER_CALL])}
            for start in range(0, len(plain), client.SUMMARIES_PER_CALL)
        ]
        asked += [{"sellerSku": sku} for sku in skus if "," in sku]
        found: dict[str, StockSummary] = {}
        for filters in asked:
            async for page in self.summaries(filters):
                found |= {item.seller_sku: item for item in page}
        return found

    async def summaries(self, filters: Mapping[str, str]) -> AsyncIterator[Sequence[StockSummary]]:
        """The pages of what Amazon's warehouses have."""
        place = self.place.id
        query: dict[str, Any] = {
            "details": True,
            "granularityType": "Marketplace",
            "granularityId": place,
            "marketplaceIds": place,
        }

        async def fetch(token: str | None) -> tuple[list[StockSummary], str | None]:
            # https://developer-docs.amazon.com/sp-api/reference/getinventorysummaries
            asked = {**query, **filters, "nextToken": token}
            answer = await self.client.get("/fba/inventory/v1/summaries", asked, bucket=client.SUMMARIES)
            found: StockAnswer = answer.json(StockAnswer)
            return found.payload.inventory_summaries, found.pagination.next_token

        async for page, _ in by_cursor(fetch):
            yield page
