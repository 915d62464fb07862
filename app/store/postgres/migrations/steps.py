"""What migrations are made of: SQL files that lie beside them, run as they are."""

from __future__ import annotations

from pathlib import Path

from alembic import op

SQL = Path(__file__).parent / "sql"


def run_files(*names: str) -> None:
    """Run SQL files on the migration's connection, in order; a file may hold many statements."""
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    for name in names:
        connection.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"))
