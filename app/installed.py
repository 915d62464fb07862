"""Which version of a distribution is installed, by the name of its record alone.

importlib.metadata, which knows more, costs a start 20 ms.
"""

from __future__ import annotations

import sys
from pathlib import Path

ENDING = ".dist-info"


def installed_version(distribution: str) -> str:
    """Its version; "" where it is not installed. Names are compared as PyPI does, without case and with one dash."""
    wanted = _plain(distribution)
    for folder in sys.path:
        for place in Path(folder or ".").glob(f"*-*{ENDING}"):
            name, _, version = place.name.removesuffix(ENDING).rpartition("-")
            if _plain(name) == wanted:
                return version
    return ""


def _plain(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")
