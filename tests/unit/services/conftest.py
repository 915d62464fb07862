"""The floor as a fixture."""

from collections.abc import Iterator

import pytest

from tests.unit.services.floor import Floor, floor


@pytest.fixture(name="desk")
def _desk() -> Iterator[Floor]:
    with floor() as made:
        yield made
