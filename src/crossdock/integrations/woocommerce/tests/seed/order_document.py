"""Orders: one line and flat shipping unless said otherwise."""

from __future__ import annotations

from typing import Any


def line(
    number: int, product: int, variation: int, quantity: int, subtotal: str, total: str, tax: str
) -> dict[str, Any]:
    """A product ordered."""
    return {
        "id": number,
        "name": "Something",
        "product_id": product,
        "variation_id": variation,
        "quantity": quantity,
        "tax_class": "",
        "subtotal": subtotal,
        "subtotal_tax": tax,
        "total": total,
        "total_tax": tax,
        "taxes": [{"id": 75, "total": tax, "subtotal": tax}],
        "meta_data": [],
        "sku": "",
        "price": float(total) / quantity,
    }


SEED: dict[int, dict[str, Any]] = {
    501: {
        "discount_total": "2.00",
        "total": "87.58",
        "total_tax": "6.60",
        "line_items": [
            line(601, 13, 31, 2, "70.00", "68.00", "5.10"),
            line(602, 12, 0, 1, "2.98", "2.98", "0.00"),
        ],
        "shipping_total": "10.00",
        "payment_method": "stripe",
        "payment_method_title": "Card",
        "date_paid_gmt": "2026-11-01T08:00:00",
        "customer_note": "Ring twice",
    },
    502: {"status": "cancelled"},
    503: {
        "status": "completed",
        "meta_data": [
            {
                "id": 77,
                "key": "_wc_shipment_tracking_items",
                "value": [
                    {
                        "tracking_provider": "usps",
                        "custom_tracking_provider": "",
                        "custom_tracking_link": "",
                        "tracking_number": "94001",
                        "tracking_id": "b1946ac9",
                        "date_shipped": "1793923200",
                    }
                ],
            }
        ],
    },
}


def make(number: int, **facts: Any) -> dict[str, Any]:
    """An order."""
    address = {
        "first_name": "Ada",
        "last_name": "Brunner",
        "company": "",
        "address_1": "12 Hill Road",
        "address_2": "",
        "city": "Denver",
        "state": "CO",
        "postcode": "80202",
        "country": "US",
    }
    return {
        "id": number,
        "parent_id": 0,
        "number": str(number),
        "order_key": f"wc_order_{number}",
        "created_via": "checkout",
        "version": "9.4.1",
        "status": "processing",
        "currency": "USD",
        "discount_total": "0.00",
        "discount_tax": "0.00",
        "shipping_total": "10.00",
        "shipping_tax": "0.00",
        "total": "13.00",
        "total_tax": "0.00",
        "prices_include_tax": False,
        "customer_id": 0,
        "customer_note": "",
        "billing": {**address, "email": "ada@example.com", "phone": "555 0100"},
        "shipping": address,
        "payment_method": "cod",
        "payment_method_title": "Cash on delivery",
        "date_paid_gmt": None,
        "date_completed_gmt": None,
        "meta_data": [],
        "line_items": [line(number + 5000, 12, 0, 2, "3.00", "3.00", "0.00")],
        "shipping_lines": [
            {
                "id": number + 7000,
                "method_title": "Flat rate",
                "method_id": "flat_rate",
                "total": "10.00",
                "total_tax": "0.00",
                "taxes": [],
                "meta_data": [],
            }
        ],
        "refunds": [],
        **facts,
    }
