"""Finds out what an error of a connected system means for the connection: its credentials, one call, or neither."""

from __future__ import annotations

from collections.abc import Collection

import structlog

from crossdock.connections import permissions, problems
from crossdock.connections.problems import Problem
from crossdock.contract.errors import AdapterError, NeedsReconnect
from crossdock.integrations.kit.adapter import Adapter

log = structlog.get_logger(__name__)


async def diagnose(adapter: Adapter, function_name: str, error: AdapterError, reads: Collection[str]) -> Problem:
    """The problem behind an error that a run of a function met. `reads` are all functions that the connection reads.

    Credentials that are refused at one address may be good at all others. Stopping everything is for those that the
    system takes nowhere, so it is asked once more.
    """
    if isinstance(error, NeedsReconnect) and not await _takes_credentials(adapter):
        return problems.of_credentials(adapter, error, reads)
    if isinstance(error, NeedsReconnect) or adapter.forbids(error):
        return problems.of_missing(adapter.display_name, permissions.failed_url(adapter, error), [function_name])
    return problems.of_failure(adapter, error, function_name)


async def _takes_credentials(adapter: Adapter) -> bool:
    try:
        await adapter.check()
    except AdapterError as error:
        log.info(
            "credentials are refused", integration=adapter.slug, error=permissions.hide_secrets(adapter, str(error))
        )
        return False
    return True
