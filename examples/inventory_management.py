"""Inventory management over plain HTTP: read stock, change it, make kits, and check that the answers agree.

    python examples/inventory_management.py
    ACCESS_TOKENS=cdt_...,cdt_... python examples/inventory_management.py --address http://127.0.0.1:8000

Key and tokens come from the credentials file of the server, or from CROSSDOCK_API_KEY and ACCESS_TOKENS. Every
connection to a warehouse system or shop is worked through as its vertical allows; what a write needs is read from
write-info, so the program knows no system by name. It really changes stock: use the sandboxes or a test account.
"""

from __future__ import annotations

import http
import json
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from client import Client, WriteInfo, body_for, expect, one, parser, server_of, tags_find, wait_for_first_sync

ADDED, REMOVED = 5, 2
"""Units that the adjustments add and take away again; the difference stays."""


# -- warehouse systems ---------------------------------------------------------------------------------------------


def check_levels(item: dict[str, Any]) -> None:
    """Stock adds up: by state, and by warehouse."""
    states = item["committed"] + item["unfulfillable"] + item["fulfillable"]
    expect(item["onhand"] == states, f"{item['sku']}: onhand is committed + unfulfillable + fulfillable", item)
    by_warehouse = sum(place["onhand"] for place in item["inventory_by_warehouse_id"].values())
    expect(item["onhand"] == by_warehouse, f"{item['sku']}: onhand is the sum of the warehouses", item)


def walk_from_product(client: Client, product: dict[str, Any]) -> list[dict[str, Any]]:
    """Product, its inventory items, and their levels by warehouse and location."""
    same = client.ok("GET", one("/wms/products/{}", product["id"])).data
    expect(same["id"] == product["id"], f"product {product['sku']} can be read by its id")
    ids = [part["inventory_item_id"] for part in product["inventory_items"]]
    items = client.every("/wms/inventory", **{"ids[in]": ",".join(ids)})
    expect({item["id"] for item in items} == set(ids), "every inventory item behind the product is found", ids)
    for item in items:
        print(f"    {item['sku']}: {item['onhand']} on hand, {item['fulfillable']} of them can be shipped")
        for warehouse_id, place in item["inventory_by_warehouse_id"].items():
            print(f"      warehouse {warehouse_id}: {place['onhand']}")
            for location in item["locations"]:
                if location["warehouse_id"] == warehouse_id:
                    print(f"        location {location['location_id']}: {location['quantity']}")
        check_levels(item)
    return items


def filters(client: Client, items: list[dict[str, Any]]) -> None:
    """The same items by different questions, and the answers to wrong ones."""
    sku, identifier = items[0]["sku"], items[0]["id"]
    for question in (
        {"sku": sku},
        {"sku[eq]": sku},
        {"sku[in]": f"{sku},no-such-sku"},
        {"sku[contains]": sku[1:]},
        {"ids[in]": identifier},
        {"sku": sku, "active": "true", "trackstar_updated_date[gte]": "2020-01-01T00:00:00Z"},
    ):
        found = [item["id"] for item in client.every("/wms/inventory", **question)]
        expect(identifier in found, f"GET /wms/inventory?{urlencode(question)} finds it", found)
    others = [item["id"] for item in client.every("/wms/inventory", **{"sku[neq]": sku})]
    expect(identifier not in others and len(others) == len(items) - 1, "sku[neq] finds all others", others)
    wrong = client.call("GET", "/wms/inventory", query={"colour": "red"})
    expect(wrong.status == 422, "an unknown filter is refused by name", wrong.body)
    first = client.ok("GET", one("/wms/inventory/{}", identifier))
    again = client.call("GET", one("/wms/inventory/{}", identifier), if_none_match=first.headers["etag"])
    expect(again.status == http.HTTPStatus.NOT_MODIFIED, "an unchanged answer is a 304", again.body)


def adjust_inventory(client: Client, info: WriteInfo, item: dict[str, Any]) -> dict[str, Any]:
    """Adds units, takes some away with an idempotency key, and finds both in the item."""
    path = one("/wms/inventory/{}/adjust", item["id"])
    schema = info.schema("PUT", "/wms/inventory/{inventory_id}/adjust")
    place = max(item["locations"], key=lambda location: int(location["quantity"]))
    where = {"warehouse_id": place["warehouse_id"], "location_id": place["location_id"]}
    more = body_for(schema, {"quantity": ADDED, "adjustment_type": "increase", **where})
    raised = client.ok("PUT", path, more)
    expect(raised.data["onhand"] == item["onhand"] + ADDED, f"{ADDED} units were added", raised.data)
    key = str(uuid.uuid4())
    less = body_for(schema, {"quantity": REMOVED, "adjustment_type": "decrease", **where})
    client.ok("PUT", path, less, idempotency_key=key)
    repeated = client.ok("PUT", path, less, idempotency_key=key)
    expect(repeated.headers.get("idempotent-replayed") == "true", "the repetition changes nothing")
    now: dict[str, Any] = client.ok("GET", one("/wms/inventory/{}", item["id"])).data
    expect(now["onhand"] == item["onhand"] + ADDED - REMOVED, "the stored item has the new stock", now)
    before, after = (x["inventory_by_warehouse_id"][place["warehouse_id"]]["onhand"] for x in (item, now))
    expect(after == before + ADDED - REMOVED, f"and so has warehouse {place['warehouse_id']}", now)
    quantities = {x["location_id"]: x["quantity"] for x in now["locations"]}
    if "location_id" in more:
        expected = place["quantity"] + ADDED - REMOVED
        expect(quantities[place["location_id"]] == expected, f"and location {place['location_id']}", now)
    check_levels(now)
    refused = client.call("PUT", path, {"quantity": "many", "adjustment_type": "", "warehouse_id": None})
    expect(refused.status == 422, "a bad body is refused before anything is sent", refused.body)
    return now


def kit_items(parts: list[dict[str, Any]], units: list[int]) -> list[dict[str, Any]]:
    """Components as a kit's body names them."""
    return [
        {"inventory_item_id": part["id"], "sku": part["sku"], "unit_quantity": count}
        for part, count in zip(parts, units, strict=True)
    ]


def components(kit: dict[str, Any]) -> dict[str, int]:
    """Units of each component by inventory item."""
    return {part["inventory_item_id"]: part["unit_quantity"] for part in kit["inventory_items"]}


def make_kit(client: Client, info: WriteInfo, parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Makes a kit of two items, and changes what is in it."""
    sku = f"KIT-{uuid.uuid4().hex[:8].upper()}"
    wanted = {"sku": sku, "name": "Gift box", "inventory_items": kit_items(parts, [1, 2])}
    tagged = {**wanted, "trackstar_tags": ["example", {"season": "winter"}]}
    made = client.ok("POST", "/wms/kits", body_for(info.schema("POST", "/wms/kits"), tagged)).body
    expect(components(made["data"]) == {parts[0]["id"]: 1, parts[1]["id"]: 2}, f"kit {sku} holds 1 and 2", made)
    listed = client.every("/wms/products", sku=sku)
    expect([kit["is_kit"] for kit in listed] == [True], "it is listed with the products", listed)
    expect(listed[0]["trackstar_tags"] == tagged["trackstar_tags"], "with its tags", listed)
    changed = {**wanted, "name": "Large gift box", "inventory_items": kit_items(parts, [3, 2])}
    body = body_for(info.schema("PUT", "/wms/kits/{kit_id}"), changed)
    client.ok("PUT", one("/wms/kits/{}", made["id"]), body)
    now: dict[str, Any] = client.ok("GET", one("/wms/products/{}", made["id"])).data
    expect(components(now) == {parts[0]["id"]: 3, parts[1]["id"]: 2}, "the change is stored: 3 and 2", now)
    expect(now["name"] == "Large gift box", "and so is the new name", now)
    return now


def is_made_of(product: dict[str, Any], items: dict[str, Any]) -> bool:
    """Whether a product is no kit, and what is behind it is among these items."""
    ids = [part["inventory_item_id"] for part in product["inventory_items"]]
    return not product["is_kit"] and bool(ids) and all(identifier in items for identifier in ids)


def warehouse_system(client: Client, info: WriteInfo) -> dict[str, Any]:
    """The whole of inventory management in a warehouse system; what it claims the system now holds."""
    warehouses = client.every("/wms/warehouses")
    for warehouse in warehouses:
        locations = client.every(one("/wms/warehouses/{}/locations", warehouse["id"]))
        print(f"    warehouse {warehouse['name']}: {len(locations)} locations")
    products = client.every("/wms/products")
    items = client.every("/wms/inventory")
    print(f"    {len(products)} products, {len(items)} inventory items")
    # Stock in batches needs the batch named, so the example changes an item without.
    plain = {item["id"]: item for item in items if item["locations"] and not item["lots"] and item["fulfillable"] > 0}
    product = next(product for product in products if is_made_of(product, plain))
    [item, *_] = walk_from_product(client, product)
    filters(client, [item, *(other for other in items if other["id"] != item["id"])])
    now = adjust_inventory(client, info, item)
    other = next(candidate for candidate in plain.values() if candidate["id"] != item["id"])
    kit = make_kit(client, info, [item, other])
    tags_find(client, "/wms/inventory", item["id"])
    missing = client.call("GET", one("/wms/inventory/{}", "no such item/1"))
    expect(missing.status == http.HTTPStatus.NOT_FOUND, "an unknown item is a 404", missing.body)
    codes = {warehouse["id"]: warehouse["code"] for warehouse in warehouses}
    skus = {item["id"]: item["sku"], other["id"]: other["sku"]}
    levels = now["inventory_by_warehouse_id"].items()
    return {
        "stock": {item["sku"]: {codes[warehouse]: place["onhand"] for warehouse, place in levels}},
        "kits": {kit["sku"]: {skus[part]: count for part, count in components(kit).items()}},
    }


# -- shops ---------------------------------------------------------------------------------------------------------


def adjust_variant(client: Client, info: WriteInfo, variant: dict[str, Any]) -> dict[str, Any]:
    """Changes one variant's stock in every way the shop offers."""
    path = one("/cart/products/{}/adjust-inventory", variant["id"])
    schema = info.schema("PUT", "/cart/products/{product_id}/adjust-inventory")
    warehouse_id = max(variant["inventory_by_warehouse_id"], key=variant["inventory_by_warehouse_id"].__getitem__)
    stock = variant["inventory"]
    steps = [("increase", ADDED, stock + ADDED), ("decrease", REMOVED, stock + ADDED - REMOVED)]
    if "exact" in schema["properties"]["adjustment_type"]["enum"]:
        elsewhere = stock - variant["inventory_by_warehouse_id"][warehouse_id]
        steps.append(("exact", 40, elsewhere + 40))
    for kind, quantity, expected in steps:
        wanted = {"quantity": quantity, "adjustment_type": kind, "warehouse_id": warehouse_id}
        done = client.ok("PUT", path, body_for(schema, wanted), idempotency_key=str(uuid.uuid4()))
        expect(done.data["inventory"] == expected, f"{variant['sku']}: {kind} {quantity} makes {expected}", done.data)
    now: dict[str, Any] = client.ok("GET", one("/cart/products/{}", variant["id"])).data
    expect(now["inventory"] == steps[-1][2], "the stored product has the new stock", now)
    return now


def refuse_parent(client: Client, info: WriteInfo, parent: dict[str, Any], warehouse_id: str) -> None:
    """A parent holds no stock."""
    schema = info.schema("PUT", "/cart/products/{product_id}/adjust-inventory")
    wanted = {"quantity": 1, "adjustment_type": "increase", "warehouse_id": warehouse_id}
    answer = client.call("PUT", one("/cart/products/{}/adjust-inventory", parent["id"]), body_for(schema, wanted))
    expect(400 <= answer.status < 500, f"parent {parent['name']} is refused: {answer.body}", answer.body)


def set_levels(client: Client, info: WriteInfo, variants: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """Sets exact levels of two variants in one call, then tries a call with a line that cannot be applied."""
    path = "/cart/products/batch-adjust-inventory"
    schema = info.schema("PUT", path)
    lines = []
    for number, variant in enumerate(variants):
        warehouse_id = min(variant["inventory_by_warehouse_id"])
        lines.append({"product_id": variant["id"], "quantity": 60 + number, "warehouse_id": warehouse_id})
    done = client.ok("PUT", path, body_for(schema, {"line_items": lines}))
    expect("id" not in done.body and len(done.data) == len(lines), "a batch answers with a list", done.body)
    levels: dict[str, dict[str, int]] = {}
    for line, variant in zip(lines, variants, strict=True):
        now = client.ok("GET", one("/cart/products/{}", variant["id"])).data
        level = now["inventory_by_warehouse_id"][line["warehouse_id"]]
        expect(level == line["quantity"], f"{variant['sku']} has {level} in {line['warehouse_id']}", now)
        levels[now["sku"]] = now["inventory_by_warehouse_id"]
    bad = [*lines, {**lines[0], "product_id": "no-such-product"}]
    refused = client.call("PUT", path, {"line_items": bad})
    expect(400 <= refused.status < 500, f"a bad line is named: {refused.body}", refused.body)
    return levels


def shop(client: Client, info: WriteInfo) -> dict[str, Any]:
    """The whole of inventory management in a shop; what it claims the shop now holds."""
    warehouses = client.every("/cart/warehouses")
    print(f"    warehouses: {', '.join(warehouse['name'] for warehouse in warehouses)}")
    products = client.every("/cart/products")
    parents = [product for product in products if product["parent_product_id"] == product["id"]]
    variants = [product for product in products if product["inventory"] and product["inventory_by_warehouse_id"]]
    print(f"    {len(products)} products, {len(parents)} of them parents, {len(variants)} variants with stock")
    first, second = variants[0], variants[1]
    found = [
        product["id"] for product in client.every("/cart/products", **{"ids[in]": f"{first['id']},{second['id']}"})
    ]
    expect(set(found) == {first["id"], second["id"]}, "ids[in] finds exactly those", found)
    now = adjust_variant(client, info, first)
    refuse_parent(client, info, parents[0], warehouses[0]["id"])
    levels = set_levels(client, info, [second, now])
    tags_find(client, "/cart/products", first["id"])
    return {"stock": levels, "kits": {}}


# -- the program ---------------------------------------------------------------------------------------------------

WORK: dict[str, Callable[[Client, WriteInfo], dict[str, Any]]] = {"wms": warehouse_system, "cart": shop}


def work_through(address: str, api_key: str, token: str) -> dict[str, Any]:
    """Everything the example does with one connection."""
    client = Client(address, api_key, token)
    connection = wait_for_first_sync(client, token)
    vertical, name = connection["integration_type"], connection["integration_name"]
    print(f"{connection['integration_display_name']} ({vertical}/{name}): {', '.join(connection['available_actions'])}")
    info = WriteInfo(client.ok("GET", f"/integrations/{vertical}/{name}/write-info").body)
    claims = WORK[vertical](client, info)
    connections = [item["connection_id"] for item in client.every("/connections")]
    expect(connection["connection_id"] in connections, "the connection is listed")
    return {"connection_id": connection["connection_id"], "vertical": vertical, "integration_name": name, **claims}


def main() -> int:
    arguments_parser = parser(__doc__)
    arguments_parser.add_argument("--report", type=Path, help="file to write what the systems should hold now, as JSON")
    arguments = arguments_parser.parse_args()
    server = server_of(arguments)
    tokens = [token for token in server.known.get("ACCESS_TOKENS", "").split(",") if token]
    names = [f"CROSSDOCK_{vertical.upper()}_SANDBOX_TOKEN" for vertical in WORK]
    tokens = tokens or [server.known[name] for name in names if name in server.known]
    if not tokens:
        print(f"no token: neither in {arguments.credentials} nor in ACCESS_TOKENS", file=sys.stderr)
        return 2
    claims = [work_through(server.address, server.api_key, token) for token in tokens]
    if arguments.report:
        arguments.report.write_text(json.dumps(claims, indent=2, ensure_ascii=False))
    print(f"worked through {len(claims)} connections; every answer was as expected")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
