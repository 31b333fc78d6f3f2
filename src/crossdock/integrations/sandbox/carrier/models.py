"""What the carrier answers with; only fields that are read."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from crossdock.integrations.sandbox.models import SandboxPart


class CarrierCharge(SandboxPart, kw_only=True, frozen=True):
    """One line of an invoice; without a tracking number it belongs to the account as a whole."""

    id: str
    created_at: datetime
    updated_at: datetime
    invoice_number: str
    account: str
    arose_at: datetime
    tracking_number: str | None
    reference: str | None
    code: str
    description: str
    gross: Decimal
    net: Decimal
    currency: str
    row: dict[str, str]


class CarrierInvoiceFile(SandboxPart, kw_only=True, frozen=True):
    """A file of an invoice."""

    id: str
    created_at: datetime
    name: str
    type: str
