"""The plant's log: tables, the append function, who may do what."""

from app.store.postgres.migrations.steps import run_files

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make everything in a schema that is empty."""
    run_files("0001_tables", "0001_judge", "0001_append", "0001_read", "0001_people", "0001_together", "0001_grants")
