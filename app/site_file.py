"""The site's settings in a file: /etc/lineside/lineside.toml, on Windows %ProgramData%\\Lineside\\lineside.toml.

Owns how the file is read and refused: every fault at once, with its line.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from app.domain.errors import KnownError
from app.settings import BY_KEY, Origin, Word, misfit

NAME = "lineside.toml"
LARGEST = 100_000


def site_folder(environ: Mapping[str, str], *, windows: bool) -> Path:
    """Where a machine's own settings and plant file lie."""
    return Path(environ.get("PROGRAMDATA", "C:/ProgramData"), "Lineside") if windows else Path("/etc/lineside")


def read_site(path: Path) -> Mapping[str, Word]:
    """What the file says, by key; empty where there is no file. Raises KnownError with every fault of it."""
    try:
        text = path.read_text(encoding="utf-8")[:LARGEST]
        held = tomllib.loads(text)
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise KnownError(f"The site's settings {path} can't be read: {error}.", "Check the file's rights.") from error
    except tomllib.TOMLDecodeError as error:
        raise KnownError(f"The site's settings {path} are no TOML: {error}.", 'Write: key = "value"') from error
    lines = {key: _line(text, key) for key in held}
    faults = [f"{path}:{lines[key]}: {fault}" for key, value in held.items() if (fault := fault_of(key, value))]
    if faults:
        raise KnownError("\n".join(faults), "\n`lineside settings` lists what there is.")
    return {
        key: Word(value=value, origin=Origin.FILE, where=f"{path}, line {lines[key]}") for key, value in held.items()
    }


def fault_of(key: str, value: object) -> str:
    """What is wrong with a key and its value, in a sentence; "" where nothing is."""
    row = BY_KEY.get(key)
    if row is not None:
        wrong = misfit(row, value)
        return f"{key} {wrong}." if wrong else ""
    close = get_close_matches(key, BY_KEY, n=1)
    return f'there is no setting "{key[:60]}".' + (f' Did you mean "{close[0]}"?' if close else "")


def _line(text: str, key: str) -> int:
    found = re.search(rf"^[ \t]*\[*[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*[=.\]]", text, re.MULTILINE)
    return text.count("\n", 0, found.start() if found else 0) + 1
