"""What the browse view shows, as plain values. No Qt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRow:
    """A controller of the plant file that can be looked into."""

    key: str
    name: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRow:
    """A node of the tree, or a hit of a search. `open` None: nothing is known to be below it.

    `mark` says what it is already: "picked", or the tag that has its address. `plain` rows are words, no nodes.
    """

    key: str
    depth: int
    name: str
    detail: str = ""
    type: str = ""
    value: str = ""
    status: str = ""
    mark: str = ""
    open: bool | None = None
    picked: bool = False
    plain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PickRow:
    """A variable that is to become a tag."""

    key: str
    tag: str
    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerState:
    """How the connection stands, in words; `todo` what to do about it. `busy`: something can be cancelled."""

    words: str
    todo: str = ""
    bad: bool = False
    busy: bool = False
    allowed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PickPanel:
    """What was picked, for which machine, and what comes of it. `missing` says why it can't be written now."""

    rows: tuple[PickRow, ...]
    machines: tuple[tuple[str, str], ...]
    machine: str
    lines: tuple[str, ...]
    missing: str
    button: str
    ready: bool
