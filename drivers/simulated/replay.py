"""Recorded alarm bursts: reading their file, and reconstructing the single alarms inside each burst.

Owns the file format (REPLAY.md) and the rules of reconstruction. Must not know servers or the clock. A burst file
says how many alarms a burst had and which codes came first, last and most often, not when each came: what is
reconstructed here agrees with all of that and is otherwise drawn from a seed of the row.
"""

import csv
import gzip
import io
import random
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Final

from app.domain.errors import KnownError

COLUMNS: Final = (
    "machine_id",
    "start_time",
    "end_time",
    "duration_seconds",
    "event_count",
    "distinct_alarm_count",
    "first_alarm_code",
    "last_alarm_code",
    "dominant_alarm_code",
)
WEEK: Final = timedelta(days=7)
LONGEST_SILENCE_S: Final = 1799.0
"""Bursts are told apart by 30 minutes of silence: none is left inside one, rounding included."""
_SHOWN_FAULTS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """One row of the file; `row` is its line number, the header being line 1. Times are read as UTC."""

    row: int
    machine: int
    start_at: datetime
    end_at: datetime
    alarms: int
    distinct: int
    first: str
    last: str
    dominant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAlarm:
    """One reconstructed alarm; `returns_at` is when it is normal again."""

    machine: int
    code: str
    at: datetime
    returns_at: datetime
    row: int


def machine_name(machine: int) -> str:
    """Name and NodeId of a replayed machine: `M03`."""
    return f"M{machine:02d}"


def read_bursts(path: Path) -> list[Burst]:
    """Every burst of a file (plain or .gz), ordered by start.

    Raises KnownError naming every faulty row at once, with what is wrong in it.
    """
    bursts: list[Burst] = []
    faults: list[str] = []
    for number, fields in enumerate(_rows(path), start=2):
        try:
            bursts.append(_burst(number, fields))
        except ValueError as error:
            faults.append(f"row {number}: {error}")
    if faults:
        raise KnownError(f"{path.name}: {_several(faults)}", "Mend these rows or leave them out.")
    if not bursts:
        raise KnownError(f"{path.name} holds no bursts.", "Give a file with at least one row.")
    return sorted(bursts, key=lambda burst: (burst.start_at, burst.machine))


def between(bursts: Iterable[Burst], start_at: datetime, until_at: datetime) -> list[Burst]:
    """The bursts that start in [start_at, until_at), in order."""
    return [burst for burst in bursts if start_at <= burst.start_at < until_at]


def week(path: Path, start_at: datetime) -> list[Burst]:
    """The bursts of the seven days from `start_at`."""
    return between(read_bursts(path), start_at, start_at + WEEK)


def known_codes(bursts: Iterable[Burst]) -> dict[int, list[str]]:
    """Machine → the codes that the file names for it, sorted: where a burst's unnamed codes are taken from."""
    found: dict[int, set[str]] = {}
    for burst in bursts:
        found.setdefault(burst.machine, set()).update((burst.first, burst.last, burst.dominant))
    return {machine: sorted(codes) for machine, codes in found.items()}


def reconstruct(burst: Burst, codes: list[str]) -> list[RecordedAlarm]:
    """The single alarms of a burst, in order of time; the same for the same row and codes.

    The first has the first code at the start, the last the last code at the end; there are exactly as many
    alarms and distinct codes as the row says, none is more frequent than the dominant one, every moment lies
    within the burst, and no silence in it lasts half an hour unless the burst is too long for its alarms.
    `codes` are further codes of the machine; if they are too few, `x1`, `x2` … are made up.
    """
    rng = random.Random(f"{burst.row}/{burst.machine}/{burst.start_at.isoformat()}")
    counts = _counts(burst, _distinct_codes(burst, codes, rng), rng)
    sequence = _sequence(burst, counts, rng)
    moments = _moments(burst, rng)
    alarms: list[RecordedAlarm] = []
    next_at: dict[str, datetime] = {}
    for code, at in reversed(list(zip(sequence, moments, strict=True))):
        returns_at = next_at.get(code, burst.end_at)
        alarms.append(RecordedAlarm(machine=burst.machine, code=code, at=at, returns_at=returns_at, row=burst.row))
        next_at[code] = at
    return alarms[::-1]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise KnownError(f"Cannot read {path}: {reason}.", "Give a burst file, plain or .gz.") from error
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise KnownError(f"{path.name} lacks the columns {', '.join(missing)}.", "See REPLAY.md for the format.")
    try:
        yield from reader
    except csv.Error as error:
        raise KnownError(f"{path.name}, line {reader.line_num}: {error}.", "Mend the quotes there.") from error


def _burst(row: int, fields: dict[str, str]) -> Burst:
    burst = Burst(
        row=row,
        machine=_whole(fields, "machine_id"),
        start_at=_moment(fields, "start_time"),
        end_at=_moment(fields, "end_time"),
        alarms=_whole(fields, "event_count"),
        distinct=_whole(fields, "distinct_alarm_count"),
        first=_code(fields, "first_alarm_code"),
        last=_code(fields, "last_alarm_code"),
        dominant=_code(fields, "dominant_alarm_code"),
    )
    fault = _contradiction(burst)
    if fault:
        raise ValueError(fault)
    return burst


def _whole(fields: dict[str, str], name: str) -> int:
    try:
        return int(fields[name])
    except (TypeError, ValueError):
        raise ValueError(f"{name} is not a whole number: {fields[name]!r}") from None


def _moment(fields: dict[str, str], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(fields[name])
    except (TypeError, ValueError):
        raise ValueError(f"{name} is not a time: {fields[name]!r}") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _code(fields: dict[str, str], name: str) -> str:
    code = (fields[name] or "").strip()
    if not code:
        raise ValueError(f"{name} is empty")
    return code


def _contradiction(burst: Burst) -> str:
    named = {burst.first, burst.last, burst.dominant}
    least = _least(burst, sorted(named))
    needed = sum(least.values()) + burst.distinct - len(least)
    checks = (
        (burst.alarms < 1, "event_count is under 1"),
        (burst.end_at < burst.start_at, "end_time is before start_time"),
        (burst.distinct > burst.alarms, "distinct_alarm_count is over event_count"),
        (len(named) > burst.distinct, "more codes are named than distinct_alarm_count says"),
        (burst.alarms == 1 and len(named) > 1, "one alarm cannot have two codes"),
        (needed > burst.alarms, "the named codes need more alarms than event_count says"),
    )
    return next((text for wrong, text in checks if wrong), "")


def _least(burst: Burst, codes: list[str]) -> Counter[str]:
    least = Counter(dict.fromkeys(codes, 1))
    if burst.first == burst.last and burst.alarms > 1:
        least[burst.first] = 2
    least[burst.dominant] = max(least.values())
    return least


def _distinct_codes(burst: Burst, codes: list[str], rng: random.Random) -> list[str]:
    named = sorted({burst.first, burst.last, burst.dominant})
    others = [code for code in codes if code not in named]
    wanted = burst.distinct - len(named)
    made_up = [f"x{index + 1}" for index in range(max(0, wanted - len(others)))]
    return named + rng.sample(others, min(wanted, len(others))) + made_up


def _counts(burst: Burst, codes: list[str], rng: random.Random) -> Counter[str]:
    counts = _least(burst, codes)
    others = [code for code in codes if code != burst.dominant]
    for _ in range(burst.alarms - sum(counts.values())):
        code = rng.choice(others) if others and rng.random() < 0.4 else burst.dominant
        if counts[code] + 1 >= counts[burst.dominant]:
            code = burst.dominant
        counts[code] += 1
    return counts


def _sequence(burst: Burst, counts: Counter[str], rng: random.Random) -> list[str]:
    if burst.alarms == 1:
        return [burst.first]
    middle = counts - Counter((burst.first,)) - Counter((burst.last,))
    codes = sorted(middle.elements())
    rng.shuffle(codes)
    return [burst.first, *codes, burst.last]


def _moments(burst: Burst, rng: random.Random) -> list[datetime]:
    if burst.alarms == 1:
        return [burst.start_at]
    length_s = (burst.end_at - burst.start_at).total_seconds()
    offsets = _unbroken(sorted(rng.uniform(0.0, length_s) for _ in range(burst.alarms - 2)), length_s)
    inner = [burst.start_at + timedelta(milliseconds=int(offset * 1000)) for offset in offsets]
    return [burst.start_at, *inner, burst.end_at]


def _unbroken(offsets: list[float], length_s: float) -> list[float]:
    """The offsets with no silence of half an hour between them; what a silence is too long goes to the others.

    Where the burst is too long for that, its silences are all alike.
    """
    gaps = [later - earlier for earlier, later in pairwise([0.0, *offsets, length_s])]
    longest = max(LONGEST_SILENCE_S, length_s / len(gaps))
    over = sum(max(0.0, gap - longest) for gap in gaps)
    room = sum(max(0.0, longest - gap) for gap in gaps)
    if over <= 0 or room <= 0:
        return offsets
    evened = [min(gap, longest) + max(0.0, longest - gap) * over / room for gap in gaps]
    return [min(offset, length_s) for offset in accumulate(evened[:-1])]


def _several(faults: list[str]) -> str:
    shown = "; ".join(faults[:_SHOWN_FAULTS])
    more = len(faults) - _SHOWN_FAULTS
    return f"{shown}; and {more} more" if more > 0 else shown
