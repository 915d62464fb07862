"""What a machine's tags say of it together, kept as samples come: the present of one machine, for its detectors."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from app.domain.packml import MachineState, UnitMode
from app.domain.plant import Machine, Signal, Tag
from app.domain.reading import Quality


@dataclass(slots=True)
class MachineNow:
    """The newest good value of each signal. Numbers are NaN and texts empty until they were seen good.

    `since_s` is the source time from which on a signal has had its present value.
    """

    machine: Machine
    identity: str
    numbers: dict[Signal, float] = field(default_factory=dict)
    texts: dict[Signal, str] = field(default_factory=dict)
    since_s: dict[Signal, float] = field(default_factory=dict)
    state: MachineState = MachineState.UNDEFINED
    state_since_s: float = 0.0
    heard: bool = False

    def take(self, tag: Tag, value: float, text: str | None, quality: int, source_s: float) -> bool:
        """Take in a sample; False where its quality says that it must not be used."""
        if quality > Quality.UNCERTAIN or (text is None and not math.isfinite(value)):
            return False
        if text is not None:
            if self.texts.get(tag.signal) != text:
                self.since_s[tag.signal] = source_s
            self.texts[tag.signal] = text
            return True
        if tag.signal is Signal.STATE:
            state = MachineState.of(value)
            if state is not self.state or not self.heard:
                self.state, self.state_since_s, self.heard = state, source_s, True
        if self.numbers.get(tag.signal) != value:
            self.since_s[tag.signal] = source_s
        self.numbers[tag.signal] = value
        return True

    def number(self, signal: Signal) -> float:
        """The newest good number of a signal; NaN before the first."""
        return self.numbers.get(signal, math.nan)

    def text(self, signal: Signal) -> str:
        """The newest good text of a signal; empty before the first."""
        return self.texts.get(signal, "")

    def flag(self, signal: Signal) -> bool:
        """Whether a bit is known and set."""
        return self.numbers.get(signal, 0.0) >= 0.5

    @property
    def nominal(self) -> float:
        """Nominal rate in machine units a minute: the controller's own where it tells one, else the plant file's."""
        told = self.number(Signal.NOMINAL_RATE)
        return told if told > 0 else self.machine.nominal_rate

    @property
    def producing(self) -> bool:
        """Whether it should run at all: in Produce mode, or in one the controller does not tell."""
        mode = self.number(Signal.MODE)
        return math.isnan(mode) or int(mode) == UnitMode.PRODUCE
