"""One hold, whole: its steps, its lots on the floor, here and in the ERP, what a release frees, its history. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from app.domain.case import Entry
from app.domain.control import Control
from app.domain.erp import Capability
from app.domain.events import HeldUnits, Signature
from app.domain.hold import Hold
from app.domain.lifecycle import words
from app.domain.lifecycles import ControlState, HoldState, PostingState
from app.domain.posting import Posting
from app.domain.text import safe
from app.readmodel.interlocks import asked_by
from app.readmodel.model import all_progress, case
from ui.desk import Desk
from ui.marks import marks_of
from ui.models.controls import control_line
from ui.sharing import alone_text, here_words, holds_doubt, lonely_holds, step_here, stored_here
from ui.text import DASH, Formats, amount, duration, t
from ui.views.holds.listing import disposition, lots_text, name, reason_name, reason_text, units_text
from ui.views.holds.rows import HoldDetail, Key, Line, LotRow, Step

Keys = Callable[[str], tuple[Key, ...]]

STEPS = (
    (HoldState.PLACED, "Placed"),
    (HoldState.UNDER_REVIEW, "Under review"),
    (HoldState.DISPOSITIONED, "Disposition"),
    (HoldState.CLOSED, "Released"),
)
"""The hold's life in its order, as it is drawn."""

TO_SEE = frozenset({ControlState.UNKNOWN, ControlState.FAILED, ControlState.REFUSED})
"""An interlock that stands so needs somebody's eye."""

SENTENCES: Mapping[str, tuple[str, str]] = {
    "HoldPlaced": ("{who} placed it", "{who} placed it: “{text}”"),
    "HoldReviewStarted": ("{who} began the review", "{who} began the review: “{text}”"),
    "HoldDispositioned": ("{who} decided", "{who} decided: {text}"),
    "HoldReleased": ("{who} released it", "{who} released it: “{text}”"),
}
"""A sentence without and one with words per event of a hold; a test walks the fold's table against it."""


def detail_of(hold: Hold, desk: Desk, formats: Formats, keys: Keys) -> HoldDetail:
    """Everything about a hold as plain rows."""
    ref, found = f"hold/{hold.id}", case(desk.view, hold.case_id) if hold.case_id else None
    ended = hold.released_at
    units, lots = units_text(hold), lots_text(hold)
    return HoldDetail(
        ref=ref,
        title=t("{units} units of {lots}", units=units, lots=lots) if hold.quantity else f"{lots} · {units}",
        reason=f"{reason_name(hold, desk.plant)} · {safe(hold.reason, 200)}",
        origin=origin(hold, safe(found.title, 100) if found else "", desk, formats),
        case_ref=f"case/{found.id}" if found else "",
        since=None if ended else hold.placed_at,
        age=duration((ended - hold.placed_at).total_seconds()) if ended else "",
        steps=steps(hold, desk, formats),
        keys=keys(ref),
        lots=tuple(lot_row(hold, lot, desk, holds_doubt(desk, formats)) for lot in hold.lots),
        release=release(hold, holds_doubt(desk, formats), desk),
        interlocks=tuple(interlock_line(row, desk, formats) for row in asked_by(desk.view, hold.id)),
        timeline=timeline(hold, desk, formats),
        signatures=tuple(
            signature_line(entry, signature, formats) for entry in hold.timeline for signature in entry.signatures
        ),
        marks=marks_of(desk).of(ref),
        warning=alone_text((hold,), desk.now(), formats) if hold in lonely_holds(desk) else "",
    )


def timeline(hold: Hold, desk: Desk, formats: Formats) -> tuple[Line, ...]:
    """The hold's history, oldest first; what no other station knows yet says so."""
    here = stored_here(desk)
    return tuple(
        line_of(entry, desk, formats, here=step_here(desk, here, f"hold/{hold.id}", entry.at))
        for entry in hold.timeline
    )


SIGNED = {"HoldDispositioned": "Disposition", "HoldReleased": "Release"}
"""What was signed, in a word."""


def signature_line(entry: Entry, signature: Signature, formats: Formats) -> Line:
    """A signature on the hold's page: by full name, of what, meaning what, when; and the hash of what was shown."""
    what = t(SIGNED.get(entry.what, entry.what))
    said = t("{what} signed by {name}", what=what, name=safe(signature.name, 80))
    detail = t("“{meaning}” · what was shown: {hash}…", meaning=safe(signature.meaning, 120), hash=signature.shown[:12])
    when = f"{formats.day(signature.signed_at)} {formats.clock(signature.signed_at)}"
    return Line(when=when, text=said, detail=detail)


def origin(hold: Hold, title: str, desk: Desk, formats: Formats) -> str:
    """From which case, at which machine, of which window."""
    parts = [t("from case “{title}”", title=title)] if title else [t("placed on its own")]
    if hold.machine:
        parts.append(desk.plant.label(hold.machine))
    if hold.from_at and hold.to_at:
        window = {"start": formats.clock(hold.from_at), "end": formats.clock(hold.to_at)}
        parts.append(t("made {start} – {end}", **window))
    return " · ".join(parts)


def steps(hold: Hold, desk: Desk, formats: Formats) -> tuple[Step, ...]:
    """The four steps with who took each and when."""
    at = [state for state, _ in STEPS].index(hold.state)
    said = {
        HoldState.PLACED: _who(desk, hold.placed_by, formats.minute(hold.placed_at)),
        HoldState.UNDER_REVIEW: _entry(hold, "HoldReviewStarted", desk, formats),
        HoldState.DISPOSITIONED: disposition(hold),
        HoldState.CLOSED: _who(desk, hold.released_by, formats.minute(hold.released_at)) if hold.released_by else "",
    }
    return tuple(
        Step(text=t(text), detail=said[state] if place <= at else "", done=place < at or hold.closed, now=place == at)
        for place, (state, text) in enumerate(STEPS)
    )


def _who(desk: Desk, person: str, at: str) -> str:
    return f"{name(desk.plant, person)} {at}"


def _entry(hold: Hold, what: str, desk: Desk, formats: Formats) -> str:
    last = next((e for e in reversed(hold.timeline) if e.what == what), None)
    return _who(desk, last.person, formats.minute(last.at)) if last else ""


# --- floor, Lineside, ERP -------------------------------------------------------------------------------------------


def lot_row(hold: Hold, lot: str, desk: Desk, doubt: str) -> LotRow:
    """A lot as the three have it; `doubt` says that it may be held elsewhere."""
    units = [u for u in hold.units if u.lot == lot]
    quantity = sum((u.quantity for u in units), Decimal(0))
    posted = posting_of(hold, lot, desk)
    said, detail = posting_text(posted) if posted is not None else unposted(desk)
    bound = desk.view.holds_on(lot)
    others = len(bound) - (hold.id in bound)
    mine = t("free of this hold") if hold.closed else t("on hold")
    if hold.closed and not others and doubt:
        mine = doubt
    more = t("1 other hold") if others == 1 else t("{count} other holds", count=others)
    return LotRow(
        lot=safe(lot, 40),
        units=", ".join(range_text(u) for u in units),
        quantity=amount(quantity) if quantity else DASH,
        floor=floor_text(lot, desk),
        lineside=f"{mine} · {more}" if others else mine,
        erp=said,
        erp_detail=detail,
        erp_bad=posted is not None and posted.stuck,
    )


def range_text(units: HeldUnits) -> str:
    """ "21,206 – 22,017"; "whole lot" without serials."""
    if units.first is None or units.last is None:
        return t("whole lot")
    return f"{amount(units.first)} – {amount(units.last)}"


def floor_text(lot: str, desk: Desk) -> str:
    """What the floor counted of a lot."""
    counted = [row for order in all_progress(desk.view) for row in order.lots if row.lot == lot]
    if not counted:
        return t("not counted here")
    good, scrap = sum((c.good for c in counted), Decimal(0)), sum((c.scrap for c in counted), Decimal(0))
    said = t("{good} good", good=amount(good))
    return f"{said}, {t('{scrap} scrap', scrap=amount(scrap))}" if scrap else said


def posting_of(hold: Hold, lot: str, desk: Desk) -> Posting | None:
    """The newest posting of this hold for the lot."""
    rows = desk.view.postings_of(f"hold/{hold.id}").values()
    return max((p for p in rows if p.command.get("lot") == lot), key=lambda p: p.seq, default=None)


def unposted(desk: Desk) -> tuple[str, str]:
    """What is said of a lot of which the ERP was told nothing."""
    erp = desk.plant.erp
    if erp.connected and not erp.takes(Capability.LOT_BLOCKS):
        return t("kept in Lineside only"), t("this ERP can't block lots: see to it there by hand")
    return t("nothing posted"), ""


def posting_text(posting: Posting) -> tuple[str, str]:
    """("hold confirmed", "41 s after the floor"), or what the ERP said in its own words."""
    status = safe(str(posting.command.get("status", "")), 30)
    if posting.state is PostingState.CONFIRMED:
        lag = duration(posting.lag_s or 0)
        return t("{status} confirmed", status=status), t("{lag} after the floor", lag=lag)
    if posting.stuck:
        said = safe(posting.words, 120)
        return t("{status} {state}", status=status, state=words(posting.state)), t("“{words}”", words=said)
    if posting.state is PostingState.UNKNOWN:
        return t("{status} sent", status=status), t("no answer yet")
    return t("{status} waits for the ERP", status=status), ""


# --- release and history --------------------------------------------------------------------------------------------


def release(hold: Hold, doubt: str, desk: Desk) -> tuple[Line, ...]:
    """What a release of this hold frees, and which lots stay held all the same (I3)."""
    if hold.closed:
        return ()
    return tuple(_freed(hold, lot, doubt, desk) for lot in hold.lots)


def _freed(hold: Hold, lot: str, doubt: str, desk: Desk) -> Line:
    reasons = desk.view.reasons_on(lot)
    reasons[hold.reason_code] -= 1
    label, count = safe(lot, 40), sum(reasons.values())
    if not count and doubt:
        return Line(when="", text=t("lot {lot}: {doubt}", lot=label, doubt=doubt), bad=True)
    if not count:
        return Line(when="", text=t("lot {lot} becomes free", lot=label))
    said = (
        t("lot {lot} stays held by 1 other hold", lot=label)
        if count == 1
        else t("lot {lot} stays held by {count} other holds", lot=label, count=count)
    )
    named = ((reason_text(code, desk.plant), held) for code, held in reasons.items() if held)
    detail = ", ".join(f"{reason} ({amount(held)})" if held > 1 else reason for reason, held in named)
    return Line(when="", text=said, detail=detail, bad=True)


def interlock_line(row: Control, desk: Desk, formats: Formats) -> Line:
    """What became of an interlock: never taken for done, or not done, where nobody knows."""
    shown = control_line(desk, row, formats)
    detail = safe(shown.detail)
    if row.state is ControlState.UNKNOWN:
        detail += " " + t("Look at the machine, then say on its page how it stands.")
    what = t(
        "{machine}: {what}: {state}", machine=desk.plant.label(row.machine), what=safe(shown.what), state=shown.state
    )
    return Line(when=shown.at, text=what, detail=detail, bad=row.state in TO_SEE)


def line_of(entry: Entry, desk: Desk, formats: Formats, *, here: bool = False) -> Line:
    """An entry of the hold's history as a line."""
    who = name(desk.plant, entry.person)
    plain, spoken = SENTENCES.get(entry.what, ("{who}", "{who}: {text}"))
    text = t(spoken if entry.text else plain, who=who, text=safe(entry.text))
    signed = (signed_words(signature, formats) for signature in entry.signatures)
    detail = " · ".join((*signed, *((here_words(),) if here else ())))
    return Line(when=f"{formats.day(entry.at)} {formats.clock(entry.at)}", text=text, detail=detail)


def signed_words(signature: Signature, formats: Formats) -> str:
    """ "signed Ana Brandt 02:14:31: “I checked it and release it”"."""
    return t(
        "signed {name} {at}: “{meaning}”",
        name=safe(signature.name, 80),
        at=formats.clock(signature.signed_at),
        meaning=safe(signature.meaning, 120),
    )
