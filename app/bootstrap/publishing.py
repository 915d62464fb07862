"""Publishing plant files to all stations, and looking at what was published. Blocking; an administrator's way in.

A station's own login may look too. Owns the order of steps; knows no terminal.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.bootstrap.administration import Admin
from app.config import Config
from app.domain.errors import NotFoundError, RefusedError
from app.domain.plant import Plant
from app.domain.plant_file import PlantVerdict, PlantVersion, verify
from app.plant.kept import heads
from app.secrets import stored_secret
from app.store.postgres import logins, plant_files, schema
from app.store.postgres.address import SECRET
from app.store.postgres.logins import station_address
from app.store.postgres.plant_files import Running


def as_station(here: Config) -> Admin:
    """The way in of a workstation that has joined: it may look. Raises RefusedError for one that has not."""
    if not here.store:
        raise RefusedError("This station has not joined a plant.", "Name its shared store with --url, or join it.")
    return Admin(address=station_address(here.store, here.station), password=stored_secret(here.folder, SECRET))


def versions(admin: Admin) -> Sequence[PlantVersion]:
    """Everything that was published, the first first."""
    with admin.connected() as connection:
        return plant_files.versions(connection)


def text_of(admin: Admin, version: int | None) -> tuple[PlantVersion, str]:
    """A version with its text; None: the last one. Raises NotFoundError where there is none."""
    with admin.connected() as connection:
        found = [row for row in plant_files.versions(connection) if version in (row.version, None)]
        if not found:
            what = "plant file" if version is None else f"plant file {version}"
            raise NotFoundError(f"No {what} was published.", "See: lineside plant list")
        return found[-1], plant_files.text_of(connection, found[-1].version)


def running(admin: Admin) -> Sequence[Running]:
    """Which version every station said it runs."""
    with admin.connected() as connection:
        return plant_files.running(connection)


def publish(admin: Admin, password: str, text: str, comment: str, program: str, after: int) -> PlantVersion:
    """Publish a text after a version, signed with the administrator's own password, which the server must ask for.

    Raises SharedRefusedError where it does not fit, or somebody published meanwhile.
    """
    if not password:
        raise RefusedError("Nothing was published: it is signed with your password.", "Type it when asked.")
    with schema.connected(admin.address, password, signs=True) as connection:
        version = plant_files.publish(connection, text, comment, program, after)
        return next(row for row in plant_files.versions(connection) if row.version == version)


def without_login(admin: Admin, plant: Plant) -> Sequence[str]:
    """The people of a plant whom the shared store does not know: nothing of theirs would be taken."""
    with admin.connected() as connection:
        known = {member.id for member in logins.people(connection) if member.roles}
    return sorted(set(plant.people) - known)


def verdict(here: Config) -> PlantVerdict:
    """Whether what was published is as it was signed, and as this station saw it."""
    with as_station(here).connected() as connection:
        return verify(plant_files.with_texts(connection), heads(here.folder))
