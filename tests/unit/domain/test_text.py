"""Foreign text is plain, capped and harmless."""

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.text import LONGEST, safe

ANY = st.text(st.characters(codec=None), max_size=40)


@given(ANY)
@example("\r\n2026-01-01 INFO hold released")
@example("\x1b[31mred\x1b[0m")
@example("\u202egnp.exe")
@example("a\x00b\ud800c\u200bd\ufeff")
@example("\x85\u2028\u2029")
def test_nothing_hidden_is_left(text: str) -> None:
    shown = safe(text)
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for c in shown)
    shown.encode()
    assert "\n" not in shown


@given(st.text(st.characters(codec=None)), st.integers(1, 60))
def test_it_is_never_longer_than_asked(text: str, longest: int) -> None:
    assert len(safe(text, longest)) <= longest


@given(ANY)
def test_twice_is_once(text: str) -> None:
    assert safe(safe(text)) == safe(text)


@given(st.text("abc äöü€漢", max_size=50))
def test_what_is_plain_stays_as_it_is(text: str) -> None:
    assert safe(text) == unicodedata.normalize("NFC", text)


def test_what_was_cut_is_marked_and_a_megabyte_costs_nothing() -> None:
    shown = safe("x" * 1_000_000)
    assert len(shown) == LONGEST
    assert shown.endswith("…")
    assert safe("x" * LONGEST) == "x" * LONGEST


def test_plain_text_of_any_length_is_as_it_was_or_cut() -> None:
    assert safe("lot 4471-C") == "lot 4471-C"
    assert safe("x" * LONGEST) == "x" * LONGEST
    assert safe("x" * (LONGEST + 1)) == "x" * (LONGEST - 1) + "…"
    assert safe("tab\t") == "tab⟨U+0009⟩"
