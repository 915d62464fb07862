"""`lineside plant` and `lineside diff`: what a change of the plant file does, and publishing it to all stations. No Qt.

"plant@12" stands for version 12 in the shared store, "plant" for the last one; anything else is a file.
"""

from __future__ import annotations

import getpass
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import typer

from app.bootstrap import publishing as work
from app.bootstrap.administration import Admin
from app.config import config
from app.domain.errors import RefusedError
from app.domain.plant import Plant
from app.domain.plant_file import MEANING, PlantVersion
from app.domain.text import safe
from app.erp.registry import check_settings
from app.plant.check import check_text
from app.plant.difference import Change, difference
from app.plant.difference_areas import TITLES
from app.plant.faults import PlantFileError
from app.plant.source import read
from drivers.registry import ADDRESS_CHECKS
from ui.db import URL, administrator
from ui.exits import Exit
from ui.shipped import this_version

PUBLISHED = re.compile(r"plant(?:@(\d{1,9}))?")
GROUPED = 3
"""The same change of more things than this is one line."""


def diff(old: str, new: str, url: str, data: Path | None, as_json: bool) -> int:
    """Print what changes from one plant file to another; 0: nothing, 1: something. Raises for what can't be used."""
    changes = difference(_plant(old, url, data), _plant(new, url, data))
    if as_json:
        typer.echo(json.dumps([asdict(change) for change in changes], ensure_ascii=False, indent=1))
    else:
        for line in lines(changes):
            typer.echo(line)
    return Exit.FOUND if changes else Exit.OK


def lines(changes: Sequence[Change]) -> Iterator[str]:
    """The changes below the names of their areas; the same change of many things in one line."""
    if not changes:
        yield "Nothing changes at the line: the same plant."
    for area, title in TITLES.items():
        here = [change for change in changes if change.area == area]
        if here:
            yield title
        told: dict[tuple[str, str], list[str]] = {}
        for change in here:
            told.setdefault((change.detail, change.consequence), []).append(change.subject)
        for (detail, consequence), subjects in told.items():
            for subject in subjects if len(subjects) <= GROUPED else (_few(subjects),):
                yield f"  {subject}: {detail}"
            if consequence:
                yield f"      {consequence}"


def _few(subjects: Sequence[str]) -> str:
    return f"{', '.join(subjects[:GROUPED])} and {len(subjects) - GROUPED} more"


def publish(path: Path, comment: str, url: str) -> int:
    """Check a file, show what it changes, take the signature and publish it."""
    admin, text = administrator(url), text_of_file(path)
    return _publish(admin, text, str(path), comment)


def rollback(version: int, comment: str, url: str) -> int:
    """Publish the text of an older version anew."""
    admin = administrator(url)
    old, text = work.text_of(admin, version)
    return _publish(admin, text, f"plant@{version}", comment or f"back to {version}: {old.comment}"[:200])


def _publish(admin: Admin, text: str, name: str, comment: str) -> int:
    if not comment.strip():
        raise RefusedError("Say in a few words what it changes.", 'Name it with --comment "…".')
    plant, known = loaded(text, name), work.versions(admin)
    if known:
        for line in _changes(*work.text_of(admin, known[-1].version), plant):
            typer.echo(line)
    password = _signature(admin)
    record = work.publish(admin, password, text, comment.strip(), this_version(), known[-1].version if known else 0)
    typer.echo(f"Plant file {record.version} is published, signed by {_who(record)}. Every station takes it now.")
    if missing := work.without_login(admin, plant):
        typer.echo(f"note: {', '.join(missing)} can't sign in yet: lineside db person add ID --role ROLE")
    return Exit.OK


def _changes(last: PlantVersion, text: str, plant: Plant) -> Iterator[str]:
    """What changes from the published plant, which another Lineside may have checked."""
    try:
        before = loaded(text, f"plant@{last.version}")
    except PlantFileError:
        yield f"Plant file {last.version} can't be read by this Lineside: what changes is not known."
        return
    yield f"What changes from plant file {last.version}, by {_who(last)}:"
    yield from lines(difference(before, plant))


def _signature(admin: Admin) -> str:
    """The password, typed for this one step; without a terminal a line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return getpass.getpass(f"{MEANING}. Password of {admin.address.login or getpass.getuser()}: ")


def list_all(url: str, data: Path | None) -> int:
    """Print every version, the newest first."""
    for row in reversed(work.versions(_reader(url, data))):
        typer.echo(f"{row.version:>5}  {_when(row)}  {_who(row):<24} {row.sha256[:12]}  {safe(row.comment, 200)}")
    return Exit.OK


def show(version: int, url: str, data: Path | None) -> int:
    """Print the text of a version as it was signed."""
    _, text = work.text_of(_reader(url, data), version)
    sys.stdout.write(text)
    return Exit.OK


def stations(url: str, data: Path | None) -> int:
    """Print which version every station runs; 1 where one does not run the last."""
    admin = _reader(url, data)
    last = max((row.version for row in work.versions(admin)), default=0)
    behind = False
    for each in work.running(admin):
        said = "has not said" if each.version is None else f"plant file {each.version}" if each.version else "its own"
        behind = behind or each.version != last
        waits = each.version not in (0, last, None)
        why = safe(each.said, 300) or ("takes effect at its next start" if waits else "")
        typer.echo(f"{each.station:<24} {said:<16} {why}".rstrip())
    return Exit.FOUND if behind and last else Exit.OK


def text_of_file(path: Path) -> str:
    """The text of a file as it is signed. Raises PlantFileError for one that is none."""
    source = read(path)
    if source.fault is not None:
        raise PlantFileError(path, (source.fault,))
    return source.text


def loaded(text: str, name: str) -> Plant:
    """The plant of a text. Raises PlantFileError, whose text lists the faults."""
    plant, faults = check_text(text, Path(name), ADDRESS_CHECKS, check_settings)
    if plant is None:
        raise PlantFileError(Path(name), faults)
    return plant


def _plant(ref: str, url: str, data: Path | None) -> Plant:
    found = PUBLISHED.fullmatch(ref)
    if found is None:
        return loaded(text_of_file(Path(ref)), ref)
    _, text = work.text_of(_reader(url, data), int(found[1]) if found[1] else None)
    return loaded(text, ref)


def _reader(url: str, data: Path | None) -> Admin:
    """Who looks: an administrator where a store is named, else this station."""
    return administrator(url) if url or os.environ.get(URL) else work.as_station(config(data))


def _who(row: PlantVersion) -> str:
    return safe(row.name, 60)


def _when(row: PlantVersion) -> str:
    return f"{row.signed_at:%Y-%m-%d %H:%M} UTC"
