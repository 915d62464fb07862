"""The words that several commands take, and how a command hands over to the module that does it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from ui.outcome import outcome

Data = Annotated[Optional[Path], typer.Option("--data", help="folder of the journal and settings")]  # noqa: UP045
ByUrl = Annotated[
    str, typer.Option("--url", help="the plant's log, postgresql://LOGIN@HOST/DATABASE; else LINESIDE_DB")
]


def call(module: str, function: str, **arguments: Any) -> None:
    """Run `module.function(**arguments)` and end with its exit code."""
    raise typer.Exit(outcome(module, function, **arguments))
