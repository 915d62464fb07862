"""What every ERP behind the port must do: the same tests over the memory twin and the demo ERP's real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

from app.domain.erp import ERP_COMMANDS, Capability, ErpCommand, Outcome, StandardKind
from app.domain.erp_errors import (
    ErpActionRequiredError,
    ErpAuthError,
    ErpConflictError,
    ErpOutcomeUnknownError,
    ErpProtocolError,
    ErpRejectedError,
    ErpUnavailableError,
)
from app.erp.demo_data import demo_reference
from app.erp.memory import MemoryErp
from app.erp.registry import ERPS
from app.ports import KeepsStandards
from tests.contract.erp_process import DemoErpProcess
from tests.contract.erp_twins import (
    DemoTwin,
    MemoryTwin,
    Twin,
    confirm,
    consume,
    downtime,
    move,
    one_of_each,
    set_status,
    standard,
)

COMMANDS = one_of_each()
each_command = pytest.mark.parametrize("command", COMMANDS, ids=lambda c: type(c).__name__)


@asynccontextmanager
async def memory_twin(_: Path) -> AsyncIterator[Twin]:
    yield MemoryTwin(MemoryErp(demo_reference(datetime.now(UTC))))


@asynccontextmanager
async def demo_twin(folder: Path) -> AsyncIterator[Twin]:
    process = DemoErpProcess(folder)
    process.start()
    twin = DemoTwin(process)
    try:
        yield twin
    finally:
        await twin.erp.aclose()
        assert process.stop() == 0


TWINS: dict[str, Callable[[Path], AbstractAsyncContextManager[Twin]]] = {"memory": memory_twin, "demo": demo_twin}


@pytest.fixture(params=list(TWINS))
async def twin(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Twin]:
    """Every adapter that keeps the demo plant's books."""
    async with TWINS[request.param](tmp_path) as opened:
        yield opened


async def good_of(twin: Twin, order: str = "WO-10482") -> Decimal:
    return next(row.good for row in (await twin.erp.orders()).rows if row.number == order)


async def status_of(twin: Twin, lot: str = "4480-A") -> str:
    return next(row.status for row in (await twin.erp.lots()).rows if row.number == lot)


async def stock_of(twin: Twin, product: str, location: str = "Store") -> Decimal:
    rows = (await twin.erp.stock()).rows
    return next(row.quantity for row in rows if (row.product, row.location) == (product, location))


def test_every_adapter_of_the_registry_has_a_suite() -> None:
    """One of these twins, a contract server's suite beside this one, or a real server's among the system tests."""
    here = Path(__file__)
    for name in set(ERPS) - set(TWINS) - {"none"}:
        suite = here.with_name(f"test_erp_{name.partition('_')[0]}.py")
        real = here.parents[1] / "system" / f"test_{name}.py"
        assert suite.is_file() or real.is_file(), name


def test_the_suite_has_a_command_of_every_kind() -> None:
    assert {type(command) for command in COMMANDS} == set(ERP_COMMANDS.values())


async def test_every_read_gives_the_demo_plants_data(twin: Twin) -> None:
    info = await twin.erp.probe()
    assert info.product
    assert abs(info.clock_skew_s) < 5
    products = {row.code: row for row in (await twin.erp.products()).rows}
    orders = {row.number: row for row in (await twin.erp.orders()).rows}
    lots = {row.number: row for row in (await twin.erp.lots()).rows}
    demand = (await twin.erp.demand()).rows
    assert products["L-033"].name == "Lemon 0.33 l"
    assert (orders["WO-10482"].line, orders["WO-10482"].quantity) == ("L1", Decimal(48_000))
    assert {part.product for part in orders["WO-10482"].components} == {"BOT-050", "CAP-28", "LAB-W050", "CTN-12"}
    assert orders["WO-10483"].start_at >= orders["WO-10482"].due_at
    assert lots["4471-B"].product == "L-033"
    assert {row.customer for row in demand} == {"Nordmarkt", "Kiosk AG", "Seehof Hotels", "Bahnhof Vending"}
    assert all(row.due_at > datetime.now(UTC) and row.order in orders and row.product in products for row in demand)
    assert await stock_of(twin, "CAP-28") == Decimal(400_000)


@each_command
async def test_a_command_is_booked_once_and_found_by_its_key(twin: Twin, command: ErpCommand) -> None:
    assert await twin.erp.find(command.key) is None
    receipt = await twin.erp.post(command)
    assert receipt.outcome is Outcome.APPLIED
    assert receipt.refs["document"]
    found = await twin.erp.find(command.key)
    assert found is not None
    assert found.refs == receipt.refs


@each_command
async def test_a_command_sent_twice_is_booked_once_with_the_same_references(twin: Twin, command: ErpCommand) -> None:
    first = await twin.erp.post(command)
    second = await twin.erp.post(command)
    assert second.outcome is Outcome.ALREADY_APPLIED
    assert second.refs == first.refs
    assert twin.booked() == [command.key]


@each_command
async def test_a_lost_answer_is_unknown_and_then_found_as_one_effect(twin: Twin, command: ErpCommand) -> None:
    twin.faults(lose_answers=1)
    with pytest.raises(ErpOutcomeUnknownError):
        await twin.erp.post(command)
    found = await twin.erp.find(command.key)
    assert found is not None
    again = await twin.erp.post(command)
    assert again.outcome is Outcome.ALREADY_APPLIED
    assert again.refs == found.refs
    assert twin.booked() == [command.key]


async def test_four_at_once_with_one_key_have_one_effect(twin: Twin) -> None:
    receipts = await asyncio.gather(*(twin.erp.post(confirm("k-4", good="250")) for _ in range(4)))
    assert sorted(r.outcome for r in receipts).count(Outcome.APPLIED) == 1
    assert len({r.refs["document"] for r in receipts}) == 1
    assert await good_of(twin) == Decimal(250)


async def test_the_same_key_with_another_body_is_refused_and_changes_nothing(twin: Twin) -> None:
    await twin.erp.post(confirm("k-reuse", good="100"))
    with pytest.raises(ErpProtocolError, match="already stands for another posting"):
        await twin.erp.post(confirm("k-reuse", good="101"))
    assert await good_of(twin) == Decimal(100)


async def test_a_confirmation_raises_order_lot_and_stock(twin: Twin) -> None:
    await twin.erp.post(confirm("k-1", good="5990", scrap="10"))
    await twin.erp.post(confirm("k-2", good="10", lot="4481-A"))
    order = next(row for row in (await twin.erp.orders()).rows if row.number == "WO-10482")
    lots = {row.number: row for row in (await twin.erp.lots()).rows}
    assert (order.good, order.scrap, order.state) == (Decimal(6000), Decimal(10), "running")
    assert (lots["4480-A"].quantity, lots["4481-A"].quantity) == (Decimal(5990), Decimal(10))
    assert await stock_of(twin, "W-050", "Finished goods") == Decimal(8400)


async def test_a_lot_can_be_held_before_its_first_unit_is_confirmed(twin: Twin) -> None:
    await twin.erp.post(set_status("k-1", "hold", lot="4480-C"))
    await twin.erp.post(confirm("k-2", lot="4480-C"))
    assert await status_of(twin, "4480-C") == "hold"


async def test_a_held_lot_is_not_consumed_until_it_is_released(twin: Twin) -> None:
    await twin.erp.post(set_status("k-1", "hold", lot="CAP-28-1", product="CAP-28"))
    with pytest.raises(ErpRejectedError, match="CAP-28-1 is on hold"):
        await twin.erp.post(consume("k-2"))
    await twin.erp.post(set_status("k-3", "released", lot="CAP-28-1", product="CAP-28"))
    await twin.erp.post(consume("k-2"))
    assert await stock_of(twin, "CAP-28") == Decimal(399_900)


async def test_a_moved_order_is_on_the_other_line(twin: Twin) -> None:
    await twin.erp.post(move("k-1", "L3"))
    order = next(row for row in (await twin.erp.orders()).rows if row.number == "WO-10483")
    assert (order.line, order.version) == ("L3", "2")


async def test_a_standard_is_planned_with_from_then_on(twin: Twin) -> None:
    reading = cast("KeepsStandards", twin.erp)
    assert Capability.STANDARDS in twin.erp.capabilities
    assert await planned_rate(reading) == (Decimal(326), "")
    await twin.erp.post(standard("k"))
    assert await planned_rate(reading) == (Decimal(300), "1")


async def planned_rate(erp: KeepsStandards) -> tuple[Decimal, str]:
    rows = (await erp.standards()).rows
    found = next(row for row in rows if (row.kind, row.machine) == (StandardKind.RATE, "L3.filler"))
    return found.value, found.version


REFUSED = {
    "unknown order": (confirm("k", order="WO-1"), "Order WO-1 is unknown"),
    "over-delivery": (confirm("k", good="52801"), "Over-delivery: 52801 of 48000"),
    "absurd quantity": (confirm("k", good="1000000000000"), "Over-delivery"),
    "more scrap than the order": (confirm("k", scrap="48001"), "More scrap"),
    "negative quantity": (confirm("k", good="-1"), "can't be below nought"),
    "another unit": (replace(confirm("k"), unit="crates"), "is kept in EA, not in crates"),
    "lot of another item": (confirm("k", lot="4471-B"), "Lot 4471-B is of L-033, not of W-050"),
    "unknown standard": (replace(standard("k"), machine="L9.filler"), "no standard of A-100 at L9.filler"),
    "standard changed meanwhile": (standard("k", was="310"), "changed meanwhile: it is 326 bottles/min, not 310"),
    "standard of nought": (standard("k", value="0"), "plans nothing"),
    "nothing consumed": (consume("k", quantity="0"), "is nought"),
    "consumption below nought": (consume("k", quantity="-5"), "can't be below nought"),
    "more than the lot has": (consume("k", quantity="200001"), "has 200000 EA, 200001 wanted"),
    "more than there is": (consume("k", quantity="400001", lot=""), "Not enough stock"),
    "unknown item": (consume("k", product="CAP-99"), "Item CAP-99 is unknown"),
    "unknown lot": (consume("k", lot="CAP-28-9"), "Lot CAP-28-9 of CAP-28 is unknown"),
    "lot of an unknown item": (set_status("k", "hold", lot="X", product="X"), "Item X is unknown"),
    "a stop that ends before it begins": (downtime("k", minutes=-1), "ends before it begins"),
    "unknown line": (move("k", "L9"), "Line L9 is unknown"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_business_refusal_comes_in_words_and_changes_nothing(twin: Twin, name: str) -> None:
    command, said = REFUSED[name]
    before = [(await twin.erp.orders()).rows, (await twin.erp.lots()).rows, (await twin.erp.stock()).rows]
    with pytest.raises(ErpRejectedError, match=said) as caught:
        await twin.erp.post(command)
    assert caught.value.code
    assert [(await twin.erp.orders()).rows, (await twin.erp.lots()).rows, (await twin.erp.stock()).rows] == before
    assert await twin.erp.find("k") is None
    assert twin.booked() == []


async def test_exactly_a_tenth_over_is_still_taken(twin: Twin) -> None:
    await twin.erp.post(confirm("k", good="52800"))
    assert await good_of(twin) == Decimal(52800)


async def test_a_closed_order_takes_no_more(twin: Twin) -> None:
    await twin.erp.post(confirm("k-1", final=True))
    with pytest.raises(ErpRejectedError, match="Order WO-10482 is closed"):
        await twin.erp.post(confirm("k-2"))


async def test_a_scrapped_lot_stays_scrapped(twin: Twin) -> None:
    await twin.erp.post(set_status("k-1", "scrapped"))
    with pytest.raises(ErpRejectedError, match="is scrapped: it can't be released"):
        await twin.erp.post(set_status("k-2", "released"))
    assert await status_of(twin) == "scrapped"


async def test_words_that_an_administrator_set_come_through_as_plain_text(twin: Twin) -> None:
    twin.faults(refuse="Period 03 is closed. <b>Ask accounting</b>")
    with pytest.raises(ErpRejectedError, match="Period 03 is closed"):
        await twin.erp.post(confirm("k"))
    twin.faults(refuse="")
    assert (await twin.erp.post(confirm("k"))).outcome is Outcome.APPLIED


async def test_a_question_of_the_erp_is_answered_with_the_posting(twin: Twin) -> None:
    twin.faults(ask="Order is late. Post to the next period?")
    with pytest.raises(ErpActionRequiredError, match="next period") as caught:
        await twin.erp.post(confirm("k"))
    receipt = await twin.erp.post(confirm("k"), {caught.value.token: "yes"})
    assert receipt.outcome is Outcome.APPLIED


STRUCK = {
    "unavailable": (ErpUnavailableError, 0),
    "timeout": (ErpOutcomeUnknownError, 0),
    "error500": (ErpOutcomeUnknownError, 0),
    "conflict": (ErpConflictError, 0),
    "unauthorised": (ErpAuthError, 0),
    "lose_answers": (ErpOutcomeUnknownError, 1),
    "html": (ErpProtocolError, 1),
    "huge": (ErpProtocolError, 1),
}


@pytest.mark.parametrize("fault", STRUCK)
async def test_every_fault_of_a_write_is_named_for_what_must_follow(twin: Twin, fault: str) -> None:
    error, effects = STRUCK[fault]
    twin.faults(**{fault: 1})
    with pytest.raises(error):
        await twin.erp.post(confirm("k"))
    assert len(twin.booked()) == effects
    receipt = await twin.erp.post(confirm("k"))
    assert receipt.outcome is (Outcome.ALREADY_APPLIED if effects else Outcome.APPLIED)
    assert await good_of(twin) == Decimal(100)


@pytest.mark.parametrize("fault", ["unavailable", "timeout", "error500", "lose_answers"])
async def test_a_read_that_is_lost_is_never_unknown(twin: Twin, fault: str) -> None:
    twin.faults(**{fault: 1, "reads": True})
    with pytest.raises(ErpUnavailableError):
        await twin.erp.orders()
    assert (await twin.erp.orders()).rows


@pytest.mark.parametrize("read", ["probe", "products", "orders", "lots", "stock", "demand"])
@pytest.mark.parametrize(("fault", "error"), [("html", ErpProtocolError), ("huge", ErpProtocolError)])
async def test_no_read_believes_an_answer_that_makes_no_sense(
    twin: Twin, read: str, fault: str, error: type[Exception]
) -> None:
    twin.faults(**{fault: 1, "reads": True})
    call: Callable[[], Awaitable[object]] = getattr(twin.erp, read)
    with pytest.raises(error):
        await call()


HOSTILE = [
    "000123", "1E5", "=cmd|' /C calc'!A0", "a'; DROP TABLE lots;--%_${}{0}", " x ", "n" * 300, "\u00e9", "e\u0301",
]  # fmt: skip


async def test_lot_numbers_stay_as_they_are_written(twin: Twin) -> None:
    for n, lot in enumerate(HOSTILE):
        await twin.erp.post(confirm(f"k-{n}", lot=lot, good="1"))
    lots = {row.number: row.quantity for row in (await twin.erp.lots()).rows}
    assert [lots[lot] for lot in HOSTILE] == [Decimal(1)] * len(HOSTILE)


async def test_tenths_are_added_as_tenths(twin: Twin) -> None:
    for n, good in enumerate(("0.1", "0.2")):
        await twin.erp.post(confirm(f"k-{n}", good=good))
    assert str(await good_of(twin)) == "0.3"


async def test_a_key_of_any_letters_is_found_again(twin: Twin) -> None:
    key = "site/L1 ?a=b&c#d%41é"
    await twin.erp.post(confirm(key))
    found = await twin.erp.find(key)
    assert found is not None
    assert found.key == key


async def test_closing_twice_does_no_harm(twin: Twin) -> None:
    await twin.erp.aclose()
    await twin.erp.aclose()
