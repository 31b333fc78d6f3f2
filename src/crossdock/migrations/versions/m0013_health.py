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
    _vendor_webhooks()
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


def _vendor_webhooks() -> None:
    """What connected systems are asked to tell, and what they told until it is worked off."""
    op.execute(
        f"create table vendor_subscriptions ({_CONNECTION}, {_OWNER}, wanted_url text not null, "
        "generation integer not null default 0, reference text, sealed_secret bytea, subscribed_at timestamptz, "
        "due_at timestamptz default now(), attempts integer not null default 0, lease_id uuid, "
        "lease_until timestamptz, error text, received bigint not null default 0, unknown bigint not null default 0, "
        "primary key (connection_id))"
    )
    op.execute("create index vendor_subscriptions_due on vendor_subscriptions (due_at) where due_at is not null")
    protect("vendor_subscriptions")
    rights = "select, insert, update (wanted_url, generation, due_at, attempts, lease_id, lease_until)"
    open_to_system("vendor_subscriptions", rights)
    op.execute(
        f"create table vendor_deliveries (id uuid primary key, {_CONNECTION}, {_OWNER}, topic text not null, "
        "delivery_key text, body bytea not null, received_at timestamptz not null, due_at timestamptz, "
        "attempts integer not null default 0, lease_id uuid, lease_until timestamptz, finished_at timestamptz, "
        "error text)"
    )
    op.execute(
        "create unique index vendor_deliveries_key on vendor_deliveries (connection_id, delivery_key) "
        "where delivery_key is not null"
    )
    op.execute("create index vendor_deliveries_due on vendor_deliveries (due_at) where due_at is not null")
    op.execute("create index vendor_deliveries_age on vendor_deliveries (received_at)")
    protect("vendor_deliveries")
    open_to_system("vendor_deliveries", "select, delete, update (lease_id, lease_until)")


def _sandbox() -> None:
    op.execute(
        f"create table sandbox_keys (id uuid primary key, {_OWNER}, "
        "account_id uuid not null references sandbox_accounts on delete cascade, key_hash bytea not null unique, "
        "rights text[] not null, created_at timestamptz not null default now())"
    )
    protect("sandbox_keys")
    open_to_system("sandbox_keys", "select")
    op.execute(
        f"create table sandbox_hooks (id uuid primary key, {_OWNER}, "
        "account_id uuid not null references sandbox_accounts on delete cascade, url text not null, "
        "secret text not null, topics text[] not null, created_at timestamptz not null default now(), "
        "unique (account_id, url))"
    )
    protect("sandbox_hooks")
