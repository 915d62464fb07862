"""The two twins of the ERP port as the contract suite sees them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal, Protocol

from app.domain.erp import (
    ConfirmProduction,
    ConsumeMaterial,
    Consumption,
    ErpCommand,
    MoveOrder,
    RecordDowntime,
    SetLotStatus,
    SetStandard,
    StandardKind,
)
from app.erp.demo_adapter import DemoErp
from app.erp.demo_data import UNIT
from app.erp.memory import MemoryErp
from app.ports import Erp
from tests.contract.erp_process import TOKEN, DemoErpProcess

AT = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
LotStatus = Literal["hold", "released", "scrapped"]


class Twin(Protocol):
    """An ERP behind the port, faults on demand, and a look at its books beside the port."""

    erp: Erp

    def faults(self, **values: object) -> None: ...
    def booked(self) -> list[str]: ...


class MemoryTwin:
    def __init__(self, erp: MemoryErp) -> None:
        self.erp: Erp = erp
        self._memory = erp

    def faults(self, **values: object) -> None:
        for name, value in values.items():
            setattr(self._memory.faults, name, value)

    def booked(self) -> list[str]:
        return [command.key for command in self._memory.books.filed]


class DemoTwin:
    def __init__(self, process: DemoErpProcess, timeout_s: float = 1.0) -> None:
        self.erp: Erp = DemoErp(process.url, TOKEN, timeout_s=timeout_s)
        self._process = process

    def faults(self, **values: object) -> None:
        assert self._process.faults(**values) == 200

    def booked(self) -> list[str]:
        return self._process.booked()


def confirm(
    key: str, good: str = "100", order: str = "WO-10482", lot: str = "4480-A", scrap: str = "0", final: bool = False
) -> ConfirmProduction:
    return ConfirmProduction(
        key=key, occurred_at=AT, actor="silva", order=order, lot=lot, good=Decimal(good), scrap=Decimal(scrap),
        unit=UNIT, run=timedelta(minutes=7), final=final,
    )  # fmt: skip


def consume(key: str, quantity: str = "100", lot: str = "CAP-28-1", product: str = "CAP-28") -> ConsumeMaterial:
    taken = Consumption(product=product, quantity=Decimal(quantity), unit=UNIT, lot=lot)
    return ConsumeMaterial(key=key, occurred_at=AT, actor="berger", order="WO-10482", consumptions=(taken,))


def set_status(key: str, status: LotStatus, lot: str = "4480-A", product: str = "W-050") -> SetLotStatus:
    return SetLotStatus(
        key=key, occurred_at=AT, actor="brandt", product=product, lot=lot, status=status, reason="cap torque"
    )


def downtime(key: str, minutes: int = 12) -> RecordDowntime:
    return RecordDowntime(
        key=key, occurred_at=AT, actor="weiss", machine="L1.filler", start_at=AT,
        end_at=AT + timedelta(minutes=minutes), reason="valve stuck",
    )  # fmt: skip


def move(key: str, to_line: str = "L2", order: str = "WO-10483") -> MoveOrder:
    return MoveOrder(key=key, occurred_at=AT, actor="okafor", order=order, to_line=to_line)


def standard(key: str, value: str = "300", was: str = "326", unit: str = "bottles/min") -> SetStandard:
    return SetStandard(
        key=key, occurred_at=AT, actor="novak", kind=StandardKind.RATE, machine="L3.filler", product="A-100",
        value=Decimal(value), unit=unit, was=Decimal(was),
    )  # fmt: skip


def one_of_each(suffix: str = "") -> list[ErpCommand]:
    """One command of every kind, as a plain day brings them."""
    return [
        confirm(f"k-confirm{suffix}"),
        consume(f"k-consume{suffix}"),
        set_status(f"k-status{suffix}", "hold"),
        downtime(f"k-downtime{suffix}"),
        move(f"k-move{suffix}"),
        standard(f"k-standard{suffix}"),
    ]


def a_days_postings(count: int, good: str = "10") -> list[ErpCommand]:
    """Postings of every kind over seven lanes, most of them confirmations of so many good units."""
    makers: tuple[Callable[[str, int], ErpCommand], ...] = (
        lambda key, n: confirm(key, good=good, order="WO-10482", lot="4480-A"),
        lambda key, n: confirm(key, good=good, order="WO-10479", lot="4471-B"),
        lambda key, n: confirm(key, good=good, order="WO-10491", lot="4466-A"),
        lambda key, n: consume(key, quantity=good),
        lambda key, n: set_status(key, "hold" if n % 2 else "released"),
        lambda key, n: downtime(key),
        lambda key, n: move(key, f"L{n % 3 + 1}"),
    )
    return [makers[n % len(makers)](f"k-{n:06d}", n // len(makers)) for n in range(count)]
