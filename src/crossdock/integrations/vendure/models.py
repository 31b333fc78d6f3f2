"""Vendure's shapes, as its admin API answers them. Only what is read.

Types: https://docs.vendure.io/reference/graphql-api/admin/object-types
"""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class VendureStruct(msgspec.Struct, rename="camel", kw_only=True):
    """Base of the shapes; names on the wire are in camel case."""


class GraphQLAnswer(VendureStruct, Generic[T], kw_only=True):
    """An answer without errors."""

    data: T


class ErrorExtensions(VendureStruct, kw_only=True):
    """What Vendure adds to an error. An error it did not foresee has no code."""

    code: str | None = None


class GraphQLError(VendureStruct, kw_only=True):
    """One error. `path` starts with the root field that failed; a longer path is a field of its result."""

    message: str
    path: list[str | int] | None = None
    extensions: ErrorExtensions = msgspec.field(default_factory=ErrorExtensions)


class GraphQLErrors(VendureStruct, kw_only=True):
    """The errors of an answer; a refused query has them with a 4xx, everything else with a 200."""

    errors: list[GraphQLError] = []


class HTTPErrorBody(VendureStruct, kw_only=True):
    """The other shape of an error, for requests that never reach GraphQL."""

    message: str


class Asset(VendureStruct, kw_only=True):
    preview: str


class Facet(VendureStruct, kw_only=True):
    code: str


class FacetValue(VendureStruct, kw_only=True):
    code: str
    facet: Facet


class Breadcrumb(VendureStruct, kw_only=True):
    name: str


class Collection(VendureStruct, kw_only=True):
    """`breadcrumbs` lead from Vendure's hidden root collection to the collection itself."""

    breadcrumbs: list[Breadcrumb]


class OptionGroup(VendureStruct, kw_only=True):
    name: str


class ProductOption(VendureStruct, kw_only=True):
    name: str
    group: OptionGroup


class VariantPrice(VendureStruct, kw_only=True):
    """A price as the shopkeeper entered it, in minor units; with tax or without, as the channel says."""

    currency_code: str
    price: int


class StockLevel(VendureStruct, kw_only=True):
    """Stock of a variant at one place. `stock_allocated` is sold and not yet shipped, a part of what is on hand."""

    stock_location_id: str
    stock_on_hand: int
    stock_allocated: int
    updated_at: datetime


class VendureVariant(VendureStruct, kw_only=True):
    id: str
    created_at: datetime
    updated_at: datetime
    enabled: bool
    sku: str
    name: str
    currency_code: str
    prices: list[VariantPrice]
    track_inventory: str
    featured_asset: Asset | None
    facet_values: list[FacetValue]
    options: list[ProductOption]
    stock_levels: list[StockLevel]

    def on_hand(self, location_id: str) -> int:
        """Units at a location; a location without a level has none."""
        return sum(level.stock_on_hand for level in self.stock_levels if level.stock_location_id == location_id)


class VendureProduct(VendureStruct, kw_only=True):
    id: str
    created_at: datetime
    updated_at: datetime
    enabled: bool
    name: str
    slug: str
    featured_asset: Asset | None
    facet_values: list[FacetValue]
    collections: list[Collection]


class ProductWithVariants(VendureProduct, kw_only=True):
    variants: list[VendureVariant]


class VariantOfProduct(VendureVariant, kw_only=True):
    product: VendureProduct


class StockAdjustment(VendureStruct, kw_only=True):
    """A change of stock on hand that was not a sale or a return, as Vendure's own ledger has it."""

    id: str
    quantity: int


class StockAdjustments(VendureStruct, kw_only=True):
    total_items: int
    items: list[StockAdjustment] = []


class AdjustedVariant(VariantOfProduct, kw_only=True):
    """A variant with the part of its ledger that was asked for."""

    stock_movements: StockAdjustments


class LedgerOfVariant(VendureStruct, kw_only=True):
    """Stock and ledger of a variant at the moment before it is changed."""

    stock_levels: list[StockLevel]
    stock_movements: StockAdjustments


class VendureStockLocation(VendureStruct, kw_only=True):
    id: str
    created_at: datetime
    updated_at: datetime
    name: str
    description: str


class StockLocations(VendureStruct, kw_only=True):
    total_items: int
    items: list[VendureStockLocation]


class ServerConfig(VendureStruct, kw_only=True):
    """`money_strategy_precision` is the number of digits after the point in every amount, whatever the currency."""

    money_strategy_precision: int


class GlobalSettings(VendureStruct, kw_only=True):
    """`track_inventory` holds for variants that inherit it."""

    track_inventory: bool
    server_config: ServerConfig


class Channel(VendureStruct, kw_only=True):
    code: str
    default_currency_code: str
    prices_include_tax: bool


class Shop(VendureStruct, kw_only=True):
    """Settings that say how to read amounts and stock; part of every read."""

    global_settings: GlobalSettings
    active_channel: Channel


class ProductList(VendureStruct, kw_only=True):
    total_items: int
    items: list[ProductWithVariants]


class ProductPage(Shop, kw_only=True):
    products: ProductList


class StockLocationPage(VendureStruct, kw_only=True):
    stock_locations: StockLocations


class AccountFacts(VendureStruct, kw_only=True):
    active_channel: Channel


class VariantList(VendureStruct, kw_only=True):
    items: list[AdjustedVariant]


class VariantsToAdjust(Shop, kw_only=True):
    """What has to be known before stock is changed."""

    product_variants: VariantList


class ChangedVariants(VendureStruct, kw_only=True):
    update_product_variants: list[VariantOfProduct]


class ShiftedVariant(VendureStruct, kw_only=True):
    """One variant before and after a change, as one request saw it."""

    before: list[LedgerOfVariant]
    after: list[AdjustedVariant]
