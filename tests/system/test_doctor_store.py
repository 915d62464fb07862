"""The doctor at a plant's log: what a station's login sees of it, what an administrator's does, and what is wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bootstrap.doctor import Patient, look
from app.config import Config
from app.domain.checks.check import Check, State
from app.domain.checks.facts import ControllerFacts
from app.domain.checks.table import judged
from app.domain.people import Person
from app.secrets import open_secrets
from app.store.postgres import logins
from app.store.postgres.address import SECRET
from app.store.postgres.logins import station_login
from app.store.sqlite import SqliteJournal
from tests.contract.rigs.postgres import Database, fresh_database, password_of
from tests.contract.test_journals import operations

NAME = "desk-1"


@pytest.fixture
def database() -> Iterator[Database]:
    with fresh_database() as made:
        yield made


def joined(database: Database, folder: Path) -> Config:
    database.join(NAME)
    open_secrets(folder).set(SECRET, password_of(station_login(NAME)), in_file=True)
    return Config(folder=folder, station=NAME, store=database.url(station_login(NAME)))


async def nobody(*_: object) -> ControllerFacts:
    raise AssertionError("there are no controllers here")


async def found(patient: Patient) -> dict[str, list[Check]]:
    rows: dict[str, list[Check]] = {}
    for check in judged(await look(patient, nobody)):
        rows.setdefault(check.id, []).append(check)
    return rows


async def test_a_station_that_joined_is_well(database: Database, tmp_path: Path) -> None:
    rows = await found(Patient(config=joined(database, tmp_path)))
    for name in ("shared.link", "shared.schema", "shared.place", "shared.standby", "clock.station"):
        assert [check.state for check in rows[name]] == [State.OK], name
    assert "shared.rights" not in rows


async def test_what_is_only_stored_here_and_what_is_lost_here_are_seen(database: Database, tmp_path: Path) -> None:
    here = joined(database, tmp_path)
    journal = SqliteJournal(tmp_path)
    journal.append(operations(3))
    journal.close()
    assert "3 operations are on their way" in (await found(Patient(config=here)))["shared.place"][0].said
    with database.as_superuser() as connection:
        connection.execute("update lineside.station set last_seq = 9")
    (lost,) = (await found(Patient(config=here)))["shared.place"]
    assert lost.state is State.BAD
    assert "lineside restore --from-plant" in lost.next


@pytest.mark.parametrize(("schema", "words"), [("9999", "newer Lineside"), ("0001", "lineside db init")])
async def test_another_schema_is_named_with_what_to_do(
    database: Database, tmp_path: Path, schema: str, words: str
) -> None:
    here = joined(database, tmp_path)
    with database.as_superuser() as connection:
        connection.execute("update lineside.schema_version set version_num = %s", (schema,))
    (row,) = (await found(Patient(config=here)))["shared.schema"]
    assert row.state is State.BAD
    assert words in row.next


async def test_a_wrong_password_is_said_and_never_shown(database: Database, tmp_path: Path) -> None:
    here = joined(database, tmp_path)
    open_secrets(tmp_path).set(SECRET, "not-the-password", in_file=True)
    rows = await found(Patient(config=here))
    assert rows["shared.link"][0].state is State.BAD
    assert "not-the-password" not in str(rows)


async def test_an_administrator_sees_who_has_no_role(database: Database, tmp_path: Path) -> None:
    with database.as_superuser() as connection:
        logins.put_person(connection, Person(id="nobody-yet", name="N. Yet", roles=frozenset()))
    url = str(database.server.superuser_url(database.name))
    rows = await found(Patient(config=Config(folder=tmp_path, station=NAME), stores=(url,)))
    assert [check.said for check in rows["shared.rights"]] == ["nobody-yet has no login or no role in the plant's log."]
