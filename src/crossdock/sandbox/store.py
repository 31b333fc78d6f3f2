"""SQL of the vendor: accounts, and documents by account, kind and id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from crossdock.contract.values import Vertical
from crossdock.platform.database import Connection
from crossdock.sandbox.documents import Document

D = TypeVar("D", bound=Document)
Product = Vertical
"""What an account is for."""

_LIVE = "jsonb_typeof(data) = 'object'"
"""A removed document stays as a JSON null, so that readers of changes learn that it is gone."""


@dataclass(frozen=True)
class Account:
    """One customer of the vendor."""

    id: UUID
    organization_id: UUID
    product: Product
    rights: frozenset[str] | None = None
    """What the key at hand may do; None when it may do everything."""


@dataclass(frozen=True)
class Listing(Generic[D]):
    """One page: documents, ids of removed ones, and the id to continue after."""

    documents: Sequence[D]
    removed: Sequence[str]
    following: str | None


async def find_account(connection: Connection, key_hash: bytes) -> Account | None:
    """The account of a key. Needs the system role, because nobody is known yet."""
    cursor = await connection.execute(
        "select id, organization_id, vertical, null::text[] as rights from sandbox_accounts where key_hash = %(key)s "
        "union all select a.id, a.organization_id, a.vertical, k.rights from sandbox_keys k "
        "join sandbox_accounts a on a.id = k.account_id where k.key_hash = %(key)s",
        {"key": key_hash},
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    rights = None if row["rights"] is None else frozenset(row["rights"])
    return Account(row["id"], row["organization_id"], row["vertical"], rights)


async def add_key(connection: Connection, account: Account, key_id: UUID, key_hash: bytes, rights: list[str]) -> None:
    """One more key of an account, which may do only this."""
    await connection.execute(
        "insert into sandbox_keys (id, account_id, organization_id, key_hash, rights) values (%s, %s, %s, %s, %s)",
        (key_id, account.id, account.organization_id, key_hash, rights),
    )


async def change_key(connection: Connection, account: Account, key_id: UUID, rights: list[str]) -> bool:
    """Says anew what a key may do; false when the account has no such key."""
    cursor = await connection.execute(
        "update sandbox_keys set rights = %s where account_id = %s and id = %s", (rights, account.id, key_id)
    )
    return cursor.rowcount == 1


async def delete_key(connection: Connection, account: Account, key_id: UUID) -> bool:
    """Ends a key; false when the account has no such key."""
    cursor = await connection.execute(
        "delete from sandbox_keys where account_id = %s and id = %s", (account.id, key_id)
    )
    return cursor.rowcount == 1


async def put_account(connection: Connection, account: Account, key_hash: bytes) -> bool:
    """Makes the account or gives it this key, and locks it. True when it is new."""
    cursor = await connection.execute(
        "insert into sandbox_accounts (id, organization_id, vertical, key_hash) values (%s, %s, %s, %s) "
        "on conflict (id) do update set key_hash = excluded.key_hash returning xmax = 0 as made",
        (account.id, account.organization_id, account.product, key_hash),
    )
    row = await cursor.fetchone()
    return row is not None and bool(row["made"])


@dataclass(frozen=True)
class Hook:
    """Somebody who is told of changes."""

    id: UUID
    url: str
    secret: str
    topics: Sequence[str]


async def put_hook(connection: Connection, account: Account, hook: Hook) -> Hook:
    """Makes a hook, or changes the one of the same address; gives it as it is stored."""
    cursor = await connection.execute(
        "insert into sandbox_hooks (id, account_id, organization_id, url, secret, topics) "
        "values (%s, %s, %s, %s, %s, %s) on conflict (account_id, url) do update set secret = excluded.secret, "
        "topics = excluded.topics returning id, url, secret, topics",
        (hook.id, account.id, account.organization_id, hook.url, hook.secret, list(hook.topics)),
    )
    row = await cursor.fetchone()
    if row is None:
        raise LookupError("a stored hook is gone")
    return Hook(**row)


async def list_hooks(connection: Connection, account: Account) -> list[Hook]:
    """The hooks of an account, oldest first."""
    cursor = await connection.execute(
        "select id, url, secret, topics from sandbox_hooks where account_id = %s order by created_at, id", (account.id,)
    )
    return [Hook(**row) for row in await cursor.fetchall()]


async def delete_hook(connection: Connection, account: Account, hook_id: UUID) -> bool:
    """Removes a hook; false when the account has no such one."""
    cursor = await connection.execute(
        "delete from sandbox_hooks where account_id = %s and id = %s", (account.id, hook_id)
    )
    return cursor.rowcount == 1


class Objects:
    """The documents of one account inside one transaction."""

    def __init__(self, connection: Connection, account: Account) -> None:
        self._connection = connection
        self._account = account
        self.changed: dict[tuple[str, str], None] = {}
        """Kind and id of the documents that were made or changed here, in order."""

    async def hooks(self) -> list[Hook]:
        """Who is told of changes of the account."""
        return await list_hooks(self._connection, self._account)

    async def lock_for_stock(self) -> None:
        """Holds off resets and changes of the catalogue; changes of stock go on side by side."""
        await self._connection.execute("select 1 from sandbox_accounts where id = %s for share", (self._account.id,))

    async def lock_for_catalogue(self) -> None:
        """Holds off every other change of the account."""
        await self._connection.execute("select 1 from sandbox_accounts where id = %s for update", (self._account.id,))

    async def get(self, kind: type[D], identifier: str, *, lock: bool = False) -> D | None:
        """One document; locked, it is the newest and nobody else changes it before the transaction ends."""
        if "\x00" in identifier:
            return None
        cursor = await self._connection.execute(
            f"select data::text as data from sandbox_objects where account_id = %s and kind = %s and id = %s "
            f"and {_LIVE} {'for update' if lock else ''}",
            (self._account.id, kind.kind, identifier),
        )
        row = await cursor.fetchone()
        return None if row is None else msgspec.json.decode(row["data"], type=kind)

    async def find(self, kind: type[D], having: Any, *, lock: bool = False) -> list[D]:
        """The documents that contain this piece of JSON, in their order."""
        cursor = await self._connection.execute(
            f"select data::text as data from sandbox_objects where account_id = %s and kind = %s and {_LIVE} "
            f"and data @> %s::jsonb order by position {'for update' if lock else ''}",
            (self._account.id, kind.kind, msgspec.json.encode(having).decode()),
        )
        return [msgspec.json.decode(row["data"], type=kind) for row in await cursor.fetchall()]

    async def all(self, kind: type[D], *, lock: bool = False) -> list[D]:
        """Every document of a kind, in the order they were made."""
        return await self.find(kind, {}, lock=lock)

    async def page(
        self, kind: type[D], *, after: str | None, size: int, changed_since: datetime | None
    ) -> Listing[D] | None:
        """A page in the order the documents were made; None when there is no document `after`."""
        start = 0
        if after is not None:
            cursor = await self._connection.execute(
                "select position from sandbox_objects where account_id = %s and kind = %s and id = %s",
                (self._account.id, kind.kind, after),
            )
            row = await cursor.fetchone()
            if row is None:
                return None
            start = row["position"]
        cursor = await self._connection.execute(
            f"select id, data::text as data, {_LIVE} as live from sandbox_objects "
            "where account_id = %s and kind = %s and position > %s "
            "and changed_at >= coalesce(%s::timestamptz, '-infinity') order by position limit %s",
            (self._account.id, kind.kind, start, changed_since, size + 1),
        )
        rows = await cursor.fetchall()
        shown = rows[:size]
        return Listing(
            [msgspec.json.decode(row["data"], type=kind) for row in shown if row["live"]],
            [row["id"] for row in shown if not row["live"]],
            shown[-1]["id"] if len(rows) > size else None,
        )

    async def next_number(self, kind: type[Document]) -> int:
        """One more than the highest number at the end of an id. Needs the lock for the catalogue."""
        cursor = await self._connection.execute(
            "select coalesce(max(substring(id from '[0-9]+$')::bigint), -1) + 1 as number from sandbox_objects "
            f"where account_id = %s and kind = %s and {_LIVE}",
            (self._account.id, kind.kind),
        )
        row = await cursor.fetchone()
        return int(row["number"]) if row else 0

    async def add(self, document: Document) -> bool:
        """Stores a new document; false, and nothing stored, when its id is taken."""
        cursor = await self._connection.execute(
            "insert into sandbox_objects (account_id, organization_id, kind, id, data, changed_at) "
            "values (%s, %s, %s, %s, %s::jsonb, %s) on conflict (account_id, kind, id) do update "
            "set data = excluded.data, changed_at = excluded.changed_at "
            "where jsonb_typeof(sandbox_objects.data) <> 'object' returning id",
            (*self._owner(), document.kind, document.id, _text(document), document.updated_at),
        )
        if await cursor.fetchone() is None:
            return False
        self.changed[document.kind, document.id] = None
        return True

    async def save(self, document: Document, changed_at: datetime) -> None:
        """Stores the new state of a document that `get` or `find` locked."""
        await self._connection.execute(
            "update sandbox_objects set data = %s::jsonb, changed_at = %s "
            "where account_id = %s and kind = %s and id = %s",
            (_text(document), changed_at, self._account.id, document.kind, document.id),
        )
        self.changed[document.kind, document.id] = None

    async def replace_all(self, documents: Iterable[Document], now: datetime | None) -> None:
        """Makes these the only documents. `now` is when readers of changes see it; None: when each last changed."""
        every = list(documents)
        kinds, ids = [item.kind for item in every], [item.id for item in every]
        await self._connection.execute(
            "update sandbox_objects set data = 'null', changed_at = coalesce(%s, changed_at) "
            f"where account_id = %s and {_LIVE} and (kind, id) not in (select * from unnest(%s::text[], %s::text[]))",
            (now, self._account.id, kinds, ids),
        )
        await self._connection.execute(
            "insert into sandbox_objects (account_id, organization_id, kind, id, data, changed_at) "
            "select %s, %s, kind, id, data::jsonb, changed_at "
            "from unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[]) "
            "with ordinality as seed (kind, id, data, changed_at, number) order by number "
            "on conflict (account_id, kind, id) do update set data = excluded.data, changed_at = excluded.changed_at",
            (*self._owner(), kinds, ids, [_text(item) for item in every], [now or item.updated_at for item in every]),
        )

    def _owner(self) -> tuple[UUID, UUID]:
        return self._account.id, self._account.organization_id


def _text(document: Document) -> str:
    return msgspec.json.encode(document).decode()
