"""Which schema of the plant's log this program speaks. Revisions are numbers as text, in the order they came."""

from __future__ import annotations

REVISION = "0002"


def disagreement(found: str) -> tuple[str, str]:
    """What it means that the log's schema is another one: sentence and what to do."""
    if not found:
        return "This database has no plant's log.", "Ask IT to run: lineside db init URL"
    if found > REVISION:
        return (
            f"The plant's log has schema {found}, this Lineside knows up to {REVISION}: it only reads.",
            "Install the newer Lineside on this station.",
        )
    return (
        f"The plant's log has schema {found}, this Lineside needs {REVISION}: it only reads.",
        "Ask IT to run: lineside db init URL",
    )
