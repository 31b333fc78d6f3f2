"""How figures and goals are printed."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


def median(values: Sequence[float]) -> float:
    """The middle value, which a disturbance of one round does not move."""
    return statistics.median(values)


@dataclass
class Report:
    """What was measured so far. A missed goal is said, not raised: another machine, another day, another ratio."""

    missed: list[str] = field(default_factory=list)

    def section(self, title: str) -> None:
        print(f"\n{title}", flush=True)

    def line(self, text: str) -> None:
        print(f"  {text}", flush=True)

    def ratio(
        self, name: str, rounds: Sequence[float], *, at_least: float | None = None, at_most: float | None = None
    ) -> None:
        """The median of a ratio taken in every round, with its spread, and whether it is as good as it should be."""
        value = median(rounds)
        verdict = ""
        if at_least is not None:
            verdict = f"goal >= {at_least:g}: {'met' if value >= at_least else 'MISSED'}"
        if at_most is not None:
            verdict = f"goal <= {at_most:g}: {'met' if value <= at_most else 'MISSED'}"
        if verdict.endswith("MISSED"):
            self.missed.append(name)
        print(f"  {name:<58} {value:6.2f}  ({min(rounds):.2f} to {max(rounds):.2f})  {verdict}".rstrip(), flush=True)
