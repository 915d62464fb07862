"""A PostgreSQL cluster of one's own, for the demo and for tests: made, started, stopped and killed from here.

Owns the server process and its folder. Must not know what is in the database. Its superuser is reached through a unix
socket in a folder that only the server's account and root can enter; TCP on loopback asks for passwords (SCRAM).
Unix only, as that socket and the accounts are.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from app.domain.errors import KnownError
from app.store.postgres.binaries import find_binaries

SUPERUSER = "postgres"
LOOPBACK = "127.0.0.1"
ACCOUNTS = ("postgres", "nobody")
"""Whom the server runs as where we are root, which PostgreSQL refuses to be."""
READY_S = 60.0
STOP_S = 30.0
SETTINGS: Mapping[str, str] = {
    "listen_addresses": LOOPBACK,
    "max_connections": "300",
    "shared_buffers": "64MB",
    "fsync": "on",
    "password_encryption": "scram-sha-256",
    "logging_collector": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "lc_messages": "C",
}


class PrivateCluster:
    """The cluster in `folder`, made at the first start. `settings` are those of postgresql.conf, over our own."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.port = 0
        self._settings = {**SETTINGS, **(settings or {})}
        self._binaries = find_binaries()
        self._account = server_account()
        self._socket: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server on a free port (again on the same one) and wait until it takes connections."""
        if self._process is not None:
            return
        if not (self.folder / "PG_VERSION").exists():
            self._initdb()
        self._end_leftover()
        self.port = self.port or _free_port()
        if self._socket is None:
            self._socket = Path(tempfile.mkdtemp(prefix="ls-pg-"))  # short: a socket's path has 107 bytes at most
            self._own(self._socket)
        settings = self._settings | {"port": str(self.port), "unix_socket_directories": str(self._socket)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._program("postgres"), "-D", str(self.folder), *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/",
                **as_account(self._account),
            )  # fmt: skip
        self._wait_ready()

    def stop(self) -> None:
        """End the server in order (open connections are cut) and forget its socket. Safe to call twice."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGINT)  # "fast"
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._socket is not None:
            shutil.rmtree(self._socket, ignore_errors=True)
            self._socket = None

    def kill(self) -> None:
        """End the server as a power cut would (its children included), and wait for its end."""
        if self._process is None:
            return
        self.signal(signal.SIGKILL)
        self._process.wait()
        self._process = None

    def remove(self) -> None:
        """Stop it and delete all it had."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def cpu_s(self) -> float:
        """Seconds of processor time that the server and its children have taken."""
        if self._process is None:
            return 0.0
        server = psutil.Process(self._process.pid)
        total = 0.0
        for process in (server, *server.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system
        return total

    def signal(self, number: signal.Signals) -> None:
        """Send the server and all its children a signal, such as SIGSTOP."""
        if self._process is None:
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            server = psutil.Process(self._process.pid)
            for process in (server, *server.children()):  # a child has a session of its own
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.send_signal(number)

    @property
    def ports(self) -> tuple[int, ...]:
        """Where it listens, for who can use several servers."""
        return (self.port,)

    def superuser_url(self, database: str = "postgres") -> str:
        """The URL of the superuser, through the socket and without a password."""
        return f"postgresql://{SUPERUSER}@/{database}?host={self._socket}&port={self.port}"

    def url(self, login: str, database: str) -> str:
        """The URL of a login over TCP; its password comes from elsewhere."""
        return f"postgresql://{login}@{LOOPBACK}:{self.port}/{database}"

    def _initdb(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._own(self.folder)
        self._check_reachable()
        command = [
            self._program("initdb"), "-D", str(self.folder), "-U", SUPERUSER, "-E", "UTF8", "--locale=C", "--no-sync",
            "--auth-local=trust", "--auth-host=scram-sha-256", "--no-instructions",
        ]  # fmt: skip
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd="/", **as_account(self._account)
        )
        if done.returncode:
            raise KnownError(f"No PostgreSQL cluster could be made in {self.folder}: {done.stderr.strip()}")

    def _check_reachable(self) -> None:
        probe = subprocess.run(["test", "-w", str(self.folder)], check=False, cwd="/", **as_account(self._account))
        if probe.returncode:
            raise KnownError(
                f"The account {self._account} can't enter {self.folder}.",
                "Choose a folder whose parents it may enter: PostgreSQL does not run as root.",
            )

    def _end_leftover(self) -> None:
        """A server that an earlier run left on this folder is ended first; a file that one left is not believed."""
        if not (self.folder / "postmaster.pid").exists():
            return
        command = [self._program("pg_ctl"), "stop", "-D", str(self.folder), "-m", "fast", "-w", "-t", str(int(STOP_S))]
        subprocess.run(command, capture_output=True, check=False, cwd="/", **as_account(self._account))

    def _wait_ready(self) -> None:
        """Wait for the word "ready" in the server's own file, as pg_ctl does."""
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            if self._says_ready():
                return
            if self._process is None or self._process.poll() is not None:
                break
            time.sleep(0.02)
        log = self.folder.parent / f"{self.folder.name}.log"
        self.kill()
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])
        raise KnownError(f"PostgreSQL did not start in {self.folder}:\n{tail}", f"See {log}.")

    def _says_ready(self) -> bool:
        try:
            lines = (self.folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        ours = self._process is not None and lines[:1] == [str(self._process.pid)]
        return ours and len(lines) > 7 and lines[7].strip() == "ready"

    def _program(self, name: str) -> str:
        return str(self._binaries / name)

    def _own(self, folder: Path) -> None:
        folder.chmod(0o700)
        if self._account is not None:
            entry = pwd.getpwnam(self._account)
            os.chown(folder, entry.pw_uid, entry.pw_gid)


def as_account(account: str | None) -> dict[str, Any]:
    """What makes subprocess run as an account; nothing for None."""
    if account is None:
        return {}
    return {"user": account, "group": pwd.getpwnam(account).pw_gid, "extra_groups": []}


def server_account() -> str | None:
    """The unprivileged account to run as; None where we are one."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    found = next((name for name in ACCOUNTS if name in known), None)
    if found is None:
        raise KnownError("PostgreSQL does not run as root, and there is no account for it.", "Make a user 'postgres'.")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
