"""What the carrier's shapes mean in ours."""

from __future__ import annotations

from crossdock.contract.carrier import files, invoices
from crossdock.integrations.kit.mapping import moment, money
from crossdock.integrations.sandbox.carrier.models import CarrierCharge, CarrierInvoiceFile
from crossdock.integrations.sandbox.mapping import given


def to_line_item(found: CarrierCharge) -> invoices.InvoiceLineItem:
    """A charge, with the row of the carrier's file as it is there."""
    return invoices.InvoiceLineItem(
        id=found.id,
        created_date=moment(found.created_at),
        updated_date=moment(found.updated_at),
        transaction_date=moment(found.arose_at),
        account_id=found.account,
        invoice_id=found.invoice_number,
        tracking_number=found.tracking_number,
        gross_cost=money(found.gross),
        net_cost=money(found.net),
        charge_description=found.description,
        invoice_currency_code=found.currency,
        raw=found.row,
        additional_fields=given({"charge_code": found.code, "shipper_reference": found.reference}),
    )


def to_file(found: CarrierInvoiceFile) -> files.File:
    """A file of an invoice; what it holds is fetched when somebody wants it."""
    return files.File(
        id=found.id,
        file_name=found.name,
        generated_time=moment(found.created_at),
        file_type=found.type,
    )
