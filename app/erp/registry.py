"""Every ERP adapter by its name in the plant file: where it lies and which settings it takes.

Adapters are loaded when they are wanted, so that a plant needs only the libraries of its own ERP.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from importlib import import_module
from pathlib import PurePosixPath, PureWindowsPath
from types import MappingProxyType
from typing import cast
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from app.domain.erp_errors import ErpAuthError
from app.domain.errors import KnownError
from app.domain.plant import ErpLink
from app.erp.mapped.fields import faults_of
from app.ports import Erp

Value = str | int | float | bool
Check = Callable[[Value], str]
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


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


def secure_address(value: Value) -> str:
    """An https address with a host and without a query; http only to this machine, where nobody else listens in."""
    said = web_address(value)
    if said or not isinstance(value, str) or value.startswith("https:") or urlsplit(value).hostname in LOOPBACK:
        return said
    return "must be an https address: a sign-in is not sent where others can read it"


def zone(value: Value) -> str:
    """A time zone's name in the IANA list."""
    return "" if value in available_timezones() else 'must be a time zone such as "Europe/Vienna"'


def odoo_version(value: Value) -> str:
    """The first number of Odoo's version."""
    sound = isinstance(value, int) and not isinstance(value, bool) and 14 <= value <= 30
    return "" if sound else "must be the first number of its version, from 14, such as 18"


def folder(value: Value) -> str:
    """A folder's whole path."""
    sound = isinstance(value, str) and (PurePosixPath(value).is_absolute() or PureWindowsPath(value).is_absolute())
    return "" if sound else 'must be the whole path of a folder, such as "/srv/erp/out"'


def choice(*values: str) -> Check:
    """One of these texts."""
    return lambda value: "" if value in values else f"must be one of {', '.join(values)}"


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
    """One adapter: `module` and `cls` of its port; the settings are that class's arguments.

    `secret`: the name of the stored secret that it signs in with, unless the setting "secret" names another one; the
    class gets it as `secret`, a call that may block and raises ErpAuthError where nothing is stored. `mapping`: the
    check of an adapter that takes more settings than can be listed; its sentences begin with the key they are about.
    """

    module: str
    cls: str
    settings: Mapping[str, Setting] = field(default_factory=dict)
    secret: str = ""
    mapping: Callable[[Mapping[str, Value]], list[str]] | None = None


SIGNED_IN: Mapping[str, Setting] = MappingProxyType(
    {
        "url": Setting(check=secure_address, required=True),
        "secret": Setting(check=text),
        "certificates": Setting(check=text),
        "timeout_s": Setting(check=seconds),
    }
)
"""What every ERP behind an address takes: where, the stored secret's name, whose certificates count, how long."""

ERPS: Mapping[str, ErpRow] = MappingProxyType(
    {
        "none": ErpRow(module="app.erp.none", cls="NoErp"),
        "demo": ErpRow(
            module="app.erp.demo_adapter",
            cls="DemoErp",
            settings={
                "url": Setting(check=web_address, required=True),
                "token": Setting(check=text),
                "timeout_s": Setting(check=seconds),
            },
        ),
        "tryton": ErpRow(
            module="app.erp.tryton.adapter",
            cls="TrytonErp",
            settings={
                **SIGNED_IN,
                "database": Setting(check=text, required=True),
                "user": Setting(check=text, required=True),
                "warehouse": Setting(check=text),
                "quarantine": Setting(check=text),
            },
            secret="erp",
        ),
        "b2mml_files": ErpRow(
            module="app.erp.b2mml.adapter",
            cls="by_files",
            settings={
                "outbox": Setting(check=folder, required=True),
                "inbox": Setting(check=folder, required=True),
                "sender": Setting(check=text),
                "timeout_s": Setting(check=seconds),
            },
        ),
        "odoo": ErpRow(
            module="app.erp.odoo.adapter",
            cls="Odoo",
            settings={
                **SIGNED_IN,
                "database": Setting(check=text, required=True),
                "version": Setting(check=odoo_version, required=True),
                "user": Setting(check=text),
                "stock": Setting(check=text),
                "quarantine": Setting(check=text),
            },
            secret="erp",
        ),
        "sap": ErpRow(
            module="app.erp.sap.adapter",
            cls="SapS4",
            settings={
                **SIGNED_IN,
                "plant": Setting(check=text, required=True),
                "time_zone": Setting(check=zone, required=True),
                "user": Setting(check=text),
                "client": Setting(check=text),
                "operation": Setting(check=text),
                "storage_location": Setting(check=text),
            },
            secret="erp",
        ),
        "erpnext": ErpRow(
            module="app.erp.erpnext.adapter",
            cls="ErpNext",
            settings={
                **SIGNED_IN,
                "time_zone": Setting(check=zone, required=True),
                "stop_reason": Setting(check=text),
                "operator": Setting(check=text),
            },
            secret="erp",
        ),
        "mapped": ErpRow(
            module="app.erp.mapped.adapter",
            cls="Mapped",
            settings={
                **SIGNED_IN,
                "url": Setting(check=secure_address),
                "user": Setting(check=text),
                "inbox": Setting(check=folder),
                "outbox": Setting(check=folder),
                "time_zone": Setting(check=zone, required=True),
                "encoding": Setting(check=choice("utf-8", "cp1252", "iso-8859-1", "iso-8859-15")),
            },
            secret="erp",
            mapping=faults_of,
        ),
        "b2mml_web": ErpRow(
            module="app.erp.b2mml.adapter",
            cls="by_web",
            settings={**SIGNED_IN, "user": Setting(check=text), "sender": Setting(check=text)},
            secret="erp",
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
        if name not in row.settings and row.mapping is None
    ]
    faults += row.mapping(link.settings) if row.mapping else []
    for name, setting in row.settings.items():
        if name not in link.settings:
            faults += [f"ERP setting {name!r} is missing: {link.adapter} needs it."] * setting.required
        elif said := setting.check(link.settings[name]):
            faults.append(f"ERP setting {name!r} {said}.")
    return faults


def no_secret(_: str) -> str | None:
    """Where no secrets are at hand none is stored."""
    return None


def open_erp(link: ErpLink, stored: Callable[[str], str | None] = no_secret) -> Erp:
    """The port to the plant's ERP, not yet connected; raises KnownError with every fault of its settings.

    `stored` looks a secret of this workstation up by its name.
    """
    faults = check_settings(link)
    if faults:
        raise KnownError(" ".join(faults), "Correct the [erp] section of the plant file.")
    row = ERPS[link.adapter]
    given: dict[str, object] = dict(link.settings)
    if row.secret:
        given["secret"] = partial(needed, stored, str(given.get("secret", row.secret)))
    return cast("Erp", getattr(import_module(row.module), row.cls)(**given))


def needed(stored: Callable[[str], str | None], name: str) -> str:
    """The stored secret; raises ErpAuthError where there is none, or it can't be looked up."""
    try:
        found = stored(name)
    except KnownError as error:
        raise ErpAuthError(error.message, error.todo) from error
    if found is None:
        raise ErpAuthError(f"There is no secret called {name!r} here for the ERP.", f"Run: lineside secret set {name}")
    return found


def meant(name: str, known: Mapping[str, object]) -> str:
    """A guess at what was meant, or the list of what there is."""
    close = get_close_matches(name, list(known), n=1)
    if close:
        return f" (did you mean {close[0]!r}?)"
    return f" (there are: {', '.join(known)})" if known else " (it takes none)"
