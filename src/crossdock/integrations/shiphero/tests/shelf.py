"""Making and changing products and kits of the fake account."""

from __future__ import annotations

from typing import Any

from crossdock.integrations.kit.fake.graphql import GraphQLRefusal, resolves
from crossdock.integrations.shiphero.tests import seed
from crossdock.integrations.shiphero.tests.answers import Answers
from crossdock.integrations.shiphero.tests.documents import number, text


class Shelf(Answers):
    """Products and kits."""

    warehouses: dict[int, dict[str, Any]]

    @resolves("Mutation", "product_create")
    def create_product(self, data: dict[str, Any]) -> Any:
        owner = number(data["customer_account_id"]) if "customer_account_id" in data else seed.ACCOUNT
        if any(facts["sku"] == data["sku"] and facts["owner"] == owner for facts in self.products.values()):
            raise GraphQLRefusal(f"Product with sku {data['sku']} already exists", code=3)
        stock = {number(place["warehouse_id"]): (place["on_hand"], 0, 0, 0) for place in data["warehouse_products"]}
        if not set(stock) <= set(self.warehouses):
            raise self.unknown("warehouse")
        key = self.new_number()
        self.products[key] = self.new_product(sku=data["sku"], name=data["name"], stock=stock, owner=owner)
        self.products[key] |= {
            "created_at": text(self.now),
            "updated_at": text(self.now),
            "stock_updated_at": dict.fromkeys(stock, text(self.now)),
        }
        self._set(key, data)
        return self.answered("product_create", product=self.product_node(key))

    @resolves("Mutation", "product_update")
    def update_product(self, data: dict[str, Any]) -> Any:
        key = self.by_sku(data)
        self._set(key, data)
        return self.answered("product_update", product=self.product_node(key))

    def _set(self, key: int, data: dict[str, Any]) -> None:
        given: dict[str, Any] = {name: data[name] for name in ("name", "barcode", "dimensions") if name in data}
        self.products[key] |= {**given, "updated_at": text(self.now)}

    @resolves("Mutation", "kit_build")
    def build_kit(self, data: dict[str, Any]) -> Any:
        key = self.by_sku(data)
        parts = {self.by_sku(part): part["quantity"] for part in data["components"]}
        there = self.products[key]["components"]
        if set(parts) & {key, *there}:
            raise GraphQLRefusal("A component is in the kit already", code=3)
        self.products[key] |= {"kit": True, "components": {**there, **parts}, "updated_at": text(self.now)}
        return self.answered("kit_build", product=self.product_node(key))

    @resolves("Mutation", "kit_remove_components")
    def remove_components(self, data: dict[str, Any]) -> Any:
        key = self.by_sku(data)
        there = self.products[key]["components"]
        gone = {part["sku"] for part in data["components"]}
        left = {item: units for item, units in there.items() if self.products[item]["sku"] not in gone}
        if len(left) + len(gone) != len(there):
            raise GraphQLRefusal("The kit has no such component", code=3)
        self.products[key] |= {"components": left, "updated_at": text(self.now)}
        return self.answered("kit_remove_components", product=self.product_node(key))
