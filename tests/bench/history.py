"""`make bench-history`: what a sample costs on its way to disk, and how long a picture of history takes.

The peer is sqlite3 with the same samples in a table keyed by tag and time, WAL, one transaction a second, synced; for
pictures, its best plain query. Both write to the same disk, taking turns. A cold picture is one whose files the
system was told to forget (where it can be told).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from app.acquisition.history.folder import sizes
from app.acquisition.history.reader import HistoryReader
from app.acquisition.history.spool import Spool
from app.domain.plant import Signal, Tag
from app.ports import Samples
from tests.bench.line import Figure, run, under

ROUNDS = 5
TAGS = 2_000
PER_SECOND = 20_000
A_BATCH = 500
SECONDS = 15
BIG = 10_000_000
HERTZ = 100
DAY_S = 86_400
COLUMNS = 1_400
BEGIN = 1_700_000_000.0
ROOM_MB = 4_000.0
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=2000")
TABLE = (
    "CREATE TABLE sample (tag INTEGER, at_us INTEGER, value REAL, quality INTEGER, PRIMARY KEY (tag, at_us)) "
    "WITHOUT ROWID"
)
PICTURE = (
    "SELECT (at_us - :begin) * :columns / (:end - :begin) AS col, min(value), max(value) FROM sample "
    "WHERE tag = 0 AND at_us >= :begin AND at_us < :end GROUP BY col"
)


def tag(index: int) -> Tag:
    """A tag that has a history."""
    return Tag(
        index=index,
        id=f"L{index % 20}.m.t{index}",
        name="",
        machine="m",
        controller="c",
        signal=Signal.PROCESS,
        history=True,
    )


def second_of(second: int, rng: np.random.Generator) -> list[Samples]:
    """One second of samples of all tags, in batches as drivers give them."""
    found = []
    for number in range(PER_SECOND // A_BATCH):
        places = (np.arange(A_BATCH) + number * A_BATCH) % TAGS
        at_s = BEGIN + second + number / (PER_SECOND / A_BATCH) + rng.random(A_BATCH) * 1e-3
        values = rng.normal(50, 5, A_BATCH).astype(np.float32).astype(np.float64)
        found.append(
            Samples(
                tags=places.astype(np.int32),
                values=values,
                qualities=np.zeros(A_BATCH, np.uint8),
                source_s=at_s,
                received_s=float(at_s[-1]),
            )
        )
    return found


class Sqlite:
    """The peer."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / "history.sqlite", isolation_level=None)
        for pragma in PRAGMAS:
            self._db.execute(f"PRAGMA {pragma}")
        self._db.execute(TABLE)

    def write(self, batches: list[Samples]) -> None:
        """One transaction."""
        self._db.execute("BEGIN")
        for batch in batches:
            at_us = np.rint(batch.source_s * 1e6).astype(np.int64)
            rows = zip(
                batch.tags.tolist(), at_us.tolist(), batch.values.tolist(), batch.qualities.tolist(), strict=True
            )
            self._db.executemany("INSERT OR REPLACE INTO sample VALUES (?, ?, ?, ?)", rows)
        self._db.execute("COMMIT")

    def drawn(self, begin_s: float, end_s: float) -> int:
        """The picture; the number of columns that have something."""
        window = {"begin": int(begin_s * 1e6), "end": int(end_s * 1e6), "columns": COLUMNS}
        return len(self._db.execute(PICTURE, window).fetchall())

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


def took_s(act: Callable[[], object]) -> float:
    """Wall time of one act."""
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def writing(folder: Path) -> Iterator[Figure]:
    """µs a sample on the loop, in all (wall, disk included), and of one core; the peer beside it."""
    rng, taken, wall, core, peer, peer_core = np.random.default_rng(1), [], [], [], [], []
    spool = Spool(folder / "spool", [tag(index) for index in range(TAGS)], ROOM_MB)
    with closing(spool), closing(Sqlite(folder / "sqlite")) as sqlite:
        for number in range(ROUNDS):
            seconds = [second_of(number * SECONDS + second, rng) for second in range(SECONDS)]
            count = SECONDS * PER_SECOND / 1e6
            before, on_loop, written = time.process_time(), 0.0, 0.0
            for second, batches in enumerate(seconds):
                on_loop += took_s(lambda batches=batches: [spool.take(batch) for batch in batches])
                written += took_s(lambda second=second: spool.flush(BEGIN + second))
            taken.append(on_loop / count)
            wall.append((on_loop + written) / count)
            core.append((time.process_time() - before) / count)
            before = time.process_time()
            peer.append(sum(took_s(lambda batches=batches: sqlite.write(batches)) for batches in seconds) / count)
            peer_core.append((time.process_time() - before) / count)
    yield Figure(metric="take_on_loop", unit="us/sample", runs=taken, goal=under(1.0))
    yield Figure(metric="write_wall", unit="us/sample", runs=wall, baseline=peer)
    yield Figure(metric="write_cpu", unit="us/sample", runs=core, baseline=peer_core, goal=under(1.0))
    mine, its = (sizes(folder / name) / (ROUNDS * SECONDS * PER_SECOND) for name in ("spool", "sqlite"))
    yield Figure(metric="on_disk", unit="bytes/sample", runs=[mine], baseline=[its])


def one_tag(count: int, hertz: float) -> Iterator[Samples]:
    """So many samples of one tag, a walk, in large batches."""
    rng, step = np.random.default_rng(2), 100_000
    for begin in range(0, count, step):
        at_s = BEGIN + np.arange(begin, min(begin + step, count)) / hertz
        yield Samples(
            tags=np.zeros(len(at_s), np.int32),
            values=np.cumsum(rng.normal(size=len(at_s))).astype(np.float32).astype(np.float64),
            qualities=np.zeros(len(at_s), np.uint8),
            source_s=at_s,
            received_s=float(at_s[-1]),
        )


def filled(folder: Path, count: int, hertz: float) -> tuple[Path, Sqlite]:
    """The same samples in a spool and in the peer."""
    spool, peer = Spool(folder / "spool", [tag(0)], ROOM_MB), Sqlite(folder / "sqlite")
    with closing(spool):
        for batch in one_tag(count, hertz):
            spool.take(batch)
            spool.flush(batch.received_s)
            peer.write([batch])
    return folder / "spool", peer


def forgotten(folder: Path) -> bool:
    """Whether the system could be told to forget the folder's files, so that it reads them from the disk again."""
    if not hasattr(os, "posix_fadvise"):
        return False
    for path in folder.iterdir():
        handle = os.open(path, os.O_RDWR)
        os.fsync(handle)
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(handle)
    return True


def drawn_ms(reader: HistoryReader, begin_s: float, seconds: float) -> float:
    """A picture of the window."""
    return 1e3 * took_s(lambda: reader.drawn(tag(0).id, begin_s, begin_s + seconds, COLUMNS))


def pictures(folder: Path) -> Iterator[Figure]:
    """10 M samples of one tag in 1,400 columns: cold and warm, by a new and a known reader; and an hour of them."""
    spool, peer = filled(folder / "big", BIG, HERTZ)
    new, cold, warm, hour = [], [], [], []
    for _ in range(ROUNDS):
        if forgotten(spool):
            new.append(drawn_ms(HistoryReader(spool), BEGIN, BIG / HERTZ))
        reader = HistoryReader(spool)
        drawn_ms(reader, BEGIN, 1.0)
        if forgotten(spool):
            cold.append(drawn_ms(reader, BEGIN, BIG / HERTZ))
        warm.append(drawn_ms(reader, BEGIN, BIG / HERTZ))
        hour.append(drawn_ms(reader, BEGIN + BIG / HERTZ / 2, 3_600.0))
    if cold:
        yield Figure(metric="drawn_10M_cold_new_reader", unit="ms", runs=new, goal=under(200))
        yield Figure(metric="drawn_10M_cold", unit="ms", runs=cold, goal=under(200))
    with closing(peer):
        its = [1e3 * took_s(lambda: peer.drawn(BEGIN, BEGIN + BIG / HERTZ))]
    yield Figure(metric="drawn_10M_warm", unit="ms", runs=warm, baseline=its, goal=under(200))
    yield Figure(metric="drawn_hour_of_10M_warm", unit="ms", runs=hour)


def a_day(folder: Path) -> Iterator[Figure]:
    """A day of one tag at one a second."""
    spool, peer = filled(folder / "day", DAY_S, 1.0)
    reader = HistoryReader(spool)
    mine = [drawn_ms(reader, BEGIN, DAY_S) for _ in range(ROUNDS)]
    rows = [1e3 * took_s(lambda: reader.read(tag(0).id, BEGIN, BEGIN + DAY_S)) for _ in range(ROUNDS)]
    with closing(peer):
        its = [1e3 * took_s(lambda: peer.drawn(BEGIN, BEGIN + DAY_S)) for _ in range(ROUNDS)]
    yield Figure(metric="drawn_day_at_1Hz", unit="ms", runs=mine, baseline=its, goal=under(20))
    yield Figure(metric="read_day_at_1Hz", unit="ms", runs=rows)


def measure() -> Iterator[Figure]:
    """Every figure, in a folder of the user's own disk."""
    folder = Path(tempfile.mkdtemp(prefix="lineside-history-", dir=os.environ.get("BENCH_DIR")))
    try:
        for part in (writing, pictures, a_day):
            yield from part(folder)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    run("history", measure)
