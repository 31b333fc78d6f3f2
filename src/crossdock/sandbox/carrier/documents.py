"""What the carrier stores."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from crossdock.sandbox.documents import Document, Part


class Parcel(Part, kw_only=True, frozen=True):
    """What a charge was made for."""

    tracking_number: str
    shipped_at: datetime
    service: str
    weight_kg: Decimal
    zone: int
    postal_code: str
    reference: str
    """The sender's number of the order."""


class Charge(Document, kw_only=True):
    """One line of an invoice. A charge that belongs to the account as a whole has no parcel."""

    kind = "charge"
    title = "charge"

    invoice_number: str
    position: int
    account: str
    arose_at: datetime
    parcel: Parcel | None = None
    code: str
    description: str
    gross: Decimal
    discount: Decimal
    net: Decimal
    currency: str = "USD"


class Invoice(Document, kw_only=True):
    """The charges of one week. `total` is the sum of what they come to."""

    kind = "invoice"
    title = "invoice"

    number: str
    account: str
    issued_at: datetime
    due_at: datetime
    currency: str = "USD"
    lines: int
    total: Decimal


class File(Document, kw_only=True):
    """A file of an invoice. What it holds is written anew from the charges each time somebody fetches it."""

    kind = "file"
    title = "file"

    name: str
    type: str
    invoice_number: str
