"""`lineside settings`: each setting of this workstation, its value and who said it. No Qt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import typer

from app.config import Config, Machine, config
from app.settings import SETTINGS, Origin, Setting, Word, holds
from ui.exits import Exit
from ui.layout_file import last_theme

LAYOUT = "layout.json"


def show(data: Path | None, as_json: bool) -> int:
    """Print every setting and where it comes from. Raises KnownError for one at fault."""
    machine = Machine()
    station = config(data, machine=machine)
    said = with_theme(station)
    if as_json:
        typer.echo(json.dumps([_row(row, said) for row in SETTINGS], ensure_ascii=False, indent=1))
        return Exit.OK
    for row in SETTINGS:
        word = said.get(row.key)
        value, origin = (str(word.value), str(word)) if word else (row.default, "default")
        typer.echo(f"{row.key:<13} {value:<44} {origin}")
    there = "" if machine.file.is_file() else " (not there)"
    typer.echo(f"\nThis station is {station.station}. Data folder: {station.folder}. Site file: {machine.file}{there}.")
    return Exit.OK


def with_theme(station: Config) -> Mapping[str, Word]:
    """The words that hold, with what was on the screen last."""
    layout = station.folder / LAYOUT
    words = [station.said["theme"]] if "theme" in station.said else []
    if theme := last_theme(layout):
        words.append(Word(value=theme, origin=Origin.SCREEN, where=str(layout)))
    found = holds(words)
    return {**station.said, "theme": found} if found is not None else station.said


def _row(row: Setting, said: Mapping[str, Word]) -> Mapping[str, object]:
    word = said.get(row.key)
    value, origin, where = (word.value, word.origin, word.where) if word else ("", "default", "")
    return {"key": row.key, "value": value, "origin": origin, "where": where, "default": row.default, "help": row.help}
