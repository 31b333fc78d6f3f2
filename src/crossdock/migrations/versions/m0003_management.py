"""On-demand syncs, functions switched off by an organization, links, integration requests, and removed connections."""

from alembic import op

from crossdock.migrations.tables import SYSTEM, open_to_system, protect

revision = "0003"
down_revision = "0002"

_OWNER = "organization_id uuid not null references organizations on delete cascade"


def upgrade() -> None:
    _removal()
    _syncs()
    _links()
    op.execute(
        f"create table integration_requests (id uuid primary key, {_OWNER}, integration_name text not null, "
        "integration_type text not null, flows text[] not null, website_url text, api_docs_url text, "
        "contact_email text, notes text, status text not null default 'open', "
        "created_at timestamptz not null default now())"
    )
    protect("integration_requests")


def _removal() -> None:
    """A removed connection keeps its row, so that what is said of it later can still name it."""
    op.execute(
        "alter table connections add column deleted_at timestamptz, add column purged_at timestamptz, "
        "alter column token_hash drop not null"
    )
    op.execute(
        "create index connections_purge on connections (deleted_at) where deleted_at is not null and purged_at is null"
    )
    op.execute("drop index connections_sandbox")
    op.execute(
        "create unique index connections_sandbox on connections (organization_id, vertical) "
        "where is_sandbox and deleted_at is null"
    )
    op.execute("create index writes_connection on writes (connection_id)")


def _syncs() -> None:
    op.execute(
        f"create table organization_policies ({_OWNER}, vertical text not null, disabled_functions text[] not null, "
        "primary key (organization_id, vertical))"
    )
    protect("organization_policies")
    open_to_system("organization_policies", "select")
    # A new version of an adapter may read more than the one its connections were made with.
    op.execute(f"grant insert on sync_schedules to {SYSTEM}")
    op.execute(
        f"create table on_demand_syncs (id uuid primary key, {_OWNER}, "
        "connection_id uuid not null references connections on delete cascade, function_name text not null, "
        "status text not null default 'open' check (status in ('open', 'completed', 'cancelled', 'stuck')), "
        "requested_start_time timestamptz not null, requested_end_time timestamptz not null, "
        "created_at timestamptz not null default now(), ended_at timestamptz, "
        "due_at timestamptz not null default now(), lease_id uuid, lease_until timestamptz, cursor text, "
        "attempts integer not null default 0)"
    )
    op.execute("create index on_demand_syncs_list on on_demand_syncs (connection_id, created_at, id)")
    op.execute(
        "create index on_demand_syncs_open on on_demand_syncs (connection_id, function_name) where status = 'open'"
    )
    protect("on_demand_syncs")
    open_to_system("on_demand_syncs", "select, update (status, ended_at, due_at, lease_id, lease_until, attempts)")


def _links() -> None:
    op.execute(
        f"create table magic_links (id uuid primary key, {_OWNER}, "
        "created_at timestamptz not null default now(), expires_at timestamptz not null, "
        "integration_type text not null, connection_id uuid references connections on delete cascade, "
        "customer_id text, integration_allow_list text[], integration_block_list text[], "
        "integrations_with_endpoints text[], disabled_functions text[], enabled_functions text[])"
    )
    op.execute("create index magic_links_list on magic_links (organization_id, created_at, id)")
    protect("magic_links")
    open_to_system("magic_links", "select")
    op.execute(
        f"create table link_tokens (token_hash bytea primary key, {_OWNER}, "
        "connection_id uuid references connections on delete cascade, customer_id text, "
        "magic_link_id uuid references magic_links on delete cascade, "
        "expires_at timestamptz not null, used_at timestamptz)"
    )
    protect("link_tokens")
    open_to_system("link_tokens", "select, delete")
    op.execute(
        f"create table auth_codes (code_hash bytea primary key, {_OWNER}, id uuid not null, "
        "vertical text not null, integration_name text not null, "
        "connection_id uuid references connections on delete cascade, customer_id text, "
        "disabled_functions text[], me text, wrapped_key bytea, sealed_credentials bytea, "
        "expires_at timestamptz not null, used_at timestamptz)"
    )
    protect("auth_codes")
    open_to_system("auth_codes", "select, delete")
