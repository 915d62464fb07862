"""The words of the commands that open a window: demo, run and open. Read by argparse, because somebody waits for it.

typer, which reads the rest of the command line, loads pydantic to take in a number: a fifth of a second.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ui.outcome import outcome

Kind = Callable[[str], object]


def number(kind: type[int] | type[float], least: float, most: float = float("inf")) -> Kind:
    """Reads a number within bounds."""

    def read(text: str) -> float:
        value = kind(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(
                f"{text} is not " + (f"at least {least}" if most > 1e9 else f"from {least} to {most}")
            )
        return value

    read.__name__ = "whole number" if kind is int else "number"  # argparse says: invalid number value: 'x'
    return read


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One option, or the argument if its name has no dashes. `into` is the parameter that gets it."""

    name: str
    help: str
    kind: Kind = str
    default: object = None
    into: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command of the desktop program: `module`.`function` gets what `words` say."""

    text: str
    module: str
    function: str
    words: tuple[Word, ...]


DATA = Word(name="--data", help="folder of the journal and settings", kind=Path)
RUNS = (
    DATA,
    Word(name="--smoke", help="run a scripted shift for S seconds", kind=number(float, 5)),
    Word(name="--screenshots", help="folder for a PNG of every screen", kind=Path),
    Word(name="--report", help="file for the run's figures as JSON", kind=Path),
    Word(name="--metrics", help="port for Prometheus; 0: none", kind=number(int, 0, 65_535)),
)

COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "demo": Command(
            text="Open Lineside on a simulated plant: real protocol servers and a demo ERP on this machine.",
            module="ui.main",
            function="demo",
            words=(
                Word(name="--plant", help="another plant file for the demo", kind=Path),
                Word(name="--replay", help="replay recorded alarm bursts (CSV)", kind=Path),
                Word(name="--from", help="first day of the replay, e.g. 2019-06-03", default="", into="replay_from"),
                Word(name="--until", help="its end; default a week later", default="", into="replay_until"),
                Word(name="--speed", help="simulated seconds a second", kind=number(float, 0.01), default=1.0),
                Word(name="--seed", help="of the simulated plant's faults", kind=int, default=1),
                Word(name="--stations", help="workstations that share a Postgres", kind=number(int, 1, 9), default=1),
                Word(name="--erp", help="demo, or tryton: a real one, installed first", default="demo"),
                *RUNS,
            ),
        ),
        "run": Command(
            text="Open Lineside on a plant of your own.",
            module="ui.main",
            function="run",
            words=(
                Word(
                    name="--plant",
                    help="a plant file (TOML); none: the published one, else this machine's own",
                    kind=Path,
                ),
                Word(name="--wall", help="a wall screen of it: overview, handover:wall, line/L1 …", default=""),
                *RUNS,
            ),
        ),
        "open": Command(
            text="Open this station's plant, as a desktop does; what was opened last, or a guide, where there is none.",
            module="ui.opening",
            function="open_it",
            words=(
                Word(
                    name="what", help="a plant file, lineside:open or lineside:demo; none: this station's", default=""
                ),
                DATA,
            ),
        ),
    }
)


def asked(words: Sequence[str]) -> bool:
    """Whether it is one of them that the words begin with; nothing at all opens this station's plant."""
    return not words or words[0] in COMMANDS


def run(words: Sequence[str]) -> int:
    """Do what the words say; the exit code. Ends the process for words that are none, as every command line does."""
    name = words[0] if words else "open"
    command = COMMANDS[name]
    return outcome(command.module, command.function, **read(name, words[1:]))


def read(name: str, words: Sequence[str]) -> dict[str, Any]:
    """What a command's words say, by the parameters of its function."""
    command = COMMANDS[name]
    parser = argparse.ArgumentParser(prog=f"lineside {name}", description=command.text, allow_abbrev=False)
    for word in command.words:
        more: dict[str, Any] = {"dest": word.into} if word.into else {} if word.name.startswith("-") else {"nargs": "?"}
        parser.add_argument(word.name, type=word.kind, default=word.default, help=word.help, **more)
    return vars(parser.parse_args(words))
