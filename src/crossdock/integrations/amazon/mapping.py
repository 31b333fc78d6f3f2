"""From Amazon's shapes to cart records: listings and places. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from crossdock.contract.cart.products import Product
from crossdock.contract.cart.warehouses import Warehouse
from crossdock.contract.records import Measurements, WarehouseAddress
from crossdock.integrations.amazon.client import Marketplace
from crossdock.integrations.amazon.models import (
    Listing,
    Measure,
    Offer,
    Size,
    StockSummary,
    Summary,
    SupplySource,
    Text,
)
from crossdock.integrations.kit import measures
from crossdock.integrations.kit.mapping import NO_DATE, moment, money, text_or_none

A = TypeVar("A", Text, Measure, Size)
DEFAULT = "DEFAULT"
"""The seller's own stock, where it is not divided among places."""
OWN_NETWORK = "AMAZON"
"""What the names of Amazon's own networks begin with."""
VARIATION, BUYABLE = "VARIATION", "BUYABLE"
GTIN_TYPES = ("gtin", "ean", "upc", "isbn", "jan")
# How many of our unit one unit of an attribute is.


def summary_of(listing: Listing, place: Marketplace) -> Summary | None:
    """The listing in the store; None where it is not shown there yet."""
    return next((item for item in listing.summaries if item.marketplace_id == place.id), None)


def updated(listing: Listing, place: Marketplace) -> datetime | None:
    """When the listing last changed."""
    found = summary_of(listing, place)
    return moment(found.last_updated_date) if found else None


def product_type(listing: Listing, place: Marketplace) -> str | None:
    """The type that a change of the listing has to name."""
    found = next((item.product_type for item in listing.product_types if item.marketplace_id == place.id), None)
    summary = summary_of(listing, place)
    return found or (text_or_none(summary.product_type) if summary else None)


def is_parent(listing: Listing, place: Marketplace) -> bool:
    """Whether it only holds variations together."""
    return any(item.child_skus for item in _variations(listing, place))


def parent_sku(listing: Listing, place: Marketplace) -> str:
    """The parent of a variation; anything else names itself."""
    return next((item.parent_skus[0] for item in _variations(listing, place) if item.parent_skus), listing.sku)


def _variations(listing: Listing, place: Marketplace) -> list[Any]:
    found = [item for item in listing.relationships if item.marketplace_id == place.id]
    return [item for entry in found for item in entry.relationships if item.type == VARIATION]


def by_amazon(channel: str) -> bool:
    """Whether Amazon itself holds the stock that a channel is about."""
    return channel.startswith(OWN_NETWORK)


def needs_stock(listing: Listing) -> bool:
    """Whether Amazon holds stock of it, which listings do not count."""
    return any(by_amazon(item.fulfillment_channel_code) for item in listing.fulfillment_availability)


def levels(listing: Listing, held: StockSummary | None) -> dict[str, int]:
    """Units by place; a place that names none is left out."""
    found: dict[str, int] = {}
    for item in listing.fulfillment_availability:
        units = item.quantity
        if by_amazon(item.fulfillment_channel_code):
            units = held.inventory_details.fulfillable_quantity if held and held.inventory_details else None
        if units is not None:
            found[item.fulfillment_channel_code] = units
    return found


def product_record(listing: Listing, held: StockSummary | None, place: Marketplace) -> Product:
    """A listing. `held` is what Amazon's warehouses have of it."""
    summary = summary_of(listing, place)
    parent = is_parent(listing, place)
    stock = {} if parent else levels(listing, held)
    return Product(
        id=listing.sku,
        created_date=moment(summary.created_date) if summary else NO_DATE,
        updated_date=moment(summary.last_updated_date) if summary else NO_DATE,
        name=name_of(listing, summary, place),
        sku=listing.sku,
        gtin=gtin(listing, place),
        parent_product_id=parent_sku(listing, place),
        active=summary is not None and BUYABLE in summary.status,
        image_url=summary.main_image.link if summary and summary.main_image else None,
        price=None if parent else price(listing, place),
        inventory=sum(stock.values()) if stock else None,
        inventory_by_warehouse_id=stock,
        measurements=measurements(listing, place),
        categories=[summary.product_type] if summary and summary.product_type else [],
        external_system_url=f"https://{place.store}/dp/{quote(summary.asin)}" if summary and summary.asin else None,
        additional_fields=facts(listing, summary, held),
    )


def name_of(listing: Listing, summary: Summary | None, place: Marketplace) -> str:
    """The name in the store, or what the seller wrote, or the SKU of a draft without any."""
    written = attribute(listing, "item_name", Text, place)
    return (summary.item_name if summary else None) or (written[0].value if written else "") or listing.sku


def gtin(listing: Listing, place: Marketplace) -> str | None:
    """The trade item number that the seller gave."""
    found = attribute(listing, "externally_assigned_product_identifier", Text, place)
    by_type = {str(item.type).lower(): item.value for item in found}
    return next((text_or_none(by_type[kind]) for kind in GTIN_TYPES if kind in by_type), None)


def price(listing: Listing, place: Marketplace) -> Decimal | None:
    """What any buyer pays; prices for businesses and for groups of buyers are others."""
    found = [item for item in listing.offers if item.marketplace_id == place.id and item.offer_type == "B2C"]
    chosen: Offer | None = next((item for item in found if _for_all(item)), None)
    return money(chosen.price.amount) if chosen else None


def _for_all(offer: Offer) -> bool:
    return offer.audience is None or offer.audience.value in (None, "ALL")


def attribute(listing: Listing, name: str, kind: type[A], place: Marketplace) -> list[A]:
    """The values of an attribute in the store; none where they look otherwise than those of most products."""
    raw = listing.attributes.get(name)
    if raw is None:
        return []
    try:
        found: list[A] = msgspec.json.decode(raw, type=list[kind])  # type: ignore[valid-type]
    except msgspec.ValidationError:
        return []
    return [item for item in found if item.marketplace_id in (None, place.id)]


def measurements(listing: Listing, place: Marketplace) -> Measurements:
    """Size and weight as packed, or of the bare item where nothing is said of the package."""
    sizes = attribute(listing, "item_package_dimensions", Size, place) or attribute(
        listing, "item_dimensions", Size, place
    )
    weights = attribute(listing, "item_package_weight", Measure, place) or attribute(
        listing, "item_weight", Measure, place
    )
    sides = [sizes[0].length, sizes[0].width, sizes[0].height] if sizes else [None, None, None]
    lengths = [measures.length_in(side.value, side.unit) if side else (None, None) for side in sides]
    units = {unit for _, unit in lengths if unit}
    # Sides in units of two systems cannot be shown under one.
    length_unit = units.pop() if len(units) == 1 else None
    shown = [value if length_unit else None for value, _ in lengths]
    weight, weight_unit = measures.weight_in(weights[0].value, weights[0].unit) if weights else (None, None)
    return Measurements(
        length=shown[0],
        width=shown[1],
        height=shown[2],
        unit=length_unit,
        weight=weight,
        weight_unit=weight_unit,
    )


def facts(listing: Listing, summary: Summary | None, held: StockSummary | None) -> dict[str, Any]:
    """What Amazon says of a listing beyond the record's fields."""
    shown: dict[str, Any] = {
        "asin": summary.asin if summary else None,
        "condition": summary.condition_type if summary else None,
        "status": summary.status if summary else [],
        "fulfillment_channels": [item.fulfillment_channel_code for item in listing.fulfillment_availability],
        "business_prices": [money(item.price.amount) for item in listing.offers if item.offer_type == "B2B"],
    }
    if held is not None and held.inventory_details is not None:
        details = held.inventory_details
        shown["fba"] = {
            "fulfillable": details.fulfillable_quantity,
            "reserved": details.reserved_quantity.total_reserved_quantity,
            "unfulfillable": details.unfulfillable_quantity.total_unfulfillable_quantity,
            "inbound": details.inbound_working_quantity
            + details.inbound_shipped_quantity
            + details.inbound_receiving_quantity,
        }
    return shown


def fixed_places(place: Marketplace) -> Sequence[Warehouse]:
    """The two places that every seller has. Amazon keeps no dates of them."""
    own = Warehouse(id=DEFAULT, created_date=NO_DATE, updated_date=NO_DATE, name="Own stock", code=DEFAULT)
    amazon = Warehouse(
        id=place.network,
        created_date=NO_DATE,
        updated_date=NO_DATE,
        name="Fulfillment by Amazon",
        code=place.network,
        additional_fields={"held_by_amazon": True},
    )
    return [own, amazon]


def warehouse_record(source: SupplySource) -> Warehouse:
    """A supply source, which is a place of the seller with stock of its own."""
    address = source.address
    return Warehouse(
        id=source.supply_source_id,
        created_date=moment(source.created_at) if source.created_at else NO_DATE,
        updated_date=moment(source.updated_at) if source.updated_at else NO_DATE,
        name=text_or_none(source.alias),
        code=text_or_none(source.supply_source_code),
        address=WarehouseAddress(
            address1=text_or_none(address.address_line1),
            address2=text_or_none(address.address_line2),
            address3=text_or_none(address.address_line3),
            city=text_or_none(address.city),
            state=text_or_none(address.state_or_region),
            postal_code=text_or_none(address.postal_code),
            country=text_or_none(address.country_code),
        ),
        active=source.status in (None, "Active"),
        additional_fields={"status": source.status, "held_by_amazon": False},
    )
