"""`lineside settings`: each setting of this workstation, its value and who said it; and the manual's page. No Qt."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import typer

from app.config import Machine, config
from app.settings import SETTINGS, Kind, Setting, Word
from ui.exits import Exit


def show(data: Path | None, as_json: bool) -> int:
    """Print every setting and where it comes from. Raises KnownError for one at fault."""
    machine = Machine()
    station = config(data, machine=machine)
    if as_json:
        typer.echo(json.dumps([_row(row, station.said) for row in SETTINGS], ensure_ascii=False, indent=1))
        return Exit.OK
    for row in SETTINGS:
        word = station.said.get(row.key)
        value, origin = (str(word.value), str(word)) if word else (row.default, "default")
        typer.echo(f"{row.key:<13} {value:<44} {origin}")
    there = "" if machine.file.is_file() else " (not there)"
    typer.echo(f"\nThis station is {station.station}. Data folder: {station.folder}. Site file: {machine.file}{there}.")
    return Exit.OK


def _row(row: Setting, said: Mapping[str, Word]) -> Mapping[str, object]:
    word = said.get(row.key)
    value, origin, where = (word.value, word.origin, word.where) if word else ("", "default", "")
    return {"key": row.key, "value": value, "origin": origin, "where": where, "default": row.default, "help": row.help}


INTRODUCTION = """# Settings of a site

For plant IT: what holds for every station of a machine, without touching the stations one by one. All of it may stay
unset.

The file is `/etc/lineside/lineside.toml`, on Windows `C:\\ProgramData\\Lineside\\lineside.toml`, one line a setting:

```toml
store = "postgresql://db1,db2/lineside"
station = "{host}"
theme = "night"
```

A key that does not exist or a value that can't be is refused with file, line and the nearest key; Lineside does not
start before it is mended. On Windows the same settings may come from group policy, with the template in the program's
`policy` folder (`lineside.admx`, `en-US\\lineside.adml`): they lie under `HKLM\\Software\\Policies\\Lineside`.

**Who wins.** Group policy, then the command line, then the environment, then what `lineside join` noted for this data
folder, then what somebody chose on the screen (day or night), then the site's file. `lineside settings` prints each
value and who said it; `lineside settings --json` the same for a script.

| setting | value | where nobody says anything | environment | command line | meaning |
|---|---|---|---|---|---|
"""

ENDING = """
The data folder of a station is named by `--data` or `LINESIDE_DATA`, by nothing else: it is where its journal lies.
Passwords are never settings: a station's own lies in its keyring (`lineside join`), those of controllers too
(`lineside secret set`). With `store` set for a machine, a station still needs its login there: `lineside join`, or
`lineside db station add --here`.

This page is generated: `python -m ui.settings`.
"""


def page() -> str:
    """The manual's page, in Markdown."""
    return INTRODUCTION + "\n".join(_lines()) + "\n" + ENDING


def _lines() -> Iterator[str]:
    for row in SETTINGS:
        value = f"{row.low} … {row.high}" if row.kind is Kind.NUMBER else row.kind.value
        value = ", ".join(f"`{choice}`" for choice in row.choices) or value
        env, option = (f"`{word}`" if word else "" for word in (row.env, row.option))
        yield f"| `{row.key}` | {value} | {row.default} | {env} | {option} | {row.help} |"


if __name__ == "__main__":
    sys.stdout.write(page())
