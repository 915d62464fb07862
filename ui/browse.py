"""`lineside browse`: what a server has, as a tree or as tag rows for a plant file. No Qt."""

from __future__ import annotations

import asyncio
import fnmatch
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import tomlkit
import typer
from tomlkit.items import InlineTable

from app.config import config
from app.domain.errors import KnownError
from app.domain.plant import Controller
from app.domain.survey import Pick
from app.erp.registry import check_settings as check_erp
from app.plant.additions import TagRow, with_tags
from app.plant.check import check_text, load
from app.plant.picks import fresh_name, tag_row
from app.plant.proposing import replace_text
from app.secrets import stored_secret
from drivers.opcua.address import AddressError, NodeRef, check_settings, parse_node
from drivers.opcua.browse import UNITS, Bounds, Found, Tree, browse, usable
from drivers.opcua.session import Session, quiet_library
from drivers.registry import ADDRESS_CHECKS
from drivers.workstation import Workstation
from ui.exits import Exit

TIMEOUT_MS = 5_000


def show(
    data: Path | None,
    url: str,
    node: str,
    bounds: tuple[int, int, float],
    settings: dict[str, str],
    as_tags: bool,
    only: str,
) -> int:
    """Print the tree below a node, or the rows of its variables. `bounds`: levels, nodes, seconds."""
    tree = _look(data, _controller(url, settings), node, bounds)
    for line in tag_rows(tree, only) if as_tags else lines(tree):
        typer.echo(line)
    return _end(tree)


def write(
    data: Path | None, url: str, node: str, bounds: tuple[int, int, float], plant: Path, machine: str, only: str
) -> int:
    """Add the variables below a node to a machine of a plant file, which must be without faults before and after.

    The controller's settings are those of the plant file. Tags that are there already are left alone.
    """
    known = load(plant, ADDRESS_CHECKS, check_erp)
    if machine not in known.machines:
        raise KnownError(f'The plant file has no machine "{machine}".', "Check its id.")
    controller = known.controllers[known.machines[machine].controller]
    if controller.settings.get("url") != url:
        raise KnownError(f"{machine} belongs to {controller.name}, which is not at {url}.", "Check the address.")
    tree = _look(data, controller, node, bounds)
    there = known.tags_of(machine)
    taken, held = {tag.id.removeprefix(f"{machine}.") for tag in there}, {tag.address.get("node") for tag in there}
    fresh = [found for found in variables(tree, only) if usable(found) and found.node not in held]
    rows = [tag_of(found, taken) for found in fresh]
    text = with_tags(plant.read_text(encoding="utf-8"), machine, rows)
    after, faults = check_text(text, plant, ADDRESS_CHECKS, check_erp)
    for fault in faults:
        typer.echo(str(fault))
    if after is None:
        typer.echo("Nothing was written.", err=True)
        return Exit.FOUND
    replace_text(plant, text)
    typer.echo(f"{len(rows)} tags added to {machine} in {plant}.")
    return _end(tree)


def _end(tree: Tree) -> int:
    if tree.cut:
        typer.echo(f"Not everything is shown: {tree.cut}. Start further down with --node.", err=True)
    return Exit.FOUND if tree.cut else Exit.OK


def _look(data: Path | None, controller: Controller, node: str, bounds: tuple[int, int, float]) -> Tree:
    """What is below a node; as much as was seen when it was interrupted."""
    depth, nodes, within_s = bounds
    start = _start(node)
    where = config(data)
    station = Workstation(name=where.station, folder=where.folder, secret=partial(stored_secret, where.folder))
    quiet_library()
    tree = Tree()
    try:
        limits = Bounds(depth=depth, nodes=nodes, within_s=within_s)
        asyncio.run(_walk(Session(controller, station), start, limits, tree))
    except KeyboardInterrupt:
        tree.cut = "it was interrupted"
    return tree


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


def variables(tree: Tree, only: str = "*") -> list[Found]:
    """The variables that are no properties, each once; `only` is a pattern (`*`, `?`) of their names."""
    return [
        found
        for found in tree.found
        if found.kind == "variable"
        and not found.property
        and found.note != "see above"
        and fnmatch.fnmatchcase(found.name, only)
    ]


def tag_of(found: Found, taken: set[str]) -> TagRow:
    """The tag of a variable; its name is new among `taken` and added to it."""
    name = fresh_name(found.name, taken)
    taken.add(name)
    return tag_row(Pick(node=found.node, name=name, label=found.name, unit=found.unit))


def tag_rows(tree: Tree, only: str = "*") -> Iterator[str]:
    """A `[[machine_type.tag]]` row for each variable with a single value; the others are named in a comment."""
    taken: set[str] = set()
    for found in variables(tree, only):
        if not usable(found):
            yield f"# left out: {found.name} ({found.type or 'no address'})\n"
            continue
        row = tomlkit.document()
        for key, value in tag_of(found, taken).items():
            row[key] = _inline(value) if isinstance(value, Mapping) else value
        yield f"[[machine_type.tag]]\n{tomlkit.dumps(row)}"


def _inline(values: Mapping[str, object]) -> InlineTable:
    table = tomlkit.inline_table()
    table.update(values)
    return table
