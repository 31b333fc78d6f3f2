"""Files of carriers are listed by the time they were made."""

from alembic import op

revision = "0007"
down_revision = "0004"


def upgrade() -> None:
    op.execute("alter table carrier_files add column generated_time timestamptz")
