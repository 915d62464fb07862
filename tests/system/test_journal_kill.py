"""I1 on a real disk: killed fifty times, full, opened twice, damaged: nothing acknowledged is lost, or it is named."""

import json
import multiprocessing as mp
import os
import random
import sqlite3
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from app.domain.errors import StoreError
from app.domain.operation import Operation
from app.store.lock import BusyError
from app.store.rebuild import rebuild
from app.store.sqlite import FILE, SqliteJournal
from app.store.verify import read_journal, verify_folder
from tests.contract.test_journals import operations
from tests.system import journal_child
from tests.system.command_line import lineside

KILLS = 50
LONGEST_BURST_S = 0.25
PATIENCE_S = 60.0


@pytest.fixture(name="forks", scope="module")
def _forks() -> mp.context.ForkServerContext:
    """Processes that have everything imported already."""
    context = mp.get_context("forkserver")
    context.set_forkserver_preload([journal_child.__name__])
    return context


def start(
    forks: mp.context.ForkServerContext, target: object, folder: Path, number: int
) -> tuple[BaseProcess, Connection]:
    reading, writing = forks.Pipe(duplex=False)
    child = forks.Process(target=target, args=(str(folder), writing, number), daemon=True)  # type: ignore[arg-type]
    child.start()
    writing.close()
    return child, reading


def said(pipe: Connection) -> Iterator[str]:
    """Everything that came down the pipe before the other end was gone."""
    try:
        while True:
            yield from pipe.recv_bytes().decode().split(",")
    except (EOFError, OSError):
        pipe.close()


def whole(log: list[Operation]) -> None:
    """Every command is in the log with all of its operations or not at all."""
    commands = defaultdict(list)
    for op in log:
        commands[op.cause].append(op.kind)
    assert all(kinds[0] == "CaseOpened" and "TaskOffered" in kinds for kinds in commands.values())


def test_killed_fifty_times_it_loses_nothing_that_it_acknowledged(
    tmp_path: Path, forks: mp.context.ForkServerContext
) -> None:
    chance, acknowledged = random.Random(7), set[str]()
    for number in range(KILLS):
        child, pipe = start(forks, journal_child.work, tmp_path, number)
        assert pipe.poll(PATIENCE_S)
        time.sleep(chance.random() * LONGEST_BURST_S)
        child.kill()
        acknowledged |= set(said(pipe))
        child.join()
        child.close()
        verdict = verify_folder(tmp_path)
        assert verdict.ok, verdict
        assert acknowledged <= {op.opid for op in read_journal(tmp_path)}
    log = read_journal(tmp_path)
    whole(log)
    model, bad = rebuild(log)
    assert bad == ()
    assert model.seq == len(log) >= len(acknowledged) > KILLS
    SqliteJournal(tmp_path).close()


def test_a_full_disk_is_refused_loudly_and_works_again_with_room(
    tmp_path: Path, forks: mp.context.ForkServerContext
) -> None:
    child, pipe = start(forks, journal_child.fill, tmp_path, 400_000)
    acknowledged = list(said(pipe))
    child.join()
    assert child.exitcode == 0
    assert acknowledged.pop() == "done"
    assert set(acknowledged) == {op.opid for op in read_journal(tmp_path)}
    assert verify_folder(tmp_path).ok
    whole(read_journal(tmp_path))


@pytest.fixture(name="small_disk")
def _small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte, where the system lets us mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("only root may mount a small disk; the test with a file limit covers it")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_small_disk_that_fills_keeps_what_it_has(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(500_000))
    journal = SqliteJournal(small_disk)
    kept = _until_refused(journal)
    with pytest.raises(StoreError, match="disk"):
        journal.append(operations(500, kept + 1, journal.head()[1]))
    assert len(journal.read()) == kept
    ballast.unlink()
    journal.append(operations(10, kept + 1, journal.head()[1]))
    journal.close()
    verdict = verify_folder(small_disk)
    assert (verdict.ok, verdict.count) == (True, kept + 10)


def _until_refused(journal: SqliteJournal) -> int:
    """Append until the disk refuses; how many operations it took."""
    for _ in range(10_000):
        seq, head = journal.head()
        try:
            journal.append(operations(20, seq + 1, head))
        except StoreError:
            return seq
    raise AssertionError("the disk never filled")


def test_a_second_instance_is_refused_while_the_first_lives(
    tmp_path: Path, forks: mp.context.ForkServerContext
) -> None:
    child, pipe = start(forks, journal_child.work, tmp_path, 1)
    try:
        assert pipe.poll(PATIENCE_S)
        with pytest.raises(BusyError) as refusal:
            SqliteJournal(tmp_path)
        assert "--data" in refusal.value.todo
    finally:
        child.kill()
        list(said(pipe))
        child.join()
    SqliteJournal(tmp_path).close()


# --- the command line -------------------------------------------------------------------------------------------------


def filled(folder: Path) -> None:
    journal = SqliteJournal(folder)
    journal.append(operations(10))
    journal.close()


def execute(folder: Path, statement: str) -> None:
    connection = sqlite3.connect(folder / FILE)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_verify_says_by_its_exit_code_whether_the_journal_is_whole(tmp_path: Path) -> None:
    filled(tmp_path)
    good = lineside("verify", "--data", tmp_path)
    assert good.rc == 0
    assert "10 operations" in good.out
    execute(tmp_path, "UPDATE operation SET payload = replace(payload, 'note 7', 'note 9') WHERE seq = 7")
    bad = lineside("verify", "--data", tmp_path)
    assert bad.rc == 1
    assert "Operation 7" in bad.out
    none = lineside("verify", "--data", tmp_path / "empty")
    assert none.rc == 2
    assert "no journal" in none.err
    assert "Traceback" not in none.err + bad.err


def test_verify_names_a_removed_tail_by_the_mark(tmp_path: Path) -> None:
    filled(tmp_path)
    execute(tmp_path, "DELETE FROM operation WHERE seq > 8")
    bad = lineside("verify", "--data", tmp_path)
    assert bad.rc == 1
    assert "9…10 are gone" in bad.out


def test_the_log_is_one_json_object_a_line(tmp_path: Path) -> None:
    filled(tmp_path)
    printed = lineside("log", "--json", "--data", tmp_path)
    assert printed.rc == 0
    rows = [json.loads(line) for line in printed.out.splitlines()]
    assert [row["seq"] for row in rows] == list(range(1, 11))
    assert [row["hash"] for row in rows] == [op.hash for op in operations(10)]
    assert rows[0]["payload"] == {"case_id": "1", "text": "note 1 ä漢"}
    assert lineside("log", "--data", tmp_path / "empty").rc == 2
