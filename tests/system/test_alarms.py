"""Alarms of a server that no one here wrote (node-opcua): every state, late starts, cuts, branches, shelves, clocks."""

from app.bootstrap.alarm_list import AlarmList
from app.domain.alarm import Alarm
from app.domain.control import AlarmActing, Outcome, Result
from app.domain.events import AlarmAct
from app.domain.lifecycles import AlarmState
from app.ports import AlarmEvent, Link
from tests.system.alarm_server import Watching, alarm_server, watching
from tests.system.proxy import proxied

S = AlarmState


def listed(watch: Watching) -> dict[str, Alarm]:
    """The alarms that a station lists, by their names."""
    alarms = AlarmList()
    for event in watch.said.alarms:
        alarms.take(event)
    return {row.code: row for row in alarms.rows() if not row.earlier}


async def acted(watch: Watching, event: AlarmEvent, act: AlarmAct, minutes: int = 0) -> Result:
    """An act on an alarm as it was last told."""
    return await watch.driver.act(
        AlarmActing(alarm=event.key, event_id=event.event_id, act=act, comment="seen", minutes=minutes)
    )


# --- what stands --------------------------------------------------------------------------------------------------


async def test_a_late_start_shows_every_alarm_that_stands() -> None:
    """faults.md row 21: missing = 0."""
    async with alarm_server(60) as server:
        await server.order("raise 0 49")
        await server.order("clear 7")
        async with watching(server) as watch:
            await watch.said.until(lambda: len(listed(watch)) == 50)
            rows = listed(watch)
    assert rows.keys() == {f"A{n}" for n in range(50)}
    assert rows["A7"].state is S.RETURNED_UNACKNOWLEDGED
    assert {row.state for row in rows.values()} == {S.UNACKNOWLEDGED, S.RETURNED_UNACKNOWLEDGED}
    assert all(row.count == 1 for row in rows.values())


async def test_every_state_of_isa_18_2_is_the_controllers_word() -> None:
    async with alarm_server(1) as server, watching(server) as watch:

        async def becomes(state: AlarmState, order: str) -> None:
            await server.order(order)
            await watch.said.until(lambda: watch.of("A0") and watch.last("A0").state is state)

        await becomes(S.UNACKNOWLEDGED, "raise 0")
        await becomes(S.SUPPRESSED_BY_DESIGN, "suppress 0 1")
        await becomes(S.OUT_OF_SERVICE, "service 0 1")
        await becomes(S.SUPPRESSED_BY_DESIGN, "service 0 0")
        await becomes(S.UNACKNOWLEDGED, "suppress 0 0")
        await acted(watch, watch.last("A0"), AlarmAct.ACKNOWLEDGE)
        await watch.said.until(lambda: watch.last("A0").state is S.ACKNOWLEDGED)
        assert watch.last("A0").unconfirmed
        await acted(watch, watch.last("A0"), AlarmAct.SHELVE, minutes=1)
        await server.order("tell 0")
        await watch.said.until(lambda: watch.last("A0").state is S.SHELVED)
        await acted(watch, watch.last("A0"), AlarmAct.UNSHELVE)
        await becomes(S.NORMAL, "clear 0")
        await becomes(S.UNACKNOWLEDGED, "raise 0")
        await becomes(S.RETURNED_UNACKNOWLEDGED, "clear 0")


async def test_an_alarm_that_is_switched_off_leaves_the_list() -> None:
    async with alarm_server(2) as server, watching(server) as watch:
        await server.order("raise 0 1")
        await watch.said.until(lambda: len(listed(watch)) == 2)
        await server.order("disable 0")
        await watch.said.until(lambda: listed(watch).keys() == {"A1"})


# --- refreshes ----------------------------------------------------------------------------------------------------


async def test_a_refresh_that_the_server_wants_repeats_and_nothing_is_counted_twice() -> None:
    async with alarm_server(4) as server, watching(server) as watch:
        await server.order("raise 0 2")
        await watch.said.until(lambda: len(listed(watch)) == 3)
        told = {name: watch.last(name).event_id for name in ("A0", "A1", "A2")}
        await server.order("ask")
        await server.order("raise 3")
        await watch.said.until(lambda: all(len(watch.of(name)) == 2 for name in told) and watch.of("A3"))
        assert {name: watch.last(name).event_id for name in told} == told
        assert {row.count for row in listed(watch).values()} == {1}
        assert {row.state for row in listed(watch).values()} == {S.UNACKNOWLEDGED}


async def test_after_a_cut_the_list_is_what_stands_now() -> None:
    async with alarm_server(4) as server, proxied(server.port) as proxy, watching(server, proxy.port) as watch:
        await server.order("raise 0 2")
        await watch.said.until(lambda: len(listed(watch)) == 3)
        proxy.cut()
        await watch.said.until(lambda: watch.said.now is Link.LOST)
        await server.order("clear 0")
        await server.order("disable 1")
        await server.order("raise 3")
        proxy.heal()
        await watch.said.until(lambda: watch.said.now is Link.UP and listed(watch).keys() == {"A0", "A2", "A3"})
        assert listed(watch)["A0"].state is S.RETURNED_UNACKNOWLEDGED


async def test_what_a_server_forgot_over_its_restart_is_over() -> None:
    async with alarm_server(3) as server, watching(server) as watch:
        await server.order("raise 0 1")
        await watch.said.until(lambda: len(listed(watch)) == 2)
        server.kill()
        await watch.said.until(lambda: watch.said.now is Link.LOST)
        await server.start()
        await server.order("raise 2")
        await watch.said.until(lambda: listed(watch).keys() == {"A2"})


# --- branches, shelves ----------------------------------------------------------------------------------------------


async def test_an_earlier_occurrence_stands_beside_the_present_one_and_is_acknowledged_by_itself() -> None:
    """Bad input row 13: a BranchId that is not null."""
    async with alarm_server(1) as server, watching(server) as watch:
        await server.order("raise 0")
        await server.order("branch 0")
        await watch.said.until(lambda: watch.branches("A0") and len(watch.of("A0")) == 2)
        branch = watch.branches("A0")[-1]
        assert (branch.earlier, branch.state, watch.last("A0").state) == (
            True, S.RETURNED_UNACKNOWLEDGED, S.UNACKNOWLEDGED,
        )  # fmt: skip
        assert (await acted(watch, branch, AlarmAct.ACKNOWLEDGE)).outcome is Outcome.CONFIRMED
        await watch.said.until(lambda: watch.branches("A0")[-1].acknowledged)
        assert watch.last("A0").state is S.UNACKNOWLEDGED


async def test_a_one_shot_shelf_is_laid_and_taken_off() -> None:
    async with alarm_server(1) as server, watching(server) as watch:
        await server.order("raise 0")
        await watch.said.until(lambda: watch.of("A0"))
        assert (await acted(watch, watch.last("A0"), AlarmAct.SHELVE_ONCE)).outcome is Outcome.CONFIRMED
        await server.order("tell 0")
        await watch.said.until(lambda: watch.last("A0").state is S.SHELVED)
        again = await acted(watch, watch.last("A0"), AlarmAct.SHELVE_ONCE)
        assert again.outcome is Outcome.REFUSED
        assert "shelved already" in again.words
        assert (await acted(watch, watch.last("A0"), AlarmAct.UNSHELVE)).outcome is Outcome.CONFIRMED
        await server.order("tell 0")
        await watch.said.until(lambda: watch.last("A0").state is S.UNACKNOWLEDGED)


async def test_a_shelf_longer_than_the_controller_allows_is_refused_with_what_it_allows() -> None:
    async with alarm_server(1) as server, watching(server) as watch:
        await server.order("raise 0")
        await watch.said.until(lambda: watch.of("A0"))
        result = await acted(watch, watch.last("A0"), AlarmAct.SHELVE, minutes=3)
        assert result.outcome is Outcome.FAILED
        assert "for 2 min at the most" in result.words
        assert (await acted(watch, watch.last("A0"), AlarmAct.SHELVE, minutes=2)).outcome is Outcome.CONFIRMED


# --- clocks ---------------------------------------------------------------------------------------------------------


async def test_a_wrong_clock_is_flagged_and_the_keys_stay() -> None:
    """faults.md row 23: one hour back, then 1970; duplicates = 0."""
    async with alarm_server(3) as server, watching(server) as watch:

        def noted(words: str) -> bool:
            return words in watch.said.links[-1].reason

        await server.order("raise 0")
        await watch.said.until(lambda: watch.of("A0"))
        first = watch.last("A0")
        await server.order("clock -3600000")
        await watch.said.until(lambda: noted("its clock is 1 h behind"))
        await server.order("raise 1")
        await server.order("ask")
        await watch.said.until(lambda: len(watch.of("A0")) == 2 and watch.of("A1"))
        assert (watch.last("A0").key, watch.last("A0").event_id) == (first.key, first.event_id)
        assert (first.sure_clock, watch.last("A1").sure_clock) == (True, False)
        await server.order(f"clock -{watch.last('A1').received_s * 1000:.0f}")
        await watch.said.until(lambda: noted("it says 1970-01-01"))
        await server.order("raise 2")
        await watch.said.until(lambda: watch.of("A2"))
        late = watch.last("A2")
        assert (late.source_s, late.sure_clock) == (late.received_s, False)
        await server.order("clock 0")
        await watch.said.until(lambda: watch.said.links[-1].reason == "")
        assert watch.said.now is Link.UP
        assert not watch.said.losses
        rows = listed(watch)
        assert {name: row.count for name, row in rows.items()} == {"A0": 1, "A1": 1, "A2": 1}
