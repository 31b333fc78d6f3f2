"""Variations, each with its parent."""

from __future__ import annotations

from typing import Any

SEED: dict[int, tuple[int, dict[str, Any]]] = {
    31: (13, {"colour": "Black", "sku": "POT-B", "price": "35.00", "manage_stock": True, "stock_quantity": 12}),
    32: (13, {"colour": "Red", "sku": "POT-R", "price": "37.50", "manage_stock": True, "stock_quantity": 3}),
    33: (13, {"colour": "Blue", "sku": "POT-U", "price": "37.50", "manage_stock": "parent", "stock_quantity": 7}),
}


def make(number: int, colour: str, **facts: Any) -> dict[str, Any]:
    """A variation."""
    return {
        "id": number,
        "permalink": f"https://shop.example.com/product/teapot/?attribute_pa_color={colour.lower()}",
        "regular_price": facts["price"],
        "sale_price": "",
        "status": "publish",
        "stock_status": "instock",
        "backorders": "no",
        "backorders_allowed": False,
        "weight": "900",
        "dimensions": {"length": "", "width": "", "height": ""},
        "image": {"id": 423, "src": f"https://shop.example.com/pot-{colour.lower()}.jpg", "name": "", "alt": ""},
        "attributes": [{"id": 6, "name": "Color", "option": colour}],
        "meta_data": [],
        **facts,
    }
