"""The documents about goods that arrive, each with the most credits it can take."""

from __future__ import annotations

from crossdock.integrations.shiphero.queries import (
    DIMENSIONS,
    ENTRIES_PER_PAGE,
    LINES_PER_ORDER,
    META,
    PAGE,
    Query,
    listed,
)

PURCHASES_PER_PAGE = 40
PURCHASE = f"""
fragment PurchaseFields on PurchaseOrder {{
  id legacy_id account_id po_number partner_order_number fulfillment_status created_at po_date arrived_at date_closed
  warehouse_id vendor {{ id name }} tracking_number po_note packing_note shipping_carrier subtotal total_price
  line_items(first: {LINES_PER_ORDER}) {{ {PAGE} edges {{ node {{ ...PurchaseLineFields }} }} }}
}}
"""
PURCHASE_LINE = """
fragment PurchaseLineFields on PurchaseOrderLineItem {
  id sku quantity quantity_received price vendor_sku partner_line_item_id updated_at product { product { id } }
}
"""
PURCHASES = Query(
    f"""
query Purchases($first: Int!, $after: String, $made_since: ISODateTime, $customer: String) {{
  purchase_orders(created_from: $made_since, customer_account_id: $customer) {{
    {META} data(first: $first, after: $after) {{ {PAGE} edges {{ node {{ ...PurchaseFields }} }} }}
  }}
}}
{PURCHASE}
{PURCHASE_LINE}
""",
    1 + listed(PURCHASES_PER_PAGE, LINES_PER_ORDER),
)
PURCHASE_BY_ID = Query(
    f"""
query PurchaseOrder($id: String!) {{
  purchase_order(id: $id) {{ {META} data {{ ...PurchaseFields }} }}
  account {{ {META} data {{ id }} }}
}}
{PURCHASE}
{PURCHASE_LINE}
""",
    2 + LINES_PER_ORDER,
)
PURCHASE_LINES = Query(
    f"""
query PurchaseLines($id: String!, $first: Int!, $after: String) {{
  purchase_order(id: $id) {{ {META} data {{ line_items(first: $first, after: $after) {{
    {PAGE} edges {{ node {{ ...PurchaseLineFields }} }}
  }} }} }}
}}
{PURCHASE_LINE}
""",
    1 + listed(ENTRIES_PER_PAGE),
)
VENDORS = Query(
    f"""
query Vendors($first: Int!, $after: String) {{
  vendors {{ {META} data(first: $first, after: $after) {{
    {PAGE} edges {{ node {{ id name account_id created_at }} }}
  }} }}
}}
""",
    1 + listed(ENTRIES_PER_PAGE),
)
RETURN = f"""
fragment ReturnFields on Return {{
  id legacy_id account_id created_at order_id status reason partner_id
  labels {{ tracking_number carrier cost created_date {DIMENSIONS} }}
  line_items {{
    id quantity quantity_received restock reason condition updated_at warehouse_id
    line_item {{ sku product {{ id }} }}
  }}
}}
"""
RETURNS = Query(
    f"""
query Returns($first: Int!, $after: String, $order: String, $customer: String) {{
  returns(order_id: $order, customer_account_id: $customer) {{
    {META} data(first: $first, after: $after) {{ {PAGE} edges {{ node {{ ...ReturnFields }} }} }}
  }}
}}
{RETURN}
""",
    1 + listed(ENTRIES_PER_PAGE),
)
RETURN_BY_ID = Query(
    f"""
query Return($id: String!) {{
  return(id: $id) {{ {META} data {{ ...ReturnFields }} }}
  account {{ {META} data {{ id }} }}
}}
{RETURN}
""",
    2,
)


def _written(name: str, kind: str, answered: str) -> Query:
    return Query(f"mutation Write($data: {kind}!) {{ {name}(data: $data) {{ {META} {answered} {{ id }} }} }}", 1)


CREATE_PURCHASE = _written("purchase_order_create", "CreatePurchaseOrderInput", "purchase_order")
UPDATE_PURCHASE = _written("purchase_order_update", "UpdatePurchaseOrderInput", "purchase_order")
CREATE_RETURN = _written("return_create", "CreateReturnInput", "return")
SET_RETURN_STATUS = _written("return_update_status", "UpdateReturnStatusInput", "return")
