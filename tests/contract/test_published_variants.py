"""The sixteen published forms of `AdjustInventorycartProduct`, built as write bodies.

A vendor's variant is published when its adapter exists. That the machinery can carry every one of them exactly is shown
here, before the adapters come.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from msgspec import UNSET, UnsetType

from crossdock.contract.bodies import Adjustment, ExactAdjustment, WriteBody, choices, vendor_only
from crossdock.contract.cart.products import ADJUST_INVENTORY
from crossdock.contract.errors import InvalidBody
from crossdock.contract.judge import Judge
from crossdock.contract.schemas import placeholder_choices, published, variant_schema
from crossdock.contract.values import INT64_MAX, Timestamp
from tests.contract.test_catalogue import _contract, slug, with_contract

Reason = Annotated[str, vendor_only("Why the stock changes.")]


class Relative(WriteBody, kw_only=True):
    quantity: int
    adjustment_type: Adjustment


class Any3(WriteBody, kw_only=True):
    quantity: int
    adjustment_type: ExactAdjustment


class ExactOnly(WriteBody, kw_only=True):
    quantity: int
    adjustment_type: Literal["exact"]


class Etsy(Relative, kw_only=True):
    """The shop chooses the warehouse."""


class WooCommerce(Any3, kw_only=True):
    """The shop chooses the warehouse."""


class Amazon(Any3, kw_only=True):
    warehouse_id: Literal["DEFAULT"]


class BigCommerce(Relative, kw_only=True):
    warehouse_id: str
    reason: Annotated[Literal["recount", "received", "sold", "damaged", "other"], vendor_only("Why the stock changes.")]


class Magento(Any3, kw_only=True):
    warehouse_id: str | UnsetType = UNSET


class Mirakl(ExactOnly, kw_only=True):
    warehouse_id: str | UnsetType = UNSET


class NuOrder(Relative, kw_only=True):
    warehouse_id: str
    future_date: Annotated[Timestamp | UnsetType, vendor_only("When the change takes effect.")] = UNSET


class Overstock(ExactOnly, kw_only=True):
    warehouse_id: Annotated[str, choices("warehouses")]


class Shopify(Any3, kw_only=True):
    warehouse_id: Annotated[str, choices("warehouses")]
    reason: Annotated[
        Literal[
            "correction",
            "cycle_count_available",
            "damaged",
            "movement_created",
            "movement_updated",
            "movement_received",
            "payment_canceled",
            "other",
            "promotion",
            "quality_control",
            "received",
            "reservation_created",
            "reservation_updated",
            "reservation_deleted",
            "restock",
            "safety_stock",
            "shrinkage",
        ],
        vendor_only("Why the stock changes."),
    ]


class TikTok(Any3, kw_only=True):
    warehouse_id: str
    shop_id: Annotated[str, vendor_only("The shop the product belongs to.")]


VARIANTS: dict[str, type[WriteBody]] = {
    "Amazon": Amazon,
    "BigCommerce": BigCommerce,
    "eBay": Magento,
    "Etsy": Etsy,
    "Faire": Etsy,
    "Magento (Adobe Commerce)": Magento,
    "Mirakl": Mirakl,
    "NuOrder": NuOrder,
    "Overstock": Overstock,
    "Cart Sandbox": Etsy,
    "Shopify": Shopify,
    "Squarespace": WooCommerce,
    "TikTok": TikTok,
    "Walmart": Magento,
    "Wix": Magento,
    "WooCommerce": WooCommerce,
}


def _facts(schema: dict[str, Any]) -> dict[str, Any]:
    """What a caller has to know of a body."""
    return {
        "title": schema["title"],
        "closed": schema["additionalProperties"] is False,
        "required": set(schema["required"]),
        "properties": {
            name: (prop["type"], frozenset(prop.get("enum", ())), prop.get("format"))
            for name, prop in schema["properties"].items()
        },
    }


def _published_variants() -> dict[str, dict[str, Any]]:
    schemas = _contract("cart")["components"]["schemas"]
    found = [schema for name, schema in schemas.items() if name.startswith("AdjustInventorycartProduct--")]
    return {schema["title"]: schema for schema in found}


def _ours(title: str) -> dict[str, Any]:
    return published(variant_schema(VARIANTS[title], ADJUST_INVENTORY.body, title))


@with_contract
def test_all_sixteen_are_built() -> None:
    assert set(VARIANTS) == set(_published_variants())
    assert len(VARIANTS) == 16
    assert len({slug(title) for title in VARIANTS}) == 16


@with_contract
@pytest.mark.parametrize("title", VARIANTS)
def test_a_variant_is_published_exactly(title: str) -> None:
    """A client generated from the published document must fit ours, field for field."""
    assert _facts(_ours(title)) == _facts(_published_variants()[title])


@pytest.mark.parametrize("title", VARIANTS)
def test_descriptions_come_from_the_base_body(title: str) -> None:
    assert all(prop.get("description") for prop in _ours(title)["properties"].values())


def _example(title: str) -> dict[str, Any]:
    schema = variant_schema(VARIANTS[title], ADJUST_INVENTORY.body, title)
    return {
        name: 1 if prop["type"] == "integer" else prop["enum"][0] if "enum" in prop else "2030-01-01T00:00:00Z"
        for name, prop in schema["properties"].items()
    }


@pytest.mark.parametrize("title", VARIANTS)
def test_a_variant_judges_its_own_bodies(title: str) -> None:
    schema = variant_schema(VARIANTS[title], ADJUST_INVENTORY.body, title)
    judge, body = Judge(schema), _example(title)
    judge.check(body)
    judge.check({name: value for name, value in body.items() if name in schema["required"]})
    for name in schema["required"]:
        with pytest.raises(InvalidBody) as caught:
            judge.check({other: value for other, value in body.items() if other != name})
        assert dict(caught.value.violations["json"]) == {name: ["Missing data for required field."]}
    for wrong in ({"quantity": INT64_MAX + 1}, {"quantity": -1}, {"adjustment_type": "set"}, {"colour": "red"}):
        with pytest.raises(InvalidBody) as caught:
            judge.check({**body, **wrong})
        assert list(caught.value.violations["json"]) == list(wrong)


def test_account_values_fill_the_marked_fields() -> None:
    for known, enum in ((None, None), (["a", "b"], ["a", "b"])):
        schema = variant_schema(Shopify, ADJUST_INVENTORY.body, "Shopify", lambda *_, known=known: known)
        assert schema["properties"]["warehouse_id"].get("enum") == enum
    shown = published(variant_schema(Shopify, ADJUST_INVENTORY.body, "Shopify"))
    assert shown["properties"]["warehouse_id"]["description"].endswith("(hit authenticated to get full enum)")
    unknown = variant_schema(Shopify, ADJUST_INVENTORY.body, "Shopify", placeholder_choices)
    assert len(unknown["properties"]["warehouse_id"]["enum"]) == 1
