"""The documents sent to ShipHero, each with the most credits it can take.

An operation takes one credit, and each entry that a connection may give one more and what is inside it; what was really
given is charged. https://developer.shiphero.com/getting-started/#throttling-quotas
"""

from __future__ import annotations

from dataclasses import dataclass

PRODUCTS_PER_PAGE = 50
STOCKS_PER_PAGE = 15
STOCK_CHANGES_PER_PAGE = 15
INSIDE_STOCK = 25
"""Locations, and lines of purchase orders, that are read with a product; the rest is read behind it."""
ENTRIES_PER_PAGE = 100
SAME_SKU_PER_PAGE = 5
"""Products with one SKU; every merchant of a 3PL may have one."""
ORDERS_PER_PAGE = 20
LINES_PER_ORDER = 20
LINES_PER_SHIPMENT = 20


@dataclass(frozen=True)
class Query:
    """A document and the credits it is estimated at."""

    text: str
    cost: int


def listed(size: int, each: int = 0) -> int:
    """What a connection takes."""
    return size * (1 + each)


PAGE = "pageInfo { hasNextPage endCursor }"
META = "request_id complexity"
DIMENSIONS = "dimensions { height length width weight }"
ADDRESS = "{ name address1 address2 city state country zip phone }"
HEAD = f"id legacy_id account_id sku name created_at updated_at {DIMENSIONS}"
WAREHOUSE_PRODUCT = "id warehouse_id active price value value_currency updated_at"
PRODUCT = f"""
fragment ProductFields on Product {{
  {HEAD} barcode kit kit_build country_of_manufacture tariff_code tags
  images {{ src position }}
  vendors {{ vendor_id vendor_sku price }}
  kit_components {{ id sku quantity }}
  components {{ id sku }}
  warehouse_products {{ {WAREHOUSE_PRODUCT} }}
}}
"""
INBOUND = "status quantity quantity_received quantity_rejected"
PLACE = "location_id quantity expiration_lot { id name expires_at }"
STOCK = f"""
fragment StockFields on Product {{
  {HEAD}
  warehouse_products {{
    {WAREHOUSE_PRODUCT} on_hand allocated available backorder non_sellable_quantity reserve_inventory
    inbounds(first: {INSIDE_STOCK}) {{ {PAGE} edges {{ node {{ {INBOUND} }} }} }}
    locations(first: {INSIDE_STOCK}) {{ {PAGE} edges {{ node {{ {PLACE} }} }} }}
  }}
}}
"""
STOCK_COST = 2 * INSIDE_STOCK
ORDER = f"""
fragment OrderFields on Order {{
  id legacy_id account_id order_number partner_order_id shop_name source profile fulfillment_status
  order_date updated_at required_ship_date hold_until_date
  currency total_price total_tax total_discounts email
  saturday_delivery require_signature priority_flag incoterms packing_note gift_note tags
  holds {{ address_hold client_hold fraud_hold operator_hold payment_hold shipping_method_hold }}
  third_party_shipper {{ account_number }}
  shipping_lines {{ title carrier method price }}
  shipping_address {{ first_name last_name company address1 address2 city state country zip phone email }}
  allocations {{ warehouse_id }}
  line_items(first: {LINES_PER_ORDER}) {{ {PAGE} edges {{ node {{ ...LineFields }} }} }}
  shipments {{
    id created_date warehouse_id
    address {ADDRESS}
    line_items(first: {LINES_PER_SHIPMENT}) {{ {PAGE} edges {{ node {{ ...ShipmentLineFields }} }} }}
    shipping_labels {{
      id carrier shipping_name shipping_method cost status box_name tracking_number tracking_url {DIMENSIONS}
    }}
  }}
}}
"""
LINE = """
fragment LineFields on LineItem {
  id sku quantity price promotion_discount
  quantity_allocated quantity_shipped quantity_pending_fulfillment backorder_quantity
  product { id }
}
"""
SHIPMENT_LINE = """
fragment ShipmentLineFields on ShipmentLineItem {
  quantity line_item_id shipping_label_id line_item { sku product { id } }
}
"""
ORDER_COST = LINES_PER_ORDER + LINES_PER_SHIPMENT

ACCOUNT = Query(
    f"query Account {{ account {{ {META} data {{ id legacy_id email username status is_3pl }} }} }}",
    1,
)
WAREHOUSES = Query(
    f"""
query Warehouses {{
  account {{ {META} data {{ warehouses {{
    id legacy_id identifier company_name company_alias profile address {ADDRESS}
  }} }} }}
}}
""",
    1,
)
CUSTOMERS = Query(
    f"""
query Customers($first: Int!, $after: String) {{
  account {{ {META} data {{
    customers(first: $first, after: $after) {{ {PAGE} edges {{ node {{ id legacy_id username email status }} }} }}
  }} }}
}}
""",
    1 + listed(ENTRIES_PER_PAGE),
)
LOCATIONS = Query(
    f"""
query Locations($first: Int!, $after: String) {{
  locations {{ {META} data(first: $first, after: $after) {{ {PAGE} edges {{ node {{
    id legacy_id warehouse_id name zone type {{ name }} pickable sellable is_cart created_at last_counted {DIMENSIONS}
  }} }} }} }}
}}
""",
    1 + listed(ENTRIES_PER_PAGE),
)
PRODUCTS = Query(
    f"""
query Products($first: Int!, $after: String, $since: ISODateTime, $until: ISODateTime) {{
  products(updated_from: $since, updated_to: $until) {{ {META} data(first: $first, after: $after) {{
    {PAGE} edges {{ node {{ ...ProductFields }} }}
  }} }}
}}
{PRODUCT}
""",
    1 + listed(PRODUCTS_PER_PAGE),
)
PRODUCT_BY_ID = Query(
    f"""
query Product($id: String!) {{
  product(id: $id) {{ {META} data {{ ...ProductFields }} }}
  account {{ {META} data {{ id }} }}
}}
{PRODUCT}
""",
    2,
)
STOCKS = Query(
    f"""
query Stocks($first: Int!, $after: String, $since: ISODateTime, $until: ISODateTime) {{
  products(updated_from: $since, updated_to: $until) {{ {META} data(first: $first, after: $after) {{
    {PAGE} edges {{ node {{ ...StockFields }} }}
  }} }}
}}
{STOCK}
""",
    1 + listed(STOCKS_PER_PAGE, STOCK_COST),
)
CHANGED_STOCKS = Query(
    f"""
query ChangedStocks($first: Int!, $after: String, $since: ISODateTime, $until: ISODateTime) {{
  warehouse_products(updated_from: $since, updated_to: $until) {{ {META} data(first: $first, after: $after) {{
    {PAGE} edges {{ node {{ product {{ ...StockFields }} }} }}
  }} }}
}}
{STOCK}
""",
    1 + listed(STOCK_CHANGES_PER_PAGE, STOCK_COST),
)
STOCK_BY_ID = Query(
    f"""
query Stock($id: String!) {{
  product(id: $id) {{ {META} data {{ ...StockFields }} }}
  account {{ {META} data {{ id }} }}
}}
{STOCK}
""",
    2 + STOCK_COST,
)
STOCK_INBOUNDS = Query(
    f"""
query StockInbounds($sku: String!, $warehouse: String!, $customer: String, $first: Int!, $after: String) {{
  warehouse_products(sku: $sku, warehouse_id: $warehouse, customer_account_id: $customer) {{ {META}
    data(first: 1) {{ edges {{ node {{
      id inbounds(first: $first, after: $after) {{ {PAGE} edges {{ node {{ {INBOUND} }} }} }}
    }} }} }}
  }}
}}
""",
    1 + listed(1, ENTRIES_PER_PAGE),
)
STOCK_PLACES = Query(
    f"""
query StockPlaces($sku: String!, $warehouse: String!, $customer: String, $first: Int!, $after: String) {{
  warehouse_products(sku: $sku, warehouse_id: $warehouse, customer_account_id: $customer) {{ {META}
    data(first: 1) {{ edges {{ node {{
      id locations(first: $first, after: $after) {{ {PAGE} edges {{ node {{ {PLACE} }} }} }}
    }} }} }}
  }}
}}
""",
    1 + listed(1, ENTRIES_PER_PAGE),
)
LEDGER = Query(
    f"""
query Ledger(
  $first: Int!, $after: String, $since: ISODateTime, $until: ISODateTime,
  $sku: String, $warehouse: String, $customer: String
) {{
  inventory_changes(
    date_from: $since, date_to: $until, sku: $sku, warehouse_id: $warehouse, customer_account_id: $customer
  ) {{ {META} data(first: $first, after: $after) {{ {PAGE} edges {{ node {{
    created_at account_id sku warehouse_id location_id user_id previous_on_hand change_in_on_hand reason cycle_counted
    product {{ id }}
  }} }} }} }}
}}
""",
    1 + listed(ENTRIES_PER_PAGE),
)


def _stock_change(name: str, kind: str) -> Query:
    return Query(
        f"mutation Change($data: {kind}!) {{ {name}(data: $data) {{ {META} warehouse_product {{ id }} }} }}", 1
    )


ADD_STOCK = _stock_change("inventory_add", "UpdateInventoryInput")
REMOVE_STOCK = _stock_change("inventory_remove", "UpdateInventoryInput")
REPLACE_STOCK = _stock_change("inventory_replace", "ReplaceInventoryInput")
ORDERS = Query(
    f"""
query Orders($first: Int!, $after: String, $since: ISODateTime, $until: ISODateTime) {{
  orders(updated_from: $since, updated_to: $until) {{ {META} data(first: $first, after: $after) {{
    {PAGE} edges {{ node {{ ...OrderFields }} }}
  }} }}
}}
{ORDER}
{LINE}
{SHIPMENT_LINE}
""",
    1 + listed(ORDERS_PER_PAGE, ORDER_COST),
)
ORDERS_BY_REFERENCE = Query(
    f"""
query OrdersByReference($reference: String!, $customer: String, $first: Int!, $after: String) {{
  orders(partner_order_id: $reference, customer_account_id: $customer) {{ {META} data(first: $first, after: $after) {{
    {PAGE} edges {{ node {{ ...OrderFields }} }}
  }} }}
}}
{ORDER}
{LINE}
{SHIPMENT_LINE}
""",
    1 + listed(ORDERS_PER_PAGE, ORDER_COST),
)
ORDER_BY_ID = Query(
    f"""
query Order($id: String!) {{
  order(id: $id) {{ {META} data {{ ...OrderFields }} }}
  account {{ {META} data {{ id }} }}
}}
{ORDER}
{LINE}
{SHIPMENT_LINE}
""",
    2 + ORDER_COST,
)
ORDER_LINES = Query(
    f"""
query OrderLines($id: String!, $first: Int!, $after: String) {{
  order(id: $id) {{ {META} data {{ line_items(first: $first, after: $after) {{
    {PAGE} edges {{ node {{ ...LineFields }} }}
  }} }} }}
}}
{LINE}
""",
    1 + listed(ENTRIES_PER_PAGE),
)
SHIPMENT_LINES = Query(
    f"""
query ShipmentLines($id: String!, $first: Int!, $after: String) {{
  shipment(id: $id) {{ {META} data {{ line_items(first: $first, after: $after) {{
    {PAGE} edges {{ node {{ ...ShipmentLineFields }} }}
  }} }} }}
}}
{SHIPMENT_LINE}
""",
    1 + listed(ENTRIES_PER_PAGE),
)


def _order_change(name: str, kind: str) -> Query:
    return Query(f"mutation Change($data: {kind}!) {{ {name}(data: $data) {{ {META} order {{ id }} }} }}", 1)


CREATE_ORDER = _order_change("order_create", "CreateOrderInput")
UPDATE_ORDER = _order_change("order_update", "UpdateOrderInput")
CANCEL_ORDER = _order_change("order_cancel", "CancelOrderInput")
CREATE_SHIPMENT = Query(
    f"mutation Ship($data: CreateShipmentInput!) {{ shipment_create(data: $data) {{ {META} shipment {{ id }} }} }}", 1
)
CREATE_PRODUCT = Query(
    f"mutation Create($data: CreateProductInput!) {{ product_create(data: $data) {{ {META} product {{ id }} }} }}", 1
)
UPDATE_PRODUCT = Query(
    f"mutation Update($data: UpdateProductInput!) {{ product_update(data: $data) {{ {META} product {{ id }} }} }}", 1
)
PRODUCTS_BY_SKU = Query(
    f"""
query ProductsBySku($sku: String!, $customer: String, $first: Int!, $after: String) {{
  products(sku: $sku, customer_account_id: $customer) {{ {META} data(first: $first, after: $after) {{
    {PAGE} edges {{ node {{ ...ProductFields }} }}
  }} }}
}}
{PRODUCT}
""",
    1 + listed(SAME_SKU_PER_PAGE),
)
STOCKS_BY_SKU = Query(
    f"""
query StocksBySku($sku: String!, $first: Int!, $after: String) {{
  products(sku: $sku) {{ {META} data(first: $first, after: $after) {{
    {PAGE} edges {{ node {{ ...StockFields }} }}
  }} }}
}}
{STOCK}
""",
    1 + listed(SAME_SKU_PER_PAGE, STOCK_COST),
)
SHIPMENT_ORDER = Query(
    f"query ShipmentOrder($id: String!) {{ shipment(id: $id) {{ {META} data {{ order_id }} }} }}",
    1,
)
WEBHOOKS = Query(
    f"""
query Webhooks($first: Int!, $after: String) {{
  webhooks {{ {META} data(first: $first, after: $after) {{ {PAGE} edges {{ node {{ name url shop_name }} }} }} }}
}}
""",
    1 + listed(ENTRIES_PER_PAGE),
)
CREATE_WEBHOOK = Query(
    f"""
mutation Create($data: CreateWebhookInput!) {{
  webhook_create(data: $data) {{ {META} webhook {{ id shared_signature_secret }} }}
}}
""",
    1,
)
DELETE_WEBHOOK = Query(f"mutation Delete($data: DeleteWebhookInput!) {{ webhook_delete(data: $data) {{ {META} }} }}", 1)
BUILD_KIT = Query(
    f"mutation Build($data: BuildKitInput!) {{ kit_build(data: $data) {{ {META} product {{ id }} }} }}", 1
)
REMOVE_COMPONENTS = Query(
    f"""
mutation Remove($data: RemoveKitComponentsInput!) {{ kit_remove_components(data: $data) {{ {META} product {{ id }} }} }}
""",
    1,
)
