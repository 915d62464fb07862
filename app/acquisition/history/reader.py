"""History for trends: rows and pictures of a tag by time, from the spool's files, while another process writes them.

Reads only. Owns what a reader sees of files that grow, are sealed or go; knows nothing of drivers or boards.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from app.acquisition.history import frames
from app.acquisition.history.drawing import NEVER_US, Columns
from app.acquisition.history.folder import evicted, listing
from app.acquisition.history.rows import LATEST_US, US, Codes, Floats, Rows, joined, micro, shown
from app.acquisition.history.segment import Block, Picks, Segment, UnreadableSegmentError, opened

log = logging.getLogger("lineside.history")

TRIES = 5
BEHIND_ALL_US = 2 * LATEST_US


class Log:
    """A log as far as it is written: every `grow` reads on where the last one ended."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.written_us = NEVER_US
        self._places: dict[str, int] = {}
        self._begin = self._read_to = 0
        self._parts: list[Rows] = []

    def grow(self) -> None:
        """Take in the frames that have become whole. Raises OSError where the file is gone."""
        with self.path.open("rb") as file:
            file.seek(self._read_to)
            data = file.read()
        at = 0
        if not self._read_to:
            known = frames.read_head(data)
            if known is None:
                return
            ids, at = known
            self._places = {name: place for place, name in enumerate(ids)}
        for frame in frames.frames(data, at):
            at, self.written_us = frame.end, max(self.written_us, frame.written_us)
            if len(frame.rows):
                self._parts.append(frame.rows)
        self._read_to += at

    def rows(self, tag_id: str) -> Rows:
        """A tag's rows, by time."""
        place = self._places.get(tag_id)
        if place is None:
            return joined([])
        found = [part.of(place) for part in self._parts]
        return joined([part for part in found if len(part)]).by_time()

    def newest(self) -> dict[str, tuple[int, float]]:
        """(time in µs, value) of every tag's last row; NaN where it may not be drawn."""
        rows = joined(self._parts)
        rows = rows.chosen(np.lexsort((rows.times_us, rows.places)))
        lasts = rows.chosen(np.flatnonzero(np.diff(rows.places, append=np.uint32(2**32 - 1))))
        ids, values = list(self._places), shown(lasts.values, lasts.qualities)
        found = zip(lasts.places.tolist(), lasts.times_us.tolist(), values.tolist(), strict=True)
        return {ids[place]: (at_us, value) for place, at_us, value in found}


class HistoryReader:
    """What the spool in `folder` has. One thread at a time. Never raises for the disk: what can't be read is absent.

    Times are seconds since 1970 UTC by the controllers' clocks, exact to 1 µs. `damaged` counts what was left out.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._segments: dict[int, Segment] = {}
        self._logs: dict[int, Log] = {}
        self._unreadable: set[Path] = set()
        self.damaged = 0

    @property
    def evicted_until(self) -> float | None:
        """What was spooled until then (station's clock) is gone for lack of room; None if nothing is."""
        found = evicted(self._folder)
        return found.until_s if found else None

    @property
    def known_until(self) -> float | None:
        """When the spool was last written (station's clock); None if never. Nothing is known later than that."""
        self._refresh()
        until_us = self._until_us()
        return until_us / US if until_us > NEVER_US else None

    def span(self, tag_id: str) -> tuple[float, float] | None:
        """The first and the last instant that there is a row of the tag; None if there is none."""
        self._refresh()
        times = [(block.first_us, block.last_us) for block in self._blocks(tag_id, self._segments)]
        for grown in self._logs.values():
            rows = grown.rows(tag_id)
            if len(rows):
                times.append((int(rows.times_us[0]), int(rows.times_us[-1])))
        if not times:
            return None
        return min(first for first, _ in times) / US, max(last for _, last in times) / US

    def read(self, tag_id: str, from_s: float, to_s: float) -> tuple[Floats, Floats, Codes]:
        """(times, values, qualities) of every row with from_s <= time < to_s, by time.

        A row with quality LOST and no value (NaN) says that nothing is known from there until the next.
        """
        self._refresh()
        from_us, to_us = micro(from_s), micro(to_s)
        touched = [n for n, s in self._segments.items() if s.first_us < to_us and s.last_us >= from_us]
        parts = []
        for block in self._blocks(tag_id, touched):
            chunks = block.chunks
            inside = np.flatnonzero((chunks["first_us"] < to_us) & (chunks["last_us"] >= from_us))
            block.fetch(inside)
            parts.append(block.rows(inside))
            self.damaged += block.rotten
        parts += [grown.rows(tag_id) for grown in self._logs.values()]
        rows = joined([part for part in parts if len(part)]).by_time()
        window = slice(*np.searchsorted(rows.times_us, [from_us, to_us]).tolist())
        return rows.times_us[window] / US, rows.values[window], rows.qualities[window]

    def drawn(self, tag_id: str, from_s: float, to_s: float, columns: int) -> tuple[Floats, Floats, Floats]:
        """(left edges, low, high) of `columns` even columns of the window: exactly the extremes of their good samples.

        A column without any sample has the value before it while that held: until a bad value, a loss, or
        `known_until`. NaN: nothing is known. Raises ValueError for a window without a width or columns.
        """
        from_us, to_us = micro(from_s), micro(to_s)
        if columns < 1 or to_us <= from_us:
            raise ValueError("a picture needs a width")
        self._refresh()
        picture = Columns(from_us, to_us, columns)
        touched = [n for n, s in self._segments.items() if s.first_us < to_us and s.last_us >= from_us]
        blocks = list(self._blocks(tag_id, touched))
        cuts = [self._draw_summaries(picture, block) for block in blocks]
        for block, cut in zip(blocks, cuts, strict=True):
            rows = block.rows(cut)
            picture.put_rows(rows.times_us, shown(rows.values, rows.qualities))
            self.damaged += block.rotten
        self._draw_logs(picture, tag_id)
        self._find_before(picture, tag_id, from_us)
        low, high = picture.held(self._until_us())
        return picture.edges[:-1] / US, low, high

    def newest(self, tag_ids: Sequence[str]) -> dict[str, tuple[float, float]]:
        """(time, value) of each tag's last row; NaN where that is a bad value or a loss. Others are absent."""
        self._refresh()
        ends, found = [grown.newest() for grown in self._logs.values()], {}
        for tag_id in tag_ids:
            picture = Columns(BEHIND_ALL_US, BEHIND_ALL_US + 1, 1)
            for end in ends:
                picture.put_before(*end.get(tag_id, (NEVER_US, math.nan)))
            self._find_before(picture, tag_id, BEHIND_ALL_US)
            if picture.before_us > NEVER_US:
                found[tag_id] = picture.before_us / US, picture.before
        return found

    # --- pictures -----------------------------------------------------------------------------------------------------

    def _draw_summaries(self, picture: Columns, block: Block) -> Picks:
        """A block by its own roll-up or its chunks'. Which chunks an edge cuts: their rows are to be drawn next."""
        span = np.array([block.first_us, block.last_us])
        begin, end = picture.column(span).tolist()
        if begin == end:
            low, high, last = np.array([[block.low], [block.high], [block.last]])
            picture.put(span[:1], span[1:], low, high, last)
            return np.empty(0, np.intp)
        chunks = block.chunks
        first_us, last_us = chunks["first_us"].copy(), chunks["last_us"].copy()
        whole = picture.column(first_us) == picture.column(last_us)
        cut = np.flatnonzero(~whole)
        block.fetch(cut)
        picture.put(first_us[whole], last_us[whole], *(chunks[name][whole] for name in ("low", "high", "last")))
        return cut

    def _draw_logs(self, picture: Columns, tag_id: str) -> None:
        for grown in self._logs.values():
            rows = grown.rows(tag_id)
            picture.put_rows(rows.times_us, shown(rows.values, rows.qualities))

    def _find_before(self, picture: Columns, tag_id: str, from_us: int) -> None:
        """The newest row before the window, from segments that end before it, newest first."""
        earlier = sorted(
            (n for n, s in self._segments.items() if s.last_us < from_us),
            key=lambda number: self._segments[number].last_us,
            reverse=True,
        )
        for number in earlier:
            if self._segments[number].last_us < picture.before_us:
                return
            for block in self._blocks(tag_id, [number]):
                picture.put_before(block.last_us, block.last)

    # --- files --------------------------------------------------------------------------------------------------------

    def _until_us(self) -> int:
        sealed = max((segment.written_us for segment in self._segments.values()), default=NEVER_US)
        return max([sealed, *(grown.written_us for grown in self._logs.values())])

    def _blocks(self, tag_id: str, numbers: Iterable[int]) -> Iterator[Block]:
        """The tag's blocks in these segments; what is gone or damaged meanwhile is left out."""
        for number in numbers:
            try:
                block = self._segments[number].block(tag_id)
            except FileNotFoundError:  # evicted since we looked
                continue
            except (OSError, UnreadableSegmentError) as error:
                self._leave_out(self._segments[number].path, error)
                continue
            if block is not None:
                yield block

    def _refresh(self) -> None:
        """See the files as they are now. A log that is sealed while we look is looked for again as a segment."""
        for _ in range(TRIES):
            try:
                found = listing(self._folder)
                self._take(found.segments)
                self._logs = {n: self._logs.get(n) or Log(path) for n, path in found.logs.items()}
                for grown in self._logs.values():
                    grown.grow()
            except FileNotFoundError:
                continue
            except OSError as error:
                self._leave_out(self._folder, error)
            return

    def _take(self, found: Mapping[int, Path]) -> None:
        self._segments = {n: s for n, s in self._segments.items() if n in found}
        for number, path in found.items():
            if number not in self._segments and path not in self._unreadable:
                try:
                    self._segments[number] = opened(path)
                except UnreadableSegmentError as error:
                    self._leave_out(path, error)
        self._segments = dict(sorted(self._segments.items()))

    def _leave_out(self, path: Path, error: Exception) -> None:
        self.damaged += 1
        if path not in self._unreadable:
            self._unreadable.add(path)
            log.warning("history in %s is left out: %s", path.name, error)
