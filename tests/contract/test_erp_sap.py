"""S/4HANA against the contract server: CSRF, ETag, the key in ExternalSystemConfirmation, and every answer lost."""

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
from app.erp.sap.adapter import SapS4, guid, reference
from tests.contract.erp_twins import LotStatus, confirm, consume, downtime, move, set_status
from tests.contract.rigs.erp_peer import Reply, caught_up, insist, losing_each, reply
from tests.contract.rigs.sap_server import SapServer, changed_at

ORDER = "000001000123"


def opened(server: SapServer, secret: str = "word") -> SapS4:
    return SapS4(server.url, "1000", "Europe/Vienna", lambda: secret, user="robot", operation="0010")


@pytest.fixture
def server() -> Iterator[SapServer]:
    peer = SapServer()
    with peer.up():
        yield peer


@pytest.fixture
async def erp(server: SapServer) -> AsyncIterator[SapS4]:
    adapter = opened(server)
    yield adapter
    await adapter.aclose()


def hold(key: str, status: LotStatus = "hold") -> SetLotStatus:
    return set_status(key, status, lot="CAP-28-1", product="CAP-28")


FLOW: list[ErpCommand] = [
    confirm("0198a2b4-0000-7000-8000-000000000001", good="100", scrap="0.5", order=ORDER),
    consume("k-2", quantity="5"),
    confirm("k-3", good="50", order=ORDER, final=True),
    hold("k-4"),
]


def booked(server: SapServer) -> tuple[list[str], int, bool]:
    quantities = [row["ConfirmationYieldQuantity"] for row in server.confirmations]
    return quantities, len(server.documents), server.restricted


DONE = (["100", "50"], 1, True)


async def test_the_whole_flow_is_booked_and_found_by_its_keys(server: SapServer, erp: SapS4) -> None:
    for command in FLOW:
        receipt = await erp.post(command)
        assert receipt.outcome is Outcome.APPLIED
        again = await erp.post(command)
        assert again.outcome is Outcome.ALREADY_APPLIED
        assert again.refs == receipt.refs
    found = await erp.find("k-3")
    assert found is not None
    assert found.refs == {"document": "0000004711/00000002"}
    assert await erp.find("k-2") is not None
    assert await erp.find("k-9") is None
    assert booked(server) == DONE
    first = server.confirmations[0]
    assert first["ExternalSystemConfirmation"] == "0198a2b4-0000-7000-8000-000000000001"
    assert (first["OrderID"], first["ConfirmationScrapQuantity"], first["OpConfirmedWorkQuantity1"]) == (
        ORDER, "0.5", "7.000",
    )  # fmt: skip
    assert server.documents[0]["to_MaterialDocumentItem"][0]["Batch"] == "CAP-28-1"


async def test_times_are_those_of_the_plants_clock_also_when_it_changes(server: SapServer, erp: SapS4) -> None:
    at = datetime(2026, 3, 29, 1, 5, tzinfo=UTC)  # 03:05 in Vienna, five minutes after the clocks went on from 02:00
    await erp.post(replace(confirm("k", order=ORDER), occurred_at=at))
    row = server.confirmations[0]
    assert (row["ConfirmedExecutionStartTime"], row["ConfirmedExecutionEndTime"]) == ("PT01H58M00S", "PT03H05M00S")
    assert row["PostingDate"] == "/Date(1774742400000)/"


async def test_with_every_answer_lost_once_each_effect_is_there_once(server: SapServer, erp: SapS4) -> None:
    server.lose_each = True
    for command in FLOW:
        await insist(erp, command)
    assert booked(server) == DONE


async def test_whichever_answer_is_lost_each_effect_is_there_once() -> None:
    async for lost, peer in losing_each(SapServer, opened, FLOW):
        assert booked(peer) == DONE, lost


async def test_a_token_that_ended_is_fetched_anew_once(server: SapServer, erp: SapS4) -> None:
    await erp.post(hold("k-1"))
    server.token = "t-2"
    await erp.post(hold("k-2", "released"))
    assert server.restricted is False
    sent = len(server.asked)
    server.token = "never"
    server.instead = lambda request: Reply(status=403, headers={"X-CSRF-Token": "Required"})
    with pytest.raises(ErpAuthError):
        await erp.post(hold("k-3"))
    assert len(server.asked) - sent < 6


async def test_a_batch_that_somebody_changed_is_a_conflict_and_not_overwritten(server: SapServer, erp: SapS4) -> None:
    stale = reply({"d": {"MatlBatchIsInRstrcdUseStock": False}}, ETag='W/"0"')
    server.instead = lambda r: stale if r.method == "GET" and "Batch(" in r.path else None
    with pytest.raises(ErpConflictError):
        await erp.post(hold("k"))
    assert server.restricted is False


async def test_a_status_that_did_not_take_is_not_confirmed(server: SapServer, erp: SapS4) -> None:
    server.instead = lambda r: (
        reply({"d": {"MatlBatchIsInRstrcdUseStock": False}}, ETag=f'W/"{server.etag}"')
        if r.method == "GET" and "Batch(" in r.path
        else None
    )
    with pytest.raises(ErpOutcomeUnknownError):
        await erp.post(hold("k"))


async def test_sap_s_own_words_come_through_and_nothing_is_booked(server: SapServer, erp: SapS4) -> None:
    server.refuse = "Confirmation not possible: period 011/2026 is not open"
    with pytest.raises(ErpRejectedError, match="period 011/2026") as caught:
        await erp.post(FLOW[0])
    assert caught.value.code == "RU/505"
    server.refuse = ""
    with pytest.raises(ErpRejectedError, match="Order WO-1 does not exist"):
        await erp.post(confirm("k", order="WO-1"))
    with pytest.raises(ErpRejectedError, match="Resource not found"):
        await erp.post(set_status("k", "hold", lot="X'Y", product="CAP-28"))
    assert booked(server) == ([], 0, False)


async def test_a_key_with_a_confirmation_of_another_order_is_refused(server: SapServer, erp: SapS4) -> None:
    await erp.post(confirm("k", good="1", order=ORDER))
    server.confirmations[0]["OrderID"] = "000001000999"
    with pytest.raises(ErpProtocolError, match="already stands for another"):
        await erp.post(confirm("k", good="1", order=ORDER))


async def test_a_document_that_says_something_else_is_told_apart_when_posted_and_when_found(
    server: SapServer, erp: SapS4
) -> None:
    made, used = confirm("k-1", good="100", scrap="2", order=ORDER), consume("k-2", quantity="5")
    for command in (made, used):
        assert difference(command, await erp.post(command)) == ""
    server.confirmations[0]["ConfirmationYieldQuantity"] = "99.000"
    server.documents[0]["to_MaterialDocumentItem"][0]["QuantityInEntryUnit"] = "4"
    for command, said in ((made, "good 99 in place of 100"), (used, "CAP-28 CAP-28-1 4 in place of 5")):
        found = await erp.find(command.key)
        assert found is not None
        assert said in difference(command, found)
        assert said in difference(command, await erp.post(command))


async def test_what_sap_has_no_service_for_is_kept_in_lineside(erp: SapS4) -> None:
    for command in (downtime("k"), move("k"), hold("k", "scrapped")):
        with pytest.raises(ErpUnsupportedError):
            await erp.post(command)


async def test_reads_are_the_ports_nouns(server: SapServer, erp: SapS4) -> None:
    await erp.probe()
    order = (await erp.orders()).rows[0]
    assert (order.number, order.line, order.quantity, order.state) == (ORDER, "L1", Decimal(1000), "planned")
    assert order.start_at == datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
    assert [(part.product, part.quantity) for part in order.components] == [("CAP-28", Decimal("2.5"))]
    assert [(row.code, row.name) for row in (await erp.products()).rows] == [
        ("W-050", "Still water"),
        ("CAP-28", "Cap"),
    ]
    await erp.post(hold("k"))
    lot = (await erp.lots()).rows[0]
    assert (lot.number, lot.quantity, lot.status, lot.location) == ("CAP-28-1", Decimal(16), "hold", "0001")
    assert (await erp.stock()).rows[0].quantity == Decimal(16)
    assert (await erp.demand()).rows[0].customer == "Nordmarkt"


async def test_only_what_changed_is_read_again(server: SapServer, erp: SapS4) -> None:
    """And what came last, which may have been written while it was read."""
    more = {**server.order, "MfgOrderConfirmedYieldQty": "0.000"}
    for minutes, number in ((5, "000001000124"), (8, "000001000125")):
        server.more.append({**more, "ManufacturingOrder": number, "LastChangeDateTime": changed_at(minutes)})
    again = await caught_up(erp, lambda: erp.post(confirm("k", order=ORDER)))
    assert again["orders"] == (ORDER, "000001000125")
    assert again["products"] == ("W-050", "CAP-28")


@pytest.mark.parametrize("said", ["", "20261122060000", "/Date(x)/"])
async def test_an_order_that_does_not_say_when_it_changed_is_read_whole(
    server: SapServer, erp: SapS4, said: str
) -> None:
    server.order["LastChangeDateTime"] = said
    server.instead = lambda r: (
        reply({"d": {"results": [{**server.order}]}}) if "A_ProductionOrder_2" in r.path else None
    )
    page = await erp.orders()
    assert (page.complete, page.cursor) == (True, "")


ODD = {
    "a web page": (Reply(body=b"<html>", kind="text/html"), ErpProtocolError),
    "no envelope": (reply([]), ErpProtocolError),
    "a failure": (Reply(status=500), ErpUnavailableError),
    "too busy": (Reply(status=503, headers={"Retry-After": "7"}), ErpUnavailableError),
    "a refused sign-in": (Reply(status=401), ErpAuthError),
    "a quantity that can't be": (
        reply({"d": {"results": [{"Material": "W", "MatlWrhsStkQtyInMatlBaseUnit": "1E12"}]}}), ErpProtocolError,
    ),
    "a number for a code": (reply({"d": {"results": [{"Material": 123}]}}), ErpProtocolError),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
async def test_no_read_believes_an_answer_that_makes_no_sense(server: SapServer, erp: SapS4, name: str) -> None:
    answer, error = ODD[name]
    server.instead = lambda _: answer
    with pytest.raises(error):
        await erp.stock()


@pytest.mark.parametrize("day", ["2026-02-30", "/Date(99999999999999999)/", "/Date(-62135596800000)/", ""])
async def test_a_date_that_can_not_be_is_refused(server: SapServer, erp: SapS4, day: str) -> None:
    server.order["MfgOrderScheduledEndDate"] = day
    with pytest.raises(ErpProtocolError):
        await erp.orders()


@pytest.mark.parametrize("most_rows", [1, 7, 5_000])
async def test_every_row_is_read_however_few_sap_gives_at_a_time(server: SapServer, erp: SapS4, most_rows: int) -> None:
    server.most_rows = most_rows
    server.more += [{**server.order, "ManufacturingOrder": f"2{n:011d}", "LastChangeDateTime": ""} for n in range(13)]
    numbers = [order.number for order in (await erp.orders()).rows]
    assert numbers == [ORDER, *(f"2{n:011d}" for n in range(13))]


async def test_orders_with_many_parts_are_read_in_answers_of_a_bounded_size(server: SapServer, erp: SapS4) -> None:
    """As broad as SAP's are with all that an order, its operations and its components say."""
    broad = {**server.order, "LastChangeDateTime": "", "more": "x" * 50_000}
    server.more += [{**broad, "ManufacturingOrder": f"2{n:011d}"} for n in range(150)]
    assert len((await erp.orders()).rows) == 151


async def test_the_pages_of_stock_have_an_order_that_tells_all_rows_apart(server: SapServer, erp: SapS4) -> None:
    await erp.stock()
    assert server.asked[-1].query["$orderby"].split(",")[:3] == ["Material", "StorageLocation", "Batch"]


async def test_an_instant_of_change_that_can_not_be_is_refused(server: SapServer, erp: SapS4) -> None:
    row = {**server.order, "LastChangeDateTime": "/Date(999999999999999)/"}
    server.instead = lambda r: reply({"d": {"results": [row]}}) if "A_ProductionOrder_2" in r.path else None
    with pytest.raises(ErpProtocolError, match="LastChangeDateTime"):
        await erp.orders()


def test_a_key_is_a_guid_and_a_reference_of_sixteen_signs_always_the_same() -> None:
    assert guid("k") == guid("k") != guid("l")
    assert len(reference("k")) == 16
    assert reference("k") == reference("k") != reference("l")
