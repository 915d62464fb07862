"""Where things are in one Tryton company: its warehouse, its places, its day. Read once, and again after a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.erp_errors import ErpProtocolError, ErpRejectedError
from app.domain.text import safe
from app.erp.tryton.rpc import Rpc
from app.erp.tryton.shapes import PlaceRow, Warehouse, rows

SALES = "sale.line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Ids in Tryton's database. `quarantine` and `waste` are 0 where there is no such place."""

    company: int
    currency: int
    zone: ZoneInfo
    warehouse: Warehouse
    quarantine: int
    quarantine_name: str
    waste: int
    sells: bool

    def need_quarantine(self) -> int:
        """The place where held lots go; raises ErpRejectedError where there is none."""
        if not self.quarantine:
            raise ErpRejectedError(
                f"Tryton has no storage place called {self.quarantine_name!r}: nothing can be blocked.", "no_quarantine"
            )
        return self.quarantine

    def need_waste(self) -> int:
        """The place where scrap goes; raises ErpRejectedError where the warehouse has none."""
        if not self.waste:
            raise ErpRejectedError("The warehouse in Tryton has no waste location for scrap.", "no_waste")
        return self.waste

    def begin(self, day: date) -> datetime:
        """The first instant of a day of the company."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def end(self, day: date) -> datetime:
        """The first instant after a day of the company."""
        return self.begin(day + timedelta(days=1))

    def today(self, now: datetime) -> date:
        """The company's day at an instant."""
        return now.astimezone(self.zone).date()


async def read_layout(rpc: Rpc, warehouse: str, quarantine: str) -> Layout:
    """The layout of the user's company; `warehouse` and `quarantine` are names or codes, "" for the only warehouse."""
    company = (await rpc.context()).get("company")
    if not isinstance(company, int):
        raise ErpProtocolError("The user has no company in Tryton.", "Give the user a company in Tryton.")
    (found,) = await rpc.read("company.company.read", [company], ["currency", "timezone"])
    house = await _warehouse(rpc, warehouse)
    places = await rpc.read(
        "stock.location.search_read",
        [["type", "=", "storage"], ["parent", "child_of", [house.id], "parent"], _called(quarantine)], 0, 1, None,
        ["name"],
    )  # fmt: skip
    (wastes,) = await rpc.read("stock.location.read", [house.id], ["waste_locations"])
    sells = await rpc.read("ir.model.search", [["name", "=", SALES]], 0, 1, None)
    return Layout(
        company=company,
        currency=found["currency"],
        zone=ZoneInfo(found.get("timezone") or "UTC"),
        warehouse=house,
        quarantine=next((place.id for place in rows(places, PlaceRow)), 0),
        quarantine_name=quarantine,
        waste=next(iter(wastes.get("waste_locations") or ()), 0),
        sells=bool(sells),
    )


async def _warehouse(rpc: Rpc, name: str) -> Warehouse:
    named = [_called(name)] if name else []
    fields = ["storage_location", "production_picking_location", "production_output_location"]
    found = await rpc.read("stock.location.search_read", [["type", "=", "warehouse"], *named], 0, 2, None, fields)
    if len(found) != 1:
        said = "no warehouse" if not found else "several warehouses"
        raise ErpProtocolError(f"Tryton has {said} {safe(name)}".strip() + ".", 'Name one in "warehouse".')
    return rows(found, Warehouse)[0]


def _called(name: str) -> list[object]:
    return ["OR", ["name", "=", name], ["code", "=", name]]
