"""A server's certificate that expires while a session is open (fault row 15): ended in words at the next renewal."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drivers.opcua.session import Session
from drivers.session import IdentityError
from tests.contract.rigs.certificates import Recipe, make
from tests.contract.rigs.secured import Host, Secured, workstation

LIVES = timedelta(seconds=6)
CHANNEL_MS = 500


@pytest.fixture
def host() -> Iterator[Host]:
    """The server's thread."""
    made = Host()
    yield made
    made.stop()


async def test_a_certificate_that_expires_ends_the_session_at_the_renewal_of_its_channel(
    host: Host, tmp_path: Path
) -> None:
    until = datetime.now(UTC) + LIVES
    made, place = make(Recipe(until=until)), Secured()
    session = Session(place.controller(), workstation(tmp_path, made))
    async with host.serving(made, place):
        await session.open()
        session._client.secure_channel_timeout = CHANNEL_MS
        with pytest.raises(IdentityError, match="expired"):
            await session.renew_for_ever()
        assert datetime.now(UTC) >= until.replace(microsecond=0)
        await session.close()
        with pytest.raises(IdentityError, match="expired"):
            await Session(place.controller(), workstation(tmp_path / "again", made)).open()
