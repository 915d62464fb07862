"""Starts, commands and kills the demo ERP as the process that it is; and reads what it has booked."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import closing
from pathlib import Path

from tests.needs import ROOT

TOKEN = "contract"


class DemoErpProcess:
    """One demo ERP on its own file; a second `start` takes the same file and port again."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.db = folder / "erp.sqlite"
        self.url = ""
        self.process: subprocess.Popen[str] | None = None
        self._options = options

    def start(self) -> None:
        port = self.url.rpartition(":")[2] or "0"
        command = [sys.executable, "-m", "app.erp.demo", "--db", str(self.db), "--port", port, "--token", TOKEN]
        self.process = subprocess.Popen(
            [*command, *self._options], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        said = json.loads(self.process.stdout.readline())
        assert said["ready"], said
        self.url = said["url"]

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.kill()
        self._reap(self.process)

    def stop(self) -> int:
        """End by SIGTERM; the exit code. Harmless when it has ended."""
        if self.process is None:
            return 0
        self.process.terminate()
        return self._reap(self.process)

    def _reap(self, process: subprocess.Popen[str]) -> int:
        code = process.wait(timeout=20)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        self.process = None
        return code

    def faults(self, **values: object) -> int:
        """Set faults by the admin endpoint; the HTTP status."""
        request = urllib.request.Request(
            f"{self.url}/admin/faults",
            data=json.dumps(values).encode(),
            headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as response:
            return int(response.status)

    def booked(self) -> list[str]:
        """The keys of every document booked, in order."""
        with closing(sqlite3.connect(self.db)) as db:
            return [row[0] for row in db.execute("SELECT key FROM documents ORDER BY number")]
