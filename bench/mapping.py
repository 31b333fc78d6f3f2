"""What mapping costs: the vendor's JSON into records and into the bytes that are stored, by processor time.

The lists of every fake vendor are walked once, and their answers kept. Then the adapter reads these answers again from
memory, without client, network or fake, which leaves decoding, mapping and encoding. The control is `json.loads` of the
same bytes.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

from bench.report import Report, median
from crossdock.contract.actions import Action
from crossdock.contract.errors import AdapterError
from crossdock.contract.records import encode_record
from crossdock.integrations import registry
from crossdock.integrations.kit.adapter import Runtime, Window
from crossdock.integrations.kit.client import VendorClient
from crossdock.integrations.kit.fake import FakeVendor, find
from crossdock.integrations.kit.transport import VendorAnswer

ROUNDS = 5
RECORDS_A_ROUND = 2000
"""At least so many records are mapped in a round, however short the list is."""
MOST_TIMES_THE_CONTROL = 15


class _Keeping(VendorClient):
    """Keeps every answer that the adapter gets."""

    def __init__(self, fake: FakeVendor) -> None:
        super().__init__(fake)
        self.answers: list[VendorAnswer | AdapterError] = []

    async def request(self, *args: Any, **kwargs: Any) -> VendorAnswer:
        try:
            answer = await super().request(*args, **kwargs)
        except AdapterError as error:
            # Some lists ask for what need not be there.
            self.answers.append(error)
            raise
        self.answers.append(answer)
        return answer


class _Replaying(VendorClient):
    """Gives answers that were kept, in their order."""

    def __init__(self, fake: FakeVendor, answers: list[VendorAnswer | AdapterError]) -> None:
        super().__init__(fake)
        self._answers = answers
        self.next = 0

    async def request(self, *args: Any, **kwargs: Any) -> VendorAnswer:
        answer = self._answers[self.next]
        self.next += 1
        if isinstance(answer, AdapterError):
            raise answer
        return answer


def _reads() -> Iterator[tuple[type[FakeVendor], Action]]:
    for adapter in registry.adapters():
        fake = find(adapter)
        if fake is None or fake.missing():
            continue
        for made in adapter.implementations.values():
            if made.action.is_read:
                yield fake, made.action


def measure(report: Report) -> None:
    """The slowest list of each vendor counts."""
    slowest: dict[str, tuple[float, list[float], Action]] = {}
    report.section(f"Mapping and encoding, beside json.loads of the same bytes, {RECORDS_A_ROUND:,} records a round")
    for fake, action in _reads():
        rates, ratios = asyncio.run(_measure(fake, action))
        name = fake.adapter.display_name
        report.line(f"{name + ' ' + action.name:<58} {median(rates):9,.0f} records a second of a core")
        if name not in slowest or median(ratios) > slowest[name][0]:
            slowest[name] = (median(ratios), ratios, action)
    if not slowest:
        report.line("left out: the specifications that the fake vendors are made from are not on this machine")
    for name, (_, ratios, action) in slowest.items():
        report.ratio(f"{name}: {action.name} / json.loads", ratios, at_most=MOST_TIMES_THE_CONTROL)


async def _measure(kind: type[FakeVendor], action: Action) -> tuple[list[float], list[float]]:
    fake = kind()
    fake.crowd()
    keeping = _Keeping(fake)
    held = await _walk(fake, keeping, action)
    times = -(-RECORDS_A_ROUND // max(1, held))
    rates, ratios = [], []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(times):
            await _walk(fake, _Replaying(fake, keeping.answers), action)
        mapped = time.process_time()
        for _ in range(times):
            for answer in keeping.answers:
                if isinstance(answer, VendorAnswer) and answer.body:
                    json.loads(answer.body)
        loaded = time.process_time()
        rates.append(held * times / (mapped - began))
        ratios.append((mapped - began) / (loaded - mapped))
    return rates, ratios


async def _walk(fake: FakeVendor, client: VendorClient, action: Action) -> int:
    """Reads a whole list and encodes it as it is stored; the number of its records."""
    count = 0
    adapter = fake.adapter(_credentials(fake), Runtime(client, lambda: fake.now))
    async for page in adapter.read_pages(action, Window(None, fake.now)):
        for record in page.records:
            encode_record(record)
            count += 1
    return count


def _credentials(fake: FakeVendor) -> Any:
    return fake.connect().credentials
