"""What a proposal says to a person: what was found, how sure that is, what will happen, what came of it. No Qt."""

from __future__ import annotations

from decimal import Decimal

from app.domain.events import Change, Evidence, ProposalKind
from app.domain.lifecycles import ProposalState
from app.domain.plant import Plant
from app.domain.proposal import DECIDES, Proposal
from app.domain.text import safe
from app.readmodel.kpi import DAYS_TO_CHANGE_TARGET
from ui.text import DASH, Formats, amount, t

STATES = {
    ProposalState.PROPOSED: "proposed",
    ProposalState.OFFERED: "to decide",
    ProposalState.ACCEPTED: "accepted, on its way",
    ProposalState.DECLINED: "declined",
    ProposalState.WITHDRAWN: "taken back",
    ProposalState.WRITTEN_BACK: "in the ERP, effect not measured yet",
    ProposalState.EXPORTED: "exported, effect not measured yet",
    ProposalState.MEASURED: "effect measured",
    ProposalState.CLOSED: "closed",
}
"""Each state in words."""

SAMPLES = {ProposalKind.RATE: "{n} runs", ProposalKind.REPLENISHMENT: "{n} stretches of use"}


def number(value: float | Decimal) -> str:
    """Three or four figures, thousands marked: "388", "52.8", "4.51"."""
    size = abs(float(value))
    return amount(value, 0 if size >= 100 or float(value).is_integer() else 1 if size >= 10 else 2)


def title(change: Change, evidence: Evidence, plant: Plant, products: dict[str, str]) -> str:
    """What was found, in one sentence."""
    product = safe(products.get(change.product, change.product))
    where, found, planned = plant.label(change.machine), number(evidence.middle), number(evidence.standard)
    if change.kind is ProposalKind.RATE:
        return t(
            "{machine}, {product}: runs {found} {unit}, the plan says {planned}",
            machine=where, product=product, found=found, unit=change.unit, planned=planned,
        )  # fmt: skip
    if change.kind is ProposalKind.REPLENISHMENT:
        return t(
            "{machine}, {material}: a load lasts {found} min, deliveries are planned for {planned}",
            machine=where, material=safe(products.get(change.material, change.material)), found=found, planned=planned,
        )  # fmt: skip
    if evidence.unit == "%":
        return t(
            "Lot {lot}, {product}: {found} % rejects, the limit is {planned} %",
            lot=safe(change.lot), product=product, found=found, planned=planned,
        )  # fmt: skip
    return t("Lot {lot}, {product}: quality says {status}", lot=safe(change.lot), product=product, status=change.status)


def sureness(change: Change, evidence: Evidence, formats: Formats) -> str:
    """How many, how sure, how wide, and over which time."""
    span = f"{formats.minute(evidence.from_at)} – {formats.minute(evidence.to_at)}"
    if not evidence.values and evidence.unit != "%":
        return t("the hold ended {at}", at=formats.minute(evidence.to_at))
    counted = (
        t(SAMPLES[change.kind], n=evidence.n)
        if change.kind in SAMPLES
        else t("{rejects} of {units} units", rejects=number(change.figures.get("rejects", 0)), units=amount(evidence.n))
    )
    return t(
        "{counted}, {span} · {sure} % sure: {low} to {high} {unit}",
        counted=counted, span=span, sure=int(evidence.confidence * 100), low=number(evidence.low),
        high=number(evidence.high), unit=evidence.unit,
    )  # fmt: skip


def facts(change: Change, evidence: Evidence) -> tuple[str, ...]:
    """What follows from it for those who work with it."""
    told, figures = [], change.figures
    if change.kind is ProposalKind.RATE and evidence.standard:
        told.append(
            t(
                "{percent} % {way} than planned · half of the runs within {spread} {unit}",
                percent=number(abs(evidence.middle / evidence.standard - 1) * 100),
                way=t("slower") if evidence.middle < evidence.standard else t("faster"),
                spread=number(evidence.spread), unit=evidence.unit,
            )
        )  # fmt: skip
    if "call_percent" in figures:
        pieces = t(", {n} pieces", n=number(figures["call_pieces"])) if "call_pieces" in figures else ""
        told.append(
            t(
                "Bring the next load at {percent} %{pieces}: {lead} min before it is empty",
                percent=number(figures["call_percent"]), pieces=pieces, lead=number(figures["lead_min"]),
            )
        )  # fmt: skip
    if "per_unit" in figures:
        bill = number(figures["bill"]) if "bill" in figures else DASH
        told.append(t("{used} used for each unit, the bill says {bill}", used=f"{figures['per_unit']:.3f}", bill=bill))
    if change.said:
        told.append(t("The ERP says {said}", said=safe(change.said)))
    return tuple(told)


def what_changes(change: Change) -> str:
    """ "326 → 300 bottles/min", "hold"."""
    if change.becomes is not None and change.was is not None:
        return t("{was} → {becomes} {unit}", was=number(change.was), becomes=number(change.becomes), unit=change.unit)
    return t(change.status)


def will(change: Change) -> str:
    """What accepting it does."""
    if change.kind is ProposalKind.BATCH_STATUS:
        if change.status == "hold":
            return t("If accepted: a hold is placed on the lot, and the ERP is told")
        return t("If accepted: the ERP is told that the lot is {status}", status=t(change.status))
    if change.in_erp:
        return t("If accepted: {what} is written into the ERP", what=what_changes(change))
    return t("If accepted: {what} goes into a file for planning, at this workstation", what=what_changes(change))


BECOMING = {
    ProposalState.ACCEPTED: "Accepted by {who} {at}: {what} is on its way",
    ProposalState.DECLINED: "Declined by {who} {at}: {reason}",
    ProposalState.WITHDRAWN: "Taken back: {reason}",
    ProposalState.WRITTEN_BACK: "In the ERP since {since} ({document}), by {who}",
    ProposalState.EXPORTED: "Exported by {who}: {file} at {station}",
}
"""What happens, in one sentence, by the state; what is undecided and what was measured is said by functions."""


def becoming(row: Proposal, plant: Plant, formats: Formats) -> str:
    """What will happen, happens or came of it: one sentence for the state it is in."""
    if row.state in (ProposalState.PROPOSED, ProposalState.OFFERED):
        return will(row.change)
    if row.state not in BECOMING:
        return outcome(row)
    return t(
        BECOMING[row.state],
        who=name_of(row.decided_by, plant),
        at=formats.minute(row.decided_at),
        what=what_changes(row.change),
        reason=safe(row.reason),
        since=formats.minute(row.changed_at),
        document=safe(row.refs.get("document", "") or next(iter(row.refs.values()), DASH)),
        file=safe(row.file),
        station=safe(row.station),
    )


def outcome(row: Proposal) -> str:
    """What was measured after the change."""
    found = row.effect
    if found is None:
        said = safe(row.said)
        return t("The ERP now says {said}", said=said) if row.met else t("The ERP still says {said}", said=said)
    end = t("the plan fits") if row.met else t("the plan still does not fit")
    return t(
        "Since then {found} {unit} ({low} to {high}, n {n}): {end}",
        found=number(found.middle), unit=found.unit, low=number(found.low), high=number(found.high), n=found.n, end=end,
    )  # fmt: skip


def deciders(row: Proposal, plant: Plant, formats: Formats, mine: bool) -> str:
    """ "you decide, until 23 Nov 01:15"; "I. Novak decides, …", "planner decides, …" where nobody is named."""
    until = f"{formats.day(row.decide_by)} {formats.minute(row.decide_by)}"
    if mine:
        return t("you decide, until {until}", until=until)
    names = ", ".join(name_of(person, plant) for person in row.people if person)
    role = DECIDES[row.change.kind].role.value.replace("_", " ")
    return t("{who} decides, until {until}", who=names or t(role), until=until)


def name_of(person_id: str, plant: Plant) -> str:
    """ "I. Novak"; the id of somebody whom the plant file does not know."""
    person = plant.people.get(person_id)
    return person.short if person else safe(person_id)


def days_text(days: float | None, count: int) -> str:
    """ "Evidence to change: 0.3 days (p50 of 4) · target 7 days"."""
    target = f"{DAYS_TO_CHANGE_TARGET:g}"
    if days is None:
        return t("Evidence to change: {dash} · target {target} days", dash=DASH, target=target)
    return t(
        "Evidence to change: {days} days (p50 of {count}) · target {target} days",
        days=number(days), count=count, target=target,
    )  # fmt: skip
