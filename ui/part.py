"""One part of the station as the status bar says it, and what is warned of beside it. Values; no Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the station in the status bar. `head` is read first; `priority` 0 is normal.

    `tip` is what more there is to know, a line each; `whole`: it says again all that head and text do.
    """

    id: str
    head: str
    text: str
    priority: int = 0
    tip: str = ""
    whole: bool = False

    @property
    def facts(self) -> tuple[str, ...]:
        """All that is to be said of it, a sentence each."""
        told = tuple(self.tip.splitlines())
        return told if self.whole else (f"{self.head} {self.text}".strip(), *told)


def fitting(parts: Sequence[Part], room: float, wide: Callable[[Part], float]) -> tuple[Part, ...]:
    """The parts for so many px: where there is no room for all, what is normal says its name only, the last one first.

    So the words of what isn't normal are the last to be cut.
    """
    shown = list(parts)
    for place in reversed(range(len(shown))):
        if sum(map(wide, shown)) <= room:
            break
        if not shown[place].priority:
            shown[place] = replace(shown[place], text="")
    return tuple(shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What must be seen from every screen until it is over. `ref` is what it is about, as the shell takes it."""

    priority: int
    text: str
    ref: str
