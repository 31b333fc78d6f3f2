"""The ledger: an entry for every change of units, made by `stock.change_units` and by nothing else.

The entries of an item add up to what is on hand, bin by bin and lot by lot.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from crossdock.sandbox.documents import Document
from crossdock.sandbox.wms.documents import CLIENT, BinChange, Item

EntryType = Literal["opening", "correction", "goods_in", "customer_return", "dispatch"]


class LedgerEntry(Document, kw_only=True):
    """Units of one item that came to one bin or left it."""

    kind = "ledger_entry"
    title = "ledger entry"

    client_id: str = CLIENT
    type: EntryType
    item_id: str
    sku: str
    warehouse_id: str
    bin_id: str
    lot_id: str | None = None
    units: int
    note: str | None = None
    cause_kind: str | None = None
    cause_id: str | None = None
    """What made the units move: the kind and id of a document."""


@dataclass
class StockEvent:
    """Something that moves units, and the entries it has left so far. Its id is used for no other event."""

    id: str
    type: EntryType
    at: datetime
    cause_kind: str | None = None
    cause_id: str | None = None
    note: str | None = None
    entries: list[LedgerEntry] = field(default_factory=list)

    def leave_entry(self, item: Item, warehouse_id: str, change: BinChange) -> None:
        """Notes what happened in one bin."""
        self.entries.append(
            LedgerEntry(
                id=f"ledger_{self.id}_{len(self.entries)}",
                created_at=self.at,
                updated_at=self.at,
                type=self.type,
                item_id=item.id,
                sku=item.sku,
                warehouse_id=warehouse_id,
                bin_id=change.bin_id,
                lot_id=change.lot_id,
                units=change.change,
                note=self.note,
                cause_kind=self.cause_kind,
                cause_id=self.cause_id,
            )
        )
