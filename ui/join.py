"""`lineside join`: this workstation becomes one of a plant's, with the password that plant IT gave it. No Qt."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import typer

from app.bootstrap.inspect import journal_extent
from app.bootstrap.plant_side import take
from app.bootstrap.postgres import postgres_log, postgres_plant_files
from app.config import Config, Shared, config, keep_shared
from app.domain.errors import RefusedError, SharedDownError
from app.domain.operation import SharedHead
from app.secrets import open_secrets
from app.store.postgres.address import SECRET, read_url
from ui.exits import Exit
from ui.secret import ask

NOTHING = "Nothing was joined. Check the address and the network, then join again."


def join(data: Path | None, url: str, station: str, in_file: bool) -> int:
    """`lineside join`: the password is asked for. Raises as `joined` does."""
    typer.echo(joined(data, url, station, in_file, lambda: ask("of the station")))
    return Exit.OK


def joined(data: Path | None, url: str, station: str, in_file: bool, password: Callable[[], str]) -> str:
    """Keep URL and password once the store has answered, and say so; nothing is kept when it refuses. May be repeated.

    `password` is asked for once the rest is sound. Raises RefusedError where the plant's log would not take what this
    workstation did by itself before.
    """
    read_url(url)
    here = config(data)
    shared = Shared(url=url, station=station or here.station)
    written, writers = journal_extent(here.folder)
    refuse_stranger(here.folder, shared.station, written, writers)
    secrets = open_secrets(here.folder)
    before = secrets.get(SECRET)
    secrets.set(SECRET, password(), in_file=in_file)
    try:
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:  # psycopg's own needs it on Windows
            joining = replace(here, store=url, station=shared.station)
            head = runner.run(_stands(joining))
            refuse_history(shared.station, written, head)
            record = runner.run(take(postgres_plant_files(joining), here.folder))
    except BaseException as error:
        secrets.delete(SECRET)
        if before is not None:
            secrets.set(SECRET, before, in_file=in_file)
        if isinstance(error, SharedDownError):
            raise SharedDownError(error.message, NOTHING) from error
        raise
    keep_shared(here.folder, shared)
    said = f"{shared.station} has joined. The plant's log has {head.place} operations, {head.last_seq} of them its own."
    return f"{said}{f' {record.title} runs here.' if record else ''}"


def refuse_stranger(folder: Path, station: str, written: int, writers: Sequence[str]) -> None:
    """A journal stays the journal of who wrote it: under another name nothing of it is taken."""
    if not writers or tuple(writers) == (station,):
        return
    if len(writers) > 1:
        raise RefusedError(
            f"The journal in {folder} was written under several names: {', '.join(writers)}.",
            "Join with a new data folder: --data DIR.",
        )
    raise RefusedError(
        f"The journal in {folder} is that of {writers[0]}, not of {station}.",
        f"Ask IT to run: {command(writers[0], written)}. Then join with --station {writers[0]}, or with a new data "
        "folder: --data DIR.",
    )


def refuse_history(station: str, written: int, head: SharedHead) -> None:
    """What was done here before has no proof of a password: plant IT says how far it is taken all the same."""
    if head.last_seq or written <= head.history_until:
        return
    allowed = f"only the first {head.history_until}" if head.history_until else "none"
    raise RefusedError(
        f"This workstation has {written} operations from before; the plant's log would take {allowed} of them.",
        f"Ask IT to run: {command(station, written)}. Then join with the password that it shows.",
    )


def command(station: str, history: int) -> str:
    """What plant IT runs to let a station in with what it did before."""
    return f"lineside db station add {station} --history {history}"


async def _stands(here: Config) -> SharedHead:
    log = postgres_log(here)
    try:
        return await log.status()
    finally:
        await log.aclose()
