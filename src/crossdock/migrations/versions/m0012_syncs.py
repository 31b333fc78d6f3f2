"""Shared vendor budgets with priorities, records that a system no longer lists, runs of syncs, how far back to read."""

from alembic import op

from crossdock.migrations.tables import APP, open_to_system, protect

revision = "0012"
down_revision = "0011"

_OWNER = "organization_id uuid not null references organizations on delete cascade"
_CONNECTION = "connection_id uuid not null references connections on delete cascade"


def upgrade() -> None:
    # Who may send when is one small document a connection, so that deciding takes one row and one lock.
    op.execute(
        "alter table vendor_budgets drop column next_free_at, add column state jsonb not null default '{}'::jsonb"
    )
    _absences()
    _runs()
    op.execute(
        "alter table organizations add column first_sync_days integer check (first_sync_days between 1 and 1096)"
    )
    op.execute(f"grant update (first_sync_days) on organizations to {APP}")


def _absences() -> None:
    """Only records that are missing have a row, so that a run which finds everything in its place writes nothing."""
    op.execute(
        f"create table sync_absences ({_CONNECTION}, function_name text not null, id text not null, {_OWNER}, "
        "since timestamptz not null, primary key (connection_id, function_name, id))"
    )
    protect("sync_absences")
    op.execute("alter table sync_schedules add column last_full_at timestamptz")


def _runs() -> None:
    op.execute(
        f"create table sync_runs (id uuid primary key, {_OWNER}, {_CONNECTION}, function_name text not null, "
        "job_id uuid, resumed boolean not null, started_at timestamptz not null default now(), "
        "ended_at timestamptz, outcome text not null default 'running' "
        "check (outcome in ('running', 'completed', 'failed', 'interrupted')), "
        "pages integer not null default 0, seen bigint not null default 0, created bigint not null default 0, "
        "changed bigint not null default 0, deleted bigint not null default 0, error text)"
    )
    op.execute("create index sync_runs_list on sync_runs (connection_id, started_at)")
    op.execute("create index sync_runs_open on sync_runs (connection_id, function_name) where outcome = 'running'")
    op.execute("create index sync_runs_age on sync_runs using brin (started_at) with (pages_per_range = 16)")
    protect("sync_runs")
    open_to_system("sync_runs", "select, delete")
