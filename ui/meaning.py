"""What a key means for what is selected where. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ui.actions import ACTIONS, for_key
from ui.acts.row import Row
from ui.desk import Desk
from ui.shell import kind_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """A thing selected somewhere. `binding`: there is the keyboard, so a key means this thing and no other."""

    ref: str
    binding: bool = False


def first_of(selections: Sequence[Selected], kinds: frozenset[str]) -> str:
    """The first selected thing of one of these kinds, any when there are none given; "" for nothing."""
    return next((s.ref for s in selections if not kinds or kind_of(s.ref) in kinds), "")


def meant(key: str, selections: Sequence[Selected], desk: Desk) -> tuple[str, str] | None:
    """(action id, ref) of a plain key; None when no action has it.

    What has the keyboard is meant even if the action does not apply to it: nothing else is acted on instead. Without
    such a selection it is the first of the others that the action applies to. Actions that need nothing come last.
    """
    found = [(row, s) for s in selections if (row := for_key(key, s.ref)) is not None and row.kinds]
    bound = [(row, s) for row, s in found if s.binding]
    fitting = bound or [(row, s) for row, s in found if row.applies(desk, s.ref)] or found
    if fitting:
        row, selected = fitting[0]
        return row.id, selected.ref
    row_without = for_key(key, "") or _any_with(key)
    return (row_without.id, "") if row_without is not None else None


def _any_with(key: str) -> Row | None:
    """An action of this key whatever it needs, so that its refusal can say what."""
    return next((row for row in ACTIONS if row.key == key), None)
