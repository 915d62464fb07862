"""A checked plant, kept under the digest of its file: opening it again costs milliseconds instead of every check.

Owns when a kept plant may be used: the same bytes, read by the same program. Must not know the schema or the checks.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from app.codec import UnreadableError, encode, read
from app.domain.plant import Plant


def cached(path: Path, folder: Path, stamp: str, load: Callable[[Path], Plant]) -> Plant:
    """The plant of a file: the kept one, or what `load` makes of it, which is kept then.

    `stamp` names the program that reads (`program_stamp`). What `load` raises is passed on; a cache that can't be
    read or written costs only time.
    """
    try:
        digest = hashlib.sha256(stamp.encode() + b"\0" + path.read_bytes()).hexdigest()
    except OSError:
        return load(path)
    kept = folder / f"plant-{digest[:32]}.json"
    with contextlib.suppress(OSError, UnreadableError):
        return read(kept.read_bytes(), Plant)
    plant = load(path)
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_suffix(".new")
        fresh.write_text(encode(plant), encoding="utf-8")
        fresh.replace(kept)
    return plant


def program_stamp(roots: Iterable[Path]) -> str:
    """What changes when the program does: time and size of its executable and of every source below `roots`."""
    sources = sorted(source for root in roots for source in root.rglob("*.py"))
    facts = []
    for file in (Path(sys.executable), *sources):
        with contextlib.suppress(OSError):
            seen = file.stat()
            facts.append(f"{file.name}:{seen.st_mtime_ns}:{seen.st_size}")
    return "|".join(facts)
