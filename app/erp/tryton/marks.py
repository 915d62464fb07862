"""How a posting is known again in Tryton, which has no key of its own for one.

The mark stands in the reference of the order or shipment that a posting changes, written with the change itself; the
note, filed when all of a posting is done, keeps it for good. So a posting is done when its note is there, begun when
only its mark is, and has done nothing otherwise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from app.domain.erp import ErpCommand
from app.domain.erp_errors import ErpProtocolError
from app.erp.codec import digest
from app.erp.tryton.rpc import Rpc

PREFIX = "LS:"
TAKEN = "LS:run"
"""Stands in the reference of an order from which Lineside has taken the plan, so that its moves are what happened."""
MARK = re.compile(r"LS:([0-9a-f]{20})\.([0-9a-f]{12})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """`head` stands for the posting's key, `body` for what it says."""

    head: str
    body: str

    def __str__(self) -> str:
        return f"{PREFIX}{self.head}.{self.body}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A posting that is done: on which record, and which documents it has."""

    mark: Mark
    resource: str
    refs: Mapping[str, str] = field(default_factory=dict)


def head_of(key: str) -> str:
    """What stands for a key; letters that no ERP and no search takes for anything else."""
    return sha256(key.encode()).hexdigest()[:20]


def mark_of(command: ErpCommand) -> Mark:
    """The mark of a posting."""
    return Mark(head=head_of(command.key), body=digest(command)[:12])


def mark_in(text: str | None) -> Mark | None:
    """The mark in a reference, if there is one."""
    found = MARK.search(text or "")
    return Mark(head=found[1], body=found[2]) if found else None


def marked(text: str | None, mark: Mark) -> str:
    """A reference with this mark in place of the last one; what people wrote there stays."""
    own = " ".join(MARK.sub("", text or "").split())
    return f"{own} {mark}".strip()


class Notes:
    """The notes of postings in one database. Tryton shows the notes of named records only, for who may read those."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc

    async def find(self, head: str, resources: Iterable[str]) -> Note | None:
        """The note of a posting on one of these records; None when it is not done there."""
        found = await self.on(resources)
        return next((note for notes in found.values() for note in notes if note.mark.head == head), None)

    async def on(self, resources: Iterable[str]) -> dict[str, list[Note]]:
        """The notes on these records ("stock.lot,7"), oldest first."""
        notes: dict[str, list[Note]] = {}
        wanted = sorted(resources)
        for start in range(0, len(wanted), 200):
            part = wanted[start : start + 200]
            for note in await self._search([["resource", "in", part], ["message", "like", f"{PREFIX}%"]]):
                notes.setdefault(note.resource, []).append(note)
        return notes

    async def file(self, mark: Mark, resource: str, text: str, refs: Mapping[str, str]) -> Note:
        """File the note of a posting that is done. Whoever calls this has looked that there is none, in the lane."""
        message = f"{mark} {json.dumps(dict(refs), sort_keys=True)}\n{text}"
        await self._rpc.write("ir.note.create", [{"resource": resource, "message": message}])
        return Note(mark=mark, resource=resource, refs=dict(refs))

    async def _search(self, domain: list[list[object]]) -> list[Note]:
        found = await self._rpc.read("ir.note.search_read", domain, 0, 10_000, [["id", "ASC"]], ["message", "resource"])
        return [note for row in found if (note := note_of(row)) is not None]


def note_of(row: Mapping[str, object]) -> Note | None:
    """The note in a row; None for one that people wrote, or spoilt."""
    head, _, _ = str(row.get("message") or "").partition("\n")
    mark = mark_in(head)
    if mark is None or not head.startswith(str(mark)):
        return None
    try:
        refs = json.loads(head.removeprefix(str(mark)))
    except ValueError:
        return None
    sound = isinstance(refs, dict)
    return Note(
        mark=mark, resource=str(row.get("resource")), refs={str(k): str(v) for k, v in refs.items()} if sound else {}
    )


def same_body(filed: Mark, mark: Mark, document: str) -> None:
    """Raise ErpProtocolError when the key already stands for another posting."""
    if filed.body != mark.body:
        raise ErpProtocolError(f"The key already stands for another posting ({document}).")
