"""Every row of DRIVERS loads, checks and refuses in words."""

import subprocess
import sys

import pytest

from app.domain.errors import KnownError
from app.domain.plant import Controller, Signal, Tag
from drivers.registry import ADDRESS_CHECKS, DRIVERS, load_factory, open_driver
from tests.contract.rigs.recorder import Recorder
from tests.contract.rigs.rig import RIGS
from tests.needs import ROOT


@pytest.mark.parametrize("row", DRIVERS, ids=lambda row: row.protocol)
def test_a_row_opens_its_driver(row: object) -> None:
    rig = RIGS[row.protocol]()  # type: ignore[attr-defined]
    driver = open_driver(rig.controller(), rig.tags(), Recorder())
    assert driver.controller == rig.controller()
    assert load_factory(rig.protocol) is type(driver)


def test_protocols_are_named_once() -> None:
    assert len(ADDRESS_CHECKS) == len(DRIVERS)


def test_the_checks_need_no_protocol_library() -> None:
    code = (
        "import sys, drivers.registry; "
        "sys.exit(any(name.split('.')[0] in ('asyncua', 'pymodbus') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def controller(protocol: str, **settings: str) -> Controller:
    """A controller with these settings."""
    return Controller(id="C", name="C", protocol=protocol, identity="", settings=settings)


def test_an_unknown_protocol_is_refused_in_words() -> None:
    with pytest.raises(KnownError, match=r"s7.*modbus, opcua"):
        open_driver(controller("s7"), [], Recorder())


def test_an_address_at_fault_is_refused_before_anything_runs() -> None:
    tag = Tag(index=0, id="t", name="t", machine="m", controller="C", signal=Signal.RATE, address={"node": "ns=2;s=a"})
    with pytest.raises(KnownError, match=r"by index.*lineside check"):
        open_driver(controller("opcua", url="opc.tcp://h:1"), [tag], Recorder())
