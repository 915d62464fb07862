"""Every key of a Modbus controller or address that a plant file gets wrong is said with its line; right ones pass."""

import pytest

from tests.unit.plant.small import SMALL, checked, edited, plant_of

SETTINGS = 'settings = { host = "127.0.0.1", identity.address = 0, identity.length = 4 }'
ADDRESS = '{ table = "holding", address = 7 }'

WRONG_SETTINGS = [
    ("framing = 'ascii'", "one of tcp, rtu"),
    ("security = 'ssl'", "one of none, tls"),
    ("server_name = 'plc'", 'without security = "tls"'),
    ("security = 'tls', client_certificate = '../plc'", "name of a file"),
    ("max_registers = 126", "between 1 and 125"),
    ("max_hole = -1", "between 0 and 125"),
    ("identity.type = 'u17'", "one of string"),
    ("identity.unit = 256", "between 0 and 255"),
    ("identity.order = 'little'", "must be big or big_swap"),
]
WRONG_ADDRESSES = [
    ('type = "string", length = 126', "between 1 and 125"),
    ('type = "u16", none = 65536', "which no u16 can be"),
    ('type = "i16", none = 65535', "which no i16 can be"),
    ('type = "bcd24"', "one of u16"),
    ('type = "u32", order = "swap"', "one of big"),
]


def line_of(text: str, words: str) -> int:
    """The line of a text that holds these words."""
    return text.count("\n", 0, text.index(words)) + 1


@pytest.mark.parametrize(("written", "said"), WRONG_SETTINGS)
def test_a_wrong_setting_is_said_with_its_line(written: str, said: str) -> None:
    """Bad input row 20."""
    text = edited(SETTINGS, SETTINGS.replace(" }", f", {written} }}"))
    plant, faults = checked(text)
    assert plant is None
    (fault,) = faults
    assert said in fault.message
    assert fault.line == line_of(text, 'host = "127.0.0.1"')


@pytest.mark.parametrize(("written", "said"), WRONG_ADDRESSES)
def test_a_wrong_address_is_said_with_its_line(written: str, said: str) -> None:
    """Bad input row 20."""
    text = edited(ADDRESS, ADDRESS.replace(" }", f", {written} }}"))
    plant, faults = checked(text)
    assert plant is None
    assert any(said in fault.message and fault.line == line_of(text, written) for fault in faults), faults


def test_an_address_past_the_last_register_is_said_with_its_line() -> None:
    """Bad input row 20: address 65536."""
    text = edited(ADDRESS, ADDRESS.replace("7", "65536"))
    _, faults = checked(text)
    assert any("between 0 and 65535" in fault.message and fault.line == line_of(text, "65536") for fault in faults)


def test_all_new_keys_pass_when_they_are_right() -> None:
    right = (
        'settings = { host = "plc.example", framing = "rtu", security = "tls", server_name = "plc", max_hole = 0, '
        'client_certificate = "room-1", identity.address = 0, identity.type = "f32", identity.order = "little_swap", '
        "identity.unit = 255 }"
    )
    plant = plant_of(SMALL.replace(SETTINGS, right).replace('identity = "SCALE"', 'identity = "12.5"'))
    assert plant.controllers["C2"].settings["identity.unit"] == 255
