"""The plant file as a plant's shared store keeps it: versions, each signed and chained to the one before. Pure.

Owns the chain and what is wrong with one. The chain is computed by the store (0002_plant.sql) and again here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.chain import GENESIS
from app.domain.signing import fingerprint

MEANING = "I publish this plant file"
"""What the signature of a version means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantVersion:
    """A published plant file without its text. `sha256` is the text's, `author` a login, `name` the author's full one.

    `program` is the Lineside that checked it. `signed` is the instant in ISO 8601, UTC, as it is chained.
    """

    version: int
    sha256: str
    author: str
    name: str
    comment: str
    program: str
    signed: str
    signature: str
    previous: str
    chained: str

    @property
    def signed_at(self) -> datetime:
        """When it was signed, by the store's clock. Raises ValueError for an instant that is none."""
        return datetime.fromisoformat(self.signed)

    @property
    def title(self) -> str:
        """ "Plant file 13"."""
        return f"Plant file {self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantFileStatus:
    """Which plant file a station runs: version `running`, or 0 and a `file` of its own.

    `override`: that was named on the command line though the station has joined a plant. `published` is the last one
    that the shared store has, as far as it was seen. `ready`: it is here and checked, and runs from the next start;
    `fault`: why it can't.
    """

    running: int = 0
    file: str = ""
    override: bool = False
    published: PlantVersion | None = None
    ready: bool = False
    fault: str = ""

    @property
    def differs(self) -> bool:
        """Whether something else is published than what runs here."""
        return self.published is not None and (self.published.version != self.running or bool(self.fault))


def chain(row: PlantVersion) -> str:
    """The hash over a version and, by `previous`, over all before it."""
    said = (row.author, row.name, row.comment, row.program, row.signed, row.signature)
    parts = (row.previous, row.version, row.sha256, *said)
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


def fault(row: PlantVersion, text: str) -> str:
    """What is wrong with a version by itself; "" where nothing is."""
    if fingerprint(text) != row.sha256:
        return "its text is not the one that was signed"
    return "" if chain(row) == row.chained else "it is not the record that was signed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantVerdict:
    """`count` versions were read; `bad` is the first that is wrong, and `reason` says how (None: all well)."""

    count: int
    bad: int | None = None
    reason: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return self.bad is None


def verify(versions: Iterable[tuple[PlantVersion, str]], heads: Mapping[int, str] | None = None) -> PlantVerdict:
    """Walk every version with its text from the first. `heads`: version → its hash, as a station once saw it."""
    heads, before, count = heads or {}, GENESIS, 0
    for row, text in versions:
        reason = _fault(row, text, count + 1, before) or _unlike(row, heads)
        if reason:
            return PlantVerdict(count=count, bad=count + 1, reason=reason)
        count, before = row.version, row.chained
    gone = max(heads, default=0)
    if gone > count:
        return PlantVerdict(count=count, bad=count + 1, reason="it is gone")
    return PlantVerdict(count=count)


def _fault(row: PlantVersion, text: str, expected: int, before: str) -> str:
    if row.version != expected or row.previous != before:
        return "it is missing or was exchanged"
    return fault(row, text)


def _unlike(row: PlantVersion, heads: Mapping[int, str]) -> str:
    same = heads.get(row.version, row.chained) == row.chained
    return "" if same else "it was written anew: it differs from what this station saw"
