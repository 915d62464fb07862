"""A password against its hash: it fits its own only, whatever is kept."""

import pytest
from argon2 import PasswordHasher

from app.bootstrap.identity import fits

KEPT = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse")


@pytest.mark.parametrize(
    ("kept", "given", "expected"), [(KEPT, "correct horse", True), (KEPT, "x", False), ("", "", False)]
)
def test_a_password_fits_its_hash_only(kept: str, given: str, expected: bool) -> None:
    assert fits(kept, given) is expected


def test_a_hash_that_cannot_be_read_fits_nothing() -> None:
    assert not fits("rubbish", "rubbish")
