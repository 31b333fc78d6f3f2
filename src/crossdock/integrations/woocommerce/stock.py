"""The rules of changing stock: what can be counted, and what came of the lines of a batch."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import UNSET

from crossdock.contract.cart.products import BatchAdjustInventoryLine, Product
from crossdock.contract.errors import AdapterError, InvalidBody, UnexpectedShape, VendorRejected, VendorUnavailable
from crossdock.integrations.kit.adapter import BatchFailed, BatchWritten, LineOutcome
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.woocommerce.mapping import PARENT_TYPES
from crossdock.integrations.woocommerce.models import BatchItem, WooProduct, WooVariation

NO_WAREHOUSES = "WooCommerce has no warehouses; leave it out."
PARENT_REFUSED = "A parent product holds no stock of its own; adjust one of its variations."
UNTRACKED = "The shop does not count the stock of this product; switch on 'Manage stock' there."
OF_PARENT = "This variation shares the stock of its parent; switch on 'Manage stock' of the variation in the shop."
NOTHING_SENT = "Not sent, because another line cannot be applied."


def check_countable(found: WooProduct, field: str, location: Literal["path", "json"]) -> None:
    """Refuses a product that has no stock to change."""
    if found.type in PARENT_TYPES:
        raise InvalidBody.field(field, PARENT_REFUSED, location)
    if found.manage_stock is not True:
        raise VendorRejected(OF_PARENT if found.manage_stock == "parent" else UNTRACKED)


def check_enough(found: WooProduct, units: int) -> None:
    """Refuses to take more than there is, unless the shop sells what it does not have."""
    there = int(found.stock_quantity or 0)
    if units < 0 and there + units < 0 and not found.backorders_allowed:
        raise InvalidBody.field("quantity", f"Only {there} in stock; stock cannot go below zero.")


def check_lines(lines: Sequence[BatchAdjustInventoryLine]) -> None:
    """Refuses lines that no shop could carry out, all of them at once."""
    problems: dict[str, list[str]] = {}
    seen: set[str] = set()
    for at, line in enumerate(lines):
        if line.warehouse_id is not UNSET:
            problems[f"line_items.{at}.warehouse_id"] = [NO_WAREHOUSES]
        if line.quantity < 0:
            problems[f"line_items.{at}.quantity"] = ["Must not be negative."]
        if line.product_id in seen:
            problems[f"line_items.{at}.product_id"] = ["Another line sets the stock of this product."]
        seen.add(line.product_id)
    if problems:
        raise InvalidBody({"json": problems})


class Batch:
    """The lines of a batch, what was found for them, and what has become of them so far."""

    def __init__(self, lines: Sequence[BatchAdjustInventoryLine], found: Mapping[str, WooProduct]) -> None:
        self._lines = lines
        self.found = found
        self._outcomes: dict[int, LineOutcome] = {}
        self._records: list[Product] = []
        reasons = {at: reason for at, line in enumerate(lines) if (reason := self._reason(line))}
        if reasons:
            raise BatchFailed(
                "No line was applied",
                lines=[
                    LineOutcome(at, line.product_id, "refused", reasons.get(at, NOTHING_SENT))
                    for at, line in enumerate(lines)
                ],
                records=[],
            )

    def _reason(self, line: BatchAdjustInventoryLine) -> str | None:
        """Why a line cannot be applied."""
        product = self.found.get(line.product_id)
        if product is None:
            return f"WooCommerce has no product {line.product_id}"
        try:
            check_countable(product, "product_id", "json")
        except InvalidBody:
            return PARENT_REFUSED
        except VendorRejected as error:
            return error.message
        return None

    def groups(self) -> list[tuple[str, list[int]]]:
        """The calls to make: where to, and with which lines. Variations go to their parent's."""
        made: dict[str, list[int]] = {}
        for at, line in enumerate(self._lines):
            product = self.found[line.product_id]
            variation = product.type == "variation"
            path = f"/products/{product.parent_id}/variations/batch" if variation else "/products/batch"
            made.setdefault(path, []).append(at)
        return list(made.items())

    def change(self, at: int) -> dict[str, Any]:
        """A line as WooCommerce takes it."""
        line = self._lines[at]
        return {"id": int(line.product_id), "stock_quantity": line.quantity}

    @contextlib.contextmanager
    def failing(self, lines: Sequence[int]) -> Iterator[None]:
        """A call that fails ends the batch, unless it was the first and did nothing."""
        try:
            yield
        except AdapterError as error:
            if not self._outcomes and not isinstance(error, VendorRejected):
                raise
            unknown = isinstance(error, UnexpectedShape) or (
                isinstance(error, VendorUnavailable) and error.may_have_applied
            )
            for at in lines:
                self._note(at, "uncertain" if unknown else "refused", error.message)
            raise self._failure() from error

    def outcomes(self, answer: VendorAnswer, lines: Sequence[int]) -> Iterator[WooProduct | WooVariation]:
        """Notes what became of each line, and gives what was changed."""
        variations = self.found[self._lines[lines[0]].product_id].type == "variation"
        verdicts = answer.json(dict[str, list[BatchItem]]).get("update", [])
        # Lines that failed have no more than their id and error, so what was changed is read a second time.
        details: list[dict[str, Any]] = answer.json(dict[str, list[dict[str, Any]]]).get("update", [])
        if len(verdicts) != len(lines):
            raise UnexpectedShape(f"WooCommerce answered {len(verdicts)} lines where {len(lines)} were sent")
        for at, verdict, detail in zip(lines, verdicts, details, strict=True):
            if verdict.error is not None:
                self._note(at, "refused", verdict.error.message)
                continue
            self._note(at, "applied")
            yield _read(detail, variations)

    def add(self, record: Product) -> None:
        """A record as it is after its line was applied."""
        self._records.append(record)

    def written(self) -> BatchWritten[Product]:
        """The outcome; raises BatchFailed when a line was not applied."""
        if any(item.outcome != "applied" for item in self._outcomes.values()):
            raise self._failure()
        return BatchWritten(self._records)

    def _note(self, at: int, outcome: str, reason: str | None = None) -> None:
        self._outcomes[at] = LineOutcome(at, self._lines[at].product_id, outcome, reason)

    def _failure(self) -> BatchFailed:
        """The error of a batch in which a line was not applied."""
        failed = [item for item in self._outcomes.values() if item.outcome != "applied"]
        for at in range(len(self._lines)):
            if at not in self._outcomes:
                self._note(at, "refused", "Not sent, because an earlier line failed.")
        applied = len(self._lines) - sum(item.outcome != "applied" for item in self._outcomes.values())
        return BatchFailed(
            f"{applied} of {len(self._lines)} lines were applied: {failed[0].error}",
            lines=[self._outcomes[at] for at in sorted(self._outcomes)],
            records=self._records,
        )


def _read(detail: dict[str, Any], variation: bool) -> WooProduct | WooVariation:
    kind: type[WooProduct] | type[WooVariation] = WooVariation if variation else WooProduct
    try:
        return msgspec.convert(detail, kind)
    except msgspec.ValidationError as error:
        raise UnexpectedShape(f"WooCommerce showed a changed product in an unexpected shape: {error}") from None
