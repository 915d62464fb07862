"""The address space of a server as a tree, bounded whatever the server says: cycles, 100,000 children, slow answers.

Owns the walk, level by level, and the texts in which nodes are shown. Must not know plant files or screens.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from asyncua import ua

from app.domain.text import safe
from drivers.opcua.address import AddressError, NodeRef, parse_node
from drivers.opcua.items import in_calls
from drivers.opcua.session import faults_as_loss, standard
from drivers.opcua.standards import UA_URI

A_BROWSE = 50
"""Nodes a request at first."""
A_PAGE = 1_000
"""References a node and answer."""
LONGEST_VALUE = 60
UNITS = "EngineeringUnits"
SERVER = ua.ObjectIds.Server
CLASSES = {ua.NodeClass.Object: "object", ua.NodeClass.Variable: "variable", ua.NodeClass.Method: "method"}
PROPERTY = ua.ObjectIds.HasProperty


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Where the walk ends: levels below the start, nodes at all, children of one node, seconds."""

    depth: int = 6
    nodes: int = 20_000
    children: int = 2_000
    within_s: float = 60.0


@dataclass(slots=True, kw_only=True)
class Found:
    """A node. `node` is its NodeId as plant files write it; `parent` the place of the node above it, -1 for the start.

    `type` is that of its value, "" if it has none; `note` says why nothing is shown below it.
    """

    id: ua.NodeId
    node: str
    name: str
    kind: str
    parent: int
    depth: int
    property: bool = False
    type: str = ""
    value: str = ""
    unit: str = ""
    scalar: bool = False
    note: str = ""


@dataclass(slots=True)
class Tree:
    """What was found, parents before their children; `cut` says why the walk ended early, "" if it did not."""

    found: list[Found] = field(default_factory=list)
    cut: str = ""

    def children(self) -> dict[int, list[int]]:
        """The places of the nodes below each node's place; -1 has the start."""
        below: dict[int, list[int]] = {}
        for place, each in enumerate(self.found):
            below.setdefault(each.parent, []).append(place)
        return below


class Asked(Protocol):
    """What the walk needs of an open session."""

    @property
    def services(self) -> Any:
        """asyncua's services: browse, browse_next, read_attributes."""

    def namespace(self, uri: str) -> int | None: ...
    def uri(self, index: int) -> str: ...
    def node_id(self, node: NodeRef) -> ua.NodeId | None: ...


async def browse(session: Asked, start: NodeRef, bounds: Bounds, tree: Tree, *, values: bool = True) -> None:
    """Fill `tree` from `start` on; what was found until then stays in it when it is cut short or cancelled.

    Without `values` only the nodes; `read` gets those of some. Raises LostError when the connection breaks.
    """
    walk = _Walk(session, bounds, tree)
    with faults_as_loss("browsing"):
        try:
            async with asyncio.timeout(bounds.within_s):
                await walk.run(start)
                if values:
                    await walk.read_values()
        except TimeoutError:
            tree.cut = f"it takes longer than {bounds.within_s:g} s"


async def read(session: Asked, tree: Tree, places: Sequence[int]) -> None:
    """Values and units of the variables at some places of the tree. Raises LostError."""
    wanted = set(places)
    parts = [
        found
        for place, found in enumerate(tree.found)
        if place in wanted or (found.property and found.name == UNITS and found.parent in wanted)
    ]
    with faults_as_loss("reading values"):
        await _Walk(session, Bounds(), tree).read_some(parts)


def usable(found: Found) -> bool:
    """Whether a variable may be a tag: a single value, at an address that plant files can name."""
    if not found.scalar:
        return False
    try:
        parse_node(found.node)
    except AddressError:
        return False
    return True


class _Walk:
    """One walk. A node is opened once, however often it is referred to."""

    def __init__(self, session: Asked, bounds: Bounds, tree: Tree) -> None:
        self._session = session
        self._bounds = bounds
        self._tree = tree
        self._seen: set[ua.NodeId] = set()

    async def run(self, start: NodeRef) -> None:
        node = self._session.node_id(start)
        if node is None:
            self._tree.cut = f'the server does not have the namespace "{safe(start.uri)}"'
            return
        self._seen.add(node)
        self._tree.found.append(
            Found(id=node, node=self._text(node), name="", kind=CLASSES[ua.NodeClass.Object], parent=-1, depth=0)
        )
        level = [0]
        while level and not self._tree.cut and self._tree.found[level[0]].depth < self._bounds.depth:
            level = await self._next_level(level)
        for place in level if not self._tree.cut else ():
            self._tree.found[place].note = "not opened"

    async def _next_level(self, level: list[int]) -> list[int]:
        below: list[int] = []
        for at in range(0, len(level), A_BROWSE):
            part = level[at : at + A_BROWSE]
            answers = await in_calls([_description(self._tree.found[place].id) for place in part], self._browse)
            for place, answer in zip(part, answers, strict=True):
                await self._take(place, answer, below)
                if self._tree.cut:
                    return below
        return below

    async def _browse(self, descriptions: list[ua.BrowseDescription]) -> list[ua.BrowseResult]:
        params = ua.BrowseParameters()
        params.View = ua.ViewDescription()
        params.RequestedMaxReferencesPerNode = ua.Counter(min(A_PAGE, self._bounds.children))
        params.NodesToBrowse = descriptions
        answers: list[ua.BrowseResult] = await self._session.services.browse(params)
        return answers

    async def _take(self, place: int, answer: ua.BrowseResult, below: list[int]) -> None:
        """Take a node's references page by page, and give the rest back to the server."""
        taken, left = 0, False
        if not answer.StatusCode.is_good():
            self._tree.found[place].note = answer.StatusCode.name
        while True:
            for reference in answer.References or ():
                left = taken == self._bounds.children
                if left or self._tree.cut:
                    break
                taken += self._add(place, reference, below)
            if left or (answer.ContinuationPoint and (taken >= self._bounds.children or self._tree.cut)):
                self._tree.found[place].note = f"more than {taken} children, not all shown"
            if not answer.ContinuationPoint:
                return
            if taken >= self._bounds.children or self._tree.cut:
                await self._next_page(answer.ContinuationPoint, release=True)
                return
            answer = (await self._next_page(answer.ContinuationPoint, release=False))[0]

    async def _next_page(self, point: bytes, *, release: bool) -> list[ua.BrowseResult]:
        params = ua.BrowseNextParameters()
        params.ReleaseContinuationPoints = release
        params.ContinuationPoints = [ua.ContinuationPoint(point)]
        answers: list[ua.BrowseResult] = []
        with contextlib.suppress(*((ua.UaError,) if release else ())):
            answers = await self._session.services.browse_next(params)
        return answers

    def _add(self, parent: int, reference: ua.ReferenceDescription, below: list[int]) -> int:
        """Add a node; 1 if it counts. One that was seen before is named, not opened again."""
        node = self._local(reference.NodeId)
        if node is None or reference.NodeClass not in CLASSES:
            return 0
        if len(self._tree.found) >= self._bounds.nodes:
            self._tree.cut = f"it has more than {self._bounds.nodes:,} nodes"
            return 0
        found = Found(
            id=node,
            node=self._text(node),
            name=safe(reference.BrowseName.Name or "", 200),
            kind=CLASSES[reference.NodeClass],
            parent=parent,
            depth=self._tree.found[parent].depth + 1,
            property=reference.ReferenceTypeId == standard(PROPERTY),
        )
        if node in self._seen:
            found.note = "see above"
        elif node == standard(SERVER):
            found.note = "not opened; browse it with --node i=2253"
        else:
            below.append(len(self._tree.found))
        self._seen.add(node)
        self._tree.found.append(found)
        return 1

    def _local(self, node: ua.NodeId) -> ua.NodeId | None:
        """The node on this server; None if it is on another one. Only an expanded NodeId says so."""
        index: int | None = node.NamespaceIndex
        if isinstance(node, ua.ExpandedNodeId):
            if node.ServerIndex:
                return None
            if node.NamespaceUri:
                index = self._session.namespace(node.NamespaceUri)
        return None if index is None else ua.NodeId(node.Identifier, ua.Int16(index), node.NodeIdType)

    def _text(self, node: ua.NodeId) -> str:
        return node_text(node, self._session.uri(node.NamespaceIndex))

    async def read_values(self) -> None:
        """The values of the variables, once each, and the units of those that have some."""
        await self.read_some([each for each in self._tree.found if each.kind == "variable"])

    async def read_some(self, variables: Sequence[Found]) -> None:
        """The values of these, and the units of those whose property of it is among them."""
        self._show_units(await self._read(variables))

    async def _read(self, variables: Sequence[Found]) -> dict[int, Any]:
        """Read values in requests that the server can bear; the raw values of the units' properties by their place."""
        nodes = [each.id for each in variables if each.note != "see above"]
        read = dict(zip(nodes, await in_calls(nodes, self._values), strict=True))
        for each in variables:
            each.type, each.value, each.scalar = shown(read[each.id]) if each.id in read else ("", "", False)
        return {
            place: getattr(read[each.id].Value, "Value", None)
            for place, each in enumerate(self._tree.found)
            if each.property and each.name == UNITS and each.id in read
        }

    async def _values(self, nodes: list[ua.NodeId]) -> list[ua.DataValue]:
        values: list[ua.DataValue] = await self._session.services.read_attributes(nodes, ua.AttributeIds.Value)
        return values

    def _show_units(self, units: dict[int, Any]) -> None:
        for place, unit in units.items():
            text = getattr(getattr(unit, "DisplayName", None), "Text", None)
            if text:
                self._tree.found[self._tree.found[place].parent].unit = safe(str(text), 20)


def _description(node: ua.NodeId) -> ua.BrowseDescription:
    return ua.BrowseDescription(
        NodeId=node,
        BrowseDirection=ua.BrowseDirection.Forward,
        ReferenceTypeId=standard(ua.ObjectIds.HierarchicalReferences),
        IncludeSubtypes=True,
        NodeClassMask=ua.UInt32(sum(CLASSES)),
        ResultMask=ua.UInt32(ua.BrowseResultMask.All),
    )


def node_text(node: ua.NodeId, uri: str) -> str:
    """A NodeId as plant files write it (`drivers.opcua.address.parse_node` reads it)."""
    kinds = {ua.NodeIdType.String: "s", ua.NodeIdType.Guid: "g", ua.NodeIdType.ByteString: "b"}
    kind = kinds.get(node.NodeIdType, "i")
    raw = node.Identifier
    text = base64.b64encode(raw).decode("ascii") if isinstance(raw, bytes) else str(raw)
    if uri == UA_URI:
        return f"{kind}={text}"
    escaped = uri.replace("%", "%25").replace(";", "%3B")
    return f"nsu={escaped};{kind}={text}"


def shown(value: ua.DataValue) -> tuple[str, str, bool]:
    """Type, value as text, and whether it is a single one; a bad value shows its status."""
    if value.StatusCode is not None and not value.StatusCode.is_good():
        return "", value.StatusCode.name, True
    variant = value.Value
    if variant is None or variant.VariantType is ua.VariantType.Null:
        return "", "null", True
    name = getattr(variant.VariantType, "name", "unknown")
    if isinstance(variant.Value, list | tuple):
        return f"{name}[{len(variant.Value)}]", "", False
    raw = variant.Value
    if isinstance(raw, ua.LocalizedText):
        raw = raw.Text
    if variant.VariantType is ua.VariantType.ExtensionObject:
        return type(raw).__name__, "", False
    return name, safe(str(raw), LONGEST_VALUE), True
