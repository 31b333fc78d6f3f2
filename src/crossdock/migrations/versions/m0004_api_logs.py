"""The log of API calls."""

from alembic import op

from crossdock.migrations.tables import open_to_system, protect

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    # Neither key nor connection is a reference: the log of what was done outlives both.
    op.execute(
        "create table api_logs (organization_id uuid not null references organizations on delete cascade, "
        "id bigint generated always as identity, request_id text not null, timestamp timestamptz not null, "
        "method text not null, path text not null, template text not null, query text, operation_id text not null, "
        "action text, status_code smallint not null, duration_ms real not null, key_id uuid not null, "
        "connection_id text, integration_name text, integration_type text, origin text, error text, "
        "request_body text, response_body text, primary key (organization_id, id))"
    )
    op.execute("create index api_logs_connection on api_logs (organization_id, connection_id, id)")
    # Rows come in the order of time, so a few pages of summaries find the old ones.
    op.execute("create index api_logs_age on api_logs using brin (timestamp) with (pages_per_range = 16)")
    protect("api_logs", rights="select, insert")
    open_to_system("api_logs", "select, delete")
