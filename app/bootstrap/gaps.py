"""What nobody saw because the acquisition process was gone, controller by controller (I2). Pure.

A lost link is said by the acquisition itself; its own death only the core can say.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from app.domain.commands import RecordGap
from app.domain.status import ControllerStatus, Health
from app.ports import Link, LinkState

REASON = "the acquisition process ended"


class Gaps:
    """`begin` when the process is gone; `end` gives the gap once a controller is heard again."""

    def __init__(self) -> None:
        self._since: dict[str, datetime] = {}

    def begin(self, controllers: Iterable[ControllerStatus], at: datetime) -> None:
        """Nothing of the controllers that were heard is seen from `at` on."""
        for controller in controllers:
            if controller.health is Health.UP:
                self._since.setdefault(controller.id, at)

    def end(self, state: LinkState) -> RecordGap | None:
        """The gap of a controller that is up again; None where there was none."""
        if state.link is not Link.UP or state.controller not in self._since:
            return None
        since = self._since.pop(state.controller)
        to_at = max(since, datetime.fromtimestamp(state.since_s, UTC))
        return RecordGap(controller=state.controller, from_at=since, to_at=to_at, reason=REASON)
