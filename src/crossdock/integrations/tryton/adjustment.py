"""Changes stock by an inventory document, which is how a person corrects stock in Tryton, so that it can be audited.

The document states what was counted, not by how much stock changes. So that a move in between cannot falsify the
change, the count is written as the stock Tryton expected when the document was begun, plus the change: confirming moves
exactly the difference of the two. Only confirming has an effect on stock; all before it is a draft.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from crossdock.contract.errors import AdapterError, InvalidBody, VendorRejected, VendorUnavailable
from crossdock.integrations.tryton.client import Domain, TrytonAPI, typed
from crossdock.integrations.tryton.mapping import Layout, floor_units, record_id
from crossdock.integrations.tryton.models import NewInventory, TrytonInventory, TrytonNote, TrytonRow

log = structlog.get_logger(__name__)

DOCUMENT = "stock.inventory"
LOOK_BACK = timedelta(days=1)
"""How much earlier than it was sent, by our clock, a document may have been made by Tryton's."""


class Adjustments:
    """The inventory documents of one company."""

    def __init__(self, api: TrytonAPI) -> None:
        self._api = api

    async def change(self, product: int, lot: int | None, place: int, delta: int, reference: str) -> None:
        """Changes the stock of a product, or of one batch of it, at one place.

        The reference goes into a note on the document; Tryton takes no number for it from outside.
        """
        line: dict[str, int] = {"product": product}
        if lot is not None:
            line["lot"] = lot
        draft = {"company": await self._api.company(), "location": place, "lines": [["create", [line]]]}
        document = await self._api.create(DOCUMENT, draft, NewInventory, "lines.expected_quantity", changes=False)
        try:
            note = {"resource": f"{DOCUMENT},{document.id}", "message": note_text(reference)}
            await self._api.create("ir.note", note, TrytonRow, "resource", changes=False)
            counted = {"quantity": document.lines[0].expected_quantity + delta}
            await self._api.update(f"{DOCUMENT}.line", document.lines[0].id, counted, changes=False)
            await self._api.press(DOCUMENT, document.id, "confirm")
        except AdapterError as error:
            # Where the answer to confirming was lost, the document is what tells later whether it took effect.
            if not (isinstance(error, VendorUnavailable) and error.may_have_applied):
                await self._discard(document.id, unless=AdapterError)
            raise

    async def was_applied(self, product: int, sent_at: datetime, reference: str) -> bool:
        """Whether the change with this reference took effect. Afterwards it no longer can, if it did not.

        A draft is deleted before its moves are looked for, since its confirmation might still be under way: confirming
        what is gone fails, and a confirmation that came first has left its moves.
        """
        domain: Domain = [["create_date", ">=", typed(sent_at - LOOK_BACK)], ["lines.product", "=", product]]
        documents = {row.id: row for row in await self._api.every(DOCUMENT, TrytonInventory, domain)}
        noted = [documents[number] for number in await self._noted(sorted(documents), reference)]
        for document in noted:
            if document.state == "draft":
                await self._discard(document.id, unless=VendorRejected)
        origins = [f"{DOCUMENT}.line,{line}" for document in noted for line in document.lines]
        return bool(origins and await self._api.search("stock.move", TrytonRow, [["origin", "in", origins]], limit=1))

    async def _noted(self, documents: list[int], reference: str) -> list[int]:
        """The documents that carry the reference. Tryton finds notes only by the records they are on."""
        if not documents:
            return []
        resources = [f"{DOCUMENT},{number}" for number in documents]
        domain: Domain = [["resource", "in", resources], ["message", "=", note_text(reference)]]
        notes = await self._api.every("ir.note", TrytonNote, domain)
        return [int(note.resource.partition(",")[2]) for note in notes]

    async def _discard(self, document: int, *, unless: type[AdapterError]) -> None:
        """Deletes a draft, unless that fails with the given error, which is logged and forgiven."""
        try:
            await self._api.delete(DOCUMENT, document, changes=False)
        except unless as error:
            log.warning("tryton.inventory_not_deleted", inventory=document, reason=error.message)


def note_text(reference: str) -> str:
    """The note that marks a document as ours."""
    return f"Crossdock adjustment {reference}"


def choose_place(layout: Layout, warehouse_id: str, location_id: str | None, held: dict[int, float], delta: int) -> int:
    """The place to change stock at. Raises InvalidBody where the caller has to name another, or one at all.

    `held` is the stock by place. Without a location, units are added where the warehouse picks from or stores, and
    taken from there or from the place that holds most; one document changes one place, so none are gathered.
    """
    warehouse = record_id(warehouse_id)
    if warehouse not in layout.warehouses:
        raise InvalidBody.field("warehouse_id", "Tryton has no such warehouse.")
    if location_id is not None:
        place = record_id(location_id)
        if place not in layout.storage or layout.warehouse_of[place] != warehouse:
            raise InvalidBody.field("location_id", "That warehouse has no such storage location.")
        _require(place, held, delta)
        return place
    usual = _usual_place(layout, warehouse)
    if delta > 0:
        if usual is None:
            raise InvalidBody.field("location_id", "That warehouse stores in locations only, so name one of them.")
        return usual
    inside = {place: units for place, units in held.items() if layout.warehouse_of.get(place) == warehouse}
    if usual is not None and inside.get(usual, 0) + delta >= 0:
        return usual
    fullest = max(inside, key=lambda place: (inside[place], -place), default=None)
    if fullest is None or inside[fullest] + delta < 0:
        most = 0 if fullest is None else floor_units(inside[fullest])
        raise InvalidBody.field(
            "quantity", f"No single location of that warehouse holds {-delta} units; the most at one is {most}."
        )
    return fullest


def _usual_place(layout: Layout, warehouse: int) -> int | None:
    zones = layout.locations[warehouse]
    for place in (zones.picking_location, zones.storage_location):
        if place is not None and place in layout.storage:
            return place
    return None


def _require(place: int, held: dict[int, float], delta: int) -> None:
    if delta < 0 and held.get(place, 0) + delta < 0:
        raise InvalidBody.field("quantity", f"That location holds {floor_units(held.get(place, 0))} units.")
