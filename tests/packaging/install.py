"""The package on a machine that has nothing else: installed, tried, upgraded, removed. Nightly: `make test-package`.

It needs root, a .deb under dist/ (`make package`) and debootstrap with a reachable Debian mirror; the clean root is
kept in build/clean-root. Not part of `make test`: the first run takes minutes.
"""

import json
import os
import platform
import shutil
import statistics
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.needs import ROOT, need_program

RELEASE = "bookworm"
DEPENDS = "libegl1,libgl1,fontconfig-config,xkb-data,ca-certificates"
"""What the package asks for beside libc; the clean root has that and no more: no Python, no fonts, no display."""
CLEAN = ROOT / "build" / "clean-root"
MOST_MB, MOST_INSTALLED_MB = 80, 250
MOST_SHOWN_MS = 1000
SMOKE_S = 30
PATIENCE_S = 180.0
ENTER = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
"""In a mount namespace of its own: what is mounted goes with the command."""
CHROOT_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"

pytestmark = pytest.mark.timeout(1200)


@pytest.fixture(scope="module")
def package() -> Path:
    """The newest .deb that was built."""
    found = sorted((ROOT / "dist").glob("lineside_*.deb"), key=lambda file: file.stat().st_mtime)
    if not found:
        pytest.fail("there is no .deb under dist/; run 'make package'", pytrace=False)
    return found[-1]


def clean_root() -> Path:
    """A Debian of the smallest kind with what the package depends on, made once."""
    made_with = CLEAN / ".made"
    if not made_with.is_file() or made_with.read_text(encoding="utf-8") != DEPENDS:
        shutil.rmtree(CLEAN, ignore_errors=True)
        made = [need_program("debootstrap", "debootstrap"), "--variant=minbase", f"--include={DEPENDS}", RELEASE, CLEAN]
        done = subprocess.run([str(word) for word in made], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        made_with.write_text(DEPENDS, encoding="utf-8")
    return CLEAN


class Machine:
    """A clean root that commands run in, with nothing of this machine's environment."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, *command: str, home: str = "/root", **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command inside."""
        environment = {"PATH": CHROOT_PATH, "HOME": home, "LANG": "C.UTF-8", **more}
        words = ["unshare", "--mount", "sh", "-c", ENTER, str(self.root), *command]
        return subprocess.run(
            words, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE_S,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def well(self, *command: str) -> str:
        """Run a command that must end well; what it wrote."""
        done = self.run(*command)
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout


@pytest.fixture(scope="module")
def machine(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A copy of the clean root with the package installed."""
    if os.geteuid() != 0 or platform.system() != "Linux":
        pytest.skip("a clean root needs root on Linux")
    root = tmp_path_factory.mktemp("machine") / "root"
    subprocess.run(["cp", "--archive", "--reflink=auto", str(clean_root()), str(root)], check=True)
    shutil.copy(package, root / "lineside.deb")
    machine = Machine(root)
    machine.well("dpkg", "--install", "/lineside.deb")
    return machine


def test_the_machine_has_no_python_of_its_own(machine: Machine) -> None:
    assert not list((machine.root / "usr/bin").glob("python3*"))


def test_the_package_is_small_enough(package: Path, machine: Machine) -> None:
    installed = int(machine.well("dpkg-query", "--show", "--showformat", "${Installed-Size}", "lineside")) * 1024
    figures = {"deb_mb": round(package.stat().st_size / 1e6, 1), "installed_mb": round(installed / 1e6, 1)}
    print(json.dumps(figures))  # noqa: T201 - the figures are what the nightly run is read for
    assert figures["deb_mb"] < MOST_MB
    assert figures["installed_mb"] < MOST_INSTALLED_MB


@pytest.fixture(scope="module")
def smoke(machine: Machine) -> dict[str, Any]:
    """A smoke run of the demo, offscreen, by the command that is on the path."""
    words = ("demo", "--smoke", str(SMOKE_S), "--screenshots", "/tmp/screens", "--report", "/tmp/report.json")
    machine.well("lineside", *words)
    report: dict[str, Any] = json.loads((machine.root / "tmp/report.json").read_text(encoding="utf-8"))
    return report


def test_the_demo_runs_without_errors_on_every_protocol(smoke: dict[str, Any]) -> None:
    assert smoke["errors"] == []
    assert {row["protocol"] for row in smoke["controllers"] if row["samples"] > 100} == {"opcua", "modbus"}
    assert smoke["exceptions_opened"] >= 1
    assert sum(smoke["postings"].values()) >= 1


def test_every_child_process_finds_the_bundles_libraries(machine: Machine) -> None:
    done = machine.run("lineside", "demo", "--smoke", "10", "--report", "/tmp/children.json")
    assert "cannot open shared object file" not in done.stderr


def test_its_screens_are_drawn(smoke: dict[str, Any], machine: Machine) -> None:
    pictures = list((machine.root / "tmp/screens").glob("*.png"))
    assert len(pictures) >= 18
    assert all(picture.stat().st_size > 10_000 for picture in pictures)


def test_the_window_is_shown_soon_when_warm(smoke: dict[str, Any], machine: Machine) -> None:
    runs = []
    for _ in range(7):
        machine.well("lineside", "demo", "--smoke", "8", "--report", "/tmp/again.json")
        runs.append(json.loads((machine.root / "tmp/again.json").read_text(encoding="utf-8")))
    figures = {name: [run[name] for run in runs] for name in ("shown_ms", "overview_ms", "first_values_ms")}
    print(json.dumps(figures))  # noqa: T201 - the figures are what the nightly run is read for
    assert statistics.median(figures["shown_ms"]) < MOST_SHOWN_MS


def test_a_plant_file_is_checked(machine: Machine) -> None:
    assert "no faults" in machine.well("lineside", "check", "/usr/share/doc/lineside/examples/example.toml")


@pytest.mark.parametrize("command", [(), ("--help",), ("agent", "--help"), ("db", "--help"), ("trust", "list")])
def test_every_kind_of_command_is_there(machine: Machine, command: tuple[str, ...]) -> None:
    done = machine.run("lineside", *command)
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 2)


def test_no_other_module_is_run_as_a_child(machine: Machine) -> None:
    assert machine.run("lineside", "--child", "os").returncode == 1


def test_licences_and_the_bill_of_materials_are_in_it(machine: Machine) -> None:
    folder = machine.root / "usr/lib/lineside/_internal/resources/licences"
    rows = json.loads((folder / "components.json").read_text(encoding="utf-8"))
    assert all((folder / text).is_file() for row in rows for text in row["texts"])
    bills = list(folder.glob("*.cdx.json"))
    assert len(bills) == 1
    assert json.loads(bills[0].read_text(encoding="utf-8"))["bomFormat"] == "CycloneDX"


def test_qt_may_be_replaced(machine: Machine) -> None:
    libraries = machine.root / "usr/lib/lineside/_internal/PySide6/Qt/lib"
    assert (libraries / "libQt6Core.so.6").is_file()


def test_installed_again_and_removed_it_leaves_the_sites_files_only(machine: Machine, package: Path) -> None:
    plant = machine.root / "etc/lineside/plant.toml"
    plant.write_text("# the site's own\n", encoding="utf-8")
    machine.well("dpkg", "--install", "/lineside.deb")
    assert plant.is_file()
    machine.well("dpkg", "--remove", "lineside")
    assert plant.is_file()
    assert not (machine.root / "usr/lib/lineside").exists()
    assert not (machine.root / "usr/bin/lineside").is_symlink()
    machine.well("dpkg", "--purge", "lineside")
    assert not (machine.root / "etc/default/lineside").exists()
