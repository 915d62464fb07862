"""Which names of files are taken, whatever system they come from: plain ones only. Pure."""

from __future__ import annotations

import re
from hashlib import sha256

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
    stem = bodid if re.fullmatch(r"[a-z0-9][a-z0-9.\-]{0,60}[a-z0-9]", bodid) else sha256(bodid.encode()).hexdigest()
    return f"{noun}-{stem}.xml"
