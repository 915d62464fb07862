"""The conditions of one controller as it last told them: for acts on them, and for what a refresh no longer mentions.

Owns the suspect rule (OPC 10000-9 4.5): what was retained and is not repeated between RefreshStart and RefreshEnd is
over. Outlives sessions; a node is kept with the URI of its namespace, whose index may change. Must not know transport.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from asyncua import ua

from app.ports import AlarmEvent

MOST = 10_000
"""Conditions remembered; of more, the one told longest ago is forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition (or a branch of one) and the last event of it. `uri` is its node's namespace."""

    node: ua.NodeId
    uri: str
    event: AlarmEvent
    retained: bool


class Conditions:
    """Take events in the order in which they come; `get` by the key of AlarmEvent."""

    def __init__(self) -> None:
        self._known: dict[str, Condition] = {}
        self._suspects: set[str] = set()
        self._whole = True

    def take(self, condition: Condition) -> None:
        """An event of a condition came."""
        key = condition.event.key
        self._suspects.discard(key)
        self._known.pop(key, None)
        self._known[key] = condition
        if len(self._known) > MOST:
            del self._known[next(iter(self._known))]

    def get(self, key: str) -> Condition | None:
        """The condition behind a key."""
        return self._known.get(key)

    def refresh_begins(self) -> None:
        """Every retained condition is suspect until it is repeated."""
        self._whole = True
        self._suspects = {key for key, condition in self._known.items() if condition.retained}

    def events_lost(self) -> None:
        """The server lost events: a refresh under way proves nothing of what it does not repeat."""
        self._whole = False

    def refresh_ends(self, received_s: float) -> list[AlarmEvent]:
        """What was not repeated is over: the events by which it returns to normal."""
        gone = [self._known[key] for key in self._known if key in self._suspects] if self._whole else []
        self._suspects = set()
        over = []
        for condition in gone:
            event = replace(
                condition.event,
                active=False,
                acknowledged=True,
                shelved=False,
                suppressed=False,
                out_of_service=False,
                retained=False,
                source_s=received_s,
                received_s=received_s,
            )
            self._known[event.key] = replace(condition, event=event, retained=False)
            over.append(event)
        return over
