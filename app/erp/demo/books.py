"""The demo ERP's books in one SQLite file: a table per noun, and documents unique by their idempotency key.

Knows no HTTP and no rules: app.erp.ledger books through it, inside one transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from app.domain.erp import (
    CustomerOrderLine,
    ErpCommand,
    Lot,
    Product,
    ProductionOrder,
    Reference,
    Standard,
    StandardKind,
    StockLevel,
)
from app.erp.codec import encode
from app.erp.ledger import Document

Row = TypeVar("Row")

NOUNS: Mapping[str, type[Any]] = MappingProxyType(
    {
        "items": Product,
        "orders": ProductionOrder,
        "lots": Lot,
        "stock": StockLevel,
        "demand": CustomerOrderLine,
        "standards": Standard,
    }
)
"""The tables that are read in pages, by name, and what a row of each is."""

SCHEMA = (
    "".join(
        f"CREATE TABLE IF NOT EXISTS {noun} (key TEXT PRIMARY KEY, row TEXT NOT NULL) WITHOUT ROWID;\n"
        for noun in NOUNS
    )
    + """
CREATE TABLE IF NOT EXISTS lines (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
  number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, digest TEXT NOT NULL,
  document TEXT NOT NULL UNIQUE, refs TEXT NOT NULL, body TEXT NOT NULL, posted_at TEXT NOT NULL
);
"""
)


class SqliteBooks:
    """Books and register over one connection; used by one thread at a time (the service holds the lock).

    A killed process loses no committed posting (WAL); only a power cut could, which a demo may accept.
    """

    def __init__(self, file: Path) -> None:
        self._db = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or nothing of it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @property
    def empty(self) -> bool:
        """Whether nothing was ever put in."""
        return self._db.execute("SELECT 1 FROM items LIMIT 1").fetchone() is None

    def fill(self, reference: Reference) -> None:
        """Put the start data in."""
        with self.transaction():
            for product in reference.products.values():
                self._put("items", product.code, product)
            for order in reference.orders.values():
                self.put_order(order)
                self._db.execute("INSERT OR IGNORE INTO lines (name) VALUES (?)", (order.line,))
            for lot in reference.lots.values():
                self.put_lot(lot)
            for level in reference.stock:
                self._put("stock", stock_key(level.product, level.location), level)
            for line in reference.demand:
                self._put("demand", line.number, line)
            for standard in reference.standards:
                self.put_standard(standard)

    def page(self, noun: str, after: str, limit: int) -> tuple[list[msgspec.Raw], str]:
        """Rows of a noun with keys past `after`, as JSON, and the key to go on from ("" at the end)."""
        found = self._db.execute(
            f"SELECT key, row FROM {_table(noun)} WHERE key > ? ORDER BY key LIMIT ?", (after, limit + 1)
        ).fetchall()
        rows = [msgspec.Raw(row.encode()) for _, row in found[:limit]]
        return rows, found[limit - 1][0] if len(found) > limit else ""

    def product(self, code: str) -> Product | None:
        return self._get("items", code, Product)

    def order(self, number: str) -> ProductionOrder | None:
        return self._get("orders", number, ProductionOrder)

    def lot(self, number: str) -> Lot | None:
        return self._get("lots", number, Lot)

    def lines(self) -> frozenset[str]:
        return frozenset(row[0] for row in self._db.execute("SELECT name FROM lines"))

    def level(self, product: str, location: str) -> Decimal:
        kept = self._get("stock", stock_key(product, location), StockLevel)
        return kept.quantity if kept else Decimal(0)

    def standard(self, kind: StandardKind, machine: str, product: str) -> Standard | None:
        return self._get("standards", _text([kind.value, machine, product]), Standard)

    def put_standard(self, standard: Standard) -> None:
        self._put("standards", _text([standard.kind.value, standard.machine, standard.product]), standard)

    def put_order(self, order: ProductionOrder) -> None:
        self._put("orders", order.number, order)

    def put_lot(self, lot: Lot) -> None:
        self._put("lots", lot.number, lot)

    def set_level(self, product: str, location: str, quantity: Decimal, unit: str) -> None:
        level = StockLevel(product=product, location=location, quantity=quantity, unit=unit)
        self._put("stock", stock_key(product, location), level)

    def document(self, key: str) -> Document | None:
        row = self._db.execute("SELECT kind, digest, document, refs FROM documents WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        refs = msgspec.json.decode(row[3], type=dict[str, str])
        return Document(key=key, kind=row[0], digest=row[1], number=row[2], refs=refs)

    def file(self, document: Document, command: ErpCommand) -> None:
        kind, body = encode(command)
        posted_at = datetime.now().astimezone().isoformat()
        self._db.execute(
            "INSERT INTO documents (key, kind, digest, document, refs, body, posted_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (document.key, kind, document.digest, document.number, _text(document.refs), _text(body), posted_at),
        )

    def next_number(self) -> int:
        row = self._db.execute("SELECT coalesce(max(number), 0) + 1 FROM documents").fetchone()
        return int(row[0])

    def _get(self, noun: str, key: str, cls: type[Row]) -> Row | None:
        row = self._db.execute(f"SELECT row FROM {_table(noun)} WHERE key = ?", (key,)).fetchone()
        return None if row is None else msgspec.json.decode(row[0], type=cls)

    def _put(self, noun: str, key: str, row: object) -> None:
        self._db.execute(f"INSERT OR REPLACE INTO {_table(noun)} (key, row) VALUES (?, ?)", (key, _text(row)))


def stock_key(product: str, location: str) -> str:
    """One text for a product at a location."""
    return _text([product, location])


def _table(noun: str) -> str:
    if noun not in NOUNS:
        raise KeyError(noun)
    return noun


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
