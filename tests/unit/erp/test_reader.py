from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.bootstrap.erp_side import worth_keeping
from app.clock import SystemClock
from app.domain.erp import CustomerOrderLine, ErpLinkState, ErpStatus, Lot, Page, Product, Reference
from app.domain.erp_errors import ErpProtocolError
from app.domain.errors import KnownError
from app.erp.demo_data import demo_reference
from app.erp.faults import Faults
from app.erp.memory import MemoryErp
from app.erp.reader import OUR_FAULT, WHOLE_EVERY_S, ReferenceReader, merged

AT = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


class Watch:
    """Keeps what a reader says."""

    def __init__(self, faults: Faults | None = None, period_s: float = 20.0) -> None:
        self.erp = MemoryErp(demo_reference(AT), faults)
        self.saved: list[Reference] = []
        self.said: list[ErpStatus] = []
        self.news = asyncio.Event()
        self.reader = ReferenceReader(
            erp=self.erp, clock=SystemClock(), save=self.saved.append, status=self.take, period_s=period_s
        )

    def take(self, status: ErpStatus) -> None:
        self.said.append(status)
        self.news.set()

    async def until(self, state: ErpLinkState) -> None:
        async with asyncio.timeout(20):
            while not self.said or self.said[-1].state is not state:
                self.news.clear()
                await self.news.wait()


async def test_everything_is_read_into_one_reference_with_its_age() -> None:
    watch = Watch()
    assert await watch.reader.read()
    [reference] = watch.saved
    assert reference.as_of is not None
    assert [order.number for order in reference.queue("L1")] == ["WO-10482", "WO-10483"]
    assert reference.products["CAP-28"].name == "Cap 28 mm"
    assert reference.lots["4466-A"].product == "A-100"
    assert len(reference.stock) == 11
    assert len(reference.demand) == 9
    assert [(s.state, s.last_read_at) for s in watch.said] == [(ErpLinkState.UP, reference.as_of)]


async def test_a_read_that_fails_keeps_the_old_data_and_its_age() -> None:
    watch = Watch()
    await watch.reader.read()
    old = watch.reader.reference
    watch.erp.faults.down = True
    assert not await watch.reader.read()
    assert not await watch.reader.read()
    assert watch.reader.reference is old
    assert len(watch.saved) == 1
    status = watch.said[-1]
    assert (status.state, status.last_read_at) == (ErpLinkState.DOWN, old.as_of)
    assert status.reason == "The ERP is not available."
    assert len(watch.said) == 2


class HalfErp(MemoryErp):
    """An ERP whose last read makes no sense."""

    async def demand(self, cursor: str = "") -> Page[CustomerOrderLine]:
        raise ErpProtocolError("The ERP answered with a web page.")


async def test_half_a_read_is_never_handed_on() -> None:
    watch = Watch()
    reader = ReferenceReader(
        erp=HalfErp(demo_reference(AT)), clock=SystemClock(), save=watch.saved.append, status=watch.take
    )
    assert not await reader.read()
    assert watch.saved == []
    assert reader.status.reason == "The ERP answered with a web page."


class BrokenErp(MemoryErp):
    """An adapter with a bug that one row meets."""

    broken = True

    async def demand(self, cursor: str = "") -> Page[CustomerOrderLine]:
        if self.broken:
            raise RuntimeError("our bug")
        return await super().demand(cursor)


@pytest.mark.expects_error_log
async def test_a_bug_in_an_adapter_is_said_and_the_reading_goes_on() -> None:
    watch, broken = Watch(), BrokenErp(demo_reference(AT))
    reader = ReferenceReader(
        erp=broken, clock=SystemClock(), save=watch.saved.append, status=watch.take, period_s=0.005
    )
    task = asyncio.create_task(reader.run())
    await watch.until(ErpLinkState.DOWN)
    assert watch.said[-1].reason == OUR_FAULT
    broken.broken = False
    await watch.until(ErpLinkState.UP)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_how_long_a_state_lasts_counts_from_its_beginning() -> None:
    watch = Watch(Faults(down=True))
    await watch.reader.read()
    since_at = watch.reader.status.since_at
    await watch.reader.read()
    assert watch.reader.status.since_at == since_at


async def test_it_reads_again_by_itself_and_recovers() -> None:
    watch = Watch(Faults(down=True), period_s=0.005)
    task = asyncio.create_task(watch.reader.run())
    await watch.until(ErpLinkState.DOWN)
    watch.erp.faults.down = False
    await watch.until(ErpLinkState.UP)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_after_a_refused_sign_in_nothing_is_asked_until_resumed() -> None:
    watch = Watch(Faults(unauthorised=1, reads=True), period_s=0.005)
    task = asyncio.create_task(watch.reader.run())
    await watch.until(ErpLinkState.AUTH)
    await asyncio.sleep(0.05)
    assert watch.saved == []
    watch.reader.resume()
    await watch.until(ErpLinkState.UP)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_cache_that_refuses_does_not_stop_the_reading() -> None:
    watch = Watch()

    def refuse(_: Reference) -> None:
        raise KnownError("The disk is full.")

    reader = ReferenceReader(erp=watch.erp, clock=SystemClock(), save=refuse, status=watch.take)
    assert await reader.read()
    assert reader.reference.products


def test_a_complete_page_deletes_what_is_absent_and_any_other_does_not() -> None:
    old = {code: Product(code=code, name=code, unit="EA") for code in ("a", "b")}
    fresh = Product(code="b", name="new", unit="EA")
    assert merged(old, Page(rows=[fresh]), lambda row: row.code) == {"b": fresh}
    assert merged(old, Page(rows=[fresh], complete=False), lambda row: row.code) == {"a": old["a"], "b": fresh}


class TellingErp(MemoryErp):
    """An ERP that tells what changed: its cursor is how many lots it had. `asked` are the cursors that it was given."""

    def __init__(self) -> None:
        super().__init__(demo_reference(AT))
        self.asked: list[str] = []

    async def lots(self, cursor: str = "") -> Page[Lot]:
        self.asked.append(cursor)
        rows = (await super().lots()).rows
        return Page(rows=rows[int(cursor or 0) :], cursor=str(len(rows)), complete=not cursor)

    def add(self, number: str, product: str = "CAP-28") -> None:
        lot = Lot(number=number, product=product, quantity=Decimal(1), unit="EA", status="released")
        self.books.lots[f"{number} of {product}"] = lot


class StepClock(SystemClock):
    """A clock whose monotonic time is set by hand."""

    now_s = 0.0

    def monotonic_ns(self) -> int:
        return int(self.now_s * 1e9)


def telling() -> tuple[TellingErp, StepClock, ReferenceReader]:
    erp, clock = TellingErp(), StepClock()
    return erp, clock, ReferenceReader(erp=erp, clock=clock, save=lambda _: None, status=lambda _: None)


async def test_only_what_changed_is_asked_for_until_a_whole_read_is_due_which_sees_deletions() -> None:
    erp, clock, reader = telling()
    await reader.read()
    old = set(reader.reference.lots)
    erp.add("new")
    await reader.read()
    assert set(reader.reference.lots) == {*old, "new"}
    del erp.books.lots["new of CAP-28"]
    await reader.read()
    assert "new" in reader.reference.lots
    clock.now_s = WHOLE_EVERY_S
    await reader.read()
    assert set(reader.reference.lots) == old
    assert erp.asked == ["", str(len(old)), str(len(old) + 1), ""]


async def test_a_read_that_fails_is_asked_for_again_from_where_it_was() -> None:
    erp, _, reader = telling()
    await reader.read()
    erp.add("new")
    erp.faults.down = True
    assert not await reader.read()
    erp.faults.down = False
    await reader.read()
    assert "new" in reader.reference.lots
    assert len(set(erp.asked)) == 2


async def test_a_changed_lot_that_can_be_taken_for_another_one_is_refused_and_then_everything_is_asked_for() -> None:
    erp, _, reader = telling()
    await reader.read()
    before = reader.reference
    erp.add("4480-A", product="CAP-28")
    assert not await reader.read()
    assert reader.reference is before
    assert reader.status.reason == "The ERP has lot 4480-A twice: of W-050 and of CAP-28."
    del erp.books.lots["4480-A of CAP-28"]
    assert await reader.read()
    assert erp.asked[-1] == ""


def test_the_cache_is_written_only_for_news_and_for_its_age() -> None:
    then = replace(demo_reference(AT), as_of=AT)
    later = replace(then, as_of=AT + timedelta(minutes=4))
    assert not worth_keeping(later, then)
    assert worth_keeping(replace(then, as_of=AT + timedelta(minutes=6)), then)
    assert worth_keeping(replace(later, lots={}), then)
    assert worth_keeping(then, Reference())
