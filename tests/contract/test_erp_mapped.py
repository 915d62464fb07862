"""The mapped ERP, by CSV files and by REST: what the plant file maps, what it may not, and every answer lost."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.domain.erp import Capability, ErpCommand, Outcome
from app.domain.erp_errors import (
    ErpActionRequiredError,
    ErpAuthError,
    ErpProtocolError,
    ErpRejectedError,
    ErpUnavailableError,
    ErpUnsupportedError,
)
from app.domain.plant import ErpLink
from app.erp.mapped import table
from app.erp.mapped.adapter import Mapped
from app.erp.registry import Value, check_settings
from tests.contract.erp_twins import confirm, consume, downtime, move, one_of_each, set_status
from tests.contract.rigs.erp_peer import Peer, Reply, Request, insist, reply
from tests.unit.plant.small import SMALL, checked

MAPPING: dict[str, Value] = {
    "time_zone": "Europe/Vienna",
    "orders.from": "orders.csv", "orders.number": "OrderNo", "orders.product": "Item", "orders.line": "Line",
    "orders.quantity": "Qty", "orders.unit": "UoM", "orders.start_at": "Start", "orders.due_at": "Due",
    "orders.state": "Status", "orders.state.running": "R",
    "lots.from": "lots.csv", "lots.number": "Lot", "lots.product": "Item", "lots.quantity": "Qty", "lots.unit": "UoM",
    "lots.status": "Q", "lots.status.hold": "BLOCKED",
    "confirm_production.to": "confirmations", "confirm_production.key": "Id", "confirm_production.order": "OrderNo",
    "confirm_production.good": "Yield", "confirm_production.scrap": "Scrap", "confirm_production.lot": "Lot",
    "confirm_production.run_s": "Seconds", "confirm_production.final": "Final",
    "consume_material.to": "consumption", "consume_material.key": "Id", "consume_material.order": "OrderNo",
    "consume_material.product": "Item", "consume_material.quantity": "Qty", "consume_material.lot": "Lot",
    "set_lot_status.to": "holds", "set_lot_status.key": "Id", "set_lot_status.lot": "Lot",
    "set_lot_status.status": "Status", "record_downtime.to": "stops", "record_downtime.key": "Id",
    "record_downtime.machine": "Machine", "record_downtime.start_at": "From", "record_downtime.end_at": "To",
}  # fmt: skip
ORDERS = "OrderNo;Item;Line;Qty;UoM;Start;Due;Status\r\n000123;W-050;L1;1000;EA;{};2026-11-22 14:00;R\r\n"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    outbox, inbox = tmp_path / "out", tmp_path / "in"
    outbox.mkdir()
    inbox.mkdir()
    return outbox, inbox


@pytest.fixture
async def erp(folders: tuple[Path, Path]) -> AsyncIterator[Mapped]:
    adapter = Mapped(lambda: "word", **MAPPING, outbox=str(folders[0]), inbox=str(folders[1]))
    yield adapter
    await adapter.aclose()


class RestErp(Peer):
    """Books each Idempotency-Key once."""

    def __init__(self) -> None:
        super().__init__()
        self.booked: dict[str, object] = {}
        self.refuse = ""
        self.asks = ""
        self.lots = [lot_row("000123", "2026-11-22T06:00:00Z")]

    def changes(self, request: Request) -> bool:
        return True

    def answer(self, request: Request) -> Reply:
        if request.headers.get("authorization") != "Bearer word":
            return Reply(status=401)
        if request.method == "POST":
            key = request.headers["idempotency-key"]
            if self.asks and not request.json["Answer"]:
                return reply({"key": key, "status": "question", "asked": "period", "message": self.asks}, 428)
            if self.refuse:
                return reply({"key": key, "status": "rejected", "message": self.refuse}, 422)
            self.booked.setdefault(key, request.json)
            return reply(self._word(key))
        key = request.path.removeprefix("/erp/postings/")
        if request.path == "/erp/lots":
            return reply([row for row in self.lots if str(row["At"]) > request.query.get("after", "")])
        return reply(self._word(key)) if key in self.booked else reply({}, 404)

    def _word(self, key: str) -> dict[str, str]:
        return {"key": key, "status": "accepted", "document": f"D-{list(self.booked).index(key)}"}


def lot_row(number: str, at: str) -> dict[str, object]:
    return {"Lot": number, "Item": "W", "Qty": 0.1, "UoM": "EA", "Q": "BLOCKED", "At": at}


@pytest.fixture
def server() -> Iterator[RestErp]:
    peer = RestErp()
    with peer.up():
        yield peer


@pytest.fixture
async def rest(server: RestErp) -> AsyncIterator[Mapped]:
    settings = MAPPING | {"url": f"{server.url}/erp", "lots.from": "lots"}
    adapter = Mapped(lambda: "word", **settings)
    yield adapter
    await adapter.aclose()


ANSWERS: dict[str, Value] = {"confirm_production.answer": "Answer", "confirm_production.asked": "Question"}


async def test_by_rest_a_question_goes_to_a_person_and_the_answer_back_with_the_posting(server: RestErp) -> None:
    erp = Mapped(lambda: "word", **(MAPPING | ANSWERS | {"url": f"{server.url}/erp"}))
    server.asks = "Post to the next period?"
    with pytest.raises(ErpActionRequiredError, match="next period") as caught:
        await erp.post(confirm("k"))
    assert (await erp.post(confirm("k"), {caught.value.token: "yes"})).outcome is Outcome.APPLIED
    booked = server.booked["k"]
    assert isinstance(booked, dict)
    assert (booked["Answer"], booked["Question"]) == ("yes", "period")
    await erp.aclose()


async def test_by_files_a_question_goes_to_a_person_and_the_answer_back_with_the_posting(
    folders: tuple[Path, Path],
) -> None:
    erp = Mapped(lambda: "word", **(MAPPING | ANSWERS), outbox=str(folders[0]), inbox=str(folders[1]))
    await erp.post(confirm("k"))
    asked = "key;status;asked;document;message\nk;question;period;;Post to the next period?\n"
    (folders[1] / "receipt-k.csv").write_text(asked)
    for again in (erp.find("k"), erp.post(confirm("k")), erp.post(confirm("k"), {"other": "yes"})):
        with pytest.raises(ErpActionRequiredError, match="next period"):
            await again
    await erp.post(confirm("k"), {"period": "yes"})
    first, second = sorted(path.read_text("utf-8-sig") for path in folders[0].glob("*.csv"))
    assert ('"yes";"period"' in first, '"yes";"period"' in second) in ((True, False), (False, True))
    (folders[1] / "receipt-k.2.csv").write_text("key;status;document;message\nk.2;accepted;4712;\n")
    found = await erp.find("k")
    assert found is not None
    assert found.refs == {"document": "4712"}
    await erp.aclose()


CHANGES: dict[str, Value] = {"lots.changes": "lots?after={since}", "lots.changed_at": "At"}


async def test_by_rest_only_what_changed_is_read_again_where_that_is_mapped(server: RestErp) -> None:
    """And what came last, which may have been written while it was read."""
    erp = Mapped(lambda: "word", **(MAPPING | CHANGES | {"url": f"{server.url}/erp", "lots.from": "lots"}))
    unmapped = Mapped(lambda: "word", **(MAPPING | {"url": f"{server.url}/erp", "lots.from": "lots"}))
    server.lots.append(lot_row("000124", "2026-11-22T06:10:00Z"))
    before = await erp.lots()
    server.lots.append(lot_row("000125", "2026-11-22T08:00:00+01:00"))
    changed = await erp.lots(before.cursor)
    assert ([row.number for row in changed.rows], changed.complete) == (["000124", "000125"], False)
    assert server.asked[-1].query == {"after": "2026-11-22T06:08:00Z"}
    assert ((await unmapped.lots("")).complete, (await unmapped.lots("")).cursor) == (True, "")
    await erp.aclose()
    await unmapped.aclose()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"lots.changes": "lots?after={since}"}, "needs lots.changed_at too"),
        ({"lots.changes": "lots", "lots.changed_at": "At"}, "needs {since} in it"),
        ({**CHANGES, "inbox": "/in", "outbox": "/out"}, "is for REST"),
        ({"confirm_production.changes": "x"}, "is no field of confirm_production"),
    ],
)
def test_a_read_of_changes_is_mapped_whole(settings: dict[str, Value], said: str) -> None:
    way = {} if "inbox" in settings else {"url": "https://erp.example"}
    faults = check_settings(ErpLink(adapter="mapped", settings={**MAPPING, **settings, **way}))
    assert [said in fault for fault in faults] == [True], faults


SENT = [command for command in one_of_each() if command.key not in ("k-move", "k-standard")]
each_sent = pytest.mark.parametrize("command", SENT, ids=lambda c: type(c).__name__)


@each_sent
async def test_by_rest_every_answer_may_be_lost_once(server: RestErp, rest: Mapped, command: ErpCommand) -> None:
    server.lose_each = True
    await insist(rest, command)
    receipt = await rest.post(command)
    assert receipt.outcome is Outcome.ALREADY_APPLIED
    assert list(server.booked) == [command.key]


async def test_by_rest_fields_are_called_what_the_plant_file_says(server: RestErp, rest: Mapped) -> None:
    await rest.post(confirm("k", good="1E+3", lot="000123"))
    assert server.booked["k"] == {
        "Id": "k", "OrderNo": "WO-10482", "Yield": "1000", "Scrap": "0", "Lot": "000123", "Seconds": "420",
        "Final": "false",
    }  # fmt: skip
    lot = (await rest.lots()).rows[0]
    assert (lot.number, lot.status, str(lot.quantity)) == ("000123", "hold", "0.1")
    server.refuse = "Period is closed"
    with pytest.raises(ErpRejectedError, match="Period is closed"):
        await rest.post(confirm("k-2"))


ODD = {
    "a web page": (Reply(body=b"<html>", kind="text/html"), ErpProtocolError),
    "another posting": (reply({"key": "x", "status": "accepted"}), ErpProtocolError),
    "no word of acceptance": (reply({"key": "k", "status": "ok"}), ErpProtocolError),
    "a refused sign-in": (Reply(status=403), ErpAuthError),
    "too busy": (Reply(status=503), ErpUnavailableError),
}


@pytest.mark.parametrize("name", ODD)
async def test_by_rest_no_answer_is_believed_that_is_not_about_the_posting(
    server: RestErp, rest: Mapped, name: str
) -> None:
    answer, error = ODD[name]
    server.instead = lambda request: answer if request.method == "POST" else None
    with pytest.raises(error):
        await rest.post(confirm("k"))


@each_sent
async def test_by_files_a_posting_waits_for_its_receipt_and_is_dropped_once(
    folders: tuple[Path, Path], erp: Mapped, command: ErpCommand
) -> None:
    key = command.key
    assert (await insist(erp, command)).outcome is Outcome.ACCEPTED
    (dropped,) = folders[0].glob("*.csv")
    assert table.read(dropped.read_bytes())[0]["Id"] == key
    dropped.unlink()
    assert (await erp.post(command)).outcome is Outcome.ACCEPTED
    assert list(folders[0].glob("*.csv")) == []
    receipt = f"key;status;document;message\n{key};accepted;4711;\n"
    (folders[1] / f"receipt-{key}.csv").write_text(receipt)
    found = await erp.find(key)
    assert found is not None
    assert (found.outcome, found.refs) == (Outcome.ALREADY_APPLIED, {"document": "4711"})


async def test_by_files_wherever_the_program_ends_a_posting_is_dropped_once(
    folders: tuple[Path, Path], erp: Mapped
) -> None:
    await erp.post(confirm("k"))
    (dropped,) = folders[0].glob("*.csv")
    dropped.rename(folders[0] / ".lineside" / f"draft-{dropped.name}")
    assert await erp.find("k") is None
    await insist(erp, confirm("k"))
    assert len(list(folders[0].glob("*.csv"))) == 1
    with pytest.raises(ErpProtocolError, match="already stands for another posting"):
        await erp.post(confirm("k", good="2"))
    with pytest.raises(ErpUnsupportedError, match="maps no move_order"):
        await erp.post(move("k-2"))
    (folders[1] / "receipt-k.csv").write_text("key;status;document;message\nk;rejected;;No such order\n")
    with pytest.raises(ErpRejectedError, match="No such order"):
        await erp.find("k")
    assert (await erp.post(confirm("k"))).outcome is Outcome.ACCEPTED
    assert (await erp.post(confirm("k"))).outcome is Outcome.ACCEPTED
    assert len(list(folders[0].glob("*.csv"))) == 2
    (folders[1] / "receipt-k.2.csv").write_text("key;status;document;message\nk.2;accepted;4712;\n")
    found = await erp.find("k")
    assert found is not None
    assert (found.key, found.refs) == ("k", {"document": "4712"})


FORMULAS = ["=cmd|' /C calc'!A0", "+1", "@SUM(A1)", "-2+3", "'=1", "'it", 'a;b"c', "000123", "1E5", "%s{0}${}--", " x "]


@pytest.mark.parametrize("lot", FORMULAS)
async def test_a_lot_is_never_a_formula_in_a_table_and_comes_back_as_it_was(
    folders: tuple[Path, Path], erp: Mapped, lot: str
) -> None:
    await erp.post(set_status("k", "hold", lot=lot))
    (dropped,) = folders[0].glob("*.csv")
    assert table.read(dropped.read_bytes())[0]["Lot"] == lot
    assert not any(f'"{sign}' in dropped.read_text(encoding="utf-8-sig") for sign in "=+@")
    with pytest.raises(ErpRejectedError, match="control character"):
        await erp.post(consume("k-2", lot="TAB\t=1"))


def test_a_number_below_nought_stays_a_number() -> None:
    assert table.guarded("-5.25") == "-5.25"
    assert table.read(table.write(["a"], [["-5.25"]])) == [{"a": "-5.25"}]


async def test_orders_are_read_as_they_are_mapped(folders: tuple[Path, Path], erp: Mapped) -> None:
    (folders[1] / "orders.csv").write_bytes(b"\xef\xbb\xbf" + ORDERS.format("2026-11-22 06:00").encode())
    await erp.probe()
    order = (await erp.orders()).rows[0]
    assert (order.number, order.line, order.state) == ("000123", "L1", "running")
    assert order.start_at.isoformat() == "2026-11-22T05:00:00+00:00"
    assert (await erp.products()).rows == ()
    (folders[1] / "lots.csv").write_text('Lot,Item,Qty,UoM,Q\n"two\r\nrows",W,5,EA,BLOCKED\n')
    assert (await erp.lots()).rows[0].status == "hold"


CP1252 = ORDERS.format("2026-11-22 06:00").replace("L1", "Füller").encode("cp1252")
BAD = {
    "empty": (b"", "empty: not even a head"),
    "written in CP1252": (CP1252, "Row 2 is not written in utf-8"),
    "a cell too few": (b"OrderNo;Item\n1\n", "Row 2 has 1 cells"),
    "a quote that never ends": (b'OrderNo;Item\n"1;2\n3;4\n', "no sound CSV"),
    "one name twice": (b"a;a\n1;2\n", "one name"),
    "a NUL": (b"a;b\n1;\x002\n", "Row 2 holds a NUL"),
    "another table": (b"a;b\n1;2\n", "orders.csv has no OrderNo"),
    "a day that is none": (ORDERS.format("2026-02-30 06:00").encode(), "is no time"),
    "a time that the clocks skip": (ORDERS.format("2026-03-29 02:30").encode(), "clocks skip"),
    "the year one": (ORDERS.format("0001-01-01 00:00").encode(), "outside of all plans"),
    "below nought": (ORDERS.replace("1000", "-5").format("2026-11-22 06:00").encode(), "quantity can't be"),
    "too much": (ORDERS.replace("1000", "1E12").format("2026-11-22 06:00").encode(), "quantity can't be"),
}


@pytest.mark.parametrize("what", BAD)
async def test_a_table_that_makes_no_sense_is_refused_with_its_row(
    folders: tuple[Path, Path], erp: Mapped, what: str
) -> None:
    body, said = BAD[what]
    (folders[1] / "orders.csv").write_bytes(body)
    with pytest.raises(ErpProtocolError, match=said):
        await erp.orders()


async def test_an_encoding_that_the_plant_file_names_is_read(folders: tuple[Path, Path]) -> None:
    settings = MAPPING | {"outbox": str(folders[0]), "inbox": str(folders[1]), "encoding": "cp1252"}
    erp = Mapped(lambda: "", **settings)
    (folders[1] / "orders.csv").write_bytes(CP1252)
    assert (await erp.orders()).rows[0].line == "Füller"
    await erp.aclose()


async def test_a_huge_file_a_link_and_a_pipe_are_refused_unread(folders: tuple[Path, Path], erp: Mapped) -> None:
    path = folders[1] / "orders.csv"
    with path.open("wb") as file:
        file.truncate(2_000_000_000)
    with pytest.raises(ErpProtocolError, match="larger than"):
        await erp.orders()
    path.unlink()
    path.symlink_to("/etc/passwd")
    with pytest.raises(ErpProtocolError, match="is a link"):
        await erp.orders()
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(ErpProtocolError, match="no plain file"):
        await erp.orders()
    path.unlink()
    with pytest.raises(ErpUnavailableError):
        await erp.orders()


@pytest.mark.parametrize("name", ["../../x", "CON.csv", "dot.", "a" * 300, "a b.csv", ".x.csv"])
async def test_a_file_name_that_leads_elsewhere_is_refused(folders: tuple[Path, Path], name: str) -> None:
    settings = MAPPING | {"outbox": str(folders[0]), "inbox": str(folders[1]), "orders.from": name}
    erp = Mapped(lambda: "", **settings)
    with pytest.raises(ErpProtocolError, match="name"):
        await erp.orders()
    await erp.post(downtime("../../x"))
    assert len(list(folders[0].glob("*.csv"))) == 1
    await erp.aclose()


FAULTS: dict[str, tuple[dict[str, Value], str]] = {
    "an unknown field": ({"orders.nmber": "X"}, '"orders.nmber" is no field of orders (did you mean "number"?).'),
    "an unknown table": (
        {"ordrs.number": "X"},
        '"ordrs.number" maps nothing that Lineside has (did you mean "orders"?).',
    ),
    "an unknown setting": ({"inbx": "X"}, '"inbx" is unknown for a mapping (did you mean "inbox"?).'),
    "no column": ({"orders.line": " "}, '"orders.line" must be the name of a column or field.'),
    "one column for two": ({"orders.line": "Item"}, '"orders.line" is the column of orders.product already.'),
    "half a table": (
        {"stock.from": "s.csv", "stock.product": "P"},
        '"stock.from" is not enough: stock needs location, quantity, unit too.',
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_mapping_that_can_not_be_is_said_at_load(name: str) -> None:
    wrong, said = FAULTS[name]
    settings = MAPPING | {"inbox": "/in", "outbox": "/out"} | wrong
    assert said in check_settings(ErpLink(adapter="mapped", settings=settings))


def test_a_sound_mapping_has_no_fault_and_one_without_a_way_has() -> None:
    assert check_settings(ErpLink(adapter="mapped", settings=MAPPING | {"inbox": "/in", "outbox": "/out"})) == []
    assert check_settings(ErpLink(adapter="mapped", settings=MAPPING | {"url": "https://erp.example"})) == []
    faults = check_settings(ErpLink(adapter="mapped", settings=MAPPING | {"url": "http://erp.example"}))
    assert faults == ["ERP setting 'url' must be an https address: a sign-in is not sent where others can read it."]
    assert any("has nowhere to go" in fault for fault in check_settings(ErpLink(adapter="mapped", settings=MAPPING)))


async def test_what_is_not_mapped_is_nothing_that_the_erp_can_do() -> None:
    whole = Mapped(lambda: "", **MAPPING)
    assert {Capability.DOWNTIME, Capability.LOT_BLOCKS} <= whole.capabilities
    fewer = {key: value for key, value in MAPPING.items() if not key.startswith("record_downtime.")}
    assert Mapped(lambda: "", **fewer).capabilities == whole.capabilities - {Capability.DOWNTIME}


@pytest.mark.parametrize("key", ["orders.nmber", "ordrs.number"])
def test_a_fault_of_a_mapping_is_said_with_its_line(key: str) -> None:
    mapping = f'[erp]\nadapter = "mapped"\n[erp.settings]\ninbox = "/in"\ntime_zone = "UTC"\n{key} = "No"\n'
    text = SMALL.replace('[erp]\nadapter = "none"\n', mapping)
    _, faults = checked(text)
    line = text.split("\n").index(f'{key} = "No"') + 1
    assert any(fault.line == line and key in str(fault) for fault in faults), [str(fault) for fault in faults]
