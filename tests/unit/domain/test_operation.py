"""The hash of an operation covers every field but its own and the server's time."""

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from app.domain.chain import GENESIS
from app.domain.operation import Operation, chain_hash
from tests.plants import NOON

OP = Operation(
    opid="1",
    workstation="desk-1",
    seq=1,
    person="silva",
    kind="NoteAdded",
    stream="case/1",
    base_version=0,
    strand="case/1",
    base_opid="",
    payload='{"case_id":"1","text":"x"}',
    cause="1",
    source_at=NOON,
    recorded_at=NOON,
    monotonic_ns=5,
    prev_hash=GENESIS,
    hash="",
)


def other(value: Any) -> Any:
    """A value that differs a little."""
    if isinstance(value, str):
        return value + "x"
    return value + (1 if isinstance(value, int) else timedelta(microseconds=1))


@pytest.mark.parametrize("name", [f.name for f in fields(Operation) if f.name not in {"hash", "server_at"}])
def test_a_change_of_any_field_changes_the_hash(name: str) -> None:
    assert chain_hash(replace(OP, **{name: other(getattr(OP, name))})) != chain_hash(OP)


def test_its_own_hash_and_the_servers_time_are_no_part_of_it() -> None:
    assert chain_hash(replace(OP, hash="abc", server_at=NOON)) == chain_hash(OP)


def test_what_moves_from_one_field_to_the_next_changes_the_hash() -> None:
    assert chain_hash(replace(OP, person="silva1", kind="NoteAdded")) != chain_hash(
        replace(OP, person="silva", kind="1NoteAdded")
    )


def test_it_is_the_same_everywhere() -> None:
    assert chain_hash(OP) == "6c35a0f261cf4a9dfa1976f5d55324e42c3ae285e412ff05f204b65e9c679431"
