"""Organizations, keys, connections, records, events and the sandbox's own tables."""

from alembic import op

from crossdock.migrations.tables import APP, SYSTEM, create_record_table, open_to_system, protect

revision = "0001"
down_revision = None


def upgrade() -> None:
    _roles()
    _accounts()
    _connections()
    _records()
    _sandbox()


def _roles() -> None:
    for role in (APP, SYSTEM):
        op.execute(
            f"do $$ begin if not exists (select 1 from pg_roles where rolname = '{role}') then create role {role}; "
            "end if; exception when duplicate_object then null; end $$"
        )
        op.execute(f"grant {role} to current_user")
        op.execute(f"grant usage on schema public to {role}")


def _accounts() -> None:
    op.execute(
        "create table organizations (id uuid primary key, name text not null, "
        "created_at timestamptz not null default now())"
    )
    protect("organizations", column="id", rights="select")
    open_to_system("organizations", "select, insert")
    op.execute(
        "create table api_keys (id uuid primary key, organization_id uuid not null references organizations on delete "
        "cascade, name text not null, hint text not null, key_hash bytea not null unique, "
        "access text not null check (access in ('full', 'read')), created_at timestamptz not null default now(), "
        "revoked_at timestamptz)"
    )
    protect("api_keys")
    open_to_system("api_keys", "select, insert")
    op.execute("create table master_keys (id text primary key, proof bytea not null)")
    op.execute(f"grant select, insert on master_keys to {SYSTEM}")
    op.execute(
        "create table event_counters (organization_id uuid primary key references organizations on delete cascade, "
        "last bigint not null default 0)"
    )
    protect("event_counters")
    open_to_system("event_counters", "insert")


def _connections() -> None:
    op.execute(
        "create table connections (id uuid primary key, organization_id uuid not null references organizations on "
        "delete cascade, vertical text not null, integration_name text not null, customer_id text, "
        "token_hash bytea not null unique, created_at timestamptz not null default now(), last_used timestamptz, "
        "times_used bigint not null default 0, webhooks_disabled boolean not null default false, me text, "
        "disabled_functions text[], is_sandbox boolean not null default false)"
    )
    op.execute("create index connections_organization on connections (organization_id, created_at, id)")
    op.execute("create unique index connections_sandbox on connections (organization_id, vertical) where is_sandbox")
    protect("connections")
    open_to_system("connections", "select, update (last_used, times_used)")
    op.execute(
        "create table credentials (connection_id uuid primary key references connections on delete cascade, "
        "organization_id uuid not null references organizations on delete cascade, master_key_id text not null, "
        "wrapped_key bytea not null, sealed_credentials bytea not null, sealed_access_token bytea not null, "
        "sealed_token bytea, token_version bigint not null default 0, renewing_until timestamptz)"
    )
    protect("credentials")
    op.execute(
        "create table sync_schedules (connection_id uuid not null references connections on delete cascade, "
        "function_name text not null, organization_id uuid not null references organizations on delete cascade, "
        "frequency_seconds integer not null, paused boolean not null default false, due_at timestamptz not null, "
        "lease_id uuid, lease_until timestamptz, window_start timestamptz, window_end timestamptz, cursor text, "
        "last_crawl_start timestamptz, last_crawl_end timestamptz, latest_data timestamptz, "
        "first_completed_at timestamptz, failures integer not null default 0, "
        "primary key (connection_id, function_name))"
    )
    op.execute("create index sync_schedules_due on sync_schedules (due_at) where not paused")
    protect("sync_schedules")
    open_to_system("sync_schedules", "select, update (lease_id, lease_until, due_at)")
    op.execute(
        "create table connection_errors (connection_id uuid not null references connections on delete cascade, "
        "function_name text not null, organization_id uuid not null references organizations on delete cascade, "
        "error_message text not null, preventing_sync boolean not null, first_seen timestamptz not null default now(), "
        "last_seen timestamptz not null default now(), primary key (connection_id, function_name))"
    )
    protect("connection_errors")
    op.execute(
        "create table vendor_budgets (connection_id uuid primary key references connections on delete cascade, "
        "organization_id uuid not null references organizations on delete cascade, "
        "next_free_at timestamptz not null)"
    )
    protect("vendor_budgets")
    op.execute(
        "create table writes (id uuid primary key, organization_id uuid not null references organizations on delete "
        "cascade, connection_id uuid not null references connections on delete cascade, action text not null, "
        "ids text[] not null, body bytea not null, idempotency_key text, request_fingerprint bytea not null, "
        "state text not null check (state in ('sending', 'succeeded', 'failed', 'uncertain')), error text, "
        "answer bytea, created_at timestamptz not null default now(), deadline timestamptz not null, "
        "finished_at timestamptz)"
    )
    op.execute(
        "create unique index writes_key on writes (connection_id, idempotency_key) "
        "where idempotency_key is not null and state <> 'failed'"
    )
    op.execute("create index writes_open on writes (created_at) where state in ('sending', 'uncertain')")
    protect("writes")
    open_to_system("writes", "select, delete")


def _records() -> None:
    customer = {"warehouse_customer_id": "text"}
    create_record_table("wms_inventory", {**customer, "active": "boolean", "sku": "text"})
    create_record_table("wms_products", {**customer, "sku": "text"})
    create_record_table("wms_warehouses", {"name": "text", "code": "text"})
    create_record_table("wms_warehouse_locations", {"warehouse_id": "text", "type": "text"})
    order = {"status": "text", "channel": "text", "type": "text", "order_number": "text", "reference_id": "text"}
    create_record_table("wms_orders", {**customer, **order, "required_ship_date": "time"})
    create_record_table("cart_products", {})
    create_record_table("cart_warehouses", {})
    op.execute(
        "create table record_versions (organization_id uuid not null references organizations on delete cascade, "
        "connection_id uuid not null references connections on delete cascade, resource text not null, "
        "id text not null, version integer not null, body bytea not null, replaced_at timestamptz not null, "
        "primary key (connection_id, resource, id, version))"
    )
    protect("record_versions")
    op.execute(
        "create table events (organization_id uuid not null references organizations on delete cascade, "
        "sequence bigint not null, connection_id uuid not null, resource text not null, record_id text not null, "
        "version integer not null, change text not null check (change in ('created', 'updated', 'deleted')), "
        "first_sync boolean not null, created_at timestamptz not null, primary key (organization_id, sequence))"
    )
    protect("events")


def _sandbox() -> None:
    op.execute(
        "create table sandbox_accounts (id uuid primary key, organization_id uuid not null references organizations on "
        "delete cascade, vertical text not null, key_hash bytea not null unique, "
        "created_at timestamptz not null default now(), unique (organization_id, vertical))"
    )
    protect("sandbox_accounts")
    open_to_system("sandbox_accounts", "select")
    op.execute(
        "create table sandbox_objects (account_id uuid not null references sandbox_accounts on delete cascade, "
        "organization_id uuid not null references organizations on delete cascade, kind text not null, "
        "id text not null, position bigint generated always as identity, data jsonb not null, "
        "changed_at timestamptz not null, primary key (account_id, kind, id))"
    )
    op.execute("create index sandbox_objects_walk on sandbox_objects (account_id, kind, position)")
    protect("sandbox_objects")
