"""How the demo's Lineside signs in to the demo's Tryton: a password that only this machine's own server takes."""

from __future__ import annotations

from pathlib import Path

from app.secrets import Secrets

PASSWORD = "lineside-demo"
SECRET = "erp"


def keep(folder: Path) -> None:
    """Store the password among the secrets of a data folder. Raises KnownError when that can't be written."""
    Secrets(folder, None).set(SECRET, PASSWORD, in_file=True)
