"""Values out of a foreign ERP's JSON or CSV, each checked when it is taken and named when it is wrong. Pure.

Text stays text: a code that comes as a number has lost its leading zeros and is refused. Times have a zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from app.domain.erp_errors import ErpProtocolError
from app.domain.text import safe
from app.erp import wire
from app.erp.web import Answered

LONGEST = 300
_DECODER = msgspec.json.Decoder(type=Any, float_hook=Decimal)


def parsed(answered: Answered) -> Any:
    """The JSON of an answer, its broken numbers as Decimal; raises ErpProtocolError for anything else."""
    if not answered.json:
        raise ErpProtocolError(f"The ERP answered with something else than JSON ({answered.status}).")
    try:
        return _DECODER.decode(answered.body)
    except (msgspec.DecodeError, UnicodeDecodeError, InvalidOperation, RecursionError) as error:
        raise ErpProtocolError(f"The ERP's answer makes no sense: {safe(str(error), 200)}.") from error


class Fields:
    """One row of an ERP. `what` names it in errors. False and null are how ERPs say "nothing"."""

    def __init__(self, values: object, what: str) -> None:
        if not isinstance(values, Mapping):
            raise ErpProtocolError(f"The ERP's {what} is no record: {shown(values)}.")
        self.values: Mapping[str, Any] = values
        self.what = what

    def text(self, name: str) -> str:
        """A text as it is written, "" for nothing."""
        value = self.values.get(name)
        if value is None or value is False:
            return ""
        if not isinstance(value, str):
            raise self.wrong(name, value)
        return value

    def code(self, name: str) -> str:
        """A text that names something: not empty, at most 300 characters."""
        value = self.text(name)
        if not value.strip() or len(value) > LONGEST:
            raise self.wrong(name, value)
        return value

    def name(self, name: str) -> str:
        """A text for the screen."""
        return safe(self.text(name))

    def number(self, name: str) -> int:
        """A whole number, such as a record's own."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.wrong(name, value)
        return value

    def quantity(self, name: str, signed: bool = False) -> Decimal:
        """A quantity, nought for nothing; stock may be below nought, nothing else."""
        value = self.values.get(name)
        if value is None or value is False or value == "":
            return Decimal(0)
        if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
            raise self.wrong(name, value)
        try:
            return wire.quantity(Decimal(value.strip() if isinstance(value, str) else value), signed=signed)
        except (InvalidOperation, ErpProtocolError) as error:
            raise self.wrong(name, value) from error

    def instant(self, name: str, zone: ZoneInfo) -> datetime:
        """An instant; what has no zone of its own is a time of the ERP's zone."""
        return instant(self.text(name), zone, f"{self.what}: {name}")

    def link(self, name: str) -> int:
        """The number of a record that Odoo names as [number, words]; 0 for none."""
        value = self.values.get(name)
        if not value:
            return 0
        found = value[0] if isinstance(value, list) else value
        if isinstance(found, bool) or not isinstance(found, int):
            raise self.wrong(name, value)
        return found

    def rows(self, name: str) -> Iterator[Fields]:
        """The rows within this one."""
        yield from records(self.values.get(name) or [], f"{self.what}: {name}")

    def wrong(self, name: str, value: object) -> ErpProtocolError:
        """The error for a value that can't be."""
        return ErpProtocolError(f"The ERP sent a {self.what} whose {name} can't be: {shown(value)}.")


def records(values: object, what: str) -> Iterator[Fields]:
    """The rows of a list; raises ErpProtocolError where it is none."""
    if not isinstance(values, list):
        raise ErpProtocolError(f"The ERP's {what} is no list: {shown(values)}.")
    for value in values:
        yield Fields(value, what)


def instant(written: str, zone: ZoneInfo, what: str) -> datetime:
    """An instant in UTC. A time without a zone is one of `zone`; in the hour that comes twice it is the earlier one.

    Raises ErpProtocolError for a day that is none, a time that the clocks skip and for years before 1970.
    """
    try:
        at = datetime.fromisoformat(written.strip())
    except ValueError as error:
        raise ErpProtocolError(f"{safe(what)} is no time: {shown(written)}.") from error
    if at.year < 1970 or at.year > 9000:
        raise ErpProtocolError(f"{safe(what)} lies outside of all plans: {shown(written)}.")
    if at.tzinfo is not None:
        return at.astimezone(UTC)
    there = at.replace(tzinfo=zone).astimezone(UTC)
    if there.astimezone(zone).replace(tzinfo=None) != at:
        raise ErpProtocolError(f"{safe(what)} is a time that the clocks skip in {zone.key}: {shown(written)}.")
    return there


def local(at: datetime, zone: ZoneInfo) -> datetime:
    """An instant as the ERP's own clock shows it, without its zone, to the second."""
    whole = at.astimezone(zone).replace(tzinfo=None, microsecond=0)
    return whole + timedelta(seconds=at.microsecond >= 500_000)


def shown(value: object) -> str:
    """A foreign value for an error's words."""
    return safe(repr(value), 60)
