"""What the others are told of the person here: the case or hold that is looked at, and whether it is edited. No Qt."""

from __future__ import annotations

from ui.desk import Desk
from ui.shell import id_of, kind_of


class Attention:
    """Tells the desk each change once; nobody at the desk looks at nothing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._told = ("", False)

    def turn(self, ref: str, *, editing: bool) -> None:
        """The person looks at this now, or (`editing`) fills in a form about it."""
        seen = attended(ref) if self._desk.person is not None else ""
        now = (seen, editing and bool(seen))
        if now != self._told:
            self._told = now
            self._desk.attend(*now)


def attended(ref: str) -> str:
    """A case or hold that somebody looks at, a part of a case counting as the case; "" for everything else."""
    kind = kind_of(ref)
    if kind == "task":
        return f"case/{id_of(ref).partition('/')[0]}"
    return ref if kind in ("case", "hold") else ""
