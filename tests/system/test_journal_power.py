"""I1 without power: whatever a disk forgot that it was not told to keep, what was acknowledged is there."""

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import KnownError
from app.store.sqlite import FILE, SqliteJournal
from app.store.verify import read_journal, verify_folder
from tests.contract.test_journals import operations
from tests.needs import ROOT, need_program
from tests.system.power_cut import Call, Disk, traced

COMMITS = 320
"""Enough that the WAL is written back into the journal, and begins anew, on the way."""
CUTS = 60


@pytest.fixture(name="trace", scope="module")
def _trace(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Call]]:
    """A journal's folder and every file call of a process that wrote it, with what it acknowledged meanwhile."""
    need_program("strace", "strace")
    place = tmp_path_factory.mktemp("power")
    folder = place / "data"
    command = [sys.executable, "-m", "tests.system.journal_writer", str(folder), str(COMMITS)]
    return folder, traced(command, place / "calls", ROOT)


def cut(trace: tuple[Path, list[Call]], into: Path, *, honest: bool = True) -> Iterator[tuple[Path, int]]:
    """Folders as power cuts at many moments leave them, with the last sequence number that was acknowledged before."""
    folder, calls = trace
    chance, disk, acknowledged = random.Random(11), Disk(folder, honest=honest), 0
    ours = [place for place, call in enumerate(calls) if call.path.startswith(str(folder)) or call.printed]
    moments = set(chance.sample(ours, CUTS))
    for place, call in enumerate(calls):
        if place in moments:
            left = into / str(place)
            left.mkdir()
            for name, content in disk.after_cut(chance).items():
                (left / name).write_bytes(content)
            yield left, acknowledged
        disk.do(call)
        if call.printed:
            acknowledged = int(call.printed)


def test_a_power_cut_loses_nothing_that_was_acknowledged(trace: tuple[Path, list[Call]], tmp_path: Path) -> None:
    for left, acknowledged in cut(trace, tmp_path):
        journal = SqliteJournal(left)
        seq, head = journal.head()
        assert seq >= acknowledged, left
        journal.append(operations(2, seq + 1, head))
        journal.close()
        verdict = verify_folder(left)
        assert (verdict.ok, verdict.count) == (True, seq + 2), (left, verdict)


def test_the_cuts_also_meet_the_wal_as_it_is_written_back(trace: tuple[Path, list[Call]]) -> None:
    folder, calls = trace
    said = [place for place, call in enumerate(calls) if call.printed]
    pages = [place for place, call in enumerate(calls) if call.name == "pwrite64" and call.path == str(folder / FILE)]
    assert sum(said[0] < place < said[-1] for place in pages) > 100


def test_a_disk_that_lies_about_its_syncs_is_found_out(trace: tuple[Path, list[Call]], tmp_path: Path) -> None:
    """The measure measures: without the syncs the same cuts lose what was acknowledged."""
    assert any(held(left) < acknowledged for left, acknowledged in cut(trace, tmp_path, honest=False))


def held(folder: Path) -> int:
    try:
        return len(read_journal(folder))
    except KnownError:
        return 0
