"""How presenters look into servers: asked on the UI thread, answered there later, never waited for. No Qt here.

`ui.surveys` implements it over a thread of the drivers; tests implement it over plain objects.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol, TypeVar

from app.domain.survey import Connected, Pick, Proposal, Seen, Target

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a look came to nothing, and what to do. `cancelled`: a person ended it."""

    message: str
    todo: str = ""
    cancelled: bool = False


Told = Callable[[T | Refusal], None]
"""Hears what came of it: once, on the UI thread."""


class Survey(Protocol):
    """One server at a time. `file` is the plant file that may be written, by its name; "" where there is none."""

    @property
    def file(self) -> str: ...
    def connect(self, target: Target, told: Told[Connected]) -> None: ...
    def below(self, node: str, told: Told[Seen]) -> None: ...
    def find(self, node: str, words: str, told: Told[Seen]) -> None: ...
    def propose(self, machine: str, picks: Sequence[Pick], told: Told[Proposal]) -> None: ...
    def write(self, proposal: Proposal, told: Told[None]) -> None: ...
    def cancel(self) -> None:
        """End what is under way; it is told as cancelled."""


class SurveyWork(Protocol):
    """What does the looking, on a thread of its own. Every future may be asked for from any thread."""

    @property
    def file(self) -> str: ...
    def connect(self, target: Target) -> Future[Connected]: ...
    def below(self, node: str) -> Future[Seen]: ...
    def find(self, node: str, words: str) -> Future[Seen]: ...
    def propose(self, machine: str, picks: Sequence[Pick]) -> Future[Proposal]: ...
    def write(self, proposal: Proposal) -> Future[None]: ...
    def cancel(self) -> None: ...
    def close(self) -> None: ...
