"""`lineside join`: this workstation becomes one of a plant's, with the password that plant IT gave it. No Qt."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import typer

from app.bootstrap.postgres import postgres_log
from app.config import Config, Shared, config, keep_shared
from app.domain.operation import SharedHead
from app.secrets import open_secrets
from app.store.postgres.address import SECRET, read_url
from ui.exits import Exit
from ui.secret import ask


def join(data: Path | None, url: str, station: str, in_file: bool) -> int:
    """Keep URL and password once the store has answered; nothing is kept when it refuses. May be repeated."""
    read_url(url)
    here = config(data)
    joined = Shared(url=url, station=station or here.station)
    secrets = open_secrets(here.folder)
    before = secrets.get(SECRET)
    secrets.set(SECRET, ask("of the station"), in_file=in_file)
    try:
        head = asyncio.run(_stands(replace(here, store=url, station=joined.station)))
    except BaseException:
        secrets.delete(SECRET)
        if before is not None:
            secrets.set(SECRET, before, in_file=in_file)
        raise
    keep_shared(here.folder, joined)
    typer.echo(
        f"{joined.station} has joined. The plant's log has {head.place} operations, {head.last_seq} of them its own."
    )
    return Exit.OK


async def _stands(here: Config) -> SharedHead:
    log = postgres_log(here)
    try:
        return await log.status()
    finally:
        await log.aclose()
