"""The commands that look and don't run: check a plant file, print and verify a journal, hash a password. No Qt."""

from __future__ import annotations

import contextlib
import getpass
import json
import sys
from dataclasses import asdict
from pathlib import Path

import typer
from argon2 import PasswordHasher

from app.bootstrap.administration import shared_verdict
from app.bootstrap.inspect import journal_operations, journal_verdict
from app.bootstrap.publishing import verdict as published_verdict
from app.config import Config, config
from app.domain.errors import RefusedError
from app.domain.operation import Operation
from app.erp.registry import check_settings
from app.plant.check import advice
from app.plant.check import check as check_plant
from drivers.registry import ADDRESS_CHECKS
from ui.exits import Exit


def check(path: Path) -> int:
    """Print every fault of a plant file, or what it describes."""
    plant, faults = check_plant(path, ADDRESS_CHECKS, check_settings)
    for fault in faults:
        typer.echo(str(fault))
    if plant is None:
        typer.echo(f"{len(faults)} fault{'s' if len(faults) != 1 else ''} in {path}.", err=True)
        return Exit.FOUND
    for remark in advice(path, ADDRESS_CHECKS):
        typer.echo(f"note: {remark}")
    parts = (len(plant.lines), len(plant.machines), len(plant.controllers), len(plant.tags), len(plant.people))
    typer.echo("{}: {} lines, {} machines, {} controllers, {} tags, {} people; no faults.".format(plant.name, *parts))
    return Exit.OK


def log(data: Path | None, as_json: bool) -> int:
    """Print every operation of the journal, oldest first."""
    for op in journal_operations(config(data).folder):
        typer.echo(json.dumps(_plain(op), ensure_ascii=False) if as_json else _line(op))
    return Exit.OK


def _plain(op: Operation) -> dict[str, object]:
    row = asdict(op)
    with contextlib.suppress(ValueError):  # a payload that was tampered with is shown as it is
        row["payload"] = json.loads(op.payload)
    for name in ("source_at", "recorded_at", "server_at"):
        row[name] = row[name].isoformat() if row[name] else None
    return row


def _line(op: Operation) -> str:
    when = op.recorded_at.isoformat(timespec="milliseconds")
    return f"{op.seq:>8} {when} {op.person:<12} {op.kind:<22} {op.stream}"


def verify(data: Path | None, shared: bool) -> int:
    """Say whether the chain is whole, else where it breaks first; `shared`: that of the plant's log."""
    if shared:
        return _verify_shared(config(data))
    verdict = journal_verdict(config(data).folder)
    if verdict.ok:
        typer.echo(f"{verdict.count} operations, chain whole, head {verdict.head[:16]}.")
        return Exit.OK
    typer.echo(f"Operation {verdict.bad_seq}: {verdict.reason}. {verdict.count} before it are whole.")
    return Exit.FOUND


def _verify_shared(here: Config) -> int:
    found = shared_verdict(here)
    if found.ok:
        typer.echo(f"{found.count} operations of {found.stations} stations, both chains whole, head {found.head[:16]}.")
        typer.echo("It is the log that this station has seen.")
    else:
        typer.echo(f"Place {found.bad_place}: {found.reason}. {found.count} before it are whole.")
    files = published_verdict(here)
    if not files.ok:
        typer.echo(f"Plant file {files.bad}: {files.reason}. {files.count} before it are as they were signed.")
    elif files.count:
        typer.echo(f"{files.count} plant files, each as it was signed.")
    return Exit.OK if found.ok and files.ok else Exit.FOUND


def password() -> int:
    """Ask for a password and print its argon2id hash."""
    if not sys.stdin.isatty():
        typer.echo(PasswordHasher().hash(sys.stdin.readline().rstrip("\n")))
        return Exit.OK
    first, second = getpass.getpass("Password: "), getpass.getpass("Again: ")
    if first != second:
        raise RefusedError("The two are not the same.", "Try again.")
    typer.echo(PasswordHasher().hash(first))
    return Exit.OK
