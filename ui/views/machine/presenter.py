"""What the screen of one machine shows, down to its controller, made from the desk. No Qt."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from app.domain.alarm import Alarm
from app.domain.case import ExceptionCase
from app.domain.hold import Hold
from app.domain.lifecycle import words
from app.domain.lifecycles import AlarmState
from app.domain.plan import queue_of
from app.domain.plant import Address, Machine, Signal, Tag
from app.domain.status import UnitStatus
from app.domain.text import safe
from app.readmodel.model import all_progress, case, checks, open_assignments, open_cases
from ui.desk import Desk
from ui.marks import marks_of
from ui.models.cases import case_line, owner_words
from ui.models.controls import control_lines
from ui.models.machine import MachineNow, MachineWatch, rate_text, state_words
from ui.models.signals import Pasts, ranged, signal_row, value_text
from ui.sharing import holds_doubt
from ui.shell import Shell, id_of, kind_of
from ui.text import DASH, Formats, amount, duration, hms, t
from ui.views.machine.rows import AlarmRow, CheckRow, HoldRow, MachineState

CHECKS = 8
MOST_HOLDS = 100
"""More are counted: the page of the holds has them all."""
HEADLINE = (
    (Signal.MODE, "mode"),
    (Signal.STOP_TEXT, "stop reason"),
    (Signal.ORDER, "order"),
    (Signal.JOB, "job at the machine"),
    (Signal.JOB_STATE, "job state"),
    (Signal.LOT, "lot"),
    (Signal.PRODUCED, "made"),
    (Signal.REJECTED, "rejects"),
)
"""What stands in the head beside state and rate."""

ORDER = (
    Signal.RATE, Signal.PROCESS, Signal.MATERIAL, Signal.BUFFER, Signal.NOMINAL_RATE,
    Signal.PRODUCED, Signal.REJECTED, Signal.CONSUMED, Signal.STATE, Signal.MODE,
    Signal.STOP_REASON, Signal.STOP_TEXT, Signal.BLOCKED, Signal.STARVED,
    Signal.LOT, Signal.ORDER, Signal.JOB, Signal.JOB_STATE, Signal.UNIT_SERIAL, Signal.HEARTBEAT,
)  # fmt: skip
"""Signals in the order in which they are read."""


def banded(tag: Tag, now: MachineNow) -> Tag:
    """A rate without a band of its own gets the one around its nominal; other tags as they are."""
    if tag.signal is not Signal.RATE or tag.low is not None or tag.high is not None:
        return tag
    return replace(tag, low=now.low, high=now.high)


def reading_order(tag: Tag) -> tuple[bool, int]:
    """Where a signal stands in the list: what has a band first; fixed, so that nothing jumps."""
    return not ranged(tag), ORDER.index(tag.signal)


SEVERITIES = ((800, 1), (600, 2), (300, 3), (0, 4))
"""OPC UA severity from … on is shown as this priority."""

_UNACKNOWLEDGED = frozenset({AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED_UNACKNOWLEDGED})


class MachineView(Protocol):
    """What the presenter needs of its view."""

    def set_choices(self, machines: Sequence[tuple[str, str]], chosen: str) -> None: ...
    def set_machine(self, state: MachineState) -> None: ...


class Presenter:
    """Shows one machine, the plant's first until told otherwise."""

    def __init__(self, view: MachineView, desk: Desk, shell: Shell) -> None:
        self._view, self._desk, self._shell = view, desk, shell
        self._formats = Formats(desk.plant.zone)
        self._watch = MachineWatch(desk)
        self._pasts = Pasts(desk)
        self._machine = next(iter(desk.plant.machines), "")
        self._ref = ""
        self._shown: MachineState | None = None
        self._choose()

    @property
    def selected(self) -> str:
        """The case, hold or lot selected last; else the machine itself."""
        return self._ref or (f"machine/{self._machine}" if self._machine else "")

    def show(self, ref: str) -> None:
        """A machine, or the machine of a case; unknown refs change nothing."""
        machine = id_of(ref)
        if kind_of(ref) == "case":
            found = case(self._desk.view, machine)
            machine = (found.machine or "") if found else ""
        elif kind_of(ref) != "machine":
            return
        self.choose(machine)

    def choose(self, machine: str) -> None:
        """Another machine of the plant."""
        if machine in self._desk.plant.machines and machine != self._machine:
            self._machine, self._ref = machine, ""
            self._choose()
            self.refresh()

    def select(self, ref: str) -> None:
        """The person selected a row."""
        self._ref = ref

    def open(self, ref: str) -> None:
        """Enter or a double click on a row."""
        self._shell.go(ref)

    def up(self) -> None:
        """To the line of the machine."""
        machine = self._desk.plant.machines.get(self._machine)
        if machine is not None:
            self._shell.go(f"line/{machine.line}")

    def refresh(self) -> None:
        """Show what stands now; an unchanged machine is not shown again."""
        machine = self._desk.plant.machines.get(self._machine)
        if machine is None:
            return
        state = self._state(machine)
        if state != self._shown:
            self._shown = state
            self._view.set_machine(state)

    def _choose(self) -> None:
        plant = self._desk.plant
        machine = plant.machines.get(self._machine)
        if machine is not None:
            row = plant.lines[machine.line].machines
            self._view.set_choices([(m, plant.machines[m].name) for m in row], self._machine)

    # --- rows -------------------------------------------------------------------------------------------------------

    def _state(self, machine: Machine) -> MachineState:
        now = self._watch.now(machine.id)
        cases = [c for c in open_cases(self._desk.view) if c.machine == machine.id]
        holds = self._holds(machine.id, now.lot)
        tags = sorted((banded(tag, now) for tag in self._desk.plant.tags_of(machine.id)), key=reading_order)
        rate = t(
            "{rate} of {nominal} {unit}/min",
            rate=rate_text(now.rate, now.nominal),
            nominal=rate_text(now.nominal, now.nominal),
            unit=t(machine.unit),
        )
        return MachineState(
            key=machine.id,
            name=self._desk.plant.label(machine.id),
            priority=min((c.priority for c in cases), default=0),
            hold=bool(holds),
            state=state_words(now, cases[0] if cases else None),
            clock=self._clock(now),
            stale=self._stale(now),
            rate=rate,
            rate_value=None if math.isnan(now.rate) else now.rate,
            low=now.low,
            high=now.high,
            top=now.nominal * 1.1,
            facts=self._facts(now),
            signals=tuple(signal_row(self._desk, tag, self._formats, past=self._pasts.of(tag)) for tag in tags),
            alarms=self._alarms(machine.id, cases),
            cases=tuple(case_line(self._desk, c, self._formats) for c in cases),
            holds=self._hold_rows(holds),
            doubt=holds_doubt(self._desk, self._formats),
            checks=self._checks(machine.id),
            controls=control_lines(self._desk, machine.id, self._formats),
            commands=bool(self._desk.plant.commands_of(machine.id)),
            links=self._links(machine, now.heard_at),
        )

    def _clock(self, now: MachineNow) -> str:
        if now.since_at is None:
            return ""
        return t("for {clock}", clock=hms((self._desk.now() - now.since_at).total_seconds()))

    def _stale(self, now: MachineNow) -> str:
        if not now.stale:
            return ""
        if now.heard_at is None:
            return t("no data yet")
        return t("no data since {at}", at=self._formats.clock(now.heard_at))

    def _facts(self, now: MachineNow) -> tuple[tuple[str, str], ...]:
        """The headline values; a stale machine says none of them."""
        facts = []
        for signal, label in HEADLINE:
            tag = self._watch.tag(now.machine.id, signal)
            if tag is not None and not now.stale:
                shown = value_text(tag, self._desk.values.reading(tag.index))
                if signal is Signal.JOB:
                    shown = self._beside_ours(now.machine.line, shown)
                facts.append((t(label), f"{shown} {tag.unit}".strip() if shown != DASH else DASH))
        return tuple(facts)

    def _beside_ours(self, line: str, job: str) -> str:
        """The machine's job, and the order that Lineside has on the line where that is another one."""
        counted = {row.id: row for row in all_progress(self._desk.view)}
        queue = queue_of(self._desk.reference, counted, open_assignments(self._desk.view), line)
        ours = queue[0].number if queue else ""
        if job in ("", DASH) or not ours or job == ours:
            return job
        return t("{job} (Lineside: {order})", job=job, order=ours)

    def _alarms(self, machine: str, cases: Sequence[ExceptionCase]) -> tuple[AlarmRow, ...]:
        """The alarms that stand, the most severe first, with who has the machine's case in Lineside."""
        owner = owner_words(self._desk, cases[0], self._formats)[0] if cases else ""
        rows = [a for a in self._desk.alarms if a.machine == machine and a.state is not AlarmState.NORMAL]
        return tuple(self._alarm(a, owner) for a in sorted(rows, key=lambda a: (-a.severity, a.raised_at)))

    def _alarm(self, alarm: Alarm, owner: str) -> AlarmRow:
        return AlarmRow(
            key=alarm.key,
            priority=next(priority for floor, priority in SEVERITIES if alarm.severity >= floor),
            code=alarm.code,
            message=alarm.message,
            state=t(words(alarm.state)),
            unacknowledged=alarm.state in _UNACKNOWLEDGED,
            since=self._formats.clock(alarm.raised_at),
            count=", ".join(_remarks(alarm)),
            owner=t("case: {owner}", owner=owner) if owner else "",
        )

    def _holds(self, machine: str, lot: str) -> Sequence[Hold]:
        """The open holds that were placed at it or bind its lot, the oldest first."""
        mirror = self._desk.view
        found = {**mirror.holds_at(machine), **mirror.holds_on(lot)}
        return sorted(found.values(), key=lambda hold: (hold.placed_at, hold.id))

    def _hold_rows(self, holds: Sequence[Hold]) -> tuple[HoldRow, ...]:
        """The first of them, and how many more there are."""
        more = len(holds) - MOST_HOLDS
        shown = tuple(self._hold(hold) for hold in holds[:MOST_HOLDS])
        if more <= 0:
            return shown
        said = t("{count} more, on the page of the holds", count=amount(more))
        return (*shown, HoldRow(key="", lots=said, quantity="", state="", reason=""))

    def _hold(self, hold: Hold) -> HoldRow:
        return HoldRow(
            key=hold.id,
            lots=", ".join(hold.lots),
            quantity=t("{units} units", units=amount(hold.quantity)),
            state=t(words(hold.state)),
            reason=hold.reason,
            tags=marks_of(self._desk).of(f"hold/{hold.id}"),
        )

    def _checks(self, machine: str) -> tuple[CheckRow, ...]:
        """The last checks at the machine, the newest first."""
        found = [row for row in checks(self._desk.view) if row.machine == machine][-CHECKS:]
        return tuple(
            CheckRow(
                key=row.id,
                at=self._formats.minute(row.at),
                what=row.characteristic,
                value=f"{row.value} {row.unit}",
                verdict=t("passed") if row.passed else t("failed"),
                passed=row.passed,
            )
            for row in reversed(found)
        )

    def _links(self, machine: Machine, heard_at: datetime | None) -> tuple[tuple[str, str], ...]:
        """Diagnostics: the controller behind the machine, its link and its counts."""
        plant, status = self._desk.plant, self._desk.status.controllers.get(machine.controller)
        controller = plant.controllers.get(machine.controller)
        tags = plant.tags_of(machine.id)
        now_s = self._desk.now().timestamp()
        fresh = sum(1 for tag in tags if not self._desk.values.reading(tag.index).stale(now_s))
        live = t("{fresh} of {all} live", fresh=fresh, all=len(tags))
        rows = [(t("controller"), machine.controller), (t("signals"), live)]
        if controller is not None:
            rows.insert(1, (t("protocol"), controller.protocol))
            rows.insert(2, (t("address"), address_text(controller.settings)))
            rows.insert(3, (t("identity"), controller.identity))
        if status is not None:
            since = self._formats.clock(status.since) if status.since else DASH
            rows.append((t("link"), t("{health} since {at}", health=t(status.health.value), at=since)))
            rows.append((t("last heard"), self._heard(heard_at or status.last_data_at)))
            rows.append((t("samples"), amount(status.samples)))
            rows.append((t("reconnects"), amount(status.reconnects)))
            rows.append((t("secured"), t("yes") if status.secure else t("no")))
            rows.append((t("reason"), status.reason or DASH))
            rows += [(t("unit {unit}", unit=unit.unit), self._unit(unit)) for unit in status.units]
        return tuple(rows)

    def _unit(self, unit: UnitStatus) -> str:
        """ "answering since 21:40:02 · 4.9 reads/s · 3 errors · last good 02:14:07, 24 s ago"."""
        since = self._formats.clock(unit.since)
        word = t("answering since {at}", at=since) if unit.up else t("not answering since {at}", at=since)
        figures = t(
            "{rate} reads/s · {errors} errors · last good {at}",
            rate=f"{unit.reads_per_s:.1f}",
            errors=amount(unit.errors),
            at=self._heard(unit.last_good_at),
        )
        return f"{word} · {figures}"

    def _heard(self, at: datetime | None) -> str:
        """ "02:14:07, 24 s ago"."""
        if at is None:
            return DASH
        ago = duration((self._desk.now() - at).total_seconds())
        return t("{at}, {ago} ago", at=self._formats.clock(at), ago=ago)


def _remarks(alarm: Alarm) -> Iterator[str]:
    """What else is to be known of it: that it is an earlier occurrence, what its controller waits for, who acted."""
    if alarm.earlier:
        yield t("earlier occurrence")
    if alarm.unconfirmed and alarm.state not in _UNACKNOWLEDGED:
        yield t("not confirmed")
    if alarm.count > 1:
        yield t("{count} times", count=alarm.count)
    if alarm.by:
        yield t("by {who} there", who=safe(alarm.by, 40))
    if not alarm.sure_clock:
        yield t("its clock is not sure")


def address_text(settings: Address) -> str:
    """The endpoint of a controller as its settings say it; nothing else of them is shown."""
    for name in ("url", "endpoint"):
        if name in settings:
            return str(settings[name])
    return f"{settings.get('host', '')}:{settings.get('port', '')}".strip(":") or DASH
