"""What a batch says of its lines."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import UNSET, UnsetType

from crossdock.contract.cart.products import BatchAdjustInventoryLine
from crossdock.contract.errors import InvalidBody, RateLimited, UnexpectedShape, VendorRejected, VendorUnavailable
from crossdock.integrations.kit.batches import ANOTHER_LINE, EARLIER_LINE, SAME_PLACE, Batch, BatchFailed, check_levels

IDS = ["a", "b", "c", "d", "e"]


def lines_of(failed: BatchFailed) -> list[tuple[str, str | None]]:
    return [(line.outcome, line.error) for line in failed.lines]


def test_one_impossible_line_keeps_all_from_being_sent() -> None:
    """Half a batch that was never going to work would have to be undone by hand."""
    Batch[Any](IDS).require({})
    with pytest.raises(BatchFailed) as failed:
        Batch[Any](IDS[:3]).require({1: "unknown"})
    assert lines_of(failed.value) == [("refused", ANOTHER_LINE), ("refused", "unknown"), ("refused", ANOTHER_LINE)]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (VendorRejected("no"), "refused"),
        (RateLimited(retry_after=1), "refused"),
        (VendorUnavailable("gone", may_have_applied=True), "uncertain"),
        (VendorUnavailable("down", may_have_applied=False), "refused"),
        (UnexpectedShape("half an answer"), "uncertain"),
    ],
)
def test_a_failed_call_says_of_every_line_what_became_of_it(error: Any, outcome: str) -> None:
    """A caller who does not know which lines are in repeats all of them, or none."""
    batch = Batch[Any](IDS)
    with batch.sending([0, 1]):
        pass
    with pytest.raises(BatchFailed) as failed, batch.sending([2, 3]):
        raise error
    assert lines_of(failed.value) == [
        ("applied", None),
        ("applied", None),
        (outcome, error.message),
        (outcome, error.message),
        ("refused", EARLIER_LINE),
    ]
    assert failed.value.message == f"2 of 5 lines were applied: {error.message}"


def test_a_first_call_of_unknown_outcome_leaves_the_write_open() -> None:
    """Said to have failed, it would be repeated without a look at what happened."""
    error = VendorUnavailable("gone", may_have_applied=True)
    batch = Batch[Any](IDS)
    with pytest.raises(VendorUnavailable), batch.sending(range(5)):
        raise error
    with pytest.raises(BatchFailed), batch.sending(range(5)):
        raise VendorRejected("no")


def test_lines_refused_alone_are_told_with_the_others() -> None:
    batch = Batch[Any](IDS[:2])
    with batch.sending([0, 1]):
        batch.refused(1, "not counted")
    with pytest.raises(BatchFailed) as failed:
        batch.written()
    assert lines_of(failed.value) == [("applied", None), ("refused", "not counted")]


def test_levels_that_cannot_be_set_are_told_at_once() -> None:
    """A caller who learns of one bad line a call needs as many calls as there are bad lines."""
    bad: list[tuple[str, int, str | UnsetType]] = [
        ("a", -1, UNSET),
        ("a", 5, UNSET),
        ("a", 6, "1"),
        ("b", 11, "1"),
        ("b", 3, "1"),
    ]
    lines = [BatchAdjustInventoryLine(product_id=key, quantity=units, warehouse_id=place) for key, units, place in bad]
    with pytest.raises(InvalidBody) as refused:
        check_levels(lines, most=10, own=lambda line: {"product_id": "no"} if line.quantity == 6 else {})
    assert refused.value.violations["json"] == {
        "line_items.0.quantity": ["Must be between 0 and 10."],
        "line_items.1.product_id": [SAME_PLACE],
        "line_items.2.product_id": ["no"],
        "line_items.3.quantity": ["Must be between 0 and 10."],
        "line_items.4.product_id": [SAME_PLACE],
    }
