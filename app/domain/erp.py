"""The nouns and commands of the ERP port, in B2MML's words. Quantities are Decimal, times aware UTC.

The ERP is the system of record: these are read from it or offered to it, never decided here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Generic, Literal, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A material definition. `unit` is the ERP's own code."""

    code: str
    name: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A line of a bill of material: `quantity` of `product` for one unit of the parent."""

    product: str
    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionOrder:
    """A work order as the ERP has it. `good` and `scrap` are what has been posted there."""

    number: str
    product: str
    product_name: str
    line: str
    quantity: Decimal
    unit: str
    due_at: datetime
    start_at: datetime
    state: str
    good: Decimal
    scrap: Decimal
    components: tuple[Component, ...] = ()
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """A material lot; `status` is the ERP's own disposition and never frees a lot that Lineside holds."""

    number: str
    product: str
    quantity: Decimal
    unit: str
    status: str
    location: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLevel:
    """How much of a product lies where."""

    product: str
    location: str
    quantity: Decimal
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerOrderLine:
    """What a customer waits for, and until when."""

    number: str
    customer: str
    product: str
    quantity: Decimal
    unit: str
    due_at: datetime
    order: str = ""


class StandardKind(StrEnum):
    """What a standard says: units a minute while running, or the minutes of running that a load of material lasts."""

    RATE = "rate"
    LOAD_LASTS = "load_lasts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """What the ERP plans with at a machine for a product (ISA-95: a segment's parameter at a work unit).

    Of a load: `material` is what is loaded, `load` how much of it is full, in the material's unit.
    """

    kind: StandardKind
    machine: str
    product: str
    value: Decimal
    unit: str
    material: str = ""
    load: Decimal | None = None
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """Rows of one read. `complete`: these are all there are, what is absent was deleted; else what changed since.

    `cursor` asks for what changes from now on; empty where the ERP can't tell: it is asked for everything again.
    """

    rows: Sequence[Row]
    cursor: str = ""
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The reference data last read from the ERP, and when; empty before the first read."""

    as_of: datetime | None = None
    products: Mapping[str, Product] = field(default_factory=dict)
    orders: Mapping[str, ProductionOrder] = field(default_factory=dict)
    lots: Mapping[str, Lot] = field(default_factory=dict)
    stock: tuple[StockLevel, ...] = ()
    demand: tuple[CustomerOrderLine, ...] = ()
    standards: tuple[Standard, ...] = ()

    def standard(self, kind: StandardKind, machine: str, product: str) -> Standard | None:
        """What the ERP plans with at a machine for a product; None where it does not say."""
        rows = (s for s in self.standards if s.kind is kind and s.machine == machine and s.product == product)
        return next(rows, None)

    def queue(self, line: str) -> tuple[ProductionOrder, ...]:
        """The orders planned on a line that are not finished, in planned order."""
        rows = [o for o in self.orders.values() if o.line == line and o.state != "done"]
        return tuple(sorted(rows, key=lambda order: (order.start_at, order.number)))


class Capability(StrEnum):
    """What an ERP can do; what it can't is kept in Lineside and said so.

    LOT_BLOCKS: a lot can be blocked there so that nobody takes from it. MOVE: an order can be planned on another line.
    """

    LOT_BLOCKS = "lot_blocks"
    MOVE = "move"
    DOWNTIME = "downtime"
    STANDARDS = "standards"


class Outcome(StrEnum):
    """What came of a post: applied now, applied before, or taken in for later (ask `find`)."""

    APPLIED = "applied"
    ALREADY_APPLIED = "already_applied"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The ERP's answer to a command: `refs` names its documents.

    `booked`: what they say, as far as the ERP tells: "good" and "scrap" of a confirmation, "product" or "product lot"
    of a consumption. `changed`: its own words where it took the posting otherwise than it was sent.
    """

    key: str
    outcome: Outcome
    refs: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    booked: Mapping[str, Decimal] = field(default_factory=dict)
    changed: str = ""


class ErpLinkState(StrEnum):
    """Whether the ERP answers; AUTH: it refuses our sign-in, and a person must act."""

    CONNECTING = "connecting"
    UP = "up"
    DOWN = "down"
    AUTH = "auth"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpStatus:
    """How the ERP stands. `since_at` is when the present state began, `last_read_at` the age of the reference data."""

    state: ErpLinkState
    since_at: datetime
    reason: str = ""
    last_read_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpInfo:
    """What answered: product, version and how far its clock is from ours (seconds, positive: ahead)."""

    product: str
    version: str
    clock_skew_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumption:
    """Material taken for an order."""

    product: str
    quantity: Decimal
    unit: str
    lot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpCommand:
    """What every posting carries. `key` makes it idempotent; `occurred_at` is when it happened on the floor."""

    key: str
    occurred_at: datetime
    actor: str

    @property
    def lane(self) -> str:
        """Postings of one lane go strictly in order; lanes are independent."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmProduction(ErpCommand):
    """Good and scrap units of an order since the last confirmation. `run` is the time worked."""

    order: str
    lot: str
    good: Decimal
    scrap: Decimal
    unit: str
    run: timedelta = timedelta(0)
    final: bool = False

    @property
    def lane(self) -> str:
        return f"order/{self.order}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumeMaterial(ErpCommand):
    """Components consumed for an order."""

    order: str
    consumptions: tuple[Consumption, ...]

    @property
    def lane(self) -> str:
        return f"order/{self.order}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLotStatus(ErpCommand):
    """Block a lot, or free it. `quantity` None means the whole lot."""

    product: str
    lot: str
    status: Literal["hold", "released", "scrapped"]
    reason: str
    quantity: Decimal | None = None

    @property
    def lane(self) -> str:
        return f"lot/{self.lot}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDowntime(ErpCommand):
    """A stop of a machine that is over, with its cause."""

    machine: str
    start_at: datetime
    end_at: datetime
    reason: str

    @property
    def lane(self) -> str:
        return f"machine/{self.machine}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveOrder(ErpCommand):
    """An order now runs on another line."""

    order: str
    to_line: str

    @property
    def lane(self) -> str:
        return f"order/{self.order}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStandard(ErpCommand):
    """Plan with another value from now on; `was` is what the decision was made against."""

    kind: StandardKind
    machine: str
    product: str
    value: Decimal
    unit: str
    was: Decimal

    @property
    def lane(self) -> str:
        return f"standard/{self.kind.value}/{self.machine}/{self.product}"


ERP_COMMANDS: Mapping[str, type[ErpCommand]] = {
    "confirm_production": ConfirmProduction,
    "consume_material": ConsumeMaterial,
    "set_lot_status": SetLotStatus,
    "record_downtime": RecordDowntime,
    "move_order": MoveOrder,
    "set_standard": SetStandard,
}
"""Every command of the port by the name it has in the journal."""
