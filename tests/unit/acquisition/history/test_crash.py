"""What a crash can leave behind, byte by byte: cut logs, zeros, a segment beside its log, unfinished files."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.acquisition.history.folder import listing
from app.acquisition.history.frames import ROW_BYTES
from app.acquisition.history.reader import HistoryReader
from tests.unit.acquisition.history.rig import DAY, MEMORY, Spools, batch, everything, tags

TAG = tags(1)[0].id
FLUSHES, ROWS = 8, 10


@pytest.fixture(scope="module")
def written() -> Iterator[Path]:
    """A folder with one log of FLUSHES frames of ROWS samples: n at DAY + n."""
    with TemporaryDirectory(dir=MEMORY) as name:
        new_spool = Spools()
        spool = new_spool(Path(name) / "history", tags(1))
        for flush in range(FLUSHES):
            numbers = np.arange(flush * ROWS, (flush + 1) * ROWS)
            spool.take(batch(0, DAY + numbers, numbers))
            spool.flush(DAY + numbers[-1])
        new_spool.end()
        yield Path(name) / "history"


@settings(max_examples=150, deadline=None)
@given(cut=st.integers(0, FLUSHES * (ROWS * ROW_BYTES + 24) + 40), zeros=st.sampled_from([0, 0, 1, 23, 5_000]))
def test_after_a_cut_anywhere_the_whole_flushes_are_there_and_writing_goes_on(
    written: Path, cut: int, zeros: int
) -> None:
    with TemporaryDirectory(dir=MEMORY) as name:
        folder, new_spool = Path(name) / "history", Spools()
        shutil.copytree(written, folder)
        (path,) = listing(folder).logs.values()
        data = path.read_bytes()
        path.write_bytes(data[:cut] + bytes(zeros))
        before = everything(folder, TAG)[1]
        spool = new_spool(folder, tags(1))
        spool.take(batch(0, [DAY + 1_000], [1_000.0]))
        spool.flush(DAY + 1_000)
        new_spool.end()
        after = everything(folder, TAG)[1]
        head = len(data) - FLUSHES * (ROWS * ROW_BYTES + 24)
        whole = min(FLUSHES, max(0, cut - head) // (ROWS * ROW_BYTES + 24)) * ROWS
        if zeros and len(before) > whole:
            whole += ROWS  # what was cut off were zeros too
        assert before.tolist() == list(range(whole))
        assert after.tolist() == [*range(whole), 1_000.0]
        assert spool.state.ok


def test_a_log_beside_its_segment_counts_once_and_is_removed(tmp_path: Path) -> None:
    new_spool = Spools()
    spool = new_spool(tmp_path, tags(1), seal_rows=100)
    spool.take(batch(0, DAY + np.arange(90.0), np.arange(90.0)))
    spool.flush(DAY)
    (log,) = listing(tmp_path).logs.values()
    kept = log.read_bytes()
    spool.take(batch(0, DAY + np.arange(90.0, 100.0), np.arange(90.0, 100.0)))
    spool.flush(DAY + 1)
    assert not log.exists()
    log.write_bytes(kept)
    (tmp_path / "00000009.tmp").write_bytes(b"half a segment")
    assert everything(tmp_path, TAG)[1].tolist() == list(range(100))
    new_spool(tmp_path, tags(1)).flush(DAY + 2)
    new_spool.end()
    assert not log.exists()
    assert not list(tmp_path.glob("*.tmp"))
    assert everything(tmp_path, TAG)[1].tolist() == list(range(100))


def test_a_log_that_a_crash_left_full_is_sealed_at_the_next_start(tmp_path: Path, written: Path) -> None:
    new_spool = Spools()
    shutil.copytree(written, tmp_path / "history")
    shutil.copy(tmp_path / "history" / "00000001.log", tmp_path / "history" / "00000002.log")
    new_spool(tmp_path / "history", tags(1)).flush(DAY + 500)
    new_spool.end()
    found = listing(tmp_path / "history")
    assert list(found.segments) == [1]
    assert list(found.logs) == [2]


def test_a_reader_follows_a_log_that_was_cut_and_written_on(tmp_path: Path, written: Path) -> None:
    folder, new_spool = tmp_path / "history", Spools()
    shutil.copytree(written, folder)
    (path,) = listing(folder).logs.values()
    path.write_bytes(path.read_bytes()[:-5])
    reader = HistoryReader(folder)
    assert len(reader.read(TAG, 0, 1e12)[0]) == (FLUSHES - 1) * ROWS
    spool = new_spool(folder, tags(1))
    spool.take(batch(0, [DAY + 1_000], [1_000.0]))
    spool.flush(DAY + 1_000)
    new_spool.end()
    assert reader.read(TAG, DAY + 100, 1e12)[1].tolist() == [1_000.0]
