"""`lineside` and `lineside open`: what a desktop hands over, and what is started for it.

Owns what a plant file, a `lineside:` address and nothing at all mean: nothing is this machine's own plant, else what
was opened last, else the guide asks. What can't be opened is said by the guide too: an icon has no terminal.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from app.child import PROGRAM, command
from app.config import Config, config
from app.domain.errors import KnownError
from app.domain.readiness import Finding
from app.logs import start_log
from ui import main
from ui.choice import Choice, Kind, recall, remember
from ui.display import choose_platform
from ui.exits import Exit
from ui.plants import has_published
from ui.sight import application
from ui.text import t
from ui.theme import DAY, NIGHT, Look

log = logging.getLogger("lineside.opening")

SCHEME = "lineside:"
OWN = ("", SCHEME, f"{SCHEME}open")
"""What means this station's own plant."""


def wanted(what: str, site: Path | None, last: Choice | None) -> Choice | None:
    """What is meant by a word from outside; None: nobody has said. Raises KnownError for an address without meaning."""
    if what in OWN:
        return Choice(kind=Kind.PLANT, plant=site) if site is not None else last
    if what == f"{SCHEME}demo":
        return Choice(kind=Kind.DEMO)
    if what.startswith(SCHEME):
        raise KnownError(
            t("Lineside knows no address {what}.", what=what),
            t("Use {scheme}open or {scheme}demo, or name a plant file.", scheme=SCHEME),
        )
    return Choice(kind=Kind.PLANT, plant=Path(what))


def open_it(what: str, data: Path | None = None, choose: bool = False) -> int:
    """Open what is meant; `choose`: let the guide ask whatever was opened before."""
    here = config(data)
    if what in OWN and not choose and has_published(here):
        return run(None, data)
    meant = None if choose else wanted(what, here.plant, recall(here.folder).last)
    note = trouble(meant) if meant is not None else ""
    if meant is None or note:
        fixed = t("This machine has a plant of its own, {file}: the next start opens that again.", file=here.plant)
        meant = ask(here, data, meant, note or (fixed if here.plant is not None else ""))
        if meant is None:
            return Exit.OK
        remember(here.folder, meant)
    return start(meant, data)


def trouble(meant: Choice) -> str:
    """Why a plant file can't be opened; "" where it can, and for the demo."""
    if meant.plant is None:
        return ""
    try:
        main.opened(meant.plant)
    except KnownError as error:
        return error.message.partition("\n")[0].rstrip(":") + "."
    return ""


def ask(here: Config, data: Path | None, meant: Choice | None, note: str) -> Choice | None:
    """Let the guide ask; it begins with the plant file that could not be opened."""
    choose_platform(smoke=False)
    app = application()
    look = Look(NIGHT if here.theme == NIGHT.name else DAY)
    look.apply(app)
    plant = meant.plant if meant is not None else None
    guide = importlib.import_module("ui.guide")
    with _logged(here.log):
        chosen: Choice | None = guide.ask(app, look, Work(data), recall(here.folder), here.station, plant, note)
    return chosen


@contextlib.contextmanager
def _logged(path: Path) -> Iterator[None]:
    """Log into the station's file meanwhile; the program that follows does so by itself."""
    root = logging.getLogger()
    before = root.handlers[:]
    start_log(path)
    try:
        yield
    finally:
        for handler in set(root.handlers) - set(before):
            root.removeHandler(handler)
            handler.close()


def start(choice: Choice, data: Path | None) -> int:
    """Run the program on what was chosen. The demo keeps its data nowhere."""
    if choice.kind is Kind.JOIN:
        return run(None, data)
    if choice.plant is not None:  # this machine's own is no other than that of everybody: nothing is overridden
        return run(None if choice.plant == config(data).plant else choice.plant, data)
    return main.demo(
        plant=None,
        replay=None,
        replay_from="",
        replay_until="",
        speed=1.0,
        seed=1,
        data=None,
        smoke=None,
        screenshots=None,
        report=None,
    )


def run(plant: Path | None, data: Path | None) -> int:
    """Run the program on a plant file; None: the published one, else this machine's own."""
    return main.run(plant=plant, data=data, smoke=None, screenshots=None, report=None)


def choose_again(data: Path | None) -> None:
    """Start another Lineside that lets the guide ask; for one that is about to end."""
    where = () if data is None else ("--data", str(data))
    subprocess.Popen([*command(PROGRAM), "--choose", *where], close_fds=True, start_new_session=True)


class Work:
    """`ui.guide.Work`, over the drivers and the stores; loaded at the first look, beside the screen.

    `in_file`: a password goes into the data folder, not into the keyring.
    """

    def __init__(self, data: Path | None, in_file: bool = False) -> None:
        self._data, self._in_file = data, in_file
        self._looking: Any = None
        self._asked = ThreadPoolExecutor(1, thread_name_prefix="guide")

    def demo(self, tell: Callable[[Finding], None]) -> None:
        """See Work."""
        self._ask(lambda looking: looking.demo(tell))

    def plant(self, path: Path, tell: Callable[[Finding], None]) -> None:
        """See Work."""
        self._ask(lambda looking: looking.plant(path, config(self._data), tell))

    def cancel(self) -> None:
        """See Work."""
        self._ask(lambda looking: looking.cancel())

    def join(self, url: str, station: str, password: str) -> tuple[str, bool]:
        """See Work; the plant file that is published there comes with it."""
        joining = importlib.import_module("ui.join")
        said: str = joining.joined(self._data, url, station, self._in_file, lambda: password)
        complete = has_published(config(self._data))
        return said if complete else t("{said} No plant file is published there: choose one.", said=said), complete

    def _ask(self, what: Callable[[Any], None]) -> None:
        """Ask what looks, in order."""
        self._asked.submit(self._answer, what)

    def _answer(self, what: Callable[[Any], None]) -> None:
        try:
            if self._looking is None:
                self._looking = importlib.import_module("drivers.readiness").Readiness()
            what(self._looking)
        except Exception:  # the edge of the thread: nobody waits for what it returns
            log.exception("the guide could not look around")
