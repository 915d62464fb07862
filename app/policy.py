"""What group policy says: values of HKLM\\Software\\Policies\\Lineside on Windows, nothing elsewhere.

Owns the way into the registry. Must not know what the values mean.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

KEY = r"Software\Policies\Lineside"

if sys.platform == "win32":
    import winreg

    def policy() -> Mapping[str, object]:
        """The policy's values by name; empty where there is none."""
        return values(winreg)

else:

    def policy() -> Mapping[str, object]:
        """Only Windows has group policy."""
        return {}


def values(registry: Any) -> Mapping[str, object]:
    """The values of KEY in a registry that is as the module `winreg`."""
    try:
        opened = registry.OpenKey(registry.HKEY_LOCAL_MACHINE, KEY, 0, registry.KEY_READ | registry.KEY_WOW64_64KEY)
    except OSError:
        return {}
    with opened as key:
        return dict(_each(registry, key))


def _each(registry: Any, key: Any) -> Iterator[tuple[str, object]]:
    place = 0
    while True:
        try:
            name, value, _ = registry.EnumValue(key, place)
        except OSError:  # there are no more: so the registry says it
            return
        yield str(name).lower(), value
        place += 1
