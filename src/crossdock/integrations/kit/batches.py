"""Writes of several lines: what became of each, also when a call in the middle of them fails."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

from crossdock.contract.cart.products import BatchAdjustInventoryLine
from crossdock.contract.errors import AdapterError, InvalidBody, UnexpectedShape, VendorRejected, VendorUnavailable
from crossdock.contract.records import Record

R = TypeVar("R", bound=Record)
APPLIED, REFUSED, UNCERTAIN = "applied", "refused", "uncertain"
ANOTHER_LINE = "Not sent, because another line cannot be applied."
EARLIER_LINE = "Not sent, because an earlier line failed."
SAME_PLACE = "Another line sets the level of this product there."


def check_levels(
    lines: Sequence[BatchAdjustInventoryLine],
    *,
    most: int | None = None,
    own: Callable[[BatchAdjustInventoryLine], Mapping[str, str]] = lambda line: {},
) -> None:
    """Refuses levels that no account could be set to, all of them at once: below zero or above `most`, two for one
    place, and what `own` has against a line, by field."""
    problems: dict[str, list[str]] = {}
    seen: set[tuple[str, str | None]] = set()
    for at, line in enumerate(lines):
        place = (line.product_id, line.warehouse_id if isinstance(line.warehouse_id, str) else None)
        against = dict(own(line))
        if line.quantity < 0 or (most is not None and line.quantity > most):
            against["quantity"] = "Must not be negative." if most is None else f"Must be between 0 and {most}."
        if place in seen:
            against.setdefault("product_id", SAME_PLACE)
        seen.add(place)
        problems |= {f"line_items.{at}.{name}": [text] for name, text in against.items()}
    if problems:
        raise InvalidBody({"json": problems})


@dataclass(frozen=True)
class LineOutcome:
    """What happened to one line of a batch: `applied`, `refused` or `uncertain`, with the reason unless applied."""

    line: int
    id: str
    outcome: str
    error: str | None = None

    def shown(self) -> dict[str, Any]:
        """The line as the error answer has it."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True)
class BatchWritten(Generic[R]):
    """The outcome of a batch write in which every line was applied, records in line order."""

    records: Sequence[R]
    unused_fields: Sequence[str] = ()


class BatchFailed(VendorRejected):
    """A batch in which at least one line was not applied. `records` are the applied ones, as the system holds them."""

    def __init__(
        self, message: str, *, lines: Sequence[LineOutcome], records: Sequence[Record], status: int = 400
    ) -> None:
        super().__init__(message, status=status)
        self.lines = lines
        self.records = records

    def extra(self) -> dict[str, Any]:
        return {"lines": [item.shown() for item in self.lines]}


class Batch(Generic[R]):
    """The lines of a batch, each by the id of what it changes, and what has become of them so far.

    An adapter first calls `require` with what it knows to be impossible, then sends its calls, each inside `sending`,
    notes lines that the system refused alone with `refused` and the records of the others with `add`, and ends with
    `written`.
    """

    def __init__(self, ids: Sequence[str]) -> None:
        self._ids = ids
        self._outcomes: dict[int, LineOutcome] = {}
        self._records: dict[str, R] = {}

    def require(self, reasons: Mapping[int, str]) -> None:
        """Ends the batch before anything is sent, when there is a reason against a line."""
        if not reasons:
            return
        lines = [
            LineOutcome(at, identifier, REFUSED, reasons.get(at, ANOTHER_LINE))
            for at, identifier in enumerate(self._ids)
        ]
        raise BatchFailed("No line was applied", lines=lines, records=[])

    @contextlib.contextmanager
    def sending(self, lines: Iterable[int]) -> Iterator[None]:
        """One call with these lines. All are applied when it ends, save those noted as refused.

        A call that fails ends the batch, unless it was the first and the system did not refuse: then nothing is known
        of any line, and the error goes up as that of every other write.
        """
        lines = list(lines)
        try:
            yield
        except AdapterError as error:
            if not self._outcomes and not isinstance(error, VendorRejected):
                raise
            unknown = isinstance(error, UnexpectedShape) or (
                isinstance(error, VendorUnavailable) and error.may_have_applied
            )
            for at in lines:
                self._note(at, UNCERTAIN if unknown else REFUSED, error.message)
            raise self._failure() from error
        for at in lines:
            if at not in self._outcomes:
                self._note(at, APPLIED)

    def refused(self, at: int, reason: str) -> None:
        """A line that the system refused by itself."""
        self._note(at, REFUSED, reason)

    def add(self, *records: R) -> None:
        """Records as they are after their lines were applied; one that is there already is replaced."""
        # Every kind of record has an id; the base class leaves it to them to describe.
        self._records |= {record.id: record for record in records}  # type: ignore[attr-defined]

    def written(self) -> BatchWritten[R]:
        """The outcome; raises BatchFailed when a line was not applied."""
        if any(item.outcome != APPLIED for item in self._outcomes.values()):
            raise self._failure()
        return BatchWritten(list(self._records.values()))

    def _note(self, at: int, outcome: str, reason: str | None = None) -> None:
        self._outcomes[at] = LineOutcome(at, self._ids[at], outcome, reason)

    def _failure(self) -> BatchFailed:
        first = next(item for item in self._outcomes.values() if item.outcome != APPLIED)
        for at in range(len(self._ids)):
            if at not in self._outcomes:
                self._note(at, REFUSED, EARLIER_LINE)
        applied = sum(item.outcome == APPLIED for item in self._outcomes.values())
        return BatchFailed(
            f"{applied} of {len(self._ids)} lines were applied: {first.error}",
            lines=[self._outcomes[at] for at in sorted(self._outcomes)],
            records=list(self._records.values()),
        )
