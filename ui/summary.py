"""What the banner and the status bar say, as plain values out of the desk. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

from app.domain.alarm import Alarm
from app.domain.case import ExceptionCase
from app.domain.lifecycles import CaseState
from app.domain.plant import Plant
from app.domain.posting import Posting
from app.domain.status import (
    ControllerStatus,
    Health,
    HistoryStatus,
    PartStatus,
    StationStatus,
    UnitStatus,
    UploadStatus,
)
from app.domain.text import safe
from app.readmodel import kpi
from app.readmodel.model import View, open_cases
from ui.headline import PRIORITIES, Banner, Top
from ui.part import Part
from ui.sharing import shared_part
from ui.stamp import stamp
from ui.text import Formats, amount, duration, t

FLOOD = 10
"""More alarms than this in ten minutes are a flood (ISA-18.2, EEMUA 191)."""
FLOOD_WINDOW = timedelta(minutes=10)
LAG_WINDOW = timedelta(hours=8)
RECENT_RESTART = timedelta(minutes=10)
"""For so long the status bar says that acquisition was restarted."""


def with_alarms(cases: Banner, alarms: Iterable[Alarm], now: datetime, person: str) -> Banner:
    """The cases' part with the alarm rate of the last ten minutes and who sits here."""
    raised = sum(1 for alarm in alarms if now - FLOOD_WINDOW <= alarm.raised_at <= now)
    return replace(cases, alarms=alarm_rate(raised), flood=raised > FLOOD, person=person)


def cases_of(view: View) -> Banner:
    """What the banner says of the cases: all that changes only when the log does."""
    cases = open_cases(view)
    live = [case for case in cases if case.state is not CaseState.SHELVED]
    counts = tuple(sum(1 for case in live if case.priority == p) for p in PRIORITIES)
    fresh = [case for case in live if case.state is CaseState.OPEN]
    return Banner(
        counts=(counts[0], counts[1], counts[2], counts[3]),
        shelved=len(cases) - len(live),
        top=top_of(fresh),
        waiting=max(0, len(fresh) - 1),
    )


def top_of(cases: Sequence[ExceptionCase]) -> Top | None:
    """The first to look at: the smallest priority number, of those the newest."""
    if not cases:
        return None
    case = min(cases, key=lambda c: (c.priority, -c.opened_at.timestamp()))
    return Top(
        ref=f"case/{case.id}",
        priority=case.priority,
        title=safe(case.title),
        detail=" · ".join(p for p in (safe(case.first_out), folded(case)) if p),
        happened_at=case.happened_at,
        opened_at=case.opened_at,
    )


def folded(case: ExceptionCase) -> str:
    """ "first-out of 14 alarms"; "" for a case that stands for one occurrence."""
    count = case.first_occurrences
    return t("first-out of {count} alarms", count=count) if count > 1 else ""


def alarm_rate(raised: int) -> str:
    """ "3 of 10 alarms in 10 min"; beyond ten it is said to be a flood."""
    if raised > FLOOD:
        return t("Alarm flood: {count} in 10 min", count=raised)
    return t("{count} of {most} alarms in 10 min", count=raised, most=FLOOD)


def told(status: StationStatus) -> bool:
    """Whether the core has said what there is: before that, nothing open is not the same as none."""
    return status.store.health is not Health.STARTING


# --- the status bar -------------------------------------------------------------------------------------------------


def parts(
    plant: Plant, status: StationStatus, postings: Tally, seq: int, now: datetime, formats: Formats
) -> tuple[Part, ...]:
    """Controllers, acquisition, this station's store, the shared one, ERP and history, told apart."""
    return (
        controllers(plant, status, formats),
        acquisition(status.acquisition, now, formats),
        store(status.store, seq, now, formats),
        shared_part(status.shared, now, formats),
        erp(status.erp, postings, now, formats) if has_erp(plant, status) else no_erp(),
        *history(status.history, formats),
        *sent_on(status.upload, now, formats),
    )


def controllers(plant: Plant, status: StationStatus, formats: Formats) -> Part:
    """ "17 of 18 · Line 3 Labeller lost since 02:14:07"; each lost one is named in the tip."""
    head = t(
        "Controllers {up} of {all}", up=status.controllers_up, all=len(status.controllers) or len(plant.controllers)
    )
    down = sorted(
        (c for c in status.controllers.values() if c.health in (Health.DOWN, Health.DEGRADED)),
        key=lambda c: (c.health is not Health.DOWN, c.since or datetime.max.replace(tzinfo=formats.zone)),
    )
    silent = [(c, unit) for c in status.controllers.values() for unit in c.silent_units]
    if not down and silent:
        return silent_part(head, silent, formats)
    if not down:
        starting = any(c.health is Health.STARTING for c in status.controllers.values()) or not status.controllers
        return Part(id="controllers", head=head, text=t("connecting") if starting else "")
    told = [f"{lost(plant, c, formats)}: {safe(c.reason)}".rstrip(": ") for c in down]
    tip = "\n".join(told + [f"{silent_unit(c, unit, formats)}: {safe(unit.reason)}" for c, unit in silent])
    more = t(" and {count} more", count=len(down) - 1) if len(down) > 1 else ""
    return Part(id="controllers", head=head, text=lost(plant, down[0], formats) + more, priority=4, tip=tip)


def lost(plant: Plant, controller: ControllerStatus, formats: Formats) -> str:
    """ "L3 Labeller lost since 02:14:07": by its machine where it has only one."""
    machines = plant.controller_machines(controller.id)
    name = plant.label(machines[0].id) if len(machines) == 1 else safe(controller.name or controller.id, 60)
    word = t("lost") if controller.health is Health.DOWN else t("poor")
    since = t(" since {at}", at=formats.clock(controller.since)) if controller.since else ""
    return f"{name} {word}{since}"


def silent_part(head: str, silent: Sequence[tuple[ControllerStatus, UnitStatus]], formats: Formats) -> Part:
    """ "unit 7 of Gateway 2 not answering since 02:14:07": the gateway is there, a device behind it is not."""
    text = silent_unit(*silent[0], formats) + (t(" and {count} more", count=len(silent) - 1) if silent[1:] else "")
    tip = "\n".join(f"{silent_unit(c, unit, formats)}: {safe(unit.reason)}" for c, unit in silent)
    return Part(id="controllers", head=head, text=text, priority=4, tip=tip)


def silent_unit(controller: ControllerStatus, unit: UnitStatus, formats: Formats) -> str:
    """One of them."""
    name = safe(controller.name or controller.id, 60)
    return t("unit {unit} of {name} not answering since {at}", unit=unit.unit, name=name, at=formats.clock(unit.since))


def acquisition(part: PartStatus, now: datetime, formats: Formats) -> Part:
    """Silent while it runs; says for a while that it was restarted, and always that it stands."""
    head = t("Acquisition")
    if part.health in (Health.DOWN, Health.DEGRADED):
        return Part(id="acquisition", head=head, text=safe(part.reason) or t("stands, being restarted"), priority=1)
    if part.health is Health.STARTING:
        return Part(id="acquisition", head=head, text=t("starting"))
    if part.restarts and part.since is not None and now - part.since < RECENT_RESTART:
        text = t("restarted {at}", at=formats.clock(part.since))
        text += t(", {count} times", count=part.restarts) if part.restarts > 1 else ""
        return Part(id="acquisition", head=head, text=text, priority=4)
    return Part(id="acquisition", head=head, text=t("running"))


def store(part: PartStatus, seq: int, now: datetime, formats: Formats) -> Part:
    """ "Stored here no. 12,345 · 0.3 s ago"."""
    head = t("Stored here")
    if part.health is Health.DOWN:
        return Part(id="store", head=t("Not stored"), text=safe(part.reason) or t("the disk refuses"), priority=1)
    if part.health is Health.STARTING and part.last_at is None:
        return Part(id="store", head=head, text=t("opening"))
    text = t("no. {seq}", seq=amount(seq))
    if part.last_at is not None:
        text += t(" · {age} ago", age=ago(part.last_at, now))
    if part.health is Health.DEGRADED:
        return Part(id="store", head=head, text=f"{text} · {safe(part.reason)}", priority=3)
    return Part(id="store", head=head, text=text)


def has_erp(plant: Plant, status: StationStatus) -> bool:
    """Whether there is an ERP to speak of: where the plant file names none, that nobody answers is normal."""
    return plant.erp.adapter != "none" or status.erp.health is not Health.DOWN


def no_erp() -> Part:
    """Said once, and nothing to do."""
    return Part(id="erp", head=t("ERP"), text=t("none in the plant file"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The postings in figures: how many wait and need a person, when one was confirmed last, their lag's p95."""

    all: int = 0
    queued: int = 0
    stuck: int = 0
    last_at: datetime | None = None
    lag_s: float | None = None


def tally_of(postings: Iterable[Posting], now: datetime) -> Tally:
    """Count them in one go: after a day without an ERP they are thousands. The lag is that of the last eight hours."""
    count = queued = stuck = 0
    confirmed: list[datetime] = []
    lags: list[float] = []
    since = now - LAG_WINDOW
    for posting in postings:
        count += 1
        at = posting.confirmed_at
        if at is not None:
            confirmed.append(at)
            if at >= since:
                lags.append((at - posting.occurred_at).total_seconds())
        elif posting.stuck:
            stuck += 1
        else:
            queued += 1
    return Tally(
        all=count, queued=queued, stuck=stuck, last_at=max(confirmed, default=None), lag_s=kpi.quantile(lags, 0.95)
    )


def erp(part: PartStatus, postings: Tally, now: datetime, formats: Formats) -> Part:
    """ "posted 41 s ago · lag p95 1 min 52 s · 2 waiting · 1 parked"."""
    words = [said for said in (posted(postings, now), lag(postings), *waiting(postings)) if said]
    if part.health is Health.DOWN:
        since = t("no answer since {at}", at=formats.clock(part.since)) if part.since else t("no answer")
        return Part(id="erp", head=t("ERP"), text=" · ".join((since, *words)), priority=3, tip=safe(part.reason))
    if part.health is Health.STARTING and not postings.all:
        return Part(id="erp", head=t("ERP"), text=t("connecting"))
    if part.health is Health.DEGRADED:
        words.insert(0, safe(part.reason) or t("poor"))
    priority = 3 if postings.stuck or part.health is Health.DEGRADED else 0
    return Part(id="erp", head=t("ERP"), text=" · ".join(words) or t("nothing posted yet"), priority=priority)


def history(status: HistoryStatus, formats: Formats) -> tuple[Part, ...]:
    """ "History 212 MB of 2.0 GB, since 14 Nov"; nothing where none is kept. What had to go is named in the tip."""
    if status.health is Health.STARTING:
        return ()
    head, tip = t("History"), evicted(status, formats)
    if status.health is Health.DOWN:
        since = t("not written since {at}", at=formats.clock(status.since))
        return (Part(id="history", head=head, text=since, priority=3, tip=safe(status.reason)),)
    text = t("{size} of {most}", size=disk(status.size), most=disk(status.most))
    if status.begins_at is not None:
        text += t(", since {day}", day=formats.day(status.begins_at))
    if status.dropped:
        text += t(" · 1 sample lost") if status.dropped == 1 else t(" · {n} samples lost", n=amount(status.dropped))
    return (Part(id="history", head=head, text=text, priority=4 if status.dropped else 0, tip=tip),)


def sent_on(status: UploadStatus, now: datetime, formats: Formats) -> tuple[Part, ...]:
    """ "History sent on 12 min behind"; nothing where this station sends none of the plant's."""
    head = t("History sent on")
    gaps = gaps_text(status.gaps) if status.gaps else ""
    if status.health is Health.DOWN:
        text = t("not since {at}", at=formats.clock(status.since))
        return (Part(id="upload", head=head, text=text, priority=3, tip=safe(status.reason)),)
    if status.health is Health.STARTING or status.until_at is None:
        return ()
    if status.health is Health.DEGRADED:
        return (
            Part(id="upload", head=head, text=t("{age} behind", age=ago(status.until_at, now)), priority=4, tip=gaps),
        )
    count = len(status.controllers)
    text = t("1 controller") if count == 1 else t("{count} controllers", count=count)
    return (Part(id="upload", head=head, text=text, tip=gaps),)


def gaps_text(count: int) -> str:
    """What nobody can send on any more."""
    if count == 1:
        return t("1 gap: samples that no station had any more.")
    return t("{count} gaps: samples that no station had any more.", count=count)


def evicted(status: HistoryStatus, formats: Formats) -> str:
    """What of history had to go; "" for nothing."""
    if status.evicted_until is None:
        return ""
    at = f"{formats.day(status.evicted_until)} {formats.minute(status.evicted_until)}"
    return t("History until {at} was removed: it may take {most}.", at=at, most=disk(status.most))


def disk(size: int) -> str:
    """ "212 MB", "2.0 GB": with the digits that matter."""
    return t("{size} GB", size=f"{size / 1e9:.1f}") if size >= 1e9 else t("{size} MB", size=f"{size / 1e6:.0f}")


def posted(postings: Tally, now: datetime) -> str:
    """When the ERP last confirmed something."""
    return t("posted {age} ago", age=ago(postings.last_at, now)) if postings.last_at else ""


def lag(postings: Tally) -> str:
    """The 95th percentile of the posting lag of the last eight hours (nearest rank)."""
    return t("lag p95 {lag}", lag=duration(postings.lag_s)) if postings.lag_s is not None else ""


def waiting(postings: Tally) -> tuple[str, ...]:
    """How many wait, and how many need a person."""
    return (
        t("{count} waiting", count=postings.queued) if postings.queued else "",
        t("{count} parked", count=postings.stuck) if postings.stuck else "",
    )


def ago(at: datetime, now: datetime) -> str:
    """How long ago, in words; the future counts as now."""
    return duration(max(0.0, (now - at).total_seconds()))


MANY = 500
"""So many postings are no longer counted with every change."""


class Frame:
    """What the window's frame says, worked out anew only when the log has grown: it may hold thousands of rows."""

    def __init__(self) -> None:
        self._seq = -1
        self._cases = Banner()
        self._postings = Tally()
        self._counted: tuple[int, int] = (-1, -1)

    def look(self, view: View, now: datetime) -> None:
        """Take in the view as it stands; thousands of postings, of which one always changes, once a second only."""
        seq = stamp(view)
        if seq != self._seq or seq < 0:
            self._seq, self._cases = seq, cases_of(view)
        second = int(now.timestamp())
        if self._counted[1] != second or (self._postings.all < MANY and (self._counted[0] != seq or seq < 0)):
            self._counted = (seq, second)
            self._postings = tally_of(cast("Iterator[Posting]", view.every("posting")), now)

    def banner(self, alarms: Iterable[Alarm], now: datetime, person: str, known: bool = True) -> Banner:
        """The banner at an instant. `known`: the core has told what there is."""
        return replace(with_alarms(self._cases, alarms, now, person), known=known)

    @property
    def top(self) -> str:
        """The ref of the case that stands in the banner; "" for none."""
        return self._cases.top.ref if self._cases.top is not None else ""

    @property
    def postings(self) -> Tally:
        """The postings in figures."""
        return self._postings
