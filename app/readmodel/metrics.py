"""METRICS: one row for each figure that a station gives to who measures it (Prometheus). Pure.

Owns names, kinds and how each is read out of what the station is. Must not know how they are served.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.checks.check import State
from app.domain.checks.live import live_facts
from app.domain.checks.table import GROUPS, judged
from app.domain.plant import Plant
from app.domain.status import Health, PartStatus, StationStatus
from app.readmodel import kpi
from app.readmodel.model import View, all_postings, open_cases, open_holds, open_postings

PRIORITIES = ("1", "2", "3", "4")


class Kind(StrEnum):
    """Prometheus' kinds that are used."""

    GAUGE = "gauge"
    COUNTER = "counter"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A station at one moment. `heard_s`: when each controller was last heard; `lateness_s`: quantiles of frames."""

    now: datetime
    plant: Plant
    status: StationStatus
    view: View
    operations: int
    errors: int = 0
    memory: Mapping[str, float] = field(default_factory=dict)
    heard_s: Mapping[str, float] = field(default_factory=dict)
    lateness_s: Mapping[float, float] = field(default_factory=dict)
    version: str = ""


Sample = tuple[tuple[str, ...], float]
"""Label values and the figure; of a summary the labels are ("count",), ("sum",) or ("0.95",)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One figure. A counter's name ends with _total."""

    name: str
    kind: Kind
    help: str
    read: Callable[[Seen], Iterable[Sample]]
    labels: tuple[str, ...] = ()


def _one(value: float | None) -> Iterable[Sample]:
    return () if value is None else (((), float(value)),)


def _up(part: PartStatus) -> Iterable[Sample]:
    return _one(None if part.health is Health.STARTING else part.health is not Health.DOWN)


def _controllers(seen: Seen) -> Iterable[Sample]:
    return [((one.id, one.protocol), float(one.health is Health.UP)) for one in seen.status.controllers.values()]


def _ages(seen: Seen) -> Iterable[Sample]:
    now_s = seen.now.timestamp()
    return [((name,), max(0.0, now_s - heard_s)) for name, heard_s in seen.heard_s.items() if heard_s > 0]


def _clocks(seen: Seen) -> Iterable[Sample]:
    return [((c.id,), c.clock_s) for c in seen.status.controllers.values() if c.clock_s is not None]


def _exceptions(seen: Seen) -> Iterable[Sample]:
    counts = Counter(str(case.priority) for case in open_cases(seen.view))
    return [((priority,), float(counts[priority])) for priority in PRIORITIES]


def _backlog(seen: Seen) -> Iterable[Sample]:
    rows = open_postings(seen.view)
    stuck = sum(1 for row in rows if row.stuck)
    return [(("waiting",), float(len(rows) - stuck)), (("stuck",), float(stuck))]


def _oldest(seen: Seen) -> Iterable[Sample]:
    waiting = [row.queued_at for row in open_postings(seen.view) if not row.stuck]
    return _one((seen.now - min(waiting)).total_seconds() if waiting else 0.0)


def _lag(seen: Seen) -> Iterable[Sample]:
    lags = [row.lag_s for row in all_postings(seen.view) if row.lag_s is not None]
    quantiles = [((str(q),), value) for q in (0.5, 0.95) if (value := kpi.quantile(lags, q)) is not None]
    return [(("count",), float(len(lags))), (("sum",), sum(lags)), *quantiles]


def _lateness(seen: Seen) -> Iterable[Sample]:
    return [((str(q),), value) for q, value in seen.lateness_s.items()]


def _checks(seen: Seen) -> Iterable[Sample]:
    facts = live_facts(seen.plant, seen.status, open_postings(seen.view), seen.operations, seen.now)
    counts = Counter((check.group, check.state) for check in judged(facts))
    return [((group, state.value), float(counts[group, state])) for group, _ in GROUPS for state in State]


def _shared_up(seen: Seen) -> Iterable[Sample]:
    shared = seen.status.shared
    return _one(float(shared.health is Health.UP) if shared.joined else None)


def _unshared(seen: Seen) -> Iterable[Sample]:
    return _one(float(seen.status.shared.waiting) if seen.status.shared.joined else None)


def _offset(seen: Seen) -> Iterable[Sample]:
    shared = seen.status.shared
    return _one(shared.offset_s if shared.joined and shared.health is Health.UP else None)


def _disk(seen: Seen) -> Iterable[Sample]:
    return _one(seen.status.local.disk.free)


def _journal(seen: Seen) -> Iterable[Sample]:
    journal = seen.status.local.journal
    return [(("journal",), float(journal.size)), (("wal",), float(journal.wal))] if seen.status.local.at else ()


METRICS: tuple[Metric, ...] = (
    Metric(name="lineside_info", kind=Kind.GAUGE, labels=("version",), help="Always 1; which Lineside it is.",
           read=lambda seen: [((seen.version,), 1.0)]),
    Metric(name="lineside_controller_up", kind=Kind.GAUGE, labels=("controller", "protocol"),
           help="Whether the controller answers.", read=_controllers),
    Metric(name="lineside_last_data_age_seconds", kind=Kind.GAUGE, labels=("controller",),
           help="Since the controller was last heard.", read=_ages),
    Metric(name="lineside_controller_reconnects_total", kind=Kind.COUNTER, labels=("controller",),
           help="How often its link came back.",
           read=lambda seen: [((c.id,), float(c.reconnects)) for c in seen.status.controllers.values()]),
    Metric(name="lineside_controller_samples_total", kind=Kind.COUNTER, labels=("controller",),
           help="Values taken from it.",
           read=lambda seen: [((c.id,), float(c.samples)) for c in seen.status.controllers.values()]),
    Metric(name="lineside_controller_clock_offset_seconds", kind=Kind.GAUGE, labels=("controller",),
           help="Its clock less this station's, where it tells one.", read=_clocks),
    Metric(name="lineside_acquisition_up", kind=Kind.GAUGE, help="Whether the acquisition process runs.",
           read=lambda seen: _up(seen.status.acquisition)),
    Metric(name="lineside_acquisition_restarts_total", kind=Kind.COUNTER, help="How often it had to be started again.",
           read=lambda seen: _one(seen.status.acquisition.restarts)),
    Metric(name="lineside_journal_up", kind=Kind.GAUGE, help="Whether the journal takes operations.",
           read=lambda seen: _up(seen.status.store)),
    Metric(name="lineside_journal_operations_total", kind=Kind.COUNTER, help="Operations in the log that is shown.",
           read=lambda seen: _one(seen.operations)),
    Metric(name="lineside_journal_size_bytes", kind=Kind.GAUGE, labels=("file",),
           help="The journal's file and its write-ahead file.", read=_journal),
    Metric(name="lineside_disk_free_bytes", kind=Kind.GAUGE, help="Room on the disk of the data folder.", read=_disk),
    Metric(name="lineside_open_exceptions", kind=Kind.GAUGE, labels=("priority",), help="Open exceptions.",
           read=_exceptions),
    Metric(name="lineside_open_holds", kind=Kind.GAUGE, help="Holds that are not closed.",
           read=lambda seen: _one(len(open_holds(seen.view)))),
    Metric(name="lineside_erp_up", kind=Kind.GAUGE, help="Whether the ERP answers.",
           read=lambda seen: _up(seen.status.erp) if seen.plant.erp.connected else ()),
    Metric(name="lineside_posting_backlog", kind=Kind.GAUGE, labels=("state",),
           help="Postings that wait, and that need somebody.", read=_backlog),
    Metric(name="lineside_posting_oldest_seconds", kind=Kind.GAUGE, help="Age of the oldest posting that waits.",
           read=_oldest),
    Metric(name="lineside_posting_lag_seconds", kind=Kind.SUMMARY,
           help="From the event on the floor to the ERP's receipt.", read=_lag),
    Metric(name="lineside_shared_up", kind=Kind.GAUGE,
           help="Whether the plant's log answers; none where none was joined.", read=_shared_up),
    Metric(name="lineside_shared_waiting_operations", kind=Kind.GAUGE, help="Operations that are only stored here.",
           read=_unshared),
    Metric(name="lineside_shared_clock_offset_seconds", kind=Kind.GAUGE, help="This clock less the plant's log's.",
           read=_offset),
    Metric(name="lineside_duty", kind=Kind.GAUGE, help="Whether this station does what one of all has to.",
           read=lambda seen: _one(seen.status.shared.duty) if seen.status.shared.joined else ()),
    Metric(name="lineside_ui_lateness_seconds", kind=Kind.SUMMARY,
           help="How late frames of the screen were; not of an agent.", read=_lateness),
    Metric(name="lineside_resident_memory_bytes", kind=Kind.GAUGE, labels=("process",), help="Memory by process.",
           read=lambda seen: [((name,), value) for name, value in seen.memory.items()]),
    Metric(name="lineside_errors_total", kind=Kind.COUNTER, help="Errors in the log since the start.",
           read=lambda seen: _one(seen.errors)),
    Metric(name="lineside_checks", kind=Kind.GAUGE, labels=("group", "state"),
           help="Checks of the health page by state (ok, warning, bad, unknown).", read=_checks),
)  # fmt: skip


def read_all(seen: Seen) -> list[tuple[Metric, tuple[Sample, ...]]]:
    """Every row with its figures."""
    return [(row, tuple(row.read(seen))) for row in METRICS]
