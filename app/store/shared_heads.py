"""What this station saw of the plant's log, place by place: the measure that nobody at the database can change."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from app.domain.errors import KnownError
from app.store.schema import shared
from app.store.shared_copy import FILE
from app.store.sqlite import open_engine


def kept_heads(folder: Path) -> list[tuple[int, str]]:
    """Places and hashes of a data folder's copy, read only, also while Lineside runs; empty where there is none."""
    path = folder / FILE
    if not path.is_file():
        return []
    engine = open_engine(path, read_only=True)
    try:
        with engine.connect() as connection:
            rows = connection.execute(select(shared.c.place, shared.c.place_hash).order_by(shared.c.place))
            return [(row.place, row.place_hash) for row in rows]
    except DatabaseError as error:
        cause = getattr(error, "orig", None) or error
        raise KnownError(f"The copy in {folder} can't be read: {cause}.", "Run `lineside verify`.") from error
    finally:
        engine.dispose()
