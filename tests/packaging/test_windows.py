"""The Windows installer's script compiles on Linux too, and its resources are what Windows reads."""

import re
import struct
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from app.policy import KEY as POLICY_KEY
from app.settings import SETTINGS
from tests.needs import need_program
from tests.packaging.scripts import PACKAGING, load

WINDOWS = PACKAGING / "windows"
SCRIPT = (WINDOWS / "lineside.nsi").read_text(encoding="utf-8")
admx = load("windows/admx.py")
icon = load("windows/icon.py")
version_info = load("windows/version_info.py")


def make_installer(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the build's own step over a bundle of three files."""
    bundle = folder / "bundle"
    (bundle / "_internal" / "app").mkdir(parents=True)
    for name in ("lineside.exe", "lineside-desk.exe", "_internal/app/data"):
        (bundle / name).write_text("x", encoding="utf-8")
    words = ["--bundle", str(bundle), "--version", "1.2.3", "--output", str(folder / "Lineside-1.2.3.exe"), *more]
    command = [sys.executable, str(WINDOWS / "installer.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_script_compiles_without_a_warning(tmp_path: Path) -> None:
    need_program("makensis", "nsis")
    done = make_installer(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "Lineside-1.2.3.exe").read_bytes()[:2] == b"MZ"


def test_the_builders_command_signs_programs_uninstaller_and_installer(tmp_path: Path) -> None:
    need_program("makensis", "nsis")
    sign, signed = tmp_path / "sign.sh", tmp_path / "signed"
    sign.write_text(f'#!/bin/sh\nbasename "$1" >> {signed}\n', encoding="utf-8")
    sign.chmod(0o755)
    done = make_installer(tmp_path, "--sign", str(sign))
    assert done.returncode == 0, done.stdout + done.stderr
    names = signed.read_text(encoding="utf-8").split()
    assert names[:2] == ["lineside.exe", "lineside-desk.exe"]
    assert len(names) == 4
    assert "Lineside-1.2.3.exe" in names


def test_group_policy_has_every_setting_and_words_for_all_it_shows(tmp_path: Path) -> None:
    admx.write(tmp_path)
    policies = ElementTree.parse(tmp_path / "lineside.admx").getroot()
    words = ElementTree.parse(tmp_path / "en-US" / "lineside.adml").getroot()
    name = {"p": admx.SCHEMA}
    rows = policies.findall(".//p:policy", name)
    assert [row.get("name") for row in rows] == [setting.key for setting in SETTINGS]
    assert {row.get("key") for row in rows} == {POLICY_KEY}
    shown = set(re.findall(r"\$\((\w+)\.(\w+)\)", (tmp_path / "lineside.admx").read_text(encoding="utf-8")))
    said = {("string", row.get("id")) for row in words.findall(".//p:string", name)}
    said |= {("presentation", row.get("id")) for row in words.findall(".//p:presentation", name)}
    assert shown == said
    entered = {row.get("refId") for row in words.findall(".//p:presentation/*", name)}
    assert entered == {row.get("id") for row in policies.findall(".//p:elements/*", name)}


def test_data_and_plant_files_are_never_removed() -> None:
    removed = [line.strip() for line in SCRIPT.splitlines() if line.strip().startswith(("RMDir", "Delete "))]
    assert [line for line in removed if "RMDir /r" in line] == ['RMDir /r "$INSTDIR\\_internal"']
    assert not [line for line in removed if "$APPDATA" in line]


@pytest.mark.parametrize("key", [r"${CLASSES}\.lineside", r"${CLASSES}\lineside", "${APP_PATHS}", "${UNINSTALL}"])
def test_what_is_registered_is_taken_away_again(key: str) -> None:
    assert f'WriteRegStr HKLM "{key}"' in SCRIPT
    assert f'DeleteRegKey HKLM "{key}"' in SCRIPT


def test_the_icon_has_every_size_as_a_picture(tmp_path: Path) -> None:
    file = tmp_path / "lineside.ico"
    icon.main(str(PACKAGING / "linux" / "icons" / "org.lineside.Lineside.svg"), str(file))
    held = file.read_bytes()
    assert struct.unpack_from("<HHH", held) == (0, 1, len(icon.SIZES))
    for number, size in enumerate(icon.SIZES):
        width, _height, *_rest, length, place = struct.unpack_from("<BBBBHHII", held, 6 + 16 * number)
        assert width == size % 256
        assert held[place : place + 4] == b"\x89PNG"
        assert place + length <= len(held)


@pytest.mark.parametrize(
    ("version", "four"), [("1.2.3", (1, 2, 3, 0)), ("0.1.0rc2", (0, 1, 0, 0)), ("2", (2, 0, 0, 0))]
)
def test_a_version_has_windows_four_numbers(version: str, four: tuple[int, ...]) -> None:
    assert version_info.numbers(version) == four


def test_the_version_resource_is_what_pyinstaller_evaluates(tmp_path: Path) -> None:
    file = tmp_path / "version_info.txt"
    version_info.main("1.2.3", str(file))
    text = file.read_text(encoding="utf-8")
    compile(text, "version_info", "eval")
    assert "filevers=(1, 2, 3, 0)" in text
