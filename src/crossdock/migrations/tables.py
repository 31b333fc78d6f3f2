"""What every migration that makes tables shares: row-level security, rights, and the shape of a record table."""

from __future__ import annotations

from alembic import op

APP, SYSTEM = "crossdock_app", "crossdock_system"
CURRENT_ORGANIZATION = "(select nullif(current_setting('crossdock.organization_id', true), '')::uuid)"
"""The organization of the transaction. As a sub-select it is computed once a query, not once a row."""

COLUMN_TYPES = {"text": "text", "time": "timestamptz", "boolean": "boolean", "number": "numeric"}


def protect(table: str, *, column: str = "organization_id", rights: str = "select, insert, update, delete") -> None:
    """Confines the application role to the rows of its organization."""
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(
        f"create policy organization on {table} to {APP} "
        f"using ({column} = {CURRENT_ORGANIZATION}) with check ({column} = {CURRENT_ORGANIZATION})"
    )
    op.execute(f"grant {rights} on {table} to {APP}")


def open_to_system(table: str, rights: str) -> None:
    """Lets the system role see all rows of a table, with these rights and no others."""
    op.execute(f"create policy system on {table} to {SYSTEM} using (true) with check (true)")
    op.execute(f"grant {rights} on {table} to {SYSTEM}")


def create_record_table(table: str, columns: dict[str, str]) -> None:
    """A table of one resource; `columns` are its own filter fields and their kinds.

    `body` is the served JSON as bytes: what the adapter gave up to `content_length`, then the store's fields. It is
    kept in line and uncompressed, because reading it is the hot path. `seq` never changes, so a walk by it meets every
    row that stays exactly once.
    """
    own = "".join(f"{name} {COLUMN_TYPES[kind]}, " for name, kind in columns.items())
    op.execute(
        f"create table {table} ("
        "organization_id uuid not null references organizations on delete cascade, "
        "connection_id uuid not null references connections on delete cascade, "
        "seq bigint generated always as identity, "
        "id text not null, "
        "body bytea not null, "
        "content_length integer not null, "
        "fingerprint bytea not null, "
        "version integer not null default 1, "
        "created_date timestamptz, "
        "updated_date timestamptz, "
        "trackstar_created_date timestamptz not null, "
        "trackstar_updated_date timestamptz not null, "
        "written_at timestamptz, "
        "deleted_at timestamptz, "
        "tags bytea, "
        "tag_words text[], "
        f"{own}"
        "primary key (connection_id, id))"
    )
    op.execute(f"alter table {table} alter column body set storage external")
    op.execute(f"alter table {table} set (toast_tuple_target = 8160)")
    op.execute(f"create unique index {table}_walk on {table} (connection_id, seq) where deleted_at is null")
    op.execute(f"create index {table}_changed on {table} (connection_id, trackstar_updated_date)")
    protect(table)
