"""What the bundle is made from: the spec's tables name what there is, and what must stay is not dropped."""

import importlib.util
import re

import pytest

from app.child import CHILDREN
from app.erp.registry import ERPS
from drivers.registry import DRIVERS
from tests.architecture.rules import LATE_LOADERS
from tests.needs import ROOT
from tests.packaging.scripts import PACKAGING, load
from ui.catalog import VIEWS

SPEC = (PACKAGING / "pyinstaller" / "lineside.spec").read_text(encoding="utf-8")
drops = load("pyinstaller/drops.py")

BY_NAME = (
    *(row.module for row in DRIVERS),
    *(row.module for row in ERPS.values()),
    *CHILDREN,
    *(f"ui.views.{row.id}" for row in VIEWS),
)
LOADED = re.compile(r'(?:import_module|call)\(\s*"([\w.]+)"')


def test_the_spec_is_python() -> None:
    compile(SPEC, "lineside.spec", "exec")


@pytest.mark.parametrize("name", sorted({*BY_NAME, "psycopg_binary", "sqlalchemy.dialects.postgresql.psycopg"}))
def test_what_is_loaded_by_name_is_there_and_not_dropped(name: str) -> None:
    assert importlib.util.find_spec(name) is not None
    assert not [out for out in drops.MODULES if name == out or name.startswith(f"{out}.")]


def test_every_module_that_a_late_loader_names_is_of_the_packages_that_the_spec_takes_whole() -> None:
    named = {name for loader in LATE_LOADERS for name in LOADED.findall((ROOT / loader).read_text(encoding="utf-8"))}
    assert named
    assert {name.partition(".")[0] for name in named} <= {"app", "drivers", "ui"}
    assert 'for ours in ("app", "drivers", "ui", "resources")' in SPEC


@pytest.mark.parametrize(
    "place",
    [
        "PySide6/Qt/lib/libQt6Qml.so.6",  # Qt's docking links it
        "PySide6/Qt/lib/libQt6Widgets.so.6",
        "PySide6/Qt/plugins/platforms/libqxcb.so",
        "PySide6/Qt/plugins/platforms/libqoffscreen.so",
        "PySide6/Qt/plugins/platforms/libqwayland.so",
        r"PySide6\plugins\platforms\qwindows.dll",
        "PySide6/Qt/plugins/platforminputcontexts/libcomposeplatforminputcontextplugin.so",  # é, ñ
        "PySide6/Qt/translations/qtbase_de.qm",
        "app/store/postgres/migrations/sql/0001_tables.sql",
        "resources/manual/install.md",
        "resources/manual/pictures/overview-night.png",
        "resources/manual/lifecycles/case.svg",
        "PySide6/QtSvg.abi3.so",  # draws the manual's diagrams
        "PySide6/Qt/lib/libQt6Svg.so.6",
        "tzdata/zoneinfo/Europe/Berlin",
        "numpy/_core/_multiarray_umath.so",
    ],
)
def test_what_is_used_is_kept(place: str) -> None:
    assert not drops.dropped(place)


@pytest.mark.parametrize(
    "place",
    [
        "PySide6/Qt/translations/qtbase_fr.qm",
        "PySide6/Qt/plugins/platforms/libqeglfs.so",
        "PySide6/Qt/plugins/tls/libqopensslbackend.so",
        "PySide6/Qt/qml/QtQuick/qmldir",
        "libgtk-3.so.0",
        "numpy/tests/data.txt",
        "pytz/zoneinfo/Europe/Berlin",
    ],
)
def test_what_is_never_used_is_dropped(place: str) -> None:
    assert drops.dropped(place)


def test_locks_of_the_build_pin_every_dependency_with_a_hash_and_as_the_program_does() -> None:
    program = dict(pins((ROOT / "requirements.lock").read_text(encoding="utf-8")))
    for name in ("pyinstaller", "supply"):
        text = (PACKAGING / name / "requirements.lock").read_text(encoding="utf-8")
        entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]
        assert not [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]
        if name == "pyinstaller":
            assert {k: v for k, v in pins(text) if k in program and program[k] != v} == {}


def pins(lock: str) -> list[tuple[str, str]]:
    """(name and marker, version) of every entry of a lock."""
    rows = [line.removesuffix("\\").strip() for line in lock.splitlines() if re.match(r"\w", line)]
    return [(f"{name} {marker}", pin) for name, pin, marker in (split(row) for row in rows)]


def split(row: str) -> tuple[str, str, str]:
    """Name, version and marker of a lock's row."""
    name, _, rest = row.partition("==")
    version, _, marker = rest.partition(" ; ")
    return name, version, marker
