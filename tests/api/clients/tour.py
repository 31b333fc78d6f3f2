"""The tour with a Python client that a generator made of the document: `tour.py ADDRESS KEY TOKEN`.

Run by the tests with the generated package on the path; it knows the API only by the names the generator gave.
"""
# mypy: ignore-errors

from __future__ import annotations

import sys
from datetime import UTC, datetime

from crossdock_client import Client
from crossdock_client.api.wms import (
    get_wms_get_order,
    get_wms_get_orders,
    get_wms_get_products,
    post_wms_create_order,
    put_wms_cancel_order,
    put_wms_update_order_trackstar_tags,
)
from crossdock_client.models import PostWmsCreateOrderSandbox, PutWmsUpdateOrderTrackstarTagsUpdateTrackstarTagsSchema


def every_order(client: Client, **query: object) -> list:
    """All orders, page by page."""
    found, token = [], None
    while True:
        page = get_wms_get_orders.sync(client=client, limit=30, page_token=token, **query)
        found += page.data
        token = page.next_token
        if token is None:
            return found


def main(address: str, key: str, token: str) -> None:
    client = Client(address)
    account = {"x_trackstar_api_key": key, "x_trackstar_access_token": token}
    orders = every_order(client, **account)
    assert len(orders) == len({order.id for order in orders}) >= 100

    since = datetime(2020, 1, 1, tzinfo=UTC)
    fulfilled = every_order(client, status="fulfilled", trackstar_updated_dategte=since, **account)
    assert {order.id for order in fulfilled} == {order.id for order in orders if order.status == "fulfilled"}

    products = get_wms_get_products.sync(client=client, **account).data
    product = next(item for item in products if not item.is_kit and item.active)
    body = PostWmsCreateOrderSandbox.from_dict(
        {"line_items": [{"product_id": product.id, "quantity": 1}], "order_number": "generated-python"}
    )
    made = post_wms_create_order.sync(client=client, body=body, **account)
    read = get_wms_get_order.sync(made.id, client=client, **account)
    assert read.data.to_dict() == made.data.to_dict()

    tags = PutWmsUpdateOrderTrackstarTagsUpdateTrackstarTagsSchema.from_dict({"trackstar_tags": ["generated"]})
    put_wms_update_order_trackstar_tags.sync(made.id, client=client, body=tags, **account)
    [tagged] = every_order(client, trackstar_tagscontains="generated", **account)
    assert tagged.id == made.id

    cancelled = put_wms_cancel_order.sync(made.id, client=client, **account)
    assert cancelled.data.status == "cancelled"
    sys.stdout.write("the tour is complete\n")


if __name__ == "__main__":
    main(*sys.argv[1:4])
