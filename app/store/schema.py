"""The tables of the journal, once for every database that keeps it. Knows no connection."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table, Text

metadata = MetaData()

operation = Table(
    "operation",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("opid", String(36), nullable=False, unique=True),
    Column("workstation", String(64), nullable=False),
    Column("person", String(64), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("stream", String(128), nullable=False, index=True),
    Column("base_version", Integer, nullable=False),
    Column("strand", String(192), nullable=False),
    Column("base_opid", String(36), nullable=False),
    Column("payload", Text, nullable=False),
    Column("cause", String(36), nullable=False),
    Column("source_at", String(40), nullable=False),
    Column("recorded_at", String(40), nullable=False),
    Column("monotonic_ns", BigInteger, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("server_at", String(40)),
)
"""One operation a row; instants are ISO 8601 text with their zone, as they went into the hash."""

reference = Table(
    "reference",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("body", Text, nullable=False),
)
"""What was last read from the ERP: a cache, never truth."""

copied = MetaData()
"""Of the copy of the plant's log, which is a file of its own."""

shared = Table(
    "place",
    copied,
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("place_hash", String(64), nullable=False),
    Column("body", Text, nullable=False),
)
"""This station's copy of the plant's log: one place a row, with what stands there as JSON, read in one go."""
