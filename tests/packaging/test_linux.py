"""What Linux reads of the package is what its own validators accept."""

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.needs import need_program
from tests.packaging.scripts import PACKAGING, load
from ui.cli import app as command_line

LINUX = PACKAGING / "linux"
APP_ID = "org.lineside.Lineside"
deb = load("linux/deb.py")
COMMANDS = {row.name or getattr(row.callback, "__name__", "") for row in command_line.registered_commands}


def said(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    """The package's tree around a bundle of one file."""
    bundle, root = tmp_path / "bundle", tmp_path / "root"
    (bundle / "_internal").mkdir(parents=True)
    (bundle / "lineside").write_text("#!/bin/sh\n", encoding="utf-8")
    (bundle / "lineside").chmod(0o700)
    deb.stage(bundle, "1.2.3", "amd64", root)
    deb.plain_modes(root)
    return root


def test_the_desktop_file_is_valid() -> None:
    need_program("desktop-file-validate", "desktop-file-utils")
    done = said("desktop-file-validate", LINUX / f"{APP_ID}.desktop")
    assert (done.returncode, done.stdout) == (0, "")


def test_the_metadata_for_software_centres_is_valid(staged: Path) -> None:
    need_program("appstreamcli", "appstream")
    done = said("appstreamcli", "validate", "--no-net", staged / f"usr/share/metainfo/{APP_ID}.metainfo.xml")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("unit", ["lineside-agent.service", "lineside-wall@.service"])
def test_units_are_what_systemd_understands(unit: str) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is missing")
    faults = said("systemd-analyze", "verify", LINUX / unit).stderr.splitlines()
    assert [fault for fault in faults if "lineside" in fault and "is not executable" not in fault] == []


@pytest.mark.parametrize("file", ["lineside-agent.service", "lineside-wall@.service", f"{APP_ID}.desktop"])
def test_what_is_started_is_a_command_that_there_is(file: str) -> None:
    lines = [line for line in (LINUX / file).read_text(encoding="utf-8").splitlines() if line.startswith("Exec")]
    asked = [re.search(r"lineside (\w+)", line) for line in lines]
    assert asked
    assert {found.group(1) for found in asked if found} <= COMMANDS
    assert all(asked)


def test_the_agent_may_do_next_to_nothing() -> None:
    unit = ConfigParser(strict=False, interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string((LINUX / "lineside-agent.service").read_text(encoding="utf-8"))
    service = unit["Service"]
    assert service["DynamicUser"] == service["NoNewPrivileges"] == "yes"
    assert service["CapabilityBoundingSet"] == ""
    assert service["ProtectSystem"] == "strict"


def test_the_package_has_everything_in_its_place(staged: Path) -> None:
    assert (staged / "usr/bin/lineside").readlink() == Path("../lib/lineside/lineside")
    assert (staged / "usr/bin/lineside").resolve() == staged / "usr/lib/lineside/lineside"
    for row in deb.FILES:
        assert (staged / row.place).is_file()
        assert "@VERSION@" not in (staged / row.place).read_text(encoding="utf-8")
    assert (staged / "DEBIAN/conffiles").read_text(encoding="utf-8") == "/etc/default/lineside\n"


def test_nobodys_umask_gets_into_the_package(staged: Path) -> None:
    modes = {file.stat().st_mode & 0o777 for file in staged.rglob("*") if not file.is_symlink()}
    assert modes == {0o755, 0o644}
    assert (staged / "usr/lib/lineside/lineside").stat().st_mode & 0o777 == 0o755


def test_dpkg_accepts_it_and_knows_its_version(staged: Path, tmp_path: Path) -> None:
    need_program("dpkg-deb", "dpkg")
    made = tmp_path / "lineside.deb"
    built = said("dpkg-deb", "--root-owner-group", "-Znone", "--build", staged, made)
    assert built.returncode == 0, built.stderr
    assert said("dpkg-deb", "--field", made, "Version").stdout.strip() == "1.2.3"


def test_the_file_type_and_the_icon_are_sound_xml() -> None:
    kinds = ElementTree.parse(LINUX / "lineside.xml").getroot()
    named = {
        kind.get("type") for kind in kinds.iter("{http://www.freedesktop.org/standards/shared-mime-info}mime-type")
    }
    desktop = (LINUX / f"{APP_ID}.desktop").read_text(encoding="utf-8")
    assert named
    assert all(f"{kind};" in desktop for kind in named)
    ElementTree.parse(LINUX / "icons" / f"{APP_ID}.svg")


@pytest.mark.parametrize("script", ["postinst", "prerm", "postrm"])
def test_scripts_of_the_package_are_sound_shell(script: str) -> None:
    assert said("sh", "-n", LINUX / script).returncode == 0
