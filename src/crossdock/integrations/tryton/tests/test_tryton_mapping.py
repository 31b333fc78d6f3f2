"""What Tryton's numbers become: a wrong row here is stock that a merchant sells and does not have."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from crossdock.contract.records import WarehouseAddress, encode_record
from crossdock.contract.wms.inventory import InventoryInWarehouse, Lot
from crossdock.integrations.tryton import mapping
from crossdock.integrations.tryton.mapping import Layout, LotStock, Stock
from crossdock.integrations.tryton.models import (
    KIT_MODULE,
    TrytonAddress,
    TrytonComponent,
    TrytonDate,
    TrytonLocation,
    TrytonLot,
    TrytonMoment,
    TrytonMove,
    TrytonName,
    TrytonProduct,
    TrytonWarehouse,
    fields_of,
)

TODAY = date(2026, 6, 15)
CREATED = {"year": 2026, "month": 1, "day": 2, "hour": 3, "minute": 4, "second": 5, "microsecond": 678901}
LATER = {**CREATED, "month": 3}
UNIT = {"id": 1, "symbol": "u", "factor": 1.0, "xml_id": "product.uom_unit"}
GRAM = {"id": 3, "symbol": "g", "factor": 0.001, "xml_id": "product.uom_gram"}
KILOGRAM = {"id": 2, "symbol": "kg", "factor": 1.0, "xml_id": "product.uom_kilogram"}
CUSTOMERS, SUPPLIERS, TRANSIT = 90, 91, 92


def made(**changes: Any) -> TrytonProduct:
    template = {
        "id": 7,
        "name": "Mug",
        "code": None,
        "active": True,
        "products": [1],
        "last_modified_at": CREATED,
        **changes.pop("template", {}),
    }
    row = {
        "id": 1,
        "code": "MUG",
        "type": "goods",
        "active": 1,
        "create_date": CREATED,
        "last_modified_at": CREATED,
        "list_price_used": None,
        "cost_price": None,
        "template.": template,
        "default_uom.": UNIT,
        "identifiers.": [],
        **changes,
    }
    return msgspec.convert(row, TrytonProduct)


def part(quantity: float, unit: dict[str, Any] = UNIT, *, stocked: dict[str, Any] = UNIT, **changes: Any) -> Any:
    product = {"id": 4, "code": "TEA", "last_modified_at": CREATED, "default_uom.": stocked}
    row = {"id": 5, "quantity": quantity, "fixed": 0, "parent_product": None, "last_modified_at": CREATED, **changes}
    return {**row, "product.": product, "unit.": unit}


def place(number: int, kind: str = "storage", parent: int | None = None, **zones: int) -> TrytonLocation:
    moment = msgspec.convert(CREATED, TrytonMoment)
    facts = {"input_location": None, "storage_location": None, "picking_location": None, **zones}
    return TrytonLocation(
        id=number,
        name=f"Place {number}",
        code=None,
        type=kind,
        parent=parent,
        active=True,
        create_date=moment,
        last_modified_at=moment,
        **facts,
    )


# Warehouse 10 receives in 11 and stores in 12, with the shelves 13 and 14; 20 receives straight into its storage 21.
LAYOUT = Layout(
    [
        place(10, "warehouse", input_location=11, storage_location=12),
        place(11, parent=10),
        place(12, parent=10),
        place(13, parent=12),
        place(14, "view", parent=12),
        place(15, parent=11),
        place(19, parent=10),
        place(20, "warehouse", input_location=21, storage_location=21),
        place(21, parent=20),
        place(TRANSIT),
    ]
)


def move(quantity: float, origin: int, target: int) -> TrytonMove:
    moment = msgspec.convert(CREATED, TrytonMoment)
    return TrytonMove(
        id=1,
        product=1,
        internal_quantity=quantity,
        from_location=origin,
        to_location=target,
        last_modified_at=moment,
    )


def batch(limit: tuple[int, int, int] | None, onhand: float, receiving: float = 0, warehouse: int = 10) -> LotStock:
    shelf = None if limit is None else TrytonDate(*limit)
    lot = TrytonLot(id=3, product=1, number="L-3", shelf_life_expiration_date=shelf)
    return LotStock(lot, warehouse, onhand, receiving)


def item(stock: Stock, **changes: Any) -> Any:
    return mapping.inventory_item(made(**changes), stock, LAYOUT, TODAY, "https://example.com/1")


@pytest.mark.parametrize(
    ("stock", "expected"),
    [
        pytest.param(Stock({12: 5.0}), (5, 0, 0, 5, 0), id="in storage"),
        pytest.param(Stock({12: 5.0, 13: 2.0, 19: 1.0}), (8, 0, 0, 8, 0), id="in several places"),
        pytest.param(Stock({11: 4.0, 12: 5.0, 15: 1.0}), (10, 0, 5, 5, 0), id="received, not put away"),
        pytest.param(Stock({12: 5.0}, [move(2, 12, CUSTOMERS)]), (5, 2, 0, 3, 0), id="ordered"),
        pytest.param(Stock({12: 5.0}, [move(9, 12, CUSTOMERS)]), (5, 5, 0, 0, 0), id="ordered beyond stock"),
        pytest.param(Stock({12: 5.0}, [move(2, 12, 19)]), (5, 0, 0, 5, 0), id="picked, still inside"),
        pytest.param(Stock({12: 5.0}, [move(3, SUPPLIERS, 11)]), (5, 0, 0, 5, 3), id="expected from a supplier"),
        pytest.param(Stock({12: 5.0}, [move(3, TRANSIT, 12)]), (5, 0, 0, 5, 3), id="under way from elsewhere"),
        pytest.param(Stock({12: 5.0}, [move(3, 21, 12)]), (5, 0, 0, 5, 3), id="coming from the other warehouse"),
        pytest.param(Stock({12: 5.0}, lots=[batch((2026, 6, 14), 2)]), (5, 0, 2, 3, 0), id="expired"),
        pytest.param(Stock({12: 5.0}, lots=[batch((2026, 6, 15), 2)]), (5, 0, 0, 5, 0), id="last day of shelf life"),
        pytest.param(Stock({12: 5.0}, lots=[batch(None, 2)]), (5, 0, 0, 5, 0), id="batch without expiry"),
        pytest.param(
            Stock({11: 2.0, 12: 3.0}, lots=[batch((2020, 1, 1), 4, receiving=2)]),
            (5, 0, 4, 1, 0),
            id="expired, half of it not put away, counted once",
        ),
        pytest.param(
            Stock({11: 2.0, 12: 3.0}, [move(9, 12, CUSTOMERS)]), (5, 3, 2, 0, 0), id="orders take what can be shipped"
        ),
        pytest.param(Stock({12: -3.0}, [move(2, 12, CUSTOMERS)]), (-3, 0, 0, -3, 0), id="less than nothing"),
        pytest.param(Stock({12: 2.5}, [move(0.5, 12, CUSTOMERS)]), (2, 1, 0, 1, 0), id="broken units"),
        pytest.param(Stock({12: 2.9999999}), (3, 0, 0, 3, 0), id="noise of binary fractions"),
        pytest.param(Stock({13: 0.1, 12: 0.2, 19: 0.7}), (1, 0, 0, 1, 0), id="fractions that add up"),
    ],
)
def test_quantities_of_a_warehouse(stock: Stock, expected: tuple[int, ...]) -> None:
    """Promised, unusable and free units always add up to what is there."""
    onhand, committed, unfulfillable, fulfillable, awaiting = expected
    found = item(stock)
    assert found.inventory_by_warehouse_id["10"] == InventoryInWarehouse(
        onhand=onhand,
        committed=committed,
        unfulfillable=unfulfillable,
        fulfillable=fulfillable,
        sellable=fulfillable,
        unsellable=0,
        awaiting=awaiting,
    )
    assert onhand == committed + unfulfillable + fulfillable


def test_a_transfer_leaves_one_warehouse_and_is_awaited_in_the_other() -> None:
    found = item(Stock({12: 5.0}, [move(3, 12, 21)]))
    assert found.inventory_by_warehouse_id["10"].committed == 3
    assert found.inventory_by_warehouse_id["20"].awaiting == 3
    assert (found.onhand, found.committed, found.awaiting) == (5, 3, 3)


def test_a_warehouse_that_receives_into_its_storage_has_nothing_unusable() -> None:
    assert item(Stock({21: 4.0})).unfulfillable == 0


def test_stock_outside_of_warehouses_is_nobodys() -> None:
    """Goods in transit between warehouses, or lost, cannot be sold from anywhere."""
    found = item(Stock({TRANSIT: 4.0}))
    assert (found.onhand, found.locations, found.inventory_by_warehouse_id) == (0, [], {})


def test_an_item_without_stock_is_zero_everywhere() -> None:
    found = item(Stock({}))
    assert (found.onhand, found.fulfillable, found.awaiting, found.lots, found.locations) == (0, 0, 0, [], [])


def test_what_whole_units_cannot_say_is_kept_beside_them() -> None:
    found = item(Stock({12: 2.5}, [move(9, 12, CUSTOMERS)], [batch((2030, 1, 31), 2.5)]))
    assert found.additional_fields == {
        "template_id": "7",
        "unit": "u",
        "lot_numbers": {"3": "L-3"},
        "backordered_by_warehouse_id": {"10": 7},
        "exact_quantity_by_location_id": {"12": 2.5},
    }
    midnight = datetime(2030, 1, 31, tzinfo=UTC)
    assert found.lots == [Lot(lot_id="3", onhand=2, expiration_date=midnight, warehouse_id="10")]


@pytest.mark.parametrize(
    ("variant", "template", "active"), [(1, 1, True), (True, 0, False), (0, True, False), (False, False, False)]
)
def test_a_variant_of_an_inactive_template_is_inactive(variant: Any, template: Any, active: bool) -> None:
    """Tryton leaves the variants of a deactivated product marked as active."""
    row = made(active=variant, template={"active": template})
    assert mapping.product(row, "").active is active
    assert item(Stock({}), active=variant, template={"active": template}).active is active


def test_the_later_of_all_times_is_the_update() -> None:
    """An incremental reader would miss a change that does not move this date."""
    later = datetime(2026, 3, 2, 3, 4, 5, tzinfo=UTC)
    touched = msgspec.convert(LATER, TrytonMoment)
    assert item(Stock({}, touched=touched)).updated_date == later
    assert item(Stock({}), template={"last_modified_at": LATER}).updated_date == later
    number = {"id": 1, "type": "ean", "code": "4006381333931", "last_modified_at": LATER}
    assert mapping.product(made(**{"identifiers.": [number]}), "").updated_date == later
    assert mapping.product(made(), "").created_date == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("quantity", "unit", "stocked", "units", "exact"),
    [
        (2.0, UNIT, UNIT, 2, None),
        (500.0, GRAM, KILOGRAM, 1, 0.5),
        (3000.0, GRAM, KILOGRAM, 3, None),
        (0.0, UNIT, UNIT, 0, None),
    ],
)
def test_components_count_in_the_unit_their_stock_is_kept_in(
    quantity: float, unit: dict[str, Any], stocked: dict[str, Any], units: int, exact: float | None
) -> None:
    row = made(type="kit", template={"components.": [part(quantity, unit, stocked=stocked)]})
    found = mapping.product(row, "")
    assert found.is_kit
    assert [(one.inventory_item_id, one.sku, one.unit_quantity) for one in found.inventory_items] == [
        ("4", "TEA", units)
    ]
    assert found.additional_fields.get("exact_unit_quantities") == (None if exact is None else {"4": exact})


def test_components_of_a_variant_replace_those_of_its_template() -> None:
    row = made(
        type="kit",
        template={"components.": [part(1.0), part(7.0, parent_product=2)]},
        **{"components.": [part(3.0, fixed=1)]},
    )
    found = mapping.product(row, "")
    assert [one.unit_quantity for one in found.inventory_items] == [3]
    assert found.additional_fields["fixed_components"] == ["4"]
    shared = made(type="kit", template={"components.": [part(1.0), part(7.0, parent_product=2)]})
    assert [one.unit_quantity for one in mapping.product(shared, "").inventory_items] == [1]


@pytest.mark.parametrize(
    ("identifiers", "gtin"),
    [([], None), ([("brand", "X")], None), ([(None, "5")], None), ([("isbn", "123"), ("ean", "456")], "456")],
)
def test_gtin(identifiers: list[tuple[str | None, str]], gtin: str | None) -> None:
    rows = [{"id": 1, "type": kind, "code": code, "last_modified_at": CREATED} for kind, code in identifiers]
    assert mapping.product(made(**{"identifiers.": rows}), "").gtin == gtin


@pytest.mark.parametrize("price", ["12.50", "0", "0E-4", "123456789.1234", None])
def test_prices_keep_their_digits(price: str | None) -> None:
    """Money served with an exponent, or through a float, is another amount for some readers."""
    row = made(list_price_used=None if price is None else {"decimal": price})
    text = encode_record(mapping.product(row, "")).decode()
    assert f'"unit_price":{"null" if price is None else format(Decimal(price), "f")},' in text


CENTIMETRE = {"id": 13, "symbol": "cm", "factor": 0.01, "xml_id": "product.uom_centimeter"}
INCH = {"id": 17, "symbol": "Zoll", "factor": 0.0254, "xml_id": "product.uom_inch"}
METRE = {"id": 11, "symbol": "m", "factor": 1.0, "xml_id": "product.uom_meter"}
POUND = {"id": 5, "symbol": "lb", "factor": 0.45359237, "xml_id": "product.uom_pound"}


@pytest.mark.parametrize(
    ("length", "width", "weight", "expected"),
    [
        (None, None, None, (None, None, None, None, None)),
        ((12.0, CENTIMETRE), None, (350.0, GRAM), ("12", None, "cm", "0.35", "kg")),
        ((1.5, INCH), (2.0, INCH), (2.5, POUND), ("1.5", "2", "in", "2.5", "lb")),
        ((10.0, INCH), (1.0, METRE), (2.0, KILOGRAM), ("25.4", "100", "cm", "2", "kg")),
        ((1.2, METRE), None, None, ("120", None, "cm", None, None)),
        ((1.0, None), None, (1.0, None), (None, None, None, None, None)),
        ((0.0, CENTIMETRE), None, None, ("0", None, "cm", None, None)),
    ],
)
def test_measurements_keep_their_unit_or_become_metric(length: Any, width: Any, weight: Any, expected: Any) -> None:
    values: dict[str, Any] = {}
    for name, given in (("length", length), ("width", width), ("weight", weight)):
        if given is not None:
            values |= {name: given[0], f"{name}_uom.": given[1]}
    found = mapping.measurements(made(**values))
    assert found.height is None
    shown = (found.length, found.width, found.unit, found.weight, found.weight_unit)
    assert shown == tuple(Decimal(v) if i in (0, 1, 3) and v is not None else v for i, v in enumerate(expected))


@pytest.mark.parametrize(
    ("street", "lines"),
    [
        (None, (None, None, None)),
        ("", (None, None, None)),
        ("1 Dock Road", ("1 Dock Road", None, None)),
        ("1 Dock Road\n\n Gate 4 ", ("1 Dock Road", "Gate 4", None)),
        ("a\nb\nc\nd", ("a", "b", "c, d")),
    ],
)
def test_a_street_of_any_number_of_lines(street: str | None, lines: tuple[str | None, ...]) -> None:
    moment = msgspec.convert(LATER, TrytonMoment)
    address = TrytonAddress(
        id=1,
        street=street,
        city="Austin",
        postal_code="",
        last_modified_at=moment,
        country=TrytonName(id=1, name="United States"),
        subdivision=None,
    )
    base = place(10, "warehouse")
    found = mapping.warehouse(TrytonWarehouse(**msgspec.structs.asdict(base), address=address))
    assert found.address == WarehouseAddress(
        address1=lines[0],
        address2=lines[1],
        address3=lines[2],
        city="Austin",
        postal_code=None,
        country="United States",
    )
    assert found.updated_date == moment.utc()


def test_a_location_that_contains_itself_ends() -> None:
    """A tree that a broken database turned into a ring must not hang a sync."""
    assert Layout([place(1, parent=2), place(2, parent=1)]).warehouse_of == {}


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("0", 0), ("2147483647", 2147483647), ("2147483648", -1), ("9" * 5000, -1)]
    + [(text, -1) for text in ("", "x", "-1", "1.0", " 1", "١", "1e3", "%2F")],
)
def test_only_what_can_be_an_id_is_sent_as_one(text: str, number: int) -> None:
    """Tryton answers an id it cannot store with a server error."""
    assert mapping.record_id(text) == number


def test_fields_of_modules_that_are_not_activated_are_not_asked_for() -> None:
    """Tryton answers a request for an unknown field with a server error, so no sync would ever succeed."""
    bare, with_kits = fields_of(TrytonProduct, frozenset()), fields_of(TrytonProduct, frozenset({KIT_MODULE}))
    assert "template.components.product.code" in with_kits
    assert not [name for name in bare if "components" in name or "length" in name or "lot" in name]
    assert msgspec.convert(part(1.0), TrytonComponent).unit.symbol == "u"
