"""Who sits here, and who signs: asked of the shared store where the station has joined one, else of the plant file.

While the shared store is away, a password that was proven here within 30 days lets its person work, never sign.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.domain.errors import KnownError, RefusedError, SharedDownError
from app.domain.events import Signature
from app.domain.people import Person
from app.domain.plant import Plant
from app.domain.signing import DEMO_PASSWORD, LARGEST_OFFSET_S, LASTS, Prove, Sign, fingerprint
from app.ports import Clock, SharedLog

log = logging.getLogger("lineside.identity")

DECOY = "$argon2id$v=19$m=65536,t=3,p=4$bGluZXNpZGVkZWNveXM$Y3IvV4A0BNsXgXPv2KjqVfmDGSkMKVqYBGzXxxCJrYA"
"""Checked for people without a password, so that the time taken tells nothing."""


class Identity(Protocol):
    """Raises KnownError for a wrong password and for whoever may not."""

    async def prove(self, asked: Prove) -> None: ...
    async def sign(self, asked: Sign) -> Signature: ...


class PlantIdentity:
    """By the password hashes of the plant file. A demo plant asks for none."""

    def __init__(self, plant: Plant, clock: Clock) -> None:
        self._plant, self._clock = plant, clock

    async def prove(self, asked: Prove) -> None:
        """Check a password against the plant file."""
        person = the_person(self._plant, asked.person)
        if not self._plant.demo and not await asyncio.to_thread(fits, person.password_hash, asked.password):
            raise RefusedError("Name and password do not fit.", "The shift lead can help.")

    async def sign(self, asked: Sign) -> Signature:
        """A signature that this station alone stands for."""
        await self.prove(Prove(person=asked.person, password=asked.password))
        return signature_of(the_person(self._plant, asked.person), asked, self._clock.now(), "")


class SharedIdentity:
    """By the person's own login at the shared store. `offset_s`: this station's clock less the store's."""

    def __init__(
        self, plant: Plant, clock: Clock, shared: SharedLog, folder: Path, offset_s: Callable[[], float]
    ) -> None:
        self._plant, self._clock, self._shared, self._offset_s = plant, clock, shared, offset_s
        self._proven = Proven(folder / "proven.json")

    async def prove(self, asked: Prove) -> None:
        """Ask the shared store; while it is away, what was proven here before."""
        the_person(self._plant, asked.person)
        asked = replace(asked, password=self._word(asked.password))
        try:
            await self._shared.prove(asked.person, asked.password)
        except SharedDownError:
            if not await asyncio.to_thread(self._proven.fits, asked, self._clock.now()):
                raise RefusedError(
                    "The shared store is away, and this password was not used here lately.",
                    "Somebody who signed in here within 30 days can.",
                ) from None
        else:
            await asyncio.to_thread(self._proven.keep, asked, self._clock.now())

    async def sign(self, asked: Sign) -> Signature:
        """A signature that the shared store keeps."""
        offset_s = self._offset_s()
        if abs(offset_s) > LARGEST_OFFSET_S:
            raise RefusedError(
                f"This station's clock is off by {offset_s:+.0f} s: nothing can be signed.", "Tell plant IT."
            )
        person, shown = the_person(self._plant, asked.person), fingerprint(asked.shown)
        word = self._word(asked.password)
        key = await self._shared.sign(asked.person, word, asked.kind, asked.stream, asked.meaning, shown)
        return signature_of(person, asked, self._clock.now(), key)

    def _word(self, given: str) -> str:
        """The password; in a demo, where none is asked for, everybody's."""
        return given or (DEMO_PASSWORD if self._plant.demo else "")


class Proven:
    """Verifiers of passwords that were proven at this station, in a file that only its user can read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._one = threading.Lock()

    def keep(self, asked: Prove, now: datetime) -> None:
        """Remember a password by its hash; what can't be written is only missed while the store is away."""
        row = {"hash": PasswordHasher().hash(asked.password), "at": now.isoformat()}
        fresh = self._path.with_suffix(".new")
        with self._one, contextlib.suppress(OSError):
            known = {**self._read(), asked.person: row}
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                json.dump(known, file)
            fresh.replace(self._path)

    def fits(self, asked: Prove, now: datetime) -> bool:
        """Whether it is the password that was proven, and not too long ago."""
        row = self._read().get(asked.person, {})
        fresh = "at" in row and now - datetime.fromisoformat(row["at"]) <= LASTS
        return fits(row.get("hash", ""), asked.password) and fresh

    def _read(self) -> Mapping[str, Mapping[str, str]]:
        try:
            known: Mapping[str, Mapping[str, str]] = json.loads(self._path.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return {}
        return known


def the_person(plant: Plant, person_id: str) -> Person:
    """A person of the plant file."""
    person = plant.people.get(person_id)
    if person is None:
        raise KnownError("Nobody of that name works here.", "Choose a person of the plant.")
    return person


def fits(kept: str, given: str) -> bool:
    """Whether a password fits its argon2 hash; takes as long as argon2 does, also where there is none."""
    try:
        PasswordHasher().verify(kept or DECOY, given)
    except VerificationError:
        return False
    except InvalidHashError:
        log.warning("a password hash can't be read")
        return False
    return bool(kept)


def signature_of(person: Person, asked: Sign, at: datetime, key: str) -> Signature:
    """The signature as it goes into the step."""
    return Signature(
        person=person.id,
        name=person.name,
        meaning=asked.meaning,
        signed_at=at,
        shown=fingerprint(asked.shown),
        id=key,
    )
