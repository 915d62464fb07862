"""SAP Gateway's OData 2 over HTTP: CSRF token, ETag, pages, dates and words. Knows no service but by its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec

from app.domain.erp_errors import (
    ErpAuthError,
    ErpConflictError,
    ErpError,
    ErpOutcomeUnknownError,
    ErpProtocolError,
    ErpRejectedError,
    ErpUnavailableError,
)
from app.domain.text import safe
from app.erp.changes import latest, since
from app.erp.loose import Fields, local, parsed, records, shown
from app.erp.web import NONE, Answered, Web, authorization

ROOT = "/sap/opu/odata/sap"
KEY_SIGNS = "()=',"
ENGLISH: Mapping[str, str] = MappingProxyType({"Accept-Language": "en"})
PAGE, WIDE_PAGE = 500, 50
"""Rows asked for at a time; fewer where their parts come with them, such as an order's operations and components."""
MOST_BYTES = 32_000_000
MOST_ROWS = 500_000
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- SAP's dates are days of the plant, without a zone
DAY = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/")
STAMP = "LastChangeDateTime"
TIME = re.compile(r"PT(\d{1,2})H(\d{1,2})M(\d{1,2})S")


class OData:
    """One system's services, behind its sign-in."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._tokens: dict[str, str] = {}

    async def rows(self, service: str, entity: str, filter_: str = "", expand: str = "", key: str = "") -> list[Fields]:
        """Every row of an entity set, in the order of `key`, which tells all of them apart.

        A page that is shorter than asked for ends them, unless SAP says that there is more.
        """
        found: list[Fields] = []
        size = WIDE_PAGE if expand else PAGE
        while len(found) < MOST_ROWS:
            query = {"$format": "json", "$top": str(size), "$skip": str(len(found))}
            query |= {"$filter": filter_} if filter_ else {}
            query |= {"$expand": expand} if expand else {}
            query |= {"$orderby": key} if key else {}
            answered = await self._read(f"{ROOT}/{service}/{entity}?{encoded(query)}")
            data = Fields(data_of(answered), entity)
            page = list(records(data.values.get("results"), entity))
            found.extend(page)
            if not page or (len(page) < size and not data.text("__next")):
                return found
        raise ErpProtocolError(f"SAP has more than {MOST_ROWS:,} rows of {entity}.")

    async def one(self, service: str, entity: str) -> tuple[Fields, str]:
        """One entity by its key, and its ETag; raises ErpRejectedError in SAP's words where there is none."""
        answered = await self._read(f"{ROOT}/{service}/{quote(entity, safe=KEY_SIGNS)}?$format=json")
        row = Fields(data_of(answered), entity)
        etag = answered.headers.get("etag", "") or str(row.values.get("__metadata", {}).get("etag", ""))
        return row, etag

    async def create(self, service: str, entity: str, values: Mapping[str, object]) -> Fields:
        """Post a new entity, once."""
        answered = await self._change("POST", service, entity, values)
        return Fields(data_of(answered), entity)

    async def change(self, service: str, entity: str, values: Mapping[str, object], etag: str) -> None:
        """Change an entity that is still as its ETag says; raises ErpConflictError where it is not."""
        await self._change("PATCH", service, quote(entity, safe=KEY_SIGNS), values, {"If-Match": etag or "*"})

    async def aclose(self) -> None:
        """Close the connections."""
        await self._web.aclose()

    async def _read(self, path: str) -> Answered:
        answered = await self._web.read(path, ENGLISH)
        if answered.status >= 300:
            raise failure(answered)
        return answered

    async def _change(
        self, verb: str, service: str, entity: str, values: Mapping[str, object], headers: Mapping[str, str] = NONE
    ) -> Answered:
        """A change with a token; one that SAP no longer takes is fetched anew, once: nothing was done then."""
        path, body = f"{ROOT}/{service}/{entity}", msgspec.json.encode(values)
        known = {**ENGLISH, **headers}
        answered = await self._web.ask(verb, path, body, known | {"X-CSRF-Token": await self._token(service, False)})
        if answered.status == 403 and answered.headers.get("x-csrf-token", "").lower() == "required":
            answered = await self._web.ask(verb, path, body, known | {"X-CSRF-Token": await self._token(service, True)})
        if answered.status >= 300:
            raise failure(answered)
        return answered

    async def _token(self, service: str, fresh: bool) -> str:
        if fresh or service not in self._tokens:
            asked = {**ENGLISH, "X-CSRF-Token": "Fetch"}
            answered = await self._web.read(f"{ROOT}/{service}/?$format=json", asked)
            if answered.status >= 300:
                raise failure(answered)
            self._tokens[service] = answered.headers.get("x-csrf-token", "")
        return self._tokens[service]


def signed(user: str, secret: str, client: str) -> Mapping[str, str]:
    """The headers that show who we are, Basic with a user's name, and in which client."""
    return {"Authorization": authorization(user, secret), **({"sap-client": client} if client else {})}


def encoded(query: Mapping[str, str]) -> str:
    """A query as Gateway reads it."""
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())


def literal(text: str) -> str:
    """A text within a filter or a key."""
    return "'" + text.replace("'", "''") + "'"


def data_of(answered: Answered) -> Any:
    """What lies in the envelope."""
    return Fields(parsed(answered), "answer").values.get("d")


def failure(answered: Answered) -> ErpError:
    """The error that an answer stands for, in SAP's words."""
    code, words = said(answered)
    error: ErpError = ErpProtocolError(f"SAP has no such address, or gives no reason ({answered.status}).")
    match answered.status:
        case 401:
            error = ErpAuthError("SAP refuses our sign-in.", "Check the user and `lineside secret set`.")
        case 403:
            error = ErpAuthError(words or "SAP refuses this to our user.", "Have its authorisations checked in SAP.")
        case 409 | 412:
            error = ErpConflictError(words or "It changed in SAP meanwhile.")
        case 429 | 503:
            error = ErpUnavailableError(words or "SAP is busy.", answered.retry_after_s)
        case status if status >= 500:
            error = ErpOutcomeUnknownError(words or f"SAP failed ({status}).")
        case 400 | 404 | 422 if words:
            error = ErpRejectedError(words, code)
    return error


def said(answered: Answered) -> tuple[str, str]:
    """SAP's code and words for a failure; empty where it gave none that can be read."""
    try:
        error = Fields(Fields(parsed(answered), "answer").values.get("error"), "error")
        return safe(error.text("code"), 60), safe(Fields(error.values.get("message"), "message").text("value"))
    except ErpProtocolError:
        return "", ""


def day_and_time(row: Fields, day: str, time: str, zone: ZoneInfo) -> datetime:
    """The instant of a date and a time of the plant's clock."""
    found, clock = DAY.fullmatch(row.text(day)), TIME.fullmatch(row.text(time) or "PT00H00M00S")
    if found is None or clock is None:
        raise row.wrong(day, f"{row.text(day)} {row.text(time)}")
    hours, minutes, seconds = (int(part) for part in clock.groups())
    try:
        at = EPOCH + timedelta(milliseconds=int(found[1]), hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError as error:
        raise row.wrong(day, row.text(day)) from error
    if not 1970 <= at.year <= 9000:
        raise ErpProtocolError(f"SAP sent a {row.what} whose {day} lies outside of all plans: {shown(row.text(day))}.")
    there = at.replace(tzinfo=zone).astimezone(UTC)
    if there.astimezone(zone).replace(tzinfo=None) != at:
        raise ErpProtocolError(f"SAP sent a {row.what} at a time that the clocks skip: {at.isoformat()}.")
    return there


def changed(cursor: str) -> str:
    """The filter of rows that changed since; empty without a cursor."""
    asked = since(cursor)
    return f"{STAMP} gt datetimeoffset'{asked.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'" if asked else ""


def changed_last(cursor: str, rows: Iterable[Fields]) -> str:
    """The cursor after these rows; none where a service does not say when its rows changed, or not as an instant.

    Raises ErpProtocolError for an instant beyond all calendars.
    """
    found = [DAY.fullmatch(row.text(STAMP)) for row in rows if STAMP in row.values]
    try:
        instants = [(EPOCH + timedelta(milliseconds=int(each[1]))).replace(tzinfo=UTC) for each in found if each]
    except OverflowError as error:
        raise ErpProtocolError(f"SAP sent a row whose {STAMP} can't be.") from error
    return latest(cursor, instants)


def sap_day(at: datetime, zone: ZoneInfo) -> str:
    """The day of an instant in the plant, as SAP writes dates."""
    there = local(at, zone).replace(hour=0, minute=0, second=0)
    return f"/Date({(there - EPOCH) // timedelta(milliseconds=1)})/"


def sap_time(at: datetime, zone: ZoneInfo) -> str:
    """The time of day of an instant in the plant, as SAP writes times."""
    return local(at, zone).strftime("PT%HH%MM%SS")
