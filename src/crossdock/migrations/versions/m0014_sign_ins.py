"""Sign-ins that are under way in a browser, and what an organization's sign-in looks like."""

from alembic import op

from crossdock.migrations.tables import open_to_system, protect

revision = "0014"
down_revision = "0013"

_OWNER = "organization_id uuid not null references organizations on delete cascade"


def upgrade() -> None:
    op.execute(
        "create table sign_ins (token_hash bytea primary key references link_tokens on delete cascade, "
        f"{_OWNER}, id uuid not null, vertical text not null, integration_name text not null, "
        "disabled_functions text[], proven boolean not null default false, me text, permissions text, "
        "wrapped_key bytea, sealed_credentials bytea, sealed_token bytea, state_hash bytea unique, "
        "browser_hash bytea, redirect_uri text, sealed_verifier bytea, problem text)"
    )
    protect("sign_ins")
    open_to_system("sign_ins", "select, delete")
    op.execute("create index sign_ins_organization on sign_ins (organization_id)")
    op.execute("alter table auth_codes add column sealed_token bytea")
    op.execute(
        "create table brands (organization_id uuid primary key references organizations on delete cascade, "
        "color text, logo bytea, logo_type text)"
    )
    protect("brands")
