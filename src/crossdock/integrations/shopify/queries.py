"""The documents sent to Shopify, each with the most points it can cost.

A call may cost 1,000 points: an object is one, a connection as many as are asked for times what each of them is, a
mutation ten. https://shopify.dev/docs/api/usage/limits#the-graphql-admin-api-rate-limit
"""

from __future__ import annotations

from dataclasses import dataclass

PRODUCTS_PER_PAGE = 60
VARIANTS_PER_PAGE = 20
LEVELS_PER_VARIANT = 8
LOCATIONS_PER_PAGE = 100
ORDERS_PER_PAGE = 3
LINES_PER_PAGE = 50


@dataclass(frozen=True)
class Query:
    """A document and the points it is estimated at."""

    text: str
    cost: int


PAGE = "pageInfo { hasNextPage endCursor }"
MONEY = "{ shopMoney { amount } }"
PRODUCT = """
fragment ProductFields on Product {
  id title handle status createdAt updatedAt tags productType vendor
  featuredMedia { preview { image { url } } }
}
"""
LOCATION = """
fragment LocationFields on Location {
  id name isActive createdAt updatedAt fulfillsOnlineOrders shipsInventory
  address { address1 address2 city province zip country phone }
}
"""
LEVEL = """
fragment LevelFields on InventoryLevel {
  updatedAt
  location { id }
  quantities(names: ["available", "on_hand", "committed"]) { name quantity }
}
"""
VARIANT = f"""
fragment VariantFields on ProductVariant {{
  id title sku barcode price compareAtPrice createdAt updatedAt inventoryPolicy requiresComponents
  media(first: 1) {{ nodes {{ preview {{ image {{ url }} }} }} }}
  selectedOptions {{ name value }}
  product {{ id }}
  inventoryItem {{
    id tracked updatedAt
    unitCost {{ amount }}
    measurement {{ weight {{ unit value }} }}
    inventoryLevels(first: {LEVELS_PER_VARIANT}) {{ {PAGE} nodes {{ ...LevelFields }} }}
  }}
}}
{LEVEL}
"""
ACCOUNT = Query(
    "query Account { shop { name myshopifyDomain currencyCode } currentAppInstallation { accessScopes { handle } } }", 3
)
PRODUCTS = Query(
    f"""
query Products($first: Int!, $after: String, $filter: String) {{
  products(first: $first, after: $after, query: $filter, sortKey: ID) {{ {PAGE} nodes {{ ...ProductFields }} }}
}}
{PRODUCT}
""",
    300,
)
VARIANTS = Query(
    f"""
query Variants($first: Int!, $after: String, $filter: String) {{
  productVariants(first: $first, after: $after, query: $filter, sortKey: ID) {{ {PAGE} nodes {{ ...VariantFields }} }}
}}
{VARIANT}
""",
    860,
)
VARIANTS_BY_ID = Query(
    f"""
query VariantsById($ids: [ID!]!) {{
  nodes(ids: $ids) {{ ... on ProductVariant {{ ...VariantFields product {{ ...ProductFields }} }} }}
}}
{VARIANT}{PRODUCT}
""",
    920,
)
LEVELS = Query(
    f"""
query Levels($id: ID!, $after: String) {{
  inventoryItem(id: $id) {{ inventoryLevels(first: 100, after: $after) {{ {PAGE} nodes {{ ...LevelFields }} }} }}
}}
{LEVEL}
""",
    401,
)
LOCATIONS = Query(
    f"""
query Locations($first: Int!, $after: String) {{
  locations(first: $first, after: $after, includeInactive: true, includeLegacy: true, sortKey: ID) {{
    {PAGE}
    nodes {{ ...LocationFields }}
  }}
}}
{LOCATION}
""",
    300,
)
_CHANGED = "inventoryAdjustmentGroup { id } userErrors { code field message }"
ADJUST = Query(
    f"""
mutation Adjust($input: InventoryAdjustQuantitiesInput!, $key: String!) {{
  inventoryAdjustQuantities(input: $input) @idempotent(key: $key) {{ {_CHANGED} }}
}}
""",
    13,
)
SET = Query(
    f"""
mutation Set($input: InventorySetQuantitiesInput!, $key: String!) {{
  inventorySetQuantities(input: $input) @idempotent(key: $key) {{ {_CHANGED} }}
}}
""",
    13,
)
LINE = f"""
fragment LineFields on LineItem {{
  id quantity sku
  variant {{ id }}
  product {{ id }}
  originalUnitPriceSet {MONEY}
  totalDiscountSet {MONEY}
  taxLines {{ priceSet {MONEY} }}
}}
"""
PARCEL = """
fragment ParcelLineFields on FulfillmentLineItem { id quantity lineItem { id } }
"""
GROUP = """
fragment GroupLineFields on FulfillmentOrderLineItem { id totalQuantity remainingQuantity lineItem { id } }
"""
_ADDRESS = "{ name company address1 address2 city province zip country phone }"
ORDER = f"""
fragment OrderFields on Order {{
  id name createdAt updatedAt cancelledAt email phone note tags currencyCode
  displayFulfillmentStatus displayFinancialStatus
  totalPriceSet {MONEY} totalTaxSet {MONEY} totalDiscountsSet {MONEY} totalShippingPriceSet {MONEY}
  totalRefundedSet {MONEY}
  shippingAddress {_ADDRESS} billingAddress {_ADDRESS}
  shippingLine {{ title code carrierIdentifier }}
  lineItems(first: 10) {{ {PAGE} nodes {{ ...LineFields }} }}
  fulfillments(first: 3) {{
    id status createdAt location {{ id }} trackingInfo(first: 1) {{ company number url }}
    fulfillmentLineItems(first: 10) {{ {PAGE} nodes {{ ...ParcelLineFields }} }}
  }}
  fulfillmentsCount {{ count }}
  fulfillmentOrders(first: 3) {{ {PAGE} nodes {{ ...GroupFields }} }}
}}
fragment GroupFields on FulfillmentOrder {{
  id status createdAt updatedAt fulfillBy assignedLocation {{ location {{ id }} }}
  lineItems(first: 10) {{ {PAGE} nodes {{ ...GroupLineFields }} }}
}}
{LINE}{PARCEL}{GROUP}
"""
ORDERS = Query(
    f"""
query Orders($first: Int!, $after: String, $filter: String) {{
  orders(first: $first, after: $after, query: $filter, sortKey: ID) {{ {PAGE} nodes {{ ...OrderFields }} }}
}}
{ORDER}
""",
    981,
)
ORDER_BY_ID = Query(f"query OrderById($id: ID!) {{ order(id: $id) {{ ...OrderFields }} }}\n{ORDER}", 326)
ORDER_LINES = Query(
    f"""
query OrderLines($id: ID!, $after: String) {{
  order(id: $id) {{ lineItems(first: {LINES_PER_PAGE}, after: $after) {{ {PAGE} nodes {{ ...LineFields }} }} }}
}}
{LINE}
""",
    551,
)
ORDER_GROUPS = Query(
    f"""
query OrderGroups($id: ID!, $after: String) {{
  order(id: $id) {{ fulfillmentOrders(first: 20, after: $after) {{ {PAGE} nodes {{ ...GroupFields }} }} }}
}}
fragment GroupFields on FulfillmentOrder {{
  id status createdAt updatedAt fulfillBy assignedLocation {{ location {{ id }} }}
  lineItems(first: 10) {{ {PAGE} nodes {{ ...GroupLineFields }} }}
}}
{GROUP}
""",
    681,
)
ORDER_PARCELS = Query(
    f"""
query OrderParcels($id: ID!) {{
  order(id: $id) {{
    fulfillments(first: 100) {{
      id status createdAt location {{ id }} trackingInfo(first: 1) {{ company number url }}
      fulfillmentLineItems(first: 1) {{ {PAGE} nodes {{ ...ParcelLineFields }} }}
    }}
  }}
}}
{PARCEL}
""",
    601,
)
PARCEL_LINES = Query(
    f"""
query ParcelLines($id: ID!, $after: String) {{
  fulfillment(id: $id) {{
    fulfillmentLineItems(first: 100, after: $after) {{ {PAGE} nodes {{ ...ParcelLineFields }} }}
  }}
}}
{PARCEL}
""",
    301,
)
GROUP_LINES = Query(
    f"""
query GroupLines($id: ID!, $after: String) {{
  fulfillmentOrder(id: $id) {{ lineItems(first: 100, after: $after) {{ {PAGE} nodes {{ ...GroupLineFields }} }} }}
}}
{GROUP}
""",
    301,
)
SHIP = Query(
    """
mutation Ship($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id } userErrors { field message } }
}
""",
    13,
)
SUGGESTED_REFUND = Query(
    f"""
query SuggestedRefund($id: ID!, $lines: [RefundLineItemInput!], $shipping: Money, $full: Boolean) {{
  order(id: $id) {{
    suggestedRefund(refundLineItems: $lines, shippingAmount: $shipping, suggestFullRefund: $full) {{
      amountSet {MONEY}
      maximumRefundableSet {MONEY}
      refundLineItems {{ quantity lineItem {{ id }} }}
      shipping {{ amountSet {MONEY} }}
      suggestedTransactions {{ amountSet {MONEY} maximumRefundableSet {MONEY} gateway parentTransaction {{ id }} }}
    }}
  }}
}}
""",
    17,
)
REFUNDS = Query(
    "query Refunds($id: ID!) { order(id: $id) { refunds(first: 100) { id createdAt } } }",
    101,
)
REFUND = Query(
    """
mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) { refund { id } userErrors { field message } }
}
""",
    13,
)
PRODUCT_BY_ID = Query(f"query ProductById($id: ID!) {{ product(id: $id) {{ ...ProductFields }} }}\n{PRODUCT}", 4)
ITEM_VARIANT = Query(
    "query ItemVariant($id: ID!) { inventoryItem(id: $id) { variants(first: 1) { nodes { id } } } }",
    2,
)
LOCATION_BY_ID = Query(f"query LocationById($id: ID!) {{ location(id: $id) {{ ...LocationFields }} }}\n{LOCATION}", 2)
HOOKS = Query(
    """
query Hooks($uri: String!) {
  webhookSubscriptions(first: 100, uri: $uri) { nodes { id topic } }
}
""",
    100,
)
ADD_HOOK = Query(
    """
mutation AddHook($topic: WebhookSubscriptionTopic!, $hook: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $hook) {
    webhookSubscription { id }
    userErrors { field message }
  }
}
""",
    13,
)
DROP_HOOK = Query(
    """
mutation DropHook($id: ID!) {
  webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } }
}
""",
    12,
)
