"""XML in and out without its dangers: no document type, no entities, bounded depth and number of elements.

Pure. Knows nothing of B2MML but its namespace.
"""

from __future__ import annotations

from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder, tostring
from xml.parsers import expat

from app.domain.erp_errors import ErpProtocolError, ErpRejectedError
from app.domain.text import safe

NAMESPACE = "http://www.mesa.org/xml/B2MML"
MOST_ELEMENTS = 500_000
DEEPEST = 60


class _Reader:
    """Builds a tree from expat's calls; the first thing that has no place in a message ends it."""

    def __init__(self) -> None:
        self._tree = TreeBuilder()
        self._depth = 0
        self._count = 0
        parser = expat.ParserCreate(namespace_separator="}")
        parser.StartDoctypeDeclHandler = self._refused
        parser.EntityDeclHandler = self._refused
        parser.ExternalEntityRefHandler = self._refused
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._tree.data
        parser.buffer_text = True
        self._parser = parser

    def read(self, body: bytes) -> Element:
        try:
            self._parser.Parse(body, True)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise ErpProtocolError(f"The message is no sound XML: {safe(str(error), 200)}.") from error
        return self._tree.close()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > DEEPEST or self._count > MOST_ELEMENTS:
            raise ErpProtocolError("The message has more elements than any message of a plant.")
        self._tree.start(_local(name), attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._tree.end(_local(name))

    def _refused(self, *_: object) -> NoReturn:
        raise ErpProtocolError("The message has a document type or entities, which are refused.")


def _local(name: str) -> str:
    """The name without B2MML's namespace; names of another one keep theirs."""
    space, _, local = name.rpartition("}")
    return local if space == NAMESPACE else name


def read(body: bytes) -> Element:
    """The message; raises ErpProtocolError for anything but plain, sound XML of bearable size."""
    return _Reader().read(body)


def write(root: Element) -> bytes:
    """The message as bytes; raises ErpRejectedError for text that XML can't carry unchanged."""
    for element in root.iter():
        for text in (element.text or "", *element.attrib.values()):
            if any(sign < " " or "\ud800" <= sign <= "\udfff" or sign in "\ufffe\uffff" for sign in text):
                raise ErpRejectedError(f"{safe(text, 60)!r} has a character that B2MML can't carry.", "character")
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def text(element: Element, path: str) -> str:
    """The text at a path, "" where there is none."""
    found = element.find(path)
    return (found.text or "") if found is not None else ""
