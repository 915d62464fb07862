"""Every ERP adapter by its name in the plant file: where it lies and which settings it takes.

Adapters are loaded when they are wanted, so that a plant needs only the libraries of its own ERP.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import import_module
from types import MappingProxyType
from typing import cast
from urllib.parse import urlsplit

from app.domain.errors import KnownError
from app.domain.plant import ErpLink
from app.ports import Erp

Value = str | int | float | bool
Check = Callable[[Value], str]


def text(value: Value) -> str:
    """A text that is not empty."""
    return "" if isinstance(value, str) and value.strip() else "must be a text"


def web_address(value: Value) -> str:
    """An http or https address with a host and without a query."""
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        sound = parts.scheme in ("http", "https") and parts.hostname and not parts.query and parts.port != 0
    except ValueError:
        sound = False
    return "" if sound else 'must be an address such as "https://erp.example:8443"'


def seconds(value: Value) -> str:
    """A duration from 0.1 s to 5 min."""
    sound = isinstance(value, int | float) and not isinstance(value, bool) and 0.1 <= value <= 300
    return "" if sound else "must be a number of seconds from 0.1 to 300"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting of an adapter; `check` says what is wrong with a value, "" for nothing."""

    check: Check
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpRow:
    """One adapter: `module` and `cls` of its port; the settings are that class's arguments."""

    module: str
    cls: str
    settings: Mapping[str, Setting] = field(default_factory=dict)


ERPS: Mapping[str, ErpRow] = MappingProxyType(
    {
        "none": ErpRow(module="app.erp.none", cls="NoErp"),
        "memory": ErpRow(module="app.erp.memory", cls="MemoryErp"),
        "demo": ErpRow(
            module="app.erp.demo_adapter",
            cls="DemoErp",
            settings={
                "url": Setting(check=web_address, required=True),
                "token": Setting(check=text),
                "timeout_s": Setting(check=seconds),
            },
        ),
    }
)


def check_settings(link: ErpLink) -> list[str]:
    """What is wrong with an ERP section of a plant file, one sentence each; nothing is loaded."""
    row = ERPS.get(link.adapter)
    if row is None:
        return [f"ERP adapter {link.adapter!r} is unknown{meant(link.adapter, ERPS)}."]
    faults = [
        f"ERP setting {name!r} is unknown for {link.adapter}{meant(name, row.settings)}."
        for name in link.settings
        if name not in row.settings
    ]
    for name, setting in row.settings.items():
        if name not in link.settings:
            faults += [f"ERP setting {name!r} is missing: {link.adapter} needs it."] * setting.required
        elif said := setting.check(link.settings[name]):
            faults.append(f"ERP setting {name!r} {said}.")
    return faults


def open_erp(link: ErpLink) -> Erp:
    """The port to the plant's ERP, not yet connected; raises KnownError with every fault of its settings."""
    faults = check_settings(link)
    if faults:
        raise KnownError(" ".join(faults), "Correct the [erp] section of the plant file.")
    row = ERPS[link.adapter]
    return cast("Erp", getattr(import_module(row.module), row.cls)(**link.settings))


def meant(name: str, known: Mapping[str, object]) -> str:
    """A guess at what was meant, or the list of what there is."""
    close = get_close_matches(name, list(known), n=1)
    if close:
        return f" (did you mean {close[0]!r}?)"
    return f" (there are: {', '.join(known)})" if known else " (it takes none)"
