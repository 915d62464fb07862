"""A gateway with a dead unit: it is given up for a while and shown so; the others keep their rate."""

import math
import time

import pytest

from app.domain.plant import Address
from app.ports import Link, UnitState
from drivers.modbus.poll import plan
from drivers.modbus.rota import DEMOTED_AFTER, SHARE_OF_TRIES, Rota
from drivers.modbus.units import UnitBook
from tests.contract.rigs.recorder import Recorder
from tests.unit.drivers.stub import Asked, stubbed
from tests.unit.drivers.test_modbus_driver import controller, driving_controller
from tests.unit.drivers.test_poll import items

DEAD, LIVING = 7, (1, 2, 3)


def at(unit: int, address: int = 0) -> Address:
    """A register of a unit."""
    return {"table": "holding", "address": address, "unit": unit}


def gateway() -> Rota:
    """Three units of one group each, and one of two."""
    return Rota(plan(items(*(at(unit) for unit in LIVING), at(DEAD), at(DEAD, 500)), 120))


def units_asked(rota: Rota, now_s: float) -> list[int]:
    """The units of the groups that are due."""
    return [group.unit for group in rota.due(now_s)]


def fall_silent(rota: Rota, unit: int, now_s: float) -> None:
    """The unit misses as many requests as it may."""
    for _ in range(DEMOTED_AFTER):
        rota.silent(unit, now_s)


def test_one_lost_request_demotes_nobody() -> None:
    rota = gateway()
    assert not rota.silent(DEAD, 0.0)
    assert units_asked(rota, 0.0).count(DEAD) == 2
    assert not rota.heard(DEAD)
    assert not rota.silent(DEAD, 0.0)


def test_a_silent_unit_is_demoted_once_and_tried_with_one_group() -> None:
    rota = gateway()
    assert [rota.silent(DEAD, 0.0) for _ in range(3)] == [False, True, False]
    assert set(units_asked(rota, 0.0)) == set(LIVING)
    assert units_asked(rota, 100.0) == [*LIVING, DEAD]


def test_a_demoted_unit_that_answers_is_asked_for_everything_at_once() -> None:
    rota = gateway()
    fall_silent(rota, DEAD, 0.0)
    assert rota.heard(DEAD)
    assert not rota.heard(DEAD)
    assert units_asked(rota, 0.0).count(DEAD) == 2


def test_tries_of_all_demoted_units_take_a_tenth_of_the_time_at_most() -> None:
    rota = gateway()
    for unit in (DEAD, 1, 2):
        fall_silent(rota, unit, 0.0)
    now_s, spent_s, tries = 1_000.0, 0.0, 0
    while now_s < 2_000.0:
        for group in rota.due(now_s):
            took_s = 0.001 if group.unit == 3 else 1.0
            now_s += took_s
            if group.unit != 3:
                spent_s, tries = spent_s + took_s, tries + 1
                rota.silent(group.unit, now_s)
                rota.spent(group.unit, took_s, now_s)
        now_s += 0.1
    assert tries > 20
    assert spent_s <= 1_000.0 * SHARE_OF_TRIES + 1.0


def test_the_only_unit_of_a_controller_is_never_demoted() -> None:
    rota = Rota(plan(items(at(1), at(1, 500)), 120))
    fall_silent(rota, 1, 0.0)
    assert units_asked(rota, 0.0) == [1, 1]


def test_when_the_whole_gateway_was_lost_all_units_are_asked_again() -> None:
    rota = gateway()
    fall_silent(rota, DEAD, 0.0)
    rota.forgive()
    assert units_asked(rota, 0.0).count(DEAD) == 2


def test_after_a_loss_of_the_controller_no_group_rests_and_those_that_failed_are_asked_last() -> None:
    """Else a link would be up, and a group without values for as long as it rests."""
    rota = Rota(plan(items(at(1), at(1, 500), at(1, 900)), 120))
    first, second, third = rota.due(0.0)
    for _ in range(6):
        rota.failed(first, 0.0)
    rota.failed(second, 0.0)
    assert rota.due(0.1) == [third]
    rota.forgive()
    assert rota.due(0.1) == [third, second, first]
    for group in (first, second, third):
        rota.answered(group)
    assert rota.due(0.1) == [first, second, third]


def test_the_figures_of_a_unit_are_its_own() -> None:
    book = UnitBook((1, DEAD), 100.0)
    for at_s in (101.0, 102.0, 103.0, 104.0):
        book.read(1, at_s)
    book.error(DEAD)
    book.down(DEAD, "No answer came in time.", 103.0)
    one, dead = book.report(104.0)
    assert one == UnitState(unit=1, up=True, since_s=100.0, last_good_s=104.0, reads_per_s=1.0, errors=0)
    assert dead == UnitState(
        unit=DEAD, up=False, since_s=103.0, last_good_s=0.0, reads_per_s=0.0, errors=1, reason="No answer came in time."
    )
    assert book.report(105.0)[0].reads_per_s == 0.0
    assert book.up(DEAD, 110.0) == 100.0


def last(said: Recorder, unit: int) -> UnitState:
    """The unit as last told."""
    return next(state for state in said.units_told[-1] if state.unit == unit)


@pytest.mark.parametrize("how", ["silent", "exception 11", "wrong unit"])
async def test_a_dead_unit_is_told_while_the_others_keep_their_rate(how: str) -> None:
    """Faults row 25: a half-open unit behind a gateway."""
    alive = False

    def answer(asked: Asked) -> bytes:
        if asked.unit != DEAD or alive:
            return asked.good(asked.unit)
        return {
            "silent": b"",
            "exception 11": asked.frame(bytes([asked.function | 0x80, 11])),
            "wrong unit": asked.frame(asked.body(), unit=1),
        }[how]

    spots = [at(unit) for unit in LIVING] + [at(DEAD), at(DEAD, 500)]
    async with stubbed(answer) as stub, driving_controller(controller(stub), *spots) as said:
        await said.until(lambda: said.units_told and not last(said, DEAD).up)
        assert all(not seen.good for seen in said.of(3) + said.of(4))
        assert said.of(3), "every tag of the unit is told to have no value"
        assert said.of(4)
        assert last(said, DEAD).errors >= DEMOTED_AFTER
        assert last(said, DEAD).reason
        stub.asked.clear()
        await said.until(lambda: len(stub.asked) >= 100)
        asked = [request.unit for request in stub.asked]
        assert asked.count(DEAD) < 10
        assert all(asked.count(unit) >= 25 for unit in LIVING), "the others keep their rate"
        assert said.now is Link.UP
        alive = True
        await said.until(lambda: last(said, DEAD).up and said.of(3)[-1].good and said.of(4)[-1].good)
    assert {seen.value for index in (0, 1, 2) for seen in said.of(index) if seen.good} <= {1.0, 2.0, 3.0}
    ((from_s, to_s, reason),) = said.losses
    assert from_s < to_s
    assert reason == f"unit {DEAD} did not answer"


async def test_a_gateway_that_takes_its_time_over_a_dead_unit_is_rarely_asked_for_it() -> None:
    """A demoted unit has a tenth of the connection's time, also where the gateway answers for it."""
    takes_s = 0.15
    asked_s: list[float] = []

    def answer(asked: Asked) -> bytes:
        if asked.unit != DEAD:
            return asked.good(asked.unit)
        asked_s.append(time.monotonic())
        return asked.frame(bytes([asked.function | 0x80, 11]))

    async with stubbed(answer) as stub, driving_controller(controller(stub), at(1), at(DEAD)) as said:
        stub.thinks_s = {DEAD: takes_s}
        await said.until(lambda: said.units_told and not last(said, DEAD).up)
        asked_s = asked_s[-1:]
        await said.until(lambda: len(asked_s) >= 2)
    assert asked_s[1] - asked_s[0] >= takes_s / SHARE_OF_TRIES


async def test_a_gateway_that_hangs_up_on_a_dead_unit_does_not_cost_the_others() -> None:
    async with stubbed(lambda asked: asked.good(asked.unit)) as stub:
        stub.hangs_up_on = DEAD
        async with driving_controller(controller(stub), at(1), at(DEAD)) as said:
            await said.until(lambda: said.units_told and not last(said, DEAD).up)
            await said.until(lambda: len(said.of(0)) >= 5)
    assert [state.link for state in said.links] == [Link.CONNECTING, Link.UP]
    assert all(seen.good and not math.isnan(seen.value) for seen in said.of(0))


async def test_a_unit_that_refuses_a_register_is_not_silent() -> None:
    def answer(asked: Asked) -> bytes:
        return asked.good() if asked.unit == 1 else asked.frame(bytes([asked.function | 0x80, 2]))

    async with stubbed(answer) as stub, driving_controller(controller(stub), at(1), at(2)) as said:
        await said.until(lambda: len(said.of(1)) >= 3)
    assert all(state.up for told in said.units_told for state in told)
