"""The PackML nodes that we build agree with the official nodeset of OPC 30050."""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

import pytest
from asyncua import Server, ua
from asyncua.common.node import Node

from drivers.simulated import packml, packml_nodes
from drivers.simulated.packml_model import build_types
from drivers.simulated.ua_nodes import numeric
from tests.needs import need_shared

_NS = {"u": "http://opcfoundation.org/UA/2011/03/UANodeSet.xsd"}
_ALIASES = {"Boolean": 1, "Int32": 6, "UInt32": 7, "Float": 10, "String": 12, "NodeId": 17, "Enumeration": 29}
_REFERENCES = {
    "HasComponent": 47,
    "HasProperty": 46,
    "HasSubtype": 45,
    "HasTypeDefinition": 40,
    "HasEncoding": 38,
    "FromState": 51,
    "ToState": 52,
    "HasCause": 53,
    "Organizes": 35,
}


@dataclass(frozen=True)
class Official:
    """What the nodeset file says about one node."""

    name: str
    node_class: str
    data_type: str
    value_rank: int
    references: frozenset[tuple[str, bool, str]]
    value: str
    fields: tuple[tuple[str, str], ...]


@pytest.fixture(scope="module")
def official() -> dict[int, Official]:
    path = need_shared() / "data" / "opcua" / "Opc.Ua.PackML.NodeSet2.xml"
    return dict(_read(ElementTree.parse(path).getroot()))


@pytest.fixture
async def built() -> tuple[Server, int]:
    server = Server()
    await server.init()
    return server, await build_types(server)


def _read(root: ElementTree.Element) -> Iterator[tuple[int, Official]]:
    for element in root:
        node_id = element.get("NodeId", "")
        if not node_id.startswith("ns=1;i="):
            continue
        value = element.find("u:Value", _NS)
        yield (
            int(node_id.removeprefix("ns=1;i=")),
            Official(
                name=element.get("BrowseName", ""),
                node_class=element.tag.rpartition("}UA")[2],
                data_type=element.get("DataType", ""),
                value_rank=int(element.get("ValueRank", "-1")),
                references=frozenset(
                    (
                        reference.get("ReferenceType", ""),
                        reference.get("IsForward") != "false",
                        (reference.text or "").strip(),
                    )
                    for reference in element.iterfind("u:References/u:Reference", _NS)
                ),
                value="".join(value.itertext()).strip() if value is not None else "",
                fields=tuple(
                    (field.get("Name", ""), field.get("DataType", ""))
                    for field in element.iterfind("u:Definition/u:Field", _NS)
                ),
            ),
        )


async def _our_nodes(server: Server, index: int) -> list[Node]:
    ids = [node for node in server.iserver.aspace.keys() if node.NamespaceIndex == index]  # noqa: SIM118
    return [server.get_node(node) for node in ids]


async def test_every_node_has_the_official_id_name_and_class(
    built: tuple[Server, int], official: dict[int, Official]
) -> None:
    server, index = built
    nodes = await _our_nodes(server, index)
    assert len(nodes) > 130
    for node in nodes:
        theirs = official[int(node.nodeid.Identifier)]
        name = await node.read_browse_name()
        written = f"1:{name.Name}" if name.NamespaceIndex == index else name.Name
        assert (written, (await node.read_node_class()).name) == (theirs.name, theirs.node_class)


async def test_every_state_has_the_official_number(built: tuple[Server, int], official: dict[int, Official]) -> None:
    server, index = built
    for state in packml_nodes.STATES:
        theirs = official[state.number_id]
        assert (theirs.name, int(theirs.value)) == ("StateNumber", state.number)
        assert await server.get_node(numeric(state.number_id, index)).read_value() == state.number
    numbers = {state.number: state.name for state in packml_nodes.STATES}
    assert [numbers[int(state)] for state in packml.State] == [state.label for state in packml.State]


async def test_every_variable_has_the_official_data_type_and_rank(
    built: tuple[Server, int], official: dict[int, Official]
) -> None:
    server, index = built
    for row in packml_nodes.MEMBERS:
        theirs = official[row.id]
        node = server.get_node(numeric(row.id, index))
        data_type = await node.read_data_type()
        names = {identifier: name for identifier, (name, _, _) in packml_nodes.DATA_TYPES.items()}
        if data_type.NamespaceIndex == index:
            assert theirs.data_type == names[int(data_type.Identifier)]
        else:
            assert _ALIASES[theirs.data_type] == data_type.Identifier
        assert await node.read_value_rank() == theirs.value_rank


async def test_every_reference_that_we_make_is_in_the_nodeset(
    built: tuple[Server, int], official: dict[int, Official]
) -> None:
    server, index = built
    official_references = _both_ways(official)
    for node in await _our_nodes(server, index):
        for reference in await node.get_references():
            ours = (
                _written(node.nodeid, index),
                _kind(reference.ReferenceTypeId, index),
                reference.IsForward,
                _written(reference.NodeId, index),
            )
            assert ours in official_references


def _both_ways(official: dict[int, Official]) -> set[tuple[str, str, bool, str]]:
    found: set[tuple[str, str, bool, str]] = set()
    for identifier, node in official.items():
        for kind, forward, target in node.references:
            found.add((f"ns=1;i={identifier}", kind, forward, target))
            found.add((target, kind, not forward, f"ns=1;i={identifier}"))
    return found


def _written(node: ua.NodeId, index: int) -> str:
    number = node.to_string().rpartition("i=")[2]
    return f"{'ns=1;' if node.NamespaceIndex == index else ''}i={number}"


def _kind(reference_type: ua.NodeId, index: int) -> str:
    number = int(str(reference_type.Identifier))
    if reference_type.NamespaceIndex == index:
        return packml_nodes.REFERENCE_TYPES[number]
    return next(name for name, known in _REFERENCES.items() if known == number)


def test_every_structure_has_the_official_fields(official: dict[int, Official]) -> None:
    types = {"Int32": 6, "String": 12, "EUInformation": 887, "UtcTime": 294, "Boolean": 1}
    for identifier, fields in packml_nodes.STRUCTURES.items():
        assert tuple((name, types[kind]) for name, kind in official[identifier].fields) == fields
    modes = tuple(name for name, _ in official[packml_nodes.MODE_ENUM].fields)
    assert modes == packml_nodes.MODES == tuple(mode.name.capitalize() for mode in packml.Mode)


def test_the_transition_table_is_that_of_the_nodeset(official: dict[int, Official]) -> None:
    assert _official_transitions(official) == {
        (state, command): target for (state, command), target in packml.TRANSITIONS.items()
    }


def _official_transitions(
    official: dict[int, Official],
) -> dict[tuple[packml.State, packml.Command], packml.State]:
    """The transitions with a cause, with the grouping states Running and Cleared unfolded."""
    groups = {"Running": packml.EXECUTE_STATES, "Cleared": packml.CLEARED_STATES}
    enters = {"Running": packml.State.RESETTING, "Cleared": packml.State.CLEARING}
    found: dict[tuple[packml.State, packml.Command], packml.State] = {}
    for node in official.values():
        references = {kind: target for kind, forward, target in node.references if forward}
        if "HasCause" not in references:
            continue
        source, target, cause = (
            official[int(references[kind].removeprefix("ns=1;i="))].name.removeprefix("1:")
            for kind in ("FromState", "ToState", "HasCause")
        )
        to = enters.get(target) or packml.State[target.upper()]
        for state in groups.get(source) or {packml.State[source.upper()]}:
            found[state, packml.Command(cause)] = to
    return found
