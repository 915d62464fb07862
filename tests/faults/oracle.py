"""What the servers set, known from each value itself: who set it, in which run, as the how manieth. Judges a driver.

Every value is `identity * 1e9 + run * 1e6 + turn`. Counted are values of another identity, values older than one that
was shown, values that are missing without a record that covers them, and times in which a link was up and silent.
Must not know protocols.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.domain.reading import STALE_AFTER_S, Quality
from app.ports import AlarmEvent, Link, LinkState, Samples, UnitState
from tests.faults.counting import IDENTITY, RUN

SLACK_S = 0.5
"""How far a record may miss the loss at either end: the time from a server's setting a value to our taking it."""
QUIET_S = STALE_AFTER_S + 0.5
"""A link that is up gives each value at least so often: they change every 100 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """Values that were set and did not come: between two that came, by the server's clock (this machine's)."""

    tag: int
    from_s: float
    to_s: float

    def within(self, records: list[tuple[float, float]]) -> bool:
        """Whether a record says that nothing could be seen then."""
        return any(began - SLACK_S <= self.from_s and self.to_s <= ended + SLACK_S for began, ended in records)


@dataclass(slots=True, kw_only=True)
class Last:
    """The newest value of a tag."""

    run: int = -1
    turn: int = -1
    source_s: float = 0.0
    received_s: float = 0.0


@dataclass(slots=True)
class Oracle:
    """A driver's sink for one controller. `identities`: for each tag index the number that its values begin with.

    `every`: whether each value has to come; a polled device shows only some.
    """

    identities: dict[int, int]
    every: bool = True
    values: int = 0
    wrong: list[str] = field(default_factory=list)
    backwards: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    holes: list[Hole] = field(default_factory=list)
    records: list[tuple[float, float]] = field(default_factory=list)
    states: list[LinkState] = field(default_factory=list)
    ups: int = 0
    kept: int = 0
    bad: Counter[int] = field(default_factory=Counter)
    """How often each tag was told as having no good value."""
    last: dict[int, Last] = field(default_factory=dict)
    alive_s: float = 0.0

    def samples(self, batch: Samples) -> None:
        """Judge each good value; what is not good says nothing."""
        for place in range(len(batch)):
            tag = int(batch.tags[place])
            if Quality(int(batch.qualities[place])) is Quality.GOOD:
                self._take(tag, float(batch.values[place]), float(batch.source_s[place]), batch.received_s)
            else:
                self.bad[tag] += 1

    def alive(self, controller: str, at_s: float) -> None:
        """The controller was heard."""
        self.alive_s = at_s

    def alarm(self, event: AlarmEvent) -> None:
        """Nothing here has alarms."""

    def units(self, controller: str, states: Sequence[UnitState]) -> None:
        """Units behind a gateway; each device here is one."""

    def loss(self, controller: str, from_s: float, to_s: float, reason: str) -> None:
        """A record of a loss while the link was up."""
        self.records.append((from_s, to_s))

    def link(self, state: LinkState) -> None:
        """Follow the link: it is silent only while up, and leaves a gap when it is up again with nothing kept."""
        before = self.states[-1] if self.states else None
        if before is not None and before.link is Link.UP:
            self.look_for_silence(state.since_s)
        if state.link is Link.UP and self.now is not Link.UP:  # else told anew, with another reason or clock
            self.ups += 1
            self.kept += state.kept
            if before is not None and not state.kept:
                self.records.append((before.last_data_s, state.since_s))
        self.states = [*self.states[-50:], state]

    @property
    def now(self) -> Link | None:
        """The link as last told."""
        return self.states[-1].link if self.states else None

    def look_for_silence(self, at_s: float) -> None:
        """Count every tag of a link that is up that got no value for too long."""
        if self.now is Link.UP:
            for tag in self.identities:
                self._quiet(tag, at_s)

    def fresh(self, since_s: float) -> bool:
        """Whether the link is up and each tag has a value that was set after a moment."""
        known = [self.last[tag].source_s for tag in self.identities if tag in self.last]
        return self.now is Link.UP and len(known) == len(self.identities) and min(known) > since_s

    def unrecorded(self) -> list[Hole]:
        """The missing values that no record covers."""
        return [hole for hole in self.holes if not hole.within(self.records)]

    def _take(self, tag: int, value: float, source_s: float, received_s: float) -> None:
        self.values += 1
        identity, rest = divmod(value, IDENTITY)
        run, turn = (int(part) for part in divmod(rest, RUN))
        if int(identity) != self.identities[tag]:
            self.wrong.append(f"tag {tag}: {value:.0f}")
            return
        self._quiet(tag, received_s)
        last = self.last.get(tag)
        if last is not None:
            self._follows(tag, last, (run, turn), source_s)
        self.last[tag] = Last(run=run, turn=turn, source_s=source_s, received_s=received_s)

    def _follows(self, tag: int, last: Last, came: tuple[int, int], source_s: float) -> None:
        if came < (last.run, last.turn):
            self.backwards.append(f"tag {tag}: {came} after {(last.run, last.turn)}")
        elif self.every and came > (last.run, last.turn + 1):
            self.holes.append(Hole(tag=tag, from_s=last.source_s, to_s=source_s))

    def _quiet(self, tag: int, at_s: float) -> None:
        if self.now is not Link.UP:
            return
        last = self.last.get(tag)
        since_s = max(self.states[-1].since_s, last.received_s if last is not None else 0.0)
        if at_s - since_s > QUIET_S:
            told = [f"{state.link.name} {state.since_s - at_s:+.1f} s {state.reason}" for state in self.states[-3:]]
            self.silent.append(f"tag {tag}: {at_s - since_s:.1f} s up and silent; told before: {told}")
