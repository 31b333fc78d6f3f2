"""Every adapter replays its recorded exchanges; a new adapter is covered as soon as its class exists."""

from __future__ import annotations

import msgspec
import pytest

from crossdock.integrations import registry
from crossdock.integrations.kit import exchanges
from crossdock.integrations.kit.adapter import Adapter

ADAPTERS = registry.adapters()
CASSETTES = [stored for adapter in ADAPTERS for stored in exchanges.load(adapter)]

pytestmark = pytest.mark.anyio


def test_there_is_something_to_replay() -> None:
    assert len(ADAPTERS) >= 4
    assert len(CASSETTES) >= len(ADAPTERS)


@pytest.mark.parametrize("stored", CASSETTES, ids=lambda stored: stored.name)
async def test_replays(stored: exchanges.StoredCassette) -> None:
    """A wrong request would reach a merchant's system; a wrong mapping would show wrong stock."""
    await exchanges.replay(stored)


@pytest.mark.parametrize("stored", CASSETTES, ids=lambda stored: stored.name)
def test_holds_no_secret(stored: exchanges.StoredCassette) -> None:
    """A recorded key would be published with the project."""
    assert exchanges.secrets_in(msgspec.to_builtins(stored.cassette)) == []


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: f"{adapter.vertical}-{adapter.slug}")
def test_every_action_has_a_success_and_a_failure(adapter: type[Adapter]) -> None:
    """An action nobody recorded may never have worked."""
    assert exchanges.gaps(adapter) == []
