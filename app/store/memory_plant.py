"""What the plant's log takes, in plain Python: the same rules as the append function in Postgres, for its memory twin.

Owns what stands: streams, strands, occurrences, signatures. Pure but for what it is given; knows no station's wire.
"""

from __future__ import annotations

import json
import re
from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from app.domain.events import EVENT_TYPES
from app.domain.merging import strict
from app.domain.operation import Operation, Outcome, SharedOperation
from app.domain.people import SYSTEM, Person
from app.domain.permissions import ANY_LINE, EVENT_ROLES, PEOPLES_OWN, SIGNED

PROVEN_FOR = timedelta(days=30)
SIGNED_FOR = timedelta(days=1)


class Refused(Exception):  # noqa: N818 - an outcome, not an error
    """The cause of an operation is refused; the text says why to a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """An electronic signature as the log keeps it. `used_by` is the operation that it stands in."""

    person: str
    station: str
    kind: str
    stream: str
    meaning: str
    shown: str
    signed_at: datetime
    used_by: str = ""


@dataclass(slots=True, kw_only=True)
class Standing:
    """What stands. `line` of a stream is that of its first operation with one."""

    versions: MutableMapping[str, int] = field(default_factory=dict)
    lines: MutableMapping[str, str] = field(default_factory=dict)
    tips: MutableMapping[str, str] = field(default_factory=dict)
    firsts: MutableMapping[str, str] = field(default_factory=dict)
    occurrences: MutableMapping[str, tuple[str, str]] = field(default_factory=dict)
    seen: MutableMapping[str, tuple[str, str]] = field(default_factory=dict)
    merged: MutableMapping[str, tuple[str, str]] = field(default_factory=dict)
    signatures: MutableMapping[str, Signed] = field(default_factory=dict)

    def draft(self) -> Standing:
        """What stands, to be changed on trial."""
        return Standing(**{name: ChainMap({}, getattr(self, name)) for name in _MAPS})

    def keep(self, draft: Standing) -> None:
        """Make a draft what stands."""
        for name in _MAPS:
            getattr(self, name).update(getattr(draft, name).maps[0])


_MAPS = ("versions", "lines", "tips", "firsts", "occurrences", "seen", "merged", "signatures")


@dataclass(slots=True, kw_only=True)
class Register:
    """Who is who, and the plant's settings. `proofs` is by person and station; `second_person` has kinds."""

    people: dict[str, Person] = field(default_factory=dict)
    proofs: dict[tuple[str, str], datetime] = field(default_factory=dict)
    second_person: set[str] = field(default_factory=set)

    def name(self, who: str) -> str:
        """The full name, where it is known."""
        if who == SYSTEM.id:
            return SYSTEM.name
        return self.people[who].name if who in self.people else who

    def may(self, who: str, kind: str) -> bool:
        """Whether a role of theirs allows it."""
        return who in self.people and bool(self.people[who].roles & EVENT_ROLES[EVENT_TYPES[kind]])


class Judge:
    """Takes one operation after the other onto a draft of what stands."""

    def __init__(self, register: Register, log: Mapping[str, SharedOperation], now: datetime) -> None:
        """`log` finds what is in the log by its opid."""
        self._register = register
        self._log = log
        self._now = now

    def take(self, op: Operation, draft: Standing, *, history: bool) -> tuple[Outcome, int]:
        """Its outcome and its stream's new version; raises Refused."""
        said: dict[str, Any] = json.loads(op.payload)
        if not history:
            self._author(op, said, draft)
            self._signing(op, said, draft)
        if op.stream in draft.merged:
            return self._in_merged(op, draft)
        if said.get("occurrence") and self._second(op, str(said["occurrence"]), draft):
            return Outcome.DUPLICATE, 0
        self._conflict(op, draft)
        return Outcome.APPLIED, stand(op, said, draft)

    def _author(self, op: Operation, said: Mapping[str, Any], draft: Standing) -> None:
        event = EVENT_TYPES[op.kind]
        if op.person == SYSTEM.id:
            if event in PEOPLES_OWN:
                raise Refused(f"Lineside itself may not do this ({words(op.kind)}): a person decides it.")
            return
        who = self._register.people.get(op.person)
        if who is None:
            raise Refused(f"{op.person} is not among the people of the plant's log.")
        proven = self._register.proofs.get((op.person, op.workstation))
        if proven is None or self._now - proven >= PROVEN_FOR:
            raise Refused(f"{who.name} has not signed in with a password at {op.workstation} in the last 30 days.")
        if not self._register.may(op.person, op.kind):
            raise Refused(f"{who.name}'s role does not allow it: {words(op.kind)}.")
        self._line(op, said, draft, who)

    def _line(self, op: Operation, said: Mapping[str, Any], draft: Standing, who: Person) -> None:
        if EVENT_TYPES[op.kind] in ANY_LINE:
            return
        line = said["line"] if said.get("line") is not None else draft.lines.get(op.stream, "")
        if line and who.lines and line not in who.lines:
            raise Refused(f"{who.name} does not work on {line}.")

    def _signing(self, op: Operation, said: Mapping[str, Any], draft: Standing) -> None:
        if EVENT_TYPES[op.kind] not in SIGNED:
            return
        self._signature(op, said.get("signature") or {}, op.person, draft)
        second = said.get("second")
        if second is None:
            if op.kind in self._register.second_person:
                raise Refused("This plant wants the signature of a second person for it.")
            return
        signer = str(second.get("person"))
        if signer == op.person or not self._register.may(signer, op.kind):
            name = self._register.name(signer)
            raise Refused(f"{name} can't be the second person: another one whose role allows it.")
        self._line(op, said, draft, self._register.people[signer])
        self._signature(op, second, signer, draft)

    def _signature(self, op: Operation, written: Mapping[str, Any], signer: str, draft: Standing) -> None:
        found = draft.signatures.get(str(written.get("id")))
        wanted = (signer, op.workstation, op.kind, op.stream, written.get("meaning"), written.get("shown"), "")
        if found is None or self._now - found.signed_at >= SIGNED_FOR or _marks(found) != wanted:
            raise Refused(
                f"It lacks a signature of {self._register.name(signer)} for this step that is fresh and was not used "
                "before: sign again."
            )
        draft.signatures[str(written["id"])] = replace(found, used_by=op.opid)

    def _in_merged(self, op: Operation, draft: Standing) -> tuple[Outcome, int]:
        """Of a case that is another one: the program's word has nothing to decide, a person's act is theirs to."""
        home, cause = draft.merged[op.stream]
        if cause == op.cause or op.person == SYSTEM.id:
            return Outcome.DUPLICATE, 0
        raise Refused(f"It is the same event as another case. What stands is {self._words(draft.tips[home])}.")

    def _second(self, op: Operation, occurrence: str, draft: Standing) -> bool:
        """Note an observation; whether another came first."""
        draft.seen[op.opid] = (occurrence, op.workstation)
        first = draft.occurrences.setdefault(occurrence, (op.stream, op.cause))
        if first == (op.stream, op.cause):
            return False
        if first[0] != op.stream and op.stream not in draft.versions:
            draft.merged[op.stream] = (first[0], op.cause)
        return True

    def _conflict(self, op: Operation, draft: Standing) -> None:
        tip = draft.tips.get(op.strand, "")
        if tip == op.base_opid or not _strict(op):
            return
        if not tip:
            raise Refused("The plant's log did not take what this step was built on.")
        if self._same_beginning(op, tip, draft):
            return
        raise Refused(f"Somebody was first. What stands is {self._words(tip)}.")

    def _same_beginning(self, op: Operation, tip: str, draft: Standing) -> bool:
        """Whether the strand has only its beginning, and the operation was built on its own station's word of it."""
        base = self._log.get(op.base_opid)
        told = base is not None and base.operation.strand == op.strand and base.outcome is Outcome.DUPLICATE
        return told and draft.firsts.get(op.strand) == tip

    def _words(self, opid: str) -> str:
        found = self._log[opid]
        op = found.operation
        return (
            f"{self._register.name(op.person)} at {op.workstation}, {found.server_at:%Y-%m-%d %H:%M:%S} UTC: "
            f"{words(op.kind)}"
        )


def stand(op: Operation, said: Mapping[str, Any], draft: Standing) -> int:
    """Make an applied operation part of what stands; its stream's new version."""
    version = draft.versions.get(op.stream, 0) + 1
    draft.versions[op.stream] = version
    if said.get("line"):
        draft.lines.setdefault(op.stream, str(said["line"]))
    if _strict(op):
        draft.tips[op.strand] = op.opid
        draft.firsts.setdefault(op.strand, op.opid)
    return version


def words(kind: str) -> str:
    """ "hold released" for "HoldReleased"."""
    return re.sub(r"([a-z])([A-Z])", r"\1 \2", kind).lower()


def _strict(op: Operation) -> bool:
    return strict(EVENT_TYPES[op.kind])


def _marks(signed: Signed) -> tuple[str, ...]:
    return (
        signed.person, signed.station, signed.kind, signed.stream, signed.meaning, signed.shown, signed.used_by,
    )  # fmt: skip
