"""The spool against kill -9, against readers beside its writer, and on a disk that is full."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from app.acquisition.history.folder import listing
from app.acquisition.history.reader import HistoryReader
from app.acquisition.history.rows import Floats
from tests.needs import ROOT, lacking
from tests.unit.acquisition.history.rig import DAY, Spools, batch, everything, tags

KILLS = 20
SPEED, OTHER = (tag.id for tag in tags(2))


@contextmanager
def writer(folder: Path, first: int, *, most_mb: float, seal_rows: int) -> Iterator[Iterator[int]]:
    """A writing process and what it says; killed at the end."""
    command = [sys.executable, "-m", "tests.system.history_writer", str(folder), *map(str, (first, most_mb, seal_rows))]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield (int(line) for line in process.stdout if line.endswith("\n"))
        finally:
            process.kill()
            process.wait()


def numbers_of(folder: Path, tag_id: str) -> Floats:
    """The tag's values, after checking that each stands at its own time."""
    times, values, _ = everything(folder, tag_id)
    np.testing.assert_allclose(times, DAY + values / 100, rtol=0, atol=2e-6)
    return values


def test_a_killed_writer_leaves_everything_flushed_and_nothing_torn(tmp_path: Path) -> None:
    rng, flushed, first = random.Random(3), [], 0
    for _ in range(KILLS):
        with writer(tmp_path, first, most_mb=100, seal_rows=1_500) as said:
            for _ in range(rng.randint(1, 12)):
                number = next(said)
        flushed.append((first, number))
        first = number + 1_000_000
    for tag_id in (SPEED, OTHER):
        values = numbers_of(tmp_path, tag_id)
        for begin, end in flushed:
            run = values[(values >= begin) & (values < begin + 1_000_000)]
            assert len(run) >= end - begin
            np.testing.assert_array_equal(run, begin + np.arange(len(run)))
    assert listing(tmp_path).segments, "some were killed while or after they sealed"


def test_a_reader_beside_the_writer_sees_whole_history_only(tmp_path: Path) -> None:
    reader = HistoryReader(tmp_path)
    with writer(tmp_path, 0, most_mb=1, seal_rows=1_500) as said:
        read_to, evictions = 0.0, set()
        while len(evictions) < 3:
            flushed = next(said)
            times, values, _ = reader.read(SPEED, 0, 1e12)
            evictions.add(reader.evicted_until)
            np.testing.assert_array_equal(np.diff(values), 1.0)
            np.testing.assert_allclose(times, DAY + values / 100, rtol=0, atol=2e-6)
            assert values[-1] >= max(flushed - 1, read_to), "never less than was flushed, or read before"
            read_to = float(values[-1])
            _, low, high = reader.drawn(SPEED, times[-1] - 9.995, times[-1] + 0.005, 10)
            assert len(values) < 1_000 or (high - low).tolist() == [99.0] * 10
    assert reader.damaged == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 3 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if sys.platform == "win32" or os.geteuid() != 0:
        lacking("only root can mount a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        lacking("this system lets no one mount a small disk")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_on_a_full_disk_history_gives_way_says_so_and_recovers(small_disk: Path) -> None:
    new_spool, number = Spools(), 0
    spool = new_spool(small_disk / "history", tags(1), 100, seal_rows=10_000)
    seen: list[bool] = []

    def go_on(flushes: int) -> None:
        nonlocal number
        for _ in range(flushes):
            numbers = np.arange(number, number + 1_000)
            spool.take(batch(0, DAY + numbers / 100, numbers))
            spool.flush(DAY + numbers[-1] / 100)
            seen.append(spool.state.ok)
            number += 1_000

    go_on(400)
    assert not all(seen), "the disk was full once and that was said"
    assert any(seen[-5:]), "and its own oldest made room"
    assert spool.state.evicted_until_s is not None
    ballast = small_disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for gone in listing(small_disk / "history").segments.values():
            gone.unlink()
        while small_disk_takes(file.fileno()):
            pass
    go_on(5)
    assert not spool.state.ok, "nothing of its own is left to give"
    ballast.unlink()
    go_on(5)
    assert spool.state.ok
    values = numbers_of(small_disk / "history", SPEED)
    np.testing.assert_array_equal(values[-10_000:], np.arange(number - 10_000, number)), "none was dropped"
    new_spool.end()


def small_disk_takes(handle: int) -> bool:
    """Whether a page more fits on the disk."""
    try:
        return os.write(handle, bytes(4096)) > 0
    except OSError:
        return False
