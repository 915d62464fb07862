"""Files that are exchanged with an ERP: whose names are taken, how they are read safely and written durably.

Blocking. Knows nothing of what the files hold.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from hashlib import sha256
from pathlib import Path

from app.domain.erp_errors import ErpProtocolError

MOST_BYTES = 16_000_000
PLAIN_FILE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,119}")
DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})
"""What Windows takes for a device, with any extension."""


def fault_of(name: str) -> str:
    """What is wrong with a file's name, "" for nothing: paths, devices, trailing dots, odd signs, too long."""
    if not PLAIN.fullmatch(name):
        return "has a name that is refused: up to 120 letters, digits and _ - . are taken"
    if name.endswith("."):
        return "has a name that ends with a dot"
    if name.partition(".")[0].lower() in DEVICES:
        return "has a device's name"
    return ""


def outgoing(noun: str, bodid: str) -> str:
    """The name of our file for a message: its identifier, or a digest of one that is no plain name."""
    stem = (
        bodid if re.fullmatch(r"[a-z0-9](?:[a-z0-9.\-]{0,60}[a-z0-9])?", bodid) else sha256(bodid.encode()).hexdigest()
    )
    return f"{noun}-{stem}.xml"


def read_plain(path: Path, most: int = MOST_BYTES) -> bytes:
    """The content of a plain file within the limit; never follows a link, never waits at a device."""
    if path.is_symlink():
        raise ErpProtocolError("is a link, which is refused.")
    handle = os.open(path, PLAIN_FILE)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ErpProtocolError("is no plain file, which is refused.")
        body = file.read(most + 1)
    if len(body) > most:
        raise ErpProtocolError(f"is larger than {most:,} bytes.")
    return body


def write_durably(path: Path, body: bytes) -> None:
    """A file that is whole and on disk, or not there."""
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have a rename on disk, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
