"""Tags, batches and plain numpy answers to hold the spool against."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from app.acquisition.history.drawing import edges_us
from app.acquisition.history.reader import HistoryReader
from app.acquisition.history.rows import Codes, Floats, micro, micros, shown
from app.acquisition.history.spool import Spool
from app.domain.plant import Signal, Tag
from app.domain.reading import Quality
from app.ports import Samples

DAY = 1_700_000_000.0
MEMORY = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
"""Where many small files are made quickly: for tests in which no disk matters."""


def tag(index: int, name: str = "", *, history: bool = True, signal: Signal = Signal.PROCESS) -> Tag:
    return Tag(
        index=index,
        id=name or f"L1.filler.t{index}",
        name="",
        machine="L1.filler",
        controller="C-L1",
        signal=signal,
        history=history,
    )


def tags(count: int) -> tuple[Tag, ...]:
    return tuple(tag(index) for index in range(count))


def batch(
    places: Sequence[int] | int,
    times: Sequence[float] | Floats,
    values: Sequence[float] | Floats,
    qualities: Sequence[int] | int = Quality.GOOD,
    received_s: float | None = None,
) -> Samples:
    """Samples of the tags with these board indices."""
    count = len(times)
    return Samples(
        tags=np.broadcast_to(np.array(places, np.int32), count).copy(),
        values=np.array(values, np.float64),
        qualities=np.broadcast_to(np.array(qualities, np.uint8), count).copy(),
        source_s=np.array(times, np.float64),
        received_s=float(max(times, default=0.0)) if received_s is None else received_s,
    )


class Spools:
    """Makes spools; `end` leaves them as kill -9 would."""

    def __init__(self) -> None:
        self._made: list[Spool] = []

    def __call__(
        self,
        folder: Path,
        kept: Sequence[Tag],
        most_mb: float = 50.0,
        *,
        seal_rows: int = 1_000,
        keep_free_mb: float = 0.0,
        most_waiting: int = 1_000_000,
        most_days: float = 0.0,
    ) -> Spool:
        """A spool with short segments, that leaves no room to others."""
        spool = Spool(
            folder,
            kept,
            most_mb,
            most_days=most_days,
            seal_rows=seal_rows,
            keep_free_mb=keep_free_mb,
            most_waiting=most_waiting,
        )
        self._made.append(spool)
        return spool

    def end(self) -> None:
        """Let go of the files without a flush."""
        for spool in self._made:
            spool._let_go()


def everything(folder: Path, tag_id: str) -> tuple[Floats, Floats, Codes]:
    """All rows of a tag but the marks of broken lines."""
    times, values, qualities = HistoryReader(folder).read(tag_id, -1e12, 1e12)
    kept = qualities != Quality.LOST
    return times[kept], values[kept], qualities[kept]


def picture(
    times: Floats, values: Floats, qualities: Codes, window: tuple[float, float], columns: int, until_s: float
) -> tuple[list[float], list[float]]:
    """What `drawn` must answer, column by column; rows ascending by time."""
    edges, at, seen = edges_us(micro(window[0]), micro(window[1]), columns), micros(times), shown(values, qualities)
    low, high = [], []
    for begin, end in pairwise(edges.tolist()):
        inside, before = seen[(at >= begin) & (at < end)], seen[at < begin]
        if len(inside):
            known = inside[np.isfinite(inside)]
            low.append(known.min() if len(known) else np.nan)
            high.append(known.max() if len(known) else np.nan)
        else:
            held = before[-1] if len(before) and begin <= micro(until_s) else np.nan
            low.append(held)
            high.append(held)
    return low, high
