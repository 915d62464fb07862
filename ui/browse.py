"""`lineside browse`: what a server has, as a tree or as tag rows for a plant file. No Qt."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import tomlkit
import typer

from app.config import config
from app.domain.errors import KnownError
from app.domain.plant import Controller
from app.secrets import stored_secret
from drivers.opcua.address import AddressError, NodeRef, check_settings, parse_node
from drivers.opcua.browse import UNITS, Bounds, Found, Tree, browse
from drivers.opcua.session import Session, quiet_library
from drivers.workstation import Workstation
from ui.exits import Exit

OBJECTS = "i=85"
TIMEOUT_MS = 5_000


def show(
    data: Path | None,
    url: str,
    node: str,
    bounds: tuple[int, int, float],
    settings: dict[str, str],
    as_tags: bool,
) -> int:
    """Print the tree below a node, or the rows of its variables. `bounds`: levels, nodes, seconds."""
    depth, nodes, within_s = bounds
    controller = _controller(url, settings)
    start = _start(node or OBJECTS)
    where = config(data)
    station = Workstation(name=where.station, folder=where.folder, secret=partial(stored_secret, where.folder))
    quiet_library()
    tree = Tree()
    try:
        limits = Bounds(depth=depth, nodes=nodes, within_s=within_s)
        asyncio.run(_walk(Session(controller, station), start, limits, tree))
    except KeyboardInterrupt:
        tree.cut = "it was interrupted"
    for line in tag_rows(tree) if as_tags else lines(tree):
        typer.echo(line)
    if tree.cut:
        typer.echo(f"Not everything is shown: {tree.cut}. Start further down with --node.", err=True)
    return Exit.FOUND if tree.cut else Exit.OK


async def _walk(session: Session, start: NodeRef, bounds: Bounds, tree: Tree) -> None:
    try:
        await session.open()
        await browse(session, start, bounds, tree)
    finally:
        await session.close()


def _controller(url: str, settings: dict[str, str]) -> Controller:
    faults = check_settings({"url": url, **settings})
    if faults:
        raise KnownError(faults[0])
    return Controller(
        id="browse",
        name="the server",
        protocol="opcua",
        identity="",
        settings={"url": url, **settings},
        timeout_ms=TIMEOUT_MS,
    )


def _start(node: str) -> NodeRef:
    try:
        return parse_node(node)
    except AddressError as error:
        raise KnownError(f'The node "{node[:120]}" {error}') from error


def lines(tree: Tree) -> Iterator[str]:
    """The tree, a line a node: name, NodeId, type, value, unit. Properties are left out, their units kept."""
    below = tree.children()
    stack = list(reversed(below.get(-1, [])))
    while stack:
        place = stack.pop()
        found = tree.found[place]
        if found.property and found.name == UNITS:
            continue
        yield _line(found)
        stack += reversed(below.get(place, []))


def _line(found: Found) -> str:
    value = " ".join(part for part in (found.value, found.unit) if part)
    what = f"{found.type} = {value}" if found.type and value else found.type or value
    note = f"({found.note})" if found.note else ""
    mark = "" if found.kind != "method" else "method"
    words = (found.name, found.node, mark, what, note)
    return "  " * found.depth + "  ".join(word for word in words if word)


def tag_rows(tree: Tree) -> Iterator[str]:
    """A `[[machine_type.tag]]` row for each variable with a single value; the others are named in a comment."""
    taken: set[str] = set()
    for found in tree.found:
        if found.kind != "variable" or found.property or found.note == "see above":
            continue
        if not found.scalar or not _addressable(found.node):
            yield f"# left out: {found.name} ({found.type or 'no address'})\n"
            continue
        name = _name(found.name, taken)
        taken.add(name)
        row = tomlkit.document()
        row["name"] = name
        row["label"] = _doubled(found.name)
        if found.unit:
            row["unit"] = _doubled(found.unit)
        address = tomlkit.inline_table()
        address["node"] = _doubled(found.node)
        row["address"] = address
        yield f"[[machine_type.tag]]\n{tomlkit.dumps(row)}"


def _addressable(node: str) -> bool:
    try:
        parse_node(node)
    except AddressError:
        return False
    return True


def _doubled(text: str) -> str:
    """Braces stand for placeholders in a plant file; doubled they are themselves."""
    return text.replace("{", "{{").replace("}", "}}")


def _name(browse_name: str, taken: set[str]) -> str:
    """A name for the plant file, like "cur_mach_speed"; a number makes it unique."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", browse_name)
    name = re.sub(r"[^A-Za-z0-9]+", "_", words).strip("_").lower()[:40] or "tag"
    if name not in taken:
        return name
    return next(f"{name}_{number}" for number in range(2, len(taken) + 3) if f"{name}_{number}" not in taken)
