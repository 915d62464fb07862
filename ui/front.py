"""A second start brings the first one's window to the front: the running one listens, the second one asks and ends.

Owns the door and the file that says where it is. The door is a socket of this account (on Windows a pipe), opened by a
key that only this account can read.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Listener
from pathlib import Path

log = logging.getLogger("lineside.front")

FILE = "front.json"
SHOW, SHOWN = "show", "shown"
PATIENCE_S = 3.0
PAUSE_S = 0.2
"""After a door that could not be opened: what is broken for good must not keep a core busy."""
ASKING_S = 8.0
"""A machine that has just been started twice is busy."""


class Front:
    """Calls `show` on a thread of its own whenever somebody asks; `close` ends it and takes the file away."""

    def __init__(self, folder: Path, show: Callable[[], None]) -> None:
        self._file = folder / FILE
        self._show = show
        self._listener: Listener | None = None
        key = secrets.token_bytes(32)
        try:
            self._listener = Listener(authkey=key)
            _write(self._file, {"address": str(self._listener.address), "key": key.hex(), "pid": os.getpid()})
        except OSError as error:
            log.warning("a second start can't bring this window to the front: %s", error)
            return
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True, name="front").start()

    def _serve(self, listener: Listener) -> None:
        while self._listener is not None:
            try:
                with listener.accept() as asking:
                    if (
                        asking.poll(PATIENCE_S)
                        and asking.recv_bytes(16) == SHOW.encode()
                        and self._listener is not None
                    ):
                        self._show()
                        asking.send_bytes(SHOWN.encode())
            except (OSError, EOFError, AuthenticationError):
                time.sleep(PAUSE_S)

    def close(self) -> None:
        """Nobody is shown any more."""
        listener, self._listener = self._listener, None
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            if int(json.loads(self._file.read_text(encoding="utf-8"))["pid"]) == os.getpid():
                self._file.unlink()
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.close()


def bring_to_front(folder: Path) -> bool:
    """Whether a Lineside that runs on the folder showed its window; waits for its answer for some seconds."""
    answered: list[bool] = []
    asking = threading.Thread(target=_ask, args=(folder, answered), daemon=True)
    asking.start()
    asking.join(ASKING_S)
    return bool(answered)


def _ask(folder: Path, answered: list[bool]) -> None:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, EOFError, AuthenticationError):
        door = json.loads((folder / FILE).read_text(encoding="utf-8"))
        _allow(int(door["pid"]))
        with Client(str(door["address"]), authkey=bytes.fromhex(door["key"])) as there:
            there.send_bytes(SHOW.encode())
            if there.poll(ASKING_S) and there.recv_bytes(16) == SHOWN.encode():
                answered.append(True)


def _allow(pid: int) -> None:
    """Windows lets only the program in front hand the front on."""
    windll = getattr(ctypes, "windll", None)
    if windll is not None:
        windll.user32.AllowSetForegroundWindow(pid)


def _write(path: Path, held: dict[str, object]) -> None:
    """This account's alone from the first byte."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(held, file)
