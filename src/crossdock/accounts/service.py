"""Making organizations and keys."""

from __future__ import annotations

from uuid import UUID, uuid4

from crossdock.accounts import store
from crossdock.accounts.store import KeyAccess
from crossdock.platform.database import Database
from crossdock.platform.sealing import MasterKey, hash_token, new_api_key
from crossdock.platform.start_errors import StartRefused


async def create_organization(database: Database, name: str) -> UUID:
    """A new organization."""
    identifier = uuid4()
    async with database.system() as connection, connection.transaction():
        await store.insert_organization(connection, identifier, name)
    return identifier


async def create_key(database: Database, organization_id: UUID, name: str, access: KeyAccess = "full") -> str:
    """A new API key; it is shown this once and stored as a hash."""
    key = new_api_key()
    async with database.transaction(organization_id) as connection:
        await store.insert_key(
            connection,
            key_id=uuid4(),
            organization_id=organization_id,
            name=name,
            hint=key[:8],
            key_hash=hash_token(key),
            access=access,
        )
    return key


async def verify_master_key(database: Database, master_key: MasterKey) -> None:
    """Refuses to start with a master key that cannot open what is stored."""
    async with database.system() as connection:
        if not await store.check_master_key(connection, master_key.id, master_key.proof()):
            raise StartRefused(
                "the master key is not the one this database was sealed with; "
                "restore master.key or CROSSDOCK_MASTER_KEY of the installation that made it"
            )
