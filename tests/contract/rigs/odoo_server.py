"""A contract server of Odoo 14 … 19 for tests: the calls and traps recorded from a real one (reference erp.md 2).

Wizards come as 200 and nothing is done; a scrap pressed twice scraps twice; a transfer moves what is not there;
there are no locks; `load` makes or changes by external id and tells failures in its answer.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.contract.rigs.erp_peer import Peer, Reply, Request, reply

Row = dict[str, Any]
LINKS = {
    "product_id": "product.product", "uom_id": "uom.uom", "product_uom_id": "uom.uom", "product_uom": "uom.uom",
    "location_id": "stock.location", "location_dest_id": "stock.location", "workcenter_id": "mrp.workcenter",
    "production_id": "mrp.production", "raw_material_production_id": "mrp.production", "partner_id": "res.partner",
    "order_id": "sale.order", "lot_id": "stock.lot", "lot_producing_id": "stock.lot", "move_id": "stock.move",
    "loss_id": "mrp.workcenter.productivity.loss", "workorder_id": "mrp.workorder", "picking_id": "stock.picking",
    "picking_type_id": "stock.picking.type", "company_id": "res.company",
}  # fmt: skip
QUANTITIES = ("scrap_qty", "qty_done", "quantity", "product_qty")
STOCK, QUARANTINE, PRODUCTION, SCRAP = 1, 2, 3, 4


class UserError(Exception):
    """Odoo's words to a person."""


class OdooServer(Peer):
    """One database. `short`: whether closing an order that made less than ordered opens the backorder window."""

    def __init__(self, version: int) -> None:
        super().__init__()
        self.version = version
        self.short = True
        self.rows: dict[str, dict[int, Row]] = {}
        self.externals: dict[str, tuple[str, int]] = {}
        self.fail = ""
        self._last = 100
        self._clock = datetime(2026, 11, 22, tzinfo=UTC)
        self._seed()

    @property
    def lot_model(self) -> str:
        return "stock.production.lot" if self.version < 16 else "stock.lot"

    def _seed(self) -> None:
        old = self.version < 17
        start = "date_planned_start" if old else "date_start"
        end = "date_planned_finished" if old else "date_finished"
        add = self.add
        add("uom.uom", 1, name="EA")
        add("res.company", 1, name="Plant")
        for number, name in enumerate(("WH/Stock", "WH/Quarantine", "Virtual/Production", "Virtual/Scrap"), 1):
            add(
                "stock.location", number, complete_name=name, name=name, usage="internal" if number < 3 else "inventory"
            )
        add("stock.picking.type", 1, name="Internal", code="internal")
        for number, kind in enumerate(("productive", "availability"), 1):
            add("mrp.workcenter.productivity.loss", number, name=kind, loss_type=kind)
        for number, (code, name) in enumerate((("W-050", "Still water"), ("CAP-28", "Cap")), 1):
            add("product.product", number, default_code=code, name=name, uom_id=1)
        add("product.product", 9, default_code=False, name="No code", uom_id=1)
        add("mrp.workcenter", 1, code="L1.filler", name="Filler")
        add("mrp.production", 1, name="WO-10482", state="confirmed", product_id=1, product_qty=1000.0, product_uom_id=1,
            qty_producing=0.0, lot_producing_id=False, lot_producing_ids=[], location_dest_id=STOCK,
            **{start: "2026-11-22 05:00:00", end: "2026-11-22 13:00:00"})  # fmt: skip
        add("mrp.workorder", 1, production_id=1, workcenter_id=1)
        add("stock.move", 1, raw_material_production_id=1, product_id=2, product_uom_qty=2500.0, product_uom=1,
            location_id=STOCK, location_dest_id=PRODUCTION)  # fmt: skip
        add(self.lot_model, 1, name="CAP-28-1", product_id=2)
        add("stock.quant", 1, product_id=2, lot_id=1, location_id=STOCK, quantity=16.0)
        add("res.partner", 1, name="Nordmarkt")
        add(
            "sale.order",
            1,
            name="S1",
            state="sale",
            partner_id=1,
            commitment_date="2026-11-24 11:00:00",
            date_order=False,
        )
        add("sale.order.line", 1, order_id=1, product_id=1, product_uom_qty=600.0, qty_delivered=100.0)

    def add(self, model: str, number: int, **values: Any) -> Row:
        row = {"id": number, **values}
        self.rows.setdefault(model, {})[number] = row
        self.written(row)
        return row

    def written(self, row: Row) -> None:
        """Put the row's date on; between two changes lie ten minutes."""
        self._clock += timedelta(minutes=10)
        row["write_date"] = f"{self._clock:%Y-%m-%d %H:%M:%S}"

    def all(self, model: str) -> list[Row]:
        return list(self.rows.get(model, {}).values())

    def lying(self, lot: str, location: int) -> float:
        number = next(row["id"] for row in self.all(self.lot_model) if row["name"] == lot)
        return float(self._there(number, location))

    def _there(self, lot: Any, location: int) -> Any:
        return sum(r["quantity"] for r in self.all("stock.quant") if (r["lot_id"], r["location_id"]) == (lot, location))

    def changes(self, request: Request) -> bool:
        looks = (b"search_read", b'"common"')
        return "search_read" not in request.path and not any(each in request.body for each in looks)

    def answer(self, request: Request) -> Reply:
        if request.path == "/web/version":
            return reply({"version": f"{self.version}.0"})
        return self._rpc(request.json["params"]) if request.path == "/jsonrpc" else self._json2(request)

    def _rpc(self, params: Mapping[str, Any]) -> Reply:
        service, method, args = params["service"], params["method"], params["args"]
        if self.version >= 19:
            return Reply(status=404, kind="text/html", body=b"<html>gone</html>")
        if method == "version":
            return reply({"result": {"server_version": f"{self.version}.0"}})
        if method == "authenticate":
            return reply({"result": 7 if args[1:3] == ["robot", "word"] else False})
        assert service == "object"
        assert args[0:3] == ["plant", 7, "word"]
        model, verb, rest, named = args[3:7]
        named = dict(named)
        ids = rest[0] if rest else []
        try:
            return reply({"jsonrpc": "2.0", "id": 1, "result": self._do(model, verb, ids, named)})
        except UserError as error:
            data = {"name": f"odoo.exceptions.{error.args[1]}", "message": error.args[0], "debug": "Traceback"}
            said = {"code": 200, "message": "Odoo Server Error", "data": data}
            return reply({"jsonrpc": "2.0", "id": 1, "error": said})

    def _json2(self, request: Request) -> Reply:
        if request.headers.get("authorization") != "bearer word" or request.headers.get("x-odoo-database") != "plant":
            return reply({"name": "werkzeug.exceptions.Unauthorized", "message": "Invalid apikey"}, 401)
        model, verb = request.path.removeprefix("/json/2/").split("/")
        named = request.json
        try:
            return reply(self._do(model, verb, named.pop("ids", []), named))
        except UserError as error:
            return reply({"name": f"odoo.exceptions.{error.args[1]}", "message": error.args[0], "debug": "…"}, 422)

    def _do(self, model: str, verb: str, ids: list[int], named: Row) -> Any:
        if self.fail:
            raise UserError(self.fail, "UserError")
        if verb.startswith("_"):
            raise UserError("Private methods cannot be called remotely.", "AccessError")
        special = getattr(self, f"do_{model.replace('.', '_')}_{verb}", None)
        if special is not None:
            return special(ids, named)
        return getattr(self, f"any_{verb}")(model, ids, named)

    def any_search_read(self, model: str, _: list[int], named: Row) -> list[Row]:
        found = [row for row in self.all(model) if all(self._fits(row, *term) for term in named["domain"])]
        found.sort(key=lambda row: row["id"])
        start = named.get("offset", 0)
        return [self._shown(row, named["fields"]) for row in found[start : start + named["limit"]]]

    def any_write(self, model: str, ids: list[int], named: Row) -> bool:
        for number in ids:
            for name, value in named["vals"].items():
                if isinstance(value, list):
                    value = [*self.rows[model][number][name], *(command[1] for command in value)]
                self.rows[model][number][name] = value
            self.written(self.rows[model][number])
        return True

    def any_load(self, model: str, _: list[int], named: Row) -> Row:
        (data,) = named["data"]
        name, values = data[0], dict(zip(named["fields"][1:], data[1:], strict=True))
        row: Row = {}
        for field, text in values.items():
            plain = field.removesuffix("/.id")
            row[plain] = int(text) if plain != field else float(text) if plain in QUANTITIES else text
        if "." in name.removeprefix("lineside."):
            return {"ids": False, "messages": [{"type": "error", "message": f"{name} is no external id"}]}
        if name in self.externals:
            self.rows[model][self.externals[name][1]].update(row)
            self.written(self.rows[model][self.externals[name][1]])
            return {"ids": [self.externals[name][1]], "messages": []}
        if model == self.lot_model and any(
            (old["name"], old["product_id"]) == (row["name"], row["product_id"]) for old in self.all(model)
        ):
            return {"ids": False, "messages": [{"type": "error", "message": "The serial number already exists."}]}
        self._last += 1
        self.add(model, self._last, **{"state": "draft", "name": f"{model}/{self._last}", **row})
        self.externals[name] = (model, self._last)
        return {"ids": [self._last], "messages": []}

    def do_mrp_production_button_mark_done(self, ids: list[int], named: Row) -> Any:
        order, context = self.rows["mrp.production"][ids[0]], named.get("context", {})
        if order["state"] == "done":
            raise UserError("You cannot mark a done order as done.", "UserError")
        if self.short and order["qty_producing"] < order["product_qty"] and not context.get("skip_backorder"):
            return {"type": "ir.actions.act_window", "res_model": "mrp.production.backorder", "context": {}}
        order["state"] = "done"
        self.written(order)
        lot = order["lot_producing_id"] or (order["lot_producing_ids"] or [False])[0]
        self._move(order["product_id"], lot, None, order["location_dest_id"], order["qty_producing"])
        return True

    def do_stock_scrap_action_validate(self, ids: list[int], _: Row) -> Any:
        scrap = self.rows["stock.scrap"][ids[0]]
        lot, place = scrap.get("lot_id", False), scrap["location_id"]
        there = self._there(lot, place)
        if there < scrap["scrap_qty"]:
            return {"type": "ir.actions.act_window", "res_model": "stock.warn.insufficient.qty.scrap"}
        scrap["state"] = "done"  # whatever it was before: pressed twice it scraps twice
        self.written(scrap)
        self._move(scrap["product_id"], lot, place, SCRAP, scrap["scrap_qty"])
        return True

    def do_stock_picking_button_validate(self, ids: list[int], _: Row) -> Any:
        picking = self.rows["stock.picking"][ids[0]]
        if picking["state"] == "done":
            raise UserError("The transfer is already done.", "UserError")
        picking["state"] = "done"
        for line in self.all("stock.move.line"):
            if line.get("picking_id") == ids[0]:
                quantity = line.get("qty_done") or line["quantity"]
                self._move(line["product_id"], line["lot_id"], line["location_id"], line["location_dest_id"], quantity)
        return True

    def _move(self, product: int, lot: Any, source: int | None, target: int, quantity: float) -> None:
        for place, amount in ((source, -quantity), (target, quantity)):
            if place is not None:
                self._last += 1
                values = {"product_id": product, "lot_id": lot, "location_id": place, "quantity": amount}
                self.add("stock.quant", self._last, **values)

    def _fits(self, row: Row, field: str, operator: str, value: Any) -> bool:
        name, _, further = field.partition(".")
        held = row.get(name, False)
        if further:
            held = self.rows[self._target(name)][held].get(further)
        match operator:
            case "=":
                return bool(held == value)
            case "!=":
                return bool(held != value)
            case "in":
                return held in value
            case ">":
                return bool(held > value)
        raise AssertionError(operator)

    def _target(self, field: str) -> str:
        target = LINKS[field]
        return self.lot_model if target == "stock.lot" else target

    def _shown(self, row: Row, fields: list[str]) -> Row:
        shown: Row = {"id": row["id"]}
        for name in fields:
            value = row.get(name, False)
            if name in LINKS and value:
                linked = self.rows[self._target(name)][value]
                value = [value, linked.get("complete_name") or linked.get("name", "")]
            shown[name] = value
        return json.loads(json.dumps(shown))  # type: ignore[no-any-return]
