"""Problems of connections by their cause, permissions found at a sign-in, webhooks of connected systems, and keys of
the sandbox that may do less."""

from alembic import op

from crossdock.migrations.tables import open_to_system, protect

revision = "0013"
down_revision = "0012"

_OWNER = "organization_id uuid not null references organizations on delete cascade"
_CONNECTION = "connection_id uuid not null references connections on delete cascade"


def upgrade() -> None:
    _problems()
    op.execute("alter table auth_codes add column permissions text")
    _sandbox()


def _problems() -> None:
    """One row a cause, with every function it touches. A known problem stays as one of its function alone."""
    op.execute("alter table connection_errors rename column function_name to subject")
    op.execute(
        "alter table connection_errors add column functions text[], "
        "add column kind text not null default 'failure' check (kind in ('credentials', 'permission', 'failure'))"
    )
    # Rows are converted by a change of type, because an owner without more rights cannot see them to update them.
    op.execute("alter table connection_errors alter column functions type text[] using array[subject]")
    op.execute(
        "alter table connection_errors alter column functions set not null, alter column kind drop default, "
        "drop constraint connection_errors_pkey, add primary key (connection_id, kind, subject)"
    )


def _sandbox() -> None:
    op.execute(
        f"create table sandbox_keys (id uuid primary key, {_OWNER}, "
        "account_id uuid not null references sandbox_accounts on delete cascade, key_hash bytea not null unique, "
        "rights text[] not null, created_at timestamptz not null default now())"
    )
    protect("sandbox_keys")
    open_to_system("sandbox_keys", "select")
