"""Consignments move by themselves as time goes by: a milestone is reached when its hour has come."""

from __future__ import annotations

from datetime import datetime, timedelta

from crossdock.sandbox.freight.documents import Consignment, Milestone
from crossdock.sandbox.store import Objects

LATE_FROM = "departed"
"""What comes from the first departure on happens late when a consignment is late."""


def due_at(consignment: Consignment, milestone: Milestone) -> datetime:
    """When a milestone that was not reached yet is going to be."""
    index = consignment.milestones.index(milestone)
    left = any(item.event == LATE_FROM for item in consignment.milestones[: index + 1])
    return milestone.planned_at + timedelta(hours=consignment.hours_late if left else 0)


def move(consignment: Consignment, now: datetime) -> bool:
    """Reaches every milestone whose hour has come. True when there was one."""
    if consignment.state == "cancelled":
        return False
    moved = False
    for milestone in consignment.milestones:
        if milestone.happened_at is None:
            at = due_at(consignment, milestone)
            if at > now:
                break
            milestone.happened_at = at
            moved = True
    return moved


async def move_all(objects: Objects, now: datetime) -> None:
    """Brings every consignment of the account up to date. Readers of changes see what moved as changed now."""
    if not any(move(consignment, now) for consignment in await objects.all(Consignment)):
        return
    await objects.lock_for_catalogue()
    for consignment in await objects.all(Consignment, lock=True):
        if move(consignment, now):
            consignment.updated_at = now
            await objects.save(consignment, now)
