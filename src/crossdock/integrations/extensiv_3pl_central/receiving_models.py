"""Extensiv's shapes of goods that arrive; only fields that are read."""

from __future__ import annotations

from decimal import Decimal

from msgspec import field

from crossdock.integrations.extensiv_3pl_central.client import REL
from crossdock.integrations.extensiv_3pl_central.models import Identifier, ItemIdentifier, Shape


class ReceiverLineFacts(Shape, kw_only=True, frozen=True):
    receive_item_id: int | None = None
    expected_qty: Decimal | None = None


class ReceiverLine(Shape, kw_only=True, frozen=True):
    read_only: ReceiverLineFacts = ReceiverLineFacts()
    item_identifier: ItemIdentifier | None = None
    external_id: str | None = None
    qty: Decimal | None = None
    cost: Decimal | None = None
    lot_number: str | None = None
    supplier_identifier: Identifier | None = None
    on_hold: bool | None = None
    on_hold_reason: str | None = None


class ReceiverLines(Shape, kw_only=True, frozen=True):
    items: list[ReceiverLine] | None = field(name=f"{REL}inventory/receiveritem", default=None)


class ReceiverFacts(Shape, kw_only=True, frozen=True):
    receiver_id: int
    receiver_type: int | None = None
    status: int | None = None
    creation_date: str | None = None
    last_modified_date: str | None = None
    customer_identifier: Identifier | None = None
    facility_identifier: Identifier | None = None


class Receiver(Shape, kw_only=True, frozen=True):
    """Goods that a facility takes in, or expects."""

    read_only: ReceiverFacts
    reference_num: str | None = None
    po_num: str | None = None
    external_id: str | None = None
    receipt_advice_number: str | None = None
    arrival_date: str | None = None
    expected_date: str | None = None
    notes: str | None = None
    carrier: str | None = None
    scac_code: str | None = None
    tracking_number: str | None = None
    bill_of_lading: str | None = None
    trailer_number: str | None = None
    embedded: ReceiverLines | None = field(name="_embedded", default=None)

    @property
    def lines(self) -> list[ReceiverLine]:
        return (self.embedded.items if self.embedded else None) or []
