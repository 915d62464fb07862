"""What a machine is doing, as screens need it: state with its clock, rate in its band, stale since when. No Qt.

Owns which tags mean what on a machine. Must not know any view, nor how anything is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from app.domain.case import ExceptionCase
from app.domain.packml import FAULTED, HALTED, RUNNING, MachineState
from app.domain.plant import Machine, Signal, Tag
from app.domain.reading import Quality, Reading
from app.domain.status import Health
from ui.desk import Desk
from ui.text import amount, t

BAND = (0.85, 1.05)
"""The normal band of a rate, shares of nominal, where the plant file gives none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineNow:
    """A machine at one instant. `state` is None while nothing is known or what is known is stale.

    Rates are machine units a minute; `rate` is NaN when not known. `since_at` is when the state began, as far as this
    station saw it. `fill` 0…1 is the buffer before the machine, NaN without one.
    """

    machine: Machine
    state: MachineState | None
    since_at: datetime | None
    stale: bool
    heard_at: datetime | None
    rate: float
    nominal: float
    low: float
    high: float
    blocked: bool
    starved: bool
    stop_text: str
    lot: str
    order: str
    fill: float

    @property
    def running(self) -> bool:
        """Whether it makes product."""
        return self.state in RUNNING

    @property
    def faulted(self) -> bool:
        """Whether it stopped itself on a fault."""
        return self.state in FAULTED

    @property
    def halted(self) -> bool:
        """Whether it stands for a reason of its own."""
        return self.state in HALTED or self.faulted


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wiring:
    """Which tag means what on one machine."""

    machine: Machine
    tags: Mapping[Signal, Tag]
    infeed: Tag | None
    outfeed: Tag | None
    first: Tag | None


class MachineWatch:
    """Reads machines off a desk; keeps since when each has been in its state."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._wirings = {m.id: _wire(desk, m) for m in desk.plant.machines.values()}
        self._states: dict[str, tuple[MachineState, float]] = {}

    def rate_tag(self, machine: str) -> Tag | None:
        """The tag of a machine's rate."""
        return self._wirings[machine].tags.get(Signal.RATE)

    def rate(self, machine: str) -> float:
        """The rate alone, machine units a minute; NaN when not known. Says nothing of how old it is."""
        return self._number(self._wirings[machine], Signal.RATE)

    def lot(self, machine: str) -> str:
        """The lot on a machine, as `now` says it; "" when not known."""
        return self._text(self._wirings[machine], Signal.LOT)

    def tag(self, machine: str, signal: Signal) -> Tag | None:
        """The first tag of a machine with this meaning."""
        return self._wirings[machine].tags.get(signal)

    def now(self, machine: str) -> MachineNow:
        """The machine as it stands."""
        wiring = self._wirings[machine]
        now_s = self._desk.now().timestamp()
        state_reading = self._reading(wiring, Signal.STATE)
        stale, heard_at = self._stale(wiring, state_reading, now_s)
        state = None if stale or state_reading is None else MachineState.of(state_reading.number)
        since_s = self._since(machine, state, state_reading)
        nominal = self._nominal(wiring)
        rate_tag = wiring.tags.get(Signal.RATE)
        return MachineNow(
            machine=wiring.machine,
            state=state,
            since_at=None if since_s is None else datetime.fromtimestamp(since_s, UTC),
            stale=stale,
            heard_at=heard_at,
            rate=math.nan if stale else self._number(wiring, Signal.RATE),
            nominal=nominal,
            low=rate_tag.low if rate_tag and rate_tag.low is not None else nominal * BAND[0],
            high=rate_tag.high if rate_tag and rate_tag.high is not None else nominal * BAND[1],
            blocked=not stale and self._number(wiring, Signal.BLOCKED) > 0,
            starved=not stale and self._number(wiring, Signal.STARVED) > 0,
            stop_text="" if stale else self._text(wiring, Signal.STOP_TEXT),
            lot=self._text(wiring, Signal.LOT),
            order=self._text(wiring, Signal.ORDER),
            fill=self.fill(wiring.infeed, now_s),
        )

    def between(self, before: str, after: str) -> float:
        """How full the buffer between two neighbours is, 0…1; NaN when nobody says."""
        now_s = self._desk.now().timestamp()
        infeed = self.fill(self._wirings[after].infeed, now_s)
        return infeed if not math.isnan(infeed) else self.fill(self._wirings[before].outfeed, now_s)

    def fill(self, tag: Tag | None, now_s: float) -> float:
        """A buffer tag as a share of full; stale or bad is NaN."""
        if tag is None:
            return math.nan
        reading = self._desk.values.reading(tag.index)
        if reading.stale(now_s):
            return math.nan
        full = 100.0 if tag.unit == "%" else tag.high or 100.0
        return reading.number / full

    def _reading(self, wiring: _Wiring, signal: Signal) -> Reading | None:
        tag = wiring.tags.get(signal)
        return None if tag is None else self._desk.values.reading(tag.index)

    def _number(self, wiring: _Wiring, signal: Signal) -> float:
        reading = self._reading(wiring, signal)
        return math.nan if reading is None else reading.number

    def _text(self, wiring: _Wiring, signal: Signal) -> str:
        reading = self._reading(wiring, signal)
        good = reading is not None and reading.quality <= Quality.UNCERTAIN and isinstance(reading.value, str)
        return str(reading.value) if reading is not None and good else ""

    def _nominal(self, wiring: _Wiring) -> float:
        said = self._number(wiring, Signal.NOMINAL_RATE)
        return said if said > 0 else wiring.machine.nominal_rate

    def _stale(self, wiring: _Wiring, state: Reading | None, now_s: float) -> tuple[bool, datetime | None]:
        """Whether nothing of the machine may be shown as live, and when it was last heard."""
        reading = state or self._reading(wiring, Signal.RATE)
        if reading is None and wiring.first is not None:
            reading = self._desk.values.reading(wiring.first.index)
        link = self._desk.status.controllers.get(wiring.machine.controller)
        heard_s = 0.0 if reading is None else max(reading.received_s, reading.alive_s)
        heard = datetime.fromtimestamp(heard_s, UTC) if heard_s else None
        if link is not None and link.health is Health.DOWN:
            return True, link.last_data_at or heard
        return reading is None or reading.stale(now_s), heard

    def _since(self, machine: str, state: MachineState | None, reading: Reading | None) -> float | None:
        """When the state began: the source time that this station first saw it with."""
        if state is None or reading is None:
            return None
        known = self._states.get(machine)
        if known is None or known[0] is not state:
            known = (state, reading.source_s)
            self._states[machine] = known
        return known[1]


def _wire(desk: Desk, machine: Machine) -> _Wiring:
    tags = desk.plant.tags_of(machine.id)
    buffers = [tag for tag in tags if tag.signal is Signal.BUFFER]
    out = next((tag for tag in buffers if "outfeed" in f"{tag.name} {tag.id}".lower()), None)
    return _Wiring(
        machine=machine,
        tags={tag.signal: tag for tag in reversed(tags)},
        infeed=next((tag for tag in buffers if tag is not out), None),
        outfeed=out,
        first=tags[0] if tags else None,
    )


_KINDS_AS_WORDS = {"rate_loss": "slow", "reject_drift": "rejects", "material_low": "material low"}


def state_words(now: MachineNow, case: ExceptionCase | None = None) -> str:
    """ "Suspended · blocked", "Execute · slow", "Aborted · torque limit valve block 3"; a dash while not known.

    Of a machine that is heard but tells no state, what it says instead.
    """
    if now.state is None:
        return "–" if now.stale or not now.stop_text else now.stop_text
    word = t(now.state.text)
    why = ""
    if not now.running and (now.blocked or now.starved) and not now.halted:
        why = t("blocked") if now.blocked else t("starved")
    elif not now.running and now.stop_text:
        why = now.stop_text
    elif now.running and case is not None:
        why = t(_KINDS_AS_WORDS.get(case.kind, ""))
    return f"{word} · {why}" if why else word


def rate_text(rate: float, nominal: float) -> str:
    """A rate as short as its machine allows: slow machines get a decimal; a dash when not known."""
    if math.isnan(rate):
        return "–"
    return amount(rate, 1 if nominal < 20 and rate != int(rate) else 0)
