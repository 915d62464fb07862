"""`lineside secret`: passwords of controllers into this workstation's keyring or secrets file. No Qt."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

import typer

from app.config import config
from app.domain.errors import NotFoundError, RefusedError
from app.secrets import open_secrets
from ui.exits import Exit


def store(data: Path | None, name: str, in_file: bool) -> int:
    """Ask for a secret (twice on a terminal, else one line of standard input) and store it."""
    where = open_secrets(config(data).folder).set(name, ask(name), in_file=in_file)
    typer.echo(f"Stored in {where}.")
    return Exit.OK


def delete(data: Path | None, name: str) -> int:
    """Forget a secret."""
    if not open_secrets(config(data).folder).delete(name):
        raise NotFoundError(f'There is no secret "{name}".', "Check the name.")
    typer.echo("Forgotten.")
    return Exit.OK


def ask(name: str) -> str:
    """A secret: typed twice on a terminal, else a line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first, second = getpass.getpass(f"Secret {name}: "), getpass.getpass("Again: ")
    if first != second:
        raise RefusedError("The two are not the same.", "Try again.")
    return first
