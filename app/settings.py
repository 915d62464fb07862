"""The settings of a site: one row each, with what may be written and who may say it. Reads nothing.

Owns what a setting is and which of several words for it holds. The manual's page and the group policy's template are
made from here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from app.domain.errors import KnownError


class Origin(StrEnum):
    """Who said it; of several the first in this order holds."""

    POLICY = "group policy"
    COMMAND = "command line"
    ENVIRONMENT = "environment"
    JOINED = "lineside join"
    SCREEN = "last on the screen"
    FILE = "site file"
    DEFAULT = "default"


class Kind(StrEnum):
    """What is written for a setting."""

    TEXT = "text"
    URL = "postgresql:// URL without a password"
    PATH = "full path"
    CHOICE = "one of"
    NUMBER = "whole number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A row. `env` is its environment variable, `option` its word on the command line; "" where there is none.

    `default` is said to people only: what holds where nobody says anything. `low` and `high` bound a NUMBER.
    """

    key: str
    kind: Kind
    help: str
    default: str
    env: str = ""
    option: str = ""
    choices: tuple[str, ...] = ()
    low: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What somebody says a setting is. `where`: "/etc/lineside/lineside.toml, line 3", as far as there is a place."""

    value: str | int
    origin: Origin
    where: str = ""

    def __str__(self) -> str:
        return f"{self.origin} {self.where}".rstrip()


NAME = r"(?:[A-Za-z0-9_.-]|\{host\}|\{user\})+"

SETTINGS: tuple[Setting, ...] = (
    Setting(
        key="store",
        kind=Kind.URL,
        help="the plant's shared store that this machine's stations join",
        default="none: the station works alone",
        env="LINESIDE_STORE",
    ),
    Setting(
        key="station",
        kind=Kind.TEXT,
        help="what a station is called; {host} is the machine's name, {user} the account's",
        default="{host}",
        env="LINESIDE_STATION",
    ),
    Setting(
        key="plant",
        kind=Kind.PATH,
        help="the plant file of a station for which none is published in the shared store",
        default="/etc/lineside/plant.toml, on Windows %ProgramData%\\Lineside\\plant.toml",
        env="LINESIDE_PLANT",
        option="--plant",
    ),
    Setting(
        key="theme",
        kind=Kind.CHOICE,
        help="how screens look; a person may choose otherwise (Ctrl+D) unless it is group policy",
        default="day",
        choices=("day", "night"),
    ),
    Setting(
        key="language",
        kind=Kind.CHOICE,
        help="language of the screens; this version has one",
        default="en",
        choices=("en",),
    ),
    Setting(
        key="wall",
        kind=Kind.TEXT,
        help="this machine is a wall screen and shows this: overview, handover:wall, line/L1 …",
        default="none: somebody works there",
        env="LINESIDE_WALL",
        option="--wall",
    ),
    Setting(
        key="log_folder",
        kind=Kind.PATH,
        help="folder of the stations' logs, each under its station's name",
        default="the data folder",
    ),
    Setting(
        key="metrics_port",
        kind=Kind.NUMBER,
        help="port at which this machine alone can read figures for Prometheus; 0: none",
        default="0",
        env="LINESIDE_METRICS_PORT",
        high=65_535,
    ),
)

BY_KEY: Mapping[str, Setting] = MappingProxyType({row.key: row for row in SETTINGS})


def misfit(row: Setting, value: object) -> str:
    """What is wrong with a value, as the end of a sentence that begins with the setting; "" where nothing is."""
    if row.kind is Kind.NUMBER:
        fits = isinstance(value, int) and not isinstance(value, bool) and row.low <= value <= row.high
        return "" if fits else f"is a whole number from {row.low} to {row.high}"
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        return "is a text that is not empty"
    return MISFITS[row.kind](row, value)


def _text(row: Setting, value: str) -> str:
    if row.key == "station" and not re.fullmatch(NAME, value):
        return "has letters, digits, _ . - and the placeholders {host} and {user}"
    return ""


def _url(row: Setting, value: str) -> str:
    if not re.match(r"postgres(ql)?://\S+$", value):
        return "is an address such as postgresql://db1,db2/lineside"
    if re.match(r"\w+://[^/@]*:[^/@]*@", value) or re.search(r"[?&]password=", value):
        return "has a password in it, where anybody may read it: leave it out, each station has its own"
    return ""


def _path(row: Setting, value: str) -> str:
    return "" if re.match(r"/|[A-Za-z]:[\\/]|\\\\|%\w+%", value) else "is a full path"


def _choice(row: Setting, value: str) -> str:
    return "" if value in row.choices else f"is one of {', '.join(row.choices)}"


MISFITS: Mapping[Kind, Callable[[Setting, str], str]] = MappingProxyType(
    {Kind.TEXT: _text, Kind.URL: _url, Kind.PATH: _path, Kind.CHOICE: _choice}
)


def from_text(row: Setting, text: str, origin: Origin, where: str) -> Word:
    """The word of a text, as the environment and the command line have it. Raises KnownError for one that is none."""
    value: str | int = int(text) if row.kind is Kind.NUMBER and text.isdecimal() else text
    fault = "" if row.kind is Kind.PATH else misfit(row, value)  # here a path may begin where one stands
    if fault:
        raise KnownError(f"{where}: {row.key} {fault}.", "Correct it.")
    return Word(value=value, origin=origin, where=where)


def holds(words: Sequence[Word]) -> Word | None:
    """Of what several say, what holds."""
    order = list(Origin)
    return min(words, key=lambda word: order.index(word.origin), default=None)
