"""Who is at the desk. Passwords are checked before; here it is put on record."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain import commands as c
from app.domain import events as e
from app.domain.errors import RefusedError
from app.services.context import Context


def sign_in(command: c.SignIn, ctx: Context) -> Iterator[e.Event]:
    """A person takes this desk."""
    if command.person_id not in ctx.plant.people:
        raise RefusedError("Nobody of that name works here.", "Choose a person of the plant.")
    yield e.SignedIn(station=ctx.station, person_id=command.person_id)


def sign_out(command: c.SignOut, ctx: Context) -> Iterator[e.Event]:
    """The desk is free."""
    yield e.SignedOut(station=ctx.station, person_id=command.person_id)
