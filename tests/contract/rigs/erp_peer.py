"""A real HTTP server on loopback for tests of ERP adapters: it does what a subclass says, and may lose its answers."""

import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from app.domain.erp import ErpCommand, Receipt, StockLevel
from app.domain.erp_errors import ErpConflictError, ErpOutcomeUnknownError, ErpUnavailableError
from app.ports import Erp


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it came; `headers` by small letters, `query` decoded."""

    method: str
    path: str
    raw_query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is answered."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def reply(value: object, status: int = 200, **headers: str) -> Reply:
    """An answer in JSON; the underscores of header names stand for dashes."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status=status, body=json.dumps(value).encode(), headers=named)


class Peer:
    """Serves one request at a time, so that what `answer` does is one transaction.

    `lose(n)`: whether the answer of the n-th request that changes something is lost after it had its effect.
    `lose_each`: that of every such request when it comes for the first time. `instead`: what is answered in place of
    the answer, after the effect.
    """

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[Request] = []
        self.lose: Callable[[int], bool] = lambda _: False
        self.lose_each = False
        self.changed = 0
        self.instead: Callable[[Request], Reply | None] = lambda _: None
        self._known: set[tuple[str, str, str, bytes]] = set()
        self._one = threading.Lock()

    def answer(self, request: Request) -> Reply:
        raise NotImplementedError

    def changes(self, request: Request) -> bool:
        """Whether a request is one whose answer may be lost: those that change nothing can simply be asked again."""
        return True

    def serve(self, request: Request) -> Reply | None:
        """The answer; None where it is lost."""
        with self._one:
            self.asked.append(request)
            found = self.answer(request)
            mark = (request.method, request.path, request.raw_query, request.body)
            fresh = mark not in self._known
            self._known.add(mark)
            if self.changes(request):
                self.changed += 1
                if self.lose(self.changed) or (self.lose_each and fresh):
                    return None
            return self.instead(request) or found

    @contextmanager
    def up(self) -> Iterator[None]:
        """Serve until the end of the block."""
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 65_536
            disable_nagle_algorithm = True

            def any(self) -> None:
                parts = urlsplit(self.path)
                size = int(self.headers.get("Content-Length", "0"))
                request = Request(
                    method=self.command, path=unquote(parts.path), raw_query=parts.query, body=self.rfile.read(size),
                    headers={name.lower(): value for name, value in self.headers.items()},
                )  # fmt: skip
                found = peer.serve(request)
                if found is None:
                    self.close_connection = True
                    return
                self.send_response(found.status)
                body = found.body
                for name, value in {"Content-Type": found.kind, **found.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        for verb in ("GET", "POST", "PUT", "PATCH", "MERGE"):
            setattr(Handler, f"do_{verb}", Handler.any)

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            self.url = f"http://127.0.0.1:{server.server_address[1]}"
            try:
                yield
            finally:
                server.shutdown()
                thread.join()


P = TypeVar("P", bound=Peer)
NONE: Mapping[str, str] = {}


async def insist(erp: Erp, command: ErpCommand, answers: Mapping[str, str] | None = None, most: int = 80) -> Receipt:
    """Post as the outbox does: what is unknown is looked for, then posted again with the same key."""
    unknown = False
    for _ in range(most):
        try:
            if unknown and (found := await erp.find(command.key)) is not None:
                return found
            unknown = False
            return await erp.post(command, answers or {})
        except ErpOutcomeUnknownError:
            unknown = True
        except (ErpUnavailableError, ErpConflictError):
            continue
    raise AssertionError(f"not posted after {most} attempts")


async def losing_each(
    make: Callable[[], P], opened: Callable[[P], Erp], commands: Sequence[ErpCommand], answers: Mapping[str, str] = NONE
) -> AsyncIterator[tuple[int, P]]:
    """Post the same commands to a new peer each time, which loses another one of its answers each time."""
    lost, calls = 0, 1
    while lost < calls:
        lost += 1
        peer = make()
        peer.lose = lost.__eq__
        with peer.up():
            erp = opened(peer)
            for command in commands:
                await insist(erp, command, answers)
            await erp.aclose()
        calls = peer.changed
        yield lost, peer


READS = ("products", "orders", "lots", "stock", "demand")


async def caught_up(erp: Erp, change: Callable[[], Awaitable[object]]) -> dict[str, tuple[str, ...]]:
    """Read all, change something, read what changed: laid over the first read it must be what a whole read gives.

    Returns of each noun the names of the rows that were read again; of one without changes all of them.
    """
    before = {noun: await getattr(erp, noun)() for noun in READS}
    await change()
    again: dict[str, tuple[str, ...]] = {}
    for noun, page in before.items():
        changed, after = await getattr(erp, noun)(page.cursor), await getattr(erp, noun)()
        assert after.complete
        assert changed.complete is not bool(page.cursor), noun
        old = {} if changed.complete else {name_of(row): row for row in page.rows}
        assert old | {name_of(row): row for row in changed.rows} == {name_of(row): row for row in after.rows}, noun
        again[noun] = tuple(name_of(row) for row in changed.rows)
    return again


def name_of(row: object) -> str:
    """What a row is known by."""
    names = ("number", "code") if not isinstance(row, StockLevel) else ("product", "location")
    return "/".join(getattr(row, name) for name in names if hasattr(row, name))
