"""The faults that both twins of the ERP port can be told to have, and the order in which they strike.

A counter strikes that many calls and is then used up; words and switches stay until they are taken back.
"""

from __future__ import annotations

from dataclasses import dataclass, field

BEFORE = ("unauthorised", "unavailable", "timeout", "error500", "conflict")
"""Faults that keep the call from having its effect."""

AFTER = ("lose_answers", "html", "huge")
"""Faults that spoil the answer after the effect."""


@dataclass(slots=True, kw_only=True)
class Faults:
    """What goes wrong next. Counters strike writes (and `find`); with `reads` they strike reads too.

    `refuse` and `ask` are the words of a business refusal and of a question, for every write while they stand.
    `plan` names the fault of each next call in turn, "" for none. `down` answers nothing at all.
    """

    refuse: str = ""
    ask: str = ""
    timeout: int = 0
    error500: int = 0
    unavailable: int = 0
    conflict: int = 0
    unauthorised: int = 0
    lose_answers: int = 0
    html: int = 0
    huge: int = 0
    slow_ms: int = 0
    reads: bool = False
    down: bool = False
    plan: list[str] = field(default_factory=list)

    def next(self, writes: bool, find: bool = False) -> str:
        """The name of the fault that strikes this call, "" for none; a counter is used up by one."""
        if self.down:
            return "unavailable"
        if self.plan and (writes or find):
            return self.plan.pop(0)
        if not (writes or self.reads):
            return ""
        for name in (*BEFORE, *AFTER):
            left: int = getattr(self, name)
            if left > 0:
                setattr(self, name, left - 1)
                return name
        return ""
