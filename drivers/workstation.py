"""What a driver may ask of the workstation that it runs on: its name, its certificates' folder, its secrets.

Must not know any protocol, nor where secrets lie.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PKI = "pki"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workstation:
    """`folder` is the data folder; `secret` gives a stored secret by its name (blocking), None if there is none."""

    name: str
    folder: Path
    secret: Callable[[str], str | None]

    @property
    def pki(self) -> Path:
        """The folder of certificates: own, trusted, rejected."""
        return self.folder / PKI
