"""Carriers: invoices and files. Their record schemas are not part of this version."""

from __future__ import annotations

from crossdock.contract.actions import read
from crossdock.contract.resources import Resource

INVOICE_LINE_ITEMS = Resource(
    vertical="carrier",
    name="invoice_line_items",
    path="/carrier/invoice-line-items",
    id_param="invoice_line_item_id",
    singular="invoice_line_item",
    title="Invoice Line Items",
    event="carrier-invoice-line-item",
    taggable=True,
    sync_seconds=86400,
    on_demand=True,
)
GET_INVOICE_LINE_ITEMS = read(INVOICE_LINE_ITEMS)
FILES = Resource(
    vertical="carrier",
    name="files",
    path="/carrier/files",
    id_param="file_id",
    singular="file",
    title="Files",
    event="carrier-file",
    sync_seconds=86400,
    changes=("created",),
)
GET_FILES = read(FILES)
