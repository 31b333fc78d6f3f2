"""Products."""

from __future__ import annotations

from typing import Any

SEED: dict[int, dict[str, Any]] = {
    11: {
        "name": "Sencha &amp; mint",
        "sku": "TEA-11",
        "price": "21.99",
        "manage_stock": True,
        "stock_quantity": 40,
        "weight": "250",
        "dimensions": {"length": "120", "width": "80", "height": "35.5"},
        "categories": [{"id": 9, "name": "Tea &amp; more", "slug": "tea"}],
        "tags": [{"id": 4, "name": "new", "slug": "new"}],
        "images": [{"id": 792, "src": "https://shop.example.com/wp-content/uploads/tea.jpg", "name": "", "alt": ""}],
        "global_unique_id": "4006381333931",
    },
    12: {"name": "Gift card", "sku": "GIFT", "price": "10.00"},
    13: {"name": "Teapot", "type": "variable", "manage_stock": True, "stock_quantity": 7},
    14: {"name": "Sampler", "type": "grouped", "grouped_products": [11, 12], "status": "draft"},
    15: {"name": "Sold out", "sku": "OUT", "price": "", "manage_stock": True, "stock_quantity": 0},
}


def make(number: int, **facts: Any) -> dict[str, Any]:
    """A product; simple and without stock management unless said otherwise."""
    price = facts.get("price", "1.50")
    slug = facts["name"].lower().replace(" ", "-")
    return {
        "id": number,
        "slug": slug,
        "permalink": f"https://shop.example.com/product/{number}/",
        "type": "simple",
        "status": "publish",
        "sku": "",
        "price": price,
        "regular_price": price,
        "sale_price": "",
        "manage_stock": False,
        "stock_quantity": None,
        "stock_status": "instock",
        "backorders": "no",
        "backorders_allowed": False,
        "weight": "",
        "dimensions": {"length": "", "width": "", "height": ""},
        "parent_id": 0,
        "categories": [],
        "tags": [],
        "images": [],
        "attributes": [],
        "variations": [],
        "meta_data": [],
        **facts,
    }
