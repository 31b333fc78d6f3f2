"""Putting a process together: its engine, and what the very first start makes."""

from __future__ import annotations

from uuid import UUID

from crossdock.accounts import service as accounts
from crossdock.accounts import store as account_store
from crossdock.connections import sandboxes
from crossdock.integrations import registry
from crossdock.platform.app import mount_servers
from crossdock.platform.database import Database
from crossdock.platform.engine import Engine
from crossdock.platform.first_start import FirstStart
from crossdock.platform.sealing import load_master_key
from crossdock.platform.settings import Settings, oauth_applications
from crossdock.platform.start_errors import StartRefused

FIRST_ORGANIZATION = "default"
_FIRST_START_LOCK = 7234


def make_engine(settings: Settings, url: str) -> Engine:
    """The engine of a process on a migrated database."""
    engine = Engine(
        settings=settings,
        database=Database(url, pool_size=settings.pool_size),
        master_key=load_master_key(settings.master_key, settings.data_folder),
        oauth_applications=oauth_applications(_slugs_with_oauth()),
    )
    mount_servers(engine)
    return engine


def _slugs_with_oauth() -> set[str]:
    return {item.slug for item in registry.adapters() if item.auth.install_method == "oauth"}


async def prepare(engine: Engine) -> FirstStart | None:
    """Checks the master key and makes the first organization with its key and sandboxes; None when there is one."""
    await accounts.verify_master_key(engine.database, engine.master_key)
    async with engine.database.system() as connection:
        # Two servers that start at once on one database take turns here.
        await connection.execute("select pg_advisory_lock(%s)", (_FIRST_START_LOCK,))
        try:
            if await account_store.has_keys(connection):
                return None
            organization_id = await account_store.first_organization(connection)
            if organization_id is None:
                organization_id = await accounts.create_organization(engine.database, FIRST_ORGANIZATION)
            tokens = await make_sandboxes(engine, organization_id)
            # The key comes last: an interrupted first start leaves none behind that nobody has seen.
            return FirstStart(await accounts.create_key(engine.database, organization_id, "first key"), tokens)
        finally:
            await connection.execute("select pg_advisory_unlock(%s)", (_FIRST_START_LOCK,))


async def make_sandboxes(engine: Engine, organization_id: UUID) -> dict[str, str]:
    """A sandbox of every vertical that has one; their tokens by vertical."""
    tokens: dict[str, str] = {}
    for adapter in registry.adapters():
        if adapter.slug == sandboxes.SLUG:
            made = await sandboxes.generate(engine, organization_id, adapter.vertical)
            tokens[adapter.vertical] = made.access_token
    return tokens


async def organization(engine: Engine, name_or_id: str | None) -> UUID:
    """The organization a command is about: the one named, or the oldest."""
    async with engine.database.system() as connection:
        if name_or_id is None:
            found = await account_store.first_organization(connection)
        else:
            found = await account_store.find_organization(connection, name_or_id)
    if found is None:
        raise StartRefused(
            f"there is no organization called {name_or_id}" if name_or_id else "there is no organization yet; run serve"
        )
    return found
