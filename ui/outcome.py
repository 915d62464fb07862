"""How a command ends: its exit code, and what went wrong in one sentence on stderr."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Callable
from typing import Any

from app.domain.errors import KnownError
from ui.exits import Exit


def outcome(module: str, function: str, **arguments: Any) -> int:
    """The exit code of `module.function(**arguments)`, loaded now; a known error is one sentence on stderr."""
    try:
        action: Callable[..., int] = getattr(importlib.import_module(module), function)
        return int(action(**arguments))
    except KnownError as error:
        print(error, file=sys.stderr)  # noqa: T201 - what a command has to say
        return Exit.REFUSED
    except Exception:
        logging.getLogger("lineside").exception("lineside ended by a fault of its own")
        return Exit.BUG
