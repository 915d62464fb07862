"""One run of the program on a data folder, watched from its start to its end: log, last words, starts.

Owns nothing itself; every run of the window and of the agent begins and ends with it.
"""

from __future__ import annotations

import logging
from pathlib import Path
from types import TracebackType

from app.domain.errors import KnownError
from app.logs import LastWords, headline, start_log
from app.starts import DEATHS, Run

log = logging.getLogger("lineside")


class Watch:
    """Begin it once no other Lineside can be on the folder; `end` when the run has come to its end, whatever it was."""

    def __init__(self, folder: Path, file: Path, *, echo: bool = False) -> None:
        """`folder` is the data folder, `file` the log; its last words lie beside it."""
        self.errors = start_log(file, echo=echo)
        self._words = LastWords(file.with_suffix(".crash"))
        self._run = Run(folder)
        if self._words.before:
            log.warning("the last run died: %s", headline(self._words.before))
        if self.careful:
            log.warning("the last %d starts died within minutes: this one leaves out the kept layout", DEATHS)

    @property
    def careful(self) -> bool:
        """Whether this start is a safe one, after several that died."""
        return self._run.careful

    def __enter__(self) -> Watch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What the world refused is an end as it was meant to be; a fault of ours is none."""
        self.end(died=error is not None and not isinstance(error, KnownError | KeyboardInterrupt | SystemExit))

    def end(self, *, died: bool = False) -> None:
        """The run ended by itself, or by a fault of ours."""
        if not died:
            self._run.end()
        self._words.close()
