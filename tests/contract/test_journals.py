"""What every journal promises; that every event survives it; and that the log folds to what stood."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.bus import seal
from app.codec import UnreadableError, encode
from app.domain import commands as c
from app.domain import events as e
from app.domain.chain import GENESIS
from app.domain.erp import Reference
from app.domain.errors import StoreError
from app.domain.events import EVENT_TYPES, Event
from app.domain.operation import Operation, Recorded
from app.event_codec import decode
from app.store.lock import BusyError
from app.store.memory import MemoryJournal
from app.store.rebuild import rebuild
from app.store.sqlite import FILE, LOST, MARK, SqliteJournal, read_mark, write_mark
from app.store.verify import read_journal, verify, verify_folder
from tests.contract.events import events
from tests.plants import NOON, small_reference
from tests.unit.services.floor import Floor, finding, floor


def operations(count: int, first: int = 1, prev: str = GENESIS, word: str = "note") -> list[Operation]:
    """A whole chain of notes."""
    made: list[Operation] = []
    for seq in range(first, first + count):
        event = e.NoteAdded(case_id="1", text=f"{word} {seq} ä漢")
        rec = Recorded(
            event=event, opid=f"{seq:036d}", seq=seq, person="silva", at=NOON, source_at=NOON, version=seq, cause="1"
        )
        made.append(seal(rec, "desk-1", seq, made[-1].hash if made else prev))
    return made


JOURNALS: dict[str, Callable[[Path], Any]] = {"sqlite": SqliteJournal, "memory": lambda folder: MemoryJournal()}


@pytest.fixture(name="journal", params=JOURNALS)
def _journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    made = JOURNALS[request.param](tmp_path)
    yield made
    made.close()


def test_an_empty_journal_has_no_head(journal: Any) -> None:
    assert journal.head() == (0, GENESIS)
    assert list(journal.read()) == []


def test_what_was_appended_is_read_as_it_was(journal: Any) -> None:
    made = operations(5)
    journal.append(made[:2])
    journal.append([])
    journal.append(made[2:])
    assert list(journal.read()) == made
    assert list(journal.read(3)) == made[3:]
    assert journal.head() == (5, made[-1].hash)
    assert verify(journal.read()).ok


def test_reference_data_is_kept(journal: Any) -> None:
    assert journal.load() == Reference()
    journal.save(small_reference())
    journal.save(small_reference())
    assert journal.load() == small_reference()


def test_a_refused_append_leaves_nothing_behind(tmp_path: Path) -> None:
    made = operations(4)
    memory, sqlite = MemoryJournal(), SqliteJournal(tmp_path)
    for journal, spoilt in ((memory, made[1:]), (sqlite, [made[1], made[2], made[1]])):
        journal.append(made[:1])
        memory.full = True
        with pytest.raises(StoreError):
            journal.append(spoilt)
        memory.full = False
        assert list(journal.read()) == made[:1]
        assert journal.head() == (1, made[0].hash)
        journal.append(made[1:])
        assert list(journal.read()) == made
    sqlite.close()


# --- the file ---------------------------------------------------------------------------------------------------------


def filled(folder: Path, count: int = 10) -> list[Operation]:
    journal = SqliteJournal(folder)
    journal.append(operations(count))
    journal.close()
    return operations(count)


def execute(folder: Path, statement: str) -> None:
    connection = sqlite3.connect(folder / FILE)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_journal_goes_on_where_it_was(tmp_path: Path) -> None:
    made = filled(tmp_path)
    journal = SqliteJournal(tmp_path)
    assert journal.head() == (10, made[-1].hash)
    journal.append(operations(2, 11, made[-1].hash))
    journal.close()
    assert verify_folder(tmp_path).ok
    assert read_mark(tmp_path / MARK)[0] == 12


def test_it_is_durable_by_its_settings(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path)
    with journal._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    journal.close()


def test_a_second_one_on_the_folder_is_refused_and_may_go_on_after(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path)
    with pytest.raises(BusyError):
        SqliteJournal(tmp_path)
    journal.append(operations(1))
    journal.close()
    SqliteJournal(tmp_path).close()


def test_it_is_read_while_somebody_writes_and_from_a_folder_of_any_name(tmp_path: Path) -> None:
    folder = tmp_path / "odd ?#%41 ä"
    journal = SqliteJournal(folder)
    journal.append(operations(3))
    assert len(read_journal(folder)) == 3
    journal.append(operations(1, 4, journal.head()[1]))
    assert verify_folder(folder).ok
    journal.close()


def test_a_file_that_is_no_journal_is_refused_and_leaves_the_folder_free(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"this is no database at all" * 400)
    for _ in range(2):
        with pytest.raises(StoreError):
            SqliteJournal(tmp_path)
    (tmp_path / FILE).unlink()
    SqliteJournal(tmp_path).close()


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_a_file_that_went_away_while_open_is_noticed_with_the_next_append(tmp_path: Path, how: str) -> None:
    journal = SqliteJournal(tmp_path / "a")
    journal.append(operations(1))
    (tmp_path / "a" / FILE).unlink()
    if how == "replaced":
        (tmp_path / "a" / FILE).write_bytes(b"")
    with pytest.raises(StoreError, match="moved or replaced"):
        journal.append(operations(1, 2, journal.head()[1]))
    assert journal.head()[0] == 1
    journal.close()


# --- verify -----------------------------------------------------------------------------------------------------------


def test_a_whole_journal_is_said_to_be_whole(tmp_path: Path) -> None:
    made = filled(tmp_path)
    verdict = verify_folder(tmp_path)
    assert (verdict.ok, verdict.count, verdict.head) == (True, 10, made[-1].hash)


@pytest.mark.parametrize(
    ("statement", "bad_seq"),
    [
        ("UPDATE operation SET payload = replace(payload, 'note 7', 'note 8') WHERE seq = 7", 7),
        ("UPDATE operation SET person = 'okafor' WHERE seq = 3", 3),
        ("UPDATE operation SET recorded_at = '2026-11-22T13:00:00+00:00' WHERE seq = 3", 3),
        ("UPDATE operation SET recorded_at = 'yesterday' WHERE seq = 4", 4),
        ("UPDATE operation SET payload = CAST(x'7bff22' AS TEXT) WHERE seq = 5", 5),
        ("UPDATE operation SET monotonic_ns = 'x' WHERE seq = 6", 6),
        ("UPDATE operation SET prev_hash = hash WHERE seq = 2", 2),
        ("DELETE FROM operation WHERE seq = 6", 7),
        ("DELETE FROM operation WHERE seq > 8", 9),
        ("DELETE FROM operation", 1),
    ],
)
def test_the_first_bad_operation_is_named(tmp_path: Path, statement: str, bad_seq: int) -> None:
    filled(tmp_path)
    execute(tmp_path, statement)
    verdict = verify_folder(tmp_path)
    assert verdict.bad_seq == bad_seq
    assert verdict.reason


def test_a_byte_changed_in_the_file_names_its_operation(tmp_path: Path) -> None:
    filled(tmp_path)
    raw = (tmp_path / FILE).read_bytes()
    place = raw.index(b"note 7") + 5
    (tmp_path / FILE).write_bytes(raw[:place] + b"9" + raw[place + 1 :])
    assert verify_folder(tmp_path).bad_seq == 7


def test_a_rewritten_chain_is_known_by_its_mark(tmp_path: Path) -> None:
    filled(tmp_path)
    execute(tmp_path, "DELETE FROM operation")
    mark = read_mark(tmp_path / MARK)
    journal = MemoryJournal([replace(op) for op in operations(10)])
    assert verify(journal.read(), (mark[0], "0" * 64)).bad_seq == 10


def test_a_mark_that_is_behind_or_broken_accuses_nobody(tmp_path: Path) -> None:
    made = filled(tmp_path)
    write_mark(tmp_path / MARK, (4, made[3].hash))
    assert verify_folder(tmp_path).ok
    (tmp_path / MARK).write_text("{")
    assert verify_folder(tmp_path).ok


@pytest.mark.expects_error_log
def test_a_lost_tail_is_not_hidden_by_what_is_written_after_it(tmp_path: Path) -> None:
    made = filled(tmp_path)
    execute(tmp_path, "DELETE FROM operation WHERE seq > 6")
    journal = SqliteJournal(tmp_path)
    assert journal.head()[0] == 6
    journal.append(operations(2, 7, made[5].hash, "other"))
    assert "gone" in verify_folder(tmp_path).reason
    journal.append(operations(6, 9, journal.head()[1]))
    journal.close()
    assert verify_folder(tmp_path).bad_seq == 10
    assert read_mark(tmp_path / LOST) == (10, made[-1].hash)


# --- codec and fold ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVENT_TYPES)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_event_comes_back_from_the_journal_as_it_was(name: str, data: st.DataObject) -> None:
    event = data.draw(events(EVENT_TYPES[name]))
    text = encode(event)
    back = decode(name, text)
    assert back == event
    assert encode(back) == text


def test_every_event_class_is_in_the_table() -> None:
    written = {cls for cls in vars(e).values() if isinstance(cls, type) and issubclass(cls, Event)}
    leaves = {cls for cls in written if not any(cls in other.__mro__[1:] for other in written)}
    assert set(EVENT_TYPES.values()) == leaves
    assert all(cls.__name__ == name for name, cls in EVENT_TYPES.items())


def test_an_event_of_a_later_version_is_unreadable_and_set_aside() -> None:
    with pytest.raises(UnreadableError):
        decode("CaseTeleported", "{}")
    with pytest.raises(UnreadableError):
        decode("NoteAdded", '{"case_id": 5}')
    with floor() as desk:
        desk.opened()
        log = list(desk.journal.read())
        strange = [replace(log[0], kind="CaseTeleported"), *log[1:]]
        model, bad = rebuild(strange)
    assert [row.seq for row in bad] == [op.seq for op in log]
    assert model.seq == log[-1].seq
    assert all(row.reason for row in bad)


def a_long_day(desk: Floor) -> None:
    """Something of every stream."""
    case = desk.opened()
    desk.send(c.OwnCase(case_id=case.id), "weiss")
    desk.opened("controller_lost", None, controller="C-L1")
    desk.send(c.ReportException(what="2", text="Crooked caps", machine="L1.labeller"), "silva")
    units = (e.HeldUnits(lot="4480-A", first=1, last=9, quantity=Decimal(9)),)
    stored = desk.send(c.PlaceHold(units=units, reason_code="x", reason="Doubt", case_id=case.id), "silva")
    hold_id = stored.streams[0].removeprefix("hold/")
    desk.send(c.ReviewHold(hold_id=hold_id), "brandt")
    count = c.RecordCount(order="WO-1", line="L1", machine="L1.packer", lot="4480-A", good=Decimal(12),
                          scrap=Decimal(1), counter=1.5, from_at=NOON, to_at=NOON + timedelta(seconds=60))  # fmt: skip
    desk.send(count)
    desk.send(c.ConfirmOrder(order="WO-1", good=Decimal(12), scrap=Decimal(0), lot="4480-A"), "okafor")
    move = c.ProposeAssignment(subject=e.Subject.ORDER, subject_id="WO-2", to_line="L2", reason="L1 is down")
    desk.send(move, "okafor")
    desk.send(c.SignIn(person_id="silva"), "silva")
    for _ in range(10):
        desk.tick(400)
    desk.send(c.RecordFinding(finding=finding("alarm_burst", "L1.filler", at=NOON)))
    desk.send(c.ResolveCase(case_id=case.id, cause="Jam", fix="Cleared"), "okafor")
    desk.send(c.DraftHandover(), "okafor")


@pytest.mark.parametrize("kind", JOURNALS)
def test_the_log_folds_to_what_stood_and_each_commit_told(kind: str, tmp_path: Path) -> None:
    with floor() as desk:
        a_long_day(desk)
        journal = JOURNALS[kind](tmp_path)
        journal.append(desk.journal.read())
        folded, bad = rebuild(journal.read())
        journal.close()
        live = desk.bus.model
        assert bad == ()
        assert folded.seq == live.seq
        assert set(folded.kinds()) == set(live.kinds())
        told = {stream: row for changes in desk.told for stream, row in changes.rows.items()}
        for rows in live.kinds():
            assert list(folded.every(rows)) == list(live.every(rows))
            assert list(folded.live(rows)) == list(live.live(rows))
            assert all(told[f"{rows}/{row.id}"] == row for row in live.every(rows))
        keys = {case.occurrence for case in desk.cases}
        assert all(folded.occurrence(key) == live.occurrence(key) for key in keys)
