"""What the simulated controllers' pages say is what the code does."""

import re
from pathlib import Path

from drivers.simulated.catalog import Kind
from drivers.simulated.modbus_server import COMMANDS
from drivers.simulated.process import PROCESS
from drivers.simulated.registers import FIRST_PROCESS, RegisterType
from drivers.simulated.replay import COLUMNS
from drivers.simulated.signals import signals_for
from tests.needs import ROOT

FOLDER = ROOT / "drivers" / "simulated"


def rows(page: Path) -> list[list[str]]:
    """The cells of every table row of a page."""
    lines = page.read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]


def test_the_register_page_has_every_register() -> None:
    said = {cells[3]: cells for cells in rows(FOLDER / "REGISTERS.md") if len(cells) == 6 and cells[3]}
    for source in signals_for("L3", Kind.FILLER):
        register = source.signal.register
        if register.address >= FIRST_PROCESS:
            continue
        bit = f".{register.bit}" if register.type is RegisterType.BIT else ""
        scale = "" if register.scale == 1.0 else str(register.scale)
        wanted = [f"{register.address}{bit}", str(register.words), register.type.value]
        assert said[source.signal.name][:3] == wanted
        assert said[source.signal.name][4] == scale


def test_the_register_page_has_every_process_value_in_its_place() -> None:
    said = {cells[0]: cells[1:] for cells in rows(FOLDER / "REGISTERS.md") if len(cells) == 9}
    for kind, signals in PROCESS.items():
        assert said[kind.value] == [f"{signal.name} {signal.unit}" for signal in signals]


def test_the_register_page_has_every_command() -> None:
    page = (FOLDER / "REGISTERS.md").read_text(encoding="utf-8")
    for number, command in COMMANDS.items():
        assert re.search(rf"\b{number} {command.value}\b", page)


def test_the_node_page_has_every_variable() -> None:
    said = {cells[0]: cells for cells in rows(FOLDER / "NODES.md")}
    for source in signals_for("L1", Kind.FILLER):
        signal = source.signal
        if not signal.node.startswith("Process."):
            assert said[signal.name][1:3] == [signal.node, signal.ua_type]


def test_the_replay_page_has_every_column() -> None:
    page = (FOLDER / "REPLAY.md").read_text(encoding="utf-8")
    assert all(column in page for column in COLUMNS)
