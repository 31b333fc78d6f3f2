"""What a batch says of its lines."""

from __future__ import annotations

from typing import Any

import pytest

from crossdock.contract.errors import RateLimited, UnexpectedShape, VendorRejected, VendorUnavailable
from crossdock.integrations.kit.batches import ANOTHER_LINE, EARLIER_LINE, Batch, BatchFailed

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
