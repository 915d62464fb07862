"""Lineside's own notes in Odoo: an attachment for each posting, made once by its key, that says how far it got.

What Odoo can't tell (how much stood there before, how much is to be moved) is noted before the first step, so that a
posting that was cut anywhere is taken up with the same figures. Odoo has no locks: one writer for each lane.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from app.domain.erp_errors import ErpProtocolError
from app.erp.loose import Fields
from app.erp.odoo.records import Records, external

MODEL = "ir.attachment"


@dataclass(slots=True, kw_only=True)
class Note:
    """A posting's note. `digest`: of the command; `facts`: what was decided before its steps; `refs` once booked."""

    key: str
    digest: str
    posted: bool = False
    facts: dict[str, str] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)


class _Written(msgspec.Struct):
    key: str
    digest: str
    posted: bool
    facts: dict[str, str]
    refs: dict[str, str]


class Book:
    """The notes of one Odoo."""

    def __init__(self, records: Records) -> None:
        self._records = records

    async def find(self, key: str) -> Note | None:
        """The note of a posting; None where none was begun."""
        row = await self._records.one(MODEL, [["name", "=", title(key)]], ["description"])
        return None if row is None else noted(row, key)

    async def begin(self, key: str, digest: str, facts: Mapping[str, str], on: tuple[str, int]) -> Note:
        """The note of a posting, with these facts where it is new; beside the record that it is about."""
        found = await self.find(key)
        if found is None:
            found = Note(key=key, digest=digest, facts=dict(facts))
            await self.keep(found, on)
        if found.digest != digest:
            raise ErpProtocolError(f"Key {key} already stands for another posting.")
        return found

    async def keep(self, note: Note, on: tuple[str, int] = ("", 0)) -> None:
        """Write a note as it is now."""
        written = _Written(key=note.key, digest=note.digest, posted=note.posted, facts=note.facts, refs=note.refs)
        values: dict[str, object] = {
            "name": title(note.key),
            "description": msgspec.json.encode(written).decode(),
            "type": "binary",
        }
        if on[0]:
            values |= {"res_model": on[0], "res_id": str(on[1])}
        await self._records.load(MODEL, external(note.key), values)


def title(key: str) -> str:
    """What the attachment is called in Odoo."""
    return f"Lineside {key}"


def noted(row: Fields, key: str) -> Note:
    """The note that was written; raises ErpProtocolError when somebody changed it."""
    try:
        found = msgspec.json.decode(row.text("description"), type=_Written)
    except msgspec.DecodeError as error:
        raise ErpProtocolError(f"The note {title(key)!r} in Odoo was changed by somebody.") from error
    if found.key != key:
        raise ErpProtocolError("Odoo answered for another posting.")
    return Note(key=key, digest=found.digest, posted=found.posted, facts=found.facts, refs=found.refs)
