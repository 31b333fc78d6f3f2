"""The GraphQL documents sent to Vendure's admin API, spelled once each.

Queries: https://docs.vendure.io/reference/graphql-api/admin/queries
Mutations: https://docs.vendure.io/reference/graphql-api/admin/mutations
"""

from __future__ import annotations

_SHOP = """
  globalSettings { trackInventory serverConfig { moneyStrategyPrecision } }
  activeChannel { code defaultCurrencyCode pricesIncludeTax }"""

_PRODUCT = """
fragment Product on Product {
  id createdAt updatedAt enabled name slug
  featuredAsset { preview }
  facetValues { code facet { code } }
  collections { breadcrumbs { name } }
}"""

_VARIANT = """
fragment Variant on ProductVariant {
  id createdAt updatedAt enabled sku name currencyCode trackInventory
  prices { currencyCode price }
  featuredAsset { preview }
  facetValues { code facet { code } }
  options { name group { name } }
  stockLevels { ...Level }
}"""

_LEVEL = """
fragment Level on StockLevel { stockLocationId stockOnHand stockAllocated updatedAt }"""

_LOCATION = """
fragment Location on StockLocation { id createdAt updatedAt name description }"""

_LEDGER = """
fragment Ledger on ProductVariant {
  stockMovements(options: { type: ADJUSTMENT, skip: $seen }) {
    totalItems
    items { ... on StockAdjustment { id quantity } }
  }
}"""

LOGIN = """
mutation Login($username: String!, $password: String!) {
  login(username: $username, password: $password) {
    __typename
    ... on ErrorResult { message }
  }
}"""

ACCOUNT = """
query Account { activeChannel { code defaultCurrencyCode pricesIncludeTax } }"""

PRODUCTS = f"""
query Products($skip: Int!, $take: Int!) {{{_SHOP}
  products(options: {{ skip: $skip, take: $take, sort: {{ id: ASC }} }}) {{
    totalItems
    items {{ ...Product variants {{ ...Variant }} }}
  }}
}}{_PRODUCT}{_VARIANT}{_LEVEL}"""

STOCK_LOCATIONS = f"""
query StockLocations($skip: Int!, $take: Int!) {{
  stockLocations(options: {{ skip: $skip, take: $take, sort: {{ id: ASC }} }}) {{ totalItems items {{ ...Location }} }}
}}{_LOCATION}"""

VARIANTS_TO_ADJUST = f"""
query VariantsToAdjust($ids: [String!]!, $take: Int!) {{{_SHOP}
  productVariants(options: {{ filter: {{ id: {{ in: $ids }} }}, take: $take }}) {{
    items {{
      ...Variant
      product {{ ...Product }}
      stockMovements(options: {{ type: ADJUSTMENT, take: 1 }}) {{ totalItems }}
    }}
  }}
}}{_PRODUCT}{_VARIANT}{_LEVEL}"""

SET_LEVELS = f"""
mutation SetLevels($levels: [UpdateProductVariantInput!]!) {{
  updateProductVariants(input: $levels) {{ ...Variant product {{ ...Product }} }}
}}{_PRODUCT}{_VARIANT}{_LEVEL}"""

# Mutations of one document run one after the other, so `before` shows the stock right before `after` changes it. The
# only way to read inside a mutation is to update a variant without saying what.
SHIFT_LEVEL = f"""
mutation ShiftLevel($nothing: [UpdateProductVariantInput!]!, $level: [UpdateProductVariantInput!]!, $seen: Int!) {{
  before: updateProductVariants(input: $nothing) {{ stockLevels {{ ...Level }} ...Ledger }}
  after: updateProductVariants(input: $level) {{ ...Variant product {{ ...Product }} ...Ledger }}
}}{_PRODUCT}{_VARIANT}{_LEVEL}{_LEDGER}"""
