"""B2MML V0700 by file drop and by HTTP, against an ERP of the rig; every message against MESA's own schemas."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from app.domain.erp import Capability, ErpCommand, Outcome
from app.domain.erp_errors import (
    ErpActionRequiredError,
    ErpAuthError,
    ErpOutcomeUnknownError,
    ErpProtocolError,
    ErpRejectedError,
    ErpUnavailableError,
    ErpUnsupportedError,
)
from app.erp.b2mml.adapter import B2mmlErp, by_files, by_web
from app.erp.b2mml.folders import OURS
from app.erp.b2mml.messages import message
from app.erp.differing import difference
from tests.contract.erp_twins import confirm, consume, downtime, move, one_of_each, set_status
from tests.contract.rigs import b2mml_erp as rig
from tests.contract.rigs.b2mml_erp import FolderErp, WebErp
from tests.contract.rigs.b2mml_schema import B2mmlSchemas
from tests.contract.rigs.erp_peer import Reply, insist

NOON, LATER = "2026-11-22T12:00:00Z", "2026-11-22T13:00:00Z"
SENT: list[ErpCommand] = [command for command in one_of_each() if command.key not in ("k-move", "k-standard")]
each_sent = pytest.mark.parametrize("command", SENT, ids=lambda c: type(c).__name__)


@pytest.fixture(scope="module")
def schemas() -> B2mmlSchemas:
    return B2mmlSchemas()


@pytest.fixture
def peer(tmp_path: Path) -> FolderErp:
    for name in ("out", "in"):
        (tmp_path / name).mkdir()
    return FolderErp(outbox=tmp_path / "out", inbox=tmp_path / "in")


@pytest.fixture
async def erp(peer: FolderErp) -> AsyncIterator[B2mmlErp]:
    opened = by_files(str(peer.outbox), str(peer.inbox))
    yield opened
    await opened.aclose()


@pytest.fixture
def web() -> Iterator[WebErp]:
    peer = WebErp()
    with peer.up():
        yield peer


@pytest.fixture
async def by_http(web: WebErp) -> AsyncIterator[B2mmlErp]:
    opened = by_web(f"{web.url}/b2mml", secret=lambda: "word", timeout_s=5.0)
    yield opened
    await opened.aclose()


MESSAGES = [
    *SENT,
    replace(confirm("k-1", scrap="3", final=True), lot="1E5"),
    set_status("k-2", "released"),
    set_status("k-3", "scrapped"),
    replace(set_status("k-4", "hold"), quantity=Decimal("0.1")),
    confirm("k-5", lot="=cmd|' /C calc'!A0"),
    confirm("k-6", lot="a'; DROP TABLE lots;--%_${}{0} <b>&amp;"),
    confirm("k-7", lot="", good="1E+3"),
]


@pytest.mark.parametrize("command", MESSAGES, ids=lambda c: f"{type(c).__name__}-{c.key}")
def test_every_message_is_valid_by_the_schemas(schemas: B2mmlSchemas, command: ErpCommand) -> None:
    name, body = message(command, "k", "Plant 1")
    assert schemas.faults_of(body) == []
    assert f"<{name} ".encode() in body


@each_sent
def test_a_message_with_an_answer_is_valid_too(schemas: B2mmlSchemas, command: ErpCommand) -> None:
    _, body = message(command, "k.2", "Plant 1", {"period": "yes <b>"})
    assert schemas.faults_of(body) == []
    said = b"<Code>Answered</Code><ReasonCode>period</ReasonCode><Reason>yes &lt;b&gt;</Reason>"
    assert b"<ActionCriteria><ChangeStatus>" + said in body


def test_the_schemas_would_see_a_wrong_message(schemas: B2mmlSchemas) -> None:
    _, body = message(confirm("k"), "k", "Plant 1")
    assert schemas.faults_of(body.replace(b"Endtime>", b"EndTime>"))
    assert schemas.faults_of(body.replace(b">Produced<", b">Scrap<"))


def test_what_the_rig_says_is_valid_too(schemas: B2mmlSchemas) -> None:
    for body in (
        rig.confirm_bod("k"),
        rig.confirm_bod("k", "Rejected", "no"),
        rig.confirm_bod("k", "Rejected", "Post to the next period?", asks="period"),
        rig.acknowledge("k", "L"),
        rig.schedule("b", NOON),
        rig.materials("b", NOON, "A"),
        rig.lots("b", NOON, rig.lot("L", "Restricted")),
        rig.lots("b", NOON, rig.lot("L", "UnRestricted"), verb="Show"),
    ):
        assert schemas.faults_of(body) == []


def test_scrap_and_time_worked_are_in_the_confirmation() -> None:
    _, body = message(confirm("k", good="1E+3", scrap="0.5", lot="000123"), "k", "Plant 1")
    written = body.decode()
    assert '<MaterialUse OtherValue="Scrap">Other</MaterialUse>' in written
    assert "<QuantityString>1000</QuantityString>" in written
    assert "<QuantityString>0.5</QuantityString>" in written
    assert written.count("<MaterialLotID>000123</MaterialLotID>") == 2
    assert "PT420S" in written


@each_sent
async def test_a_posting_is_unknown_until_the_receipt_came(peer: FolderErp, erp: B2mmlErp, command: ErpCommand) -> None:
    key = command.key
    assert await erp.find(key) is None
    assert (await erp.post(command)).outcome is Outcome.ACCEPTED
    waiting = await erp.find(key)
    assert waiting is not None
    assert waiting.outcome is Outcome.ACCEPTED
    peer.take()
    found = await erp.find(key)
    assert found is not None
    assert found.outcome is Outcome.ALREADY_APPLIED
    assert found.refs == {"document": f"DOC-{key}-Accepted"}
    assert (await erp.post(command)).refs == found.refs
    assert peer.booked == [key]


async def test_an_acknowledge_names_the_erps_document(peer: FolderErp, erp: B2mmlErp) -> None:
    await erp.post(set_status("k", "hold"))
    peer.take(receipts=False)
    peer.drop("ack.xml", rig.acknowledge("k", "4480-A"))
    found = await erp.find("k")
    assert found is not None
    assert found.refs == {"document": "4480-A"}


async def test_a_message_that_the_erp_took_away_is_not_dropped_again(peer: FolderErp, erp: B2mmlErp) -> None:
    await erp.post(confirm("k"))
    peer.take(receipts=False)
    assert (await erp.post(confirm("k"))).outcome is Outcome.ACCEPTED
    again = by_files(str(peer.outbox), str(peer.inbox))
    assert (await again.post(confirm("k"))).outcome is Outcome.ACCEPTED
    await again.aclose()
    assert peer.waiting() == []
    assert peer.booked == ["k"]


@pytest.mark.parametrize("ended", ["before anything", "after the draft", "after the note"])
async def test_wherever_the_program_ends_a_message_is_dropped_once(peer: FolderErp, erp: B2mmlErp, ended: str) -> None:
    await erp.post(confirm("k"))
    ours, dropped = peer.outbox / OURS, peer.waiting()[0]
    if ended == "before anything":
        dropped.unlink()
        shutil.rmtree(ours)
    else:
        note = next(ours.glob("sent-*"))
        dropped.rename(ours / note.name.replace("sent-", "draft-"))
        if ended == "after the draft":
            note.unlink()
    assert peer.waiting() == []
    assert await erp.find("k") is None
    await insist(erp, confirm("k"))
    await insist(erp, confirm("k"))
    assert len(peer.take()) == 1
    assert list(ours.glob("draft-*")) == []


async def test_a_refusal_has_the_erps_words_and_may_be_sent_again_once_mended(peer: FolderErp, erp: B2mmlErp) -> None:
    peer.refuses = "Period 11 is closed"
    await erp.post(confirm("k"))
    peer.take()
    with pytest.raises(ErpRejectedError, match="Period 11 is closed"):
        await erp.find("k")
    peer.refuses = ""
    assert (await erp.post(confirm("k"))).outcome is Outcome.ACCEPTED
    assert (await erp.post(confirm("k"))).outcome is Outcome.ACCEPTED
    peer.take()
    found = await erp.find("k")
    assert found is not None
    assert found.outcome is Outcome.ALREADY_APPLIED
    assert peer.booked == ["k", "k.2"]


@each_sent
async def test_a_question_of_the_erp_goes_to_a_person_and_the_answer_back_with_the_posting(
    peer: FolderErp, erp: B2mmlErp, command: ErpCommand
) -> None:
    await erp.post(command)
    peer.take(receipts=False)
    peer.drop("asked.xml", rig.confirm_bod(command.key, "Rejected", "Post to the next period?", asks="period"))
    for asked in (erp.find(command.key), erp.post(command), erp.post(command, {"other": "yes"})):
        with pytest.raises(ErpActionRequiredError, match="Post to the next period") as caught:
            await asked
        assert caught.value.token == "period"
    assert peer.waiting() == []
    assert (await erp.post(command, {"period": "yes"})).outcome is Outcome.ACCEPTED
    [sent] = peer.take()
    assert b"<ReasonCode>period</ReasonCode><Reason>yes</Reason>" in sent
    assert (await erp.post(command, {"period": "yes"})).outcome is Outcome.ALREADY_APPLIED
    assert peer.booked == [command.key, f"{command.key}.2"]


async def test_what_the_erp_took_with_changes_is_not_what_was_posted(peer: FolderErp, erp: B2mmlErp) -> None:
    command = confirm("k")
    await erp.post(command)
    peer.take(receipts=False)
    peer.drop("changed.xml", rig.confirm_bod("k", "Modified", "Rounded to whole pallets."))
    found = await erp.find("k")
    assert found is not None
    assert difference(command, found) == "The ERP took it with changes (DOC-k-Modified): Rounded to whole pallets."


async def test_an_answer_without_a_word_of_acceptance_is_none(peer: FolderErp, erp: B2mmlErp) -> None:
    await erp.post(confirm("k"))
    peer.take(receipts=False)
    peer.drop("r.xml", rig.confirm_bod("k", "Perhaps"))
    with pytest.raises(ErpRejectedError, match="neither accepted nor rejected"):
        await erp.find("k")


async def test_one_key_for_two_postings_is_refused(peer: FolderErp, erp: B2mmlErp) -> None:
    await erp.post(confirm("k", good="1"))
    with pytest.raises(ErpProtocolError, match="already stands for another posting"):
        await erp.post(confirm("k", good="2"))
    assert len(peer.waiting()) == 1


async def test_what_b2mml_has_no_message_for_is_kept_in_lineside(peer: FolderErp, erp: B2mmlErp) -> None:
    with pytest.raises(ErpUnsupportedError):
        await erp.post(move("k"))
    with pytest.raises(ErpRejectedError, match="control character"):
        await erp.post(confirm("k", lot="TAB\t=1"))
    assert peer.waiting() == []
    assert Capability.MOVE not in erp.capabilities


async def test_orders_materials_lots_and_stock_come_from_the_inbox(peer: FolderErp, erp: B2mmlErp) -> None:
    peer.drop("schedule.xml", rig.schedule("s-1", NOON))
    peer.drop("materials.xml", rig.materials("m-1", NOON, "W-050", "CAP-28"))
    peer.drop("lots.xml", rig.lots("l-1", NOON, rig.lot("000123", "Restricted"), rig.lot("1E5", "UnRestricted")))
    order = (await erp.orders()).rows[0]
    assert (order.number, order.product, order.line, order.quantity) == ("WO-1", "W-050", "L1", Decimal(100))
    assert (order.components[0].product, order.components[0].quantity) == ("CAP-28", Decimal("2.5"))
    assert order.start_at.isoformat() == "2026-11-22T06:00:00+01:00"
    assert [(p.code, p.unit) for p in (await erp.products()).rows] == [("W-050", "EA"), ("CAP-28", "EA")]
    assert [(lot.number, lot.status) for lot in (await erp.lots()).rows] == [("000123", "hold"), ("1E5", "released")]
    assert [(s.product, s.location, s.quantity) for s in (await erp.stock()).rows] == [("CAP-28", "Store", Decimal(10))]
    assert (await erp.demand()).rows == ()
    assert (await erp.probe()).product == "B2MML"


async def test_a_message_twice_counts_once_and_an_older_one_never_undoes_a_newer_one(
    peer: FolderErp, erp: B2mmlErp
) -> None:
    peer.drop("a.xml", rig.lots("newer", LATER, rig.lot("L", "UnRestricted")))
    peer.drop("b.xml", rig.lots("older", NOON, rig.lot("L", "Restricted")))
    peer.drop("c.xml", rig.lots("older", NOON, rig.lot("L", "Restricted")))
    assert [lot.status for lot in (await erp.lots()).rows] == ["released"]
    peer.drop("d.xml", rig.lots("older", NOON, rig.lot("L", "UnRestricted")))
    with pytest.raises(ErpProtocolError, match="BODID older for two messages"):
        await erp.lots()


async def test_what_the_erp_deletes_or_no_longer_shows_is_gone(peer: FolderErp, erp: B2mmlErp) -> None:
    peer.drop("a.xml", rig.lots("1", "2026-11-22T10:00:00Z", rig.lot("A", "UnRestricted"), rig.lot("B", "Restricted")))
    peer.drop("b.xml", rig.lots("2", "2026-11-22T11:00:00Z", "<ID>A</ID>", code="Delete"))
    assert [lot.number for lot in (await erp.lots()).rows] == ["B"]
    peer.drop("c.xml", rig.lots("3", NOON, rig.lot("C", "UnRestricted"), verb="Show"))
    assert [lot.number for lot in (await erp.lots()).rows] == ["C"]


async def test_lots_that_could_be_taken_for_one_another_are_reported(peer: FolderErp, erp: B2mmlErp) -> None:
    path = peer.drop(
        "a.xml", rig.lots("1", NOON, rig.lot("\u00e9-1", "Restricted"), rig.lot("e\u0301-1", "UnRestricted"))
    )
    with pytest.raises(ErpProtocolError, match="two lots that both read"):
        await erp.lots()
    path.unlink()


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><SyncMaterialLot>&b;</SyncMaterialLot>'
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY x SYSTEM "secret.txt">]><SyncMaterialLot>&x;</SyncMaterialLot>'
BAD = {
    "an entity bomb": (BOMB, "document type or entities"),
    "an entity from outside": (OUTSIDE, "document type or entities"),
    "a document type": (b"<!DOCTYPE html><html/>", "document type or entities"),
    "a web page": (b"<html><body>Error</body></html>", "none of B2MML"),
    "half a message": (rig.schedule("b", NOON)[:-20], "no sound XML"),
    "nothing": (b"", "no sound XML"),
    "ten thousand levels": (b"<a>" * 10_000, "more elements"),
    "a day that is none": (rig.schedule("b", NOON, start="2026-02-30T06:00:00Z"), "is no time"),
    "a time without a zone": (rig.schedule("b", NOON, start="2026-02-28T06:00:00"), "no time zone"),
    "the year one": (rig.schedule("b", NOON, start="0001-01-01T00:00:00Z"), "before 1970"),
    "less than nothing": (rig.schedule("b", NOON, quantity="-5"), "can't be"),
    "more than there is": (rig.schedule("b", NOON, quantity="1000000000000"), "can't be"),
    "no number": (rig.schedule("b", NOON, quantity="NaN"), "can't be"),
    "a word for a quantity": (rig.schedule("b", NOON, quantity="many"), "is no quantity"),
}


@pytest.mark.parametrize("what", BAD)
async def test_a_message_that_makes_no_sense_is_named_and_takes_nothing_along(
    peer: FolderErp, erp: B2mmlErp, what: str
) -> None:
    body, said = BAD[what]
    await erp.post(confirm("k"))
    peer.take()
    path = peer.drop("odd.xml", body)
    with pytest.raises(ErpProtocolError, match=said):
        await erp.orders()
    found = await erp.find("k")
    assert found is not None
    path.unlink()
    assert (await erp.orders()).rows == ()


NAMES = ["CON.xml", "com1.orders.XML", "tab\tbed.xml", "a" * 200 + ".xml", "ä.xml", ".hidden.xml", "a b.xml"]


@pytest.mark.parametrize("name", NAMES)
async def test_a_file_with_an_odd_name_is_refused_by_name(peer: FolderErp, erp: B2mmlErp, name: str) -> None:
    peer.drop(name, rig.schedule("b", NOON))
    with pytest.raises(ErpProtocolError, match="name"):
        await erp.orders()


async def test_links_and_pipes_in_the_inbox_are_refused_and_never_followed(peer: FolderErp, erp: B2mmlErp) -> None:
    outside = peer.inbox.parent / "secret"
    outside.write_bytes(rig.schedule("b", NOON))
    link = peer.inbox / "link.xml"
    link.symlink_to(outside)
    with pytest.raises(ErpProtocolError, match="is a link"):
        await erp.orders()
    link.unlink()
    os.mkfifo(peer.inbox / "pipe.xml")
    with pytest.raises(ErpProtocolError, match="no plain file"):
        await erp.orders()


async def test_a_posting_of_any_key_stays_in_the_outbox_folder(peer: FolderErp, erp: B2mmlErp) -> None:
    for key in ("../../x", "CON", "a" * 300, "A", "a", "site/L1 ?é"):
        await erp.post(confirm(key))
    assert len(peer.waiting()) == 6
    assert sorted(p.name for p in peer.outbox.parent.iterdir()) == ["in", "out"]


async def test_folders_that_are_gone_are_an_outage_and_are_never_made(peer: FolderErp, erp: B2mmlErp) -> None:
    peer.outbox.rename(peer.outbox.with_name("away"))
    for ask in (erp.probe(), erp.post(confirm("k"))):
        with pytest.raises(ErpUnavailableError):
            await ask
    assert not peer.outbox.exists()
    peer.outbox.with_name("away").rename(peer.outbox)
    shutil.rmtree(peer.inbox)
    with pytest.raises(ErpUnavailableError):
        await erp.orders()


@each_sent
async def test_by_http_every_answer_may_be_lost_once(web: WebErp, by_http: B2mmlErp, command: ErpCommand) -> None:
    web.lose_each = True
    receipt = await insist(by_http, command)
    assert receipt.outcome is Outcome.ALREADY_APPLIED
    assert web.booked == [command.key]


async def test_by_http_an_answer_that_comes_late_is_asked_for(web: WebErp, by_http: B2mmlErp) -> None:
    web.late = True
    assert (await by_http.post(confirm("k"))).outcome is Outcome.ACCEPTED
    found = await by_http.find("k")
    assert found is not None
    assert found.refs == {"document": "DOC-k-Accepted"}
    web.refuses, web.late = "No such order", False
    with pytest.raises(ErpRejectedError, match="No such order"):
        await by_http.post(consume("k-2"))


async def test_by_http_reads_come_as_show_messages(web: WebErp, by_http: B2mmlErp) -> None:
    assert (await by_http.orders()).rows == ()
    web.shows["MaterialLot"] = rig.lots("1", NOON, rig.lot("000123", "Restricted"), verb="Show")
    assert [(row.number, row.status) for row in (await by_http.lots()).rows] == [("000123", "hold")]
    web.shows["MaterialLot"] = BOMB
    with pytest.raises(ErpProtocolError, match="entities"):
        await by_http.lots()


async def test_by_http_another_posts_answer_or_a_web_page_is_not_believed(web: WebErp, by_http: B2mmlErp) -> None:
    web.instead = lambda request: None if request.method == "GET" else Reply(body=rig.confirm_bod("other"))
    with pytest.raises(ErpProtocolError, match="not about our message"):
        await by_http.post(confirm("k"))
    web.instead = lambda request: None if request.method == "GET" else Reply(body=b"<html/>", kind="text/html")
    with pytest.raises(ErpProtocolError):
        await by_http.post(confirm("k-2"))
    web.instead = lambda request: None if request.method == "GET" else Reply(status=500)
    with pytest.raises(ErpOutcomeUnknownError):
        await by_http.post(downtime("k-3"))


async def test_by_http_a_wrong_secret_stops_everything(web: WebErp) -> None:
    erp = by_web(web.url, secret=lambda: "wrong")
    with pytest.raises(ErpAuthError):
        await erp.probe()
    await erp.aclose()
