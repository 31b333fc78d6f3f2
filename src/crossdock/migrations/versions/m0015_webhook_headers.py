"""Headers of vendors' webhooks that are needed once a message is worked off."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.execute("alter table vendor_deliveries add column headers jsonb not null default '{}'")
