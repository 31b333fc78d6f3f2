"""Fills a fresh Tryton database with a small merchant; run by the Python that has Tryton installed, not by ours.

`real/tryton.py` calls it once per installation as `python tryton_seed.py <trytond.conf> <database>`. It prints one JSON
line with the REST application key. The data is chosen so that each rule of the adapter has a row that depends on it:
stock in bins, on the dock and picked, open orders and receipts, lots in and out of shelf life, a product sold by
weight, a kit, a service, an inactive product, and two warehouses of which one stores only in bins.
"""

import datetime
import json
import sys
from decimal import Decimal
from typing import Any

from proteus import Model, Wizard  # type: ignore[import-not-found] # installed in its own environment only
from proteus import config as proteus_config

CONFIG, DATABASE = sys.argv[1], sys.argv[2]
session = proteus_config.set_trytond(f"sqlite:///{DATABASE}", config_file=CONFIG)


def one(model: str, *domain: Any) -> Any:
    (record,) = Model.get(model).find(list(domain))
    return record


def create(model: str, **values: Any) -> Any:
    record = Model.get(model)(**values)
    record.save()
    return record


# --- company ---------------------------------------------------------------------------------------------------------

currency = create("currency.currency", name="US Dollar", symbol="$", code="USD", digits=2, rounding=Decimal("0.01"))
currency.rates.new(date=datetime.date(2020, 1, 1), rate=Decimal(1))
currency.save()

wizard = Wizard("company.company.config")
wizard.execute("company")
wizard.form.party = create("party.party", name="Harbour Goods")
wizard.form.currency = currency
wizard.execute("add")
session._context = Model.get("res.user").get_preferences(True, {})
company = one("company.company")

# --- warehouses ------------------------------------------------------------------------------------------------------

usa = create("country.country", name="United States", code="US", code3="USA")
texas = create("country.subdivision", name="Texas", code="US-TX", type="state", country=usa)
depot = create("party.party", name="North Depot")
(address,) = depot.addresses
address.street_unstructured = "1 Dock Road\nGate 4"
address.city, address.postal_code, address.country, address.subdivision = "Austin", "78701", usa, texas
address.save()


def location(name: str, code: str, kind: str = "storage", parent: Any = None) -> Any:
    return create("stock.location", name=name, code=code, type=kind, parent=parent)


# The warehouse that every new Tryton has: its storage zone holds stock itself and has shelves below it.
north = one("stock.location", ("type", "=", "warehouse"))
north.name, north.code, north.address = "North Warehouse", "NORTH", address
north.save()
shelf_1 = location("Shelf A-01", "N-A-01", parent=north.storage_location)
shelf_2 = location("Shelf A-02", "N-A-02", parent=north.storage_location)

# A warehouse that stores only in bins: its storage zone is a view, which cannot hold stock.
south_input = location("South Input", "S-IN")
south_output = location("South Output", "S-OUT")
south_zone = location("South Bins", "S-ZONE", kind="view")
bin_1 = location("Bin 1", "S-B-1", parent=south_zone)
bin_2 = location("Bin 2", "S-B-2", parent=south_zone)
south = create(
    "stock.location",
    name="South Warehouse",
    code="SOUTH",
    type="warehouse",
    input_location=south_input,
    output_location=south_output,
    storage_location=south_zone,
    lost_found_location=north.lost_found_location,
)

# --- products --------------------------------------------------------------------------------------------------------

unit, kilogram = one("product.uom", ("symbol", "=", "u")), one("product.uom", ("symbol", "=", "kg"))
gram, centimetre = one("product.uom", ("symbol", "=", "g")), one("product.uom", ("symbol", "=", "cm"))
# By hand, so that nothing depends on what a wizard of another module sets.
PRICE = Decimal("12.50")


def product(sku: str, name: str, **values: Any) -> Any:
    template = Model.get("product.template")(
        name=name, type=values.pop("type", "goods"), default_uom=values.pop("default_uom", unit)
    )
    template.list_price = values.pop("list_price", PRICE)
    for field, value in values.items():
        setattr(template, field, value)
    (variant,) = template.products
    variant.suffix_code = sku
    variant.cost_price = Decimal("4.20")
    template.save()
    (variant,) = template.products
    return variant


# Two variants of one template: name and price are shared, the code and the stock are not.
shirt = product("TS-BLUE-M", "Blue T-shirt")
create("product.product", template=shirt.template, suffix_code="TS-BLUE-L", cost_price=Decimal("4.20"))
shirt_large = one("product.product", ("code", "=", "TS-BLUE-L"))
red_shirt = product("TS-RED-M", "Red T-shirt")
mug = product(
    "MUG-WHITE",
    "White mug",
    length=12.0,
    length_uom=centimetre,
    width=9.0,
    width_uom=centimetre,
    height=10.0,
    height_uom=centimetre,
    weight=350.0,
    weight_uom=gram,
)
mug.identifiers.new(type="ean", code="4006381333931")
mug.save()
cap = product("CAP-GREEN", "Green cap")
socks = product("SOCK-PAIR", "Socks, pair")
unicode_mug = product("CAFÉ-01", "Café mug – 限定版 ☕")
beans = product("BEANS", "Coffee beans", default_uom=kilogram)
tea = product(
    "TEA-GREEN", "Green tea", shelf_life_state="optional", expiration_state="optional", lot_required=["storage"]
)
product("POSTER", "Poster")
product("BOX-SMALL", "Small box")
product("GIFT-WRAP", "Gift wrapping", type="service")
old = product("CAP-OLD", "Old cap")
old.template.active = False
old.template.save()

kit = product("KIT-TEA", "Tea for two", type="kit", list_price=Decimal("29.90"))
for item, quantity in ((mug, 2), (tea, 1)):
    kit.template.components.new(product=item, quantity=float(quantity))
kit.template.save()

# --- stock -----------------------------------------------------------------------------------------------------------


def lot(number: str, year: int) -> Any:
    expiry = datetime.date(year, 1, 31)
    return create("stock.lot", number=number, product=tea, shelf_life_expiration_date=expiry, expiration_date=expiry)


fresh, expired = lot("LOT-FRESH", 2040), lot("LOT-EXPIRED", 2020)


def count(place: Any, *lines: tuple[Any, ...]) -> None:
    """Stock comes in as an inventory would find it: one counted document a location."""
    inventory = Model.get("stock.inventory")(location=place, company=company)
    for item, quantity, *lots in lines:
        line = inventory.lines.new(product=item)
        line.quantity = float(quantity)
        if lots:
            line.lot = lots[0]
    inventory.save()
    inventory.click("confirm")


count(north.storage_location, (shirt, 25), (mug, 40), (unicode_mug, 5))
count(shelf_1, (shirt, 10), (cap, 12), (tea, 8, fresh), (tea, 3, expired), (beans, 12.5))
count(shelf_2, (shirt_large, 6), (red_shirt, 9))
count(north.input_location, (cap, 4))
count(bin_1, (shirt, 7), (mug, 2), (tea, 5, fresh), (socks, 100))
count(bin_2, (socks, 30))

# An order that is assigned and not yet shipped (committed), one that is short of stock, and an expected receipt.
customer = create("party.party", name="Ada Customer")
supplier = create("party.party", name="Mill & Sons")
customer_location, supplier_location = (one("stock.location", ("type", "=", kind)) for kind in ("customer", "supplier"))


def order(item: Any, quantity: float, place: Any) -> Any:
    shipment = Model.get("stock.shipment.out")(customer=customer, warehouse=place, company=company)
    move = shipment.outgoing_moves.new(product=item, quantity=quantity)
    move.from_location, move.to_location = place.output_location, customer_location
    move.unit_price, move.currency = PRICE, currency
    shipment.save()
    shipment.click("wait")
    return shipment


order(mug, 3.0, north).click("assign_try")
picked = order(shirt, 2.0, north)
picked.click("assign_try")
picked.click("pick")
order(cap, 20.0, north)

receipt = Model.get("stock.shipment.in")(supplier=supplier, warehouse=south, company=company)
move = receipt.incoming_moves.new(product=red_shirt, quantity=20.0)
move.from_location, move.to_location = supplier_location, south.input_location
move.unit_price, move.currency = Decimal("4.20"), currency
receipt.save()

# --- the user that the adapter connects as ---------------------------------------------------------------------------

# Not an administrator: the two groups are what the adapter's README asks for, so a missing right shows here.
user = Model.get("res.user")(name="Crossdock", login="crossdock")
user.companies.append(company)
user.company = company
for name in ("Stock", "Product Administration"):
    user.groups.append(one("res.group", ("name", "=", name)))
user.save()
application = create("res.user.application", user=user, application="rest")
sys.stdout.write(json.dumps({"key": application.key}) + "\n")
