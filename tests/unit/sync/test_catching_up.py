"""A station that is far behind takes in batch after batch; wherever that ends, it goes on from there, and once."""

import asyncio
from dataclasses import replace

import pytest

from app.domain import commands as c
from app.domain.errors import SharedRefusedError
from app.store.memory_shared import MemoryPlant
from app.sync import exchange as exchanging
from tests.plants import PEOPLE, FakeClock
from tests.unit.sync.plantwide import Station, settle

BATCH, NOTES = 5, 32


async def long_past() -> tuple[MemoryPlant, Station, Station]:
    """A plant's log of some batches, the station that wrote it, and one that has nothing of it yet."""
    clock = FakeClock()
    plant = MemoryPlant(clock.now)
    for person in PEOPLE.values():
        plant.add_person(person, "x")
    for name in ("a", "b"):
        plant.add_station(name)
    plant.prove("silva", "x", "a")
    writer = Station("a", plant, clock)
    await writer.act(c.ReportException(what="1", text="Smoke", machine="L1.filler"), "silva")
    case = next(iter(writer.model.every("case")))
    for number in range(NOTES):
        await writer.act(c.AddNote(case_id=case.id, text=str(number)), "silva")
    await settle([writer])
    return plant, writer, Station("b", plant, clock)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchanging, "DOWN", BATCH)


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize("cut_in", range(1, 11))
def test_a_long_download_may_end_after_any_batch_and_goes_on(cut_in: int, killed: bool) -> None:
    async def scene() -> None:
        _, writer, new = await long_past()
        new.cut_in = cut_in
        await new.exchange_once()
        assert new.exchange.place == new.merge.place <= new.journal.shared.shared_head()[0]
        if killed:
            new.start()
        await settle([new])
        assert new.digest() == writer.digest()
        assert new.model.seq == writer.merge.place

    asyncio.run(scene())


def test_what_is_shown_when_the_log_is_gone_is_a_whole_number_of_batches() -> None:
    async def scene() -> None:
        _, writer, new = await long_past()
        await new.exchange.begin(await new.log.status())
        downloading = asyncio.create_task(new.exchange.down())
        while new.exchange.place < BATCH:  # noqa: ASYNC110 - there is no event of it
            await asyncio.sleep(0)
        new.log.reachable = False
        await asyncio.gather(downloading, return_exceptions=True)
        assert 0 < new.exchange.place == new.merge.place < NOTES
        assert new.exchange.place % BATCH == 0
        new.begun = False
        await settle([new])
        assert new.digest() == writer.digest()

    asyncio.run(scene())


@pytest.mark.parametrize("batch", [0, 1, 3])
def test_a_place_that_was_changed_is_not_kept_nor_anything_after_it(batch: int) -> None:
    async def scene() -> None:
        plant, _, new = await long_past()
        bad = batch * BATCH + 2
        plant.log[bad] = replace(plant.log[bad], version=99)
        with pytest.raises(SharedRefusedError, match=f"at place {bad + 1} "):
            await new.exchange_once()
        assert new.journal.shared.shared_head()[0] == new.merge.place == batch * BATCH

    asyncio.run(scene())
