"""A small sound plant file that the tests break in one place at a time."""

from pathlib import Path

from app.domain.plant import Plant
from app.erp.registry import check_settings
from app.plant.check import check_text
from app.plant.faults import Fault
from drivers.registry import ADDRESS_CHECKS

SMALL = """\
[site]
id = "s"
name = "Small"
timezone = "Europe/Berlin"

[namespaces]
plc = "urn:small:plc"

[[area]]
id = "a"
name = "Area"

[[line]]
id = "L1"
name = "Line 1"
area = "a"
skills = ["filling"]

[[controller]]
id = "C1"
protocol = "opcua"
identity = "urn:small:server"
settings = { url = "opc.tcp://127.0.0.1:4840", source.Fill = "L1.filler" }

[[controller]]
id = "C2"
protocol = "modbus"
identity = "SCALE"
settings = { host = "127.0.0.1", identity.address = 0, identity.length = 4 }

[state_map.vendor]
"1" = "Stopped"
"2" = "Execute"

[[machine_type]]
id = "base"
unit = "bottles"
tag = [
  { name = "state", signal = "state", address = { node = "{root}.State" } },
  { name = "speed", signal = "rate", unit = "{unit}/min", low = 10, high = 90, address = { node = "{root}.Speed" } },
]

[[machine_type]]
id = "filler"
extends = "base"
state_map = "vendor"
skill = "mechanics"

[[machine_type.tag]]
name = "torque"
low = 1
high = 5
scale = 0.5
address = { node = "{root}.Torque" }

[[machine_type]]
id = "scale"
tag = [{ name = "state", signal = "state", address = { table = "holding", address = 7 } }]

[[machine]]
id = "L1.infeed"
line = "L1"
type = "base"
controller = "C1"
root = "nsu={plc};s=In"
nominal_rate = 100

[[machine]]
id = "L1.filler"
name = "Filler"
line = "L1"
type = "filler"
controller = "C1"
root = "nsu={plc};s=Fill"
nominal_rate = 90
tag = [{ name = "torque", high = 6 }]

[[machine]]
id = "L1.scale"
line = "L1"
type = "scale"
controller = "C2"
base = 100
nominal_rate = 90

[[person]]
id = "lead"
name = "Lea Dorn"
roles = ["shift_lead"]
functions = ["production"]
skills = ["filling", "mechanics"]

[[shift]]
id = "day"
name = "Day"
start = "06:00"
end = "18:00"
days = "mon-sun"
people = ["lead"]

[[shift]]
id = "night"
name = "Night"
start = "18:00"
end = "06:00"
days = ["mon", "tue-sun"]
people = ["lead"]

[[rule]]
id = "slow"
kind = "rate_loss"
parameters = { below_percent = 80 }

[[route]]
id = "all"
function = "production"
primary = true

[reasons]
1201 = "Gripper vacuum lost"

[hold_reasons]
seal = "Seal"

[[command]]
id = "L1.filler.stop"
name = "Stop the filler"
machine = "L1.filler"
address = { object = "{root}", method = "{root}.Stop" }
roles = ["shift_lead"]
states = ["Execute"]
read_back = { tag = "state", value = 2, within_s = 8 }

[[command]]
id = "L1.scale.speed"
name = "Set the speed"
machine = "L1.scale"
address = { table = "holding", address = 40, type = "u16" }
low = 5
high = 50
roles = ["shift_lead"]
states = ["Execute", "Idle"]
read_back = { address = { table = "holding", address = 41 } }

[erp]
adapter = "none"
"""
PATH = Path("small.toml")


def checked(text: str) -> tuple[Plant | None, tuple[Fault, ...]]:
    """The plant of a text, or its faults."""
    return check_text(text, PATH, ADDRESS_CHECKS, check_settings)


def plant_of(text: str) -> Plant:
    """The plant of a sound text."""
    plant, faults = checked(text)
    assert plant is not None, "\n".join(map(str, faults))
    return plant


def edited(old: str, new: str) -> str:
    """SMALL with its first `old` replaced."""
    assert old in SMALL, old
    return SMALL.replace(old, new, 1)
