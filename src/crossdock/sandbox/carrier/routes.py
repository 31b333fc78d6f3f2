"""Addresses of the carrier. It is read only: whoever ships with it is billed by it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from crossdock.sandbox.api import AnyRequest, existing, list_route, single_route, vendor_of
from crossdock.sandbox.carrier.documents import Charge, File, Invoice
from crossdock.sandbox.carrier.invoice_file import MEDIA_TYPE, invoice_csv, row
from crossdock.sandbox.documents import Document, Part

ROOT = "/v1/carrier"


class ChargeShown(Part, kw_only=True, frozen=True):
    """A charge, with its row in the file of the invoice."""

    id: str
    created_at: datetime
    updated_at: datetime
    invoice_number: str
    position: int
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


def show_charge(charge: Charge) -> ChargeShown:
    """A charge as the API shows it."""
    return ChargeShown(
        id=charge.id,
        created_at=charge.created_at,
        updated_at=charge.updated_at,
        invoice_number=charge.invoice_number,
        position=charge.position,
        account=charge.account,
        arose_at=charge.arose_at,
        tracking_number=charge.parcel.tracking_number if charge.parcel else None,
        reference=charge.parcel.reference if charge.parcel else None,
        code=charge.code,
        description=charge.description,
        gross=charge.gross,
        net=charge.net,
        currency=charge.currency,
        row=row(charge),
    )


def _as_stored(document: Document) -> Document:
    return document


def _with_number(number: str) -> Any:
    return {"number": number}


@get(f"{ROOT}/files/{{identifier:str}}/content")
async def show_content(request: AnyRequest) -> Response[bytes]:
    """What a file holds."""
    async with vendor_of(request).objects(request, "carrier") as objects:
        file = await existing(objects, File, request.path_params["identifier"])
        charges = await objects.find(Charge, {"invoiceNumber": file.invoice_number})
    return Response(invoice_csv(charges).encode(), media_type=MEDIA_TYPE)


ROUTES: list[HTTPRouteHandler] = [
    list_route(f"{ROOT}/charges", "carrier", Charge, show=show_charge),
    single_route(f"{ROOT}/charges", "carrier", Charge, show=show_charge),
    list_route(f"{ROOT}/invoices", "carrier", Invoice, show=_as_stored, having={"number": _with_number}),
    single_route(f"{ROOT}/invoices", "carrier", Invoice, show=_as_stored),
    list_route(f"{ROOT}/files", "carrier", File, show=_as_stored),
    single_route(f"{ROOT}/files", "carrier", File, show=_as_stored),
    show_content,
]
