"""What stands after all of the ERP's messages: the latest word on each thing counts, in whatever order they came.

Pure. A message that came twice counts once; an older one never undoes a newer one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from app.domain.erp_errors import ErpProtocolError
from app.domain.text import safe
from app.erp.b2mml.reading import Message, Verdict, named

WHOLE = "Show"
"""The verb whose message has all there is: what it does not name is gone."""


def in_order(messages: Iterable[Message]) -> list[Message]:
    """Each message once, oldest first; raises ErpProtocolError for one identifier with two contents."""
    once: dict[str, Message] = {}
    unnamed: list[Message] = []
    for message in messages:
        if not message.bodid:
            unnamed.append(message)
        elif once.setdefault(message.bodid, message).digest != message.digest:
            raise ErpProtocolError(f"The ERP used BODID {safe(message.bodid, 60)} for two messages.")
    return sorted((*once.values(), *unnamed), key=lambda each: (each.created_at, each.bodid))


def rows(messages: Iterable[Message], noun: str, child: str = "") -> Iterator[Element]:
    """The elements of a noun that stand, or of its children: OperationsRequest lies within OperationsSchedule."""
    standing: dict[str, Element] = {}
    for message in in_order(each for each in messages if each.noun == noun and each.verb != "Get"):
        if message.verdicts:
            continue
        if message.verb == WHOLE:
            standing.clear()
        found = message.rows if not child else [part for row in message.rows for part in row.iterfind(child)]
        for row in found:
            if message.deletes:
                standing.pop(named(row), None)
            else:
                standing[named(row)] = row
    yield from standing.values()


def verdict_on(messages: Iterable[Message], bodid: str) -> Verdict | None:
    """The ERP's word on one of our messages; the last one where it said several."""
    found = [v for message in in_order(messages) for v in message.verdicts if v.bodid == bodid]
    return found[-1] if found else None
