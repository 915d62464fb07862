"""Requests to controllers as screens show them: what was asked, by whom, what became of it. No Qt.

An unknown outcome has words and a mark of its own: nobody may take it for done, or for not done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from app.domain.control import Control
from app.domain.lifecycles import ControlState
from app.readmodel.model import recent_controls
from ui.desk import Desk
from ui.text import Formats, t

SHOWN = 6
SHOWN_FOR = timedelta(hours=8)
"""What is known is shown for a shift; what is not, until somebody ends it."""

WORDS: Mapping[ControlState, str] = MappingProxyType(
    {
        ControlState.REQUESTED: "asked for, not sent yet",
        ControlState.SENT: "sent, not read back yet",
        ControlState.CONFIRMED: "done",
        ControlState.REFUSED: "refused, nothing happened",
        ControlState.FAILED: "not sent, nothing happened",
        ControlState.UNKNOWN: "UNKNOWN whether it happened",
        ControlState.SETTLED: "was unknown, looked at",
    }
)
UNKNOWN_PRIORITY = 2
"""An unknown outcome is shown like an exception of this priority."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlLine:
    """A request in one row. `priority` 0: nothing to do about it; `open`: it is not known yet what became of it."""

    key: str
    at: str
    what: str
    state: str
    detail: str
    priority: int
    open: bool


def control_lines(desk: Desk, machine: str, formats: Formats) -> tuple[ControlLine, ...]:
    """The requests to a machine, those whose outcome is not known first, then the newest."""
    since = desk.now() - SHOWN_FOR
    rows = [row for row in recent_controls(desk.view, since) if row.machine == machine]
    rows.sort(key=lambda row: (row.closed, -row.requested_at.timestamp()))
    return tuple(control_line(desk, row, formats) for row in rows[:SHOWN])


def control_line(desk: Desk, row: Control, formats: Formats) -> ControlLine:
    """One request."""
    return ControlLine(
        key=row.id,
        at=formats.clock(row.requested_at),
        what=asked_words(desk, row),
        state=t(WORDS[row.state]),
        detail=". ".join(part for part in (_name(desk, row.by), row.words) if part),
        priority=UNKNOWN_PRIORITY if row.state is ControlState.UNKNOWN else 0,
        open=not row.closed,
    )


def asked_words(desk: Desk, row: Control) -> str:
    """ "Set the speed: 420 bottles/min"."""
    command = desk.plant.commands.get(row.command)
    if command is None or not command.chosen or row.value is None:
        return row.what
    return f"{row.what}: {row.value:,.{command.decimals}f} {command.unit}".strip()


def _name(desk: Desk, person_id: str) -> str:
    person = desk.plant.people.get(person_id)
    return person.short if person else person_id


class ControlNews:
    """What became of requests since it was last asked, for the message strip; nothing of the time before."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._told: dict[str, ControlState] | None = None

    def news(self) -> list[tuple[str, bool]]:
        """(sentence, whether it is bad) of every request whose outcome came."""
        now = {row.id: row for row in recent_controls(self._desk.view, self._desk.now() - SHOWN_FOR)}
        told, self._told = self._told, {key: row.state for key, row in now.items()}
        if told is None:
            return []
        ended = [row for key, row in now.items() if told.get(key) is not row.state and row.state in ENDS]
        return [(self._sentence(row), row.state is not ControlState.CONFIRMED) for row in ended]

    def _sentence(self, row: Control) -> str:
        where = self._desk.plant.label(row.machine)
        said = t("{what}: {state}.", what=asked_words(self._desk, row), state=t(WORDS[row.state]))
        return " ".join(part for part in (where, said, row.words) if part)


ENDS = frozenset({ControlState.CONFIRMED, ControlState.REFUSED, ControlState.FAILED, ControlState.UNKNOWN})
