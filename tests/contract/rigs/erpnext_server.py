"""A contract server of ERPNext's API v2 for tests: the client's own names, drafts, batches that block.

A submit may be queued: it answers 200 and nothing is submitted yet.
"""

import json
from collections.abc import Callable
from operator import eq, gt
from typing import Any

from tests.contract.rigs.erp_peer import Peer, Reply, Request, reply

Row = dict[str, Any]
SUBMIT = "/method/submit"


class FrappeError(Exception):
    """Frappe's type of error, status and words."""


class ErpNextServer(Peer):
    """One site with one work order and one batch. `queued`: how many submits are only queued."""

    def __init__(self) -> None:
        super().__init__()
        self.queued = 0
        self.docs: dict[str, dict[str, Row]] = {}
        self._clock = 0
        self.put("Item", "W-050", item_name="Still water", stock_uom="EA", disabled=0)
        self.put("Item", "CAP-28", item_name="Cap", stock_uom="EA", disabled=0)
        self.put(
            "Work Order", "WO-10482", docstatus=1, status="Not Started", production_item="W-050",
            item_name="Still water", qty=1000.0, stock_uom="EA", produced_qty=0.0, process_loss_qty=0.0,
            wip_warehouse="WIP",
            planned_start_date="2026-11-22 06:00:00", planned_end_date="2026-11-22 14:00:00",
            operations=[{"workstation": "L1"}],
            required_items=[{"item_code": "CAP-28", "required_qty": 2500.0, "stock_uom": "EA"}],
        )  # fmt: skip
        self.put("Batch", "CAP-28-1", item="CAP-28", batch_qty=16.0, stock_uom="EA", disabled=0)
        self.put("Bin", "b1", item_code="CAP-28", warehouse="WIP", actual_qty=16.5, stock_uom="EA")
        items = [{"idx": 1, "item_code": "W-050", "qty": 500.0, "uom": "EA"}]
        values = {"customer": "Nordmarkt", "delivery_date": "2026-11-24", "items": items}
        self.put("Sales Order", "SO-1", docstatus=1, status="To Deliver", **values)

    def put(self, doctype: str, name: str, **values: Any) -> None:
        self.docs.setdefault(doctype, {})[name] = {"name": name, **values, "modified": self._now()}

    def _now(self) -> str:
        """The site's clock; between two changes lie ten minutes."""
        self._clock += 10
        return f"2026-11-{22 + self._clock // 1440} {self._clock // 60 % 24:02d}:{self._clock % 60:02d}:00.000123"

    def changes(self, request: Request) -> bool:
        return request.method != "GET" and "make_stock_entry" not in request.path

    def answer(self, request: Request) -> Reply:
        if request.headers.get("authorization") != "token key:word":
            return failed(401, "AuthenticationError", "")
        try:
            return reply({"data": self._do(request)})
        except FrappeError as error:
            return failed(error.args[1], error.args[0], error.args[2])

    def _do(self, request: Request) -> Any:
        if request.path.startswith("/api/v2/method/"):
            return self._method(request.path.rpartition(".")[2], request.json)
        doctype, _, rest = request.path.removeprefix("/api/v2/document/").partition("/")
        if request.path.endswith(SUBMIT):
            return self._submit(doctype, rest.removesuffix(SUBMIT))
        if request.method == "GET" and not rest:
            filters = json.loads(request.query["filters"])
            rows = [row for row in self.docs.get(doctype, {}).values() if fits(row, filters)]
            start = int(request.query["start"])
            return rows[start : start + int(request.query["limit"])]
        return self._document(request, doctype, rest)

    def _document(self, request: Request, doctype: str, name: str) -> Any:
        if request.method == "POST":
            row = request.json
            if row["name"] in self.docs.get(doctype, {}):
                raise FrappeError("DuplicateEntryError", 409, f"{doctype} {row['name']} already exists")
            name = row.pop("name")
            row.pop("doctype", None)
            self.put(doctype, name, **{"docstatus": 0, **row})
            return self.docs[doctype][name]
        row = self.docs.get(doctype, {}).get(name)
        if row is None:
            raise FrappeError("DoesNotExistError", 404, f"{doctype} {name} not found")
        if request.method == "PUT":
            if request.json["modified"] != row["modified"]:
                raise FrappeError("TimestampMismatchError", 417, "Document has been modified after you have opened it")
            row = {**row, **request.json}
            self.put(doctype, name, **{k: v for k, v in row.items() if k not in ("name", "modified")})
        return self.docs[doctype][name]

    def _method(self, name: str, given: Row) -> Any:
        if name == "get_logged_user":
            return "robot@example.org"
        order = self.docs["Work Order"][given.get("work_order") or given["work_order_id"]]
        if name == "close_work_order":
            order |= {"status": given["status"], "modified": self._now()}
            return given["status"]
        item = {"item_code": order["production_item"], "qty": given["qty"], "is_finished_item": 1}
        return {"doctype": "Stock Entry", "purpose": given["purpose"], "work_order": order["name"],
                "fg_completed_qty": given["qty"], "items": [item]}  # fmt: skip

    def _submit(self, doctype: str, name: str) -> Any:
        entry = self.docs[doctype][name]
        if entry["docstatus"] != 0:
            raise FrappeError("DocstatusTransitionError", 417, "Cannot change docstatus from 1 to 1")
        if self.queued:
            self.queued -= 1
            return entry
        for item in entry["items"]:
            if self.docs["Batch"].get(item.get("batch_no", ""), {}).get("disabled"):
                raise FrappeError("ValidationError", 417, f"Batch <b>{item['batch_no']}</b> is disabled")
        order = self.docs["Work Order"][entry["work_order"]]
        if entry["purpose"] == "Manufacture":
            made = entry["fg_completed_qty"] - entry["process_loss_qty"]
            if order["produced_qty"] + made > order["qty"]:
                raise FrappeError("StockOverProductionError", 417, "For quantity should not be greater than allowed")
            order |= {"status": "In Process", "produced_qty": order["produced_qty"] + made, "modified": self._now()}
            order["process_loss_qty"] += entry["process_loss_qty"]
        entry["docstatus"] = 1
        return entry


def fits(row: Row, filters: list[list[Any]]) -> bool:
    return all(SIGNS[sign](row.get(field), value) for field, sign, value in filters)


SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": eq,
    ">": gt,
    "in": lambda held, wanted: held in wanted,
    "not in": lambda held, wanted: held not in wanted,
}


def failed(status: int, kind: str, words: str) -> Reply:
    return reply({"errors": [{"type": kind, "message": words, "exception": "Traceback …"}]}, status)
