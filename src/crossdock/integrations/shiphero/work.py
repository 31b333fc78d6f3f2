"""What people in the warehouse did, and what a 3PL charges its merchants for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal

import msgspec

from crossdock.contract.wms import billing, labor
from crossdock.integrations.kit.adapter import Incremental, Page, Snapshot, Window, implements
from crossdock.integrations.kit.mapping import text_or_none
from crossdock.integrations.shiphero import queries, work_queries
from crossdock.integrations.shiphero.base import ShipHeroBase
from crossdock.integrations.shiphero.mapping import amount, facts, when
from crossdock.integrations.shiphero.models import Connection, whole

OF_PICKS, OF_PACKS = "p:", "k:"
"""Marks of cursors: a run reads picks first and packages behind them."""


class Charge(msgspec.Struct, kw_only=True, frozen=True):
    """What a bill says of one kind of fee. The schema does not tell whether amounts are texts or numbers."""

    id: str | None = None
    category: str | None = None
    label: str | None = None
    amount: str | int | float | None = None
    quantity: int | None = None


class Period(msgspec.Struct, kw_only=True, frozen=True):
    start: str | None = None
    end: str | None = None


class ShipHeroBill(msgspec.Struct, kw_only=True, frozen=True):
    id: str
    legacy_id: int | None = None
    status: str | None = None
    customer_name: str | None = None
    profile_name: str | None = None
    created_at: str
    due_date: str | None = None
    amount: str | int | float | None = None
    billing_frequency: str | None = None
    billing_period: Period | None = None
    totals: Connection[Charge]


class Work(msgspec.Struct, kw_only=True, frozen=True):
    """A pick, or a package that was packed."""

    id: str
    created_at: str
    order_id: str | None = None
    warehouse_id: str | None = None
    user_id: str | None = None
    user_first_name: str | None = None
    user_last_name: str | None = None
    picked_quantity: int | None = None
    total_items: int | None = None


class Working(ShipHeroBase):
    """Reading work and bills."""

    @implements(
        billing.GET_BILLS,
        mode=Snapshot(because="bills can be filtered by a date of their own only, not by the time of their change"),
    )
    async def get_bills(self, window: Window) -> AsyncIterator[Page[billing.Bill]]:
        asked = {"first": work_queries.BILLS_PER_PAGE}
        async for found, following in self.walk(work_queries.BILLS, "bills", ShipHeroBill, asked, window.cursor):
            bills = [await self._complete_bill(bill) for bill in found]
            yield Page([record for bill in bills for record in charges_of(bill)], following)

    async def _complete_bill(self, bill: ShipHeroBill) -> ShipHeroBill:
        asked = {"id": bill.id}
        charges = await self.rest(bill.totals, work_queries.CHARGES, asked, Charge, ("bill", "data", "totals"))
        return msgspec.structs.replace(bill, totals=whole(charges))

    @implements(labor.GET_LABOR_ACTIVITIES, mode=Incremental(by="date_from", until="date_to"))
    async def get_labor_activities(self, window: Window) -> AsyncIterator[Page[labor.LaborActivity]]:
        asked = {"first": queries.ENTRIES_PER_PAGE, **self.span(window)}
        cursor = window.cursor or OF_PICKS
        if cursor.startswith(OF_PICKS):
            start = cursor.removeprefix(OF_PICKS) or None
            async for found, following in self.walk(work_queries.PICKS, "picks_per_day", Work, asked, start):
                behind = OF_PACKS if following is None else f"{OF_PICKS}{following}"
                yield Page([activity(item, "pick") for item in found], behind)
            cursor = OF_PACKS
        start = cursor.removeprefix(OF_PACKS) or None
        async for found, following in self.walk(work_queries.PACKS, "packs_per_day", Work, asked, start):
            yield Page([activity(item, "pack") for item in found], following and f"{OF_PACKS}{following}")


def charges_of(found: ShipHeroBill) -> list[billing.Bill]:
    """The charges of a bill, one for each kind of fee."""
    made, period = when(found.created_at), found.billing_period or Period()
    return [
        billing.Bill(
            id=f"{found.id}-{charge.id or charge.category or charge.label}",
            created_date=made,
            updated_date=made,
            object_id=found.id,
            object_type="bill",
            charge_type=charge.category or charge.label or "other",
            amount=amount(str(charge.amount)) or Decimal(0),
            additional_fields=facts(
                label=charge.label,
                quantity=charge.quantity,
                bill_number=found.legacy_id,
                bill_status=text_or_none(found.status),
                bill_amount=None if found.amount is None else str(found.amount),
                customer_name=found.customer_name,
                profile_name=found.profile_name,
                billing_frequency=found.billing_frequency,
                period_start=period.start,
                period_end=period.end,
                due_date=found.due_date,
            ),
        )
        for charge in found.totals.nodes
        if charge.amount is not None
    ]


def activity(found: Work, kind: labor.ActivityType) -> labor.LaborActivity:
    """Work that was done; ShipHero knows only when it was noted."""
    at = when(found.created_at)
    return labor.LaborActivity(
        id=found.id,
        created_date=at,
        updated_date=at,
        user_id=found.user_id or "unknown",
        user_first_name=text_or_none(found.user_first_name),
        user_last_name=text_or_none(found.user_last_name),
        warehouse_id=found.warehouse_id or "unknown",
        activity_type=kind,
        activity_start_time=at,
        activity_end_time=at,
        associated_object_type="order" if found.order_id else None,
        associated_object_id=found.order_id,
        quantity=found.picked_quantity if kind == "pick" else found.total_items,
    )
