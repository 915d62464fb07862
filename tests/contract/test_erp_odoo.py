"""Odoo 14 … 19 against the contract server: JSON-RPC and JSON-2, its windows, its scrap, and every answer lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from app.domain.erp import ErpCommand, Outcome, SetLotStatus
from app.domain.erp_errors import (
    ErpActionRequiredError,
    ErpAuthError,
    ErpOutcomeUnknownError,
    ErpProtocolError,
    ErpRejectedError,
    ErpUnavailableError,
    ErpUnsupportedError,
)
from app.erp.odoo.adapter import Odoo
from tests.contract.erp_twins import LotStatus, confirm, consume, downtime, move, set_status
from tests.contract.rigs.erp_peer import Reply, caught_up, insist, losing_each, reply
from tests.contract.rigs.odoo_server import QUARANTINE, STOCK, OdooServer

VERSIONS = (14, 17, 19)
CLOSE = {"mrp.production.backorder": "close"}


def opened(server: OdooServer, secret: str = "word", timeout_s: float = 5.0) -> Odoo:
    return Odoo(server.url, "plant", server.version, lambda: secret, user="robot", timeout_s=timeout_s)


@pytest.fixture(params=VERSIONS)
def server(request: pytest.FixtureRequest) -> Iterator[OdooServer]:
    peer = OdooServer(request.param)
    with peer.up():
        yield peer


@pytest.fixture
async def erp(server: OdooServer) -> AsyncIterator[Odoo]:
    adapter = opened(server)
    yield adapter
    await adapter.aclose()


def hold(key: str, status: LotStatus = "hold") -> SetLotStatus:
    return set_status(key, status, lot="CAP-28-1", product="CAP-28")


def effects(server: OdooServer) -> dict[str, object]:
    """What the postings below have done to the books."""
    return {
        "made": server.rows["mrp.production"][1]["qty_producing"],
        "state": server.rows["mrp.production"][1]["state"],
        "scrap": sorted((row["scrap_qty"], row["state"]) for row in server.all("stock.scrap")),
        "times": len(server.all("mrp.workcenter.productivity")),
        "lines": len(server.all("stock.move.line")),
        "transfers": len(server.all("stock.picking")),
        "quarantine": server.lying("CAP-28-1", QUARANTINE),
        "lots": sorted(row["name"] for row in server.all(server.lot_model)),
        "notes": len(server.all("ir.attachment")),
    }


FLOW: list[ErpCommand] = [
    confirm("k-1", good="100", scrap="2"),
    consume("k-2", quantity="5"),
    confirm("k-3", good="50", scrap="1", final=True),
    downtime("k-4"),
    hold("k-5"),
    hold("k-6", "released"),
    hold("k-7"),
]
DONE = {
    "made": 153.0, "state": "done", "scrap": [(1.0, "done"), (2.0, "done")], "times": 3, "lines": 4, "transfers": 3,
    "quarantine": 16.0, "lots": ["4480-A", "CAP-28-1"], "notes": 7,
}  # fmt: skip


async def test_the_whole_flow_is_booked_and_found(server: OdooServer, erp: Odoo) -> None:
    for command in FLOW:
        assert await erp.find(command.key) is None
        receipt = await erp.post(command, CLOSE)
        assert receipt.outcome is Outcome.APPLIED
        assert receipt.refs["document"]
        found = await erp.find(command.key)
        assert found is not None
        assert found.refs == receipt.refs
        assert (await erp.post(command, CLOSE)).outcome is Outcome.ALREADY_APPLIED
    assert effects(server) == DONE
    assert server.lying("4480-A", STOCK) == 150.0


async def test_with_every_answer_lost_once_each_effect_is_there_once(server: OdooServer, erp: Odoo) -> None:
    server.lose_each = True
    for command in FLOW:
        await insist(erp, command, CLOSE, most=400)
    assert effects(server) == DONE
    assert server.lying("4480-A", STOCK) == 150.0


async def test_whichever_answer_is_lost_each_effect_is_there_once() -> None:
    expected = {**DONE, "times": 2, "lines": 1, "transfers": 1, "notes": 3}
    async for lost, peer in losing_each(lambda: OdooServer(17), opened, (FLOW[0], FLOW[2], FLOW[4]), CLOSE):
        assert effects(peer) == expected, lost


async def test_a_window_in_place_of_the_deed_goes_to_a_person_with_odoos_question(
    server: OdooServer, erp: Odoo
) -> None:
    with pytest.raises(ErpActionRequiredError, match="Order the rest later, or close") as caught:
        await erp.post(confirm("k", final=True))
    assert caught.value.token == "mrp.production.backorder"
    assert server.rows["mrp.production"][1]["state"] == "confirmed"
    assert await erp.find("k") is None
    with pytest.raises(ErpActionRequiredError):
        await erp.post(confirm("k", final=True), {caught.value.token: "perhaps"})
    await erp.post(confirm("k", final=True), {caught.value.token: "close"})
    assert (server.rows["mrp.production"][1]["state"], effects(server)["made"]) == ("done", 100.0)


async def test_a_quantity_that_somebody_changed_meanwhile_is_never_overwritten(server: OdooServer, erp: Odoo) -> None:
    await erp.post(confirm("k-1", good="100"))
    server.lose = lambda _: len(server.all("ir.attachment")) == 2
    with pytest.raises(ErpOutcomeUnknownError):
        await erp.post(confirm("k-2", good="10"))
    server.lose = lambda _: False
    server.rows["mrp.production"][1]["qty_producing"] = 70.0  # somebody's, between our note and our write
    with pytest.raises(ErpActionRequiredError, match="somebody changed it") as caught:
        await erp.post(confirm("k-2", good="10"))
    await erp.post(confirm("k-2", good="10"), {caught.value.token: "add"})
    assert effects(server)["made"] == 80.0


async def test_a_hold_moves_only_what_is_there(server: OdooServer, erp: Odoo) -> None:
    await erp.post(hold("k-1"))
    assert [(row.number, row.status) for row in (await erp.lots()).rows] == [("CAP-28-1", "hold")]
    with pytest.raises(ErpRejectedError, match="0 of lot CAP-28-1 lie in WH/Stock"):
        await erp.post(hold("k-2"))
    with pytest.raises(ErpRejectedError, match=r"16\.0 of lot"):
        await erp.post(replace(hold("k-3", "released"), quantity=Decimal(17)))
    await erp.post(hold("k-4", "released"))
    assert [row.status for row in (await erp.lots()).rows] == ["released"]
    await erp.post(hold("k-5"))
    await erp.post(hold("k-6", "scrapped"))
    assert await erp.find("k-6") is not None
    assert server.lying("CAP-28-1", QUARANTINE) == 0


async def test_reads_are_the_ports_nouns(erp: Odoo) -> None:
    info = await erp.probe()
    assert info.product == "Odoo"
    assert [(row.code, row.unit) for row in (await erp.products()).rows] == [("W-050", "EA"), ("CAP-28", "EA")]
    await erp.post(confirm("k", good="0.1", scrap="0.2", lot="000123"))
    order = (await erp.orders()).rows[0]
    assert (order.number, order.line, order.quantity) == ("WO-10482", "L1.filler", Decimal(1000))
    assert (round(order.good, 6), order.scrap) == (Decimal("0.1"), Decimal("0.2"))
    assert order.start_at.isoformat() == "2026-11-22T05:00:00+00:00"
    assert [(part.product, part.quantity) for part in order.components] == [("CAP-28", Decimal("2.5"))]
    assert [row.number for row in (await erp.lots()).rows] == ["CAP-28-1", "000123"]
    assert [(row.location, row.quantity) for row in (await erp.stock()).rows] == [("WH/Stock", Decimal(16))]
    sale = (await erp.demand()).rows[0]
    assert (sale.customer, sale.quantity, sale.due_at.hour) == ("Nordmarkt", Decimal(500), 11)


async def test_only_what_changed_is_read_again(server: OdooServer, erp: Odoo) -> None:
    """And what came last, which may have been written while it was read."""
    order = server.rows["mrp.production"][1]
    server.add("mrp.production", 2, **{**order, "id": 2, "name": "WO-10483"})
    server.add("mrp.production", 3, **{**order, "id": 3, "name": "WO-10484"})
    server.add(server.lot_model, 2, name="CAP-28-2", product_id=2)
    again = await caught_up(erp, lambda: erp.post(confirm("k-1", good="100", scrap="2")))
    assert (again["products"], again["orders"]) == (("CAP-28",), ("WO-10482", "WO-10484"))
    assert "4480-A" in again["lots"]
    again = await caught_up(erp, lambda: erp.post(hold("k-2")))
    assert (again["orders"], again["lots"]) == (("WO-10482",), ("CAP-28-1", "4480-A"))


REFUSED = {
    "unknown order": (confirm("k", order="WO-1"), "Order WO-1 is unknown"),
    "another unit": (replace(confirm("k"), unit="crates"), "is kept in EA, not in crates"),
    "no component": (consume("k", product="W-050"), "is no component"),
    "unknown lot": (consume("k", lot="X"), "Lot X is unknown"),
    "nothing consumed": (consume("k", quantity="0"), "is 0"),
    "unknown machine": (replace(downtime("k"), machine="L9"), "Work centre L9 is unknown"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_odoo_can_not_book_is_refused_before_anything_is_done(
    server: OdooServer, erp: Odoo, name: str
) -> None:
    command, said = REFUSED[name]
    before = effects(server)
    with pytest.raises(ErpRejectedError, match=said):
        await erp.post(command)
    assert effects(server) == before
    assert await erp.find("k") is None


HOSTILE = ["000123", "1E5", "=cmd|' /C calc'!A0", "a'; DROP TABLE lots;--%_${}{0}%s", " x ", "n" * 300]


@pytest.mark.parametrize("lot", HOSTILE)
async def test_lot_numbers_stay_as_they_are_written(server: OdooServer, erp: Odoo, lot: str) -> None:
    await erp.post(confirm("k", lot=lot))
    assert [row["name"] for row in server.all(server.lot_model)] == ["CAP-28-1", lot]
    assert lot in [row.number for row in (await erp.lots()).rows]


async def test_one_key_for_two_postings_is_refused(erp: Odoo) -> None:
    await erp.post(confirm("k", good="1"))
    with pytest.raises(ErpProtocolError, match="already stands for another posting"):
        await erp.post(confirm("k", good="2"))
    with pytest.raises(ErpUnsupportedError):
        await erp.post(move("k-2"))


async def test_odoos_own_words_come_through(server: OdooServer, erp: Odoo) -> None:
    server.fail = "The period is closed. <b>Ask accounting</b>"
    with pytest.raises(ErpRejectedError, match="The period is closed"):
        await erp.post(confirm("k"))


async def test_a_wrong_password_is_tried_once_and_stops_everything(server: OdooServer) -> None:
    erp = opened(server, secret="wrong")
    with pytest.raises(ErpAuthError):
        await erp.products()
    assert len(server.asked) == 1
    await erp.aclose()


ODD = {
    "a web page": (Reply(body=b"<html>", kind="text/html"), ErpProtocolError),
    "half a JSON": (Reply(body=b'{"result": '), ErpProtocolError),
    "a number for rows": (reply({"result": 5}), ErpProtocolError),
    "a failure of the server": (Reply(status=502, body=b"<html>", kind="text/html"), ErpUnavailableError),
    "too busy": (Reply(status=429), ErpUnavailableError),
    "packed": (Reply(body=b"\x1f\x8b", headers={"Content-Encoding": "gzip"}), ErpProtocolError),
}


@pytest.mark.parametrize("name", ODD)
async def test_no_read_believes_an_answer_that_makes_no_sense(server: OdooServer, erp: Odoo, name: str) -> None:
    answer, error = ODD[name]
    await erp.products()
    server.instead = lambda _: answer
    with pytest.raises(error):
        await erp.orders()


async def test_another_version_than_the_plant_file_says_is_noticed(server: OdooServer) -> None:
    erp = Odoo(server.url, "plant", 18 if server.version < 19 else 20, lambda: "word", user="robot")
    with pytest.raises(ErpProtocolError, match="the plant file says"):
        await erp.probe()
    await erp.aclose()
