"""Several stations over one real Postgres: one truth, nothing lost, hold wins, one event one case (I1, I2, I3, I5)."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.domain import commands as c
from app.domain import events as e
from app.domain.errors import KnownError, RefusedError
from app.domain.lifecycles import CaseState, HoldState
from app.readmodel import model as m
from tests.contract.rigs.postgres import Database, fresh_database
from tests.plants import NOON
from tests.system.plantwide import Station, converged, plant_of, station_of
from tests.system.station import until
from tests.unit.services.floor import finding

UNITS = (e.HeldUnits(lot="4480-A", product="W-050", first=1, last=100, quantity=Decimal(100)),)


@pytest.fixture
def database() -> Iterator[Database]:
    with fresh_database() as made:
        yield made


def report(text: str, machine: str = "L1.filler") -> c.ReportException:
    return c.ReportException(what="1", text=text, machine=machine)


def place(reason: str = "Seals.") -> c.PlaceHold:
    return c.PlaceHold(units=UNITS, reason_code="seal", reason=reason)


async def to_release(station: Station) -> str:
    """A hold up to the step before its release."""
    await station.send(place(), "silva")
    hold = m.open_holds(station.model)[-1]
    await station.send(c.ReviewHold(hold_id=hold.id), "brandt")
    signature = await station.sign("brandt", "HoldDispositioned", f"hold/{hold.id}")
    await station.send(
        c.DisposeHold(hold_id=hold.id, disposition=e.Disposition.USE_AS_IS, note="Fine.", signature=signature), "brandt"
    )
    return hold.id


async def release(station: Station, hold_id: str) -> None:
    seen = next(row.version for row in m.all_holds(station.model) if row.id == hold_id)
    signature = await station.sign("brandt", "HoldReleased", f"hold/{hold_id}")
    await station.send(c.ReleaseHold(hold_id=hold_id, seen_version=seen, note="Fine.", signature=signature), "brandt")


async def test_an_act_at_one_station_stands_at_the_others(database: Database, tmp_path: Path) -> None:
    async with plant_of(database, tmp_path, ("desk-1", "desk-2", "wall")) as stations:
        first, second, _ = stations
        await first.sits("silva")
        await second.sits("okafor")
        await first.send(report("Smoke"), "silva")
        await converged(stations)
        case = m.open_cases(second.model)[0]
        await second.send(c.AcknowledgeCase(case_id=case.id), "okafor")
        await converged(stations)
        assert m.open_cases(first.model)[0].state is CaseState.ACKNOWLEDGED


async def test_whoever_comes_second_is_told_who_was_first_and_decides(database: Database, tmp_path: Path) -> None:
    async with plant_of(database, tmp_path, ("desk-1", "desk-2")) as (first, second):
        await first.sits("silva")
        await second.sits("okafor")
        await first.send(report("Smoke"), "silva")
        await converged([first, second])
        case = m.open_cases(first.model)[0]
        await first.cut()
        await second.send(c.AcknowledgeCase(case_id=case.id), "okafor")
        await first.send(c.AcknowledgeCase(case_id=case.id), "silva")
        await first.send(c.AddNote(case_id=case.id, text="It was the belt."), "silva")
        first.mend()
        await converged([first, second])
        (refused,) = m.open_refusals(first.model)
        assert (refused.person, refused.kind) == ("silva", "CaseAcknowledged")
        assert "Mary Okafor" in refused.reason
        assert "It was the belt." in {entry.text for entry in m.open_cases(second.model)[0].timeline}
        await first.send(c.SettleRefusal(opid=refused.id, note="She has seen it."), "silva")
        await converged([first, second])
        assert m.open_refusals(second.model) == []


async def test_one_event_of_a_machine_is_one_case_however_many_saw_it(database: Database, tmp_path: Path) -> None:
    async with plant_of(database, tmp_path, ("desk-1", "desk-2", "desk-3")) as stations:
        await stations[2].cut()
        seen = finding("breakdown", "L1.filler", at=NOON)
        await asyncio.gather(*(station.finds(c.RecordFinding(finding=seen)) for station in stations))
        stations[2].mend()
        await converged(stations)
        (case,) = m.open_cases(stations[0].model)
        assert len({task.id for task in case.tasks}) == len(case.tasks) == 3
        assert m.open_refusals(stations[0].model) == []


async def test_acts_on_an_event_that_each_half_of_the_plant_opened_are_not_in_conflict(
    database: Database, tmp_path: Path
) -> None:
    async with plant_of(database, tmp_path, ("desk-1", "desk-2")) as (first, second):
        await first.sits("okafor")
        await second.sits("novak")
        await first.cut()
        seen = finding("breakdown", "L1.filler", at=NOON)
        for station in (second, first):
            await station.finds(c.RecordFinding(finding=seen))
        await until(lambda: second.shared)
        (case,) = m.open_cases(first.model)
        await first.send(c.AcknowledgeCase(case_id=case.id), "okafor")
        planning = next(task for task in case.tasks if not task.primary)
        await second.send(c.AcceptTask(case_id=case.id, task_id=planning.id), "novak")
        first.mend()
        await converged([first, second])
        (case,) = m.open_cases(second.model)
        assert case.acknowledged_by == "okafor"
        assert "novak" in {task.owner for task in case.tasks}
        assert m.open_refusals(first.model) == []


async def test_a_release_stands_only_once_the_plant_knows(database: Database, tmp_path: Path) -> None:
    async with plant_of(database, tmp_path, ("desk-1", "desk-2")) as (first, second):
        await first.sits("silva", "brandt")
        hold_id = await to_release(first)
        await converged([first, second])
        await release(first, hold_id)
        assert m.hold(first.model, hold_id).state is HoldState.CLOSED  # type: ignore[union-attr]
        await converged([first, second])
        assert m.held(second.model) == frozenset()


async def test_where_the_plant_wants_two_one_signature_frees_nothing_and_two_do(
    database: Database, tmp_path: Path
) -> None:
    async with plant_of(database, tmp_path, ("desk-1", "desk-2")) as (first, second):
        await first.sits("silva", "brandt")
        hold_id = await to_release(first)
        with database.as_superuser() as connection:
            connection.execute("select lineside.set_second_person('HoldReleased', true)")
        with pytest.raises(RefusedError, match="second person"):
            await release(first, hold_id)
        await converged([first, second])
        assert m.held(second.model) == {"4480-A"}
        one = await first.sign("brandt", "HoldReleased", f"hold/{hold_id}")
        two = await first.sign("moreau", "HoldReleased", f"hold/{hold_id}")
        seen = m.hold(first.model, hold_id)
        assert seen is not None
        command = c.ReleaseHold(hold_id=hold_id, seen_version=seen.version, note="Fine.", signature=one, second=two)
        await first.send(command, "brandt")
        await converged([first, second])
        assert m.held(second.model) == frozenset()
    async with plant_of(database, tmp_path, ("desk-1",)) as (station,):
        assert station.core.station.status.shared.plant.second_person == {"HoldReleased"}


async def test_nothing_is_released_while_the_plant_can_not_be_asked(database: Database, tmp_path: Path) -> None:
    async with plant_of(database, tmp_path, ("desk-1", "desk-2")) as (first, second):
        await first.sits("silva", "brandt")
        hold_id = await to_release(first)
        seen = m.open_holds(first.model)[0].version
        signature = await first.sign("brandt", "HoldReleased", f"hold/{hold_id}")
        await converged([first, second])
        await first.cut()
        with pytest.raises(RefusedError, match="shared store"):
            await first.send(c.ReleaseHold(hold_id=hold_id, seen_version=seen, signature=signature), "brandt")
        with pytest.raises(KnownError):
            await first.sign("brandt", "HoldReleased", f"hold/{hold_id}")
        await first.send(place("Caps."), "silva")
        assert len(m.open_holds(first.model)) == 2


async def test_a_release_that_the_plant_does_not_answer_is_not_shown_and_stands_once_it_does(
    database: Database, tmp_path: Path
) -> None:
    async with plant_of(database, tmp_path, ("desk-1", "desk-2")) as (first, second):
        await first.sits("silva", "brandt")
        hold_id = await to_release(first)
        await converged([first, second])
        seen = m.open_holds(first.model)[0].version
        signature = await first.sign("brandt", "HoldReleased", f"hold/{hold_id}")
        for proxy in first.proxies:
            proxy.cut()
        with pytest.raises(KnownError, match="has not answered yet"):
            await first.send(c.ReleaseHold(hold_id=hold_id, seen_version=seen, signature=signature), "brandt")
        assert m.held(first.model) == {"4480-A"}
        for proxy in first.proxies:
            proxy.heal()
        await converged([first, second])
        assert m.held(first.model) == m.held(second.model) == frozenset()


async def test_a_hold_placed_offline_outlives_the_release_of_another(database: Database, tmp_path: Path) -> None:
    async with plant_of(database, tmp_path, ("desk-1", "desk-2")) as (first, second):
        await first.sits("silva", "brandt")
        await second.sits("okafor")
        hold_id = await to_release(first)
        await converged([first, second])
        await second.cut()
        await second.send(place("Glass."), "okafor")
        await release(first, hold_id)
        second.mend()
        await converged([first, second])
        assert [hold.reason for hold in m.open_holds(first.model)] == ["Glass."]
        assert m.held(first.model) == {"4480-A"}


async def test_a_forged_signature_releases_nothing(database: Database, tmp_path: Path) -> None:
    async with plant_of(database, tmp_path, ("desk-1",)) as (station,):
        await station.sits("silva", "brandt")
        hold_id = await to_release(station)
        seen = m.open_holds(station.model)[0].version
        used = m.hold(station.model, hold_id)
        assert used is not None
        forged = e.Signature(person="brandt", name="Ana Brandt", meaning="x", signed_at=NOON, shown="0" * 64, id="none")
        with pytest.raises(RefusedError, match="signature"):
            await station.send(c.ReleaseHold(hold_id=hold_id, seen_version=seen, signature=forged), "brandt")
        assert m.held(station.model) == {"4480-A"}
        await release(station, hold_id)
        assert m.held(station.model) == frozenset()


async def test_a_station_started_again_shows_what_it_showed(database: Database, tmp_path: Path) -> None:
    async with plant_of(database, tmp_path, ("desk-1", "desk-2")) as (first, second):
        await first.sits("silva")
        await second.sits("okafor")
        await second.send(report("Steam", "L2.filler"), "okafor")
        await converged([first, second])
        await first.cut()
        await first.send(report("Smoke"), "silva")
        before = first.digest()
    async with station_of(database, tmp_path / "desk-1", "desk-1") as first:
        assert first.digest().keys() == before.keys()
        await until(lambda: first.shared)
        assert len(m.open_cases(first.model)) == 2


async def test_a_station_that_joins_later_brings_its_journal(database: Database, tmp_path: Path) -> None:
    async with plant_of(database, tmp_path, ("desk-1",)) as (first,):
        await first.sits("okafor")
        await first.send(report("Steam", "L2.filler"), "okafor")
        async with plant_of(database, tmp_path, ("desk-9",)) as (late,):
            await converged([first, late])
            assert [case.first_out for case in m.open_cases(late.model)] == ["Steam"]


def count(station: Station, good: int, counter: float, minutes: int) -> c.RecordCount:
    return c.RecordCount(
        order="WO-1", line="L1", machine="L1.packer", lot="4480-A", good=Decimal(good), scrap=Decimal(0),
        counter=counter, counter_from=counter - good,
        from_at=NOON + timedelta(minutes=minutes - 1), to_at=NOON + timedelta(minutes=minutes),
    )  # fmt: skip


async def test_what_several_stations_count_is_counted_once(database: Database, tmp_path: Path) -> None:
    async with plant_of(database, tmp_path, ("desk-1", "desk-2")) as stations:
        await until(lambda: any(station.core.station.status.shared.duty for station in stations))
        for minutes in (1, 2, 3):
            for station in stations:
                station.core._counts.put(count(station, 100, 1000 + 100 * minutes, minutes))
        await until(lambda: all(m.progress(station.model, "WO-1") is not None for station in stations))
        await converged(stations)
        await stations[0].cut()
        for station in stations:
            station.core._counts.put(count(station, 100, 1400, 4))
        await until(lambda: all(m.progress(s.model, "WO-1").counted_good == 400 for s in stations))  # type: ignore[union-attr]
        stations[0].mend()
        await converged(stations)
        assert m.progress(stations[0].model, "WO-1").counted_good == 400  # type: ignore[union-attr]


async def test_stations_see_who_looks_at_what(database: Database, tmp_path: Path) -> None:
    async with plant_of(database, tmp_path, ("desk-1", "desk-2")) as (first, second):
        first.core.attend("silva", "case/1", True)
        await until(lambda: [(p.person, p.ref, p.editing) for p in second.met] == [("silva", "case/1", True)])
        first.core.attend("silva", "", False)
        await until(lambda: not second.met)
        assert not first.met
