"""An accepted proposal as a table that a person takes over into another system. Pure: names and rows, no files."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.domain.proposal import Proposal
from app.domain.text import safe

HEAD_OF_ID = 8
_UNPLAIN = re.compile(r"[^A-Za-z0-9_.\-]+")


def file_name(row: Proposal) -> str:
    """ "rate-L3.filler-A-100-1f0c2a9b.csv": the same for the same proposal, plain for every file system."""
    change = row.change
    words = (change.kind.value, change.machine or "", change.product, change.lot, row.id[:HEAD_OF_ID])
    return "-".join(_UNPLAIN.sub("_", word)[:40] for word in words if word) + ".csv"


def columns(row: Proposal) -> Mapping[str, str]:
    """Column → value, as text. Numbers have a point, times are ISO 8601 in UTC."""
    change, found = row.change, row.evidence
    return {
        "proposal": row.id,
        "kind": change.kind.value,
        "machine": _cell(change.machine or ""),
        "product": _cell(change.product),
        "material": _cell(change.material),
        "lot": _cell(change.lot),
        "was": "" if change.was is None else f"{change.was:f}",
        "becomes": "" if change.becomes is None else f"{change.becomes:f}",
        "unit": _cell(change.unit),
        "status": change.status,
        "measurements": str(found.n),
        "middle": f"{found.middle:.4g}",
        "low": f"{found.low:.4g}",
        "high": f"{found.high:.4g}",
        "confidence": f"{found.confidence:.4f}",
        "from": found.from_at.isoformat(),
        "to": found.to_at.isoformat(),
        "accepted_by": _cell(row.decided_by),
        "accepted_at": row.decided_at.isoformat() if row.decided_at else "",
    }


def _cell(text: str) -> str:
    """Plain text that a spreadsheet takes for text, not for a formula."""
    plain = safe(text)
    return f"'{plain}" if plain[:1] in "=+-@" and plain else plain
