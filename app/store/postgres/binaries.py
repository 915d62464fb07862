"""Where PostgreSQL's server programs lie on this machine. Knows no cluster."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from app.domain.errors import KnownError

DEBIAN = Path("/usr/lib/postgresql")
NEEDED = ("initdb", "postgres", "pg_ctl")


def find_binaries() -> Path:
    """The folder with the newest initdb, postgres and pg_ctl of the system. Raises KnownError where there is none."""
    for folder in _candidates():
        if all(shutil.which(name, path=str(folder)) for name in NEEDED):
            return folder
    raise KnownError(
        "PostgreSQL's server programs are not installed.",
        "On Debian and Ubuntu: apt-get install postgresql; else put the folder of initdb on the PATH.",
    )


def _candidates() -> Iterator[Path]:
    """Folders to look in, best first: those of Debian by version, pg_config's, then the PATH."""
    if DEBIAN.is_dir():
        versions = [folder for folder in DEBIAN.iterdir() if folder.name.isdigit()]
        yield from (folder / "bin" for folder in sorted(versions, key=lambda each: int(each.name), reverse=True))
    config = shutil.which("pg_config")
    if config:
        said = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        if said:
            yield Path(said)
    yield from (Path(part) for part in os.environ.get("PATH", "").split(os.pathsep) if part)
