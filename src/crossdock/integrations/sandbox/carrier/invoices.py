"""The carrier's charges and files."""

from __future__ import annotations

from collections.abc import AsyncIterator

from crossdock.contract.carrier import files, invoices
from crossdock.integrations.kit.adapter import FileContent, Page, Window, downloads, implements
from crossdock.integrations.kit.client import segment
from crossdock.integrations.sandbox.base import CHANGED, SandboxBase, each
from crossdock.integrations.sandbox.carrier import mapping
from crossdock.integrations.sandbox.carrier.models import CarrierCharge, CarrierInvoiceFile


class CarrierInvoices(SandboxBase):
    """Reading what was charged."""

    display_name = "Carrier Sandbox"
    vertical = "carrier"
    description = "A carrier to try things on: it bills the warehouse sandbox's parcels every week, with a file each."
    root = "/v1/carrier"

    @implements(invoices.GET_INVOICE_LINE_ITEMS, mode=CHANGED)
    async def get_invoice_line_items(self, window: Window) -> AsyncIterator[Page[invoices.InvoiceLineItem]]:
        async for page in self.walk("charges", CarrierCharge, window, each(mapping.to_line_item)):
            yield page

    @implements(files.GET_FILES, mode=CHANGED)
    async def get_files(self, window: Window) -> AsyncIterator[Page[files.File]]:
        async for page in self.walk("files", CarrierInvoiceFile, window, each(mapping.to_file)):
            yield page

    @downloads(files.FILES)
    async def download_file(self, file_id: str) -> FileContent:
        answer = await self.client.get(f"{self.root}/files/{segment(file_id)}/content")
        return FileContent(answer.body, answer.headers["content-type"])
