"""A contract server of S/4HANA's OData 2 services for tests: CSRF tokens that end, ETags, SAP's envelope and words."""

import re
from datetime import datetime
from typing import Any

from tests.contract.rigs.erp_peer import Peer, Reply, Request, reply

Row = dict[str, Any]
ROOT = "/sap/opu/odata/sap/"
DAY = "/Date(1795305600000)/"  # 2026-11-22


class SapServer(Peer):
    """Plant 1000 with one order and one batch. It takes no external number twice by itself: SAP does not look."""

    def __init__(self) -> None:
        super().__init__()
        self.token = "t-1"
        self.confirmations: list[Row] = []
        self.documents: list[Row] = []
        self.restricted = False
        self.etag = 1
        self.refuse = ""
        self.more: list[Row] = []
        self.most_rows = 5_000
        self.order: Row = {
            "ManufacturingOrder": "000001000123", "Material": "W-050", "MaterialName": "Still water",
            "ProductionPlant": "1000", "TotalQuantity": "1000.000", "ProductionUnit": "EA",
            "MfgOrderScheduledStartDate": DAY, "MfgOrderScheduledStartTime": "PT06H00M00S",
            "MfgOrderScheduledEndDate": DAY, "MfgOrderScheduledEndTime": "PT14H00M00S", "OrderIsClosed": "",
            "MfgOrderConfirmedScrapQty": "0.000",
            "to_ProductionOrderOperation": {"results": [{"WorkCenter": "L1"}]},
            "to_ProductionOrderComponent": {
                "results": [{"Material": "CAP-28", "RequiredQuantity": "2500.000", "BaseUnit": "EA"}]
            },
        }  # fmt: skip

    def changes(self, request: Request) -> bool:
        return request.method != "GET"

    def answer(self, request: Request) -> Reply:
        if request.headers.get("authorization") != "Basic cm9ib3Q6d29yZA==":
            return Reply(status=401, kind="text/html", body=b"<html>Logon failed")
        service, _, entity = request.path.removeprefix(ROOT).partition("/")
        if request.method == "GET":
            return self._get(service, entity, request)
        if request.headers.get("x-csrf-token") != self.token:
            return Reply(status=403, headers={"X-CSRF-Token": "Required"}, body=b"CSRF token validation failed")
        if self.refuse:
            return error(400, "RU/505", self.refuse)
        changes = {"ProdnOrdConf2": self._confirm, "A_MaterialDocumentHeader": self._move}
        return changes.get(entity, self._batch)(request)

    def _get(self, service: str, entity: str, request: Request) -> Reply:
        if request.headers.get("x-csrf-token") == "Fetch":
            return reply({"d": {"EntitySets": []}}, X_CSRF_Token=self.token)
        if entity.startswith("Batch("):
            if "CAP-28-1" not in entity:
                return error(404, "/IWBEP/CM_MGW_RT/020", "Resource not found for segment 'BatchType'")
            return reply({"d": self._batch_row()}, ETag=self._tag())
        rows = {
            "ProdnOrdConf2": self.confirmations,
            "A_MaterialDocumentHeader": [whole(row) for row in self.documents],
            "A_ProductionOrder_2": [self._order_row(), *self.more],
            "A_Product": [product("W-050", "Still water"), product("CAP-28", "Cap")],
            "Batch": [self._batch_row()],
            "A_MatlStkInAcctMod": [stock()],
            "A_SalesOrderItem": [sale()],
        }[entity]
        wanted = re.search(r"(ExternalSystemConfirmation|ReferenceDocument) eq (?:guid)?'([^']*)'", query(request))
        if wanted:
            rows = [row for row in rows if row[wanted[1]] == wanted[2]]
        since = re.search(r"LastChangeDateTime gt datetimeoffset'([^']*)'", query(request))
        if since:
            at_ms = datetime.fromisoformat(since[1]).timestamp() * 1000
            rows = [row for row in rows if int(row["LastChangeDateTime"][6:19]) > at_ms]
        skip = int(request.query.get("$skip", "0"))
        end = skip + min(int(request.query["$top"]), self.most_rows)
        more = {"__next": f"{request.path}?$skiptoken={end}"} if self.most_rows < len(rows) - skip else {}
        return reply({"d": {"results": rows[skip:end], **more}})

    def _confirm(self, request: Request) -> Reply:
        body = request.json
        if body["OrderID"] != self.order["ManufacturingOrder"]:
            return error(400, "RU/001", f"Order {body['OrderID']} does not exist")
        number = f"{len(self.confirmations) + 1:08d}"
        self.confirmations.append({**body, "ConfirmationGroup": "0000004711", "ConfirmationCount": number})
        return reply({"d": self.confirmations[-1]}, 201)

    def _move(self, request: Request) -> Reply:
        body = request.json
        self.documents.append(
            {**body, "MaterialDocument": f"49{len(self.documents):08d}", "MaterialDocumentYear": "2026"}
        )
        return reply({"d": whole(self.documents[-1])}, 201)

    def _batch(self, request: Request) -> Reply:
        if request.headers.get("if-match") != self._tag():
            return error(412, "/IWFND/CM_MGW/412", "Precondition failed")
        self.restricted = request.json["MatlBatchIsInRstrcdUseStock"]
        self.etag += 1
        return Reply(status=204)

    def _tag(self) -> str:
        return f'W/"{self.etag}"'

    def _batch_row(self) -> Row:
        return {"Material": "CAP-28", "Batch": "CAP-28-1", "MatlBatchIsInRstrcdUseStock": self.restricted}

    def _order_row(self) -> Row:
        made = sum(float(row["ConfirmationYieldQuantity"]) for row in self.confirmations)
        at = changed_at(len(self.confirmations) * 10)
        return {**self.order, "MfgOrderConfirmedYieldQty": f"{made:.3f}", "LastChangeDateTime": at}


def whole(document: Row) -> Row:
    """A material document as it is read, its items in an envelope."""
    return {**document, "to_MaterialDocumentItem": {"results": document["to_MaterialDocumentItem"]}}


def query(request: Request) -> str:
    return request.query.get("$filter", "")


def product(code: str, name: str) -> Row:
    names = [{"Language": "DE", "ProductDescription": "x"}, {"Language": "EN", "ProductDescription": name}]
    at = changed_at(0)
    return {"Product": code, "BaseUnit": "EA", "to_Description": {"results": names}, "LastChangeDateTime": at}


def changed_at(minutes: int) -> str:
    """So many minutes into the day, as SAP writes an instant."""
    return f"/Date({1795305600000 + minutes * 60_000}+0000)/"


def stock() -> Row:
    return {
        "Material": "CAP-28", "Batch": "CAP-28-1", "StorageLocation": "0001", "MaterialBaseUnit": "EA",
        "MatlWrhsStkQtyInMatlBaseUnit": "16.000",
    }  # fmt: skip


def sale() -> Row:
    order = {"SoldToParty": "Nordmarkt", "RequestedDeliveryDate": DAY}
    return {
        "SalesOrder": "77", "SalesOrderItem": "000010", "Material": "W-050", "RequestedQuantity": "500",
        "RequestedQuantityUnit": "EA", "to_SalesOrder": order,
    }  # fmt: skip


def error(status: int, code: str, words: str) -> Reply:
    return reply({"error": {"code": code, "message": {"lang": "en", "value": words}}}, status)
