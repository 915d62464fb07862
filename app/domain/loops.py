"""The three loops back to planning: what was recorded, held against what is planned with or stands in the ERP. Pure.

Each function gives a change with its evidence, or None where there is nothing to propose. Rates are held against the
ERP's standard, or against the plant file's nominal rate of the machine that paces a line; the others follow it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from app.domain.drift import LEAST, MOST, Estimate, drifted, estimate, met, share_of
from app.domain.erp import Lot, Reference, Standard, StandardKind
from app.domain.events import Change, Disposition, Evidence, ProposalKind, Run
from app.domain.hold import Hold
from app.domain.kinds import EXCEPTION_KINDS
from app.domain.plant import Plant
from app.domain.proposal import Proposal
from app.domain.runs import Measurement, RunRecord, load_minutes, rates, since, use_per_unit
from app.domain.shortage import FREE
from app.domain.work import LotCount, OrderProgress

LEAST_LOT = 500
"""Units of a lot below which its share of rejects says nothing of it."""

SETTLE = timedelta(minutes=2)
"""What the ERP says of a lot counts when it was read so long after the outcome: our own posting has arrived by then."""

RECENT = timedelta(days=1)
"""What a hold came to and what was counted longer ago proposes nothing."""

HELD, RELEASED, SCRAPPED = "hold", "released", "scrapped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A change that there is evidence for."""

    change: Change
    evidence: Evidence


# --- run rate -------------------------------------------------------------------------------------------------------


STANDARD_OF: Mapping[ProposalKind, StandardKind] = {
    ProposalKind.RATE: StandardKind.RATE,
    ProposalKind.REPLENISHMENT: StandardKind.LOAD_LASTS,
}
"""The standard that a kind of proposal changes."""

PER_MINUTE, MINUTES = "/min", "min"
"""Units in which the ERP's standards can be held against runs: nothing is converted."""


def rate_standard(plant: Plant, reference: Reference, machine: str, product: str) -> tuple[float, Standard | None]:
    """The standard rate in machine units a minute, and the ERP's row if it is the ERP's; 0.0 where there is none."""
    row = reference.standard(StandardKind.RATE, machine, product)
    if row is not None:
        return (float(row.value) if row.unit.endswith(PER_MINUTE) else 0.0), row
    found = plant.machine(machine)
    paces = found is not None and plant.lines[found.line].feed == machine
    return (found.nominal_rate if found is not None and paces else 0.0), None


def rate_drift(record: RunRecord, plant: Plant, reference: Reference) -> Found | None:
    """The machine runs at another rate than it is planned with."""
    standard, row = rate_standard(plant, reference, record.machine, record.product)
    machine = plant.machine(record.machine)
    evidence = drift(record.runs, rates, standard, f"{machine.unit if machine else 'units'}/min")
    if evidence is None:
        return None
    change = Change(
        kind=ProposalKind.RATE,
        line=record.line,
        machine=record.machine,
        product=record.product,
        was=row.value if row else Decimal(str(standard)),
        becomes=rounded(evidence.middle),
        unit=row.unit if row else evidence.unit,
        in_erp=row is not None,
    )
    return Found(change=change, evidence=evidence)


# --- consumption ----------------------------------------------------------------------------------------------------


def load_drift(record: RunRecord, plant: Plant, reference: Reference) -> Found | None:
    """A load of material lasts for another time than deliveries are planned with."""
    row = reference.standard(StandardKind.LOAD_LASTS, record.machine, record.product)
    if row is None or row.unit != MINUTES:
        return None
    evidence = drift(record.runs, load_minutes, float(row.value), MINUTES)
    if evidence is None:
        return None
    change = Change(
        kind=ProposalKind.REPLENISHMENT,
        line=record.line,
        machine=record.machine,
        product=record.product,
        material=row.material,
        was=row.value,
        becomes=rounded(evidence.middle),
        unit=row.unit,
        in_erp=True,
        figures=_use(record, row, evidence.middle, plant, reference),
    )
    return Found(change=change, evidence=evidence)


def _use(record: RunRecord, row: Standard, lasts_min: float, plant: Plant, reference: Reference) -> dict[str, float]:
    """What a load is, what a unit uses and what the bill says, and at which rest somebody must bring the next load."""
    lead_min = parameter(plant, "material_low", "below_minutes", record.machine)
    figures = {"call_percent": min(100.0, lead_min / lasts_min * 100), "lead_min": lead_min}
    if row.load is not None:
        load, machine = float(row.load), plant.machine(record.machine)
        figures |= {"load": load, "call_pieces": load * figures["call_percent"] / 100}
        used = use_per_unit(record.runs, load)
        if used is not None:
            figures["per_unit"] = used / (machine.bundle if machine else 1)
    bill = bill_of(reference, record.product, row.material)
    return figures if bill is None else figures | {"bill": float(bill)}


def bill_of(reference: Reference, product: str, material: str) -> Decimal | None:
    """How much of a material one unit of a product takes by its bill; None where no order says."""
    parts = (part for order in reference.orders.values() if order.product == product for part in order.components)
    return next((part.quantity for part in parts if part.product == material), None)


def stands_at(change: Change, plant: Plant, reference: Reference) -> Decimal | None:
    """The value that the standard of a change has now; None where there is none any more, or it is not known."""
    if change.machine is None or change.kind not in STANDARD_OF:
        return None
    row = reference.standard(STANDARD_OF[change.kind], change.machine, change.product)
    if row is not None or change.in_erp:
        return row.value if row else None
    return Decimal(str(rate_standard(plant, reference, change.machine, change.product)[0]))


# --- quality --------------------------------------------------------------------------------------------------------


def batch_outcomes(
    plant: Plant,
    reference: Reference,
    holds: Sequence[Hold],
    progress: Iterable[OrderProgress],
) -> Iterator[Found]:
    """The lots whose status in the ERP is not what quality came to: by a hold that ended, else by their rejects.

    Of what came to its end lately only: later the ERP has its own reasons.
    """
    as_of = reference.as_of
    if as_of is None:
        return
    ended = [hold for hold in holds if hold.released_at is not None and as_of - hold.released_at <= RECENT]
    for lot in {lot for hold in ended for lot in hold.lots} & reference.lots.keys():
        found = _by_hold(reference.lots[lot], [hold for hold in holds if lot in hold.lots], as_of)
        if found is not None:
            yield found
    judged = {lot for hold in holds for lot in hold.lots}
    for row in progress:
        if row.counted_at is not None and as_of - row.counted_at <= RECENT:
            yield from _by_rejects(row, plant, reference, judged)


def _by_hold(lot: Lot, holds: Sequence[Hold], as_of: datetime) -> Found | None:
    """Hold wins: while one binds the lot, nothing is proposed. Then the last one's disposition counts."""
    last = max(holds, key=lambda hold: hold.released_at or hold.placed_at)
    if any(not hold.closed for hold in holds) or last.released_at is None:
        return None
    wanted = SCRAPPED if last.disposition is Disposition.SCRAP else RELEASED
    if as_of - last.released_at < SETTLE or status_in(lot) == wanted:
        return None
    change = Change(
        kind=ProposalKind.BATCH_STATUS,
        line=last.line,
        product=lot.product,
        lot=lot.number,
        status=wanted,
        said=lot.status,
        in_erp=True,
    )
    fact = Evidence(
        n=len(holds), middle=0.0, low=0.0, high=0.0, spread=0.0, confidence=1.0, standard=0.0, unit="holds",
        from_at=last.placed_at, to_at=last.released_at,
    )  # fmt: skip
    return Found(change=change, evidence=fact)


def _by_rejects(row: OrderProgress, plant: Plant, reference: Reference, judged: set[str]) -> Iterator[Found]:
    """A lot with more rejects than the plant's own limit, and certainly so, which the ERP has as free."""
    limit = parameter(plant, "reject_drift", "above_percent", row.machine)
    for count in row.lots:
        lot, total = reference.lots.get(count.lot), int(count.good + count.scrap)
        old = reference.as_of is None or reference.as_of - count.to_at > RECENT
        if lot is None or old or count.lot in judged or total < LEAST_LOT or status_in(lot) != RELEASED:
            continue
        share = share_of(int(count.scrap), total)
        if share.low * 100 <= limit:
            continue
        change = Change(
            kind=ProposalKind.BATCH_STATUS,
            line=row.line,
            machine=row.machine or None,
            product=lot.product,
            lot=lot.number,
            status=HELD,
            said=lot.status,
            in_erp=True,
            figures={"rejects": float(count.scrap), "units": float(total)},
        )
        yield Found(change=change, evidence=_percent(share, limit, count))


def _percent(share: Estimate, limit: float, count: LotCount) -> Evidence:
    return Evidence(
        n=share.n,
        middle=share.middle * 100,
        low=share.low * 100,
        high=share.high * 100,
        spread=share.spread * 100,
        confidence=share.confidence,
        standard=limit,
        unit="%",
        from_at=count.from_at,
        to_at=count.to_at,
    )


def status_in(lot: Lot) -> str:
    """What the ERP's own word for a lot's status comes to."""
    word = lot.status.lower()
    return RELEASED if word in FREE else SCRAPPED if word == SCRAPPED else HELD


# --- measuring ------------------------------------------------------------------------------------------------------

Values = Callable[[Iterable[Run]], tuple[Measurement, ...]]

VALUES: Mapping[ProposalKind, Values] = {ProposalKind.RATE: rates, ProposalKind.REPLENISHMENT: load_minutes}
"""What is measured of each run, by what it is held against."""


def drift(runs: Sequence[Run], values: Values, standard: float, unit: str) -> Evidence | None:
    """The evidence that the latest runs give against a standard; None where they give none."""
    found = _measured(runs, values, standard, unit)
    return None if found is None or not drifted(found[0], standard) else found[1]


def effect(proposal: Proposal, runs: Sequence[Run]) -> tuple[Evidence, bool] | None:
    """What was measured since the change against what was to become of it, and whether the gap is closed.

    None until there are as many measurements as evidence takes.
    """
    change = proposal.change
    values = VALUES.get(change.kind)
    if values is None or change.becomes is None or proposal.changed_at is None:
        return None
    planned = float(change.becomes)
    found = _measured(since(runs, proposal.changed_at), values, planned, change.unit)
    if found is None or found[0].n < LEAST:
        return None
    return found[1], met(found[0], planned)


def _measured(runs: Sequence[Run], values: Values, standard: float, unit: str) -> tuple[Estimate, Evidence] | None:
    measured = values(runs)[-MOST:]
    if not measured or standard <= 0:
        return None
    found = estimate([each.value for each in measured])
    evidence = Evidence(
        n=found.n,
        middle=found.middle,
        low=found.low,
        high=found.high,
        spread=found.spread,
        confidence=found.confidence,
        standard=standard,
        unit=unit,
        from_at=measured[0].from_at,
        to_at=measured[-1].to_at,
        values=tuple(round(each.value, 4) for each in measured),
    )
    return found, evidence


def parameter(plant: Plant, kind: str, name: str, machine: str) -> float:
    """A parameter of the rule that holds at a machine: one that names it before one for all, else the kind's own."""
    rules = [r for r in plant.rules if r.kind == kind and (not r.machines or machine in r.machines)]
    rules.sort(key=lambda rule: not rule.machines)
    default = next(p.default for p in EXCEPTION_KINDS[kind].parameters if p.name == name)
    return rules[0].parameters.get(name, default) if rules else default


def rounded(value: float) -> Decimal:
    """A value as somebody would plan with it: three significant figures."""
    return Decimal(f"{value:.3g}").normalize() + Decimal(0)
