"""One plant file for all stations, on a real Postgres: published, taken, gone back on, forged, offline."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import psycopg
import pytest
from psycopg import errors, sql

from app.bootstrap.core import Core
from app.bootstrap.listener import Nobody
from app.bootstrap.parts import Parts
from app.bootstrap.plant_side import take
from app.bootstrap.postgres import postgres_plant_files
from app.clock import SystemClock, TimeOrderedIds
from app.config import Config, Shared, config, keep_shared
from app.domain.errors import KnownError
from app.domain.plant_file import PlantFileStatus, chain
from app.domain.signing import fingerprint
from app.erp.none import NoErp
from app.erp.registry import check_settings
from app.plant.check import load
from app.plant.kept import FOLDER, keep, kept
from app.secrets import Secrets
from app.store.postgres.address import SECRET, read_url
from app.store.postgres.log import PostgresLog
from app.store.postgres.logins import station_login
from app.store.sqlite import SqliteJournal
from drivers.registry import ADDRESS_CHECKS
from tests.contract.rigs.postgres import Database, fresh_database, password_of
from tests.system.alive import SilentLine, alive
from tests.system.command_line import start as begin
from tests.system.station import until
from tests.system.test_db_command import Said, lineside
from tests.unit.plant.small import SMALL
from ui.exits import Exit
from ui.opening import Work
from ui.plants import Chosen, chosen

ADMIN = "it"
ANEW = """update lineside.plant_file set comment = 'x', chained = encode(sha256(convert_to(concat_ws(E'\\x1f', previous,
version, sha256, author, full_name, 'x', program, signed, signature), 'UTF8')), 'hex') where version = 2"""
"""By itself the chain is whole then."""
WIDER = SMALL.replace("high = 90", "high = 85")
LOAD = partial(load, address_checks=ADDRESS_CHECKS, erp_check=check_settings)


@pytest.fixture(name="database", scope="module")
def _database() -> Iterator[Database]:
    with fresh_database() as made:
        with made.as_superuser() as connection:
            connection.execute(
                sql.SQL("create role {} login in role lineside_admin password {}").format(
                    sql.Identifier(ADMIN), sql.Literal(password_of(ADMIN))
                )
            )
        try:
            yield made
        finally:
            with psycopg.connect(made.server.superuser_url(), autocommit=True) as connection:
                connection.execute(sql.SQL("drop role {}").format(sql.Identifier(ADMIN)))


@pytest.fixture(autouse=True)
def _nothing_published(database: Database) -> None:
    with database.as_superuser() as connection:
        connection.execute("truncate lineside.plant_file")


@dataclass
class Office:
    """Plant IT at its desk: files, and the command line with its login."""

    database: Database
    folder: Path

    def write(self, text: str) -> Path:
        path = self.folder / "plant.toml"
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *words: str, say: str = password_of(ADMIN), login: str = ADMIN) -> Said:
        url = self.database.url(login)
        return lineside("plant", *words, "--url", url, say=f"{say}\n", PGPASSWORD=password_of(login))

    def publish(self, text: str, comment: str = "another limit", **more: str) -> Said:
        return self.run("publish", str(self.write(text)), "--comment", comment, **more)


@pytest.fixture(name="office")
def _office(database: Database, tmp_path: Path) -> Office:
    return Office(database, tmp_path)


def joined(database: Database, folder: Path, name: str) -> Config:
    """A workstation that has joined."""
    database.join(name)
    here = folder / name
    here.mkdir(parents=True, exist_ok=True)
    login = station_login(name)
    keep_shared(here, Shared(url=database.url(login), station=name))
    Secrets(here, None).set(SECRET, password_of(login), in_file=True)
    return config(here)


def start(station: Config, **more: object) -> Chosen:
    """What a start of the station runs."""
    station = replace(station, **more)  # type: ignore[arg-type]

    def fetch() -> None:
        asyncio.run(take(postgres_plant_files(station), station.folder))

    return chosen(station, LOAD, fetch, "1.0")


class Running:
    """A station whose core runs, with a silent line."""

    def __init__(self, core: Core) -> None:
        self.core = core

    @property
    def files(self) -> PlantFileStatus:
        return self.core.station.status.plant_file

    @property
    def known(self) -> int:
        return self.files.published.version if self.files.published else 0


@asynccontextmanager
async def running(station: Config, found: Chosen) -> AsyncIterator[Running]:
    """The core of a station with the plant that its start has chosen."""
    address, login = read_url(station.store), station_login(station.station)
    core = Core(
        Parts(
            plant=found.plant,
            folder=station.folder,
            store=SqliteJournal(station.folder),
            erp=NoErp(),
            clock=SystemClock(),
            ids=TimeOrderedIds(),
            station=station.station,
            acquirer=lambda *_: SilentLine(),
            shared=PostgresLog(address, station.station, partial(password_of, login)),
            plant_file=found.parts,
            plant_files=postgres_plant_files(station),
        ),
        Nobody(),
    )
    async with alive(core):
        yield Running(core)


# --- publishing -----------------------------------------------------------------------------------------------------


def test_a_file_is_checked_shown_signed_and_listed(office: Office) -> None:
    said = office.publish(SMALL, "the first")
    assert said.code == Exit.OK, said
    assert "Plant file 1 is published, signed by it" in said.text
    assert "lead can't sign in yet: lineside db person add" in said.text
    said = office.publish(WIDER)
    assert "Speed high limit 90 → 85 bottles/min" in said.text
    rows = office.run("list").text.splitlines()
    assert [row.split()[0] for row in rows] == ["2", "1"]
    assert "another limit" in rows[0]
    assert office.run("show", "1").text == SMALL
    said = office.run("diff", "1", "2")
    assert (said.code, "90 → 85" in said.text) == (Exit.FOUND, True)
    assert office.run("diff", "2", "2").code == Exit.OK


@pytest.mark.parametrize(
    ("text", "comment", "say", "words"),
    [
        (SMALL.replace('"opcua"', '"opc"'), "x", password_of(ADMIN), "has 1 fault"),
        (SMALL, "", password_of(ADMIN), "--comment"),
        (SMALL, "x", "", "signed with your password"),
        (SMALL, "x", "guessed", "the password is wrong"),
    ],
)
def test_what_is_at_fault_or_not_signed_is_not_published(
    office: Office, text: str, comment: str, say: str, words: str
) -> None:
    said = office.publish(text, comment, say=say)
    assert said.code == Exit.REFUSED
    assert words in said.text
    assert office.run("list").text == ""


def test_the_same_text_twice_and_a_publication_in_between_are_refused(office: Office, database: Database) -> None:
    office.publish(SMALL)
    assert "is the text of plant file 1" in office.publish(SMALL).text
    with database.as_login(ADMIN) as connection, pytest.raises(errors.DatabaseError, match="published by it meanwhile"):
        connection.execute("select lineside.publish_plant('x', 'y', 'c', '1', 0)")


def test_going_back_is_a_version_of_its_own(office: Office) -> None:
    office.publish(SMALL, "the first")
    office.publish(WIDER)
    said = office.run("rollback", "1")
    assert "Plant file 3 is published" in said.text
    assert "back to 1: the first" in office.run("list").text
    assert office.run("show", "3").text == SMALL
    assert office.run("rollback", "7").code == Exit.REFUSED


@pytest.mark.parametrize("login", ["brandt", "okafor", "station-desk-1"])
def test_nobody_but_an_administrator_publishes_not_even_with_sql(
    office: Office, database: Database, login: str
) -> None:
    joined(database, office.folder, "desk-1")
    office.publish(SMALL)
    said = office.publish(WIDER, login=login, say=password_of(login))
    assert said.code == Exit.REFUSED
    with database.as_login(login) as connection:
        for act in (
            "select lineside.publish_plant('x', encode(sha256('x'), 'hex'), 'c', '1', 1)",
            "update lineside.plant_file set text = 'x'",
            "delete from lineside.plant_file",
            "insert into lineside.plant_file (version) values (9)",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(act)  # type: ignore[call-overload]
    assert len(office.run("list").text.splitlines()) == 1


# --- stations -------------------------------------------------------------------------------------------------------


async def test_two_stations_hear_of_it_take_it_and_both_run_it_from_their_next_start(
    office: Office, database: Database
) -> None:
    office.publish(SMALL)
    stations = [joined(database, office.folder, name) for name in ("desk-1", "desk-2")]
    found = [await asyncio.to_thread(start, station) for station in stations]
    assert [row.parts.status.running for row in found] == [1, 1]
    async with running(stations[0], found[0]) as one, running(stations[1], found[1]) as two:
        await until(lambda: one.known == two.known == 1)
        assert not one.files.ready
        await asyncio.to_thread(office.publish, WIDER)
        await until(lambda: one.files.ready and two.files.ready)
        assert one.files.published is not None
        assert (one.known, one.files.running, one.files.published.name) == (2, 1, "it")
        said = await asyncio.to_thread(office.run, "stations")
        assert said.code == Exit.FOUND
        assert "takes effect at its next start" in said.text
    again = [start(station) for station in stations]
    assert [row.parts.status.running for row in again] == [2, 2]
    assert {tag.high for row in again for tag in row.plant.tags if tag.name == "Speed"} == {85.0}
    async with running(stations[0], again[0]) as one, running(stations[1], again[1]) as two:
        await until(lambda: one.known == two.known == 2)
        assert not one.files.differs
        await asyncio.to_thread(office.run, "rollback", "1")
        await until(lambda: one.files.ready and two.files.ready)
    assert [start(station).parts.status.running for station in stations] == [3, 3]


def test_a_start_without_the_store_runs_what_was_kept(office: Office, database: Database) -> None:
    office.publish(SMALL)
    station = joined(database, office.folder, "desk-1")
    start(station)
    cut = replace(station, store="postgresql://127.0.0.1:1/plant")
    assert start(cut).parts.status.running == 1
    assert start(cut).plant == start(station).plant


def test_a_first_start_without_the_store_says_what_to_do(office: Office, database: Database) -> None:
    station = joined(database, office.folder, "desk-1")
    with pytest.raises(KnownError, match=r"no plant file.*can't be reached") as refused:
        start(station, store="postgresql://127.0.0.1:1/plant", plant=None)
    assert "--plant" in refused.value.todo


def test_a_kept_text_that_was_changed_is_not_run(office: Office, database: Database) -> None:
    office.publish(SMALL)
    station = joined(database, office.folder, "desk-1")
    start(station)
    path = next(kept(station.folder)).path
    path.write_text(WIDER, encoding="utf-8")
    assert list(kept(station.folder)) == []
    assert start(station).parts.status.running == 1, "taken anew from the store"
    assert path.read_text(encoding="utf-8") == SMALL


async def test_a_version_that_this_lineside_can_t_run_is_said_and_not_kept(office: Office, database: Database) -> None:
    office.publish(SMALL)
    station = joined(database, office.folder, "desk-1")
    found = await asyncio.to_thread(start, station)
    newer = SMALL + '\n[robots]\nname = "x"\n'
    with database.as_login(ADMIN) as connection:
        connection.execute(
            "select lineside.publish_plant(%s, encode(sha256(convert_to(%s, 'UTF8')), 'hex'), 'robots', '9.0', 1)",
            (newer, newer),
        )
    async with running(station, found) as one:
        await until(lambda: one.files.fault)
        assert (one.known, one.files.running, one.files.ready) == (2, 1, False)
        assert one.files.fault == "it was checked by Lineside 9.0, this is 1.0. Install that one on this station."
    assert (await asyncio.to_thread(start, station)).parts.status.running == 1
    assert "Lineside 9.0" in (await asyncio.to_thread(office.run, "stations")).text
    said = await asyncio.to_thread(lineside, "doctor", "--data", station.folder)
    assert "Version 2 can't be used here: it was checked by Lineside 9.0" in said.text
    said = await asyncio.to_thread(office.publish, WIDER)
    assert (said.code, "what changes is not known" in said.text) == (Exit.OK, True), "it does not stand in the way"


async def test_a_forged_text_is_not_taken_and_verify_names_it(office: Office, database: Database) -> None:
    office.publish(SMALL)
    station = joined(database, office.folder, "desk-1")
    found = await asyncio.to_thread(start, station)
    await asyncio.to_thread(office.publish, WIDER)
    with database.as_superuser() as connection:
        connection.execute("update lineside.plant_file set text = replace(text, '85', '99') where version = 2")
    async with running(station, found) as one:
        await until(lambda: one.files.fault)
        assert "not the one that was signed" in one.files.fault
    assert not (station.folder / FOLDER / "2.toml").exists()
    said = await asyncio.to_thread(lineside, "verify", "--shared", "--data", station.folder)
    assert said.code == Exit.FOUND
    assert "Plant file 2: its text is not the one that was signed" in said.text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("update lineside.plant_file set author = 'okafor' where version = 1", "not the record that was signed"),
        ("delete from lineside.plant_file where version = 1", "missing"),
        ("delete from lineside.plant_file where version = 2", "it is gone"),
        (ANEW,
         "differs from what this station saw"),
    ],
)  # fmt: skip
def test_what_a_superuser_changes_among_the_versions_is_found(
    office: Office, database: Database, change: str, words: str
) -> None:
    office.publish(SMALL)
    office.publish(WIDER)
    station = joined(database, office.folder, "desk-1")
    assert start(station).parts.status.running == 2
    assert "2 plant files, each as it was signed" in lineside("verify", "--shared", "--data", station.folder).text
    with database.as_superuser() as connection:
        connection.execute(change)  # type: ignore[call-overload]
    said = lineside("verify", "--shared", "--data", station.folder)
    assert said.code == Exit.FOUND
    assert words in said.text


async def test_a_file_of_its_own_is_an_override_only_while_it_differs(office: Office, database: Database) -> None:
    office.publish(SMALL)
    station = joined(database, office.folder, "desk-1")
    for text, version, override in ((WIDER, 0, True), (SMALL, 1, False)):
        own = config(station.folder, {"plant": str(office.write(text))})
        found = start(own)
        assert found.file == own.plant
        async with running(own, found) as one:
            await until(lambda: one.known == 1)
            assert (one.files.running, one.files.override, one.files.ready) == (version, override, False)
    with database.as_superuser() as connection:
        row = connection.execute("select plant, plant_said from lineside.station where name = 'desk-1'").fetchone()
    assert row == (1, ""), "once it is the same text it is the published one"


async def test_the_machines_own_file_runs_until_one_is_published(office: Office, database: Database) -> None:
    station = replace(joined(database, office.folder, "desk-1"), plant=office.write(SMALL))
    away = replace(station, store="postgresql://127.0.0.1:1/plant")
    found = start(away)
    assert (found.parts.status.running, found.parts.status.override) == (0, False)
    async with running(station, found) as one:
        await asyncio.to_thread(office.publish, WIDER)
        await until(lambda: one.files.ready)
    assert start(away).parts.status.running == 1


def test_who_joins_has_the_published_plant_file_at_once(office: Office, database: Database, tmp_path: Path) -> None:
    office.publish(SMALL)
    login = station_login("desk-9")
    database.join("desk-9")
    words = ("--station", "desk-9", "--file", "--data", tmp_path / "nine")
    said = lineside("join", database.url(login), *words, say=password_of(login) + "\n")
    assert said.code == Exit.OK, said
    assert "Plant file 1 runs here." in said.text
    assert next(kept(tmp_path / "nine")).record.version == 1


def test_who_joins_in_the_guide_is_asked_for_a_plant_file_only_where_none_is_published(
    office: Office, database: Database, tmp_path: Path
) -> None:
    work, login = Work(tmp_path / "ten", in_file=True), station_login("desk-10")
    database.join("desk-10")
    said, complete = work.join(database.url(login), "desk-10", password_of(login))
    assert not complete
    assert said.endswith("No plant file is published there: choose one.")
    office.publish(SMALL)
    said, complete = work.join(database.url(login), "desk-10", password_of(login))
    assert complete
    assert said.endswith("Plant file 1 runs here.")
    with pytest.raises(KnownError):
        work.join(database.url(login), "desk-10", "wrong")


def test_a_difference_is_printed_and_scripted(office: Office, tmp_path: Path) -> None:
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    old.write_text(SMALL, encoding="utf-8")
    new.write_text(WIDER, encoding="utf-8")
    assert lineside("diff", old, old).code == Exit.OK
    said = lineside("diff", old, new, "--json")
    assert said.code == Exit.FOUND
    assert [row["id"] for row in json.loads(said.text)] == ["L1.infeed.speed", "L1.filler.speed"]
    new.write_text("x = 1", encoding="utf-8")
    assert lineside("diff", old, new).code == Exit.REFUSED
    office.publish(SMALL)
    url = office.database.url(ADMIN)
    said = lineside("diff", "plant", old, "--url", url, PGPASSWORD=password_of(ADMIN))
    assert said.code == Exit.OK, said


@pytest.mark.parametrize("words", [("agent",), ("run", "--wall", "overview")], ids=lambda words: words[0])
async def test_an_agent_and_a_wall_begin_anew_by_themselves(
    office: Office, database: Database, words: tuple[str, ...]
) -> None:
    office.publish(SMALL)
    station = joined(database, office.folder, "desk-1")
    process = begin(*words, "--data", station.folder, QT_QPA_PLATFORM="offscreen")

    def runs() -> int | None:
        with database.as_superuser() as connection:
            row = connection.execute("select plant from lineside.station where name = 'desk-1'").fetchone()
        return row[0] if row else None

    try:
        await until(lambda: runs() == 1)
        await asyncio.to_thread(office.publish, WIDER)
        await until(lambda: runs() == 2)
        assert process.poll() is None, "under the same number"
    finally:
        process.terminate()
        out, err = await asyncio.to_thread(process.communicate, timeout=30)
    assert "Traceback" not in out + err, out + err


def test_the_doctor_says_whether_the_published_plant_file_runs(office: Office, database: Database) -> None:
    station = joined(database, office.folder, "desk-1")

    def told() -> dict[str, str]:
        said = json.loads(lineside("doctor", "--data", station.folder, "--json").text)
        return next((check for check in said["checks"] if check["id"] == "versions.plant"), {})

    office.publish(SMALL)
    start(station)
    assert (told()["state"], told()["said"]) == ("ok", "Version 1 of it runs here.")
    office.publish(WIDER)
    assert (told()["state"], "this station runs 1" in told()["said"]) == ("warning", True)


async def test_a_kept_plant_file_that_was_exchanged_with_its_record_is_found_at_the_store(
    office: Office, database: Database
) -> None:
    office.publish(SMALL)
    station = joined(database, office.folder, "desk-1")
    await asyncio.to_thread(start, station)
    record = replace(next(kept(station.folder)).record, sha256=fingerprint(WIDER))
    keep(station.folder, replace(record, chained=chain(record)), WIDER)
    found = await asyncio.to_thread(start, station)
    assert found.parts.status.running == 1, "by itself it is whole"
    async with running(station, found) as one:
        await until(lambda: one.files.fault)
        assert "not what this station saw before" in one.files.fault
        assert one.files.differs
