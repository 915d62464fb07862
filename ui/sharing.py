"""What the screens say of the plant's shared store: how it stands, what is only stored here, what to warn of. No Qt.

Three states of an act are told apart: stored here, shared, confirmed by the ERP. Shared is normal and says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from app.domain.hold import Hold
from app.domain.signing import LARGEST_OFFSET_S
from app.domain.status import Health, SharedStatus
from app.domain.text import safe
from app.readmodel.model import open_holds
from ui.decisions import open_for
from ui.desk import Desk
from ui.part import Notice, Part
from ui.plant_words import plant_warnings
from ui.text import Formats, amount, duration, hms, t

GRACE = timedelta(seconds=1)
"""For so long nothing is said of what is on its way to a store that answers: it would only flash."""

KNOWN_FOR = timedelta(seconds=30)
"""Without a look at the plant's log for longer, whether a lot is free is not known here (I3)."""

ALONE_FOR = timedelta(seconds=30)
"""A hold that no other station knows of for longer is warned of."""

CLOCK_WARNS_S = 2.0


# --- what is only stored here ---------------------------------------------------------------------------------------


def stored_here(desk: Desk) -> frozenset[str]:
    """The aggregates that are to be marked as stored here only."""
    shared = desk.status.shared
    if not shared.joined or not desk.only_here:
        return frozenset()
    late = shared.oldest_at is not None and desk.now() - shared.oldest_at >= GRACE
    return frozenset(desk.only_here) if late or shared.health is not Health.UP else frozenset()


def step_here(desk: Desk, here: frozenset[str], stream: str, at: datetime) -> bool:
    """Whether a step of an aggregate at an instant is among what is only stored `here`."""
    oldest = desk.status.shared.oldest_at
    return stream in here and (oldest is None or at >= oldest)


def here_words() -> str:
    """The mark of what no other station knows yet."""
    return t("stored here")


def lonely_holds(desk: Desk) -> tuple[Hold, ...]:
    """Holds that bind and that other stations have not known of for too long."""
    here, now = stored_here(desk), desk.now()
    return tuple(
        hold
        for hold in (open_holds(desk.view) if here else ())
        if step_here(desk, here, f"hold/{hold.id}", hold.placed_at) and now - hold.placed_at > ALONE_FOR
    )


# --- whether a lot is free ------------------------------------------------------------------------------------------


def holds_doubt(desk: Desk, formats: Formats) -> str:
    """ "hold state unknown since 02:13", which stands wherever a lot would be shown as free; "" while it is known."""
    shared, now = desk.status.shared, desk.now()
    if not shared.joined:
        return ""
    if shared.synced_at is None:
        down = shared.health is Health.DOWN
        return t("hold state unknown since the start") if down else t("hold state not known yet")
    if now - shared.synced_at <= KNOWN_FOR:
        return ""
    return t("hold state unknown since {at}", at=moment(shared.synced_at, now, formats))


# --- notices -------------------------------------------------------------------------------------------------------


def notices(desk: Desk, formats: Formats) -> tuple[Notice, ...]:
    """What must be seen now, the gravest first."""
    return tuple(sorted(_notices(desk, formats), key=lambda row: row.priority))


def _notices(desk: Desk, formats: Formats) -> Iterator[Notice]:
    alone, doubt, offset_s = lonely_holds(desk), holds_doubt(desk, formats), desk.status.shared.offset_s
    if alone:
        yield Notice(priority=2, text=alone_text(alone, desk.now(), formats), ref=f"hold/{alone[0].id}")
    if doubt:
        said = f"{doubt[:1].upper()}{doubt[1:]}"
        yield Notice(priority=3, text=t("{doubt}: take no lot for free.", doubt=said), ref="")
    if desk.status.shared.joined and abs(offset_s) > LARGEST_OFFSET_S:
        yield Notice(priority=3, text=clock_text(offset_s), ref="")
    for priority, text in plant_warnings(desk.status.plant_file, formats):
        yield Notice(priority=priority, text=text, ref="")
    undecided = open_for(desk)
    if undecided:
        count = len(undecided)
        said = (
            t("{count} steps were not taken: decide.", count=count) if count > 1 else t("1 step was not taken: decide.")
        )
        yield Notice(priority=4, text=said, ref=undecided[0].ref)


def alone_text(alone: Sequence[Hold], now: datetime, formats: Formats) -> str:
    """Which holds other stations do not know of, since when, and what to do about it."""
    lots = ", ".join(dict.fromkeys(safe(lot, 40) for hold in alone for lot in hold.lots))
    since = moment(min(hold.placed_at for hold in alone), now, formats)
    if len(alone) == 1:
        said = t("Hold on {lots} is only stored here since {since}.", lots=lots, since=since)
        return f"{said} {t('Other stations do not know of it: tag the pallets.')}"
    said = t("{count} holds are only stored here since {since}: {lots}.", count=len(alone), since=since, lots=lots)
    return f"{said} {t('Other stations do not know of them: tag the pallets.')}"


def clock_text(offset_s: float) -> str:
    """That nothing can be signed here, and whom to tell."""
    return t("This station's clock is off by {s} s: nothing can be signed here. Tell plant IT.", s=f"{offset_s:+.0f}")


# --- the status bar -------------------------------------------------------------------------------------------------


def shared_part(shared: SharedStatus, now: datetime, formats: Formats) -> Part:
    """ "Shared up since 21:40", "Shared store away since 02:13 · 3 stored here, not shared yet (oldest 0:42)"."""
    tip = "\n".join(shared_facts(shared, now, formats))
    if not shared.joined:
        return Part(id="shared", head=t("Alone"), text=t("no shared store"), tip=tip, whole=True)
    said = [words for words in (_since(shared, now, formats), waiting_text(shared, now), _clock(shared)) if words]
    head = t("Shared store away") if shared.health is Health.DOWN else t("Shared")
    return Part(id="shared", head=head, text=" · ".join(said), priority=priority_of(shared, now), tip=tip, whole=True)


def priority_of(shared: SharedStatus, now: datetime) -> int:
    """How loud the status bar is: 0 is normal."""
    offset_s = abs(shared.offset_s)
    if offset_s > LARGEST_OFFSET_S or shared.health is Health.DOWN:
        return 3
    stuck = shared.oldest_at is not None and now - shared.oldest_at > ALONE_FOR
    return 4 if stuck or shared.health is Health.DEGRADED or offset_s > CLOCK_WARNS_S else 0


def _since(shared: SharedStatus, now: datetime, formats: Formats) -> str:
    if shared.end and shared.health is not Health.DOWN:
        return reading_text(shared)
    if shared.health is Health.STARTING or shared.since is None:
        return t("connecting") if shared.health is not Health.DOWN else ""
    at = moment(shared.since, now, formats)
    return t("since {at}", at=at) if shared.health is Health.DOWN else t("up since {at}", at=at)


def reading_text(shared: SharedStatus) -> str:
    """ "reading the plant's log: 120,000 of 200,000", while this station is far behind."""
    return t("reading the plant's log: {place} of {end}", place=amount(shared.place), end=amount(shared.end))


def waiting_text(shared: SharedStatus, now: datetime) -> str:
    """ "3 stored here, not shared yet (oldest 0:42)"; "" while everything is shared, or only just on its way."""
    if not shared.waiting or shared.oldest_at is None:
        return ""
    age = now - shared.oldest_at
    if age < GRACE and shared.health is Health.UP:
        return ""
    oldest = hms(max(0.0, age.total_seconds()))
    return t("{count} stored here, not shared yet (oldest {age})", count=amount(shared.waiting), age=oldest)


def _clock(shared: SharedStatus) -> str:
    if abs(shared.offset_s) > LARGEST_OFFSET_S:
        return t("clock {s} s off, nothing can be signed", s=f"{shared.offset_s:+.0f}")
    return t("clock {s} s off", s=f"{shared.offset_s:+.1f}") if abs(shared.offset_s) > CLOCK_WARNS_S else ""


def shared_facts(shared: SharedStatus, now: datetime, formats: Formats) -> tuple[str, ...]:
    """Everything there is to know of it, a sentence each, with what to do."""
    return tuple(_facts(shared, now, formats))


def _facts(shared: SharedStatus, now: datetime, formats: Formats) -> Iterator[str]:
    if not shared.joined:
        yield t("This station works alone: what is stored here is all there is.")
        return
    if shared.health is Health.DOWN:
        at = moment(shared.since, now, formats) if shared.since else ""
        yield t("The shared store is away since {at}: {reason}", at=at, reason=safe(shared.reason) or t("no answer"))
        yield t("Go on working: it is stored here and goes up by itself. Releases and accepting a move wait for it.")
        yield t("Tag what you hold. If it stays away, tell plant IT.")
    elif shared.end:
        said = reading_text(shared)
        yield t("{said}. What is shown is not complete yet.", said=f"{said[:1].upper()}{said[1:]}")
    elif shared.health is Health.UP:
        yield t("The shared store is up since {at}.", at=moment(shared.since, now, formats) if shared.since else "")
    else:
        yield t("The shared store has not answered yet. {reason}", reason=safe(shared.reason)).strip()
    if said := waiting_text(shared, now):
        yield f"{said}."
    if shared.synced_at is not None:
        age = duration(max(0.0, (now - shared.synced_at).total_seconds()))
        yield t("What the other stations did is known up to {age} ago.", age=age)
    if abs(shared.offset_s) > LARGEST_OFFSET_S:
        yield clock_text(shared.offset_s)
    elif abs(shared.offset_s) > CLOCK_WARNS_S:
        yield t("This station's clock is {s} s off the shared store's. Tell plant IT.", s=f"{shared.offset_s:+.1f}")
    if shared.duty:
        yield t("This station keeps the plant's clocks and posts to the ERP.")


def moment(at: datetime, now: datetime, formats: Formats) -> str:
    """ "02:13", with the day where it was not within the last twelve hours."""
    clock = formats.minute(at)
    return clock if now - at < timedelta(hours=12) else f"{formats.day(at)} {clock}"
