"""Webhook endpoints, how far each has come, what is due to be delivered, and what came of every attempt."""

from alembic import op

from crossdock.migrations.tables import open_to_system, protect

revision = "0011"
down_revision = "0010"

_OWNER = "organization_id uuid not null references organizations on delete cascade"
_ENDPOINT = "endpoint_id uuid not null references webhook_endpoints on delete cascade"


def upgrade() -> None:
    op.execute(
        f"create table webhook_endpoints (id uuid primary key, {_OWNER}, url text not null, "
        "description text, event_types text[], connection_ids uuid[], customer_ids text[], "
        "environment text check (environment in ('test', 'production')), transformation text, "
        "paused boolean not null default false, disabled_at timestamptz, disabled_reason text, "
        "created_at timestamptz not null, updated_at timestamptz not null, master_key_id text not null, "
        "wrapped_key bytea not null, sealed_secret bytea not null, sealed_old_secret bytea, "
        "old_secret_until timestamptz)"
    )
    op.execute("create index webhook_endpoints_organization on webhook_endpoints (organization_id, created_at, id)")
    protect("webhook_endpoints")
    open_to_system("webhook_endpoints", "select")
    _lanes()
    _deliveries()


def _lanes() -> None:
    """A row of its own a lane: it changes with every batch, and shares nothing with what a user edits."""
    op.execute(
        "create table webhook_lanes (endpoint_id uuid primary key references webhook_endpoints on delete cascade, "
        f"{_OWNER}, began bigint not null, position bigint not null, due_at timestamptz, lease_id uuid, "
        "lease_until timestamptz, "
        "failing_since timestamptz) with (fillfactor = 50)"
    )
    op.execute("create index webhook_lanes_organization on webhook_lanes (organization_id)")
    protect("webhook_lanes")
    open_to_system("webhook_lanes", "select, update (lease_id, lease_until)")


def _deliveries() -> None:
    op.execute(
        f"create table webhook_deliveries ({_OWNER}, {_ENDPOINT}, sequence bigint not null, "
        "record_key bigint not null, state text not null default 'pending' "
        "check (state in ('pending', 'delivered', 'failed', 'cancelled')), attempts integer not null default 0, "
        "earlier_attempts integer not null default 0, due_at timestamptz not null, "
        "created_at timestamptz not null, finished_at timestamptz, "
        "primary key (endpoint_id, sequence))"
    )
    op.execute(
        "create index webhook_deliveries_due on webhook_deliveries (endpoint_id, due_at, sequence) "
        "where state = 'pending'"
    )
    op.execute(
        "create index webhook_deliveries_record on webhook_deliveries (endpoint_id, record_key, sequence) "
        "where state = 'pending'"
    )
    op.execute("create index webhook_deliveries_age on webhook_deliveries using brin (created_at)")
    protect("webhook_deliveries")
    open_to_system("webhook_deliveries", "select, delete")
    op.execute(
        f"create table webhook_attempts ({_OWNER}, {_ENDPOINT}, sequence bigint not null, number integer not null, "
        "attempted_at timestamptz not null, duration_ms real not null, url text not null, status smallint, "
        "error text, response_head text, primary key (endpoint_id, sequence, number))"
    )
    op.execute("create index webhook_attempts_age on webhook_attempts using brin (attempted_at)")
    protect("webhook_attempts", rights="select, insert, delete")
    open_to_system("webhook_attempts", "select, delete")
