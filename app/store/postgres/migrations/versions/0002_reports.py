"""Tables for reports, and the plant's history of samples."""

from app.store.postgres.migrations.steps import run_files

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what reports and history need beside the log."""
    run_files("0002_reports", "0002_history")
