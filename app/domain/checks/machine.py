"""How this machine and what runs on it are judged: each function is a row of CHECKS. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from app.domain.checks.check import State
from app.domain.checks.facts import Facts
from app.domain.checks.links import Found
from app.domain.checks.words import ago, size, span

OK, WARNING, BAD, UNKNOWN = State.OK, State.WARNING, State.BAD, State.UNKNOWN

WAL_WARNS = 64_000_000
"""A write-ahead file that is never folded in: somebody holds the journal open."""
FREE_BAD, FREE_WARNS = 200_000_000, 2_000_000_000
DAYS_BAD, DAYS_WARN = 7.0, 30.0
CRASHES_SHOWN = timedelta(days=7)


def running(facts: Facts) -> Iterator[Found]:
    """The program's own parts run: acquisition, history."""
    for part in facts.parts:
        if part.up is None:
            continue
        since = f" for {span((facts.now - part.since).total_seconds())}" if part.since else ""
        if not part.up:
            said = f"It stands{since}: {part.reason.rstrip('.') or 'no reason given'}."
            yield (
                BAD,
                part.title,
                said,
                "It is started again by itself. If it stays so: lineside diagnostics FILE.",
                part.id,
            )
        elif part.poor:
            yield WARNING, part.title, part.poor, "", part.id
        else:
            yield OK, part.title, "It runs.", "", part.id


def journal(facts: Facts) -> Iterator[Found]:
    """The journal can be written and read, and its newest operations are whole."""
    found = facts.local.journal
    if facts.stored:
        yield (
            BAD,
            "Journal",
            f"Nothing is stored: {facts.stored.rstrip('.')}.",
            "Make room on the disk; look at its rights.",
            "",
        )
    if found.fault:
        yield (
            BAD,
            "Journal",
            f"{found.fault.rstrip('.')}.",
            "lineside verify names it; lineside restore has a backup.",
            "",
        )
    elif found.operations is None:
        yield UNKNOWN, "Journal", "There is none yet, or nobody has looked.", "", ""
    elif not facts.stored:
        said = (
            f"{found.operations:,} operations, {size(found.size)}; the last {found.tail:,} were checked and are whole."
        )
        yield OK, "Journal", said, "", ""


def write_ahead(facts: Facts) -> Iterator[Found]:
    """Its write-ahead file is folded in."""
    wal = facts.local.journal.wal
    if wal > WAL_WARNS:
        said = f"{size(wal)} of it wait in the write-ahead file."
        yield WARNING, "Write-ahead file", said, "Close whatever else has the journal open; start Lineside again.", ""


def disk(facts: Facts) -> Iterator[Found]:
    """There is room, also for the next weeks."""
    found = facts.local.disk
    if found.free is None:
        if facts.local.at is not None:
            yield UNKNOWN, "Disk", f"The room on the disk of {found.folder} is not known.", "", ""
        return
    said = f"{size(found.free)} free of {size(found.total)} at {found.folder}."
    if found.free < FREE_BAD:
        yield BAD, "Disk", said, "Make room now: without it nothing can be stored.", ""
        return
    grown = facts.local.journal.grown_day
    days = max(0.0, found.free - found.ceiling) / grown if grown else None
    if days is not None and days < DAYS_WARN:
        state = BAD if days < DAYS_BAD else WARNING
        yield (
            state,
            "Disk",
            f"{said} As today it is full in {days:.0f} days.",
            "Make room, or move the data folder.",
            "",
        )
    elif found.free < FREE_WARNS:
        yield WARNING, "Disk", said, "Make room, or give history less: [history] in the plant file.", ""
    else:
        lasts = f" As today it lasts {_long(days)}." if days is not None else ""
        yield OK, "Disk", f"{said}{lasts}", "", ""


def _long(days: float) -> str:
    return "for years" if days > 730 else f"{days:.0f} days"


def versions(facts: Facts) -> Iterator[Found]:
    """What runs is what is meant to run together."""
    found = facts.local.versions
    if not found.python:
        return
    if found.pair_fault:
        yield BAD, "Qt", found.pair_fault, "Install Lineside's own package.", ""
    else:
        yield OK, "Qt", f"PySide6 {found.qt} with QtAds {found.docking} on Python {found.python}.", "", ""
    yield (
        OK,
        "Lineside",
        f"{found.lineside or 'from source'}, journal format {found.journal_format}, on {found.system}.",
        "",
        "",
    )
    if found.plant_file:
        yield OK, "Plant file", f"{found.plant_file}, {found.plant_hash[:12]}.", "", ""


def plant_file(facts: Facts) -> Iterator[Found]:
    """The station runs the plant file that is published for all."""
    found = facts.plant_file
    published = found.published
    if published is None:
        return
    title, others = "Published plant file", f"Version {published.version} of {published.name} is published"
    own = f"this station runs {found.running}" if found.running else f"this station runs its own {found.file}"
    if not found.differs:
        yield OK, title, f"Version {published.version} of {published.name} runs here.", "", ""
    elif found.fault:
        yield BAD, title, f"Version {published.version} can't be used here: {found.fault}", "", ""
    elif found.override:
        yield WARNING, title, f"{others}, {own}.", "Start it without --plant.", ""
    else:
        yield WARNING, title, f"{others}, {own}.", "It takes the new one at its next start: Ctrl+R restarts it.", ""


def fittings(facts: Facts) -> Iterator[Found]:
    """Fonts and secrets are there."""
    found = facts.local.fittings
    if found.fonts is not None:
        yield (
            (OK, "Fonts", "The bundled ones are there.", "", "")
            if found.fonts
            else (WARNING, "Fonts", "The bundled fonts are missing.", "Install Lineside again.", "")
        )
    if found.secrets_fault:
        yield BAD, "Secrets", found.secrets_fault, "", ""
    elif found.keyring is not None:
        said = (
            "They are in the system's keyring."
            if found.keyring
            else "No keyring here: they are in a file of this account."
        )
        yield OK, "Secrets", said, "", ""


def crashes(facts: Facts) -> Iterator[Found]:
    """Lineside ended as it was told to."""
    found = facts.local.crashes
    recent = [at for at in found.at if facts.now - at <= CRASHES_SHOWN]
    if found.careful:
        yield (
            WARNING, "Starts", "It died several times in a row: this start left out the kept layout.",
            "Save diagnostics and send them to who looks after Lineside; then start it again.", "",
        )  # fmt: skip
    if recent:
        count = "once" if len(recent) == 1 else f"{len(recent)} times"
        last = f" Its last words: {found.last.rstrip('.')}." if found.last else ""
        said = f"It died {count} in the last week, last {ago(recent[-1], facts.now)}.{last}"
        yield WARNING, "Ends", said, f"lineside diagnostics FILE takes what is known; {found.log} has it.", ""
    elif facts.local.at is not None and not found.careful:
        yield OK, "Ends", "It has not died in the last week.", "", ""
