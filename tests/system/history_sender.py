"""Sends a spool to Postgres until it is killed: `python -m tests.system.history_sender FOLDER NAME URL MOST`.

Says a line after each parcel of about MOST rows.
"""

import asyncio
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

from app.acquisition.history import upload
from app.store.postgres.address import read_url
from app.store.postgres.history import PostgresHistory
from app.store.postgres.logins import station_login
from tests.contract.rigs.postgres import password_of
from tests.unit.acquisition.history.rig import tags

TAGS = tuple(replace(tag, controller=f"C-L{1 + tag.index % 2}") for tag in tags(6))
BOTH = ("C-L1", "C-L2")


async def send(folder: Path, name: str, url: str) -> None:
    """Send, for ever."""
    store = PostgresHistory(read_url(url), name, partial(password_of, station_login(name)))
    uploader = upload.Uploader(folder, TAGS, store)
    while True:
        moved = await uploader.round(BOTH)
        sys.stdout.write(f"{moved}\n")
        sys.stdout.flush()
        if not moved:
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    upload.MOST = int(sys.argv[4])
    asyncio.run(send(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
