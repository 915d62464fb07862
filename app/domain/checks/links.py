"""How controllers, the plant's log and the ERP are judged: each function is a row of CHECKS. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.checks.check import State
from app.domain.checks.facts import ControllerFacts, Facts
from app.domain.checks.words import ago, off, span
from app.domain.signing import LARGEST_OFFSET_S

Found = tuple[State, str, str, str, str]
"""State, title, what is said, what to do, what of several it is about."""

OK, WARNING, BAD, UNKNOWN = State.OK, State.WARNING, State.BAD, State.UNKNOWN

QUIET_S = 60.0
"""A link that is up and says nothing for longer is looked at."""
CLOCK_WARNS_S = 2.0
CONTROLLER_CLOCK_BAD_S = 60.0
SHARED_LATE_S = 30.0
LAG_WARNS_S = 10.0
BACKLOG_WARNS_S = 600.0
READ_WARNS_S = 600.0


def links(facts: Facts) -> Iterator[Found]:
    """Each controller answers."""
    for one in (*facts.controllers, *facts.addresses):
        yield _link(one, facts)


def _link(one: ControllerFacts, facts: Facts) -> Found:
    if one.up:
        return OK, one.name, "It answers.", "", one.id
    if one.up is None:
        return UNKNOWN, one.name, one.reason or "It has not answered yet.", "", one.id
    since = f" for {span((facts.now - one.since).total_seconds())}" if one.since else ""
    said = f"No answer{since}: {one.reason.rstrip('.')}." if one.reason else f"No answer{since}."
    return BAD, one.name, said, "Look at its power, its cable and its address in the plant file.", one.id


def security(facts: Facts) -> Iterator[Found]:
    """Links that can be secured are."""
    for one in (*facts.controllers, *facts.addresses):
        if one.up and one.securable:
            yield (
                (OK, one.name, "What it says is signed.", "", one.id)
                if one.secured
                else (WARNING, one.name, "Anybody in its network could speak for it: the link is not secured.",
                      'Give it a "security" in the plant file: manual, Security.', one.id)
            )  # fmt: skip


def data(facts: Facts) -> Iterator[Found]:
    """A link that is up brings something."""
    for one in facts.controllers:
        if one.up and one.last_data_at is not None:
            quiet_s = (facts.now - one.last_data_at).total_seconds()
            said = f"It was last heard {ago(one.last_data_at, facts.now)}."
            yield (
                (OK, one.name, said, "", one.id)
                if quiet_s <= QUIET_S
                else (WARNING, one.name, said, "Look whether it runs, and at its tags: lineside check.", one.id)
            )


def units(facts: Facts) -> Iterator[Found]:
    """Every device behind a gateway answers."""
    for one in facts.controllers:
        for unit in one.silent:
            yield (
                BAD,
                one.name,
                f"{unit} behind it does not answer.",
                "Look at that device and its serial line.",
                one.id,
            )


def controller_clocks(facts: Facts) -> Iterator[Found]:
    """Controllers' clocks agree with this station's."""
    for one in (*facts.controllers, *facts.addresses):
        if one.clock_s is None:
            continue
        said = f"Its clock is {off(one.clock_s)} of this station's."
        if abs(one.clock_s) <= CLOCK_WARNS_S:
            yield OK, one.name, "Its clock agrees with this station's.", "", one.id
        else:
            state = BAD if abs(one.clock_s) > CONTROLLER_CLOCK_BAD_S else WARNING
            yield state, one.name, said, "Let it follow the plant's time server (NTP).", one.id


def shared_link(facts: Facts) -> Iterator[Found]:
    """The plant's log can be reached."""
    shared = facts.shared
    title = "Plant's log"
    if not shared.joined:
        yield OK, title, "This station works alone: its journal is all there is.", "", ""
    elif shared.up:
        yield OK, title, f"{shared.name or 'It'} answers.", "", ""
    elif shared.up is None:
        yield UNKNOWN, title, shared.reason or "It has not answered yet.", "", ""
    else:
        said = f"It is away: {shared.reason.rstrip('.') or 'no answer'}."
        yield BAD, title, said, "Go on working. Plant IT: packaging/postgres/check.sh on both servers.", ""


def shared_schema(facts: Facts) -> Iterator[Found]:
    """Its schema is the one that this program writes."""
    shared = facts.shared
    if not shared.joined or not shared.schema:
        return
    if shared.schema == shared.wanted:
        yield OK, "Schema", f"Schema {shared.schema}, timeline {shared.timeline}.", "", ""
    elif shared.schema > shared.wanted:
        said = f"It has schema {shared.schema}, this Lineside knows up to {shared.wanted}: nothing is shared from here."
        yield BAD, "Schema", said, "Install the newer Lineside on this station. It works on alone meanwhile.", ""
    else:
        said = f"It has schema {shared.schema}, this Lineside needs {shared.wanted}: nothing is shared from here."
        yield BAD, "Schema", said, "Ask IT to run: lineside db init URL", ""


def shared_place(facts: Facts) -> Iterator[Found]:
    """What is stored here is shared too."""
    shared, mine = facts.shared, facts.local.journal.operations
    if not shared.joined:
        return
    if shared.sent is not None and mine is not None and shared.sent > mine:
        said = f"It has {shared.sent:,} operations of this station, the journal here only {mine:,}."
        yield BAD, "Sharing", said, "The journal was lost or replaced: lineside restore --from-plant", ""
        return
    if not shared.up and shared.sent is None and not shared.waiting:
        return
    waiting = shared.waiting or max(0, (mine or 0) - shared.sent if shared.sent is not None else 0)
    age_s = (facts.now - shared.oldest_at).total_seconds() if shared.oldest_at else 0.0
    if not waiting:
        yield OK, "Sharing", "Everything that is stored here is shared.", "", ""
    elif age_s > SHARED_LATE_S:
        said = f"{waiting:,} operations are only stored here, the oldest for {span(age_s)}."
        yield WARNING, "Sharing", said, "They go up by themselves once the plant's log answers.", ""
    else:
        yield OK, "Sharing", f"{waiting:,} operations are on their way.", "", ""


def shared_standby(facts: Facts) -> Iterator[Found]:
    """Its standby follows, where this login may see it."""
    shared = facts.shared
    if not shared.joined or shared.standbys is None:
        return
    if not shared.standbys and not shared.pair:
        yield OK, "Standby", "What is shared is on one server.", "", ""
    elif not shared.standbys:
        yield (
            WARNING, "Standby", "No standby follows: what is shared is on one server only.",
            "packaging/postgres/check.sh says which step is next.", "",
        )  # fmt: skip
    elif shared.lag_s is not None and shared.lag_s > LAG_WARNS_S:
        yield WARNING, "Standby", f"It is {span(shared.lag_s)} behind.", "Look at the standby's disk and network.", ""
    else:
        yield OK, "Standby", "It follows.", "", ""


def shared_rights(facts: Facts) -> Iterator[Found]:
    """Station and people may do what they have to."""
    for said in facts.shared.rights:
        yield WARNING, "Rights", said, "lineside db check URL, as an administrator, names every fault.", ""


def erp_link(facts: Facts) -> Iterator[Found]:
    """The ERP answers."""
    erp = facts.erp
    if erp.adapter in ("", "none"):
        yield OK, "ERP", "No ERP is set up: nothing is posted.", "", ""
    elif erp.up:
        last = f" It was last read {ago(erp.last_at, facts.now)}." if erp.last_at else ""
        stale = erp.last_at is not None and (facts.now - erp.last_at).total_seconds() > READ_WARNS_S
        todo = "What the screens show of orders and lots is that old." if stale else ""
        yield (WARNING if stale else OK), "ERP", f"It answers.{last}", todo, ""
    elif erp.up is None:
        yield UNKNOWN, "ERP", erp.reason or "It has not answered yet.", "", ""
    else:
        since = f" for {span((facts.now - erp.since).total_seconds())}" if erp.since else ""
        yield (
            BAD, "ERP", f"No answer{since}: {erp.reason.rstrip('.') or 'no reason given'}.",
            "Nothing is lost: postings wait. Look at its address and sign-in in the plant file.", "",
        )  # fmt: skip


def erp_backlog(facts: Facts) -> Iterator[Found]:
    """What is to be posted is posted."""
    erp = facts.erp
    if erp.waiting is None:
        return
    if erp.stuck:
        said = f"{erp.stuck} postings need somebody." if erp.stuck > 1 else "1 posting needs somebody."
        yield WARNING, "Postings", said, "Work (Ctrl+6) has the ERP's own words; Y sends one again.", ""
        return
    age_s = (facts.now - erp.oldest_at).total_seconds() if erp.oldest_at else 0.0
    if erp.waiting and age_s > BACKLOG_WARNS_S:
        said = f"{erp.waiting} wait, the oldest for {span(age_s)}."
        yield WARNING, "Postings", said, "Look at the ERP's row above.", ""
    else:
        yield OK, "Postings", f"{erp.waiting} wait." if erp.waiting else "Nothing waits.", "", ""


def station_clock(facts: Facts) -> Iterator[Found]:
    """This station's clock agrees with that of the plant's log, and the ERP's."""
    offset_s = facts.shared.offset_s
    if offset_s is not None:
        said = f"This station's clock is {off(offset_s)} of the plant's log's."
        if abs(offset_s) > LARGEST_OFFSET_S:
            yield (
                BAD,
                "Station",
                f"{said} Nothing can be signed here.",
                "Let it follow the plant's time server (NTP).",
                "",
            )
        elif abs(offset_s) > CLOCK_WARNS_S:
            yield WARNING, "Station", said, "Let it follow the plant's time server (NTP).", ""
        else:
            yield OK, "Station", "Its clock agrees with that of the plant's log.", "", ""
    erp_s = facts.erp.clock_s
    if erp_s is not None and abs(erp_s) > CONTROLLER_CLOCK_BAD_S:
        yield (
            WARNING,
            "ERP",
            f"Its clock is {off(erp_s)} of this station's.",
            "Look at both machines' time servers.",
            "",
        )
