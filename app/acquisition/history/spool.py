"""The spool: every sample of the tags marked for history goes to disk, within a bound, oldest out first.

Runs in the acquisition process: `take` and `lost` on its loop, `flush` on one other thread. The disk's faults are said
in `state`, never raised; what could not be kept is counted and breaks the line. See DECISIONS.md.
"""

from __future__ import annotations

import errno
import logging
import math
import os
import shutil
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.acquisition.history import folder as files
from app.acquisition.history.frames import ROW_BYTES, head
from app.acquisition.history.growing import GrowingFile, content, continued, created
from app.acquisition.history.layout import BLOCK_ROW, CHUNK_ROW
from app.acquisition.history.reader import HistoryReader
from app.acquisition.history.rows import US, Rows, micro
from app.acquisition.history.sealing import sealed
from app.acquisition.history.segment import UnreadableSegmentError, opened
from app.acquisition.history.state import HistoryState
from app.acquisition.history.waiting import MOST_WAITING, Waiting
from app.domain.plant import Tag
from app.ports import Samples

log = logging.getLogger("lineside.history")

MB = 1_000_000
SEAL_ROWS = 500_000
"""Rows of a log that is sealed: about 11 MB, half a second of one core."""
SHARE = 8
"""No log may take more than this part of the bounds, in bytes and in days."""
DAY_S = 86_400.0
MEASURED_S = 5.0
"""How often the folder is measured and looked through for what is too old."""
HEARTBEAT_S = 5.0
"""Without samples, an empty frame says this often that nothing changed."""
KEEP_FREE_MB = 200.0
"""Room on the disk that history leaves to the journal: its own oldest goes first."""
NO_END = (math.nan, math.nan)
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class Spool:
    """The one writer of a history folder, bounded by bytes and by days (0: not by days).

    Nothing is opened before the first `flush`.
    """

    def __init__(
        self,
        folder: Path,
        tags: Sequence[Tag],
        most_mb: float,
        *,
        most_days: float = 0.0,
        seal_rows: int = SEAL_ROWS,
        keep_free_mb: float = KEEP_FREE_MB,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._folder = folder
        self._waiting = Waiting(tags, most_waiting)
        self._most = int(most_mb * MB)
        self._most_s = most_days * DAY_S
        self._seal_rows = max(1, min(seal_rows, self._most // (SHARE * ROW_BYTES)))
        self._keep_free = int(keep_free_mb * MB)
        self._file: GrowingFile | None = None
        self._number = 0
        self._resumed = False
        self._ready: deque[Rows] = deque()
        self._written_s = self._measured_s = 0.0
        self._begins: tuple[int, float] | None = None
        self._lock = threading.Lock()
        self.state = HistoryState(most=self._most)

    @property
    def ids(self) -> tuple[str, ...]:
        """The tags that it keeps."""
        return self._waiting.ids

    def take(self, batch: Samples) -> None:
        """Keep the batch's samples at the next `flush`. Costs about as much as a list's append."""
        self._waiting.take(batch)

    def lost(self, tags: Sequence[int], at_s: float) -> None:
        """Nothing is known of these board indices from `at_s` on, until their next sample or `found`."""
        self._waiting.lost(tags, at_s)

    def found(self, tags: Sequence[int], *, kept: bool) -> None:
        """These are heard again; `kept`: nothing was missed, so what was broken off at `lost` goes on."""
        self._waiting.found(tags, kept=kept)

    def flush(self, now_s: float) -> None:
        """Bring everything taken so far to disk: what was taken before is safe when this returns with `state.ok`.

        `now_s` is the station's clock. Blocks for the disk; never raises for it. Seals and evicts when it is time.
        """
        with self._lock:
            try:
                self._flush(now_s)
            except OSError as error:
                self._in_trouble(error, now_s)
            else:
                self._well(now_s)

    def close(self) -> None:
        """Flush and let go of the files. May be called twice; a later `flush` opens them again."""
        self.flush(time.time())
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    # --- writing ------------------------------------------------------------------------------------------------------

    def _flush(self, now_s: float) -> None:
        file = self._file or self._open()
        self._leave_room()
        file = self._let_age(file, now_s)
        if not self._ready:
            rows, step = self._waiting.gathered(), self._seal_rows
            self._ready.extend(rows.chosen(slice(at, at + step)) for at in range(0, len(rows), step))
            if not self._ready and abs(now_s - self._written_s) >= HEARTBEAT_S:
                self._ready.append(rows)
        while self._ready:
            file.append(self._ready[0], micro(now_s))
            self._ready.popleft()
            self._written_s = now_s
            file.sync()
            if file.size >= self._log_most():
                file = self._seal(file)
        if abs(now_s - self._measured_s) >= MEASURED_S:
            self._measured_s = now_s
            self._measure()

    def _log_most(self) -> int:
        return self._seal_rows * ROW_BYTES + len(head(self.ids))

    def _seal(self, file: GrowingFile) -> GrowingFile:
        """Start the next log, then put the full one away as a segment."""
        self._evict_for(self._tables() + 3 * self._log_most())
        full, self._number = file, self._number + 1
        self._file = created(files.file_of(self._folder, self._number, files.LOG), self.ids)
        full.close()
        put_away(full.path)
        return self._file

    def _let_age(self, file: GrowingFile, now_s: float) -> GrowingFile:
        """Seal a log that spans its share of the days, and let go of what is older than all of them."""
        if not self._most_s or abs(now_s - self._measured_s) < MEASURED_S:
            return file
        if file.rows and now_s - file.since_us / US > self._most_s / SHARE:
            file = self._seal(file)
        while self._oldest_until_s() < now_s - self._most_s and self._evict():
            pass
        return file

    def _tables(self) -> int:
        """What a segment takes at the most beside its rows, and the next log's head."""
        return (BLOCK_ROW.itemsize + 2 * CHUNK_ROW.itemsize) * len(self.ids) + 3 * len(head(self.ids))

    # --- opening ------------------------------------------------------------------------------------------------------

    def _open(self) -> GrowingFile:
        """Go on where the last run ended: cut the torn end, seal what is not ours to continue, break every line."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._evict_for(self._tables() + 3 * self._log_most())
        found = files.listing(self._folder)
        for path in found.left_over:
            files.remove(path)
        self._number = found.next_number
        for number, path in found.logs.items():
            if not self._continue(number, path, newest=number == self._number - 1):
                put_away(path)
        if self._file is None:
            self._file = created(files.file_of(self._folder, self._number, files.LOG), self.ids)
        if not self._resumed:
            self._resume()
        return self._file

    def _continue(self, number: int, path: Path, *, newest: bool) -> bool:
        """Whether the log is opened to be written on: the newest one, if it is for the same tags."""
        opened_again = continued(path) if newest else None
        if opened_again is None:
            return False
        file, torn = opened_again
        if torn:
            log.warning("%d bytes of history that were not whole are cut off %s", torn, path.name)
        if file.ids != self.ids:
            file.close()
            return False
        self._file, self._number = file, number
        return True

    def _resume(self) -> None:
        """The lines of an earlier run break where it was last heard."""
        reader = HistoryReader(self._folder)
        until_s = reader.known_until
        ends = reader.newest(self.ids)
        known = [place for place, tag_id in enumerate(self.ids) if np.isfinite(ends.get(tag_id, NO_END)[1])]
        places = np.array(known, np.uint32)
        times = np.array([micro(ends[self.ids[place]][0]) for place in known], np.int64)
        self._waiting.resume(places, times, micro(until_s or 0.0))
        self._resumed = True

    # --- room ---------------------------------------------------------------------------------------------------------

    def _evict_for(self, wanted: int) -> None:
        """Make room within the bound for so many bytes more."""
        while files.sizes(self._folder) + wanted > self._most and self._evict():
            pass

    def _leave_room(self) -> None:
        """Give way to the journal."""
        while shutil.disk_usage(self._folder).free < self._keep_free and self._evict():
            pass
        if shutil.disk_usage(self._folder).free < self._keep_free:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _evict(self) -> bool:
        """Whether the oldest segment could be removed. What goes is said first."""
        segments = files.listing(self._folder).segments
        if not segments:
            return False
        oldest = segments[min(segments)]
        files.say_evicted(self._folder, spooled_until_s(oldest))
        self._measured_s = -math.inf
        return files.remove(oldest)

    def _oldest_until_s(self) -> float:
        """When the oldest segment's last row was written; ∞ where there is none."""
        segments = files.listing(self._folder).segments
        return spooled_until_s(segments[min(segments)]) if segments else math.inf

    # --- state --------------------------------------------------------------------------------------------------------

    def _in_trouble(self, error: OSError, now_s: float) -> None:
        """Say it once, let go of the file, and make room if that is what lacks."""
        self._let_go()
        reason = f"History can't be written: {error.strerror or error}."
        if self.state.ok or self.state.reason != reason:
            log.warning("%s Samples wait in memory; free some room or mend the disk.", reason)
        since_s = now_s if self.state.ok else self.state.since_s
        self.state = replace(self.state, ok=False, reason=reason, since_s=since_s, dropped=self._waiting.dropped)
        if error.errno in FULL:
            try:
                self._evict()
            except OSError:
                log.debug("nothing could be evicted", exc_info=True)

    def _well(self, now_s: float) -> None:
        dropped = self._waiting.dropped
        if not self.state.ok:
            log.warning("history is written again; %d samples were dropped", dropped - self.state.dropped)
        since_s = now_s if not self.state.ok else self.state.since_s
        rows = self._waiting.gathered_rows
        self.state = replace(self.state, ok=True, reason="", since_s=since_s, dropped=dropped, rows=rows)

    def _measure(self) -> None:
        """How much there is, and since when."""
        gone = files.evicted(self._folder)
        until_s = gone.until_s if gone else None
        size = files.sizes(self._folder)
        self.state = replace(self.state, size=size, begins_s=self._begins_s(until_s), evicted_until_s=until_s)

    def _begins_s(self, evicted_s: float | None) -> float | None:
        """When the oldest file begins: where what was before it ended, else by itself. Looked up once a file."""
        if evicted_s is not None:
            return evicted_s
        found = files.listing(self._folder)
        oldest = min([*found.segments, *found.logs], default=None)
        if oldest is None:
            return None
        if self._begins is None or self._begins[0] != oldest:
            begins_s = self._begun_s(found, oldest)
            self._begins = None if begins_s is None else (oldest, begins_s)
        return self._begins[1] if self._begins else None

    def _begun_s(self, found: files.Listing, number: int) -> float | None:
        if number in found.segments:
            return spooled_from_s(found.segments[number])
        return self._file.since_us / US if self._file is not None and self._file.rows else None


def put_away(path: Path) -> None:
    """Turn a log into a segment and remove it; an empty one is only removed. Raises OSError; may be called again."""
    rows, written_us, ids = content(path)
    if not ids:
        log.warning("history in %s has no whole head and is given up", path.name)
    if len(rows):
        files.put(path.with_suffix(files.SEGMENT), sealed(rows, ids, written_us))
    files.remove(path)


def spooled_from_s(segment: Path) -> float:
    """A segment's first source time; its file's date where it can't be read."""
    try:
        return opened(segment).first_us / US
    except UnreadableSegmentError:
        return segment.stat().st_mtime


def spooled_until_s(segment: Path) -> float:
    """When a segment's last row was written; its file's date where it can't be read."""
    try:
        return opened(segment).written_us / US
    except UnreadableSegmentError:
        return segment.stat().st_mtime
