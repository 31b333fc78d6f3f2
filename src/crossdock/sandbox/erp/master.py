"""The seed's master data: where the example merchant keeps its goods, who buys, who sells, and what is on the shelves
before the first order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from crossdock.sandbox.erp.documents import (
    Bin,
    Contact,
    Customer,
    Employee,
    Item,
    Location,
    Lot,
    Source,
    StockCard,
    StockPart,
    Supplier,
)
from crossdock.sandbox.goods import GOODS, SUPPLIERS, Good, barcode, dates

COMPANY = "Slow Kettle Coffee"
_EAST = Contact(
    company=COMPANY,
    street="2400 Commerce Way",
    city="Bethlehem",
    region="PA",
    postal_code="18015",
    country="US",
    phone="610-555-0100",
)
_WEST = Contact(
    company=COMPANY,
    street="815 Longley Lane",
    street2="Unit 4",
    city="Reno",
    region="NV",
    postal_code="89502",
    country="US",
)
_STORE = Contact(
    company=COMPANY, street="88 Grand Street", city="Brooklyn", region="NY", postal_code="11249", country="US"
)
_CAFE = Contact(
    name="Lena Marsh",
    company="Maple Corner Café",
    street="17 Sierra Street",
    city="Reno",
    region="NV",
    postal_code="89501",
    country="US",
)
_BINS = (("A-01", "A-02", "B-01"), ("A-01", "B-01"))
"""Names of the bins of the two warehouses."""

_CUSTOMERS = (
    ("Maple Corner Café", "lena.marsh@example.com", "Reno", "NV", "89501", "15", "0", False),
    ("Ada Brunner", "ada.brunner@example.com", "Denver", "CO", "80202", "0", "8.81", False),
    ("Northside Grocers", "buying@northside.example.com", "Albany", "NY", "12207", "10", "0", True),
    ("Milo Okafor", "milo.okafor@example.com", "Austin", "TX", "78701", "0", "8.25", False),
    ("Harbor Hotel Group", "kitchen@harbor.example.com", "Portland", "OR", "97204", "7.5", "0", True),
    ("Ines Carvalho", None, "New York", "NY", "10001", "0", "8.875", False),
    ("Jonas Lindqvist", "jonas.lindqvist@example.com", "Boise", "ID", "83702", "0", "6", False),
    ("Closed Door Deli", None, "Newark", "NJ", "07102", "5", "0", False),
)
"""Name, e-mail, city, region, postal code, discount, tax and whether goods go elsewhere. The last is closed."""

_EMPLOYEES: tuple[tuple[str, str, str | None, str | None], ...] = (
    ("Priya Raman", "Buyer", "150", None),
    ("Theo Novak", "Head of purchasing", "25000", "50000"),
    ("Noor Haddad", "Sales representative", None, None),
    ("Greta Olsen", "Controller", None, "100000"),
    ("Sam Whitlock", "Warehouse clerk", None, None),
)
"""Name, job, limit for placing orders and limit for approving them. The last has left."""

_SUPPLIERS = (
    ("sales@altavista.example.com", "Rua das Flores 12", "Alfenas", "MG", "37130", "BR", "0"),
    ("hello@kilnclay.example.com", "Rua do Forno 4", "Caldas da Rainha", "Leiria", "2500-111", "PT", "0"),
    ("orders@northmill.example.com", "9 Mill Road", "Burlington", "VT", "05401", "US", "2.5"),
    (None, "1 Paper Street", "Dayton", "OH", "45402", "US", "5.75"),
)


def locations(now: datetime) -> Iterator[Location]:
    """Where the company is: two warehouses, a store, a consignment site, and what holds them together."""
    entries: tuple[tuple[str, str, str, int | None, Contact | None], ...] = (
        ("ABE-1", "Bethlehem (PA)", "warehouse", 4, _EAST),
        ("RNO-1", "Reno (NV)", "warehouse", 5, _WEST),
        ("BKN", "Brooklyn store", "store", 4, _STORE),
        ("MAPLE", "Maple Corner shelf", "consignment_site", 5, _CAFE),
        ("EAST", "East coast", "region", None, None),
        ("WEST", "West coast", "region", None, None),
        ("ABE-R", "Roastery", "production_line", 0, _EAST),
        ("ABE-0", "Old depot", "warehouse", 4, None),
    )
    for number, (code, name, kind, parent, address) in enumerate(entries):
        created, updated = dates(now, number)
        above = [name]
        higher = parent
        while higher is not None:
            above.insert(0, entries[higher][1])
            higher = entries[higher][3]
        yield Location(
            id=f"location_id_{number}",
            created_at=created,
            updated_at=updated,
            code=code,
            name=name,
            type=kind,  # type: ignore[arg-type]
            parent_id=None if parent is None else f"location_id_{parent}",
            path=" : ".join(above),
            address=address,
            active=code != "ABE-0",
            keeps_stock=kind not in ("region", "production_line"),
            bins=_bins(number),
        )


def _bins(location: int) -> list[Bin]:
    names = _BINS[location] if location < len(_BINS) else ()
    return [Bin(id=f"bin_id_{location}_{index}", name=name) for index, name in enumerate(names)]


def customers(now: datetime) -> Iterator[Customer]:
    """Who buys."""
    for number, (name, email, city, region, code, discount, tax, elsewhere) in enumerate(_CUSTOMERS):
        created, updated = dates(now, number)
        street = f"{100 + 7 * number} Maple Street"
        billing = Contact(name=name, street=street, city=city, region=region, postal_code=code, country="US")
        dock = Contact(
            name="Goods in",
            company=name,
            street=street,
            street2="Dock 2",
            city=city,
            region=region,
            postal_code=code,
            country="US",
        )
        yield Customer(
            id=f"customer_id_{number}",
            created_at=created,
            updated_at=updated,
            number=f"C-{100 + number}",
            name=name,
            email=email,
            phone=f"212-555-01{number:02d}" if email else None,
            billing=billing,
            shipping=dock if elsewhere else None,
            active=number < len(_CUSTOMERS) - 1,
            discount_percent=Decimal(discount),
            tax_percent=Decimal(tax),
        )


def employees(now: datetime) -> Iterator[Employee]:
    """Who works here."""
    for number, (name, job, places, approves) in enumerate(_EMPLOYEES):
        created, updated = dates(now, number)
        yield Employee(
            id=f"employee_id_{number}",
            created_at=created,
            updated_at=updated,
            number=f"E-{10 + number}",
            name=name,
            email=f"{name.lower().replace(' ', '.')}@example.com",
            phone=f"610-555-02{number:02d}" if number % 2 else None,
            job=job,
            order_limit=None if places is None else Decimal(places),
            approval_limit=None if approves is None else Decimal(approves),
            active=number < len(_EMPLOYEES) - 1,
        )


def suppliers(now: datetime) -> Iterator[Supplier]:
    """Who is bought from; the last one is not any more."""
    for number, (name, facts) in enumerate(zip((*SUPPLIERS, "Old Mill Packaging"), _SUPPLIERS, strict=True)):
        email, street, city, region, code, country, tax = facts
        created, updated = dates(now, number)
        yield Supplier(
            id=f"vendor_id_{number}",
            created_at=created,
            updated_at=updated,
            number=f"V-{200 + number}",
            name=name,
            email=email,
            phone=f"802-555-03{number:02d}" if email else None,
            address=Contact(company=name, street=street, city=city, region=region, postal_code=code, country=country),
            active=number < len(SUPPLIERS),
            tax_percent=Decimal(tax),
        )


def items(now: datetime) -> Iterator[Item]:
    """What is bought and sold."""
    for number, good in enumerate(GOODS):
        created, updated = dates(now, number)
        yield Item(
            id=f"item_id_{number}",
            created_at=created,
            updated_at=updated,
            sku=good.sku,
            name=good.name,
            description=f"{good.name}. Origin {good.origin}, tariff code {good.tariff_code}.",
            active=good.active,
            barcode=barcode(number),
            price=Decimal(good.price),
            cost=Decimal(good.cost),
            size=good.size,
        )


def stock_cards(now: datetime) -> Iterator[StockCard]:
    """Stock before the first order."""
    for number, good in enumerate(GOODS):
        created, updated = dates(now, number)
        parts = opening_stock(number, good)
        yield StockCard(
            id=f"inventory_id_{number}",
            created_at=created,
            updated_at=updated,
            item_id=f"item_id_{number}",
            sku=good.sku,
            name=good.name,
            active=good.active,
            unit_cost=Decimal(good.cost),
            sources=[
                Source(
                    supplier_id=f"vendor_id_{good.supplier}",
                    supplier_name=SUPPLIERS[good.supplier],
                    supplier_sku=f"{SUPPLIERS[good.supplier][:2].upper()}-{number:03d}",
                    cost=Decimal(good.cost),
                )
            ],
            shelf_life_days=good.shelf_life_days,
            lots=_opening_lots(number, good, now),
            locations=list(dict.fromkeys(part.location_id for part in parts)),
            bin_names={place.id: place.name for number in range(len(_BINS)) for place in _bins(number)},
            stock=parts,
        )


def _opening_lots(number: int, good: Good, now: datetime) -> list[Lot]:
    """Two lots of a good that expires: an older and a newer one."""
    if good.shelf_life_days is None:
        return []
    day = now.replace(hour=0, minute=0, second=0)
    ends = (day + timedelta(days=good.shelf_life_days * share // 4) for share in (1, 3))
    return [Lot(number=f"LOT-{number:02d}-{name}", expires_at=end) for name, end in zip("AB", ends, strict=True)]


def opening_stock(number: int, good: Good) -> list[StockPart]:
    """Where the units of a good lie before the first order. Warehouses keep the older lot in front."""
    older, newer = (f"LOT-{number:02d}-A", f"LOT-{number:02d}-B") if good.shelf_life_days else (None, None)
    parts = []
    for place, bins in enumerate(_BINS):
        front, back = f"bin_id_{place}_0", f"bin_id_{place}_{len(bins) - 1}"
        units = 90 + (number * 37 + place * 53) % 80
        parts.append(StockPart(location_id=f"location_id_{place}", bin_id=front, lot=older, units=units // 3))
        parts.append(StockPart(location_id=f"location_id_{place}", bin_id=back, lot=newer, units=units - units // 3))
    parts.append(StockPart(location_id="location_id_2", lot=newer, units=24 + number % 5))
    if number % 4 == 0:
        parts.append(StockPart(location_id="location_id_3", lot=newer, units=6 + number))
    return parts
