"""However a plant file is damaged, the answer is a plant or faults with a line; never a traceback."""

from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, example, given, settings

import resources
from app.erp.registry import check_settings
from app.plant.check import check_text
from drivers.registry import ADDRESS_CHECKS
from tests.unit.plant.small import SMALL, checked

DEMO = resources.path("plants/demo.toml").read_text(encoding="utf-8")
VALUES = ("7", "-1.5", "true", '"x"', '""', "[]", "{}", "nan", "06:00:00", "[[1]]", "{ a = 1 }", "1979-05-27", "9" * 30)
THOROUGH = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def sound_or_faulty(text: str) -> None:
    """The contract of `check`: either a plant, or faults that name a line of the text and what is wrong."""
    plant, faults = check_text(text, Path("plant.toml"), ADDRESS_CHECKS, check_settings)
    assert (plant is None) == bool(faults)
    for fault in faults:
        assert 1 <= fault.line <= text.count("\n") + 1
        assert fault.column >= 1
        assert fault.message
        assert "\n" not in str(fault)


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """The text with one to three lines dropped, doubled, given another value or another key."""
    lines = text.split("\n")
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(lines) - 1))
        line = lines[place]
        key, equals, value = line.partition("=")
        cut = draw(st.integers(0, len(line)))
        other = draw(st.sampled_from(VALUES))
        lines[place : place + 1] = draw(
            st.sampled_from(
                [
                    [],
                    [line, line],
                    [f"{key}{equals} {other}"] if equals else [other],
                    [f"{key[:1]}x{key[1:]}{equals}{value}"],
                    [line[:cut] + draw(st.characters()) + line[cut:]],
                    [line[:cut] + line[cut + 1 :]],
                ]
            )
        )
    return "\n".join(lines)


@THOROUGH
@given(damaged(SMALL))
@example(SMALL.replace("[[machine]]", "[machine]"))
@example(SMALL.replace("[[machine]]", "[[machine.x]]"))
@example("site = 1\nmachine = [1, {}]\nperson = 'x'\nshift = [[]]\nroute = {}\n[state_map]\na = 1\n[reasons]\nx = 1")
def test_a_damaged_small_plant_gives_a_plant_or_faults(text: str) -> None:
    sound_or_faulty(text)


@settings(THOROUGH, max_examples=40)
@given(damaged(DEMO))
def test_a_damaged_demo_plant_gives_a_plant_or_faults(text: str) -> None:
    sound_or_faulty(text)


@THOROUGH
@given(st.text())
def test_any_text_gives_faults(text: str) -> None:
    sound_or_faulty(text)


@THOROUGH
@given(
    st.recursive(st.sampled_from(VALUES), lambda inner: st.lists(inner, max_size=3).map(lambda v: f"[{', '.join(v)}]"))
)
def test_any_value_in_place_of_any_table_gives_faults(value: str) -> None:
    for table in ("site", "line", "controller", "machine", "machine_type", "rule", "erp", "reasons"):
        assert checked(f"{table} = {value}\n")[0] is None
