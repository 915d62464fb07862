"""A primary and a standby made by the scripts of packaging/postgres, each in a folder of its own, over TLS.

Everything that a test does to the pair, plant IT does with the same scripts; what a test breaks, it breaks by signals.
"""

import contextlib
import ipaddress
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import psycopg
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.domain.errors import KnownError
from app.store.postgres.binaries import find_binaries
from app.store.postgres.private import as_account, server_account
from tests.needs import ROOT, lacking

SCRIPTS = ROOT / "packaging" / "postgres"
DATABASE = "lineside"
SCRIPT_S = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a script said, and its exit code."""

    code: int
    said: str


class Node:
    """One server of the pair: `run` a script at it, `signal` it."""

    def __init__(self, name: str, folder: Path, port: int, socket_folder: Path) -> None:
        self.name, self.folder, self.port, self.socket = name, folder, port, socket_folder
        self.data = folder / "data"
        self._killed: list[psutil.Process] = []

    def configure(self, peer: "Node", **changed: str) -> None:
        """Write the settings file of this server."""
        settings = {
            "NODE": self.name, "PEER_NODE": peer.name, "PEER_HOST": "127.0.0.1", "PEER_PORT": str(peer.port),
            "PORT": str(self.port), "LISTEN": "127.0.0.1", "STATIONS_NET": "127.0.0.1/32", "PEER_NET": "127.0.0.1/32",
            "PGDATA": str(self.data), "PGBIN": str(find_binaries()), "CONF_DIR": str(self.data), "LOCAL_AUTH": "trust",
            "SOCKET_DIR": str(self.socket), "PASSFILE": str(self.folder.parent / "pgpass"), "DATABASE": DATABASE,
            "TLS_CERT": str(self.folder.parent / "server.crt"), "TLS_KEY": str(self.folder.parent / "server.key"),
            "TLS_CA": str(self.folder.parent / "server.crt"), "SERVER_LOG": str(self.folder / "server.log"),
            "SLOT_WAL": "1GB", "KEPT_WAL": "64MB", "MAX_CONNECTIONS": "60",
            "INIT_OPTIONS": "--no-sync --wal-segsize=1", "COPY_OPTIONS": "--no-sync", **changed,
        }  # fmt: skip
        text = "".join(f"{name}='{value}'\n" for name, value in settings.items())
        (self.folder / "pair.conf").write_text(text, encoding="utf-8")

    def run(self, script: str, *arguments: str) -> str:
        """What a script says; fails where it fails."""
        ran = self.tried(script, *arguments)
        assert ran.code == 0, f"{script} at {self.name}: {ran.said}"
        return ran.said

    def tried(self, script: str, *arguments: str) -> Ran:
        """The same where it may fail."""
        self._bury()
        done = subprocess.run(
            ["sh", str(SCRIPTS / script), *arguments],
            env={"PATH": os.environ["PATH"], "LINESIDE_PG_CONF": str(self.folder / "pair.conf")},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            timeout=SCRIPT_S, cwd="/", start_new_session=True, **as_account(server_account()),
        )  # fmt: skip
        return Ran(code=done.returncode, said=done.stdout)

    def signal(self, number: signal.Signals) -> None:
        """Send the server and its children a signal; the children of a stopped or killed one live on otherwise."""
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            server = psutil.Process(int(pid_file.read_text(encoding="utf-8").split()[0]))
            if server.name() != "postgres":
                return
            processes = [server, *server.children()]
            for process in processes:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.send_signal(number)
            if number is signal.SIGKILL:
                self._killed = processes
                while any(alive(process) for process in processes):
                    time.sleep(0.01)

    def kill(self) -> None:
        """A power cut."""
        self.signal(signal.SIGKILL)

    def start(self) -> None:
        """Start the server again as it is."""
        self._bury()
        command = [str(find_binaries() / "pg_ctl"), "-D", str(self.data), "-l", str(self.folder / "server.log"), "-w"]
        subprocess.run(
            [*command, "start"], env={"PATH": os.environ["PATH"]}, check=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, cwd="/", start_new_session=True, **as_account(server_account()),
        )  # fmt: skip

    def _bury(self) -> None:
        """A zombie of a killed server looks alive to the next one: wait until it was taken away."""
        psutil.wait_procs(self._killed, timeout=SCRIPT_S)
        self._killed = []

    def superuser_url(self, database: str = "postgres") -> str:
        """The superuser's URL, through the socket."""
        return f"postgresql://postgres@/{database}?host={self.socket}&port={self.port}"

    @contextmanager
    def as_superuser(self, database: str = DATABASE) -> Iterator[psycopg.Connection]:
        """A plain connection that may do everything."""
        with psycopg.connect(self.superuser_url(database), autocommit=True) as connection:
            yield connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Both servers; `first` began as the primary. To a station they are one address with two hosts."""

    first: Node
    second: Node
    folder: Path

    @property
    def ports(self) -> tuple[int, ...]:
        """Where stations look."""
        return (self.first.port, self.second.port)

    def superuser_url(self, database: str = "postgres") -> str:
        """The superuser of the server that began as the primary."""
        return self.first.superuser_url(database)

    def start(self) -> None:
        """Start the first one again as it is."""
        self.first.start()

    def kill(self) -> None:
        """A power cut at the first one."""
        self.first.kill()

    def signal(self, number: signal.Signals) -> None:
        """A signal to the first one."""
        self.first.signal(number)

    def url(self, login: str, database: str) -> str:
        """As the stations have it: both hosts, the authority, whichever takes writes."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.ports)
        authority = self.folder / "server.crt"
        return f"postgresql://{login}@{hosts}/{database}?sslmode=verify-full&sslrootcert={authority}"


@contextmanager
def pair_of_servers(*, standby: bool = True, **changed: str) -> Iterator[Pair]:
    """A primary and a standby that follows; nothing waits for it yet (run synchronous.sh). `changed`: settings."""
    try:
        find_binaries()
    except KnownError as error:
        lacking(str(error))
    folder = Path(tempfile.mkdtemp(prefix="ls-pair-"))  # short: a socket's path has 107 bytes at most
    try:
        ports = free_ports(2)
        made = [Node(name, folder / name, port, folder / name) for name, port in zip("ab", ports, strict=True)]
        first, second = made
        for node, peer in ((first, second), (second, first)):
            node.folder.mkdir()
            node.configure(peer, **changed)
        certify(folder)
        own(folder)
        try:
            first.run("make-primary.sh")
            if standby:
                second.run("make-standby.sh")
            yield Pair(first=first, second=second, folder=folder)
        finally:
            for node in made:
                node.kill()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def bare_node(**changed: str) -> Iterator[Node]:
    """A server that was never made, with its settings file."""
    folder = Path(tempfile.mkdtemp(prefix="ls-bare-"))
    try:
        node, peer = (Node(name, folder, port, folder) for name, port in zip("ab", free_ports(2), strict=True))
        node.configure(peer, **changed)
        own(folder)
        yield node
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def certify(folder: Path) -> None:
    """A certificate for loopback that is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the pair")])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "server.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.key").write_bytes(secret)
    (folder / "server.key").chmod(0o600)


def alive(process: psutil.Process) -> bool:
    """Whether it runs; a zombie that nobody asks for does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def own(folder: Path) -> None:
    """Everything in a folder becomes the server's account's."""
    account = server_account()
    if account is None:
        return
    entry = pwd.getpwnam(account)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, entry.pw_uid, entry.pw_gid)


def free_ports(count: int) -> list[int]:
    """Different free ports of loopback."""
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
