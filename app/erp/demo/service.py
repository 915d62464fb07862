"""The demo ERP's HTTP API without sockets: a request in, an answer out (or none, when a fault hangs up).

Owns routes, bearer token, faults and moods. Must not know the port: it is a foreign system to the rest.

    GET  /api/v1/info                              product, version, time
    GET  /api/v1/{items|orders|lots|stock|demand|standards}
                                                   ?after=CURSOR&limit=1…200 → {"rows": […], "next": CURSOR or ""}
    POST /api/v1/postings/{kind}                   {"command": {…}, "answers": {token: text}} → 201
                                                   {key, repeated, refs}, 200 when it was there,
                                                   409 key_reuse, 422 in words, 428 a question
    GET  /api/v1/postings/{key}                    200 as above, 404 not_posted
    POST /admin/faults                             fields of app.erp.faults.Faults; what is not named stays
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from enum import Enum
from hmac import compare_digest
from random import Random
from types import MappingProxyType
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from app.domain.erp_errors import ErpProtocolError, ErpRejectedError
from app.erp import codec, ledger
from app.erp.demo.books import NOUNS, SqliteBooks
from app.erp.faults import Faults

VERSION = "1.0"
LARGEST_PAGE = 200
HUGE_BYTES = 64_000_000
MOODS = ("unavailable", "slow", "lose_answers")
SLOW_MOOD_S = 1.5
ASK_TOKEN = "decision"
PAGE = b"<!DOCTYPE html><title>Error</title><h1>Something went wrong</h1>"


class HangUp(Enum):
    """How a connection ends without an answer."""

    NOW = "now"
    WHEN_THE_CLIENT_DOES = "when_the_client_does"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it came. Header names are lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer to send. `filler` bytes of spaces follow the body (the fault of a huge answer)."""

    status: int
    body: bytes = b"{}"
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    filler: int = 0


Reply = Answer | HangUp


class DemoErpService:
    """Answers requests from many threads; one posting at a time."""

    def __init__(self, books: SqliteBooks, token: str, seed: int = 0, mood: float = 0.0) -> None:
        self._books = books
        self._token = token
        self._faults = Faults()
        self._mood = mood
        self._chance = Random(seed)
        self._lock = threading.Lock()

    def reply(self, request: Request) -> Reply:
        """The answer to a request, spoilt by what faults are due."""
        path = urlsplit(request.target).path
        if not self._trusted(request):
            return failure(401, "unauthorised", "The token is not known here.")
        if path == "/admin/faults" and request.method == "POST":
            return self._set_faults(request.body)
        if not path.startswith("/api/v1/"):
            return failure(404, "not_found", f"There is nothing at {path}.")
        fault = self._next_fault(request.method == "POST")
        if fault in BEFORE:
            return BEFORE[fault]()
        reply = self._route(request, path.removeprefix("/api/v1/"))
        return AFTER[fault](reply) if fault in AFTER else reply

    def _trusted(self, request: Request) -> bool:
        given = request.headers.get("authorization", "")
        return compare_digest(given.encode(), f"Bearer {self._token}".encode())

    def _route(self, request: Request, path: str) -> Reply:
        head, _, tail = path.partition("/")
        if request.method == "GET" and path == "info":
            return ok({"product": "Lineside demo ERP", "version": VERSION, "time": datetime.now(UTC)})
        if request.method == "GET" and path in NOUNS:
            return self._page(path, parse_qs(urlsplit(request.target).query))
        if head == "postings" and tail:
            return self._find(unquote(tail)) if request.method == "GET" else self._post(tail, request.body)
        return failure(404, "not_found", f"There is nothing at {path}.")

    def _page(self, noun: str, query: Mapping[str, list[str]]) -> Answer:
        after = query.get("after", [""])[0]
        limit = query.get("limit", [str(LARGEST_PAGE)])[0]
        if not limit.isdecimal() or not 1 <= int(limit) <= LARGEST_PAGE:
            return failure(400, "bad_request", f"limit is from 1 to {LARGEST_PAGE}.")
        with self._lock:
            rows, cursor = self._books.page(noun, after, int(limit))
        return ok({"rows": rows, "next": cursor})

    def _find(self, key: str) -> Answer:
        with self._lock:
            document = self._books.document(key)
        if document is None:
            return failure(404, "not_posted", f"Nothing is posted under {key}.")
        return receipt(document, repeated=True)

    def _post(self, kind: str, body: bytes) -> Answer:
        try:
            envelope = msgspec.json.decode(body, type=Envelope)
            command = codec.decode(kind, envelope.command)
        except (msgspec.DecodeError, ErpProtocolError) as error:
            return failure(400, "bad_request", str(error))
        if self._faults.refuse:
            return failure(422, "refused", self._faults.refuse)
        if self._faults.ask and ASK_TOKEN not in envelope.answers:
            return failure(428, "action_required", self._faults.ask, token=ASK_TOKEN)
        try:
            with self._lock, self._books.transaction():
                document, repeated = ledger.post(self._books, self._books, command)
        except ErpRejectedError as error:
            return failure(422, error.code, error.message)
        except ledger.KeyReuseError as error:
            return failure(409, "key_reuse", error.message)
        return receipt(document, repeated)

    def _set_faults(self, body: bytes) -> Answer:
        """Change the fields that the body names, keep the rest; an empty object changes nothing."""
        try:
            given = msgspec.json.decode(body, type=dict[str, object])
            kept = {f.name: getattr(self._faults, f.name) for f in fields(Faults)}
            unknown = sorted(given.keys() - kept.keys())
            faults = msgspec.convert({**kept, **given}, type=Faults)
        except msgspec.DecodeError as error:
            return failure(400, "bad_request", str(error))
        if unknown:
            return failure(400, "bad_request", f"No fault is called {', '.join(unknown)}.")
        with self._lock:
            self._faults = faults
        return ok(msgspec.to_builtins(faults))

    def _next_fault(self, writes: bool) -> str:
        with self._lock:
            fault = self._faults.next(writes)
            pause_s = self._faults.slow_ms / 1000
            if writes and not fault and self._mood > 0 and self._chance.random() < self._mood:
                fault = self._chance.choice(MOODS)
        time.sleep(SLOW_MOOD_S if fault == "slow" else pause_s)
        return fault


class Envelope(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a posting: the command, and answers to the ERP's questions by their token."""

    command: dict[str, object]
    answers: dict[str, str] = {}


def ok(value: object, status: int = 200) -> Answer:
    """An answer of JSON."""
    return Answer(status=status, body=msgspec.json.encode(value))


def receipt(document: ledger.Document, repeated: bool) -> Answer:
    """What was booked: 201 the first time, 200 when it was there before."""
    value = {"key": document.key, "repeated": repeated, "refs": dict(document.refs)}
    return ok(value, 200 if repeated else 201)


def failure(status: int, code: str, message: str, **more: str) -> Answer:
    """A refusal in words."""
    return ok({"code": code, "message": message, **more}, status)


def unavailable() -> Answer:
    """503 with the wish to be asked again in a second."""
    answer = failure(503, "unavailable", "The ERP is busy with its nightly run.")
    return replace(answer, headers={"Retry-After": "1"})


def spoilt_huge(reply: Reply) -> Reply:
    """The answer with a great many bytes behind it."""
    return replace(reply, filler=HUGE_BYTES) if isinstance(reply, Answer) else reply


BEFORE: Mapping[str, Callable[[], Reply]] = MappingProxyType(
    {
        "unauthorised": lambda: failure(401, "unauthorised", "The token has expired."),
        "unavailable": unavailable,
        "timeout": lambda: HangUp.WHEN_THE_CLIENT_DOES,
        "error500": lambda: failure(500, "internal", "Unhandled exception in posting run 7741"),
        "conflict": lambda: failure(409, "changed", "The order was changed by somebody else."),
    }
)
"""Faults that answer in place of the service."""

AFTER: Mapping[str, Callable[[Reply], Reply]] = MappingProxyType(
    {
        "lose_answers": lambda _: HangUp.NOW,
        "html": lambda _: Answer(status=200, body=PAGE, content_type="text/html; charset=utf-8"),
        "huge": spoilt_huge,
    }
)
"""Faults that spoil the service's answer."""
