"""Where in a TOML text each key and list item lies, so that a fault can name its line.

Owns the way from a place in the data to line and column, by tree-sitter's TOML grammar. Must not know the schema.
Used only once there is a fault: a sound file never pays for it.
"""

from __future__ import annotations

import ast

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

from app.plant.faults import At
from app.plant.source import DEEPEST

Place = tuple[int, int]
"""Line and column, from 1."""

KEYS = frozenset({"bare_key", "quoted_key", "dotted_key"})
PUNCTUATION = frozenset({"[", "]", ",", "comment", "\n"})


class Positions:
    """The places of everything in one text that `tomllib` has accepted."""

    def __init__(self, text: str) -> None:
        self._lines = text.encode().split(b"\n")
        self._places: dict[At, Place] = {}
        self._lengths: dict[At, int] = {}
        for node in Parser(Language(tree_sitter_toml.language())).parse(text.encode()).root_node.children:
            self._top(node)

    def of(self, at: At) -> Place:
        """The place of `at`; for a key that is missing, the place of the table that lacks it."""
        while at:
            if at in self._places:
                return self._places[at]
            last = at[-1]
            spread = (*at[:-1], *last.split(".")) if isinstance(last, str) else at
            if spread in self._places:
                return self._places[spread]
            at = at[:-1]
        return 1, 1

    def _top(self, node: Node) -> None:
        if node.type == "pair":
            self._pair((), node)
        elif node.type in {"table", "table_array_element"}:
            head, *rest = [child for child in node.children if child.is_named]
            at = self._current(_keys(head), new=node.type == "table_array_element")
            self._note(at, head)
            for child in rest:
                if child.type == "pair":
                    self._pair(at, child)

    def _current(self, keys: list[str], *, new: bool) -> At:
        """The data's path of a header: in every list on the way its last item is meant, at its end a new one."""
        at: At = ()
        for depth, key in enumerate(keys, start=1):
            at = (*at, key)
            if depth == len(keys) and new:
                self._lengths[at] = self._lengths.get(at, 0) + 1
            if at in self._lengths:
                at = (*at, self._lengths[at] - 1)
        return at

    def _pair(self, at: At, node: Node) -> None:
        named = [child for child in node.children if child.is_named and child.type != "comment"]
        if len(named) < 2:
            return
        for key in _keys(named[0]):
            at = (*at, key)
            self._note(at, node)
        self._value(at, named[1])

    def _value(self, at: At, node: Node) -> None:
        if node.type == "inline_table":
            for child in node.children:
                if child.type == "pair":
                    self._pair(at, child)
        elif node.type == "array":
            items = [child for child in node.children if child.type not in PUNCTUATION]
            for index, item in enumerate(items):
                self._note((*at, index), item)
                self._value((*at, index), item)

    def _note(self, at: At, node: Node) -> None:
        row, byte = node.start_point
        characters = len(self._lines[row][:byte].decode("utf-8", "replace"))
        for end in range(1, len(at) + 1):
            self._places.setdefault(at[:end], (row + 1, characters + 1))


def _keys(node: Node) -> list[str]:
    """The parts of a key, the first `DEEPEST` of them; the grammar nests dotted keys to the left."""
    parts: list[Node] = []
    while node.type == "dotted_key":
        inner = [child for child in node.children if child.type in KEYS]
        if not inner:
            break
        parts += inner[:0:-1]
        node = inner[0]
    return [_key(part) for part in [node, *reversed(parts)][:DEEPEST]]


def _key(node: Node) -> str:
    text = (node.text or b"").decode("utf-8", "replace")
    return _unquoted(text) if node.type == "quoted_key" else text


def _unquoted(text: str) -> str:
    if text.startswith("'"):
        return text[1:-1]
    try:
        return str(ast.literal_eval(text))
    except (ValueError, SyntaxError):
        return text[1:-1]
