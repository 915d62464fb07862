"""What the driver knows of the companion standards agrees with the official nodesets."""

from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.domain.packml import MachineState
from drivers.opcua.machine_states import combined
from drivers.opcua.standards import CLEARED, JOBS, JOBS_URI, PACKML, PACKML_URI, RUNNING, STATE_LEVELS, STATES
from drivers.opcua.structures import LAYOUTS
from tests.needs import RIG, need_node, need_shared

TAG = "{http://opcfoundation.org/UA/2011/03/UANodeSet.xsd}"
STRUCTURES = {
    "Count": "PackMLCountDataType",
    "Alarm": "PackMLAlarmDataType",
    "JobOrderAndState": "ISA95JobOrderAndStateDataType",
    "State": "ISA95StateDataType",
    "JobOrder": "ISA95JobOrderDataType",
    "WorkMaster": "ISA95WorkMasterDataType",
    "Property": "ISA95PropertyDataType",
    "Resource": "ISA95PersonnelDataType",
    "Equipment": "ISA95EquipmentDataType",
    "Material": "ISA95MaterialDataType",
}


@pytest.fixture(scope="module")
def packml() -> ElementTree.Element:
    """The official nodeset of OPC 30050."""
    return ElementTree.parse(need_shared() / "data" / "opcua" / "Opc.Ua.PackML.NodeSet2.xml").getroot()


@pytest.fixture(scope="module")
def jobs() -> ElementTree.Element:
    """The official nodeset of OPC 10031-4, which node-opcua brings along."""
    need_node()
    path = Path("node_modules/node-opcua-nodesets/nodesets/opc.ua.isa95-jobcontrol.nodeset2.xml")
    return ElementTree.parse(RIG / path).getroot()


def names(nodeset: ElementTree.Element) -> dict[int, str]:
    """The browse names by identifier, without the index of their namespace."""
    return {
        int(node.get("NodeId", "").rpartition("=")[2]): node.get("BrowseName", "").rpartition(":")[2]
        for node in nodeset
        if node.get("NodeId", "").startswith("ns=1;i=")
    }


def fields(nodeset: ElementTree.Element, name: str) -> list[tuple[bool, bool]]:
    """Of each field of a structure whether it is an array and whether it is optional."""
    found = [node for node in nodeset.iter(f"{TAG}UADataType") if node.get("BrowseName") == f"1:{name}"]
    return [
        (field.get("ValueRank") == "1", field.get("IsOptional") == "true") for field in found[0].iter(f"{TAG}Field")
    ]


def test_every_state_has_the_official_identifier_and_all_17_are_there(packml: ElementTree.Element) -> None:
    official = names(packml)
    assert {identifier: state.text for identifier, state in STATES.items()} == {key: official[key] for key in STATES}
    assert (official[CLEARED], official[RUNNING]) == ("Cleared", "Running")
    assert set(STATES.values()) == set(MachineState) - {MachineState.UNDEFINED}


def test_every_state_has_the_official_number(packml: ElementTree.Element) -> None:
    """Each state object's StateNumber is the number of ISA-TR88.00.02 that detectors and screens use."""
    official: Mapping[int, int] = {
        int(node.get("ParentNodeId", "").rpartition("=")[2]): int(value.text or "0")
        for node in packml.iter(f"{TAG}UAVariable")
        if node.get("BrowseName") == "StateNumber"
        for value in node.iter("{http://opcfoundation.org/UA/2008/02/Types.xsd}UInt32")
    }
    assert {key: official[key] for key in STATES} == {key: int(state) for key, state in STATES.items()}


def test_every_name_of_a_path_is_in_its_nodeset(packml: ElementTree.Element, jobs: ElementTree.Element) -> None:
    official = {PACKML_URI: set(names(packml).values()), JOBS_URI: set(names(jobs).values())}
    paths = [member.path for member in (*PACKML.values(), *JOBS.values())] + list(STATE_LEVELS)
    assert {name for path in paths for uri, name in path if uri in official and name not in official[uri]} == set()


@pytest.mark.parametrize(("ours", "theirs"), STRUCTURES.items())
def test_every_structure_has_the_official_fields(
    ours: str, theirs: str, packml: ElementTree.Element, jobs: ElementTree.Element
) -> None:
    official = fields(packml if theirs.startswith("PackML") else jobs, theirs)
    assert [(field.many, field.maybe) for field in LAYOUTS[ours]] == official


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ([61, None, None], MachineState.ABORTING),
        ([61, RUNNING, 36], MachineState.ABORTING),
        ([CLEARED, 53, None], MachineState.STOPPED),
        ([CLEARED, RUNNING, 36], MachineState.EXECUTE),
        ([CLEARED, RUNNING, None], None),
        ([CLEARED, None, None], None),
        ([None, RUNNING, 36], None),
        ([5, None, None], MachineState.UNDEFINED),
        ([CLEARED, RUNNING, 75], MachineState.UNDEFINED),
    ],
)
def test_the_innermost_state_machine_that_runs_has_the_word(told: list[int | None], state: MachineState | None) -> None:
    assert combined(told) is state
