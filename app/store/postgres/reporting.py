"""Makes the tables and views for reports from their Python tables, and lets readers read them. Blocking; the owner's.

Columns are only ever added: what somebody built on them stays. Rows hold nothing that the log does not.
"""

from __future__ import annotations

from psycopg import sql

from app.readmodel.figures import FIGURES, Figure
from app.readmodel.reports import REPORTS, Report, report_format
from app.store.postgres.roles import READER, Connection


def make_reports(connection: Connection) -> None:
    """Make what is missing, in one transaction; empty the tables where they have another format. Safe to repeat."""
    with connection.transaction():
        for report in REPORTS:
            _make_table(connection, report)
        for figure in FIGURES:
            _make_view(connection, figure)
        found = connection.execute("select format from lineside.projection for update").fetchone()
        if found != (report_format(),):
            connection.execute("select lineside.project_anew(%s)", (report_format(),))


def _make_table(connection: Connection, report: Report) -> None:
    table = sql.Identifier("lineside", report.name)
    types = {column.name: sql.SQL(column.type) for column in report.columns}
    columns = [sql.SQL("{} {}").format(sql.Identifier(name), kind) for name, kind in types.items()]
    keys = sql.SQL(", ").join(map(sql.Identifier, report.keys))
    connection.execute(
        sql.SQL("create table if not exists {} ({}, primary key ({}))").format(table, sql.SQL(", ").join(columns), keys)
    )
    for column in columns:
        connection.execute(sql.SQL("alter table {} add column if not exists {}").format(table, column))
    _comment(connection, sql.SQL("table"), table, report.comment)
    for column_row in report.columns:
        _comment(connection, sql.SQL("column"), _column(report.name, column_row.name), column_row.comment)
    _let_read(connection, table)
    connection.execute(
        "insert into lineside.report values (%s, %s, %s, %s) on conflict (name) "
        "do update set parent = excluded.parent, parent_key = excluded.parent_key, keys = excluded.keys",
        (report.name, report.parent, report.parent_key, list(report.keys)),
    )


def _make_view(connection: Connection, figure: Figure) -> None:
    view = sql.Identifier("lineside", figure.name)
    query = sql.SQL(figure.query)
    connection.execute(sql.SQL("create or replace view {} as {}").format(view, query))
    _comment(connection, sql.SQL("view"), view, figure.comment)
    for name, comment in figure.columns.items():
        _comment(connection, sql.SQL("column"), _column(figure.name, name), comment)
    _let_read(connection, view)


def _let_read(connection: Connection, what: sql.Identifier) -> None:
    connection.execute(sql.SQL("grant select on {} to {}").format(what, sql.Identifier(READER)))


def _column(table: str, column: str) -> sql.Identifier:
    return sql.Identifier("lineside", table, column)


def _comment(connection: Connection, kind: sql.SQL, what: sql.Identifier, comment: str) -> None:
    connection.execute(sql.SQL("comment on {} {} is {}").format(kind, what, sql.Literal(comment)))
