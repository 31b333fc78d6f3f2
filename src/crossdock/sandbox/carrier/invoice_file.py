"""The rows of an invoice as the carrier delivers them: in its files, and beside each charge."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from crossdock.sandbox.carrier.documents import Charge

MEDIA_TYPE = "text/csv"


def row(charge: Charge) -> dict[str, str]:
    """A charge by the columns of the file."""
    parcel = charge.parcel
    return {
        "Account": charge.account,
        "Invoice Number": charge.invoice_number,
        "Line": str(charge.position),
        "Transaction Date": charge.arose_at.date().isoformat(),
        "Tracking Number": parcel.tracking_number if parcel else "",
        "Ship Date": parcel.shipped_at.date().isoformat() if parcel else "",
        "Service": parcel.service if parcel else "",
        "Zone": str(parcel.zone) if parcel else "",
        "Weight": str(parcel.weight_kg) if parcel else "",
        "Weight Unit": "KG" if parcel else "",
        "Recipient Postal Code": parcel.postal_code if parcel else "",
        "Shipper Reference": parcel.reference if parcel else "",
        "Charge Code": charge.code,
        "Charge Description": charge.description,
        "Gross Amount": str(charge.gross),
        "Discount": str(charge.discount),
        "Net Amount": str(charge.net),
        "Currency": charge.currency,
    }


def invoice_csv(charges: Iterable[Charge]) -> str:
    """The file of an invoice: a head, and one line for each charge."""
    rows = [row(charge) for charge in charges]
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
