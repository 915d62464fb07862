"""Odoo's records by search and by key: reads in pages, and records that are made once by an external id.

`load` with an external id is Odoo's only idempotent create. It tells failures in its answer, not by an error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256

from app.domain.erp_errors import ErpProtocolError, ErpRejectedError
from app.domain.text import safe
from app.erp.loose import Fields, records
from app.erp.odoo.door import Door

PAGE = 500
MOST_ROWS = 500_000
Domain = Sequence[object]


class Records:
    """Rows of one Odoo."""

    def __init__(self, door: Door) -> None:
        self.door = door

    async def all(self, model: str, domain: Domain, fields: Sequence[str]) -> list[Fields]:
        """Every row of a domain, by number."""
        found: list[Fields] = []
        while len(found) < MOST_ROWS:
            page = await self.door.call(
                model, "search_read", looks=True, domain=list(domain), fields=list(fields), offset=len(found),
                limit=PAGE, order="id",
            )  # fmt: skip
            rows = list(records(page, model))
            found.extend(rows)
            if len(rows) < PAGE:
                return found
        raise ErpProtocolError(f"Odoo has more than {MOST_ROWS:,} rows of {model}.")

    async def one(self, model: str, domain: Domain, fields: Sequence[str]) -> Fields | None:
        """The first row of a domain, None where there is none."""
        page = await self.door.call(
            model, "search_read", looks=True, domain=list(domain), fields=list(fields), limit=1, order="id"
        )
        return next(records(page, model), None)

    async def needed(self, model: str, domain: Domain, fields: Sequence[str], words: str) -> Fields:
        """The first row of a domain; raises ErpRejectedError with `words` where there is none."""
        found = await self.one(model, domain, fields)
        if found is None:
            raise ErpRejectedError(words, "unknown")
        return found

    async def write(self, model: str, number: int, values: Mapping[str, object]) -> None:
        """Change one row."""
        await self.door.call(model, "write", [number], vals=dict(values))

    async def load(self, model: str, name: str, values: Mapping[str, object]) -> int:
        """Make or change the row of an external id; its number. Raises ErpRejectedError in Odoo's words."""
        row = [f"lineside.{name}", *values.values()]
        answer = Fields(await self.door.call(model, "load", fields=["id", *values], data=[row]), f"load of {model}")
        ids = answer.values.get("ids")
        if not ids:
            said = " ".join(message.text("message") for message in answer.rows("messages"))
            raise ErpRejectedError(safe(said) or f"Odoo did not take a {model} and gave no reason.", "not_loaded")
        if not isinstance(ids, list) or len(ids) != 1 or not isinstance(ids[0], int):
            raise ErpProtocolError(f"Odoo's load of {model} made no single record.")
        return ids[0]


def external(key: str, part: str = "") -> str:
    """The name of an external id: the key, or a digest of a key that can't be one; and which of its parts."""
    plain = key if re.fullmatch(r"[A-Za-z0-9_\-]{1,64}", key) else sha256(key.encode()).hexdigest()
    return f"{plain}_{part}" if part else plain
