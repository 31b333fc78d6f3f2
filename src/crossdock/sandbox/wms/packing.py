"""Rules of orders: what still has to leave, what goes into which box, and what leaves with a shipment. Pure functions.

- A box holds whole units of products, so that no kit is torn apart.
- Boxes are filled in the order of the lines. There are at most `MOST_BOXES`; a larger order gets larger ones.
- Part of an order is its first open line, or half of that line when it is the only one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from msgspec.structs import replace

from crossdock.sandbox.documents import Size
from crossdock.sandbox.problems import conflict, invalid
from crossdock.sandbox.wms.documents import Order, OrderLine, Pack, PackedItem, PackLine

BOX_HOLDS = 6
"""Units of products that go into an ordinary box."""
MOST_BOXES = 20
_BOX = (Decimal(40), Decimal(30), Decimal(20))
"""Length, width and height of a box, in cm."""
_EMPTY_BOX_KG = Decimal("0.3")
_IN_KG = {"kg": Decimal(1), "lb": Decimal("0.45359237"), "oz": Decimal("0.028349523125")}

Sizes = Mapping[str, Size | None]
"""Size and weight of one unit, by item."""


def open_lines(lines: Sequence[OrderLine]) -> list[PackLine]:
    """What has not left yet."""
    return [PackLine(line=number, units=line.open) for number, line in enumerate(lines) if line.open]


def items_in(lines: Sequence[OrderLine], chosen: Iterable[PackLine]) -> list[PackedItem]:
    """The items that units of these lines are made of."""
    return [
        PackedItem(
            item_id=part.item_id,
            sku=part.sku,
            units=part.units * entry.units,
            kit_id=lines[entry.line].product_id if lines[entry.line].kit else None,
        )
        for entry in chosen
        for part in lines[entry.line].parts
    ]


def needed(lines: Sequence[OrderLine]) -> dict[str, int]:
    """Units of each item that have not left yet."""
    units: dict[str, int] = {}
    for item in items_in(lines, open_lines(lines)):
        units[item.item_id] = units.get(item.item_id, 0) + item.units
    return units


def box(chosen: Sequence[PackLine], count: int | None = None) -> list[list[PackLine]]:
    """The units spread over boxes: as many as they need, or exactly `count`."""
    total = sum(entry.units for entry in chosen)
    wanted = count or min(-(-total // BOX_HOLDS), MOST_BOXES)
    if wanted > total:
        raise invalid(f"{total} units cannot fill {wanted} boxes", "too_many_boxes")
    boxes: list[list[PackLine]] = []
    left = list(chosen)
    for number in range(wanted):
        # The first boxes hold one unit more where the units cannot be shared out evenly.
        room = total // wanted + (number < total % wanted)
        boxes.append([])
        while room:
            entry = left.pop(0)
            taken = min(entry.units, room)
            boxes[-1].append(replace(entry, units=taken))
            room -= taken
            if taken < entry.units:
                left.insert(0, replace(entry, units=entry.units - taken))
    return boxes


def next_box(order: Order) -> str:
    """A name for the next box of an order."""
    order.boxes_made += 1
    return f"pack_{order.id}_{order.boxes_made}"


def pack(order: Order, sizes: Sizes) -> None:
    """Puts everything that has not left yet into boxes."""
    lines = open_lines(order.lines)
    order.packs = [pack_of(order, entries, next_box(order), sizes) for entries in box(lines)] if lines else []


def pack_of(order: Order, entries: list[PackLine], identifier: str, sizes: Sizes) -> Pack:
    """One box with these units."""
    items = items_in(order.lines, entries)
    length, width, height = _BOX
    weight = sum((_weight(sizes.get(item.item_id)) * item.units for item in items), _EMPTY_BOX_KG)
    size = Size(length=length, width=width, height=height, weight=weight.quantize(Decimal("0.001")))
    return Pack(id=identifier, size=size, lines=entries, items=items)


def _weight(size: Size | None) -> Decimal:
    return Decimal(0) if size is None else size.weight * _IN_KG[size.weight_unit]


def part_of(order: Order) -> list[PackLine]:
    """A part of what has not left yet."""
    lines = open_lines(order.lines)
    if len(lines) > 1:
        return lines[:1]
    if lines[0].units == 1:
        raise conflict("one_unit_left", f"Only one unit of order {order.id} is left, which cannot be shipped in part")
    return [replace(lines[0], units=lines[0].units // 2)]


def units_of(order: Order, wanted: Iterable[tuple[str, int]]) -> list[PackLine]:
    """The named units of products, taken from the order's lines in their order."""
    left = {entry.line: entry.units for entry in open_lines(order.lines)}
    chosen: dict[int, int] = {}
    for product_id, units in wanted:
        missing = units
        for number, line in enumerate(order.lines):
            taken = min(missing, left.get(number, 0)) if line.product_id == product_id else 0
            if taken:
                left[number] -= taken
                chosen[number] = chosen.get(number, 0) + taken
                missing -= taken
        if missing:
            raise conflict(
                "too_many_units", f"Only {units - missing} units of {product_id} are left to ship, not {units}"
            )
    return [PackLine(line=number, units=units) for number, units in sorted(chosen.items())]


def ship_lines(order: Order, leaving: Iterable[PackLine]) -> None:
    """Counts units of the order's lines as shipped."""
    for entry in leaving:
        line = order.lines[entry.line]
        order.lines[entry.line] = replace(line, shipped=line.shipped + entry.units)
    order.state = "part_shipped" if open_lines(order.lines) else "shipped"
