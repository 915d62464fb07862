"""Make the development environment: `.venv` with the locked dependencies, Debian packages, the Node test rig.

Owns what `make setup` does. Uses the standard library only, because it runs before anything is installed,
and must not import Lineside. Every step has a stamp of what it was made from: a second run does nothing.

Usage: bootstrap.py run|test
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
LOCK = ROOT / "requirements.lock"
RIG = ROOT / "tests" / "system" / "rig"
IN_CI = os.environ.get("CI") == "true"

# What Qt links (offscreen), and what its xcb plugin needs beside that. A row: the names releases have for it.
QT_PACKAGES: tuple[tuple[str, ...], ...] = (
    ("libegl1",),
    ("libgl1",),
    ("libglib2.0-0", "libglib2.0-0t64"),
    ("libxkbcommon0",),
    ("libfontconfig1",),
    ("libdbus-1-3",),
    ("libxcb-cursor0",),
    ("libxkbcommon-x11-0",),
    ("libxcb-icccm4",),
    ("libxcb-image0",),
    ("libxcb-keysyms1",),
    ("libxcb-randr0",),
    ("libxcb-render-util0",),
    ("libxcb-shape0",),
    ("libxcb-shm0",),
    ("libxcb-sync1",),
    ("libxcb-xfixes0",),
    ("libxcb-xkb1",),
)
POSTGRES = ("postgresql",)
TEST_PACKAGES: tuple[tuple[str, ...], ...] = (
    ("xvfb",),
    ("xauth",),
    ("libmodbus5",),
    ("nsis",),
    ("strace",),
    ("desktop-file-utils",),
    ("appstream",),
    POSTGRES,
)
NO_MAIN_CLUSTER = Path("/etc/postgresql-common/createcluster.d/lineside.conf")


class SetupError(Exception):
    """The machine lacks something; the text is one clear sentence for the person at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A file that says what a step's result was made from."""

    path: Path
    digest: str

    def matches(self) -> bool:
        """Tell whether the step was done from the same inputs."""
        return self.path.is_file() and self.path.read_text(encoding="utf-8") == self.digest

    def write(self) -> None:
        """Record that the step is done."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.digest, encoding="utf-8")


def stamp(path: Path, inputs: tuple[Path, ...], *words: str) -> Stamp:
    """Return the stamp at `path` for the contents of `inputs` and the given words."""
    digest = hashlib.sha256("\0".join(words).encode())
    for file in inputs:
        digest.update(file.read_bytes())
    return Stamp(path=path, digest=digest.hexdigest())


def say(text: str) -> None:
    """Print one line at once."""
    print(f"setup: {text}", flush=True)


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Run a command and let its output through; raise SetupError when it fails."""
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    try:
        subprocess.run([str(part) for part in command], cwd=cwd, env=os.environ | quiet, check=True)
    except subprocess.CalledProcessError as error:
        words = " ".join(str(part) for part in command)
        raise SetupError(f"'{words}' failed with code {error.returncode}; its own words are above.") from error


def missing_packages(wanted: tuple[tuple[str, ...], ...]) -> list[tuple[str, ...]]:
    """Return the rows of `wanted` of which no name is installed, as dpkg knows it."""
    names = [name for row in wanted for name in row]
    query = ["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\n", *names]
    answer = output(query)
    installed = {line.split()[0] for line in answer.splitlines() if line.endswith(" installed")}
    return [row for row in wanted if installed.isdisjoint(row)]


def offered(row: tuple[str, ...]) -> str:
    """Return the name of `row` that this release offers (the first when apt knows none)."""
    for name in row:
        if output(["apt-cache", "show", "--no-all-versions", name]):
            return name
    return row[0]


def output(command: list[str]) -> str:
    """Return what a command prints, whatever its exit code."""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def ensure_debian_packages(purpose: str) -> None:
    """Install the missing Debian packages as root; else print the one command to run."""
    if shutil.which("dpkg-query") is None:
        return
    wanted = QT_PACKAGES + (TEST_PACKAGES if purpose == "test" else ())
    if importlib.util.find_spec("ensurepip") is None:
        wanted += ((f"python3.{sys.version_info.minor}-venv", "python3-venv"),)
    missing = missing_packages(wanted)
    if not missing:
        return
    command = "apt-get install -y --no-install-recommends"
    if os.geteuid() != 0:
        say(f"Debian packages are missing; run: sudo {command} {' '.join(map(offered, missing))}")
        return
    try:
        install_debian_packages(missing)
    except SetupError as error:
        say(f"{error} Going on without; mend apt, then run: {command} {' '.join(map(offered, missing))}")


def install_debian_packages(missing: list[tuple[str, ...]]) -> None:
    """Install one name of every row, without questions and without dpkg's chatter."""
    quiet = ("-qq", "-o", "Dpkg::Use-Pty=0", "-o", "APT::Get::Assume-Yes=true")
    run("apt-get", "update", *quiet)
    names = [offered(row) for row in missing]  # only now: a fresh machine's apt knows no package before
    say(f"installing Debian packages: {' '.join(names)}")
    install = ("apt-get", "install", *quiet, "--no-install-recommends", *names)
    if POSTGRES in missing:
        without_main_cluster(install)
    else:
        run(*install)


def without_main_cluster(install: tuple[str, ...]) -> None:
    """Run `install` so that PostgreSQL's programs come without a running server: the tests start their own."""
    NO_MAIN_CLUSTER.parent.mkdir(parents=True, exist_ok=True)
    NO_MAIN_CLUSTER.write_text("create_main_cluster = false\n", encoding="utf-8")
    try:
        run(*install)
    finally:
        NO_MAIN_CLUSTER.unlink()  # the next server that somebody installs here gets its cluster


def ensure_venv() -> None:
    """Create `.venv` and install exactly what the lock names, then Lineside itself, editable."""
    done = stamp(VENV / ".stamp", (LOCK, ROOT / "pyproject.toml"), str(ROOT))
    if done.matches() and VENV_PYTHON.exists():
        return
    if importlib.util.find_spec("ensurepip") is None:
        raise SetupError(f"{sys.executable} can't make a venv: install its python3-venv and try again.")
    if not usable(VENV_PYTHON):
        say(f"creating .venv with Python {sys.version.split()[0]}")
        run(sys.executable, "-m", "venv", "--clear", VENV)
    pip = (VENV_PYTHON, "-m", "pip", "install", "--quiet", "--no-input")
    say("installing the locked dependencies")
    run(*pip, "--require-hashes", "--requirement", LOCK)
    run(*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT)
    done.write()


def usable(python: Path) -> bool:
    """Tell whether `python` is there, runs and has pip (a moved or half-made venv has not)."""
    if not python.exists():
        return False
    return output([str(python), "-m", "pip", "--version"]) != ""


def ensure_rig() -> None:
    """Install the Node server that the system tests connect to; without npm say so (in CI: fail)."""
    npm = shutil.which("npm")
    if npm is None:
        text = "npm is missing: the system tests against node-opcua are skipped (Debian: apt-get install npm)."
        if IN_CI:
            raise SetupError(text)
        say(text)
        return
    done = stamp(RIG / "node_modules" / ".stamp", (RIG / "package.json", RIG / "package-lock.json"))
    if done.matches():
        return
    say("installing the Node test rig")
    run(npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", cwd=RIG)
    done.write()


def ensure_tryton() -> None:
    """Install the Tryton server that the system tests post to, in a venv and a cache of its own (about a minute)."""
    try:
        run(VENV_PYTHON, "-m", "drivers.demo_tryton", "--prepare")
    except SetupError as error:
        if IN_CI:
            raise
        say(f"{error} The system tests against Tryton are skipped.")


def main(arguments: list[str]) -> int:
    """Make everything that `run` or `test` needs; return 0, or 1 after one clear sentence."""
    purpose = arguments[0] if arguments else "run"
    if purpose not in {"run", "test"}:
        say("usage: bootstrap.py run|test")
        return 2
    try:
        ensure_debian_packages(purpose)
        ensure_venv()
        if purpose == "test":
            ensure_rig()
            ensure_tryton()
    except SetupError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
