"""A desk with proposals in every state that a planner meets: to decide, on their way, measured, declined."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from app.domain import events as e
from app.domain.drift import estimate
from app.domain.erp import Product, Reference
from tests.ui.desk import NOW, FakeDesk, at

SLOW = tuple(300.0 + (place * 7 % 11 - 5) * 0.7 for place in range(24))
LOADS = tuple(53.3 + (place * 5 % 9 - 4) * 0.9 for place in range(13))
RATE = e.Change(
    kind=e.ProposalKind.RATE, line="L3", machine="L3.filler", product="A-100", was=Decimal(326), becomes=Decimal(300),
    unit="bottles/min", in_erp=True,
)  # fmt: skip
LOAD = e.Change(
    kind=e.ProposalKind.REPLENISHMENT, line="L3", machine="L3.labeller", product="A-100", material="LAB-A100",
    was=Decimal(75), becomes=Decimal("53.3"), unit="min", in_erp=True,
    figures={"lead_min": 10.0, "call_percent": 18.8, "load": 16_000.0, "call_pieces": 3_002.0, "per_unit": 1.004,
             "bill": 1.0},
)  # fmt: skip
LOT = e.Change(
    kind=e.ProposalKind.BATCH_STATUS, line="L1", machine="L1.palletiser", product="W-050", lot="4480-A", status="hold",
    said="released", in_erp=True, figures={"rejects": 43.0, "units": 960.0},
)  # fmt: skip
ENDED = e.Change(
    kind=e.ProposalKind.BATCH_STATUS, line="L2", product="L-033", lot="4471-B", status="scrapped", said="released",
    in_erp=True,
)  # fmt: skip


def measured(values: tuple[float, ...], standard: float, unit: str, since: datetime) -> e.Evidence:
    """Evidence as the loops make it."""
    found = estimate(values)
    return e.Evidence(
        n=found.n, middle=found.middle, low=found.low, high=found.high, spread=found.spread,
        confidence=found.confidence, standard=standard, unit=unit, from_at=since, to_at=since + timedelta(hours=2),
        values=values,
    )  # fmt: skip


RATED = measured(SLOW, 326.0, "bottles/min", at("22:10"))
REJECTS = e.Evidence(
    n=960, middle=4.48, low=3.06, high=6.52, spread=20.7, confidence=0.99, standard=2.0, unit="%",
    from_at=at("23:40"), to_at=at("01:50"),
)  # fmt: skip
DISPOSED = e.Evidence(
    n=1, middle=0, low=0, high=0, spread=0, confidence=1.0, standard=0, unit="holds", from_at=at("22:40"),
    to_at=at("00:20"),
)  # fmt: skip


def propose(desk: FakeDesk, name: str, change: e.Change, evidence: e.Evidence, when: datetime, *people: str) -> None:
    """A proposal that is on offer."""
    desk.record(e.ProposalMade(proposal_id=name, change=change, evidence=evidence), when=when)
    desk.record(e.ProposalOffered(proposal_id=name, people=people, decide_by=when + timedelta(hours=24)), when=when)


def proposed_night() -> FakeDesk:
    """Three to decide, one measured, one exported, one declined."""
    desk = FakeDesk()
    names = {"A-100": "Apple 1.0 l", "W-050": "Still water 0.5 l", "L-033": "Lemon 0.33 l",
             "LAB-A100": "Label Apple 1.0 l"}  # fmt: skip
    desk.reference = Reference(
        as_of=NOW, products={code: Product(code=code, name=name, unit="EA") for code, name in names.items()}
    )
    propose(desk, "p1", RATE, RATED, at("00:15"), "novak")
    propose(desk, "p2", LOAD, measured(LOADS, 75.0, "min", at("22:10")), at("00:40"), "berger")
    propose(desk, "p3", LOT, REJECTS, at("01:51"), "brandt")
    propose(desk, "p4", ENDED, DISPOSED, at("00:30"), "brandt")
    decide(desk)
    return desk


def decide(desk: FakeDesk) -> None:
    """What others have come to."""
    faster = e.Change(
        kind=e.ProposalKind.RATE, line="L1", machine="L1.filler", product="W-050", was=Decimal(450),
        becomes=Decimal(478), unit="bottles/min", in_erp=True,
    )  # fmt: skip
    values = tuple(478.0 + (place * 5 % 7 - 3) for place in range(16))
    propose(desk, "p5", faster, measured(values, 450.0, "bottles/min", at("20:10")), at("20:30"), "novak")
    accept(desk, "p5", "novak", e.ProposalRoute.ERP, at("21:10"))
    desk.record(e.ProposalWrittenBack(proposal_id="p5", refs={"document": "ST-0000012"}), when=at("21:11"))
    after = measured(tuple(value + 0.5 for value in values[:9]), 478.0, "bottles/min", at("21:30"))
    desk.record(e.ProposalMeasured(proposal_id="p5", met=True, effect=after), when=at("23:40"))
    plant_file = e.Change(
        kind=e.ProposalKind.RATE, line="L2", machine="L2.filler", product="L-033", was=Decimal(600),
        becomes=Decimal(571), unit="bottles/min",
    )  # fmt: skip
    slower = tuple(value * 571 / 478 for value in values)
    propose(desk, "p6", plant_file, measured(slower, 600.0, "bottles/min", at("20:10")), at("20:50"), "novak")
    accept(desk, "p6", "novak", e.ProposalRoute.EXPORT, at("23:10"))
    desk.record(e.ProposalExported(proposal_id="p6", file="rate-L2.filler-L-033-p6.csv"), when=at("23:10"))
    propose(desk, "p7", RATE, RATED, at("20:05"), "novak")
    desk.record(e.ProposalDeclined(proposal_id="p7", by="novak", reason="new valves come on Monday"), when=at("20:20"))


def accept(desk: FakeDesk, name: str, who: str, route: e.ProposalRoute, when: datetime) -> None:
    """Somebody accepted it."""
    accepted = e.ProposalAccepted(proposal_id=name, by=who, route=route, station="desk-1")
    desk.record(accepted, person=who, when=when)
