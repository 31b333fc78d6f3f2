"""The file that sets stock, and the report about its lines. No I/O.

The specification of STO01 gives its columns and says that it imports "a .csv file to update stock for offers", globally
or per warehouse; unlike OF24 it holds nothing of an offer that could be reset.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from msgspec import UnsetType

from crossdock.integrations.mirakl.models import Offer

COLUMNS = ("offer-sku", "quantity", "warehouse-code", "update-delete")
UPDATE = "UPDATE"
"""What is to be done with a line; the value is that of Mirakl's own SDK for PHP (OfferStocksImportRequest)."""
MOST_UNITS = 2**31 - 1


@dataclass(frozen=True)
class Level:
    """The stock to reach of an offer, in one warehouse or in all."""

    sku: str
    units: int
    warehouse: str | None

    @property
    def place(self) -> tuple[str, str]:
        return self.sku, self.warehouse or ""


def problem_of(offer: Offer, warehouse: str | UnsetType) -> str | None:
    """Why no level can be set without a warehouse: one of all of them would not say how it is divided."""
    if not isinstance(warehouse, UnsetType) or len(offer.stores) < 2:
        return None
    known = ", ".join(sorted(store.code for store in offer.stores))
    return f"Required, because the stock of this product is kept by warehouse: {known}."


def level_of(offer: Offer, units: int, warehouse: str | UnsetType) -> Level:
    """What is to be set."""
    if not isinstance(warehouse, UnsetType):
        return Level(offer.shop_sku, units, warehouse)
    return Level(offer.shop_sku, units, offer.stores[0].code if offer.stores else None)


def reached(offer: Offer, units: int, warehouse: str | UnsetType) -> bool:
    """Whether the stock is as asked."""
    if isinstance(warehouse, UnsetType):
        return offer.quantity == units
    return any(store.code == warehouse and store.quantity == units for store in offer.stores)


def file_of(levels: Iterable[Level]) -> str:
    """The file of an import; the lines of an offer stand together, as Mirakl asks."""
    made = io.StringIO()
    writer = csv.writer(made, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    for level in sorted(levels, key=lambda one: one.place):
        writer.writerow([level.sku, level.units, level.warehouse or "", UPDATE])
    return made.getvalue()


def form_of(file: str, reference: str) -> tuple[str, bytes]:
    """Content type and body of the form with the file. Its name, which the back office lists, tells the write."""
    boundary = f"crossdock-{reference}"
    while boundary in file:
        boundary += "-"
    name = f"stock-{reference}.csv"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: text/csv'
    return f"multipart/form-data; boundary={boundary}", f"{head}\r\n\r\n{file}\r\n--{boundary}--\r\n".encode()


def refusals(report: str) -> Mapping[tuple[str, str], str]:
    """Why lines were refused, by offer and warehouse. The first column is the number of the line, the second the
    reason, and then comes the line as it was sent."""
    delimiter = ";" if ";" in report.partition("\n")[0] else ","
    rows = list(csv.reader(io.StringIO(report), delimiter=delimiter))
    if not rows or "offer-sku" not in rows[0]:
        return {}
    sku = rows[0].index("offer-sku")
    place = rows[0].index("warehouse-code") if "warehouse-code" in rows[0] else None
    found: dict[tuple[str, str], str] = {}
    for row in rows[1:]:
        if len(row) > max(sku, place or 0):
            found[row[sku], row[place] if place is not None else ""] = row[1]
    return found
