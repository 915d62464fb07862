from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from app.domain.erp import ERP_COMMANDS, ErpCommand
from app.domain.erp_errors import ErpProtocolError
from app.erp.codec import check, decode, digest, encode
from tests.contract.erp_twins import confirm, consume, move, one_of_each, set_status

COMMANDS = one_of_each()


def test_every_kind_of_command_is_covered() -> None:
    assert {encode(command)[0] for command in COMMANDS} == set(ERP_COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: type(c).__name__)
def test_a_command_comes_back_from_json_as_it_was(command: ErpCommand) -> None:
    kind, values = encode(command)
    assert decode(kind, json.loads(json.dumps(values))) == command


def test_optional_fields_come_back_too() -> None:
    for command in (
        replace(set_status("k", "hold"), quantity=Decimal("1200.50")),
        replace(confirm("k"), final=True, run=timedelta(minutes=90, microseconds=5)),
    ):
        assert decode(*encode(command)) == command


def test_quantities_are_text_and_keep_their_digits() -> None:
    _, values = encode(confirm("k", good="0.10", scrap="100000000000000000000.1"))
    assert (values["good"], values["scrap"]) == ("0.10", "100000000000000000000.1")


def test_a_command_without_a_new_field_takes_its_default() -> None:
    kind, values = encode(confirm("k"))
    del values["final"]
    assert decode(kind, values) == confirm("k")


BROKEN: dict[str, tuple[str, dict[str, object], str]] = {
    "unknown kind": ("sell", {}, "No posting is called 'sell'"),
    "missing field": ("move_order", {"key": "k"}, "missing required field"),
    "a number for a lot": ("confirm_production", {**encode(confirm("k"))[1], "lot": 123}, "lot"),
    "no number": ("confirm_production", {**encode(confirm("k"))[1], "good": "NaN"}, "good is no number"),
    "endless": ("confirm_production", {**encode(confirm("k"))[1], "scrap": "-Infinity"}, "scrap is no number"),
    "endless consumption": ("consume_material", encode(consume("k", quantity="Infinity"))[1], "quantity is no number"),
    "no such day": ("move_order", {**encode(move("k"))[1], "occurred_at": "2026-02-30T00:00:00Z"}, "occurred_at"),
    "no zone": ("move_order", {**encode(move("k"))[1], "occurred_at": "2026-03-29T02:30:00"}, "no time zone"),
    "unknown status": ("set_lot_status", {**encode(set_status("k", "hold"))[1], "status": "free"}, "status"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_cannot_be_read_is_refused_with_the_place(name: str) -> None:
    kind, values, said = BROKEN[name]
    with pytest.raises(ErpProtocolError, match=said):
        decode(kind, values)


def test_a_sound_command_passes_the_check() -> None:
    for command in COMMANDS:
        check(command)


def test_a_digest_tells_bodies_apart_and_nothing_else() -> None:
    assert digest(confirm("k")) == digest(decode(*encode(confirm("k"))))
    assert digest(confirm("k")) != digest(confirm("k", good="101"))
    assert len({digest(command) for command in COMMANDS}) == len(COMMANDS)
