"""The recorded exchanges of the sandbox are what the vendor really says.

Set CROSSDOCK_RECORD_CASSETTES to write them anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crossdock.integrations.kit import exchanges
from crossdock.platform.database import Database
from tests.sandbox import recorder
from tests.sandbox.erp_scenarios import ERP_SCENARIOS
from tests.sandbox.receiving_scenarios import RECEIVING_SCENARIOS
from tests.sandbox.recorder import Recorder, Scenario

pytestmark = pytest.mark.anyio
SCENARIOS = (*recorder.SCENARIOS, *RECEIVING_SCENARIOS, *ERP_SCENARIOS)


def path_of(scenario: Scenario) -> Path:
    adapter = scenario.call.adapter
    return exchanges.folder_of(adapter) / "tests" / "cassettes" / adapter.vertical / f"{scenario.name}.json"


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda item: f"{item.call.adapter.vertical}-{item.name}")
async def test_the_vendor_still_answers_like_this(database: Database, scenario: Scenario) -> None:
    """A cassette that the vendor outgrew would keep a broken sandbox green."""
    recorded = await Recorder(database).record(scenario)
    path = path_of(scenario)
    if os.environ.get("CROSSDOCK_RECORD_CASSETTES"):
        path.write_text(recorded)
    assert path.read_text() == recorded


def test_every_cassette_has_its_scenario() -> None:
    """A cassette nobody records any more proves nothing."""
    folders = {path_of(scenario).parent for scenario in SCENARIOS}
    stored = {path for folder in folders for path in folder.glob("*.json")}
    assert stored == {path_of(scenario) for scenario in SCENARIOS}
