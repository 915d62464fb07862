"""The adapter against a real Tryton 8.2 server: master data, the whole flow of an order, holds, and exactly once."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.clock import SystemClock
from app.domain.erp import Capability, ErpCommand, Lot, Outcome, Product, ProductionOrder
from app.domain.erp_errors import (
    ErpActionRequiredError,
    ErpAuthError,
    ErpConflictError,
    ErpOutcomeUnknownError,
    ErpProtocolError,
    ErpRejectedError,
    ErpUnavailableError,
    ErpUnsupportedError,
)
from app.erp.backoff import Backoff
from app.erp.outbox import Outbox
from app.erp.tryton.adapter import TrytonErp
from app.erp.tryton.marks import Notes, mark_of
from app.erp.tryton.orders import Orders
from drivers.demo_tryton.running import Running
from tests.contract.erp_twins import confirm, consume, downtime, move, set_status
from tests.contract.rigs.held import stays_held
from tests.system.losing_proxy import losing, once_each
from tests.tryton_server import as_lineside, opened, person, serving
from tests.unit.erp.queue import PostingQueue

QUICK = Backoff(first_s=0.05, longest_s=0.5, longest_asked_s=0.5)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for the file; its tests use different orders and lots."""
    with serving(tmp_path_factory.mktemp("tryton")) as running:
        yield running


@pytest.fixture
async def erp(server: Running) -> AsyncIterator[TrytonErp]:
    async with opened(server.url) as adapter:
        yield adapter


def rows(server: Running, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What stands in Tryton's own tables, beside the port."""
    with closing(sqlite3.connect(server.database)) as db:
        return db.execute(sql, values).fetchall()


def noted(server: Running, command: ErpCommand) -> int:
    """How many notes there are of a posting."""
    like = f"LS:{mark_of(command).head}.%"
    return int(rows(server, "SELECT count(*) FROM ir_note WHERE message LIKE ?", like)[0][0])


async def order_of(erp: TrytonErp, number: str) -> ProductionOrder:
    return next(row for row in (await erp.orders()).rows if row.number == number)


async def lot_of(erp: TrytonErp, number: str) -> Lot:
    return next(row for row in (await erp.lots()).rows if row.number == number)


async def stock_of(erp: TrytonErp) -> Mapping[tuple[str, str], Decimal]:
    return {(row.product, row.location): row.quantity for row in (await erp.stock()).rows}


async def test_its_plan_and_stock_are_read(erp: TrytonErp) -> None:
    info = await erp.probe()
    assert (info.product, info.version) == ("Tryton", "8.2")
    assert abs(info.clock_skew_s) < 5
    products = {row.code: row for row in (await erp.products()).rows}
    assert (products["L-033"].name, products["L-033"].unit) == ("Lemon 0.33 l", "EA")
    order = await order_of(erp, "WO-10480")
    assert (order.line, order.product, order.quantity, order.state) == ("L2", "L-033", Decimal(18_000), "planned")
    assert {part.product: part.quantity for part in order.components}["CTN-12"] == Decimal("0.083333")
    assert order.due_at > datetime.now(UTC)
    assert (await lot_of(erp, "4471-B")).product == "L-033"
    assert (await stock_of(erp))["BOT-100", "Store"] == Decimal(400_000)
    demand = (await erp.demand()).rows
    assert {row.customer for row in demand} == {"Nordmarkt", "Kiosk AG", "Seehof Hotels", "Bahnhof Vending"}
    assert len({row.number for row in demand}) == len(demand) == 9


async def test_an_order_runs_from_its_first_component_to_its_end(server: Running, erp: TrytonErp) -> None:
    """Started, consumed with lots, confirmed good and scrap with the time worked, finished; held goods stay blocked."""
    before = await stock_of(erp)
    await erp.post(consume("f-use-1", "100", lot="CAP-28-1"))
    await erp.post(confirm("f-make-1", good="95", scrap="5"))
    order = await order_of(erp, "WO-10482")
    assert (order.state, order.good, order.scrap) == ("running", Decimal(95), Decimal(5))
    await erp.post(consume("f-use-2", "50.5", lot="CAP-28-2"))
    await erp.post(set_status("f-hold", "hold"))
    receipt = await erp.post(confirm("f-make-2", good="50.5", final=True))
    assert receipt.refs["document"] == "WO-10482"
    order = await order_of(erp, "WO-10482")
    assert (order.state, order.good, order.scrap) == ("done", Decimal("145.5"), Decimal(5))
    after = await stock_of(erp)
    assert before["CAP-28", "Store"] - after["CAP-28", "Store"] == Decimal("150.5")
    assert after["W-050", "Quarantine"] == Decimal("145.5")
    held = await lot_of(erp, "4480-A")
    assert (held.status, held.quantity) == ("hold", Decimal("145.5"))
    worked = rows(server, "SELECT state, duration FROM production_work_cycle")
    assert worked == [("done", timedelta(minutes=7).total_seconds())] * 2
    await erp.post(set_status("f-release", "released"))
    assert (await lot_of(erp, "4480-A")).status == "released"
    after = await stock_of(erp)
    assert after["W-050", "Finished goods"] - before["W-050", "Finished goods"] == Decimal("145.5")
    with pytest.raises(ErpRejectedError, match="is done in Tryton"):
        await erp.post(confirm("f-late"))


async def test_a_held_lot_is_moved_to_where_nobody_takes_from_it(server: Running, erp: TrytonErp) -> None:
    hold = set_status("h-1", "hold", "LAB-A100-1", "LAB-A100")
    assert (await erp.post(hold)).refs["document"].startswith("Shipment")
    assert (await lot_of(erp, "LAB-A100-1")).status == "hold"
    assert (await stock_of(erp))["LAB-A100", "Quarantine"] == Decimal(200_000)
    taking = replace(consume("h-2", "10", "LAB-A100-1", "LAB-A100"), order="WO-10492")
    with pytest.raises(ErpRejectedError, match="LAB-A100-1 is on hold"):
        await erp.post(taking)
    await erp.post(set_status("h-3", "released", "LAB-A100-1", "LAB-A100"))
    assert (await stock_of(erp))["LAB-A100", "Store"] == Decimal(400_000)
    assert (await erp.post(taking)).outcome is Outcome.APPLIED
    scrapped = set_status("h-4", "scrapped", "LAB-A100-2", "LAB-A100")
    await erp.post(scrapped)
    assert (await stock_of(erp))["LAB-A100", "Store"] == Decimal(199_990)
    with pytest.raises(ErpRejectedError, match="is scrapped: it can't be released"):
        await erp.post(set_status("h-5", "released", "LAB-A100-2", "LAB-A100"))


async def test_a_lot_that_is_free_in_tryton_stays_held_here(erp: TrytonErp) -> None:
    await stays_held(erp, "BOT-033-1", "BOT-033")


async def test_every_answer_lost_once_leaves_every_total_exact(server: Running) -> None:
    order, lot = "WO-10479", "4471-B"
    commands: list[ErpCommand] = [
        replace(consume("x-use", "60", "CAP-28-2"), order="WO-10479"),
        confirm("x-make", good="50", scrap="3", order=order, lot=lot),
        set_status("x-hold", "hold", "LAB-L033-1", "LAB-L033"),
        set_status("x-free", "released", "LAB-L033-1", "LAB-L033"),
        move("x-move", "L3", "WO-10480"),
        set_status("x-new", "hold", "4471-NEW", "L-033"),
        confirm("x-more", good="20", order="WO-10479", lot="4471-NEW"),
        confirm("x-end", good="7", final=True, order=order, lot=lot),
    ]
    async with opened(server.url) as straight:
        before = await stock_of(straight)
        async with losing(server.port, once_each()) as proxy, opened(proxy.url) as erp:
            for command in commands:
                receipt = await insisted(erp, command)
                assert receipt.refs["document"]
        assert proxy.lost >= 60
        after = await stock_of(straight)
        ended = await order_of(straight, order)
        assert (ended.state, ended.good, ended.scrap) == ("done", Decimal(77), Decimal(3))
        assert (await order_of(straight, "WO-10480")).line == "L3"
        assert before["CAP-28", "Store"] - after["CAP-28", "Store"] == Decimal(60)
        assert after["L-033", "Finished goods"] - before["L-033", "Finished goods"] == Decimal(57)
        assert after["L-033", "Quarantine"] == Decimal(20)
        assert after["LAB-L033", "Store"] == Decimal(400_000)
    assert [noted(server, command) for command in commands] == [1] * len(commands)
    assert rows(server, "SELECT count(*) FROM stock_lot WHERE number = '4471-NEW'") == [(1,)]
    for command in commands[2:4]:
        mark = str(mark_of(command))
        assert rows(server, "SELECT state FROM stock_shipment_internal WHERE reference = ?", mark) == [("done",)]
    cycles = rows(
        server,
        "SELECT c.state, c.duration FROM production_work_cycle c JOIN production_work w ON c.work = w.id"
        " JOIN production p ON w.production = p.id WHERE p.number = 'WO-10479'",
    )
    assert cycles == [("done", 420.0)] * 3


async def insisted(erp: TrytonErp, command: ErpCommand) -> Any:
    """Post as the outbox does: again with the same key until there is an answer."""
    for _ in range(200):
        with suppress(ErpUnavailableError, ErpOutcomeUnknownError):
            return await erp.post(command)
    raise AssertionError(f"{command.key} never came to an end")


async def test_the_server_killed_amid_postings_gets_each_of_them_once(server: Running) -> None:
    commands: list[ErpCommand] = [confirm(f"z-{n}", good="10", order="WO-10491", lot="4466-A") for n in range(4)]
    commands += [set_status(f"z-l{n}", ("hold", "released")[n % 2], "BOT-100-1", "BOT-100") for n in range(4)]
    queue = PostingQueue(commands)
    async with opened(server.url, timeout_s=10.0) as erp:
        outbox = Outbox(pending=queue.pending, record=queue.record, erp=erp, clock=SystemClock(), backoff=QUICK)
        task = asyncio.create_task(outbox.run())
        await queue.until(lambda: queue.confirmed >= 2)
        server.kill()
        server.start()
        await queue.until(lambda: queue.all_confirmed)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert (await order_of(erp, "WO-10491")).good == Decimal(40)
        assert (await lot_of(erp, "BOT-100-1")).status == "released"
    assert not queue.illegal
    assert [noted(server, command) for command in commands] == [1] * len(commands)


async def test_an_inspection_that_tryton_wants_is_asked_for_and_then_the_order_ends(
    server: Running, erp: TrytonErp
) -> None:
    async with person(server) as quality:
        (product,) = await quality.read("product.product.search", [["code", "=", "A-100"]], 0, 1, None)
        point = {
            "string": "Leak",
            "name": "leak_mbar",
            "type_": "float",
            "tolerance_lower": 0.0,
            "tolerance_upper": 2.0,
        }
        control = {"name": "Leak test", "operations": ["production:do"], "product": product, "frequency": 1.0}
        (made,) = await quality.write("quality.control.create", [{**control, "points": [["create", [point]]]}])
        ending = confirm("q-1", good="30", order="WO-10492", lot="4466-Q", final=True)
        with pytest.raises(ErpActionRequiredError, match="Tryton wants an inspection of WO-10492 first") as caught:
            await erp.post(ending)
        assert (await order_of(erp, "WO-10492")).state == "running"
        assert await erp.find("q-1") is None
        (order,) = await quality.read("production.search", [["number", "=", "WO-10492"]], 0, 1, None)
        result = {"control": made, "origin": f"production,{order}", "points": {"leak_mbar": 1.1}}
        (inspection,) = await quality.write("quality.inspection.create", [result])
        await quality.write("quality.inspection.process", [inspection])
        receipt = await erp.post(ending, {caught.value.token: "inspected"})
        await quality.write("quality.control.write", [made], {"active": False})
    assert receipt.outcome is Outcome.APPLIED
    order_row = await order_of(erp, "WO-10492")
    assert (order_row.state, order_row.good) == ("done", Decimal(30))


async def test_posted_again_it_is_found_with_the_same_references_also_by_others(
    server: Running, erp: TrytonErp
) -> None:
    command = move("site/L1 ?a=b&c#d%41é", "L2", "WO-10483")
    first = await erp.post(command)
    assert (await erp.post(command)).outcome is Outcome.ALREADY_APPLIED
    async with opened(server.url) as other:
        found = await other.find(command.key)
    assert found is not None
    assert (found.key, found.refs) == (command.key, first.refs)
    with pytest.raises(ErpProtocolError, match="already stands for another posting"):
        await erp.post(replace(command, to_line="L3"))
    assert (await order_of(erp, "WO-10483")).line == "L2"


async def test_four_at_once_with_one_key_have_one_effect(server: Running, erp: TrytonErp) -> None:
    command = confirm("four", good="25", order="WO-10483")
    receipts = await asyncio.gather(*(erp.post(command) for _ in range(4)))
    assert sorted(receipt.outcome for receipt in receipts).count(Outcome.APPLIED) == 1
    assert (await order_of(erp, "WO-10483")).good == Decimal(25)


async def test_an_order_that_a_person_changed_meanwhile_is_a_conflict_and_not_overwritten(server: Running) -> None:
    async with as_lineside(server) as rpc, person(server) as planner:
        orders = Orders(rpc, Notes(rpc))
        order = await orders.read("WO-10480")
        await planner.write("production.write", [order.id], {"reference": "Rush for Nordmarkt"})
        with pytest.raises(ErpConflictError):
            await orders.change(order, mark_of(move("late", "L1", "WO-10480")), {})
        assert (await orders.read("WO-10480")).reference == "Rush for Nordmarkt"


REFUSED: Mapping[str, tuple[ErpCommand, str]] = {
    "unknown order": (confirm("r", order="WO-1"), "Order WO-1 is unknown"),
    "negative quantity": (confirm("r", good="-1", order="WO-10483"), "can't be below nought"),
    "absurd quantity": (confirm("r", good="1000000000000", order="WO-10483"), "can't be"),
    "another unit": (replace(confirm("r", order="WO-10483"), unit="crates"), "is kept in EA, not in crates"),
    "lot of another item": (confirm("r", lot="4471-B", order="WO-10483"), "Lot 4471-B is of L-033, not of W-050"),
    "nothing consumed": (replace(consume("r", "0"), order="WO-10483"), "is nought"),
    "more than the lot has": (replace(consume("r", "300000"), order="WO-10483"), "CAP-28-1 has .* 300000 wanted"),
    "unknown item": (replace(consume("r", product="CAP-99"), order="WO-10483"), "Item CAP-99 is unknown"),
    "unknown lot": (replace(consume("r", lot="CAP-9"), order="WO-10483"), "Lot CAP-9 of CAP-28 is unknown"),
    "unknown line": (move("r", "L9"), "Line L9 is unknown"),
    "a lot with a space at its end": (set_status("r", "hold", "4480-A "), "begins or ends with a space"),
    "a lot of 301 letters": (set_status("r", "hold", "n" * 301), "300 are the most"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_a_business_refusal_comes_in_words_and_books_nothing(server: Running, erp: TrytonErp, name: str) -> None:
    command, said = REFUSED[name]
    before = (await order_of(erp, "WO-10483"), await stock_of(erp))
    with pytest.raises(ErpRejectedError, match=said):
        await erp.post(command)
    order = await order_of(erp, "WO-10483")
    assert ((order.good, order.scrap), await stock_of(erp)) == ((before[0].good, before[0].scrap), before[1])
    assert await erp.find("r") is None


async def test_what_tryton_can_not_keep_is_said_and_kept_in_lineside(erp: TrytonErp) -> None:
    assert Capability.DOWNTIME not in erp.capabilities
    with pytest.raises(ErpUnsupportedError, match="Tryton keeps no stops of machines"):
        await erp.post(downtime("d"))


HOSTILE = ["000123", "1E5", "=cmd|' /C calc'!A0", "a'; DROP TABLE lots;--%_${}{0}", "é", "x" * 300]


async def test_lot_numbers_stay_as_they_are_written(server: Running, erp: TrytonErp) -> None:
    for n, lot in enumerate(HOSTILE):
        await erp.post(set_status(f"n-{n}", "hold", lot))
    read = {row.number: row.status for row in (await erp.lots()).rows}
    assert [read[lot] for lot in HOSTILE] == ["hold"] * len(HOSTILE)


async def test_a_wrong_password_is_tried_once_and_never_in_a_loop(server: Running) -> None:
    async with losing(server.port, lambda _: False) as proxy, opened(proxy.url, password="guessed") as erp:
        for asked in (erp.orders(), erp.post(confirm("w")), erp.find("w"), erp.lots()):
            with pytest.raises(ErpAuthError, match="refuses the sign-in"):
                await asked
    assert [json.loads(body)["method"] for body in proxy.passed] == ["common.db.login"]


async def test_a_change_in_tryton_is_seen_without_reading_everything_again(server: Running, erp: TrytonErp) -> None:
    await erp.orders()
    async with person(server) as planner:
        (order,) = await planner.read("production.search", [["number", "=", "WO-10480"]], 0, 1, None)
        await planner.write("production.write", [order], {"reference": "seen"})
    assert (await order_of(erp, "WO-10480")).version != ""
    async with losing(server.port, lambda _: False) as proxy, opened(proxy.url) as watched:
        page = await watched.orders()
        count = len(proxy.passed)
        await watched.orders(page.cursor)
    last = [json.loads(body) for body in proxy.passed[count:]]
    assert [call["method"] for call in last] == ["model.production.search_read", "model.production.bom.search_read"]
    assert "write_date" in json.dumps(last[0]["params"])


async def test_an_order_that_was_started_in_tryton_is_refused_in_words(server: Running, erp: TrytonErp) -> None:
    """Tryton has used its planned components there: counting them again would be wrong twice."""
    async with person(server) as planner:
        (order,) = await planner.read("production.search", [["number", "=", "WO-10480"]], 0, 1, None)
        for button in ("assign_try", "run"):
            await planner.write(f"production.{button}", [order])
    before = await stock_of(erp)
    with pytest.raises(ErpRejectedError, match="WO-10480 was started in Tryton"):
        await erp.post(confirm("s-1", order="WO-10480", lot=""))
    assert await stock_of(erp) == before


def test_the_products_code_never_loads_trytons(tmp_path: Path) -> None:
    """Tryton's code is under the GPL: what Lineside is must not load it."""
    root = Path(__file__).resolve().parents[2]
    named = [
        str(path)
        for folder in ("app", "drivers", "ui")
        for path in (root / folder).rglob("*.py")
        if any(
            line.startswith(("import trytond", "from trytond", "import proteus"))
            for line in path.read_text(encoding="utf-8").splitlines()
        )
    ]
    assert named == []


async def test_what_changed_since_laid_over_what_was_there_is_all_there_is(server: Running, erp: TrytonErp) -> None:
    products, orders, lots = await erp.products(), await erp.orders(), await erp.lots()
    await erp.post(confirm("d-1", good="7", order="WO-10483", lot="4490-Z"))
    await erp.post(set_status("d-2", "hold", "BOT-100-1", "BOT-100"))
    for before, changed, after in (
        (products, await erp.products(products.cursor), await erp.products()),
        (orders, await erp.orders(orders.cursor), await erp.orders()),
        (lots, await erp.lots(lots.cursor), await erp.lots()),
    ):
        assert (before.complete, changed.complete, after.complete) == (True, False, True)
        name = "code" if isinstance(after.rows[0], Product) else "number"
        rows = {getattr(row, name): row for row in (*before.rows, *changed.rows)}
        assert rows == {getattr(row, name): row for row in after.rows}
    async with person(server) as somebody:
        (number,) = await somebody.read("production.search", [["number", "=", "WO-10492"]], 0, 1, None)
        await somebody.write("production.write", [number], {"reference": "urgent"})
    assert "WO-10492" in [row.number for row in (await erp.orders(orders.cursor)).rows]
