"""The table of everything a person can do to what is selected: one row each, gathered from ui/acts. No Qt.

`refusal` says in a sentence why a row does not apply; `for_key` finds the row that a key means for what is selected.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.domain.permissions import ALLOWED
from ui.acts import cases, controls, decisions, holds, interlocks, proposals, station, tasks, work
from ui.acts.row import Row
from ui.desk import Desk
from ui.roles import any_of
from ui.shell import kind_of
from ui.text import either, t

__all__ = ["ACTIONS", "BY_ID", "Row", "applicable", "clashes", "for_key", "refusal"]

_ORDER = (
    "case.acknowledge", "case.own", "case.promise", "case.reassign", "case.decline", "case.finish", "case.hold",
    "case.shelve", "case.unshelve", "case.resolve", "case.close", "case.reopen", "case.note", "case.trend", "case.why",
)  # fmt: skip
_TABLES = (cases, tasks, holds, interlocks, work, proposals, controls, station, decisions)
_FOUND = {row.id: row for table in _TABLES for row in table.ROWS}

ACTIONS: tuple[Row, ...] = (
    *(_FOUND[name] for name in _ORDER),
    *(row for name, row in _FOUND.items() if name not in _ORDER),
)
"""Every action, those over cases first, in the order in which keys are shown."""

BY_ID: Mapping[str, Row] = MappingProxyType(_FOUND)


def applicable(desk: Desk, ref: str) -> tuple[Row, ...]:
    """The actions that can be done to `ref` now by the person at the desk, in the order of the table."""
    return tuple(row for row in ACTIONS if row.kinds and row.applies(desk, ref))


def for_key(key: str, ref: str) -> Row | None:
    """The row that a key means for what is selected; rows that need nothing selected come last."""
    fitting = [row for row in ACTIONS if row.key == key and (not row.kinds or kind_of(ref) in row.kinds)]
    return max(fitting, key=lambda row: bool(row.kinds), default=None)


def refusal(row: Row, desk: Desk, ref: str) -> str:
    """Why the action can't be done to `ref` now, for the message strip; "" when it can."""
    if row.applies(desk, ref):
        return ""
    if row.kinds and kind_of(ref) not in row.kinds:
        kinds = either([t("a {kind}", kind=kind) for kind in sorted(row.kinds)])
        return t("Select something first: “{action}” needs {kinds}.", action=t(row.text), kinds=kinds)
    if row.commands and desk.person is None:
        return t("Sign in first (Ctrl+L): “{action}” needs a person.", action=t(row.text))
    if not row.permitted(desk):
        return t("“{action}” is for {roles} to do.", action=t(row.text), roles=roles_of(row))
    return t("“{action}” is not possible now.", action=t(row.text))


def roles_of(row: Row) -> str:
    """ "quality lead": whose role allows what the action sends."""
    return any_of({role for command in row.commands for role in ALLOWED.get(command, frozenset())})


def clashes(rows: tuple[Row, ...] = ACTIONS) -> list[tuple[str, str, str]]:
    """(key, one id, other id) of rows that would answer the same key for the same kind of thing."""
    return [
        (one.key, one.id, other.id)
        for place, one in enumerate(rows)
        for other in rows[place + 1 :]
        if one.key == other.key and (not one.kinds or not other.kinds or one.kinds & other.kinds)
    ]
