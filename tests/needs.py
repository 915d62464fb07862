"""What a test needs that a user may lack: skipped visibly there, a failure where CI=true."""

import ctypes.util
import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[1]
RIG = ROOT / "tests" / "system" / "rig"


def lacking(reason: str) -> NoReturn:
    """End the running test: skipped with `reason`, failed in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"needed in CI: {reason}", pytrace=False)
    pytest.skip(reason)


def need_shared() -> Path:
    """Return the folder of shared reference data beside the project."""
    shared = ROOT.parent / "shared"
    if not (shared / "data").is_dir():
        lacking("the folder ../shared with the reference data is missing")
    return shared


def need_node() -> Path:
    """Return the `node` program, with node-opcua installed in RIG (run it with cwd=RIG)."""
    node = shutil.which("node")
    if node is None:
        lacking("Node.js is missing (Debian: apt-get install nodejs npm)")
    if not (RIG / "node_modules" / "node-opcua").is_dir():
        lacking("node-opcua is not installed in tests/system/rig (make setup-test does it)")
    return Path(node)


def need_library(name: str, package: str) -> str:
    """Return what the loader calls the shared library `name`; `package` is the Debian package that has it."""
    found = ctypes.util.find_library(name)
    if found is None:
        lacking(f"lib{name} is missing (Debian: apt-get install {package})")
    return found


def need_program(name: str, package: str) -> Path:
    """Return the program called `name`; `package` is the Debian package that has it."""
    found = shutil.which(name)
    if found is None:
        lacking(f"{name} is missing (Debian: apt-get install {package})")
    return Path(found)
