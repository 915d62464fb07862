"""Tables for reports, the plant's history of samples, and the published plant files."""

from app.store.postgres.migrations.steps import run_files

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what lies beside the log."""
    run_files("0002_reports", "0002_history", "0002_plant")
