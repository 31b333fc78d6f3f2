"""Vendure's shapes, as its admin API answers them. Only what is read.

Types: https://docs.vendure.io/reference/graphql-api/admin/object-types
"""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class VendureStruct(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    """Base of the shapes; names on the wire are in camel case."""


class GraphQLAnswer(VendureStruct, Generic[T]):
    """An answer without errors."""

    data: T


class ErrorExtensions(VendureStruct):
    """What Vendure adds to an error. An error it did not foresee has no code."""

    code: str | None = None


class GraphQLError(VendureStruct):
    """One error. `path` starts with the root field that failed; a longer path is a field of its result."""

    message: str
    path: list[str | int] | None = None
    extensions: ErrorExtensions = ErrorExtensions()


class GraphQLErrors(VendureStruct):
    """The errors of an answer; a refused query has them with a 4xx, everything else with a 200."""

    errors: list[GraphQLError] = []


class HTTPErrorBody(VendureStruct):
    """The other shape of an error, for requests that never reach GraphQL."""

    message: str


class Asset(VendureStruct):
    preview: str


class Facet(VendureStruct):
    code: str


class FacetValue(VendureStruct):
    code: str
    facet: Facet


class Breadcrumb(VendureStruct):
    name: str


class Collection(VendureStruct):
    """`breadcrumbs` lead from Vendure's hidden root collection to the collection itself."""

    breadcrumbs: list[Breadcrumb]


class OptionGroup(VendureStruct):
    name: str


class ProductOption(VendureStruct):
    name: str
    group: OptionGroup


class VariantPrice(VendureStruct):
    """A price as the shopkeeper entered it, in minor units; with tax or without, as the channel says."""

    currency_code: str
    price: int


class StockLevel(VendureStruct):
    """Stock of a variant at one location. `stock_allocated` is sold but not yet shipped, and part of what is on hand."""

    stock_location_id: str
    stock_on_hand: int
    stock_allocated: int
    updated_at: datetime


class VendureVariant(VendureStruct):
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


class VendureProduct(VendureStruct):
    id: str
    created_at: datetime
    updated_at: datetime
    enabled: bool
    name: str
    slug: str
    featured_asset: Asset | None
    facet_values: list[FacetValue]
    collections: list[Collection]


class ProductWithVariants(VendureProduct):
    variants: list[VendureVariant]


class VariantOfProduct(VendureVariant):
    product: VendureProduct


class StockAdjustment(VendureStruct):
    """A change of stock on hand that was not a sale or a return, as Vendure's own ledger has it."""

    id: str
    quantity: int
    created_at: datetime


class StockAdjustments(VendureStruct):
    total_items: int
    items: list[StockAdjustment] = []


class AdjustedVariant(VariantOfProduct):
    """A variant with the part of its ledger that was asked for."""

    stock_movements: StockAdjustments


class LedgerOfVariant(VendureStruct):
    """Stock and ledger of a variant at the moment before it is changed."""

    stock_levels: list[StockLevel]
    stock_movements: StockAdjustments


class VendureStockLocation(VendureStruct):
    id: str
    created_at: datetime
    updated_at: datetime
    name: str
    description: str


class StockLocations(VendureStruct):
    total_items: int
    items: list[VendureStockLocation]


class ServerConfig(VendureStruct):
    """`money_strategy_precision` is the number of digits after the point in every amount, whatever the currency."""

    money_strategy_precision: int


class GlobalSettings(VendureStruct):
    """`track_inventory` holds for variants that inherit it."""

    track_inventory: bool
    server_config: ServerConfig


class Channel(VendureStruct):
    code: str
    default_currency_code: str
    prices_include_tax: bool


class Shop(VendureStruct):
    """Settings that say how to read amounts and stock; part of every read."""

    global_settings: GlobalSettings
    active_channel: Channel


class ProductList(VendureStruct):
    total_items: int
    items: list[ProductWithVariants]


class ProductPage(Shop):
    products: ProductList


class StockLocationPage(VendureStruct):
    stock_locations: StockLocations


class AccountFacts(VendureStruct):
    active_channel: Channel


class VariantList(VendureStruct):
    items: list[AdjustedVariant]


class VariantsToAdjust(Shop):
    """What has to be known before stock is changed."""

    product_variants: VariantList
    stock_locations: StockLocations


class ChangedVariants(VendureStruct):
    update_product_variants: list[VariantOfProduct]


class ShiftedVariant(VendureStruct):
    """One variant before and after a change, as one request saw it."""

    before: list[LedgerOfVariant]
    after: list[AdjustedVariant]
