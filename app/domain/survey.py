"""What was seen in a server's address space, and the tags that a person picks out of it. Values only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Which server to look at: a controller of the plant file, or a `url` with its `security` ("" is as demanded)."""

    controller: str = ""
    url: str = ""
    security: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """The server that answered: what it says it is, and whether the connection is signed at least."""

    identity: str
    secured: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenNode:
    """A node. `node` is its NodeId as plant files write it; `status` is "Good" or why there is no value.

    `usable`: it may become a tag. `opens`: there may be something below it. `path` are the names above it, in a search.
    """

    node: str
    name: str
    kind: str = "object"
    type: str = ""
    value: str = ""
    unit: str = ""
    status: str = ""
    usable: bool = False
    opens: bool = False
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The nodes of one look; `more` says why they are not all, "" if they are."""

    nodes: tuple[SeenNode, ...] = ()
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A variable that is to become a tag called `name` of a machine."""

    node: str
    name: str
    label: str
    unit: str = ""
    history: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What would be written into the plant file: `lines` exactly; nothing is while there are `faults`.

    `text` is the whole file afterwards, `before` the digest of the file that it was made from.
    """

    machine: str
    tags: int
    lines: tuple[str, ...]
    faults: tuple[str, ...] = ()
    text: str = ""
    before: str = ""
