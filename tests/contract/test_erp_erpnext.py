"""ERPNext against the contract server: names of our own, drafts, queued submits, blocked batches, answers lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from app.domain.erp import ErpCommand, Outcome, SetLotStatus
from app.domain.erp_errors import (
    ErpAuthError,
    ErpConflictError,
    ErpOutcomeUnknownError,
    ErpProtocolError,
    ErpRejectedError,
    ErpUnavailableError,
    ErpUnsupportedError,
)
from app.erp.differing import difference
from app.erp.erpnext.adapter import ErpNext
from tests.contract.erp_twins import LotStatus, confirm, consume, downtime, move, set_status
from tests.contract.rigs.erp_peer import Reply, caught_up, insist, losing_each, reply
from tests.contract.rigs.erpnext_server import ErpNextServer, failed


def opened(server: ErpNextServer, secret: str = "key:word") -> ErpNext:
    return ErpNext(server.url, "Europe/Vienna", lambda: secret)


@pytest.fixture
def server() -> Iterator[ErpNextServer]:
    peer = ErpNextServer()
    with peer.up():
        yield peer


@pytest.fixture
async def erp(server: ErpNextServer) -> AsyncIterator[ErpNext]:
    adapter = opened(server)
    yield adapter
    await adapter.aclose()


def hold(key: str, status: LotStatus = "hold") -> SetLotStatus:
    return set_status(key, status, lot="CAP-28-1", product="CAP-28")


FLOW: list[ErpCommand] = [
    confirm("k-1", good="100", scrap="2"),
    consume("k-2", quantity="5"),
    confirm("k-3", good="50", final=True),
    downtime("k-4"),
    hold("k-5"),
]


def booked(server: ErpNextServer) -> dict[str, object]:
    order = server.docs["Work Order"]["WO-10482"]
    entries = server.docs.get("Stock Entry", {})
    return {
        "order": (order["produced_qty"], order["process_loss_qty"], order["status"]),
        "entries": sorted((name, row["docstatus"]) for name, row in entries.items()),
        "stops": list(server.docs.get("Downtime Entry", {})),
        "disabled": server.docs["Batch"]["CAP-28-1"]["disabled"],
    }


DONE = {
    "order": (150.0, 2.0, "Closed"),
    "entries": [("LS-k-1", 1), ("LS-k-2", 1), ("LS-k-3", 1)],
    "stops": ["LS-k-4"],
    "disabled": 1,
}


async def test_the_whole_flow_is_booked_and_found(server: ErpNextServer, erp: ErpNext) -> None:
    for command in FLOW:
        assert await erp.find(command.key) is None
        receipt = await erp.post(command)
        assert receipt.outcome is Outcome.APPLIED
        assert (await erp.post(command)).outcome is Outcome.ALREADY_APPLIED
    found = await erp.find("k-3")
    assert found is not None
    assert found.refs == {"document": "LS-k-3"}
    assert booked(server) == DONE
    stop = server.docs["Downtime Entry"]["LS-k-4"]
    assert (stop["from_time"], stop["to_time"]) == ("2026-03-29 01:59:00", "2026-03-29 03:11:00")


async def test_with_every_answer_lost_once_each_effect_is_there_once(server: ErpNextServer, erp: ErpNext) -> None:
    server.lose_each = True
    for command in FLOW:
        await insist(erp, command)
    assert booked(server) == DONE


async def test_whichever_answer_is_lost_each_effect_is_there_once() -> None:
    async for lost, peer in losing_each(ErpNextServer, opened, FLOW):
        assert booked(peer) == DONE, lost


async def test_a_document_that_says_something_else_is_told_apart_when_posted_and_when_found(
    server: ErpNextServer, erp: ErpNext
) -> None:
    made, used = FLOW[0], FLOW[1]
    for command in (made, used):
        assert difference(command, await erp.post(command)) == ""
    server.docs["Stock Entry"]["LS-k-1"]["process_loss_qty"] = 3
    server.docs["Stock Entry"]["LS-k-2"]["items"][0]["item_code"] = "LAB-W050"
    for command, said in (
        (made, "good 99 in place of 100, scrap 3 in place of 2"),
        (used, "CAP-28 CAP-28-1 0 in place of 5, LAB-W050 CAP-28-1 5, which was not posted"),
    ):
        found = await erp.find(command.key)
        assert found is not None
        assert said in difference(command, found)
        assert said in difference(command, await erp.post(command))


async def test_only_what_changed_is_read_again(server: ErpNextServer, erp: ErpNext) -> None:
    """And what came last, which may have been written while it was read."""
    order = server.docs["Work Order"]["WO-10482"]
    for number in ("WO-10483", "WO-10484"):
        server.put("Work Order", **{**order, "name": number})
    server.put("Batch", **{**server.docs["Batch"]["CAP-28-1"], "name": "CAP-28-2"})
    again = await caught_up(erp, lambda: erp.post(confirm("k-1", good="100", scrap="2")))
    assert (again["products"], again["orders"], again["lots"]) == (
        ("CAP-28",), ("WO-10482", "WO-10484"), ("CAP-28-2",),
    )  # fmt: skip
    again = await caught_up(erp, lambda: erp.post(hold("k-2")))
    assert (again["orders"], again["lots"]) == (("WO-10482",), ("CAP-28-1", "CAP-28-2"))
    page = await erp.orders()
    await erp.post(confirm("k-3", good="1", final=True))
    assert ("WO-10482", "done") in [(row.number, row.state) for row in (await erp.orders(page.cursor)).rows]


async def test_a_submit_that_is_only_queued_is_unknown_and_not_confirmed(server: ErpNextServer, erp: ErpNext) -> None:
    server.queued = 1
    with pytest.raises(ErpOutcomeUnknownError, match="not submitted it yet"):
        await erp.post(confirm("k"))
    assert await erp.find("k") is None
    assert (await erp.post(confirm("k"))).outcome is Outcome.APPLIED
    assert booked(server)["order"] == (100.0, 0.0, "In Process")


async def test_a_blocked_batch_is_not_consumed_and_the_draft_goes_on_once_it_is_free(
    server: ErpNextServer, erp: ErpNext
) -> None:
    await erp.post(hold("k-1"))
    with pytest.raises(ErpRejectedError, match="Batch CAP-28-1 is disabled"):
        await erp.post(consume("k-2"))
    await erp.post(hold("k-3", "released"))
    await erp.post(consume("k-2"))
    assert booked(server)["entries"] == [("LS-k-2", 1)]


async def test_a_batch_that_somebody_changed_is_a_conflict(server: ErpNextServer, erp: ErpNext) -> None:
    stale = reply({"data": {**server.docs["Batch"]["CAP-28-1"], "modified": "before"}})
    server.instead = lambda request: stale if request.method == "GET" else None
    with pytest.raises(ErpConflictError, match="modified after you have opened it"):
        await erp.post(hold("k"))
    assert booked(server)["disabled"] == 0


async def test_a_document_that_was_cancelled_there_is_not_made_again(server: ErpNextServer, erp: ErpNext) -> None:
    await erp.post(confirm("k"))
    server.docs["Stock Entry"]["LS-k"]["docstatus"] = 2
    assert await erp.find("k") is None
    with pytest.raises(ErpRejectedError, match="was cancelled"):
        await erp.post(confirm("k"))


async def test_one_key_for_two_postings_is_refused(erp: ErpNext) -> None:
    await erp.post(confirm("k", good="1"))
    with pytest.raises(ErpProtocolError, match="already stands for another posting"):
        await erp.post(confirm("k", good="2"))
    for command in (move("k-2"), hold("k-3", "scrapped")):
        with pytest.raises(ErpUnsupportedError):
            await erp.post(command)


REFUSED = {
    "unknown order": (confirm("k", order="WO-1"), "Work Order WO-1 is unknown"),
    "no order": (confirm("k", order=""), r"Work Order \(none\) is unknown"),
    "another unit": (replace(confirm("k"), unit="crates"), "is kept in EA"),
    "more than ordered": (confirm("k", good="1001"), "should not be greater"),
    "nothing consumed": (consume("k", quantity="0"), "not more than nought"),
    "unknown lot": (set_status("k", "hold", lot="X"), "Batch X is unknown"),
    "lot of another item": (set_status("k", "hold", lot="CAP-28-1", product="W-050"), "is of CAP-28"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_erpnext_refuses_comes_in_words_and_is_not_booked(
    server: ErpNextServer, erp: ErpNext, name: str
) -> None:
    command, said = REFUSED[name]
    with pytest.raises(ErpRejectedError, match=said):
        await erp.post(command)
    assert await erp.find("k") is None
    assert booked(server)["order"] == (0.0, 0.0, "Not Started")


async def test_reads_are_the_ports_nouns(server: ErpNextServer, erp: ErpNext) -> None:
    await erp.probe()
    order = (await erp.orders()).rows[0]
    assert (order.number, order.line, order.quantity, order.state) == ("WO-10482", "L1", Decimal(1000), "planned")
    assert order.start_at == datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
    assert [(part.product, part.quantity) for part in order.components] == [("CAP-28", Decimal("2.5"))]
    assert [row.code for row in (await erp.products()).rows] == ["W-050", "CAP-28"]
    for lot in ("000123", "1E5", "=cmd|' /C calc'!A0"):
        server.put("Batch", lot, item="W-050", batch_qty=-1.0, stock_uom="EA", disabled=1)
    lots = [(row.number, row.status) for row in (await erp.lots()).rows]
    assert lots == [("CAP-28-1", "released"), ("000123", "hold"), ("1E5", "hold"), ("=cmd|' /C calc'!A0", "hold")]
    assert (await erp.stock()).rows[0].quantity == Decimal("16.5")
    assert (await erp.demand()).rows[0].number == "SO-1/1"


TIMES = {"2026-02-30 06:00:00": "no time", "2026-03-29 02:30:00": "clocks skip", "0001-01-01 00:00:00": "outside"}


@pytest.mark.parametrize("written", TIMES)
async def test_a_time_that_can_not_be_is_refused(server: ErpNextServer, erp: ErpNext, written: str) -> None:
    server.docs["Work Order"]["WO-10482"]["planned_start_date"] = written
    with pytest.raises(ErpProtocolError, match=TIMES[written]):
        await erp.orders()


async def test_in_the_hour_that_comes_twice_the_earlier_one_is_meant(server: ErpNextServer, erp: ErpNext) -> None:
    server.docs["Work Order"]["WO-10482"]["planned_start_date"] = "2026-10-25 02:30:00"
    assert (await erp.orders()).rows[0].start_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


ODD = {
    "a web page": (Reply(body=b"<html>", kind="text/html"), ErpProtocolError),
    "no data": (reply({"message": "ok"}), ErpProtocolError),
    "data that is nothing": (reply({"data": None}), ErpProtocolError),
    "a failure": (failed(500, "KeyError", "x"), ErpUnavailableError),
    "too busy": (Reply(status=429), ErpUnavailableError),
    "a refused sign-in": (failed(401, "AuthenticationError", ""), ErpAuthError),
    "a code that became a number": (reply({"data": [{"name": 123}]}), ErpProtocolError),
    "a quantity that can't be": (reply({"data": [{"item_code": "X", "actual_qty": 1e12}]}), ErpProtocolError),
}


@pytest.mark.parametrize("name", ODD)
async def test_no_read_believes_an_answer_that_makes_no_sense(server: ErpNextServer, erp: ErpNext, name: str) -> None:
    answer, error = ODD[name]
    server.instead = lambda _: answer
    with pytest.raises(error):
        await erp.stock()
