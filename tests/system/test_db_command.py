"""`lineside db` as plant IT uses it: from an empty database to people and stations that get in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from typer.testing import CliRunner

from app.config import config
from app.domain.errors import SharedRefusedError
from app.secrets import Secrets
from app.store.postgres.address import SECRET, read_url
from app.store.postgres.log import PostgresLog
from app.store.sqlite import SqliteJournal
from tests.contract.rigs.postgres import cluster
from tests.contract.shared_logs import Desk, opened
from tests.unit.plant.small import SMALL
from ui.cli import app as cli
from ui.exits import Exit

NAME = "db_command"


@pytest.fixture(name="url")
def _url() -> Iterator[str]:
    """An empty database, as its superuser."""
    server = cluster()
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(NAME)))
        yield server.superuser_url(NAME)
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(NAME)))


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    text: str


def lineside(*words: str | Path, say: str = "", **more: str) -> Said:
    """Run the command in here; its exit code and all it says."""
    ended = CliRunner().invoke(cli, [*map(str, words)], input=say, env=more)
    return Said(ended.exit_code, ended.output)


def told(login: str, said: str) -> str:
    """The password that was shown once."""
    found = re.search(rf"^  {re.escape(login)} +(\S+)$", said, re.MULTILINE)
    assert found, said
    return found[1]


def log_of(url: str, login: str, password: str, station: str = "desk-1") -> PostgresLog:
    server, database = cluster(), read_url(url).parameters["dbname"]
    return PostgresLog(read_url(server.url(login, database)), station, lambda: password)


async def test_from_an_empty_database_to_a_station_that_shares_its_log(url: str, folder: Path, tmp_path: Path) -> None:
    said = lineside("db", "check", url)
    assert said.code == Exit.FOUND
    assert "The schema lineside is missing" in said.text
    said = lineside("db", "init", url)
    assert said.code == Exit.OK, said
    assert lineside("db", "init", url).code == Exit.OK
    said = lineside("db", "check", url)
    assert (said.code, said.text.count("\n")) == (Exit.FOUND, 1)
    assert "No station has joined" in said.text

    said = lineside("db", "station", "add", "desk-1", "--url", url)
    assert said.code == Exit.OK, said
    password = told("desk-1", said.text)
    said = lineside("db", "person", "add", "mora", "--name", "Eva Mora", "--role", "operator", LINESIDE_DB=url)
    assert said.code == Exit.OK, said
    log = log_of(url, "station-desk-1", password)
    moras = told("mora", said.text)
    await log.prove("mora", moras)
    desk = Desk("desk-1")
    desk.step(opened("1"))
    assert await log.append(desk.operations) == 1

    said = lineside("db", "person", "list", "--url", url)
    assert "Eva Mora" in said.text
    assert "operator; every line" in said.text
    assert lineside("db", "check", url).code == Exit.OK
    assert "1 operations" in lineside("db", "station", "list", "--url", url).text
    assert lineside("db", "person", "remove", "mora", "--url", url).code == Exit.OK
    with pytest.raises(SharedRefusedError):
        await log.prove("mora", moras)
    assert lineside("db", "person", "remove", "mora", "--url", url).code == Exit.REFUSED
    await log.aclose()


async def test_the_people_of_a_plant_file_become_rows_and_get_logins_only_when_asked(url: str, tmp_path: Path) -> None:
    file = tmp_path / "plant.toml"
    file.write_text(SMALL, encoding="utf-8")
    said = lineside("db", "init", url, "--plant", file)
    assert said.code == Exit.OK, said
    assert "Passwords" not in said.text
    people = [line.split()[0] for line in lineside("db", "person", "list", "--url", url).text.splitlines()]
    assert people
    given = f"{people[0]} a password of its own\n"
    said = lineside("db", "init", url, "--plant", file, "--passwords", say=given)
    assert said.code == Exit.OK, said
    assert people[0] not in said.text, "a password that was given is not shown"
    log = log_of(url, people[0], "a password of its own")
    assert (await log.status()).place == 0
    await log.aclose()
    again = lineside("db", "init", url, "--plant", file, "--people").text
    assert "Passwords" not in again, "who has a login keeps it"


async def test_a_workstation_that_is_made_a_station_here_keeps_its_password_for_itself(url: str, folder: Path) -> None:
    server = cluster()
    lineside("db", "init", url)
    over_tcp = server.url("postgres", NAME)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("alter role postgres password 'for the test'")
    words = ("db", "station", "add", "desk-7", "--url", over_tcp, "--here", "--file", "--data", str(folder))
    said = lineside(*words)
    assert said.code == Exit.REFUSED
    assert "wants a password" in said.text
    said = lineside(*words, PGPASSWORD="for the test")
    assert said.code == Exit.OK, said
    kept = Secrets(folder, None).get(SECRET)
    assert kept
    assert kept not in said.text
    here = config(folder)
    assert (here.station, "postgres@" in here.store) == ("desk-7", False)
    log = log_of(url, "station-desk-7", kept, "desk-7")
    desk = Desk("desk-7")
    desk.step(opened("1"))
    await log.append(desk.operations)
    await log.aclose()

    said = lineside("verify", "--shared", "--data", folder)
    assert said.code == Exit.OK, said
    assert "1 operations of 1 stations" in said.text
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("update lineside.operation set payload = '{}'")
    said = lineside("verify", "--shared", "--data", folder)
    assert said.code == Exit.FOUND
    assert "Place 1: operation 1 of desk-7 was changed" in said.text


def worked_alone(folder: Path, station: str, count: int) -> None:
    """A journal of a station that was on its own."""
    desk = Desk(station)
    for number in range(count):
        desk.step(opened(str(number)))
    folder.mkdir()
    journal = SqliteJournal(folder)
    journal.append(desk.operations)
    journal.close()


def joining(url: str, folder: Path, station: str, password: str) -> Said:
    over_tcp = cluster().url("", NAME).replace("@", "", 1)
    words = ("join", over_tcp, "--station", station, "--file", "--data", folder)
    return lineside(*words, say=f"{password}\n")


def test_a_station_that_worked_alone_joins_only_once_its_history_is_allowed(url: str, folder: Path) -> None:
    lineside("db", "init", url)
    worked_alone(folder, "desk-3", 3)
    password = told("desk-3", lineside("db", "station", "add", "desk-3", "--url", url).text)
    said = joining(url, folder, "desk-3", password)
    assert said.code == Exit.REFUSED, said
    assert "has 3 operations from before; the plant's log would take none of them" in said.text
    assert "lineside db station add desk-3 --history 3" in said.text
    assert (config(folder).store, Secrets(folder, None).get(SECRET)) == ("", None), "nothing was joined"

    allowed = lineside("db", "station", "add", "desk-3", "--history", "3", "--url", url)
    said = joining(url, folder, "desk-3", told("desk-3", allowed.text))
    assert said.code == Exit.OK, said
    assert config(folder).station == "desk-3"


def test_where_it_is_made_a_station_here_its_history_is_to_be_named_too(url: str, folder: Path) -> None:
    lineside("db", "init", url)
    worked_alone(folder, "desk-5", 2)
    words = ("db", "station", "add", "desk-5", "--url", url, "--here", "--file", "--data", folder)
    said = lineside(*words)
    assert said.code == Exit.REFUSED, said
    assert "lineside db station add desk-5 --history 2 --here" in said.text
    assert lineside("db", "station", "list", "--url", url).text == ""
    assert lineside(*words, "--history", "2").code == Exit.OK
    assert config(folder).station == "desk-5"


def test_a_journal_joins_under_no_other_name_than_its_own(url: str, folder: Path) -> None:
    lineside("db", "init", url)
    worked_alone(folder, "old-name", 2)
    password = told("desk-4", lineside("db", "station", "add", "desk-4", "--url", url).text)
    said = joining(url, folder, "desk-4", password)
    assert said.code == Exit.REFUSED, said
    assert "is that of old-name, not of desk-4" in said.text
    assert "lineside db station add old-name --history 2" in said.text
    assert config(folder).store == ""


def test_a_second_person_is_switched_on_and_off_for_each_step_that_is_signed(url: str) -> None:
    lineside("db", "init", url)
    said = lineside("db", "second-person", "HoldReleased", "on", "--url", url)
    assert said.code == Exit.OK, said
    assert re.search(r"HoldReleased +on: two people sign", said.text)
    assert re.search(r"HoldDispositioned +off", lineside("db", "second-person", LINESIDE_DB=url).text)
    assert "HoldReleased" in lineside("db", "second-person", "HoldReleased", "off", "--url", url).text
    assert "on:" not in lineside("db", "second-person", "--url", url).text
    assert "Choose of: HoldDispositioned" in lineside("db", "second-person", "NoteAdded", "on", "--url", url).text
    assert lineside("db", "second-person", "HoldReleased", "maybe", "--url", url).code == Exit.REFUSED


@pytest.mark.parametrize(
    ("words", "word"),
    [
        (("db", "init", "postgresql://it:secret@127.0.0.1/plant"), "PGPASSWORD"),
        (("db", "init", "mysql://plant"), "postgresql://LOGIN@HOST/DATABASE"),
        (("db", "check", "postgresql://it@127.0.0.1:1/plant"), "can't be reached"),
        (("db", "person", "list"), "LINESIDE_DB"),
        (("db", "person", "add", "x", "--role", "boss", "--url", "postgresql://it@127.0.0.1:1/plant"), "no role"),
    ],
)
async def test_what_can_t_be_is_refused_in_one_sentence(words: tuple[str, ...], word: str) -> None:
    said = lineside(*words)
    assert said.code == Exit.REFUSED
    assert word in said.text
    assert "secret" not in said.text.replace("lineside secret", "")
    assert "Traceback" not in said.text
