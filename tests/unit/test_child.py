"""Children of ourselves start by the interpreter from source and by the one executable when installed."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from app import child


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The interpreter's flag of a bundle, which nothing else sets."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)


def test_from_source_a_child_is_a_module_of_this_python() -> None:
    assert child.command("drivers.host") == (sys.executable, "-m", "drivers.host")
    assert child.command(child.PROGRAM) == (sys.executable, "-m", "ui.entry")


@pytest.mark.usefixtures("installed")
def test_installed_a_child_is_the_executable_with_the_childs_name() -> None:
    executable, flag, name = child.command("drivers.host")
    assert Path(executable).parent == Path(sys.executable).parent
    assert (flag, name) == ("--child", "drivers.host")


@pytest.mark.usefixtures("installed")
def test_installed_the_program_itself_is_the_executable_alone() -> None:
    assert len(child.command(child.PROGRAM)) == 1


@pytest.mark.parametrize("module", [child.PROGRAM, *child.CHILDREN])
def test_every_child_can_be_run_as_a_process(module: str) -> None:
    found = importlib.util.find_spec(module)
    assert found is not None
    if found.submodule_search_locations is not None:
        assert importlib.util.find_spec(f"{module}.__main__") is not None


def test_arguments_without_the_flag_are_not_for_a_child() -> None:
    assert not child.run_child([])
    assert not child.run_child(["demo", "--child"])


@pytest.mark.parametrize("arguments", [["--child"], ["--child", "os"], ["--child", "ui.cli"]])
def test_nothing_but_the_tables_children_is_run(arguments: list[str]) -> None:
    with pytest.raises(SystemExit, match=r"drivers\.host"):
        child.run_child(arguments)


def test_a_child_gets_its_own_arguments_and_serves() -> None:
    code = "import sys; from app.child import run_child; run_child(sys.argv[1:])"
    words = [sys.executable, "-c", code, "--child", "drivers.simulated", "tags", "--line", "L1"]
    told = subprocess.run(words, capture_output=True, text=True, check=True)
    assert told.stdout.startswith("[")
