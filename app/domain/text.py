"""Text from controllers, ERP and people: plain, capped, control characters made visible. Pure."""

from __future__ import annotations

import unicodedata

LONGEST = 500
"""Characters that any foreign text may have on a screen; what was cut is marked."""

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def safe(text: str, longest: int = LONGEST) -> str:
    """NFC text with control, bidi, zero-width and surrogate characters escaped as ⟨U+202E⟩, cut to `longest`."""
    if len(text) <= longest and text.isascii() and text.isprintable():
        return text
    head = unicodedata.normalize("NFC", text[: longest * 2])
    shown = "".join(c if unicodedata.category(c) not in _HIDDEN else f"⟨U+{ord(c):04X}⟩" for c in head)
    cut = len(shown) > longest or len(text) > longest * 2
    return shown[: longest - 1] + "…" if cut else shown
