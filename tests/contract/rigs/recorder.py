"""A sink that keeps everything a driver says, and a way to wait for it."""

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.domain.reading import Quality
from app.ports import AlarmEvent, Link, LinkState, Samples, UnitState

PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One sample as it came."""

    tag: int
    value: float
    text: str | None
    quality: Quality
    source_s: float
    received_s: float

    @property
    def good(self) -> bool:
        """Whether it may be trusted."""
        return self.quality is Quality.GOOD


class Recorder:
    """Everything said, in order."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.alarms: list[AlarmEvent] = []
        self.links: list[LinkState] = []
        self.alive_s: list[float] = []
        self.losses: list[tuple[float, float, str]] = []
        self.units_told: list[tuple[UnitState, ...]] = []

    def samples(self, batch: Samples) -> None:
        """Keep each sample of the batch."""
        for place in range(len(batch)):
            self.seen.append(
                Seen(
                    tag=int(batch.tags[place]),
                    value=float(batch.values[place]),
                    text=batch.texts.get(place),
                    quality=Quality(int(batch.qualities[place])),
                    source_s=float(batch.source_s[place]),
                    received_s=batch.received_s,
                )
            )

    def alarm(self, event: AlarmEvent) -> None:
        """Keep it."""
        self.alarms.append(event)

    def alive(self, controller: str, at_s: float) -> None:
        """Keep the moment."""
        assert controller
        self.alive_s.append(at_s)

    def link(self, state: LinkState) -> None:
        """Keep it."""
        self.links.append(state)

    @property
    def turns(self) -> list[LinkState]:
        """The words by which the link became another; between them one is told anew, with another reason or clock."""
        return [state for old, state in pairwise([None, *self.links]) if state and (not old or old.link != state.link)]

    def units(self, controller: str, states: Sequence[UnitState]) -> None:
        """Keep them."""
        assert controller
        self.units_told.append(tuple(states))

    def loss(self, controller: str, from_s: float, to_s: float, reason: str) -> None:
        """Keep it."""
        assert controller
        self.losses.append((from_s, to_s, reason))

    @property
    def now(self) -> Link | None:
        """The link as last told."""
        return self.links[-1].link if self.links else None

    def of(self, tag: int) -> list[Seen]:
        """The samples of a tag, oldest first."""
        return [seen for seen in self.seen if seen.tag == tag]

    def fresh(self, tag: int, since_s: float) -> bool:
        """Whether a good number of the tag came after a moment."""
        return any(seen.good and seen.received_s > since_s and not math.isnan(seen.value) for seen in self.of(tag))

    async def until(self, what: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
        """Wait until `what` is true; fails with what was seen when it never becomes so."""
        give_up_s = time.monotonic() + patience_s
        while not what():
            assert time.monotonic() < give_up_s, f"links {self.links[-3:]}, last samples {self.seen[-3:]}"
            await asyncio.sleep(0.02)
