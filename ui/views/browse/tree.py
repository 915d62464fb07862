"""The part of an address space on the screen: what was opened, within budgets, never in a circle. No Qt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.domain.survey import Seen, SeenNode
from ui.text import t
from ui.views.browse.rows import NodeRow

MOST_NODES = 5_000
"""Nodes on the screen at once."""
DEEPEST = 20
"""Levels below the start."""
ROOT = ""


@dataclass(slots=True)
class Branch:
    """A node where it stands. `below` None: not looked at yet."""

    node: SeenNode
    parent: str
    depth: int
    below: list[str] | None = None
    open: bool = False
    loading: bool = False
    more: str = ""


@dataclass(slots=True)
class NodeTree:
    """Branches by key; the same node may stand in several places, each with a key of its own."""

    start: str
    branches: dict[str, Branch] = field(default_factory=dict)

    def __post_init__(self) -> None:
        start = SeenNode(node=self.start, name="", opens=True)
        self.branches = {ROOT: Branch(node=start, parent=ROOT, depth=0, open=True)}

    def take(self, key: str, seen: Seen) -> None:
        """What is below a branch, as far as the budget goes."""
        branch = self.branches[key]
        room = MOST_NODES - len(self.branches)
        shown = seen.nodes[: max(0, room)]
        branch.below, branch.loading, branch.open = [], False, True
        for place, node in enumerate(shown):
            below = f"{key}.{place}"
            self.branches[below] = Branch(node=node, parent=key, depth=branch.depth + 1)
            branch.below.append(below)
        branch.more = seen.more
        if len(shown) < len(seen.nodes):
            branch.more = t("{n} nodes are the most on the screen: search by name, or connect anew.", n=MOST_NODES)

    def blocked(self, key: str) -> str:
        """Why a branch can't be opened: it stands below itself, or too deep; "" where it can."""
        branch = self.branches[key]
        if any(above.node.node == branch.node.node for above in self._above(key)):
            return t("It is above already: the server refers in a circle.")
        if branch.depth >= DEEPEST:
            return t("{n} levels are the most here: search by name.", n=DEEPEST)
        return ""

    def _above(self, key: str) -> Iterator[Branch]:
        while key != ROOT:
            key = self.branches[key].parent
            yield self.branches[key]

    def rows(self, marks: Mapping[str, str], picked: frozenset[str]) -> list[NodeRow]:
        """Everything that is to be seen, from above. `marks`: node → what it is already."""
        return list(self._rows(ROOT, marks, picked))

    def _rows(self, key: str, marks: Mapping[str, str], picked: frozenset[str]) -> Iterator[NodeRow]:
        stack = [key]
        while stack:
            at = stack.pop()
            if at.startswith("+"):
                yield self._note(at[1:])
                continue
            branch = self.branches[at]
            if at != ROOT:
                yield node_row(at, branch.node, branch.depth - 1, self._opened(at), marks, picked, branch.loading)
            if branch.open and branch.below is not None:
                stack += [*(("+" + at,) if branch.more else ()), *reversed(branch.below)]

    def _opened(self, key: str) -> bool | None:
        branch = self.branches[key]
        if not branch.node.opens or self.blocked(key):
            return None
        return branch.open

    def _note(self, key: str) -> NodeRow:
        branch = self.branches[key]
        return NodeRow(key=f"+{key}", depth=branch.depth, name=branch.more, plain=True)


def node_row(
    key: str,
    node: SeenNode,
    depth: int,
    opened: bool | None,
    marks: Mapping[str, str],
    picked: frozenset[str],
    loading: bool = False,
) -> NodeRow:
    """A node as a row."""
    value = f"{node.value} {node.unit}".strip() if node.value else ""
    return NodeRow(
        key=key,
        depth=depth,
        name=node.name,
        detail=node.path,
        type=node.type if node.kind == "variable" else node.kind if node.kind == "method" else "",
        value=t("reading…") if loading else value,
        status=node.status,
        mark=t("picked") if node.node in picked else marks.get(node.node, ""),
        open=opened,
        picked=node.node in picked,
    )
