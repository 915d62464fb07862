"""Looks into the address space of a server, one at a time, for a screen: what is below a node, what is called so.

Owns the budgets of a look and what a node is said to be. Must not know screens or plant files.
"""

from __future__ import annotations

from app.domain.errors import KnownError
from app.domain.survey import Seen, SeenNode
from app.domain.text import safe
from drivers.opcua.address import AddressError, NodeRef, parse_node
from drivers.opcua.browse import Asked, Bounds, Found, Tree, browse, read, usable

BELOW = Bounds(depth=2, nodes=4_000, children=500, within_s=15.0)
"""One level is shown; the one below it tells units and whether there is more."""
FOUND = Bounds(depth=12, nodes=20_000, children=2_000, within_s=30.0)
MOST_HITS = 200
GOOD, NO_VALUE = "Good", "no value"
NUMBERS = frozenset(
    {"Boolean", "SByte", "Byte", "Int16", "UInt16", "Int32", "UInt32", "Int64", "UInt64", "Float", "Double"}
)
"""Types whose values can be drawn and compared: what a picked tag is for. A text is given its meaning by hand."""
NARROW = "Search by name, or start further down."


async def below(session: Asked, node: str) -> Seen:
    """The nodes below one. Raises KnownError."""
    tree = Tree()
    await browse(session, _start(node), BELOW, tree, values=False)
    children = tree.children()
    places = [place for place in children.get(0, []) if not tree.found[place].property]
    await read(session, tree, [place for place in places if tree.found[place].kind == "variable"])
    nodes = tuple(_seen(tree, children, place) for place in places)
    return Seen(nodes=nodes, more=_more(tree, len(nodes)))


async def find(session: Asked, node: str, words: str) -> Seen:
    """The variables below a node whose names have all these words, in any case. Raises KnownError."""
    tree = Tree()
    await browse(session, _start(node), FOUND, tree, values=False)
    wanted = words.casefold().split()
    hits = [place for place, found in enumerate(tree.found) if _is_variable(found) and _fits(found.name, wanted)]
    shown, children = hits[:MOST_HITS], tree.children()
    await read(session, tree, shown)
    nodes = tuple(_seen(tree, children, place, _path(tree, place)) for place in shown)
    if len(hits) > MOST_HITS:
        return Seen(nodes=nodes, more=f"{len(hits):,} are called that, {MOST_HITS} are shown. Search for more words.")
    return Seen(nodes=nodes, more=f"Not everything was searched: {tree.cut}. Start further down." if tree.cut else "")


def _start(node: str) -> NodeRef:
    try:
        return parse_node(node)
    except AddressError as error:
        raise KnownError(f'The node "{safe(node, 120)}" {error}') from error


def _is_variable(found: Found) -> bool:
    return found.kind == "variable" and not found.property and found.note != "see above"


def _fits(name: str, wanted: list[str]) -> bool:
    folded = name.casefold()
    return all(word in folded for word in wanted)


def _more(tree: Tree, shown: int) -> str:
    """Why not everything is shown. A walk that ended below the level that is shown took nothing from it."""
    start = tree.found[0] if tree.found else None
    if start is not None and "not all shown" in start.note:
        return f"There are more than {shown:,}. {NARROW}"
    if tree.cut and (not shown or "longer" in tree.cut):
        return f"Not everything is shown: {tree.cut}. {NARROW}"
    return ""


def _seen(tree: Tree, children: dict[int, list[int]], place: int, path: str = "") -> SeenNode:
    found = tree.found[place]
    inner = [at for at in children.get(place, []) if not tree.found[at].property]
    unknown = found.kind == "object" and not children.get(place) and bool(found.note or tree.cut)
    bad = found.kind == "variable" and not found.type
    return SeenNode(
        node=found.node,
        name=found.name,
        kind=found.kind,
        type=found.type,
        value="" if bad else _short(found),
        unit=found.unit,
        status=(NO_VALUE if found.value == "null" else found.value) if bad else GOOD if found.type else "",
        usable=found.kind == "variable" and found.type in NUMBERS and usable(found),
        opens=bool(inner) or unknown,
        path=path,
    )


def _short(found: Found) -> str:
    """The value; of a 32-bit float only the digits that it has."""
    return f"{float(found.value):.7g}" if found.type == "Float" and found.scalar else found.value


def _path(tree: Tree, place: int) -> str:
    """ "Line1 / Filler": the names above a node."""
    names: list[str] = []
    at = tree.found[place].parent
    while at > 0:
        names.append(tree.found[at].name)
        at = tree.found[at].parent
    return " / ".join(reversed(names))
