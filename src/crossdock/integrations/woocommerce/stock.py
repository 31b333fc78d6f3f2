"""The rules of changing stock: what can be counted, and what came of the lines of a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import UNSET

from crossdock.contract.cart.products import BatchAdjustInventoryLine, Product
from crossdock.contract.errors import InvalidBody, UnexpectedShape, VendorRejected
from crossdock.integrations.kit.batches import Batch, check_levels
from crossdock.integrations.kit.transport import VendorAnswer
from crossdock.integrations.woocommerce.mapping import PARENT_TYPES
from crossdock.integrations.woocommerce.models import BatchItem, WooProduct, WooVariation

NO_WAREHOUSES = "WooCommerce has no warehouses; leave it out."
PARENT_REFUSED = "A parent product holds no stock of its own; adjust one of its variations."
UNTRACKED = "The shop does not count the stock of this product; switch on 'Manage stock' there."
OF_PARENT = "This variation shares the stock of its parent; switch on 'Manage stock' of the variation in the shop."


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
    check_levels(lines, own=lambda line: {} if line.warehouse_id is UNSET else {"warehouse_id": NO_WAREHOUSES})


class StockBatch(Batch[Product]):
    """The lines of a batch, and what was found for them."""

    def __init__(self, lines: Sequence[BatchAdjustInventoryLine], found: Mapping[str, WooProduct]) -> None:
        super().__init__([line.product_id for line in lines])
        self._lines = lines
        self.found = found
        self.require({at: reason for at, line in enumerate(lines) if (reason := self._reason(line))})

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

    def outcomes(self, answer: VendorAnswer, lines: Sequence[int]) -> Iterator[WooProduct | WooVariation]:
        """Notes the lines that were refused, and gives what was changed."""
        variations = self.found[self._lines[lines[0]].product_id].type == "variation"
        verdicts = answer.json(dict[str, list[BatchItem]]).get("update", [])
        # Lines that failed have no more than their id and error, so what was changed is read a second time.
        details: list[dict[str, Any]] = answer.json(dict[str, list[dict[str, Any]]]).get("update", [])
        if len(verdicts) != len(lines):
            raise UnexpectedShape(f"WooCommerce answered {len(verdicts)} lines where {len(lines)} were sent")
        for at, verdict, detail in zip(lines, verdicts, details, strict=True):
            if verdict.error is not None:
                self.refused(at, verdict.error.message)
                continue
            yield _read(detail, variations)


def _read(detail: dict[str, Any], variation: bool) -> WooProduct | WooVariation:
    kind: type[WooProduct] | type[WooVariation] = WooVariation if variation else WooProduct
    try:
        return msgspec.convert(detail, kind)
    except msgspec.ValidationError as error:
        raise UnexpectedShape(f"WooCommerce showed a changed product in an unexpected shape: {error}") from None
