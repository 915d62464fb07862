"""The walk over an address space ends, whatever the server says; over a server in memory."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from asyncua import ua

from drivers.opcua.address import UA_URI, NodeRef, parse_node
from drivers.opcua.browse import Bounds, Tree, browse, node_text
from ui.browse import lines, tag_rows

URIS = [UA_URI, "urn:server", "urn:press;a%b"]
START = NodeRef(uri=UA_URI, kind="i", identifier=85)


def node(name: str | int) -> ua.NodeId:
    """A node of the press."""
    if isinstance(name, int):
        return ua.NodeId(ua.Int32(name), ua.Int16(0))
    return ua.NodeId(ua.String(name), ua.Int16(2))


@dataclass
class Space:
    """A server's address space: children by node; `endless` nodes have as many children as are asked for."""

    below: dict[ua.NodeId, list[tuple[str, ua.NodeId, ua.NodeClass]]] = field(default_factory=dict)
    values: dict[ua.NodeId, Any] = field(default_factory=dict)
    wide: int = 0
    slow_s: float = 0.0
    properties: set[ua.NodeId] = field(default_factory=set)
    open_points: set[bytes] = field(default_factory=set)
    browsed: int = 0

    def add(
        self, parent: ua.NodeId, name: str, child: ua.NodeId, kind: ua.NodeClass = ua.NodeClass.Object
    ) -> ua.NodeId:
        """Refer from one node to another."""
        self.below.setdefault(parent, []).append((name, child, kind))
        return child

    @property
    def services(self) -> "Space":
        """Itself."""
        return self

    def namespace(self, uri: str) -> int | None:
        """The index of a URI."""
        return URIS.index(uri) if uri in URIS else None

    def uri(self, index: int) -> str:
        """The URI of an index."""
        return URIS[index]

    def node_id(self, ref: NodeRef) -> ua.NodeId | None:
        """The start."""
        index = self.namespace(ref.uri)
        return None if index is None else ua.NodeId(ref.identifier, ua.Int16(index))  # type: ignore[arg-type]

    async def browse(self, params: ua.BrowseParameters) -> list[ua.BrowseResult]:
        """The first page of each."""
        await asyncio.sleep(self.slow_s)
        self.browsed += len(params.NodesToBrowse)
        page = int(params.RequestedMaxReferencesPerNode)
        return [self._page(each.NodeId, 0, page) for each in params.NodesToBrowse]

    async def browse_next(self, params: ua.BrowseNextParameters) -> list[ua.BrowseResult]:
        """The next page, or none."""
        (point,) = params.ContinuationPoints
        self.open_points.remove(point)
        if params.ReleaseContinuationPoints:
            return []
        at, page = map(int, point.split(b" "))
        return [self._page(node(85), at, page)]

    def _page(self, parent: ua.NodeId, at: int, page: int) -> ua.BrowseResult:
        rows = self.below.get(parent, [])
        if parent == node(85) and self.wide:
            rows = [(f"N{n}", node(f"N{n}"), ua.NodeClass.Variable) for n in range(at, min(at + page, self.wide))]
        result = ua.BrowseResult()
        result.References = [self._reference(*row) for row in rows]
        if parent == node(85) and at + page < self.wide:
            point = b"%d %d" % (at + page, page)
            self.open_points.add(point)
            result.ContinuationPoint = point
        return result

    def _reference(self, name: str, child: ua.NodeId, kind: ua.NodeClass) -> ua.ReferenceDescription:
        reference = ua.ReferenceDescription()
        reference.NodeId = ua.ExpandedNodeId(child.Identifier, child.NamespaceIndex, child.NodeIdType)
        reference.BrowseName = ua.QualifiedName(name, ua.Int16(2))
        reference.NodeClass = kind
        held = ua.ObjectIds.HasProperty if child in self.properties else ua.ObjectIds.Organizes
        reference.ReferenceTypeId = node(held)
        return reference

    async def read_attributes(self, nodes: list[ua.NodeId], _attribute: ua.AttributeIds) -> list[ua.DataValue]:
        """Their values."""
        return [ua.DataValue(ua.Variant(self.values.get(each, 1.0))) for each in nodes]


async def walked(space: Space, bounds: Bounds | None = None) -> Tree:
    """The tree of a space."""
    tree = Tree()
    await browse(space, START, bounds or Bounds(), tree)
    return tree


async def test_a_cycle_is_walked_once() -> None:
    space = Space()
    first = space.add(node(85), "A", node("A"))
    second = space.add(first, "B", node("B"))
    space.add(second, "A", first)
    space.add(second, "B", second)
    space.add(second, "Objects", node(85))
    tree = await walked(space, Bounds(depth=50))
    assert not tree.cut
    assert space.browsed == 3
    assert [each.note for each in tree.found] == ["", "", "", "see above", "see above", "see above"]


async def test_a_hundred_thousand_children_are_cut_and_the_server_gets_the_rest_back() -> None:
    space = Space(wide=100_000)
    tree = await walked(space, Bounds(children=2_000))
    assert len(tree.found) == 2_001
    assert "not all shown" in tree.found[0].note
    assert space.open_points == set()


async def test_the_number_of_nodes_is_bounded() -> None:
    space = Space(wide=100_000)
    tree = await walked(space, Bounds(nodes=500, children=50_000))
    assert len(tree.found) == 500
    assert tree.cut == "it has more than 500 nodes"
    assert space.open_points == set()


async def test_an_endless_depth_is_bounded() -> None:
    space, at = Space(), node(85)
    for level in range(100):
        at = space.add(at, "Deeper", node(f"{level}"))
    tree = await walked(space, Bounds(depth=5))
    assert len(tree.found) == 6
    assert tree.found[-1].note == "not opened"


async def test_a_slow_server_is_left_in_time_with_what_was_found() -> None:
    space = Space(slow_s=0.2)
    at = node(85)
    for level in range(10):
        at = space.add(at, "Deeper", node(f"{level}"))
    tree = await walked(space, Bounds(within_s=0.5, depth=50))
    assert "longer than" in tree.cut
    assert 1 < len(tree.found) < 11


async def test_a_walk_can_be_cancelled_and_keeps_what_it_found() -> None:
    space, tree = Space(slow_s=30.0), Tree()
    task = asyncio.create_task(browse(space, START, Bounds(), tree))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(tree.found) == 1


async def test_the_servers_own_object_is_not_opened() -> None:
    space = Space()
    server = space.add(node(85), "Server", node(2253))
    space.add(server, "ServerStatus", node("S"))
    tree = await walked(space)
    assert len(tree.found) == 2
    assert "i=2253" in tree.found[1].note


async def test_a_start_in_an_unknown_namespace_is_said() -> None:
    tree = Tree()
    await browse(Space(), NodeRef(uri="urn:gone", kind="s", identifier="x"), Bounds(), tree)
    assert "urn:gone" in tree.cut


async def test_duplicate_names_become_tags_of_their_own_with_units_and_without_properties() -> None:
    space = Space()
    for place in ("One", "Two"):
        machine = space.add(node(85), place, node(place))
        speed = space.add(machine, "CurMachSpeed{x}", node(f"{place}.Speed"), ua.NodeClass.Variable)
        unit = space.add(speed, "EngineeringUnits", node(f"{place}.Unit"), ua.NodeClass.Variable)
        space.properties.add(unit)
        space.values[unit] = ua.EUInformation(DisplayName=ua.LocalizedText("1/min"))
        space.values[space.add(machine, "Levels", node(f"{place}.Levels"), ua.NodeClass.Variable)] = [1.0, 2.0]
    tree = await walked(space)
    text = "\n".join(tag_rows(tree))
    assert text.count("[[machine_type.tag]]") == 2
    assert 'name = "cur_mach_speed_x"' in text
    assert 'name = "cur_mach_speed_x_2"' in text
    assert text.count('unit = "1/min"') == 2
    assert 'node = "nsu=urn:press%3Ba%25b;s=One.Speed"' in text
    assert 'label = "CurMachSpeed{{x}}"' in text
    assert text.count("# left out: Levels (Double[2])") == 2
    shown = "\n".join(lines(tree))
    assert "Double = 1.0 1/min" in shown
    assert "EngineeringUnits" not in shown


@pytest.mark.parametrize(
    "known",
    [
        ua.NodeId(ua.String("a;b=c%"), ua.Int16(2)),
        ua.NodeId(ua.Int32(7), ua.Int16(2)),
        ua.NodeId(ua.ByteString(b"ab"), ua.Int16(2), ua.NodeIdType.ByteString),
        ua.NodeId(ua.Int32(85), ua.Int16(0)),
    ],
)
def test_what_is_shown_as_a_node_is_read_as_that_node(known: ua.NodeId) -> None:
    uri = URIS[known.NamespaceIndex]
    ref = parse_node(node_text(known, uri))
    assert (ref.uri, ref.identifier) == (uri, known.Identifier)
