"""The manual's page of a site's settings, made from their table. Owns the text around it, no fact of the table."""

from __future__ import annotations

from collections.abc import Iterator

from app.settings import SETTINGS, Kind

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
folder, then what was on the screen last (day or night), then the site's file. `lineside settings` prints each value
and who said it; `lineside settings --json` the same for a script.

| setting | value | where nobody says anything | environment | command line | meaning |
|---|---|---|---|---|---|
"""

ENDING = """
The data folder of a station is named by `--data` or `LINESIDE_DATA`, by nothing else: it is where its journal lies.
Passwords are never settings: a station's own lies in its keyring (`lineside join`), those of controllers too
(`lineside secret set`). With `store` set for a machine, a station still needs its login there: `lineside join`, or
`lineside db station add --here`.

This page is generated: `python -m app.manual resources/manual`.
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
