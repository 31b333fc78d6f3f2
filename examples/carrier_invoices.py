"""Invoices of a carrier: its charges are read and summed, and compared with the file the carrier wrote.

    python examples/carrier_invoices.py

It works on the carrier sandbox, which is put back to its start first.
"""

from __future__ import annotations

import csv
import http
import http.client
import io
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from client import Client, Server, expect, one, run, tags_find

CHARGES, FILES = "/carrier/invoice-line-items", "/carrier/files"
LONG_AGO = "2020-01-01T00:00:00Z"


def total(charges: list[dict[str, Any]], name: str) -> Decimal:
    """The sum of an amount, to the cent; floats would lose one now and then."""
    return sum((Decimal(str(charge[name])) for charge in charges), Decimal(0))


def download(address: str) -> list[dict[str, str]]:
    """The rows of a file. Its address is signed, so it needs neither key nor token."""
    parts = urlsplit(address)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.netloc, timeout=60)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}" if parts.query else parts.path)
        response = connection.getresponse()
        text = response.read().decode()
    finally:
        connection.close()
    expect(response.status == http.HTTPStatus.OK, "the signed address gives the file", text)
    return list(csv.DictReader(io.StringIO(text)))


def invoice_of(client: Client) -> tuple[str, list[dict[str, Any]]]:
    """An invoice that has a charge below zero or one without a parcel, and its charges."""
    every = client.every(CHARGES)
    invoices = {charge["invoice_id"] for charge in every}
    print(f"    {len(every)} charges on {len(invoices)} invoices")
    chosen = min(charge["invoice_id"] for charge in every if charge["net_cost"] < 0 or not charge["tracking_number"])
    charges = client.every(CHARGES, invoice_id=chosen)
    expected = [charge["id"] for charge in every if charge["invoice_id"] == chosen]
    found = [charge["id"] for charge in charges]
    expect(found == expected, f"the filter finds the {len(found)} charges of invoice {chosen}", found)
    return chosen, charges


def by_date(client: Client, charges: list[dict[str, Any]]) -> None:
    """The charges of one invoice, divided at a moment, are all of them."""
    days = sorted({charge["transaction_date"] for charge in charges})
    middle = days[len(days) // 2]
    invoice_id = charges[0]["invoice_id"]
    earlier = client.every(CHARGES, invoice_id=invoice_id, **{"transaction_date[lt]": middle})
    later = client.every(CHARGES, invoice_id=invoice_id, **{"transaction_date[gte]": middle})
    expect(all(charge["transaction_date"] < middle for charge in earlier), f"{len(earlier)} are before {middle}")
    expect(all(charge["transaction_date"] >= middle for charge in later), f"{len(later)} are not")
    expect(bool(earlier) and bool(later), "there are some of both")
    parts = total(earlier, "net_cost") + total(later, "net_cost")
    expect(parts == total(charges, "net_cost"), f"together they cost {parts}", str(parts))


def by_parcel(client: Client, charges: list[dict[str, Any]]) -> None:
    """What one parcel cost is the sum of its charges."""
    number = next(charge["tracking_number"] for charge in charges if charge["tracking_number"])
    found = client.every(CHARGES, tracking_number=number)
    same = [charge for charge in charges if charge["tracking_number"] == number]
    expect(found == same, f"parcel {number} has {len(found)} charges", found)
    print(f"    {number}: {total(found, 'gross_cost')} list price, {total(found, 'net_cost')} charged")


def walk(server: Server) -> None:
    client = server.sandbox("carrier")
    invoice_id, charges = invoice_of(client)
    by_date(client, charges)
    by_parcel(client, charges)

    [file] = client.every(FILES, start_time=LONG_AGO, file_name=f"invoice-{invoice_id}.csv")
    single = client.ok("GET", one(f"{FILES}/{{}}", file["id"])).data
    expect(single["file_name"] == file["file_name"], f"{file['file_name']} is the file of the invoice", single)
    rows = download(single["download_url"])
    expect(len(rows) == len(charges), f"it has the same {len(rows)} lines", len(rows))
    for name, column in (("net_cost", "Net Amount"), ("gross_cost", "Gross Amount")):
        written = sum((Decimal(row[column]) for row in rows), Decimal(0))
        expect(written == total(charges, name), f"its {column} adds up to the same {written}", str(written))
    expect(rows == [charge["raw"] for charge in charges], "raw is the line as the carrier wrote it")

    tags_find(client, CHARGES, charges[0]["id"])


if __name__ == "__main__":
    raise SystemExit(run(__doc__, walk))
