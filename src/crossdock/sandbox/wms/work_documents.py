"""What the warehouse system stores about work and what it charges for it, and whom."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from crossdock.sandbox.documents import Document, Part
from crossdock.sandbox.wms.documents import CLIENT

Task = Literal["pick", "pack", "unload", "store"]
ChargeType = Literal["storage", "pick", "pack", "shipping", "goods_in", "return_handling"]


class Subject(Part, kw_only=True, frozen=True):
    """What something is about: a document by its kind and id."""

    kind: str
    id: str


def subject_of(document: Document) -> Subject:
    """A document as a subject."""
    return Subject(kind=document.kind, id=document.id)


class Client(Document, kw_only=True):
    """A merchant whose goods the warehouses hold."""

    kind = "client"
    title = "client"

    name: str


class Activity(Document, kw_only=True):
    """Work of one person on one document."""

    kind = "activity"
    title = "activity"

    client_id: str = CLIENT
    worker_id: str
    first_name: str
    last_name: str
    warehouse_id: str
    task: Task
    started_at: datetime
    ended_at: datetime | None = None
    subject_kind: str
    subject_id: str
    units: int


class Charge(Document, kw_only=True):
    """A single amount that a client owes."""

    kind = "charge"
    title = "charge"

    client_id: str = CLIENT
    type: ChargeType
    subject_kind: str
    subject_id: str
    amount: Decimal
    currency: str = "USD"
