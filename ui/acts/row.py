"""One action: a thing a person can do to what is selected, with its key. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.commands import Command
from app.domain.permissions import allowed
from ui.desk import Desk
from ui.shell import Shell, kind_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of ACTIONS. `kinds` are the kinds of ref it acts on; empty: it needs no ref.

    `key` is written as Qt writes it ("A", "Shift+E", "F2", "Ctrl+L"). `may` asks the lifecycle's table; the person's
    role is asked of `commands`.
    """

    id: str
    text: str
    key: str
    kinds: frozenset[str]
    commands: tuple[type[Command], ...]
    may: Callable[[Desk, str], bool]
    run: Callable[[Desk, str, Shell], None]
    danger: bool = False

    def permitted(self, desk: Desk) -> bool:
        """Whether the person at the desk may send what the action sends; what sends nothing is everybody's."""
        if not self.commands:
            return True
        person = desk.person
        return person is not None and any(allowed(command, person.roles) for command in self.commands)

    def applies(self, desk: Desk, ref: str) -> bool:
        """Whether it can be done to `ref` now, by this person."""
        fits = kind_of(ref) in self.kinds if self.kinds else True
        return fits and self.permitted(desk) and self.may(desk, ref)
