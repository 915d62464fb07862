"""A survey for tests of the browse view: keeps what was asked, and answers when it is told to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.domain.survey import Connected, Pick, Proposal, Seen, SeenNode, Target
from ui.survey import Told


def folder(name: str, node: str = "") -> SeenNode:
    """An object with something below it."""
    return SeenNode(node=node or f"nsu=u;s={name}", name=name, opens=True)


def variable(name: str, value: str = "1.5", **parts: Any) -> SeenNode:
    """A variable that may become a tag."""
    known = {"type": "Double", "status": "Good", "usable": True, **parts}
    return SeenNode(node=f"nsu=u;s={name}", name=name, kind="variable", value=value, **known)


@dataclass
class FakeSurvey:
    """`asked` in order, as (verb, what); `answer` ends the oldest question that waits, `answer_all` them all."""

    file: str = "plant.toml"
    asked: list[tuple[str, Any]] = field(default_factory=list)
    waiting: list[Callable[[Any], None]] = field(default_factory=list)
    cancelled: int = 0

    def connect(self, target: Target, told: Told[Connected]) -> None:
        self._ask("connect", target, told)

    def below(self, node: str, told: Told[Seen]) -> None:
        self._ask("below", node, told)

    def find(self, node: str, words: str, told: Told[Seen]) -> None:
        self._ask("find", (node, words), told)

    def propose(self, machine: str, picks: Sequence[Pick], told: Told[Proposal]) -> None:
        self._ask("propose", (machine, tuple(picks)), told)

    def write(self, proposal: Proposal, told: Told[None]) -> None:
        self._ask("write", proposal, told)

    def cancel(self) -> None:
        self.cancelled += 1

    def _ask(self, verb: str, what: Any, told: Callable[[Any], None]) -> None:
        self.asked.append((verb, what))
        self.waiting.append(told)

    def answer(self, answer: Any) -> None:
        """End the oldest question."""
        self.waiting.pop(0)(answer)

    @property
    def last(self) -> tuple[str, Any]:
        """The newest question."""
        return self.asked[-1]
