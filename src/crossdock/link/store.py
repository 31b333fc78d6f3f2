"""Link tokens, auth codes and magic links in the database. Of tokens and codes only a hash is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crossdock.platform.database import Connection


@dataclass(frozen=True)
class MagicLinkRow:
    """A magic link as stored."""

    id: UUID
    organization_id: UUID
    created_at: datetime
    expires_at: datetime
    integration_type: str
    connection_id: UUID | None
    customer_id: str | None
    integration_allow_list: list[str] | None
    integration_block_list: list[str] | None
    integrations_with_endpoints: list[str] | None
    disabled_functions: list[str] | None
    enabled_functions: list[str] | None


@dataclass(frozen=True)
class LinkTokenRow:
    """What a link token lets a browser do."""

    token_hash: bytes
    organization_id: UUID
    connection_id: UUID | None
    customer_id: str | None
    magic_link_id: UUID | None
    expires_at: datetime


@dataclass(frozen=True)
class AuthCodeRow:
    """A sign-in that has gone through and waits to be traded for a connection.

    `connection_id` is the connection that was signed in anew. Otherwise the proven credentials are kept here, sealed
    under `id`; a sandbox has none.
    """

    code_hash: bytes
    organization_id: UUID
    id: UUID
    vertical: str
    integration_name: str
    connection_id: UUID | None
    customer_id: str | None
    disabled_functions: list[str] | None
    me: str | None
    permissions: str | None
    wrapped_key: bytes | None
    sealed_credentials: bytes | None
    expires_at: datetime
    sealed_token: bytes | None = None


@dataclass(frozen=True)
class SignInRow:
    """A sign-in under way in a browser: one a link token, a new attempt takes the place of the last.

    It has gone through once `proven`. While a person is away at the connected system, `state_hash` and `browser_hash`
    say which answer belongs to it, and `sealed_verifier` redeems what that brings.
    """

    token_hash: bytes
    organization_id: UUID
    id: UUID
    vertical: str
    integration_name: str
    disabled_functions: list[str] | None
    proven: bool = False
    me: str | None = None
    permissions: str | None = None
    wrapped_key: bytes | None = None
    sealed_credentials: bytes | None = None
    sealed_token: bytes | None = None
    state_hash: bytes | None = None
    browser_hash: bytes | None = None
    redirect_uri: str | None = None
    sealed_verifier: bytes | None = None
    problem: str | None = None


_MAGIC = ", ".join(MagicLinkRow.__dataclass_fields__)
_TOKEN = ", ".join(LinkTokenRow.__dataclass_fields__)
_CODE = ", ".join(AuthCodeRow.__dataclass_fields__)
_SIGN_IN = ", ".join(SignInRow.__dataclass_fields__)


async def _insert(connection: Connection, table: str, row: MagicLinkRow | LinkTokenRow | AuthCodeRow) -> None:
    names = list(row.__dataclass_fields__)
    await connection.execute(
        f"insert into {table} ({', '.join(names)}) values ({', '.join(['%s'] * len(names))})",
        [getattr(row, name) for name in names],
    )


# -- magic links ---------------------------------------------------------------------------------------------------


async def insert_magic_link(connection: Connection, row: MagicLinkRow) -> None:
    """A new magic link."""
    await _insert(connection, "magic_links", row)


async def list_magic_links(connection: Connection) -> list[MagicLinkRow]:
    """The magic links of the organization, oldest first."""
    cursor = await connection.execute(f"select {_MAGIC} from magic_links order by created_at, id")
    return [MagicLinkRow(**row) for row in await cursor.fetchall()]


async def find_magic_link(connection: Connection, link_id: UUID) -> MagicLinkRow | None:
    """One magic link; any organization's, as the system role."""
    cursor = await connection.execute(f"select {_MAGIC} from magic_links where id = %s", (link_id,))
    row = await cursor.fetchone()
    return MagicLinkRow(**row) if row else None


async def delete_magic_link(connection: Connection, link_id: UUID) -> bool:
    """Removes a magic link; false when there is none."""
    cursor = await connection.execute("delete from magic_links where id = %s", (link_id,))
    return cursor.rowcount == 1


# -- link tokens ---------------------------------------------------------------------------------------------------


async def insert_token(connection: Connection, row: LinkTokenRow) -> None:
    """A new link token."""
    await _insert(connection, "link_tokens", row)


async def find_token(connection: Connection, token_hash: bytes) -> LinkTokenRow | None:
    """A link token that still serves, whoever's it is; as the system role."""
    cursor = await connection.execute(
        f"select {_TOKEN} from link_tokens where token_hash = %s and used_at is null and expires_at > now()",
        (token_hash,),
        binary=True,
    )
    row = await cursor.fetchone()
    return LinkTokenRow(**row) if row else None


async def get_token(connection: Connection, token_hash: bytes) -> LinkTokenRow | None:
    """A link token of the organization."""
    cursor = await connection.execute(
        f"select {_TOKEN} from link_tokens where token_hash = %s", (token_hash,), binary=True
    )
    row = await cursor.fetchone()
    return LinkTokenRow(**row) if row else None


async def use_token(connection: Connection, token_hash: bytes) -> bool:
    """Spends a link token; false when it no longer serves."""
    cursor = await connection.execute(
        "update link_tokens set used_at = now() where token_hash = %s and used_at is null and expires_at > now()",
        (token_hash,),
    )
    return cursor.rowcount == 1


# -- sign-ins under way --------------------------------------------------------------------------------------------


async def save_sign_in(connection: Connection, row: SignInRow) -> None:
    """Keeps a sign-in in place of the last one with this link token."""
    names = list(SignInRow.__dataclass_fields__)
    sets = ", ".join(f"{name} = excluded.{name}" for name in names if name != "token_hash")
    await connection.execute(
        f"insert into sign_ins ({_SIGN_IN}) values ({', '.join(['%s'] * len(names))}) "
        f"on conflict (token_hash) do update set {sets}",
        [getattr(row, name) for name in names],
    )


async def find_sign_in(connection: Connection, token_hash: bytes) -> SignInRow | None:
    """The sign-in of a link token."""
    cursor = await connection.execute(
        f"select {_SIGN_IN} from sign_ins where token_hash = %s", (token_hash,), binary=True
    )
    row = await cursor.fetchone()
    return SignInRow(**row) if row else None


async def take_sign_in(connection: Connection, token_hash: bytes) -> SignInRow | None:
    """The sign-in of a link token, which is gone then."""
    cursor = await connection.execute(
        f"delete from sign_ins where token_hash = %s returning {_SIGN_IN}", (token_hash,), binary=True
    )
    row = await cursor.fetchone()
    return SignInRow(**row) if row else None


async def find_organization_by_state(connection: Connection, state_hash: bytes) -> UUID | None:
    """Whose sign-in waits for this state; as the system role."""
    cursor = await connection.execute(
        "select s.organization_id from sign_ins s join link_tokens t using (token_hash) "
        "where s.state_hash = %s and t.used_at is null and t.expires_at > now()",
        (state_hash,),
    )
    row = await cursor.fetchone()
    return row["organization_id"] if row else None


async def take_state(connection: Connection, state_hash: bytes, browser_hash: bytes) -> SignInRow | None:
    """The sign-in that waits for this state in this browser; it waits no longer."""
    cursor = await connection.execute(
        f"update sign_ins set state_hash = null where state_hash = %s and browser_hash = %s returning {_SIGN_IN}",
        (state_hash, browser_hash),
        binary=True,
    )
    row = await cursor.fetchone()
    return SignInRow(**row) if row else None


async def save_outcome(connection: Connection, row: SignInRow) -> None:
    """What came of a sign-in, unless another attempt has taken its place."""
    await connection.execute(
        "update sign_ins set proven = %s, me = %s, sealed_token = %s, problem = %s where token_hash = %s and id = %s",
        (row.proven, row.me, row.sealed_token, row.problem, row.token_hash, row.id),
    )


async def save_permissions(connection: Connection, row: SignInRow, permissions: str) -> None:
    """What a sign-in may do, unless another attempt has taken its place."""
    await connection.execute(
        "update sign_ins set permissions = %s where token_hash = %s and id = %s",
        (permissions, row.token_hash, row.id),
    )


# -- auth codes ----------------------------------------------------------------------------------------------------


async def insert_code(connection: Connection, row: AuthCodeRow) -> None:
    """A new auth code."""
    await _insert(connection, "auth_codes", row)


async def use_code(connection: Connection, code_hash: bytes) -> AuthCodeRow | None:
    """Spends an auth code of the organization; None when it does not serve."""
    cursor = await connection.execute(
        "update auth_codes set used_at = now() where code_hash = %s and used_at is null and expires_at > now() "
        f"returning {_CODE}",
        (code_hash,),
        binary=True,
    )
    row = await cursor.fetchone()
    return AuthCodeRow(**row) if row else None


async def give_back_code(connection: Connection, code_hash: bytes) -> None:
    """Lets a code be used again, as what it was to be traded for could not be made."""
    await connection.execute("update auth_codes set used_at = null where code_hash = %s", (code_hash,))


async def delete_ended(connection: Connection) -> None:
    """Forgets tokens and codes that no longer serve, with the credentials kept for them; as the system role."""
    for table in ("link_tokens", "auth_codes"):
        await connection.execute(f"delete from {table} where expires_at < now() or used_at < now() - interval '1 hour'")
