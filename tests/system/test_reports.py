"""What SQL users read: the tables for reports are the fold, kept by whoever has the duties, and readers see no more."""

import asyncio
import json
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row

from app.domain import commands as c
from app.domain import events as e
from app.domain.errors import SharedRefusedError
from app.readmodel import model as m
from app.readmodel.figures import FIGURES
from app.readmodel.reports import KINDS, REPORTS, report_format
from app.store.postgres import schema
from app.store.postgres.address import read_url
from app.store.postgres.reports import PostgresReports
from tests.contract.rigs.postgres import Database, fresh_database, password_of
from tests.system.plantwide import Station, converged, plant_of, station_of
from tests.system.station import until

UNITS = (
    e.HeldUnits(lot="4480-A", product="W-050", first=1, last=100, quantity=Decimal(100)),
    e.HeldUnits(lot="4480-B", product="W-050", quantity=Decimal(12)),
)


@pytest.fixture(name="database")
def _database() -> Iterator[Database]:
    with fresh_database() as made:
        yield made


@pytest.fixture(name="reader")
def _reader(database: Database) -> Iterator[psycopg.Connection[dict[str, Any]]]:
    """A login that IT made for the report tool."""
    with database.as_superuser() as connection:
        connection.execute("drop role if exists reports")
        connection.execute(
            sql.SQL("create role reports login password {} in role lineside_reader").format(password_of("reports"))
        )
    with psycopg.connect(
        database.url("reports"), password=password_of("reports"), autocommit=True, row_factory=dict_row
    ) as connection:
        yield connection
    with database.as_superuser() as connection:
        connection.execute("drop role reports")


def all_of(reader: psycopg.Connection[dict[str, Any]], table: str) -> list[dict[str, Any]]:
    return reader.execute(sql.SQL("table lineside.{}").format(sql.Identifier(table))).fetchall()


async def reported(reader: psycopg.Connection[dict[str, Any]], station: Station) -> None:
    """Wait until the tables have all that the station knows."""

    def true_to() -> int:
        return int(all_of(reader, "report_state")[0]["place"])

    await until(lambda: station.shared and true_to() == station.core.place > 0)


def expected(station: Station) -> dict[str, dict[str, Any]]:
    """Every aggregate of a station's picture that has a table, by stream."""
    return {s: row for s, row in station.digest().items() if s.partition("/")[0] in KINDS}


def bodies(reader: psycopg.Connection[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {f"{r.kind}/{row['id']}": row["body"] for r in REPORTS if not r.parent for row in all_of(reader, r.name)}


async def some_work(station: Station) -> None:
    """Two exceptions, one acknowledged and one with a note, and a hold of two lots."""
    for text in ("Smoke", "Noise"):
        await station.send(c.ReportException(what="1", text=text, machine="L1.filler"), "silva")
    first, second = (row.id for row in m.open_cases(station.model))
    await station.send(c.AcknowledgeCase(case_id=first), "silva")
    await station.send(c.AddNote(case_id=second, text="It was the \x00 belt."), "silva")
    await station.send(c.PlaceHold(units=UNITS, reason_code="seal", reason="Seals."), "silva")


async def test_the_tables_are_the_fold_and_every_column_is_what_the_aggregate_says(
    database: Database, reader: psycopg.Connection[dict[str, Any]], tmp_path: Path
) -> None:
    async with plant_of(database, tmp_path, ("desk-1", "desk-2")) as (first, second):
        await first.sits("silva")
        await some_work(first)
        await converged([first, second])
        await reported(reader, first)
        assert bodies(reader) == as_jsonb(expected(first))
        case = all_of(reader, "exception_case")[0]
        standing = m.case(first.model, case["id"])
        assert standing is not None
        assert (case["state"], case["owner"], case["opened_at"], case["version"]) == (
            standing.state.value, standing.owner, standing.opened_at, standing.version,
        )  # fmt: skip
        assert {row["id"] for row in all_of(reader, "task") if row["case_id"] == standing.id} == {
            task.id for task in standing.tasks
        }
        lots = {(row["lot"], row["first_serial"], row["quantity"]) for row in all_of(reader, "held_lot")}
        assert lots == {("4480-A", 1, Decimal(100)), ("4480-B", None, Decimal(12))}
        state = all_of(reader, "report_state")[0]
        assert (state["behind"], state["lag_s"]) == (0, 0)


def as_jsonb(rows: dict[str, Any]) -> Any:
    """The same without NUL, which jsonb does not know."""
    return json.loads(json.dumps(rows).replace("\\u0000", "\\u2400"))


async def test_another_station_goes_on_where_the_one_with_the_duties_ended(
    database: Database, reader: psycopg.Connection[dict[str, Any]], tmp_path: Path
) -> None:
    async with station_of(database, tmp_path / "b", "desk-2") as second:
        async with station_of(database, tmp_path / "a", "desk-1") as first:
            await until(lambda: first.shared and second.shared)
            await first.sits("silva")
            await second.sits("silva")
            await some_work(first)
            await reported(reader, first)
        await second.send(c.ReportException(what="1", text="Leak", machine="L1.filler"), "silva")
        await reported(reader, second)
        assert bodies(reader) == as_jsonb(expected(second))


async def test_emptied_tables_are_filled_anew_from_the_whole_log(
    database: Database, reader: psycopg.Connection[dict[str, Any]], tmp_path: Path
) -> None:
    async with station_of(database, tmp_path / "a", "desk-1") as first:
        await until(lambda: first.shared)
        await first.sits("silva")
        await some_work(first)
        await reported(reader, first)
        before = bodies(reader)
    with database.as_superuser() as connection:
        connection.execute("update lineside.projection set format = 'an older program''s'")
    schema.init(database.superuser)
    assert bodies(reader) == {}
    async with station_of(database, tmp_path / "a", "desk-1") as first:
        await reported(reader, first)
        assert bodies(reader) == before


def refused_after(place: int) -> str:
    """The rows of a refusal as it stood after a place."""
    row = {"id": "1", "reason": f"as it stood after {place}", "place": place, "version": place}
    return json.dumps({"refusal": [row]})


async def test_two_writers_at_once_never_put_a_row_back_nor_the_place(
    database: Database, reader: psycopg.Connection[dict[str, Any]], tmp_path: Path
) -> None:
    async with station_of(database, tmp_path / "a", "desk-1") as first:
        await until(lambda: first.shared)
        await first.sits("silva")
        await some_work(first)
        await reported(reader, first)
    log = database.log("desk-1")
    hashes = {row.place: row.place_hash for row in await log.feed(0, 100)}
    await log.aclose()
    address, login = read_url(database.url("station-desk-1")), "station-desk-1"
    writers = [PostgresReports(address, "desk-1", partial(password_of, login)) for _ in range(2)]
    try:
        head = await writers[0].head()
        top = head.place
        rows = [(place, refused_after(place)) for place in (3, 2, 1, 3)]
        await asyncio.gather(
            *(
                writer.project(head, place, hashes[place], text, complete=True)
                for writer in writers
                for place, text in rows
            )
        )
        assert (await writers[0].head()).place == top
        (standing,) = all_of(reader, "refusal")
        assert (standing["reason"], standing["place"]) == ("as it stood after 3", 3)
        with pytest.raises(SharedRefusedError, match="something else at place 2"):
            await writers[0].project(head, 2, "f" * 64, refused_after(4), complete=True)
        assert head.format == report_format()
    finally:
        for writer in writers:
            await writer.aclose()


# --- who may read what ------------------------------------------------------------------------------------------------

CLOSED = ("operation", "person", "station", "signature", "head", "stream", "projection", "report", "history_progress")


def test_a_reader_reads_the_tables_for_reports_and_nothing_else(reader: psycopg.Connection[dict[str, Any]]) -> None:
    for name in (*(report.name for report in REPORTS), *(figure.name for figure in FIGURES)):
        all_of(reader, name)
    for name in CLOSED:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            all_of(reader, name)
    for act in (
        "delete from lineside.posting",
        "insert into lineside.hold (id) values ('free')",
        "update lineside.projection set place = 0",
        "select lineside.project('', 0, 0, '', '{}', true)",
        "select lineside.project_anew()",
        "select lineside.append('[]')",
        "select * from lineside.feed(0, 1)",
        "create table lineside.mine ()",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute(act)


def test_every_table_and_column_for_reports_says_what_it_is(reader: psycopg.Connection[dict[str, Any]]) -> None:
    rows = reader.execute(
        "select c.relname as name, a.attname as col, col_description(c.oid, a.attnum) as said, "
        "obj_description(c.oid, 'pg_class') as about from pg_class c join pg_attribute a on a.attrelid = c.oid "
        "where c.relnamespace = 'lineside'::regnamespace and a.attnum > 0 and c.relname = any(%s)",
        ([r.name for r in REPORTS] + [f.name for f in FIGURES],),
    ).fetchall()
    assert {row["name"] for row in rows} == {r.name for r in REPORTS} | {f.name for f in FIGURES}
    assert [row for row in rows if not row["said"] or not row["about"]] == []


# --- figures ----------------------------------------------------------------------------------------------------------


def test_lags_and_times_are_quantiles_by_day_and_kind(
    database: Database, reader: psycopg.Connection[dict[str, Any]]
) -> None:
    with database.as_superuser() as connection:
        connection.execute(
            "insert into lineside.posting (id, kind, occurred_at, confirmed_at, lag_s) select n::text, "
            "case when n <= 100 then 'confirm' else 'consume' end, '2026-11-22 08:00+00', '2026-11-22 09:00+00', n "
            "from generate_series(1, 200) n"
        )
        connection.execute(
            "insert into lineside.exception_case (id, kind, line, opened_at, owned_at, resolved_at, replayed) "
            "select n::text, 'breakdown', 'L1', '2026-11-22 08:00+00', '2026-11-22 08:00+00'::timestamptz + "
            "make_interval(secs => n * 60), '2026-11-22 08:00+00'::timestamptz + make_interval(secs => n * 60), false "
            "from generate_series(1, 4) n"
        )
    lags = {row["kind"]: (row["postings"], row["p50_s"], row["p95_s"]) for row in all_of(reader, "posting_lag")}
    assert lags == {"confirm": (100, 50, 95), "consume": (100, 150, 195)}
    (resolution,) = all_of(reader, "exception_resolution")
    assert (resolution["cases"], resolution["p50_s"], resolution["p95_s"]) == (4, 120, 240)
    (owned,) = all_of(reader, "exception_ownership")
    assert (owned["cases"], owned["in_time"], owned["share"]) == (4, 2, Decimal("0.5"))


def test_trouble_that_only_one_person_ever_resolves_is_named(
    database: Database, reader: psycopg.Connection[dict[str, Any]]
) -> None:
    assert all_of(reader, "key_person_share") == [{"cases": 0, "one_person_only": 0, "share": None}]
    solved = [("breakdown", "weiss")] * 3 + [("starved", "weiss"), ("starved", "hoff")] + [("blocked", "hoff")]
    with database.as_superuser() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into lineside.exception_case (id, kind, machine, resolved_by, replayed) "
            "values (%s, %s, 'L1.filler', %s, false)",
            [(str(n), *row) for n, row in enumerate(solved)],
        )
    found = {row["kind"]: (row["people"], row["person"], row["share"]) for row in all_of(reader, "key_person")}
    assert found == {"breakdown": (1, "weiss", 1), "starved": (2, "hoff", Decimal("0.5")), "blocked": (1, "hoff", 1)}
    assert all_of(reader, "key_person_share") == [{"cases": 6, "one_person_only": 3, "share": Decimal("0.5")}]
