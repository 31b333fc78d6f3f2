"""The documents about work that was done and what it costs, each with the most credits it can take."""

from __future__ import annotations

from crossdock.integrations.shiphero.queries import ENTRIES_PER_PAGE, META, PAGE, Query, listed

BILLS_PER_PAGE = 20
CHARGES_PER_BILL = 15
CHARGE = "id category label amount quantity"
BILLS = Query(
    f"""
query Bills($first: Int!, $after: String) {{
  bills {{ {META} data(first: $first, after: $after) {{ {PAGE} edges {{ node {{
    id legacy_id status customer_name profile_name created_at due_date amount billing_frequency
    billing_period {{ start end }}
    totals(first: {CHARGES_PER_BILL}) {{ {PAGE} edges {{ node {{ {CHARGE} }} }} }}
  }} }} }} }}
}}
""",
    1 + listed(BILLS_PER_PAGE, CHARGES_PER_BILL),
)
CHARGES = Query(
    f"""
query Charges($id: String!, $first: Int!, $after: String) {{
  bill(id: $id) {{ {META} data {{ totals(first: $first, after: $after) {{
    {PAGE} edges {{ node {{ {CHARGE} }} }}
  }} }} }}
}}
""",
    1 + listed(ENTRIES_PER_PAGE),
)


def _work(name: str, units: str) -> Query:
    return Query(
        f"""
query Work($first: Int!, $after: String, $since: ISODateTime, $until: ISODateTime) {{
  {name}(date_from: $since, date_to: $until) {{ {META} data(first: $first, after: $after) {{ {PAGE} edges {{ node {{
    id created_at order_id warehouse_id user_id user_first_name user_last_name {units}
  }} }} }} }}
}}
""",
        1 + listed(ENTRIES_PER_PAGE),
    )


PICKS = _work("picks_per_day", "picked_quantity")
PACKS = _work("packs_per_day", "total_items")
