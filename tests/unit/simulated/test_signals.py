"""Names, nodes and registers of the machines' variables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.simulated.catalog import LINES, Kind
from drivers.simulated.line import build_line
from drivers.simulated.registers import (
    COMMAND,
    SPAN,
    Register,
    RegisterType,
    decode,
    encode,
)
from drivers.simulated.signals import signals_for, tag_list

EVERY_MACHINE = [(line, kind) for line in LINES for kind in Kind]


@pytest.mark.parametrize(("line", "kind"), EVERY_MACHINE)
def test_no_two_variables_of_a_machine_share_a_name_a_node_or_a_register(line: str, kind: Kind) -> None:
    signals = [source.signal for source in signals_for(line, kind)]
    assert len({signal.name for signal in signals}) == len(signals) == 36
    assert len({signal.node for signal in signals}) == len(signals)
    taken: set[tuple[int, int]] = set()
    for signal in signals:
        register = signal.register
        bits = [register.bit] if register.type is RegisterType.BIT else range(16)
        cells = {(register.address + word, bit) for word in range(register.words) for bit in bits}
        assert not cells & taken, signal.name
        taken |= cells
    assert max(address for address, _ in taken) < SPAN < COMMAND


@pytest.mark.parametrize(("line", "kind"), EVERY_MACHINE)
def test_every_value_comes_back_from_its_registers(line: str, kind: Kind) -> None:
    plant_line = build_line(line, seed=2)
    for _ in range(600):
        plant_line.step(0.1)
    for source in signals_for(line, kind):
        value, register = source.read(plant_line.machines[kind]), source.signal.register
        words = encode(register, value)
        assert len(words) == register.words
        assert all(0 <= word <= 0xFFFF for word in words)
        expected = value if isinstance(value, str) else pytest.approx(value, abs=register.scale / 2, rel=1e-6)
        assert decode(register, words) == expected


@given(value=st.integers(min_value=-10, max_value=2**33))
def test_a_number_out_of_range_is_held_at_the_end_of_the_range(value: int) -> None:
    for kind, words, top in ((RegisterType.UINT16, 1, 0xFFFF), (RegisterType.UINT32, 2, 0xFFFFFFFF)):
        register = Register(address=0, type=kind, words=words)
        assert decode(register, encode(register, value)) == min(top, max(0, value))


@given(text=st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=40))
def test_a_text_is_cut_to_its_registers(text: str) -> None:
    register = Register(address=0, type=RegisterType.ASCII, words=8)
    assert decode(register, encode(register, text)) == text[:16]


def test_the_tag_list_has_every_variable_of_the_line() -> None:
    rows = tag_list("L2")
    assert len(rows) == 216
    speed = next(row for row in rows if row["machine"] == "L2.filler" and row["name"] == "speed")
    assert speed["node"] == "Filler.Status.CurMachSpeed"
    assert speed["unit"] == "bottles/min"
    assert speed["register"] == {"address": 21, "type": "uint16", "words": 1, "scale": 0.1, "bit": 0}
