"""A journal's copy: whole or not at all, made while it is written, and never put over what is newer."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from app.domain.chain import GENESIS
from app.domain.errors import KnownError, RefusedError, StoreError
from app.store import format as formats
from app.store.backup import backup, complete, restore
from app.store.lock import BusyError
from app.store.sqlite import FILE, LOST, MARK, SqliteJournal, open_engine, read_mark, write_mark
from app.store.verify import read_journal, verify_folder
from tests.contract.test_journals import operations


@pytest.fixture(name="station")
def _station(tmp_path: Path) -> Path:
    """A data folder with ten operations."""
    folder = tmp_path / "station"
    journal = SqliteJournal(folder)
    journal.append(operations(10))
    journal.close()
    return folder


def grow(folder: Path, count: int, word: str = "note") -> None:
    journal = SqliteJournal(folder)
    seq, prev = journal.head()
    journal.append(operations(count, seq + 1, prev, word))
    journal.close()


def test_a_backup_is_one_whole_file_made_while_the_journal_is_written(station: Path, tmp_path: Path) -> None:
    journal = SqliteJournal(station)
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            seq, prev = journal.head()
            journal.append(operations(5, seq + 1, prev))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [backup(station, tmp_path / "out" / f"{number}.sqlite") for number in range(5)]
    finally:
        stop.set()
        writer.join()
        journal.close()
    assert [one.station for one in made] == ["desk-1"] * 5
    counts = [one.count for one in made]
    assert counts == sorted(counts)
    assert counts[0] >= 10
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == [f"{number}.sqlite" for number in range(5)]


def test_what_was_restored_is_the_journal_again_and_goes_on(station: Path, tmp_path: Path) -> None:
    backup(station, tmp_path / "b")
    before = read_journal(station)
    other = tmp_path / "new machine"
    made = restore(other, tmp_path / "b")
    assert (made.count, made.station, made.aside, made.lost) == (10, "desk-1", None, 0)
    assert read_journal(other) == before
    assert restore(other, tmp_path / "b").count == 10  # twice is the same as once
    grow(other, 3)
    assert verify_folder(other).ok


def test_a_newer_journal_is_never_overwritten(station: Path, tmp_path: Path) -> None:
    backup(station, tmp_path / "b")
    grow(station, 1)
    before = read_journal(station)
    with pytest.raises(RefusedError, match="newer: it has 11 operations, b 10"):
        restore(station, tmp_path / "b")
    assert read_journal(station) == before


def test_another_stations_journal_is_never_overwritten(station: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    SqliteJournal(other).close()
    grow(other, 12, "word")
    backup(other, tmp_path / "b")
    with pytest.raises(RefusedError, match="another one"):
        restore(station, tmp_path / "b")


def test_a_journal_that_is_destroyed_is_moved_aside_and_what_it_had_more_is_counted(
    station: Path, tmp_path: Path
) -> None:
    backup(station, tmp_path / "b")
    grow(station, 4)
    (station / FILE).write_bytes(b"no database at all" * 100)
    made = restore(station, tmp_path / "b")
    assert (made.count, made.lost) == (10, 4)
    assert made.aside is not None
    assert made.aside.read_bytes().startswith(b"no database")
    assert read_mark(station / MARK)[0] == 10
    assert verify_folder(station).ok


def test_a_backup_that_is_not_whole_is_refused_and_nothing_is_changed(station: Path, tmp_path: Path) -> None:
    backup(station, tmp_path / "b")
    with sqlite3.connect(tmp_path / "b") as connection:
        connection.execute("update operation set payload = replace(payload, 'note 5', 'note x') where seq = 5")
    connection.close()
    with pytest.raises(KnownError, match="operation 5 was changed"):
        restore(station, tmp_path / "b")
    assert len(read_journal(station)) == 10
    assert [file.name for file in station.iterdir() if "before" in file.name or ".new" in file.name] == []


def test_a_journal_that_is_not_whole_is_not_backed_up_over_a_good_backup(station: Path, tmp_path: Path) -> None:
    made = backup(station, tmp_path / "b")
    with sqlite3.connect(station / FILE) as connection:
        connection.execute("delete from operation where seq > 7")
    connection.close()
    with pytest.raises(KnownError, match="8…10 are gone"):
        backup(station, tmp_path / "b")
    assert restore(tmp_path / "new", tmp_path / "b").head == made.head


def test_nothing_is_restored_under_a_lineside_that_runs(station: Path, tmp_path: Path) -> None:
    backup(station, tmp_path / "b")
    running = SqliteJournal(station)
    with pytest.raises(BusyError):
        restore(station, tmp_path / "b")
    running.close()


def test_what_the_plants_log_has_more_completes_the_journal_and_nothing_else_does(
    station: Path, tmp_path: Path
) -> None:
    log = operations(15)
    assert complete(station, "desk-1", log) == 5
    assert complete(station, "desk-1", log) == 0
    assert complete(station, "desk-2", log) == 0
    assert verify_folder(station).ok
    assert complete(tmp_path / "from nothing", "desk-1", log) == 15
    with pytest.raises(RefusedError, match="does not continue this journal: operation 16"):
        complete(station, "desk-1", operations(20, word="another"))
    assert len(read_journal(station)) == 15


def test_after_the_tail_came_back_nothing_counts_as_lost(station: Path) -> None:
    log = operations(15)
    write_mark(station / LOST, (15, log[-1].hash))
    complete(station, "desk-1", log)
    assert verify_folder(station).ok


# --- formats ----------------------------------------------------------------------------------------------------------


def number_of(folder: Path) -> int:
    engine = open_engine(folder / FILE, read_only=True)
    with engine.connect() as connection:
        found = formats.format_of(connection)
    engine.dispose()
    return found


def set_number(folder: Path, number: int) -> None:
    connection = sqlite3.connect(folder / FILE)
    connection.execute(f"PRAGMA user_version = {number}")
    connection.close()


def test_a_journal_from_before_the_formats_is_brought_forward(station: Path) -> None:
    set_number(station, 0)
    grow(station, 1)
    assert number_of(station) == formats.FORMAT
    assert len(read_journal(station)) == 11


def test_a_journal_of_a_newer_lineside_is_refused_in_a_sentence_and_left_as_it_is(station: Path) -> None:
    set_number(station, formats.FORMAT + 1)
    before = (station / FILE).read_bytes()
    with pytest.raises(StoreError, match=r"newer Lineside: format 2, this one knows up to 1\. Install the newer"):
        SqliteJournal(station)
    assert (station / FILE).read_bytes() == before
    assert len(read_journal(station)) == 10  # to look at it is no harm


def test_each_step_forward_is_made_once_and_in_order(station: Path) -> None:
    steps = ((), ("create table extra (x)",), ("alter table extra add column y", "insert into extra values (1, 2)"))
    engine = open_engine(station / FILE)
    for expected in (1, 3):
        with engine.begin() as connection:
            assert formats.bring_forward(connection, steps) == expected
            assert connection.exec_driver_sql("select count(*) from extra").scalar_one() == 1
    engine.dispose()


def test_steps_that_fail_half_way_leave_the_journal_as_it_was(station: Path) -> None:
    engine = open_engine(station / FILE)
    with pytest.raises(OperationalError), engine.begin() as connection:
        formats.bring_forward(connection, ((), ("create table extra (x)",), ("this is no statement",)))
    with engine.connect() as connection:
        assert not connection.exec_driver_sql("select name from sqlite_master where name = 'extra'").all()
    engine.dispose()
    assert number_of(station) == 1
    assert len(read_journal(station)) == 10


def test_an_empty_journal_has_nothing_to_complete(tmp_path: Path) -> None:
    assert complete(tmp_path, "desk-1", ()) == 0
    assert read_mark(tmp_path / MARK) == (0, GENESIS)
